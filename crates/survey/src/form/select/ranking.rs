//! Choices in an order.

use super::*;

impl Form {
    pub(super) fn ranking_choices_changed(&mut self, id: Id) {
        let choosing = self.nodes[id].def.props.flag("selectToRankEnabled", false);
        let carried = self.carry_forward(id).is_some() && !self.nodes[id].select.by_user;
        if carried && !choosing && !self.nodes[id].def.props.has("defaultValue") {
            self.set_question(id, Value::Array(Vec::new()));
        }
        if self.visible_choices(id).len() == 1 && !choosing {
            let only = self.visible_choices(id)[0].choice.value.clone();
            self.set_question(id, Value::Array(Vec::new()));
            // SurveyJS puts it into the answer without telling anybody.
            self.nodes[id].value = Value::Array(vec![only]);
            return;
        }
        if !self.question_is_empty(id) && !choosing {
            self.sync_ranking(id);
        }
    }

    /// An order has every visible choice once.
    pub(crate) fn sync_ranking(&mut self, id: Id) {
        let value = &self.nodes[id].value;
        if self.nodes[id].def.props.flag("selectToRankEnabled", false) || !js::truthy(value) {
            return;
        }
        if self.question_is_empty(id) {
            return;
        }
        let visible = self.visible_choices(id).to_vec();
        let mut order: Vec<Value> = Vec::new();
        for value in self.nodes[id].value.as_array().unwrap_or_default() {
            if self.item_by_value(&visible, value).is_some() && !order.contains(value) {
                order.push(value.clone());
            }
        }
        for item in &visible {
            if !order.contains(&item.choice.value) {
                order.push(item.choice.value.clone());
            }
        }
        let order = Value::Array(order);
        if !Self::same(&self.nodes[id].value, &order) {
            self.set_question(id, order);
        }
    }
}

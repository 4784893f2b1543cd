//! What is written beside an answer.

use super::*;

impl Form {
    pub(super) fn hold_comment(&mut self, holder: Holder, name: &str, comment: &str) {
        match holder {
            Holder::Survey => self.set_data_comment(name, comment),
            Holder::Item(owner, uid) => self.entry_set_comment(owner, uid, name, comment),
            Holder::Field(_) => {}
        }
    }

    pub(crate) fn held_comment(&self, holder: Holder, name: &str) -> String {
        let value = match holder {
            Holder::Survey => self.data.get(&comment_key(name)).cloned().unwrap_or_default(),
            Holder::Item(owner, uid) => self.entry_held(owner, uid, &comment_key(name)),
            Holder::Field(_) => Value::Null,
        };
        if js::truthy(&value) { js::to_text(&value) } else { String::new() }
    }

    /// `comment = …`
    pub(crate) fn set_comment_of(&mut self, id: Id, comment: &str) {
        let comment = if comment.trim().is_empty() { "" } else { comment };
        if self.comment_of(id) != comment {
            self.set_new_comment(id, comment);
        }
    }

    pub(crate) fn comment_of(&self, id: Id) -> String {
        let node = &self.nodes[id];
        if node.kind().is_select()
            && !self.has_comment_area(id)
            && (!node.select.other.is_empty() || !self.stores_others_as_comment(id))
        {
            return node.select.other.clone();
        }
        node.comment.clone()
    }

    pub(crate) fn has_comment_area(&self, id: Id) -> bool {
        let node = &self.nodes[id];
        let kind = node.kind();
        let can = kind.is_select()
            || matches!(
                kind,
                Kind::Boolean | Kind::Rating | Kind::Matrix | Kind::Matrixdropdown | Kind::Paneldynamic
            );
        can && node.def.props.flag("showCommentArea", false)
    }

    pub(crate) fn set_new_comment(&mut self, id: Id, comment: &str) {
        if self.nodes[id].kind().is_select()
            && self.is_other_selected(id)
            && self.stores_others_as_comment(id)
        {
            self.remember_other(id, comment);
        }
        if self.nodes[id].comment == comment {
            return;
        }
        self.nodes[id].comment = String::from(comment);
        let name = self.value_name(id);
        self.hold_comment(self.nodes[id].holder, &name, comment);
    }

    pub(crate) fn init_comment(&mut self, id: Id) {
        let name = self.value_name(id);
        let comment = if self.needs_comment(id) {
            self.held_comment(self.nodes[id].holder, &name)
        } else {
            String::new()
        };
        self.nodes[id].comment = comment;
    }

    /// `requireUpdateCommentValue`
    pub(crate) fn needs_comment(&self, id: Id) -> bool {
        self.has_comment_area(id) || self.shows_other(id)
    }
}

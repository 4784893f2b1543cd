//! What names mean within rows and of matrices.

use super::*;
use crate::expression::{Step, resolve, resolve_in};
use scope::Answered;

/// What a row calls itself.
const ROW_NAMES: [&str; 11] = [
    "rowIndex",
    "rowindex",
    "visibleRowIndex",
    "visiblerowindex",
    "item",
    "rowName",
    "rowname",
    "rowValue",
    "rowvalue",
    "rowTitle",
    "rowtitle",
];
/// What a row calls its answers and those beside it.
const BESIDE_NAMES: [&str; 8] =
    ["row", "matrix", "prevRow", "prevrow", "nextRow", "nextrow", "totalRow", "totalrow"];

impl Form {
    /// `{row.column}`, `{rowIndex}`, `{prevRow.column}`, `{totalRow.column}`, `{matrix}` and their like.
    pub(crate) fn row_lookup(
        &self,
        owner: Id,
        uid: usize,
        steps: &[Step],
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        let (first, rest) = steps.split_first()?;
        let name = first.name.to_lowercase();
        if rest.is_empty() {
            if let Some(value) = self.row_variable(owner, uid, &name) {
                return Some(Answered::plain(value));
            }
            if name == "matrix" {
                return Some(Answered::plain(self.grid_filtered_data(owner)));
            }
        } else {
            match name.as_str() {
                "prevrow" => return self.row_beside(owner, uid, -1, steps, root, original),
                "nextrow" => return self.row_beside(owner, uid, 1, steps, root, original),
                "totalrow" => return self.total_lookup(owner, rest),
                _ => {}
            }
        }
        let steps = match name.as_str() {
            "row" => rest,
            _ if root => return None,
            _ => steps,
        };
        if steps.is_empty() {
            return None;
        }
        if uid == TOTALS {
            return self.total_lookup(owner, steps);
        }
        let cells = self.entry_questions(owner, uid);
        let found = self.shortest_lookup(steps, original, &|name| {
            let lower = name.to_lowercase();
            cells.iter().copied().find(|cell| self.nodes[*cell].def.value_name().to_lowercase() == lower)
        });
        found.or_else(|| resolve_in(&self.row_values(owner, uid), steps).map(Answered::plain))
    }

    /// The names that may mean something else within a row after a change: `getContextKeys`.
    pub(crate) fn row_keys(&self, owner: Id, uid: usize, keys: &Object) -> Object {
        let mut names = ROW_NAMES.to_vec();
        let mut container = Some(owner);
        while let Some(id) = container {
            if uid == TOTALS || keys.contains_key(self.nodes[id].def.value_name()) {
                names.extend(BESIDE_NAMES);
                break;
            }
            container = match self.nodes[id].holder {
                Holder::Item(outer, _) => Some(outer),
                _ => None,
            };
        }
        names.into_iter().map(|name| (String::from(name), Value::Bool(true))).collect()
    }

    fn row_variable(&self, owner: Id, uid: usize, name: &str) -> Option<Value> {
        let number = |at: Option<usize>| Some(Value::Number(at.map_or(0.0, |at| (at + 1) as f64)));
        match name {
            "rowindex" => number(self.entry_index(owner, uid).filter(|_| !self.nodes[owner].grid.making)),
            "visiblerowindex" => number(self.shown_position(owner, uid)),
            "item" | "rowname" | "rowvalue" if uid != TOTALS => Some(self.row_name(owner, uid)),
            "rowtitle" if uid != TOTALS => Some(Value::String(self.row_title(owner, uid))),
            _ => None,
        }
    }

    fn shown_position(&self, owner: Id, uid: usize) -> Option<usize> {
        let node = &self.nodes[owner];
        if node.grid.making {
            return None;
        }
        node.entries.iter().filter(|entry| entry.visible).position(|entry| entry.uid == uid)
    }

    fn row_beside(
        &self,
        owner: Id,
        uid: usize,
        by: isize,
        steps: &[Step],
        root: bool,
        original: bool,
    ) -> Option<Answered> {
        let at = self.shown_position(owner, uid).and_then(|at| at.checked_add_signed(by));
        let other = at.and_then(|at| self.nodes[owner].entries.iter().filter(|entry| entry.visible).nth(at));
        let Some(other) = other else { return Some(Answered::plain(Value::Null)) };
        let mut steps = steps.to_vec();
        if let Some(first) = steps.first_mut() {
            first.name = String::from("row");
        }
        self.row_lookup(owner, other.uid, &steps, root, original)
    }

    fn total_lookup(&self, owner: Id, steps: &[Step]) -> Option<Answered> {
        let [only] = steps else { return None };
        let grid = &self.nodes[owner].grid;
        let lower = only.name.to_lowercase();
        let column = grid.columns.iter().find(|column| column.name.to_lowercase() == lower)?;
        Some(Answered::plain(grid.total_values.get(&column.name).cloned().unwrap_or_default()))
    }

    /// `{name.row.column}`; the whole answer is looked up in the survey's data.
    pub(crate) fn grid_lookup(&self, id: Id, steps: &[Step], original: bool) -> Option<Answered> {
        let node = &self.nodes[id];
        if steps.is_empty() {
            return self.question_is_empty(id).then(|| Answered::plain(Value::Null));
        }
        let last = steps.iter().position(|step| step.index.is_some()).unwrap_or(steps.len() - 1);
        for end in 0..=last {
            let (head, rest) = steps.split_at_checked(end + 1)?;
            let name = scope::join(head).to_lowercase();
            let same = |row: &Item| js::to_text(&row.choice.value).to_lowercase() == name;
            if !node.rows.iter().any(|row| same(row)) {
                continue;
            }
            if !node.grid.made {
                self.run.wanted.set(Some(id));
                let column = |step: &Step| node.def.elements.iter().any(|column| column.name == step.name);
                let conditions = node.def.rules.get("rowsVisibleIf").is_some();
                if rest.len() == 1 && rest.iter().all(column) && !conditions {
                    return Some(Answered::plain(resolve(&node.value, steps).unwrap_or_default()));
                }
                break;
            }
            let entry = node
                .entries
                .iter()
                .filter(|entry| entry.visible)
                .find(|entry| entry.row.as_ref().is_some_and(|row| same(row)));
            if let Some(entry) = entry {
                if let Some(found) = self.row_lookup(id, entry.uid, rest, false, original) {
                    return Some(found);
                }
                break;
            }
        }
        resolve(&node.value, steps).map(Answered::plain)
    }

    pub(crate) fn grid_display(&self, id: Id, value: &Value) -> Value {
        if !self.nodes[id].grid.made {
            self.run.wanted.set(Some(id));
        }
        let mut shown = Object::new();
        for entry in self.nodes[id].entries.iter().filter(|entry| entry.visible) {
            let Some(row) = &entry.row else { continue };
            let Some(answers) = value.get(&js::to_text(&row.choice.value)).as_object() else { continue };
            let mut cells = Object::new();
            for (name, answer) in answers {
                let cell = entry.cells.iter().find(|cell| self.nodes[**cell].def.name == *name);
                match cell {
                    Some(cell) => {
                        _ = cells.insert(self.plain_title(*cell), self.display_value_of(*cell, answer))
                    }
                    None => _ = cells.insert(name.clone(), answer.clone()),
                }
            }
            shown.insert(self.choice_text(id, row), Value::Object(cells));
        }
        Value::Object(shown)
    }
}

//! The focus, where what has it is drawn anew.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Where the focus was before something was drawn anew.
pub struct Focus {
    held: Element,
    /// From the element that had it to the top: the parent, and the place among its children.
    way: Vec<(Element, usize)>,
}

impl Focus {
    /// What has the focus now, unless that is the page itself.
    pub fn held() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let held = document.active_element()?;
        let mut way = Vec::new();
        let mut child = held.clone();
        while let Some(parent) = child.parent_element() {
            let before =
                std::iter::successors(child.previous_element_sibling(), Element::previous_element_sibling);
            way.push((parent.clone(), before.count()));
            child = parent;
        }
        // The body is only below the root.
        (way.len() > 1).then_some(Self { held, way })
    }

    /// Gives the focus to what stands in the same place now, where what had it is gone and it is of the same kind.
    pub fn give_back(self) {
        if self.held.is_connected() {
            return;
        }
        let Some(top) = self.way.iter().position(|(parent, _)| parent.is_connected()) else { return };
        let mut found = Some(self.way[top].0.clone());
        for (_, place) in self.way[..=top].iter().rev() {
            let first = found.and_then(|parent| parent.first_element_child());
            found = std::iter::successors(first, Element::next_element_sibling).nth(*place);
        }
        let same = found.filter(|found| found.tag_name() == self.held.tag_name());
        if let Some(element) = same.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }
}

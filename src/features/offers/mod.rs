//! What home shows below everything else when a survey is due about a visit.

use crate::parts::offer::offered;
use crate::state::offers::Place;
use leptos::prelude::*;

/// The card, or nothing while there is none.
pub fn page() -> AnyView {
    offered(Memo::new(|_| Some(Place::Home)))
}

//! Answering a survey around the engine (`crates/survey`): what is kept on the device, what goes on where another device was,
//! which answers still fit a definition that has changed, how far the member is.
//!
//! Texts of definitions are data, also when they contain markup; views set them as text, never as HTML.

mod draft;
mod fit;
mod json;
mod pages;
mod progress;
mod words;

pub use draft::{Draft, Place, Response, Resumed, Summary, face};
pub use fit::{Spare, fit};
pub use json::{from_json, parse, write};
pub use pages::arrange;
pub use progress::{Progress, minutes_left, progress};
pub use words::{is_brief, is_long, is_short, plain};

pub use survey::{Object, Value};

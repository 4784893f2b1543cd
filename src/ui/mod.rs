//! Small building blocks that know no backend and no state.

#[cfg(feature = "browser")]
mod built;
pub mod code;
pub mod markup;
pub mod numeral;
#[cfg(feature = "browser")]
mod view;

#[cfg(feature = "browser")]
pub use built::{Build, Kept};
#[cfg(feature = "browser")]
pub use view::*;

//! Small building blocks that know no backend and no state.

pub mod code;
#[cfg(feature = "browser")]
mod view;

#[cfg(feature = "browser")]
pub use view::*;

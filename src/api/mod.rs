//! The only door to the backend: addresses, decoding, errors, and the one place that sends.

#[cfg(feature = "browser")]
pub mod client;
pub mod endpoint;
pub mod error;
pub mod exchange;
#[cfg(feature = "browser")]
mod fetch;
pub mod json;
#[cfg(feature = "browser")]
pub mod kept;
pub mod node;
pub mod wire;

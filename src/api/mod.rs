//! The only door to the backend: addresses, decoding, errors, and the one place that sends.

#[cfg(feature = "browser")]
pub mod client;
pub mod endpoint;
pub mod error;
pub mod exchange;
pub mod json;
pub mod node;
pub mod wire;

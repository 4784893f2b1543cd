//! The member portal: a single-page app for members of coffee, milk-tea and beverage chains.
//!
//! Dependencies point one way: `domain ← api ← redeeming ← state ← parts ← features ← app`; `ui` and `i18n` are leaves;
//! `platform` knows `domain` only. See `docs/ARCHITECTURE.md`.

pub mod api;
pub mod domain;
pub mod i18n;
pub mod redeeming;
pub mod ui;

#[cfg(feature = "browser")]
pub mod app;
#[cfg(feature = "browser")]
pub mod features;
#[cfg(feature = "browser")]
pub mod parts;
#[cfg(feature = "browser")]
pub mod platform;
#[cfg(feature = "browser")]
pub mod state;

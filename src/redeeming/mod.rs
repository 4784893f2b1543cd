//! Redeeming for real: does what a [`Course`](crate::domain::redeeming::Course) asks for, and tells it what came of it.
//!
//! Between this and the browser stands [`World`]: where intents are kept, how tabs wait for each other, how a request is
//! sent, how time passes. The portal gives it a browser, the fault tests give it a store in memory, a clock that they
//! move by hand and a network that loses what they want; what decides about points is the same in both.

mod driver;
mod reason;
mod record;
mod world;

pub use driver::{ALL, perform};
pub use reason::{error, refusal};
pub use record::{read, write};
pub use world::{Order, World};

//! The contract: its examples, the portal that reads them, and the reference backend that answers by it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "contract/devices.rs"]
mod devices;
#[path = "contract/examples.rs"]
mod examples;
#[path = "contract/gifts.rs"]
mod gifts;
#[path = "contract/mutations.rs"]
mod mutations;
#[path = "contract/routes.rs"]
mod routes;
#[path = "contract/statuses.rs"]
mod statuses;
#[path = "contract/surveys.rs"]
mod surveys;
#[path = "contract/waiting.rs"]
mod waiting;
#[path = "contract/walk.rs"]
mod walk;
#[path = "contract/wechat.rs"]
mod wechat;

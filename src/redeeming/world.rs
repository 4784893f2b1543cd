//! What redeeming needs of the place it runs in.

use crate::api::error::ApiError;
use crate::api::exchange::{Reply, Request};
use crate::domain::date::Instant;
use crate::domain::redeeming::{Intent, Promise};

/// What the member wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Identifier of the reward.
    pub reward_id: String,
    /// Its title, for the screen.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// Store of pick-up.
    pub store_id: Option<String>,
    /// Points that the member agreed to.
    pub expected_cost: i64,
    /// How far this device had counted when the member was shown the cost: what was settled later, elsewhere, the member
    /// could not know.
    pub seen: i64,
    /// The intent that was kept for it, for when storage is wiped under the page.
    pub intent: Option<Intent>,
}

impl Order {
    /// What was kept, taken up again.
    pub fn of(intent: Intent) -> Self {
        Self {
            reward_id: intent.reward_id.clone(),
            title: intent.title.clone(),
            quantity: intent.quantity,
            store_id: intent.store_id.clone(),
            expected_cost: intent.expected_cost,
            seen: intent.seq,
            intent: Some(intent),
        }
    }
}

/// A place in which redemptions run.
#[expect(async_fn_in_trait, reason = "everything runs on the one thread of a page")]
pub trait World {
    /// Held while others wait; given back when it is dropped, also when the tab dies.
    type Guard;

    /// What the backend promises.
    fn promise(&self) -> Promise;

    /// Now by the server's clock.
    fn now(&self) -> Instant;

    /// Waits until no other tab holds `name`, and holds it; `None` when that takes longer than anybody should wait.
    async fn hold(&self, name: &str) -> Option<Self::Guard>;

    /// Everything that is kept: names and texts. `None` when there may be something that can't be read now.
    async fn kept(&self) -> Option<Vec<(String, String)>>;

    /// Keeps a text under a name.
    async fn keep(&self, name: &str, text: &str);

    /// Forgets a name.
    async fn forget(&self, name: &str);

    /// Sends. An answer that the backend gives to nobody who is signed out is dealt with here too.
    async fn send(&self, request: Request) -> Result<Reply, ApiError>;

    /// Passes time, in milliseconds.
    async fn pause(&self, milliseconds: i32);

    /// Identifier of the member.
    async fn member(&self) -> Result<String, ApiError>;

    /// Every intent that is kept; what can't be one is left alone. `None` as with [`Self::kept`].
    async fn intents(&self) -> Option<Vec<Intent>> {
        let (kept, now) = (self.kept().await?, self.now());
        let intent = |(name, text): &(String, String)| {
            super::read(text).filter(|intent| intent.client_ref == *name && intent.is_plausible(now))
        };
        Some(kept.iter().filter_map(intent).collect())
    }
}

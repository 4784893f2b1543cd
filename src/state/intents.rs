//! Redemptions that were begun: each is kept on the device before anything is sent, so that after a lost answer, a
//! reload or a closed tab the very same one can be asked for, and is never made twice.

use crate::api::error::ApiError;
use crate::api::node::{Body, Node, parse};
use crate::api::wire::{self, page};
use crate::api::{client, endpoint};
use crate::domain::redemption::Redemption;
use crate::platform::{random, storage};
use std::cell::RefCell;

const PREFIX: &str = "portal.member.intent.";

thread_local! {
    /// Keys whose answer is still awaited: that the backend has never heard of them means nothing yet.
    static SENDING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the member set out to redeem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The key of every attempt; also the reference by which the redemption is found again.
    pub client_ref: String,
    /// Identifier of the member, so that nobody else's is taken up.
    pub member_id: String,
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
}

/// What became of an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Made: this is it.
    Made(Box<Redemption>),
    /// Not made, for a reason that the backend gave; nothing was spent.
    Refused(ApiError),
    /// Not known yet; the intent is kept.
    Unknown(ApiError),
}

impl Intent {
    /// A new one with a key of its own.
    pub fn new(member_id: String, reward_id: String, title: String, expected_cost: i64) -> Self {
        let client_ref = random::uuid();
        Self { client_ref, member_id, reward_id, title, quantity: 1, store_id: None, expected_cost }
    }

    fn name(&self) -> String {
        let mut name = String::from(PREFIX);
        name.push_str(&self.client_ref);
        name
    }

    fn keep(&self) {
        let body = Body::new()
            .text("client_ref", &self.client_ref)
            .text("member_id", &self.member_id)
            .text("reward_id", &self.reward_id)
            .text("title", &self.title)
            .int("quantity", self.quantity)
            .maybe_text("store_id", self.store_id.as_deref())
            .int("expected_cost", self.expected_cost);
        storage::write(&self.name(), &body.json());
    }

    /// Forgets it.
    pub fn forget(&self) {
        storage::remove(&self.name());
    }

    /// Sends it, or sends the very same again.
    pub async fn send(&self) -> Outcome {
        self.keep();
        let body = Body::new()
            .text("reward_id", &self.reward_id)
            .int("quantity", self.quantity)
            .maybe_text("store_id", self.store_id.as_deref())
            .int("expected_cost", self.expected_cost)
            .text("client_ref", &self.client_ref);
        SENDING.with_borrow_mut(|keys| keys.push(self.client_ref.clone()));
        let reply = client::post(endpoint::redemptions(), body.json(), Some(&self.client_ref)).await;
        SENDING.with_borrow_mut(|keys| {
            if let Some(at) = keys.iter().position(|key| *key == self.client_ref) {
                keys.swap_remove(at);
            }
        });
        self.settle(reply.and_then(|reply| reply.decode(wire::wallet::redemption)))
    }

    /// Asks what became of it, without sending it again. `None` when the backend has never heard of it.
    ///
    /// # Errors
    /// When that can't be known now.
    pub async fn look_up(&self) -> Result<Option<Redemption>, ApiError> {
        let under_way = SENDING.with_borrow(|keys| keys.contains(&self.client_ref));
        let reply = client::get(endpoint::redemption_by_ref(&self.client_ref)).await?;
        let found =
            reply.decode(|node| wire::strict_page(node, wire::wallet::redemption))?.data.into_iter().next();
        if found.is_some() {
            self.forget();
        } else if under_way {
            return Err(ApiError::Timeout);
        }
        Ok(found)
    }

    fn settle(&self, answer: Result<Redemption, ApiError>) -> Outcome {
        match answer {
            Ok(redemption) => {
                self.forget();
                Outcome::Made(Box::new(redemption))
            }
            // A key that is taken means that something stands under it.
            Err(error) if error.is_unknown() || error.code() == "key-reused" => Outcome::Unknown(error),
            Err(error) => {
                // Signed out or too many requests: it was not made, and the member may send the same again.
                let again = error.is_signed_out() || error.code() == "rate-limited";
                if !again {
                    self.forget();
                }
                Outcome::Refused(error)
            }
        }
    }
}

/// Every intent of this member that isn't known to be over.
pub fn open(member_id: &str) -> Vec<Intent> {
    let read = |name: String| {
        let value = parse(&storage::read(&name)?)?;
        let node = Node::root(&value).ok()?;
        Some(Intent {
            client_ref: node.maybe_text("client_ref")?,
            member_id: node.maybe_text("member_id")?,
            reward_id: node.maybe_text("reward_id")?,
            title: node.text_or_empty("title"),
            quantity: node.maybe_int("quantity")?,
            store_id: node.maybe_text("store_id"),
            expected_cost: node.maybe_int("expected_cost")?,
        })
    };
    storage::names(PREFIX)
        .into_iter()
        .filter_map(read)
        .filter(|intent| intent.member_id == member_id)
        .collect()
}

/// A page of redemptions, newest first.
///
/// # Errors
/// See [`ApiError`].
pub async fn history(cursor: Option<&str>) -> Result<wire::Page<Redemption>, ApiError> {
    client::get(endpoint::redemptions_page(cursor)).await?.decode(|node| page(node, wire::wallet::redemption))
}

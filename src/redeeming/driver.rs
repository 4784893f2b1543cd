//! Does one task of a course.

use crate::api::error::ApiError;
use crate::api::exchange::Request;
use crate::api::node::{Body, Decoded, Fault, Node};
use crate::api::{endpoint, wire};
use crate::domain::date::Instant;
use crate::domain::points::EntryKind;
use crate::domain::redeeming::{Event, Intent, Outcome, Source, Task, VALID_MS};
use crate::domain::redemption::Preview;
use crate::redeeming::reason::is_unknown;
use crate::redeeming::{Order, World, refusal, write};
use miniserde::json::Value;

/// The name under which tabs agree on who keeps an intent.
pub const ALL: &str = "redeeming";
/// Two clocks may differ by this much when entries of the ledger are compared with an order.
const SAME_TIME_MS: i64 = 60_000;

/// Does what the course asks for; what came of it, if anything did. `order` is what the member sees and gets its cost and
/// its place in the count from the preview.
pub async fn perform<W: World>(world: &W, order: &mut Order, task: Task) -> Option<Event> {
    match task {
        Task::Nothing | Task::Show(_) => None,
        Task::Look => Some(look(world, order).await),
        Task::Keep(key) => Some(keep(world, order, key).await),
        Task::Send(key) => Some(send(world, order, &key).await),
        Task::Join(key) => {
            drop(world.hold(&key).await);
            Some(check(world, order, &key).await)
        }
        Task::Check(key) => Some(check(world, order, &key).await),
        Task::Pause(look, milliseconds) => {
            world.pause(milliseconds).await;
            Some(Event::Due(look))
        }
        Task::ReadLedger(key) => Some(read_ledger(world, order, &key).await),
        Task::Settle(key, outcome) => {
            conclude(world, &key, outcome).await;
            None
        }
    }
}

async fn look<W: World>(world: &W, order: &mut Order) -> Event {
    // Before the question: what is settled while it is under way, the answer may not show.
    let Some(intents) = world.intents().await else {
        return Event::NotLooked(refusal(&ApiError::Timeout));
    };
    let seen = last(&intents);
    match preview(world, order).await {
        Ok(preview) => {
            order.seen = seen;
            order.expected_cost = preview.cost_points;
            Event::Looked(Box::new(preview))
        }
        Err(error) => Event::NotLooked(refusal(&error)),
    }
}

async fn preview<W: World>(world: &W, order: &Order) -> Result<Preview, ApiError> {
    let body = Body::new()
        .text("reward_id", &order.reward_id)
        .int("quantity", order.quantity)
        .maybe_text("store_id", order.store_id.as_deref());
    let request = Request::post(endpoint::redemption_preview(), body.json(), None);
    world.send(request).await?.decode(wire::wallet::preview)
}

/// How far this device has counted.
fn last(intents: &[Intent]) -> i64 {
    let places = |intent: &Intent| intent.settled.as_ref().map_or(intent.seq, |(at, _)| intent.seq.max(*at));
    intents.iter().map(places).max().unwrap_or_default()
}

/// Keeps a new intent, unless the same reward is under way already or was redeemed elsewhere since the member saw the cost.
async fn keep<W: World>(world: &W, order: &mut Order, key: String) -> Event {
    let member_id = match world.member().await {
        Ok(member) => member,
        Err(error) => return Event::Lost(refusal(&error)),
    };
    let _alone = world.hold(ALL).await;
    // What can't be read may be this very order.
    let Some(intents) = world.intents().await else { return Event::Lost(refusal(&ApiError::Timeout)) };
    let now = world.now();
    for old in intents.iter().filter(|intent| intent.is_old(now)) {
        world.forget(&old.client_ref).await;
    }
    let same = intents.iter().filter(|one| one.member_id == member_id && one.reward_id == order.reward_id);
    for intent in same {
        match &intent.settled {
            None => {
                // From here on it is the order that is under way, not what the member would have ordered.
                *order = Order::of(intent.clone());
                return Event::Joined(intent.client_ref.clone());
            }
            Some((at, Outcome::Made(id))) if *at > order.seen => return Event::Made(id.clone()),
            Some((at, Outcome::Told)) if *at > order.seen => return Event::Told(true),
            Some(_) => {}
        }
    }
    let intent = Intent {
        client_ref: key,
        member_id,
        reward_id: order.reward_id.clone(),
        title: order.title.clone(),
        quantity: order.quantity,
        store_id: order.store_id.clone(),
        expected_cost: order.expected_cost,
        not_after: now.plus_ms(VALID_MS),
        doubt: false,
        seq: last(&intents) + 1,
        settled: None,
    };
    world.keep(&intent.client_ref, &write(&intent)).await;
    order.intent = Some(intent);
    Event::Kept
}

/// What is kept under a key, or was by this page. What can't be read any more may be in doubt.
async fn find<W: World>(world: &W, order: &Order, key: &str) -> Option<Intent> {
    let is_it = |intent: &Intent| intent.client_ref == key;
    let kept = world.intents().await.into_iter().flatten().find(is_it);
    let own = || order.intent.clone().filter(is_it).map(|intent| Intent { doubt: true, ..intent });
    kept.or_else(own)
}

fn known(intent: &Intent) -> Option<Event> {
    intent.settled.as_ref().map(|(_, outcome)| match outcome {
        Outcome::Made(id) => Event::Made(id.clone()),
        Outcome::Told => Event::Told(true),
        Outcome::NotMade => Event::Expired,
    })
}

/// Writes what became of an intent, so that other tabs and a later start know it.
async fn settle<W: World>(world: &W, key: &str, outcome: Outcome) {
    let _alone = world.hold(ALL).await;
    let intents = world.intents().await.unwrap_or_default();
    let place = last(&intents) + 1;
    if let Some(mut intent) = intents.into_iter().find(|intent| intent.client_ref == key)
        && intent.settled.is_none()
    {
        intent.settled = Some((place, outcome));
        world.keep(key, &write(&intent)).await;
    }
}

/// Settles what the member has decided. That an order was not made is not theirs to say while another tab's attempt is
/// open, or may be, and the backend can be asked: then it is looked up.
async fn conclude<W: World>(world: &W, key: &str, outcome: Outcome) {
    let _alone = world.hold(key).await;
    let in_doubt = |intent: &Intent| intent.client_ref == key && intent.doubt;
    let is_theirs = !world.promise().idempotent
        || world.intents().await.is_some_and(|intents| !intents.iter().any(in_doubt));
    if is_theirs {
        settle(world, key, outcome).await;
    }
}

/// Notes whether an attempt is open of which nobody knows what became.
async fn doubt<W: World>(world: &W, key: &str, doubt: bool) {
    let _alone = world.hold(ALL).await;
    let mut intents = world.intents().await.into_iter().flatten();
    if let Some(mut intent) = intents.find(|intent| intent.client_ref == key && intent.doubt != doubt) {
        intent.doubt = doubt;
        world.keep(key, &write(&intent)).await;
    }
}

async fn send<W: World>(world: &W, order: &Order, key: &str) -> Event {
    // Only one tab sends at a time, and what another one has settled is not sent again.
    let alone = world.hold(key).await;
    if alone.is_none() && !world.promise().idempotent {
        return Event::Lost(refusal(&ApiError::Timeout));
    }
    let Some(intent) = find(world, order, key).await else {
        // Another tab's, and storage was wiped meanwhile: nothing may be sent of which nothing is known.
        return Event::Lost(refusal(&ApiError::Timeout));
    };
    if let Some(event) = known(&intent) {
        return event;
    }
    if !is_theirs(world, &intent).await {
        return Event::Lost(refusal(&ApiError::Offline));
    }
    let body = Body::new()
        .text("reward_id", &intent.reward_id)
        .int("quantity", intent.quantity)
        .maybe_text("store_id", intent.store_id.as_deref())
        .int("expected_cost", intent.expected_cost)
        .maybe_text(
            "not_after",
            intent.not_after.to_rfc3339().filter(|_| world.promise().deadline).as_deref(),
        )
        .text("client_ref", key);
    let request = Request::post(endpoint::redemptions(), body.json(), Some(key)).of(&intent.member_id);
    doubt(world, key, true).await;
    match world.send(request).await.and_then(|reply| reply.decode(wire::wallet::redemption)) {
        Ok(redemption) => {
            settle(world, key, Outcome::Made(redemption.id.clone())).await;
            Event::Made(redemption.id)
        }
        Err(error) if is_unknown(&error) => Event::Lost(refusal(&error)),
        Err(error) => {
            let refusal = refusal(&error);
            if intent.doubt && refusal.source != Source::Backend(409) {
                // Of this attempt it is certain; of one before it, by any tab, nobody knows. Only what a rule decided
                // is kept under the key.
                return Event::Lost(refusal);
            }
            if !refusal.again {
                settle(world, key, Outcome::NotMade).await;
            } else {
                doubt(world, key, false).await;
            }
            Event::Refused(refusal)
        }
    }
}

/// Whether the member who agreed is still the one who is signed in, as far as this page knows; the backend is told as
/// well, for it knows better.
async fn is_theirs<W: World>(world: &W, intent: &Intent) -> bool {
    world.member().await.is_ok_and(|member| member == intent.member_id)
}

/// A list from which something is concluded: without it nothing is, and every entry counts.
fn list<'a, T>(node: Node<'a>, decode: impl Fn(Node<'a>) -> Decoded<T>) -> Decoded<wire::Page<T>> {
    match node.value("data") {
        Some(Value::Array(_)) => wire::strict_page(node, decode),
        _ => Err(Fault { field: "data" }),
    }
}

async fn check<W: World>(world: &W, order: &Order, key: &str) -> Event {
    let intent = find(world, order, key).await;
    if let Some(event) = intent.as_ref().and_then(known) {
        return event;
    }
    let Some(intent) = intent else { return Event::Lost(refusal(&ApiError::Timeout)) };
    if !is_theirs(world, &intent).await {
        return Event::Lost(refusal(&ApiError::Offline));
    }
    let asked = world.now();
    let request = Request::get(endpoint::redemption_by_ref(key)).of(&intent.member_id);
    let reply = match world.send(request).await {
        Ok(reply) => reply,
        Err(error) => return Event::Lost(refusal(&error)),
    };
    // A backend that doesn't know the filter gives others as well.
    let one = |node: Node<'_>| Ok((node.maybe_text("client_ref"), wire::wallet::redemption(node)?.id));
    let found = match reply.decode(|node| list(node, one)) {
        Ok(page) => page.data.into_iter().find(|(its, _)| its.as_deref() == Some(key)),
        Err(error) => return Event::Lost(refusal(&error)),
    };
    if let Some((_, id)) = found {
        settle(world, key, Outcome::Made(id.clone())).await;
        return Event::Made(id);
    }
    // By the earlier of two clocks: it was looked up no sooner than it was asked for. Where the server doesn't tell the
    // time, the device alone can't say that it is over.
    let deadline = world.promise().deadline;
    match reply.at {
        Some(at) if intent.is_over(at.min(asked), deadline) => {
            settle(world, key, Outcome::NotMade).await;
            Event::Expired
        }
        _ => Event::NotFound,
    }
}

/// Whether the ledger took as many points since the order began, for a backend that can't say more.
async fn read_ledger<W: World>(world: &W, order: &Order, key: &str) -> Event {
    // While another tab's attempt is on its way, the ledger says nothing.
    drop(world.hold(key).await);
    let Some(intent) = find(world, order, key).await else {
        return Event::NoLedger(refusal(&ApiError::Timeout));
    };
    if let Some(event) = known(&intent) {
        return event;
    }
    if !is_theirs(world, &intent).await {
        return Event::NoLedger(refusal(&ApiError::Offline));
    }
    let asked = world.now();
    let request = Request::get(endpoint::transactions(Some(EntryKind::Spend), None)).of(&intent.member_id);
    let reply = world.send(request).await;
    match reply.and_then(|reply| reply.decode(|node| list(node, wire::points::entry))) {
        Ok(page) => {
            let since = intent.begun().plus_ms(-SAME_TIME_MS);
            let times = page.data.iter().filter(|entry| entry.amount == -intent.expected_cost);
            let times = times.filter_map(|entry| entry.occurred_at).filter(|at| *at >= since);
            let late = intent.is_late(asked, world.promise().deadline);
            Event::Ledger(times.collect::<Vec<Instant>>(), late)
        }
        Err(error) => Event::NoLedger(refusal(&error)),
    }
}

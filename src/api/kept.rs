//! Answers that are kept on the device, for when the backend can't be reached: whose they are, since when, and how long they
//! are worth showing. Decision 20.

use crate::api::client::auth_mode;
use crate::api::endpoint::Endpoint;
use crate::api::error::ApiError;
use crate::api::exchange::{Answer, Reply};
use crate::domain::config::AuthMode;
use crate::domain::date::Instant;
use crate::platform::{clock, storage};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Begins the names of all that is kept of a member; under this name stands whose it is.
const NAME: &str = "portal.member.kept";
/// The programme is everybody's.
const PROGRAMME: &str = "portal.kept";
/// What is older is no longer shown: a week.
const LIFE_MS: i64 = 7 * 24 * 3_600_000;
/// What is longer is not kept, in bytes.
const LONGEST: usize = 100_000;
/// So many answers at most.
const MOST: usize = 40;

thread_local! {
    /// Who is signed in, once the backend has said so.
    static OWNER: RefCell<Option<String>> = const { RefCell::new(None) };
    /// What came before it was known whose it is.
    static WAITING: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    /// Whether reading means reading what is kept, and the oldest that was.
    static READING: Cell<Option<Option<Instant>>> = const { Cell::new(None) };
}

/// The name under which an answer is kept, and whether it is the member's; `None` for what is never kept.
fn name(path: &str) -> Option<(String, bool)> {
    // A look at one redemption by its key decides about points: it is the backend's to answer.
    let own = path.starts_with("/me") && !path.split(['?', '&']).any(|part| part.starts_with("client_ref="))
        || path == "/coupon-offers";
    let mut name = String::from(if own { NAME } else { PROGRAMME });
    name.push_str(path);
    (own || path == "/programme").then_some((name, own))
}

/// Keeps the text of an answer that came at `at`.
pub(super) fn keep(path: &str, at: Instant, body: &str) {
    let Some((name, own)) = name(path).filter(|_| body.len() <= LONGEST) else { return };
    if auth_mode() != AuthMode::Cookie {
        return;
    }
    // Its age is told by the device's clock alone, what is shown by the server's.
    let mut entry = clock::device().0.to_string();
    entry.push('\n');
    entry.push_str(&at.0.to_string());
    entry.push('\n');
    entry.push_str(body);
    if own {
        let owner = OWNER.with_borrow(Clone::clone);
        match owner {
            Some(owner) => write(&owner, &name, &entry),
            None => WAITING.with_borrow_mut(|waiting| waiting.push((name, entry))),
        }
    } else {
        storage::write(&name, &entry);
    }
}

fn write(owner: &str, name: &str, entry: &str) {
    let mut text = String::from(owner);
    text.push('\n');
    text.push_str(entry);
    if storage::names(NAME).len() > MOST {
        forget();
        storage::write(NAME, owner);
    }
    if !storage::write(name, &text) {
        // An old answer must not pass for what the backend said last.
        storage::remove(name);
    }
}

/// Says who is signed in. What is kept of anybody else is forgotten.
pub fn belongs_to(member: &str) {
    if READING.get().is_some() || auth_mode() != AuthMode::Cookie {
        return;
    }
    if storage::read(NAME).as_deref() != Some(member) {
        storage::remove_all(NAME);
        storage::write(NAME, member);
    }
    OWNER.set(Some(member.to_owned()));
    for (name, entry) in WAITING.take() {
        write(member, &name, &entry);
    }
}

/// Forgets what is kept of the member.
pub fn forget() {
    OWNER.set(None);
    WAITING.take();
    storage::remove_all(NAME);
}

/// What `run` comes to when it reads what is kept instead of asking the backend, and since when the oldest of it was known;
/// `None` when something of it isn't kept.
pub fn read<T, F: Future<Output = Result<T, ApiError>>>(run: impl FnOnce() -> F) -> Option<(T, Instant)> {
    READING.set(Some(None));
    // Nothing in it has to wait.
    let answer = pin!(run()).poll(&mut Context::from_waker(Waker::noop()));
    let since = READING.take().flatten();
    match answer {
        Poll::Ready(Ok(value)) => Some((value, since?)),
        _ => None,
    }
}

/// The kept answer while [`read`] runs; `None` when the backend is to be asked.
pub(super) fn answer(endpoint: &Endpoint) -> Option<Result<Reply, ApiError>> {
    let oldest = READING.get()?;
    let Some((at, body)) = find(endpoint.path()) else { return Some(Err(ApiError::Offline)) };
    READING.set(Some(Some(oldest.map_or(at, |oldest| oldest.min(at)))));
    let mut answer = Answer { status: 200, body, ..Answer::default() }.read();
    if let Ok(reply) = &mut answer {
        reply.at = Some(at);
    }
    Some(answer)
}

fn find(path: &str) -> Option<(Instant, String)> {
    let (name, own) = name(path)?;
    let text = storage::read(&name)?;
    let entry = if own {
        let (owner, entry) = text.split_once('\n')?;
        Some(entry).filter(|_| storage::read(NAME).as_deref() == Some(owner))?
    } else {
        &text
    };
    let (written, rest) = entry.split_once('\n')?;
    let (at, body) = rest.split_once('\n')?;
    let (written, at) = (written.parse::<i64>().ok()?, Instant(at.parse().ok()?));
    (clock::device().0.saturating_sub(written) <= LIFE_MS).then(|| (at, body.to_owned()))
}

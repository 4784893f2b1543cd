//! Challenges that wait for an authenticator's answer.
//!
//! Kept in memory and measured by the monotonic clock, like codes: whoever waits while the backend starts anew asks once more.

use crate::ids;
use crate::problem::Problem;
use crate::rules::webauthn::CHALLENGE;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a challenge is good. A person may have to look for their key.
const LIFE: Duration = Duration::from_secs(180);
/// What browsers are told to wait, so that the answer is in time; in milliseconds.
pub(crate) const TIMEOUT: u64 = 120_000;
/// No more wait at one time.
const MOST: usize = 10_000;
/// Seconds until it is worth asking again when too many wait.
const LATER: u64 = 60;

/// What an answer has to answer.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) challenge: [u8; CHALLENGE],
    /// The site that it was made for.
    pub(crate) rp_id: String,
    /// Who adds a passkey; none where somebody signs in.
    pub(crate) member: Option<String>,
    until: Instant,
}

/// All that wait.
#[derive(Default)]
pub(crate) struct Challenges(Mutex<HashMap<String, Waiting>>);

impl Challenges {
    /// A new challenge, and its name.
    pub(crate) fn issue(
        &self,
        rp_id: &str,
        member: Option<&str>,
    ) -> Result<(String, [u8; CHALLENGE]), Problem> {
        self.issue_at(rp_id, member, Instant::now())
    }

    fn issue_at(
        &self,
        rp_id: &str,
        member: Option<&str>,
        now: Instant,
    ) -> Result<(String, [u8; CHALLENGE]), Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, one| one.until > now);
        }
        if all.len() >= MOST {
            return Err(Problem::rate_limited(LATER));
        }
        let (id, challenge) = (ids::hex(&ids::entropy::<16>()?), ids::entropy()?);
        let one = Waiting {
            challenge,
            rp_id: rp_id.to_owned(),
            member: member.map(str::to_owned),
            until: now + LIFE,
        };
        all.insert(id.clone(), one);
        Ok((id, challenge))
    }

    /// Takes one, whatever comes of it: none is answered twice.
    pub(crate) fn take(&self, id: &str) -> Option<Waiting> {
        self.take_at(id, Instant::now())
    }

    fn take_at(&self, id: &str, now: Instant) -> Option<Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(id).filter(|one| one.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_once_and_for_three_minutes() {
        let (all, start) = (Challenges::default(), Instant::now());
        let (id, challenge) = all.issue_at("a.example", Some("m1"), start).unwrap();
        let (late, other) = all.issue_at("a.example", None, start).unwrap();
        assert_ne!(challenge, other);
        let taken = all.take_at(&id, start + LIFE - Duration::from_millis(1)).unwrap();
        assert_eq!(
            (taken.challenge, taken.rp_id.as_str(), taken.member.as_deref()),
            (challenge, "a.example", Some("m1"))
        );
        assert!(all.take_at(&id, start).is_none() && all.take_at(&late, start + LIFE).is_none());
    }

    #[test]
    fn memory_is_not_for_filling() {
        let (all, start) = (Challenges::default(), Instant::now());
        for _ in 0..MOST {
            all.issue_at("a.example", None, start).unwrap();
        }
        assert_eq!(all.issue_at("a.example", None, start).unwrap_err().retry_after(), Some(LATER));
        assert!(all.issue_at("a.example", None, start + LIFE).is_ok());
    }
}

//! Signing in by the member's own phone: when the screen asks whether it was agreed to, and when it shows another code
//! (RFC 8628, section 3.5; requirement K3).

/// A code that nobody has scanned is replaced this long before it ends, in milliseconds: nobody is to scan one that ends
/// under their eyes.
const MARGIN_MS: i64 = 10_000;
/// What `slow_down` adds to the interval, in milliseconds (RFC 8628, section 3.5).
const SLOWER_MS: i64 = 5_000;
/// The longest pause after the backend wasn't reached, in milliseconds.
const LONGEST_MS: i64 = 30_000;

/// A code as the backend gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What the device asks with.
    pub device_code: String,
    /// What the phone shows.
    pub user_code: String,
    /// Address of the page for the phone: a path of the portal, or a whole address.
    pub uri: String,
    /// Seconds that it lives.
    pub expires_in: i64,
    /// Seconds between two questions, at least.
    pub interval: i64,
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nobody has decided; with whether a phone has opened the page.
    Pending(bool),
    /// The questions come too fast.
    SlowDown,
    /// "Not me".
    Denied,
    /// The code is over, or used.
    Expired,
    /// The backend wasn't reached, or is in trouble.
    Unreached,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The code is to be scanned.
    Shown,
    /// A phone has it, and its member decides.
    Scanned,
    /// The member said that it wasn't them.
    Denied,
    /// A phone had it, and nobody decided in time.
    Expired,
}

/// A code on screen. Moments are milliseconds of a clock that only goes forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The code.
    pub code: Code,
    /// Where it stands.
    pub stage: Stage,
    ends: i64,
    interval_ms: i64,
    wait_ms: i64,
    next: i64,
}

impl Pairing {
    /// A code that was given at `now`.
    pub fn new(code: Code, now: i64) -> Self {
        let interval_ms = code.interval.clamp(1, 60) * 1000;
        let ends = now + code.expires_in.clamp(20, 120) * 1000;
        Self { code, stage: Stage::Shown, ends, interval_ms, wait_ms: interval_ms, next: now + interval_ms }
    }

    /// Whether the backend is to be asked now.
    pub fn is_due(&self, now: i64) -> bool {
        matches!(self.stage, Stage::Shown | Stage::Scanned) && now >= self.next
    }

    /// Whether another code is wanted. One that a phone has stays until the backend ends it.
    pub fn wants_another(&self, now: i64) -> bool {
        self.stage == Stage::Shown && now >= self.ends - MARGIN_MS
    }

    /// The question was answered at `now`.
    pub fn answered(&mut self, answer: Answer, now: i64) {
        match answer {
            Answer::Pending(scanned) => {
                self.stage = if scanned { Stage::Scanned } else { Stage::Shown };
                self.wait_ms = self.interval_ms;
            }
            Answer::SlowDown => {
                self.interval_ms += SLOWER_MS;
                self.wait_ms = self.interval_ms;
            }
            Answer::Denied => self.stage = Stage::Denied,
            Answer::Expired if self.stage == Stage::Scanned => self.stage = Stage::Expired,
            // Nobody has seen it: another one takes its place without a word.
            Answer::Expired => self.ends = now,
            Answer::Unreached => self.wait_ms = (self.wait_ms * 2).min(LONGEST_MS.max(self.interval_ms)),
        }
        self.next = now + self.wait_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairing() -> Pairing {
        let code = Code {
            device_code: "d".into(),
            user_code: "WDJB-MJHT".into(),
            uri: "/device?user_code=WDJB-MJHT".into(),
            expires_in: 120,
            interval: 3,
        };
        Pairing::new(code, 0)
    }

    #[test]
    fn it_asks_no_sooner_than_it_may() {
        let mut one = pairing();
        assert!(!one.is_due(2_999) && one.is_due(3_000));
        one.answered(Answer::Pending(false), 3_100);
        assert!(!one.is_due(6_099) && one.is_due(6_100));
        one.answered(Answer::SlowDown, 6_100);
        assert!(!one.is_due(14_099) && one.is_due(14_100), "five seconds more");
        one.answered(Answer::Pending(false), 14_100);
        assert!(!one.is_due(22_099), "and they stay");
    }

    #[test]
    fn what_nobody_scanned_is_replaced_within_two_minutes() {
        let mut one = pairing();
        assert!(!one.wants_another(109_999) && one.wants_another(110_000));
        one.answered(Answer::Pending(true), 109_000);
        assert!(!one.wants_another(119_000), "a phone has it");
        one.answered(Answer::Expired, 121_000);
        assert_eq!((one.stage, one.wants_another(200_000)), (Stage::Expired, false));
        let mut unseen = pairing();
        unseen.answered(Answer::Expired, 50_000);
        assert!(unseen.wants_another(50_000), "the backend ended it early");
        let long = Pairing::new(Code { expires_in: 86_400, ..pairing().code }, 0);
        assert!(long.wants_another(120_000), "whatever the backend says");
    }

    #[test]
    fn a_decision_ends_the_questions() {
        let mut one = pairing();
        one.answered(Answer::Denied, 3_000);
        assert_eq!(one.stage, Stage::Denied);
        assert!(!one.is_due(i64::MAX) && !one.wants_another(i64::MAX));
    }

    #[test]
    fn it_asks_less_and_less_of_a_backend_that_is_gone() {
        let mut one = pairing();
        let mut now = 3_000;
        let mut waits = Vec::new();
        for _ in 0..6 {
            one.answered(Answer::Unreached, now);
            let next = (now..).find(|at| one.is_due(*at)).unwrap_or(now);
            waits.push(next - now);
            now = next;
        }
        assert_eq!(waits, [6_000, 12_000, 24_000, 30_000, 30_000, 30_000]);
        one.answered(Answer::Pending(false), now);
        assert!(one.is_due(now + 3_000), "it is back");
    }
}

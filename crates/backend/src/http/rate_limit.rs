//! Codes sent by text message, how often things may be tried, and how fast a device may poll.
//!
//! Kept in memory and measured by the monotonic clock: a frozen wall clock must neither lock people out nor let anyone guess.

use crate::ids;
use crate::problem::{Code, Problem};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// How long a code is good.
pub(crate) const CODE_LIFE: Duration = Duration::from_secs(300);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// What a device that polls too fast has to add to its pause (RFC 8628, section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// A timer that goes off a little early isn't too fast.
const SLACK: Duration = Duration::from_millis(200);
/// Nobody polls for this long.
const POLLED: Duration = Duration::from_secs(600);
const ATTEMPTS: u32 = 5;
/// Above this many entries the ones that no longer matter are dropped.
const CROWD: usize = 10_000;

/// How often codes may be asked for and tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds until another code may be sent to the same number.
    pub resend_after: u64,
    /// Codes sent to one number in an hour.
    pub codes_per_phone: usize,
    /// Codes asked for from one address in an hour.
    pub codes_per_address: usize,
    /// Sign-ins tried from one address in an hour.
    pub sign_ins_per_address: usize,
    /// Enrolments of devices tried from one address in an hour.
    pub enrolments_per_address: usize,
    /// Sign-ins by phone begun by one device in ten minutes.
    pub authorizations_per_device: usize,
    /// Codes of devices tried by one member in ten minutes, not counting those that the member has opened.
    pub user_codes_per_member: usize,
    /// Member codes scanned by one device in a minute.
    pub card_codes_per_device: usize,
    /// Heartbeats of one device in a minute.
    pub heartbeats_per_device: usize,
    /// Seconds between two polls of a device.
    pub poll_interval: u64,
    /// Codes of WeChat tried from one address in ten minutes: for tickets, for payments, and on the way back from WeChat.
    pub wechat_codes_per_address: usize,
    /// Pages signed for the JSSDK from one address in ten minutes.
    pub signatures_per_address: usize,
    /// Steps with passkeys from one address, or of one member, in ten minutes.
    pub passkeys_per_client: usize,
    /// Handoffs to native pages begun by one member in ten minutes.
    pub handoffs_per_member: usize,
    /// Results of native pages told from one address in ten minutes.
    pub handoff_results_per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            resend_after: 60,
            codes_per_phone: 5,
            codes_per_address: 30,
            sign_ins_per_address: 60,
            enrolments_per_address: 20,
            authorizations_per_device: 60,
            user_codes_per_member: 30,
            card_codes_per_device: 30,
            heartbeats_per_device: 10,
            poll_interval: 3,
            // A whole shop behind one address comes in at once.
            wechat_codes_per_address: 300,
            signatures_per_address: 600,
            passkeys_per_client: 300,
            handoffs_per_member: 30,
            handoff_results_per_address: 300,
        }
    }
}

impl Limits {
    /// Limits that no test or demonstration will meet.
    #[must_use]
    pub const fn relaxed() -> Self {
        Self {
            resend_after: 0,
            codes_per_phone: 100_000,
            codes_per_address: 100_000,
            sign_ins_per_address: 100_000,
            enrolments_per_address: 100_000,
            authorizations_per_device: 100_000,
            user_codes_per_member: 100_000,
            card_codes_per_device: 100_000,
            heartbeats_per_device: 100_000,
            poll_interval: 1,
            wechat_codes_per_address: 100_000,
            signatures_per_address: 100_000,
            passkeys_per_client: 100_000,
            handoffs_per_member: 100_000,
            handoff_results_per_address: 100_000,
        }
    }
}

/// What is counted besides the codes of text messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Authorization,
    UserCode,
    CardCode,
    Heartbeat,
    WechatCode,
    Passkey,
    Signature,
    Handoff,
    HandoffResult,
}

impl Act {
    /// Its name, how often, and within which time.
    fn quota(self, limits: &Limits) -> Quota {
        match self {
            Self::Authorization => ("authorization", limits.authorizations_per_device, 10 * MINUTE),
            Self::UserCode => ("user-code", limits.user_codes_per_member, 10 * MINUTE),
            Self::CardCode => ("card-code", limits.card_codes_per_device, MINUTE),
            Self::Heartbeat => ("heartbeat", limits.heartbeats_per_device, MINUTE),
            Self::WechatCode => ("wechat-code", limits.wechat_codes_per_address, 10 * MINUTE),
            Self::Passkey => ("passkey", limits.passkeys_per_client, 10 * MINUTE),
            Self::Signature => ("signature", limits.signatures_per_address, 10 * MINUTE),
            Self::Handoff => ("handoff", limits.handoffs_per_member, 10 * MINUTE),
            Self::HandoffResult => ("handoff-result", limits.handoff_results_per_address, 10 * MINUTE),
        }
    }
}

type Quota = (&'static str, usize, Duration);

struct Issued {
    salt: [u8; 16],
    hash: [u8; 32],
    at: Instant,
    attempts: u32,
}

#[derive(Default)]
struct Books {
    codes: HashMap<String, Issued>,
    /// When something was done, by what and by whom.
    tries: HashMap<(&'static str, String), Vec<Instant>>,
    /// When each device code was last polled for, and the pause it is told to make.
    polls: HashMap<[u8; 32], (Instant, Duration)>,
}

/// Sends codes and checks them.
pub(crate) struct Desk {
    limits: Limits,
    books: Mutex<Books>,
}

fn hash(salt: &[u8; 16], phone: &str, code: &str) -> [u8; 32] {
    ids::digest(&[salt, phone.as_bytes(), code.as_bytes()])
}

impl Books {
    /// Counts a try, unless there were too many of them within the time before.
    fn count(&mut self, (what, limit, within): Quota, who: String, now: Instant) -> Result<(), Problem> {
        if self.tries.len() > CROWD {
            self.tries.retain(|_, times| times.iter().any(|at| now.duration_since(*at) < HOUR));
        }
        let times = self.tries.entry((what, who)).or_default();
        times.retain(|at| now.duration_since(*at) < within);
        if times.len() >= limit {
            let oldest = times.first().map_or(within, |at| now.duration_since(*at));
            return Err(Problem::rate_limited(within.saturating_sub(oldest).as_secs() + 1));
        }
        times.push(now);
        Ok(())
    }
}

impl Desk {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, books: Mutex::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn resend_after(&self) -> u64 {
        self.limits.resend_after
    }

    /// Makes a new code for a number; the one before it is void.
    pub(crate) fn issue(&self, phone: &str, address: IpAddr) -> Result<String, Problem> {
        self.issue_at(phone, address, Instant::now())
    }

    fn issue_at(&self, phone: &str, address: IpAddr, now: Instant) -> Result<String, Problem> {
        let mut books = self.books();
        let resend = Duration::from_secs(self.limits.resend_after);
        if let Some(issued) = books.codes.get(phone) {
            let wait = resend.saturating_sub(now.duration_since(issued.at));
            if !wait.is_zero() {
                return Err(Problem::rate_limited(wait.as_secs() + 1));
            }
        }
        books.count(("code-address", self.limits.codes_per_address, HOUR), client(address), now)?;
        books.count(("code-phone", self.limits.codes_per_phone, HOUR), phone.to_owned(), now)?;
        if books.codes.len() > CROWD {
            books.codes.retain(|_, issued| now.duration_since(issued.at) < CODE_LIFE.max(resend));
        }
        let code = format!("{:06}", u64::from_be_bytes(ids::entropy()?) % 1_000_000);
        let salt = ids::entropy()?;
        let issued = Issued { salt, hash: hash(&salt, phone, &code), at: now, attempts: 0 };
        books.codes.insert(phone.to_owned(), issued);
        Ok(code)
    }

    /// Checks a code. It works once.
    pub(crate) fn redeem(&self, phone: &str, code: &str, address: IpAddr) -> Result<(), Problem> {
        self.redeem_at(phone, code, address, Instant::now())
    }

    fn redeem_at(&self, phone: &str, code: &str, address: IpAddr, now: Instant) -> Result<(), Problem> {
        let mut books = self.books();
        books.count(("sign-in", self.limits.sign_ins_per_address, HOUR), client(address), now)?;
        let wrong = |code: Code| {
            use super::body::invalid;
            Err(Problem::new(code).error("/code", invalid()))
        };
        let Some(issued) = books.codes.get_mut(phone) else { return wrong(Code::SmsExpired) };
        if now.duration_since(issued.at) >= CODE_LIFE || issued.attempts >= ATTEMPTS {
            return wrong(Code::SmsExpired);
        }
        issued.attempts += 1;
        if bool::from(issued.hash[..].ct_eq(&hash(&issued.salt, phone, code)[..])) {
            // Kept, with all its attempts used up, so that the wait for the next one still holds.
            issued.attempts = ATTEMPTS;
            return Ok(());
        }
        wrong(Code::SmsIncorrect)
    }

    /// Counts an attempt to enrol a device.
    pub(crate) fn count_enrolment(&self, address: IpAddr) -> Result<(), Problem> {
        let quota = ("enrolment", self.limits.enrolments_per_address, HOUR);
        self.books().count(quota, client(address), Instant::now())
    }

    /// Counts what a device or a member does.
    pub(crate) fn count(&self, act: Act, who: &str) -> Result<(), Problem> {
        self.books().count(act.quota(&self.limits), who.to_owned(), Instant::now())
    }

    /// Counts what is done from an address.
    pub(crate) fn count_from(&self, act: Act, address: IpAddr) -> Result<(), Problem> {
        self.count(act, &client(address))
    }

    /// Seconds that a device waits between two polls.
    pub(crate) fn poll_interval(&self) -> u64 {
        self.limits.poll_interval
    }

    /// Whether a device polls for a code too soon after the poll before; the pause for that code is then longer.
    pub(crate) fn polls_too_fast(&self, device_code: [u8; 32]) -> bool {
        self.polls_too_fast_at(device_code, Instant::now())
    }

    fn polls_too_fast_at(&self, device_code: [u8; 32], now: Instant) -> bool {
        let mut books = self.books();
        if books.polls.len() > CROWD {
            books.polls.retain(|_, (at, _)| now.duration_since(*at) < POLLED);
        }
        let first = Duration::from_secs(self.limits.poll_interval);
        let before = books.polls.get(&device_code).copied();
        let too_fast = before.is_some_and(|(at, pause)| now.duration_since(at) + SLACK < pause);
        let pause = before.map_or(first, |(_, pause)| pause) + if too_fast { SLOWER } else { Duration::ZERO };
        books.polls.insert(device_code, (now, pause));
        too_fast
    }
}

/// One client: an IPv4 address, or the /64 that an IPv6 client usually has to itself.
fn client(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn code_of<T>(result: Result<T, Problem>) -> Option<Code> {
        result.err().map(|problem| problem.code())
    }

    fn other(code: &str) -> &'static str {
        if code == "000000" { "000001" } else { "000000" }
    }

    #[test]
    fn a_code_works_once_within_five_minutes_and_five_attempts() {
        let desk = Desk::new(Limits::relaxed());
        let start = Instant::now();
        let code = desk.issue_at("1", HERE, start).unwrap();
        assert_eq!(code_of(desk.redeem_at("2", &code, HERE, start)), Some(Code::SmsExpired));
        assert_eq!(code_of(desk.redeem_at("1", &code, HERE, start + CODE_LIFE)), Some(Code::SmsExpired));
        assert!(desk.redeem_at("1", &code, HERE, start).is_ok());
        assert_eq!(code_of(desk.redeem_at("1", &code, HERE, start)), Some(Code::SmsExpired));
        let code = desk.issue_at("1", HERE, start).unwrap();
        for _ in 0..ATTEMPTS {
            assert_eq!(code_of(desk.redeem_at("1", other(&code), HERE, start)), Some(Code::SmsIncorrect));
        }
        assert_eq!(code_of(desk.redeem_at("1", &code, HERE, start)), Some(Code::SmsExpired));
    }

    #[test]
    fn codes_are_limited_by_number_address_and_time() {
        let limits = Limits {
            resend_after: 60,
            codes_per_phone: 2,
            codes_per_address: 3,
            sign_ins_per_address: 1,
            ..Limits::default()
        };
        let desk = Desk::new(limits);
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(desk.issue_at("1", HERE, at(0)).is_ok());
        let refused = desk.issue_at("1", HERE, at(20)).unwrap_err();
        assert_eq!((refused.code(), refused.retry_after()), (Code::RateLimited, Some(41)));
        assert!(desk.issue_at("1", HERE, at(60)).is_ok());
        assert_eq!(code_of(desk.issue_at("1", HERE, at(120))), Some(Code::RateLimited));
        assert_eq!(
            code_of(desk.issue_at("2", HERE, at(120))),
            Some(Code::RateLimited),
            "three from one address"
        );
        assert!(desk.issue_at("1", HERE, at(3700)).is_ok());
        assert_eq!(code_of(desk.redeem_at("1", "000000x", HERE, at(3700))), Some(Code::SmsIncorrect));
        assert_eq!(code_of(desk.redeem_at("1", "000000x", HERE, at(3700))), Some(Code::RateLimited));
    }

    #[test]
    fn a_device_that_polls_too_fast_has_to_wait_longer() {
        let desk = Desk::new(Limits::default());
        let start = Instant::now();
        let too_fast =
            |code: u8, millis| desk.polls_too_fast_at([code; 32], start + Duration::from_millis(millis));
        assert!(!too_fast(1, 0) && !too_fast(2, 10), "each code has its own pace");
        assert!(!too_fast(1, 3_000) && !too_fast(1, 5_900), "a timer may be a little early");
        assert!(too_fast(1, 8_000), "two seconds");
        assert!(too_fast(1, 15_000), "eight were asked for by now");
        assert!(!too_fast(1, 28_000), "thirteen");
        assert!(too_fast(1, 40_000) && !too_fast(2, 40_000));
    }

    #[test]
    fn what_is_counted_is_free_again_after_its_time() {
        let mut books = Books::default();
        let start = Instant::now();
        let quota = Act::Heartbeat.quota(&Limits::default());
        let mut beat =
            |who: &str, seconds| books.count(quota, who.to_owned(), start + Duration::from_secs(seconds));
        assert!((0..10).all(|second| beat("a", second).is_ok()));
        assert_eq!(beat("a", 20).unwrap_err().retry_after(), Some(41));
        assert!(beat("b", 20).is_ok() && beat("a", 60).is_ok() && beat("a", 60).is_err());
    }

    #[test]
    fn a_whole_ipv6_network_is_one_client() {
        let of = |text: &str| client(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}

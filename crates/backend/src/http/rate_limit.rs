//! Codes sent by text message, and how often things may be tried.
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
const HOUR: Duration = Duration::from_secs(3600);
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
}

impl Default for Limits {
    fn default() -> Self {
        Self { resend_after: 60, codes_per_phone: 5, codes_per_address: 30, sign_ins_per_address: 60 }
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
        }
    }
}

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
    /// Counts a try, unless there were `limit` of them within the last hour.
    fn count(&mut self, what: &'static str, who: String, limit: usize, now: Instant) -> Result<(), Problem> {
        if self.tries.len() > CROWD {
            self.tries.retain(|_, times| times.iter().any(|at| now.duration_since(*at) < HOUR));
        }
        let times = self.tries.entry((what, who)).or_default();
        times.retain(|at| now.duration_since(*at) < HOUR);
        if times.len() >= limit {
            let oldest = times.first().map_or(HOUR, |at| now.duration_since(*at));
            return Err(Problem::rate_limited(HOUR.saturating_sub(oldest).as_secs() + 1));
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
        books.count("code-address", client(address), self.limits.codes_per_address, now)?;
        books.count("code-phone", phone.to_owned(), self.limits.codes_per_phone, now)?;
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
        books.count("sign-in", client(address), self.limits.sign_ins_per_address, now)?;
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
        let limits =
            Limits { resend_after: 60, codes_per_phone: 2, codes_per_address: 3, sign_ins_per_address: 1 };
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
    fn a_whole_ipv6_network_is_one_client() {
        let of = |text: &str| client(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}

//! The member's code: sixteen digits that change every minute, so that a photograph of them is soon worth nothing.

use crate::clock::{DAY, Millis};
use crate::ids;

/// How long one code is shown.
pub(crate) const STEP: Millis = 60_000;
/// So many follow one another in a day.
pub(crate) const STEPS_A_DAY: i64 = DAY / STEP;
/// A code is taken for so many steps after its own: it takes a while to be held under a scanner.
const GRACE: i64 = 1;

/// Which code is shown at a time.
pub(crate) fn step(now: Millis) -> i64 {
    now.div_euclid(STEP)
}

/// The sixteen digits of a member's secret in one step of time; the last is a check digit.
pub(crate) fn payload(secret: &[u8], step: i64) -> String {
    let inner = ids::digest(&[secret, b"card", &step.to_be_bytes()]);
    let outer = ids::digest(&[secret, &inner]);
    let mut number = [0; 8];
    number.copy_from_slice(&outer[..8]);
    let digits = format!("{:015}", u64::from_be_bytes(number) % 1_000_000_000_000_000);
    let check = ids::luhn(&digits);
    format!("{digits}{check}")
}

/// A code that was shown to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) member_id: String,
    pub(crate) step: i64,
    /// Whether somebody signed in with it.
    pub(crate) used: bool,
}

/// Why a code signs nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It was never shown.
    Unknown,
    /// It was used, or another one is shown by now.
    Over,
}

/// Whose code it is, of all that were shown with its digits.
///
/// # Errors
/// When it is nobody's, or no longer good.
pub(crate) fn owner(shown: &[Shown], now: Millis) -> Result<&Shown, Refusal> {
    let fresh = step(now) - GRACE..=step(now);
    let mut good = shown.iter().filter(|code| fresh.contains(&code.step));
    match (good.next(), good.next()) {
        (Some(code), None) if !code.used => Ok(code),
        (Some(_), None) => Err(Refusal::Over),
        // Two members with the same digits: better nobody than the wrong one.
        (Some(_), Some(_)) => Err(Refusal::Unknown),
        (None, _) if shown.is_empty() => Err(Refusal::Unknown),
        (None, _) => Err(Refusal::Over),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_that_change_with_time_and_member() {
        let code = payload(b"secret", 7);
        assert_eq!(code.len(), 16);
        assert_eq!(code.chars().last(), Some(ids::luhn(&code[..15])));
        assert_eq!(code, payload(b"secret", 7));
        assert_ne!(code, payload(b"secret", 8));
        assert_ne!(code, payload(b"other", 7));
    }

    #[test]
    fn a_code_is_good_once_until_the_end_of_the_next_minute() {
        let code = |step| Shown { member_id: "m".into(), step, used: false };
        let at = |step: i64| step * STEP;
        assert_eq!(owner(&[code(7)], at(7)), Ok(&code(7)));
        assert_eq!(owner(&[code(7)], at(9) - 1), Ok(&code(7)));
        assert_eq!(owner(&[code(7)], at(9)), Err(Refusal::Over));
        assert_eq!(owner(&[code(7)], at(7) - 1), Err(Refusal::Over), "not yet");
        assert_eq!(owner(&[Shown { used: true, ..code(7) }], at(7)), Err(Refusal::Over));
        assert_eq!(owner(&[], at(7)), Err(Refusal::Unknown));
        let other = Shown { member_id: "n".into(), ..code(7) };
        assert_eq!(owner(&[code(7), other.clone()], at(7)), Err(Refusal::Unknown));
        assert_eq!(owner(&[code(7), Shown { step: 3, ..other }], at(7)), Ok(&code(7)));
    }
}

//! What a scanner that pretends to be a keyboard reads, told apart from a hand (requirement K4). Such scanners send a letter
//! every few milliseconds and Tab or Enter at the end.

/// Two keys of a scanner are at most this far apart, in milliseconds; a hand is slower.
pub const GAP_MS: i64 = 50;
/// Fewer letters than this may be a fast hand.
const FEWEST: usize = 6;
/// What is longer is no code of ours, and is dropped as it comes.
const LONGEST: usize = 128;
/// The digits of a member code.
const MEMBER_CODE: usize = 16;

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// A letter.
    Letter(char),
    /// Tab or Enter.
    Suffix,
    /// Anything that is neither: scanners send control characters with the control key.
    Other,
}

/// What to do about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not ours: let it do what it does. What was held back before it is typed first.
    Pass(String),
    /// Hold it back until it is clear what it belongs to.
    Hold,
    /// It belongs to something read, which is complete.
    Read(Reading),
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A member code.
    Member(String),
    /// Something else: an address, a ticket, a bottle.
    Unknown,
}

/// Listens to keys. Moments are milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Wedge {
    held: String,
    /// Letters that came, also those that were dropped.
    count: usize,
    last: i64,
    spoilt: bool,
}

impl Wedge {
    /// A key at `now`.
    pub fn stroke(&mut self, stroke: Stroke, now: i64) -> Verdict {
        let before = if now.saturating_sub(self.last) > GAP_MS { self.pause() } else { None };
        let before = before.unwrap_or_default();
        self.last = now;
        match stroke {
            Stroke::Letter(letter) => {
                self.count += 1;
                if self.count <= LONGEST {
                    self.held.push(letter);
                } else {
                    self.spoilt = true;
                }
                if before.is_empty() { Verdict::Hold } else { Verdict::Pass(before) }
            }
            Stroke::Suffix | Stroke::Other if self.count == 0 => Verdict::Pass(before),
            Stroke::Suffix if self.count < FEWEST => Verdict::Pass(self.take()),
            Stroke::Suffix => Verdict::Read(self.reading()),
            Stroke::Other if self.count < FEWEST => Verdict::Pass(self.take()),
            Stroke::Other => {
                self.spoilt = true;
                Verdict::Hold
            }
        }
    }

    /// No key has come for longer than [`GAP_MS`]: what a hand has typed, if it was one.
    pub fn pause(&mut self) -> Option<String> {
        let typed = if self.count < FEWEST { self.take() } else { self.reset() };
        Some(typed).filter(|typed| !typed.is_empty())
    }

    /// Whether something is held back.
    pub fn is_holding(&self) -> bool {
        self.count > 0
    }

    /// How many keys it was, since the last pause.
    pub fn length(&self) -> usize {
        self.count
    }

    /// A scanner without a suffix has come to its end: what it read, if it was one.
    pub fn rest(&mut self) -> Option<Reading> {
        (self.count >= FEWEST).then(|| self.reading())
    }

    fn reading(&mut self) -> Reading {
        let spoilt = self.spoilt;
        let text = self.take();
        if spoilt { Reading::Unknown } else { read(&text) }
    }

    fn take(&mut self) -> String {
        self.count = 0;
        self.spoilt = false;
        std::mem::take(&mut self.held)
    }

    fn reset(&mut self) -> String {
        self.take();
        String::new()
    }
}

/// What a text read by a scanner is. It is data: never an address, never a command.
pub fn read(text: &str) -> Reading {
    let text = text.trim();
    let digits = text.len() == MEMBER_CODE && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && passes_luhn(text) { Reading::Member(text.to_owned()) } else { Reading::Unknown }
}

/// The check of ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: &str = "6238041774193620";

    /// Types `text` with `gap` between the keys; what got through as typed, and what was read.
    fn type_in(text: &str, gap: i64, suffix: bool) -> (String, Option<Reading>) {
        let mut wedge = Wedge::default();
        let mut now = 10_000;
        let mut typed = String::new();
        for letter in text.chars() {
            now += gap;
            if let Verdict::Pass(before) = wedge.stroke(Stroke::Letter(letter), now) {
                typed.push_str(&before);
            }
        }
        if suffix {
            now += gap;
            match wedge.stroke(Stroke::Suffix, now) {
                Verdict::Pass(before) => typed.push_str(&before),
                Verdict::Read(reading) => return (typed, Some(reading)),
                Verdict::Hold => {}
            }
        }
        let read = wedge.rest();
        typed.push_str(&wedge.pause().unwrap_or_default());
        (typed, read)
    }

    fn valid() -> String {
        (0..10).map(|check| format!("{}{check}", &CODE[..15])).find(|code| passes_luhn(code)).unwrap()
    }

    #[test]
    fn a_scanner_is_read_and_a_hand_types() {
        let code = valid();
        assert_eq!(type_in(&code, 5, true), (String::new(), Some(Reading::Member(code.clone()))));
        assert_eq!(type_in(&code, 30, true), (String::new(), Some(Reading::Member(code.clone()))));
        assert_eq!(type_in(&code, 5, false), (String::new(), Some(Reading::Member(code.clone()))));
        assert_eq!(type_in(&code, 120, true), (code, None));
    }

    #[test]
    fn two_fast_keys_of_a_hand_are_typed() {
        assert_eq!(type_in("12", 20, false), ("12".into(), None));
        assert_eq!(type_in("12", 20, true), ("12".into(), None));
    }

    #[test]
    fn hostile_payloads_are_no_member_codes() {
        let long = "1".repeat(10_000);
        for text in [
            "https://evil.example/a?b",
            "javascript:alert(1)",
            "<script>alert(1)</script>",
            "0000000000000001",
            "６２３８０４１７７４１９３６２０",
            "623804177419362",
            long.as_str(),
        ] {
            assert_eq!(type_in(text, 5, true), (String::new(), Some(Reading::Unknown)), "{text:.40}");
        }
    }

    #[test]
    fn control_characters_spoil_what_is_read() {
        let mut wedge = Wedge::default();
        for (at, letter) in valid().chars().enumerate() {
            let now = 1_000 + 5 * i64::try_from(at).unwrap();
            assert_eq!(wedge.stroke(Stroke::Letter(letter), now), Verdict::Hold);
        }
        assert_eq!(wedge.stroke(Stroke::Other, 1_080), Verdict::Hold);
        assert_eq!(wedge.stroke(Stroke::Suffix, 1_085), Verdict::Read(Reading::Unknown));
        assert!(!wedge.is_holding());
    }

    #[test]
    fn keys_of_the_browser_pass() {
        let mut wedge = Wedge::default();
        assert_eq!(wedge.stroke(Stroke::Suffix, 5), Verdict::Pass(String::new()));
        assert_eq!(wedge.stroke(Stroke::Other, 6), Verdict::Pass(String::new()));
    }

    proptest! {
        #[test]
        fn nothing_typed_by_hand_is_lost(text in "[ -~]{0,40}") {
            prop_assert_eq!(type_in(&text, 120, true), (text, None));
        }

        #[test]
        fn nothing_read_is_ever_typed(text in "[ -~]{6,200}") {
            let (typed, read) = type_in(&text, 5, true);
            prop_assert_eq!(typed, "");
            prop_assert!(read.is_some());
        }
    }
}

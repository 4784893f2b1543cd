//! Asking once for a survey about what just happened, kept on the device as one line: what it is about, and the key it is
//! asked for with, or a mark that nothing is left to ask.

const BETWEEN: char = ' ';
const OVER: &str = "-";

/// What is left to do about something that a survey may be offered about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Nothing was asked yet.
    New,
    /// It was asked with this key: the same key gives the same offer again.
    Again(String),
    /// There was no offer, or the member has had it.
    Over,
}

impl Asking {
    /// What the kept line says about `about`; a line about something else says nothing.
    pub fn read(kept: Option<&str>, about: &str) -> Self {
        match kept.and_then(|line| line.split_once(BETWEEN)) {
            Some((its, OVER)) if its == about => Self::Over,
            Some((its, key)) if its == about => Self::Again(key.to_owned()),
            _ => Self::New,
        }
    }

    /// The line to keep about `about`.
    pub fn line(&self, about: &str) -> String {
        let mut line = String::from(about);
        line.push(BETWEEN);
        line.push_str(match self {
            Self::Again(key) => key,
            Self::New | Self::Over => OVER,
        });
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_about_something_else_says_nothing() {
        assert_eq!(Asking::read(None, "a"), Asking::New);
        assert_eq!(Asking::read(Some(""), "a"), Asking::New);
        assert_eq!(Asking::read(Some("b -"), "a"), Asking::New);
        assert_eq!(Asking::read(Some("ab key"), "a"), Asking::New);
        assert_eq!(Asking::read(Some("a -"), "a"), Asking::Over);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again(about in "[A-Za-z0-9_-]{1,20}", key in "[0-9a-f-]{2,36}") {
            for asking in [Asking::Again(key), Asking::Over] {
                prop_assert_eq!(Asking::read(Some(&asking.line(&about)), &about), asking);
            }
        }

        #[test]
        fn any_line_is_harmless(line in any::<String>(), about in "[A-Za-z0-9]{1,8}") {
            let _ = Asking::read(Some(&line), &about);
        }
    }
}

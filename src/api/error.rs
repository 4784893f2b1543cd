//! What can go wrong between the portal and the backend.

use crate::api::node::{Node, parse};

/// Where the backend wants to be left alone for longer, a read is not tried again by itself.
const LONGEST_WAIT_S: i32 = 3;
const SOONEST_MS: i32 = 300;
const SPREAD_MS: f64 = 900.0;

/// Why a request has no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The backend wasn't reached.
    Offline,
    /// No answer in time.
    Timeout,
    /// An answer that isn't what the contract says; names the field, empty for the whole.
    Malformed(&'static str),
    /// The backend refused.
    Problem(Box<Problem>),
}

/// The backend's refusal (RFC 9457 with the contract's extensions).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// The contract's code; empty when the answer has none.
    pub code: String,
    /// The backend's words, in the member's language.
    pub detail: String,
    /// Seconds to wait before asking again.
    pub retry_after: Option<i64>,
    /// Points missing (`insufficient-points`).
    pub shortfall: Option<i64>,
    /// What it costs now (`price-changed`).
    pub current_cost: Option<i64>,
    /// Whether a phone has opened the page to agree (`authorization-pending`).
    pub scanned: bool,
}

impl Problem {
    /// From an answer that isn't a success; a body that can't be read leaves the status alone to speak.
    pub fn read(status: u16, body: &str, retry_after: Option<i64>) -> Self {
        let mut problem = Self { status, retry_after, ..Self::default() };
        let value = parse(body);
        if let Some(Ok(node)) = value.as_ref().map(Node::root) {
            problem.code = node.text_or_empty("code");
            problem.detail = node.maybe_text("detail").unwrap_or_else(|| node.text_or_empty("title"));
            problem.shortfall = node.maybe_int("shortfall");
            problem.current_cost = node.maybe_int("current_cost");
            problem.scanned = node.flag("scanned");
        }
        problem
    }
}

impl ApiError {
    /// The contract's code, where the backend gave one.
    pub fn code(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.code,
            _ => "",
        }
    }

    /// Whether the session is missing or over.
    pub fn is_signed_out(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.status == 401)
    }

    /// Whether it isn't known if the backend acted on the request.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Offline | Self::Timeout | Self::Malformed(_) => true,
            Self::Problem(problem) => problem.status >= 500 || problem.code == "in-progress",
        }
    }

    /// When a read may be tried once more by itself, in milliseconds; `None` when that would be no use, or only a burden.
    /// `chance`, from 0 to 1, spreads those who failed at the same time.
    pub fn again_after_ms(&self, chance: f64) -> Option<i32> {
        let asked = match self {
            Self::Offline => 0,
            Self::Problem(problem) if matches!(problem.status, 502..=504) => problem.retry_after.unwrap_or(0),
            _ => return None,
        };
        let asked = i32::try_from(asked).ok().filter(|seconds| *seconds <= LONGEST_WAIT_S)?;
        Some(asked * 1000 + SOONEST_MS + (chance.clamp(0.0, 1.0) * SPREAD_MS) as i32)
    }

    /// Seconds to wait before asking again, where the backend said so.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Problem(problem) => problem.retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_speaks_and_markup_does_not() {
        let body = r#"{"code":"insufficient-points","detail":"还差 320 积分","shortfall":320}"#;
        let problem = Problem::read(409, body, None);
        assert_eq!((problem.code.as_str(), problem.shortfall), ("insufficient-points", Some(320)));
        let gateway = Problem::read(502, "<html>Bad gateway</html>", Some(7));
        assert_eq!((gateway.code.as_str(), gateway.retry_after), ("", Some(7)));
    }

    #[test]
    fn a_read_is_tried_again_where_that_may_help() {
        let refused = |status, retry_after| {
            ApiError::Problem(Box::new(Problem { status, retry_after, ..Problem::default() }))
        };
        assert_eq!(ApiError::Offline.again_after_ms(0.0), Some(300));
        assert_eq!(ApiError::Offline.again_after_ms(1.0), Some(1200));
        assert_eq!(refused(503, Some(2)).again_after_ms(0.5), Some(2750));
        assert_eq!(refused(502, None).again_after_ms(0.0), Some(300));
        // A second wait of that length is nobody's wish; what was asked for is; the rest is an answer.
        assert_eq!(ApiError::Timeout.again_after_ms(0.0), None);
        assert_eq!(refused(503, Some(4)).again_after_ms(0.0), None);
        for status in [400, 401, 404, 409, 429, 500] {
            assert_eq!(refused(status, None).again_after_ms(0.0), None, "{status}");
        }
    }

    #[test]
    fn only_a_clear_refusal_is_known() {
        let refused = |status, code: &str| {
            ApiError::Problem(Box::new(Problem { status, code: code.into(), ..Problem::default() }))
        };
        assert!(ApiError::Timeout.is_unknown());
        assert!(refused(502, "").is_unknown());
        assert!(refused(409, "in-progress").is_unknown());
        assert!(!refused(409, "out-of-stock").is_unknown());
        assert!(refused(401, "unauthenticated").is_signed_out());
    }
}

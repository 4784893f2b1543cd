//! An error of the client as the course keeps it, and back for those who find words for it.

use crate::api::error::{ApiError, Problem};
use crate::domain::redeeming::{Refusal, Source};

/// As the course keeps it.
pub fn refusal(error: &ApiError) -> Refusal {
    let source = match error {
        ApiError::Offline => Source::Offline,
        ApiError::Timeout => Source::Timeout,
        ApiError::Malformed(_) => Source::Malformed,
        ApiError::Problem(problem) => Source::Backend(problem.status),
    };
    let problem = match error {
        ApiError::Problem(problem) => Problem::clone(problem),
        _ => Problem::default(),
    };
    // Signed out or too many requests: it was not made, and the member may send the same again.
    let again = error.is_signed_out() || source == Source::Backend(429);
    let Problem { code, detail, retry_after: wait, shortfall: missing, .. } = problem;
    Refusal { source, code, detail, missing, wait, again }
}

/// Whether nobody knows if the order was made. What speaks without the contract's code may be a gateway on the way: it
/// says nothing of an order that the backend may have seen before.
pub(super) fn is_unknown(error: &ApiError) -> bool {
    // A key that is taken means that something stands under it.
    error.is_unknown() || error.code() == "key-reused" || (error.code().is_empty() && !refusal(error).again)
}

/// As the client gave it.
pub fn error(refusal: &Refusal) -> ApiError {
    match refusal.source {
        Source::Offline => ApiError::Offline,
        Source::Timeout => ApiError::Timeout,
        Source::Malformed => ApiError::Malformed(""),
        Source::Backend(status) => ApiError::Problem(Box::new(Problem {
            status,
            code: refusal.code.clone(),
            detail: refusal.detail.clone(),
            retry_after: refusal.wait,
            shortfall: refusal.missing,
            current_cost: None,
            scanned: false,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_decides_nothing() {
        let answer = |status, code: &str| {
            ApiError::Problem(Box::new(Problem { status, code: code.into(), ..Problem::default() }))
        };
        assert!(
            is_unknown(&answer(403, "")) && is_unknown(&answer(502, "")) && is_unknown(&ApiError::Timeout)
        );
        assert!(is_unknown(&answer(422, "key-reused")) && is_unknown(&answer(409, "in-progress")));
        assert!(!is_unknown(&answer(409, "out-of-stock")) && !is_unknown(&answer(401, "")));
        assert!(!is_unknown(&answer(429, "")) && refusal(&answer(429, "")).again);
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        let problem = Problem {
            status: 409,
            code: "out-of-stock".into(),
            detail: "稍后".into(),
            retry_after: Some(7),
            ..Problem::default()
        };
        for given in [ApiError::Offline, ApiError::Timeout, ApiError::Problem(Box::new(problem))] {
            assert_eq!(error(&refusal(&given)), given);
        }
    }
}

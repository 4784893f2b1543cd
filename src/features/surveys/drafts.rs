//! Answers that are kept on the device until they are sent, and sending them.

use crate::api::error::ApiError;
use crate::api::exchange::Request;
use crate::api::wire::surveys::{Receipt, receipt};
use crate::api::{client, endpoint};
use crate::domain::survey::{Draft, Summary};
use crate::features::surveys::sending;
use crate::platform::storage;

const PREFIX: &str = "portal.member.survey.";

/// Where the answers of a member are kept.
fn names_of(member: &str) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(member);
    name.push('.');
    name
}

/// Where the answers of a member to a survey are kept.
pub(super) fn name(member: &str, survey: &str) -> String {
    let mut name = names_of(member);
    name.push_str(survey);
    name
}

/// What a list says of what is kept; `None` where nothing is.
pub(super) fn summary(member: &str, survey: &str) -> Option<Summary> {
    Draft::summary(&storage::read(&name(member, survey))?)
}

/// What a list says of all that is kept of a member's answers.
pub(super) fn summaries(member: &str) -> Vec<(String, Option<Summary>)> {
    let names = storage::names(&names_of(member));
    let said = |name: String| {
        let summary = storage::read(&name).and_then(|text| Draft::summary(&text));
        (name, summary)
    };
    names.into_iter().map(said).collect()
}

/// The surveys that a member has submitted on this device and that the backend hasn't confirmed: identifier and text.
pub(super) fn closed(member: &str) -> Vec<(String, Draft)> {
    let prefix = names_of(member);
    let draft = |name: &String| {
        let draft = Draft::read(&storage::read(name)?).filter(|draft| draft.closed)?;
        Some((name.strip_prefix(&prefix)?.to_owned(), draft))
    };
    storage::names(&prefix).iter().filter_map(draft).collect()
}

/// Sends it as it stands, for this member and nobody else: as a draft, or as the submission.
pub(super) async fn put(member: &str, survey: &str, draft: &Draft) -> Result<Receipt, ApiError> {
    let endpoint = endpoint::survey_response(survey, &draft.uuid);
    let request = Request { method: "PUT", endpoint, body: Some(draft.to_body()), key: None, member: None };
    client::send(request.of(member)).await?.decode(receipt)
}

/// Whether sending it again may help: it isn't known what became of it, or the backend asked to wait.
pub(super) fn may_help(error: &ApiError) -> bool {
    error.is_unknown() || matches!(error, ApiError::Problem(problem) if problem.status == 429)
}

/// Sends a draft of a screen that is gone, silently: what is kept stays marked as unsent when it fails.
pub(super) async fn send(member: &str, survey: &str, mut draft: Draft) {
    let name = name(member, survey);
    let before = draft.to_text();
    draft.try_now();
    let text = draft.to_text();
    let keep = |old: &str, new: &str| {
        if storage::read(&name).is_some_and(|kept| kept == old) {
            storage::write(&name, new);
        }
    };
    keep(&before, &text);
    if let Ok(receipt) = put(member, survey, &draft).await {
        // Opened again meanwhile, it is kept by the screen, which knows what was sent.
        if sending::is_on_screen(survey) {
            return;
        }
        let sent = Draft { unsent: false, base: receipt.version.or(draft.base), ..draft };
        keep(&text, &sent.to_text());
    }
}

//! Answers that are kept on the device until they are sent.

use crate::api::{client, endpoint};
use crate::domain::survey::{Draft, kept_answers};
use crate::platform::storage;

/// Where the answers of a member to a survey are kept.
pub(super) fn name(member: &str, survey: &str) -> String {
    let mut name = String::from("portal.member.survey.");
    name.push_str(member);
    name.push('.');
    name.push_str(survey);
    name
}

/// What is kept.
pub(super) fn read(member: &str, survey: &str) -> Option<String> {
    storage::read(&name(member, survey))
}

/// How many questions are answered in what is kept.
pub(super) fn answered(member: &str, survey: &str) -> Option<i64> {
    kept_answers(&read(member, survey)?).and_then(|count| i64::try_from(count).ok())
}

/// Sends a draft, silently: what is kept stays marked as unsent when it fails. Whether it went.
pub(super) async fn send(survey: &str, name: &str, draft: Draft) -> bool {
    let text = draft.to_text();
    let endpoint = endpoint::survey_response(survey, &draft.uuid);
    let sent = client::put(endpoint, draft.to_body(false)).await.is_ok();
    if sent && storage::read(name).is_some_and(|kept| kept == text) {
        storage::write(name, &Draft { unsent: false, ..draft }.to_text());
    }
    sent
}

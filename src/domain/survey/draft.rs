//! A response under way: what is kept on the device, and what to go on from when the survey is opened again.

use miniserde::json::{Number, Object, Value, from_str, to_string};

use super::answers::{Answers, errors, from_json, to_json};
use super::{Choice, Rate, Survey};

/// What a member has answered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The response's identifier: made once, the same in every attempt, so that repeating one is harmless.
    pub uuid: String,
    /// Version of the definition that was answered.
    pub revision: i64,
    /// The screen in use, from 0.
    pub page: usize,
    /// The answers.
    pub answers: Answers,
    /// Whether the backend lacks some of it.
    pub unsent: bool,
}

/// What the backend has of the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The response's identifier.
    pub client_uuid: String,
    /// Version of the definition that was answered.
    pub revision: i64,
    /// Whether it is submitted, and can't be changed any more.
    pub submitted: bool,
    /// The answers, as JSON text.
    pub answers: String,
}

impl Draft {
    /// As it is kept on the device.
    pub fn to_text(&self) -> String {
        let mut object = Object::new();
        object.insert("uuid".into(), Value::String(self.uuid.clone()));
        object.insert("revision".into(), Value::Number(Number::I64(self.revision)));
        object.insert("page".into(), Value::Number(Number::U64(self.page as u64)));
        object.insert("answers".into(), to_json(&self.answers));
        object.insert("unsent".into(), Value::Bool(self.unsent));
        to_string(&Value::Object(object))
    }

    /// As it is sent: a draft, or the submission.
    pub fn to_body(&self, submitted: bool) -> String {
        let state = if submitted { "submitted" } else { "draft" };
        let mut object = Object::new();
        object.insert("revision".into(), Value::Number(Number::I64(self.revision)));
        object.insert("state".into(), Value::String(state.into()));
        object.insert("answers".into(), to_json(&self.answers));
        to_string(&Value::Object(object))
    }

    /// Goes on where the member was: from what is kept on the device or from what the backend has, whichever is newer.
    /// The second result says that the survey isn't the one that was answered. `uuid` is for a response that begins now.
    pub fn resume(
        survey: &Survey,
        revision: i64,
        kept: Option<&str>,
        sent: Option<&Response>,
        uuid: impl FnOnce() -> String,
    ) -> (Self, bool) {
        let kept = kept.and_then(Kept::read);
        let (uuid, was, page, json, unsent) = match (kept, sent) {
            // The device's is newer where it has something to send; another one may have gone on after it sent all.
            (Some(kept), sent) if kept.unsent || sent.is_none() => {
                (kept.uuid, kept.revision, kept.page, kept.answers, kept.unsent)
            }
            (kept, Some(sent)) => {
                let answers = from_str(&sent.answers).unwrap_or_default();
                let page = kept.filter(|kept| kept.uuid == sent.client_uuid).and_then(|kept| kept.page);
                (sent.client_uuid.clone(), sent.revision, page, answers, false)
            }
            (_, None) => (uuid(), revision, None, Value::Null, false),
        };
        let (answers, dropped) = from_json(survey, &json);
        let changed = !dropped.is_empty() || was != revision && !answers.is_empty();
        let last = survey.pages.len().saturating_sub(1);
        let page = if changed { 0 } else { page.unwrap_or_else(|| unanswered(survey, &answers)) };
        let draft = Self { uuid, revision, page: page.min(last), answers, unsent: unsent || changed };
        (draft, changed)
    }

    /// The first screen that can't stay as it is, if there is one.
    pub fn first_fault(&self, survey: &Survey) -> Option<usize> {
        survey.pages.iter().position(|page| !errors(page, &self.answers).is_empty())
    }
}

/// Number of answers in what is kept on the device; `None` when it can't be read.
pub fn kept_answers(text: &str) -> Option<usize> {
    match Kept::read(text)?.answers {
        Value::Object(answers) => Some(answers.len()),
        _ => None,
    }
}

struct Kept {
    uuid: String,
    revision: i64,
    page: Option<usize>,
    answers: Value,
    unsent: bool,
}

impl Kept {
    fn read(text: &str) -> Option<Self> {
        let Value::Object(object) = from_str::<Value>(text).ok()? else { return None };
        let number = |name| super::vocabulary::whole(object.get(name)?);
        let uuid = match object.get("uuid") {
            Some(Value::String(uuid)) if !uuid.is_empty() => uuid.clone(),
            _ => return None,
        };
        Some(Self {
            uuid,
            revision: number("revision")?,
            page: number("page").and_then(|page| usize::try_from(page).ok()),
            answers: object.get("answers").cloned().unwrap_or_default(),
            unsent: !matches!(object.get("unsent"), Some(Value::Bool(false))),
        })
    }
}

/// The first screen with a question that has no answer; the first one where every question has.
fn unanswered(survey: &Survey, answers: &Answers) -> usize {
    if answers.is_empty() {
        return 0;
    }
    let open = |name: &str| answers.get(name).is_none();
    let page = survey.pages.iter().position(|page| page.questions.iter().any(|one| open(&one.name)));
    page.unwrap_or_default()
}

/// Which of the five faces, from 0 for the saddest, stands for a point of a scale with `count` points.
pub fn face(index: usize, count: usize) -> usize {
    match count {
        0 | 1 => 4,
        _ => ((index * 8 + count - 1) / (2 * (count - 1))).min(4),
    }
}

/// Whether choices need a row of their own: half a phone holds about eight Chinese characters.
pub fn are_long(choices: &[Choice]) -> bool {
    choices.iter().any(|choice| width(&choice.text) > 16)
}

/// Whether the points of a scale are short enough to stand in a grid of small boxes.
pub fn are_brief(values: &[Rate]) -> bool {
    values.iter().all(|rate| width(&rate.text) <= 3)
}

fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Scalar, parse};
    use super::*;
    use proptest::prelude::*;

    fn survey(text: &str) -> Survey {
        parse(&from_str(text).unwrap(), "zh-CN").unwrap()
    }

    fn three() -> Survey {
        survey(
            r#"{"questionsOnPageMode":"questionPerPage","elements":[
            {"type":"rating","name":"a","isRequired":true},
            {"type":"radiogroup","name":"b","choices":["x","y"]},
            {"type":"comment","name":"c","isRequired":true}]}"#,
        )
    }

    fn kept(page: usize, unsent: bool) -> String {
        let mut draft = Draft { uuid: "kept".into(), revision: 1, page, unsent, answers: Answers::default() };
        draft.answers.set("a", Answer::Number(4));
        draft.answers.set("b", Answer::One(Scalar::Text("x".into())));
        draft.to_text()
    }

    fn sent() -> Response {
        Response { client_uuid: "sent".into(), revision: 1, submitted: false, answers: r#"{"a":2}"#.into() }
    }

    fn resume(revision: i64, kept: Option<&str>, sent: Option<&Response>) -> (Draft, bool) {
        Draft::resume(&three(), revision, kept, sent, || "new".into())
    }

    #[test]
    fn begins_with_an_identifier_of_its_own() {
        let (draft, changed) = resume(1, None, None);
        assert_eq!(draft, Draft { uuid: "new".into(), revision: 1, ..Draft::default() });
        assert!(!changed);
    }

    #[test]
    fn the_newer_one_wins() {
        let unsent = kept(2, true);
        let (draft, _) = resume(1, Some(&unsent), Some(&sent()));
        assert_eq!((draft.uuid.as_str(), draft.page, draft.unsent), ("kept", 2, true));
        let known = kept(2, false);
        let (draft, _) = resume(1, Some(&known), Some(&sent()));
        assert_eq!(draft.uuid, "sent", "another device went on");
        assert_eq!((draft.answers.get("a"), draft.page), (Some(&Answer::Number(2)), 1));
        let (draft, _) = resume(1, Some(&known), None);
        assert_eq!((draft.uuid.as_str(), draft.page), ("kept", 2), "the backend forgot it");
    }

    #[test]
    fn another_revision_keeps_what_fits_and_says_so() {
        let (draft, changed) = resume(2, Some(&kept(2, false)), None);
        assert!(changed);
        assert_eq!((draft.page, draft.revision, draft.unsent), (0, 2, true));
        assert_eq!(draft.answers.get("a"), Some(&Answer::Number(4)));
        let gone = kept(2, true).replace("\"b\"", "\"gone\"");
        let (draft, changed) = resume(1, Some(&gone), None);
        assert!(changed);
        assert_eq!(draft.answers.iter().count(), 1);
    }

    #[test]
    fn an_untouched_draft_of_another_revision_is_no_news() {
        let empty = Draft { uuid: "kept".into(), revision: 1, ..Draft::default() }.to_text();
        assert!(!resume(2, Some(&empty), None).1);
    }

    #[test]
    fn the_screen_stays_within_the_survey() {
        assert_eq!(resume(1, Some(&kept(99, true)), None).0.page, 2);
        assert_eq!(resume(1, Some(&kept(99, true).replace("99", "-1")), None).0.page, 2);
    }

    #[test]
    fn faults_are_found_from_the_front() {
        let (mut draft, _) = resume(1, None, None);
        assert_eq!(draft.first_fault(&three()), Some(0));
        draft.answers.set("a", Answer::Number(1));
        assert_eq!(draft.first_fault(&three()), Some(2));
        draft.answers.set("c", Answer::Text("好喝".into()));
        assert_eq!(draft.first_fault(&three()), None);
    }

    #[test]
    fn bodies_are_the_contracts() {
        let (mut draft, _) = resume(7, None, None);
        draft.answers.set("a", Answer::Number(5));
        assert_eq!(draft.to_body(true), r#"{"answers":{"a":5},"revision":7,"state":"submitted"}"#);
        assert_eq!(draft.to_body(false), r#"{"answers":{"a":5},"revision":7,"state":"draft"}"#);
    }

    #[test]
    fn faces_are_spread_from_end_to_end() {
        let faces = |count: usize| (0..count).map(|index| face(index, count)).collect::<Vec<_>>();
        assert_eq!(faces(5), [0, 1, 2, 3, 4]);
        assert_eq!(faces(3), [0, 2, 4]);
        assert_eq!(faces(2), [0, 4]);
        assert_eq!(faces(1), [4]);
        assert_eq!(faces(10), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn long_choices_get_a_row() {
        let choice = |text: &str| [Choice { value: Scalar::Number(1), text: text.into() }];
        assert!(!are_long(&choice("咸甜平衡")));
        assert!(!are_long(&choice("The coffee aroma")));
        assert!(are_long(&choice("多少都不会常点它的")));
    }

    proptest! {
        #[test]
        fn what_is_kept_is_found_again(uuid in "[0-9a-f-]{36}", revision in 0..1000_i64, page in 0..3_usize,
            text in "\\PC{1,40}", point in 1..=5_i64) {
            let mut draft = Draft { uuid, revision, page, unsent: true, answers: Answers::default() };
            draft.answers.set("a", Answer::Number(point));
            draft.answers.set("c", Answer::Text(text));
            let kept = draft.to_text();
            prop_assert_eq!(kept_answers(&kept), Some(draft.answers.iter().count()));
            let (found, changed) = resume(revision, Some(&kept), Some(&sent()));
            let mut said = draft.answers.clone();
            if draft.answers.get("c").is_none() {
                said.clear("c");
            }
            prop_assert!(!changed);
            prop_assert_eq!(found, Draft { answers: said, ..draft });
        }

        #[test]
        fn anything_kept_can_be_opened(kept in ".{0,60}", answers in ".{0,60}") {
            let response = Response { answers, ..sent() };
            let (draft, _) = resume(1, Some(&kept), Some(&response));
            prop_assert!(draft.page < 3 && !draft.uuid.is_empty());
        }
    }
}

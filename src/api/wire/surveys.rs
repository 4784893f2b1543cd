//! Surveys and answers, and home's data in one round.

use crate::api::node::{Decoded, Fault, Node};
use crate::api::wire::{Page, account, catalogue, page, points};
use crate::domain::date::Instant;
use crate::domain::member::Member;
use crate::domain::points::Balance;
use crate::domain::reward::{Image, Reward};
use crate::domain::survey::{Response, Value, from_json};
use crate::domain::tier::TierStatus;

/// A survey in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyItem {
    /// The backend's identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Points for it.
    pub reward_points: i64,
    /// Minutes that it takes.
    pub minutes: i64,
    /// Number of questions; 0 where the backend doesn't say.
    pub question_count: i64,
    /// Until when it can be answered.
    pub until: Option<Instant>,
    /// `open`, `draft`, `submitted`, or another word.
    pub status: String,
    /// When it was submitted.
    pub submitted_at: Option<Instant>,
    /// Points that were credited.
    pub points_awarded: Option<i64>,
    /// Its picture.
    pub image: Option<Image>,
}

impl SurveyItem {
    /// Whether it can still be answered.
    pub fn is_open(&self) -> bool {
        self.status == "open" || self.status == "draft"
    }
}

/// A survey to be answered; the definition is SurveyJS JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyPaper {
    /// Title.
    pub title: String,
    /// Version of the definition.
    pub revision: i64,
    /// Points for it.
    pub reward_points: i64,
    /// Minutes that it takes; 0 where the backend doesn't say.
    pub minutes: i64,
    /// SurveyJS JSON.
    pub definition: Value,
    /// The answers so far.
    pub response: Option<Response>,
}

/// What came of sending answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whether they are submitted; a draft that came after the submission gets that too.
    pub submitted: bool,
    /// The version that the next answers are based on, where the backend counts them.
    pub version: Option<i64>,
    /// Points credited.
    pub points_awarded: i64,
    /// Balance afterwards.
    pub balance_after: Option<i64>,
}

/// What home shows, in one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Who.
    pub member: Member,
    /// Tier.
    pub tier: TierStatus,
    /// Balance.
    pub points: Balance,
    /// Up to three rewards.
    pub rewards: Page<Reward>,
    /// At most one open survey.
    pub surveys: Vec<SurveyItem>,
}

/// `SurveyItem`
///
/// # Errors
/// Without `id` or `title`.
pub fn survey_item(node: Node<'_>) -> Decoded<SurveyItem> {
    Ok(SurveyItem {
        id: node.text("id")?,
        title: node.text("title")?,
        reward_points: node.maybe_int("reward_points").unwrap_or_default(),
        minutes: node.maybe_int("minutes").unwrap_or_default(),
        question_count: node.maybe_int("question_count").unwrap_or_default(),
        until: node.maybe_child("window").and_then(|window| window.time("until")),
        status: node.text_or_empty("status"),
        submitted_at: node.time("submitted_at"),
        points_awarded: node.maybe_int("points_awarded"),
        image: node.maybe_child("image").and_then(|one| catalogue::image(one).ok()),
    })
}

/// `Survey`
///
/// # Errors
/// Without `revision` or `definition`.
pub fn survey_paper(node: Node<'_>) -> Decoded<SurveyPaper> {
    let definition = from_json(node.value("definition").ok_or(Fault { field: "definition" })?);
    let revision = node.int("revision")?;
    let response = node.maybe_child("response").and_then(|one| {
        Some(Response {
            client_uuid: one.maybe_text("client_uuid")?,
            revision: one.maybe_int("revision").unwrap_or(revision),
            submitted: one.maybe_text("state").as_deref() == Some("submitted"),
            answers: match one.value("answers").map(from_json) {
                Some(Value::Object(answers)) => answers,
                _ => Default::default(),
            },
            version: one.maybe_int("version"),
            updated_at: one.time("updated_at").map(|at| at.0),
        })
    });
    Ok(SurveyPaper {
        title: node.text_or_empty("title"),
        revision,
        reward_points: node.maybe_int("reward_points").unwrap_or_default(),
        minutes: node.maybe_int("minutes").unwrap_or_default(),
        definition,
        response,
    })
}

/// `SurveyReceipt`
///
/// # Errors
/// Without `state`.
pub fn receipt(node: Node<'_>) -> Decoded<Receipt> {
    Ok(Receipt {
        submitted: node.text("state")? == "submitted",
        version: node.maybe_int("version"),
        points_awarded: node.maybe_int("points_awarded").unwrap_or_default(),
        balance_after: node.maybe_int("balance_after"),
    })
}

/// `Overview`
///
/// # Errors
/// When the member, the tier or the points can't be read.
pub fn overview(node: Node<'_>) -> Decoded<Overview> {
    let rewards = node.maybe_child("rewards");
    let surveys = node.maybe_child("surveys");
    Ok(Overview {
        member: account::member(node.child("me")?)?,
        tier: account::tier_status(node.child("tier")?)?,
        points: points::balance(node.child("points")?)?,
        rewards: match rewards {
            Some(rewards) => page(rewards, catalogue::reward)?,
            None => Page::default(),
        },
        surveys: surveys.map(|surveys| surveys.good("data", survey_item)).unwrap_or_default(),
    })
}

//! A survey that is offered about what just happened.

use crate::api::node::{Decoded, Node};
use crate::api::wire::surveys::{SurveyItem, survey_item};
use crate::domain::date::Instant;

/// What a survey is offered about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something was redeemed.
    Redemption,
    /// Something was bought in a store.
    Visit,
    /// What this version doesn't know.
    Other,
}

/// The offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyOffer {
    /// The backend's identifier.
    pub id: String,
    /// What it is about.
    pub occasion: Occasion,
    /// What was redeemed or bought; empty where the backend doesn't say.
    pub title: String,
    /// When.
    pub at: Option<Instant>,
    /// Name of the store.
    pub store: Option<String>,
    /// The survey.
    pub survey: SurveyItem,
}

/// `SurveyOfferTaken`; `None` when nothing is due.
///
/// # Errors
/// When there is an offer without `id`, `occasion` or a survey that can be named.
pub fn survey_offer(node: Node<'_>) -> Decoded<Option<SurveyOffer>> {
    if node.value("offer").is_none() {
        return Ok(None);
    }
    let offer = node.child("offer")?;
    let occasion = offer.child("occasion")?;
    Ok(Some(SurveyOffer {
        id: offer.text("id")?,
        occasion: match occasion.text("type")?.as_str() {
            "redemption" => Occasion::Redemption,
            "visit" => Occasion::Visit,
            _ => Occasion::Other,
        },
        title: occasion.text_or_empty("title"),
        at: occasion.time("at"),
        store: occasion.maybe_text("store_name"),
        survey: survey_item(offer.child("survey")?)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::node::parse;

    fn read(text: &str) -> Decoded<Option<SurveyOffer>> {
        survey_offer(Node::root(&parse(text).unwrap()).unwrap())
    }

    #[test]
    fn none_is_not_a_broken_one() {
        assert_eq!(read(r#"{"offer":null}"#), Ok(None));
        assert!(read(r#"{"offer":[]}"#).is_err());
        assert!(read(r#"{"offer":{"id":"o","occasion":{"type":"visit"}}}"#).is_err());
    }

    #[test]
    fn an_unknown_occasion_is_still_an_offer() {
        let text = r#"{"offer":{"id":"o","occasion":{"type":"birthday","title":"生日"},"survey":{"id":"s","title":"T"}}}"#;
        let offer = read(text).unwrap().unwrap();
        assert_eq!((offer.occasion, offer.title.as_str(), offer.store), (Occasion::Other, "生日", None));
    }
}

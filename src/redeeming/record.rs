//! An intent as text.

use crate::api::node::{Body, Node, parse};
use crate::domain::redeeming::{Intent, Outcome};
use miniserde::json::Value;

/// Writes an intent.
pub fn write(intent: &Intent) -> String {
    let mut body = Body::new()
        .text("client_ref", &intent.client_ref)
        .text("member_id", &intent.member_id)
        .text("reward_id", &intent.reward_id)
        .text("title", &intent.title)
        .int("quantity", intent.quantity)
        .maybe_text("store_id", intent.store_id.as_deref())
        .int("expected_cost", intent.expected_cost)
        .int("not_after", intent.not_after.0)
        .value("doubt", Value::Bool(intent.doubt))
        .int("seq", intent.seq);
    if let Some((seq, outcome)) = &intent.settled {
        let (word, id) = match outcome {
            Outcome::Made(id) => ("made", Some(id.as_str())),
            Outcome::Told => ("told", None),
            Outcome::NotMade => ("not-made", None),
        };
        body = body.int("settled", *seq).text("outcome", word).maybe_text("redemption_id", id);
    }
    body.json()
}

/// Reads an intent; `None` for what isn't one.
pub fn read(text: &str) -> Option<Intent> {
    let value = parse(text)?;
    let node = Node::root(&value).ok()?;
    let outcome = match node.maybe_text("outcome").as_deref() {
        Some("made") => Some(Outcome::Made(node.maybe_text("redemption_id")?)),
        Some("told") => Some(Outcome::Told),
        Some("not-made") => Some(Outcome::NotMade),
        _ => None,
    };
    Some(Intent {
        client_ref: node.maybe_text("client_ref")?,
        member_id: node.maybe_text("member_id")?,
        reward_id: node.maybe_text("reward_id")?,
        title: node.text_or_empty("title"),
        quantity: node.maybe_int("quantity")?,
        store_id: node.maybe_text("store_id"),
        expected_cost: node.maybe_int("expected_cost")?,
        not_after: crate::domain::date::Instant(node.maybe_int("not_after")?),
        doubt: node.flag("doubt"),
        seq: node.maybe_int("seq").unwrap_or_default(),
        settled: node.maybe_int("settled").zip(outcome),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::Instant;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            texts in prop::array::uniform4(".{0,12}"),
            store_id in prop::option::of(".{0,8}"),
            numbers in prop::array::uniform4(any::<i64>()),
            doubt: bool,
            settled in prop::option::of((any::<i64>(), 0..3_u8)),
        ) {
            let [client_ref, member_id, reward_id, title] = texts;
            let [quantity, expected_cost, not_after, seq] = numbers;
            let settled = settled.map(|(at, kind)| (at, match kind {
                0 => Outcome::Made(title.clone()),
                1 => Outcome::Told,
                _ => Outcome::NotMade,
            }));
            let intent = Intent {
                client_ref, member_id, reward_id, title, quantity, store_id, expected_cost,
                not_after: Instant(not_after), doubt, seq, settled,
            };
            prop_assert_eq!(read(&write(&intent)), Some(intent));
        }

        #[test]
        fn anything_else_is_harmless(text in any::<String>()) {
            prop_assert_eq!(read(&text), None);
        }
    }
}

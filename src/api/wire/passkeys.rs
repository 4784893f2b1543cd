//! Passkeys, and what goes between the backend and an authenticator.

use crate::api::json;
use crate::api::node::{Body, Decoded, Fault, Node, parse};
use crate::domain::passkey::{Challenge, Passkey};

/// `PasskeyChallenge` or `PasskeyCreation`
///
/// # Errors
/// Without its identifier or its options.
pub fn challenge(node: Node<'_>) -> Decoded<Challenge> {
    node.child("options")?;
    let options = node.value("options").ok_or(Fault { field: "options" })?;
    Ok(Challenge { id: node.text("challenge_id")?, options: json::write(options) })
}

/// `Passkey`
///
/// # Errors
/// Without its identifier: it couldn't be removed.
pub fn passkey(node: Node<'_>) -> Decoded<Passkey> {
    Ok(Passkey {
        id: node.text("id")?,
        name: node.text_or_empty("name"),
        created_at: node.time("created_at"),
        last_used_at: node.time("last_used_at"),
    })
}

/// What an authenticator has answered, as the browser writes it: `PasskeySessionRequest` or `PasskeyRequest`.
pub fn answer(challenge: &Challenge, credential: &str) -> Body {
    let credential = parse(credential).unwrap_or(miniserde::json::Value::Null);
    Body::new().text("challenge_id", &challenge.id).value("credential", credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_through_as_they_are() {
        let text = r#"{"challenge_id":"c1","options":{"challenge":"AAA","new":[1,{"a":null}]}}"#;
        let value = parse(text).unwrap();
        let asked = challenge(Node::root(&value).unwrap()).unwrap();
        assert_eq!(asked.options, r#"{"challenge":"AAA","new":[1,{"a":null}]}"#);
        assert_eq!(
            answer(&asked, r#"{"id":"AA"}"#).json(),
            r#"{"challenge_id":"c1","credential":{"id":"AA"}}"#
        );
        let half = parse(r#"{"challenge_id":"c1","options":"AAA"}"#).unwrap();
        assert_eq!(challenge(Node::root(&half).unwrap()), Err(Fault { field: "options" }));
    }
}

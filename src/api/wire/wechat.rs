//! What the backend does for a page in WeChat.

use crate::api::node::{Body, Decoded, Node};
use crate::domain::wechat::{Handoff, Signature};

/// `WechatSignature`
///
/// # Errors
/// Without one of its four parts: half a signature signs nothing.
pub fn signature(node: Node<'_>) -> Decoded<Signature> {
    Ok(Signature {
        app_id: node.text("app_id")?,
        timestamp: node.int("timestamp")?,
        nonce: node.text("nonce")?,
        signature: node.text("signature")?,
    })
}

/// `WechatHandoff`: its identifier and how it stands.
///
/// # Errors
/// Without its identifier or its status.
pub fn handoff(node: Node<'_>) -> Decoded<(String, Handoff)> {
    Ok((node.text("id")?, Handoff::new(&node.text("status")?, node.maybe_text("result"))))
}

/// Asks for a handoff to the host's scanner.
pub fn scan() -> String {
    Body::new().text("kind", "scan").json()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::node::parse;

    fn read<T>(text: &str, decode: fn(Node<'_>) -> Decoded<T>) -> Decoded<T> {
        decode(Node::root(&parse(text).unwrap()).unwrap())
    }

    #[test]
    fn half_a_signature_is_none() {
        let whole = r#"{"app_id":"wx1","timestamp":1767225600,"nonce":"n","signature":"0f9d"}"#;
        let signed = read(whole, signature).unwrap();
        assert_eq!((signed.app_id.as_str(), signed.timestamp), ("wx1", 1_767_225_600));
        assert!(read(r#"{"app_id":"wx1","timestamp":1767225600,"nonce":"n"}"#, signature).is_err());
    }

    #[test]
    fn a_handoff_and_how_it_stands() {
        let one = |status: &str, result: &str| {
            read(&format!(r#"{{"id":"h1","kind":"scan","status":"{status}","result":{result}}}"#), handoff)
        };
        assert_eq!(one("pending", "null"), Ok(("h1".into(), Handoff::Pending)));
        assert_eq!(one("done", r#""WDJB-MJHT""#), Ok(("h1".into(), Handoff::Done("WDJB-MJHT".into()))));
        assert_eq!(one("failed", "null"), Ok(("h1".into(), Handoff::Failed)));
        assert_eq!(scan(), r#"{"kind":"scan"}"#);
    }
}

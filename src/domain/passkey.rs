//! Passkeys: what the member sees of one, where there can be any, and bytes as WebAuthn's JSON forms write them.

use crate::domain::date::Instant;

/// A key of the member's on a device, or in an account of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was added.
    pub created_at: Option<Instant>,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Instant>,
}

/// A question to the authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What the answer is sent back with.
    pub id: String,
    /// WebAuthn's options, as JSON.
    pub options: String,
}

/// Whether browsers let a page at `host` have passkeys: for them it has to be a name, not an address.
pub fn is_name(host: &str) -> bool {
    !host.is_empty() && !host.contains(':') && !host.chars().all(|c| c.is_ascii_digit() || c == '.')
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes in Base64 for addresses, without padding (RFC 4648, section 5).
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..=three.len() {
            let letter = bits >> (18 - 6 * place) & 63;
            text.push(char::from(LETTERS[letter as usize]));
        }
    }
    text
}

/// The reverse; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for place in 0..4 {
            let value = match four.get(place) {
                Some(letter) => LETTERS.iter().position(|one| one == letter)?,
                None => 0,
            };
            bits = bits << 6 | value as u32;
        }
        let [_, first, second, third] = bits.to_be_bytes();
        match (four.len(), second, third) {
            (4, ..) => bytes.extend([first, second, third]),
            (3, _, 0) => bytes.extend([first, second]),
            (2, 0, 0) => bytes.push(first),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_have_one_way_to_be_written() {
        assert_eq!(encode(&[251, 255, 191]), "-_-_");
        assert_eq!((encode(b"f").as_str(), encode(b"fo").as_str(), encode(b"").as_str()), ("Zg", "Zm8", ""));
        for bad in ["a", "ab", "abd", "Zg==", "+/+/", "Zm8 ", "密"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_is_no_name() {
        for name in ["localhost", "members.example", "1.example"] {
            assert!(is_name(name), "{name}");
        }
        for address in ["", "127.0.0.1", "[::1]", "10.0.0.8"] {
            assert!(!is_name(address), "{address}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}

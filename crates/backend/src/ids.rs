//! Identifiers, tokens and codes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256 of the parts, each with its length before it so that no two lists run together.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// An identifier that is the same for the same parts.
pub(crate) fn stable(parts: &[&str]) -> String {
    let bytes: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let hash = digest(&bytes);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(id).into_uuid().to_string()
}

/// A new random identifier.
pub(crate) fn random() -> String {
    Uuid::new_v4().to_string()
}

/// Whether `text` is a UUID in its usual hyphenated form.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Random bytes from the system.
pub(crate) fn entropy<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The reverse of `hex`.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// Letters and digits without look-alikes.
fn legible(random: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A code that people can read out: twelve letters and digits.
pub(crate) fn voucher_code(random: [u8; 12]) -> String {
    legible(&random)
}

/// A code that people type into a device once: eight letters and digits.
pub(crate) fn enrolment_code(random: [u8; 8]) -> String {
    legible(&random)
}

/// A code that a device shows and a phone may have to be told, `XXXX-XXXX`: consonants without look-alikes, which make no
/// words (RFC 8628, section 6.1).
pub(crate) fn user_code(random: [u8; 8]) -> String {
    const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut rest = u64::from_be_bytes(random);
    let mut code = String::new();
    for place in 0..8 {
        if place == 4 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(rest % 20) as usize]));
        rest /= 20;
    }
    code
}

/// The digit that makes `digits` pass the Luhn check when appended.
pub(crate) fn luhn(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0') * if index % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_digits() {
        assert_eq!(luhn("7992739871"), '3');
        assert_eq!(luhn("453201511283036"), '6');
    }

    #[test]
    fn codes_of_devices_are_legible() {
        assert_eq!(user_code([0; 8]), "BBBB-BBBB");
        assert_eq!(user_code(21u64.to_be_bytes()), "CCBB-BBBB");
        assert_eq!(user_code([255; 8]).len(), 9);
        assert_eq!(enrolment_code([0, 31, 32, 8, 255, 7, 1, 2]), "2Z2AZ934");
    }

    #[test]
    fn hexadecimal_there_and_back() {
        assert_eq!(unhex(&hex(b"r:cup")).as_deref(), Some(b"r:cup".as_slice()));
        for bad in ["a", "zz", "é0"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(stable(&["ab", "c"]), stable(&["a", "bc"]));
        assert!(is_uuid(&stable(&["a"])) && is_uuid(&random()));
        assert!(!is_uuid("{67e55044-10b1-426f-9247-bb680e5fe0c8}"));
    }
}

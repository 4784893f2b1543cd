//! WebAuthn, as much of it as passkeys need: ES256, verified users, and no word about who made the authenticator
//! (<https://www.w3.org/TR/webauthn-3/>, sections 7.1 and 7.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::Decoder;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The only algorithm: every platform's authenticator has it.
pub(crate) const ES256: i64 = -7;
/// Bytes of a challenge.
pub(crate) const CHALLENGE: usize = 32;
/// Bytes that the identifier of a credential may have (section 7.1, step 25).
const LONGEST_CREDENTIAL: usize = 1023;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const CREDENTIAL: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// What was wrong, for the log.
pub(crate) type Fault = &'static str;

/// As the JSON forms of WebAuthn write bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The reverse of `encode`.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The site that a browser is on, as the backend is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The host without its port.
    pub(crate) rp_id: String,
    origins: Vec<String>,
}

impl Site {
    /// The site at `host`, which may have a port. Its pages come over HTTPS; on the developer's own machine plain HTTP is as good.
    pub(crate) fn new(host: &str, secure: bool) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
            None => (host.as_str(), None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if name.is_empty() || name.len() > 253 || !name.chars().all(plain) {
            return None;
        }
        let origin = |scheme: &str, usual: u16| match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{name}:{port}"),
            None => format!("{scheme}://{name}"),
        };
        let mut origins = vec![origin("https", 443)];
        if !secure && ["localhost", "127.0.0.1"].contains(&name) {
            origins.push(origin("http", 80));
        }
        Some(Self { rp_id: name.to_owned(), origins })
    }

    /// Whether what the browser says about itself is of this site and of this very ceremony.
    fn check_client(&self, json: &[u8], ceremony: &str, challenge: &[u8; CHALLENGE]) -> Result<(), Fault> {
        let said: Value = serde_json::from_slice(json).map_err(|_| "the client data are no JSON")?;
        let text = |name: &str| said[name].as_str().unwrap_or_default();
        if text("type") != ceremony {
            return Err("the client data are of another ceremony");
        }
        if text("challenge") != encode(challenge) {
            return Err("the challenge is another");
        }
        if !self.origins.iter().any(|origin| origin == text("origin")) {
            return Err("the origin is another");
        }
        if said["crossOrigin"] == true || said.get("topOrigin").is_some_and(|top| !top.is_null()) {
            return Err("the page is within a page of somebody else");
        }
        Ok(())
    }

    /// Whether the authenticator was asked by this site, and somebody was there who unlocked it.
    fn check_authenticator(&self, data: &AuthenticatorData<'_>) -> Result<(), Fault> {
        if data.rp_id_hash != Sha256::digest(self.rp_id.as_bytes()).as_slice() {
            return Err("the authenticator answers another site");
        }
        if !data.has(USER_PRESENT) || !data.has(USER_VERIFIED) {
            return Err("nobody has unlocked the authenticator");
        }
        if data.has(BACKED_UP) && !data.has(BACKUP_ELIGIBLE) {
            return Err("a copy of what has no copies");
        }
        Ok(())
    }
}

/// What an authenticator signs (section 6.1).
struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let read = || {
            let (rp_id_hash, bytes) = bytes.split_at_checked(32)?;
            let (flags, bytes) = bytes.split_first()?;
            let (counter, rest) = bytes.split_first_chunk::<4>()?;
            Some(Self { rp_id_hash, flags: *flags, counter: u32::from_be_bytes(*counter), rest })
        };
        read().ok_or("the authenticator's data are too short")
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A new credential, as it is to be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) id: Vec<u8>,
    /// A point on P-256, uncompressed.
    pub(crate) public_key: Vec<u8>,
    pub(crate) counter: u32,
}

/// Reads what a browser has made (section 7.1).
pub(crate) fn register(
    site: &Site,
    challenge: &[u8; CHALLENGE],
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Credential, Fault> {
    site.check_client(client_data, "webauthn.create", challenge)?;
    let object = Attestation::read(attestation).ok_or("the attestation can't be read")?;
    let data = AuthenticatorData::read(object.data)?;
    site.check_authenticator(&data)?;
    let credential = credential(&data).ok_or("the credential can't be read")?;
    match object.format {
        "none" if object.signature.is_none() => Ok(credential),
        // Browsers may leave one that says nothing about the maker: signed with the new key itself.
        "packed" => {
            let signature = object.signature.ok_or("the attestation names its maker")?;
            verify(&credential.public_key, object.data, client_data, signature)?;
            Ok(credential)
        }
        _ => Err("the attestation is of another kind"),
    }
}

/// Checks that the holder of a key is there (section 7.2); the authenticator's new counter. One that goes backwards tells of a copy.
pub(crate) fn authenticate(
    site: &Site,
    challenge: &[u8; CHALLENGE],
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
    known: (&[u8], u32),
) -> Result<u32, Fault> {
    let (public_key, counter) = known;
    site.check_client(client_data, "webauthn.get", challenge)?;
    let data = AuthenticatorData::read(authenticator_data)?;
    site.check_authenticator(&data)?;
    verify(public_key, authenticator_data, client_data, signature)?;
    if data.counter != 0 && counter != 0 && data.counter <= counter {
        return Err("the counter went backwards");
    }
    Ok(data.counter.max(counter))
}

fn verify(public_key: &[u8], data: &[u8], client_data: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| "the key is none of its curve")?;
    let signature = Signature::from_der(signature).map_err(|_| "the signature can't be read")?;
    let signed = [data, &Sha256::digest(client_data)].concat();
    key.verify(&signed, &signature).map_err(|_| "the signature is wrong")
}

struct Attestation<'a> {
    format: &'a str,
    data: &'a [u8],
    /// Of the new key itself.
    signature: Option<&'a [u8]>,
}

impl<'a> Attestation<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut cbor = Decoder::new(bytes);
        let (mut format, mut data, mut signature) = (None, None, None);
        for _ in 0..cbor.map().ok()?? {
            match cbor.str().ok()? {
                "fmt" => format = Some(cbor.str().ok()?),
                "authData" => data = Some(cbor.bytes().ok()?),
                "attStmt" => signature = statement(&mut cbor)?,
                _ => cbor.skip().ok()?,
            }
        }
        (cbor.position() == bytes.len()).then_some(Self { format: format?, data: data?, signature })
    }
}

/// The signature of an attestation with no certificates, if there is one.
fn statement<'a>(cbor: &mut Decoder<'a>) -> Option<Option<&'a [u8]>> {
    let (mut signature, mut own) = (None, true);
    for _ in 0..cbor.map().ok()?? {
        match cbor.str().ok()? {
            "alg" => own &= cbor.i64().ok()? == ES256,
            "sig" => signature = Some(cbor.bytes().ok()?),
            _ => {
                own = false;
                cbor.skip().ok()?;
            }
        }
    }
    Some(signature.filter(|_| own))
}

fn credential(data: &AuthenticatorData<'_>) -> Option<Credential> {
    if !data.has(CREDENTIAL) {
        return None;
    }
    // What model the authenticator is (16 bytes) doesn't matter.
    let (length, rest) = data.rest.get(16..)?.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length)?;
    let mut cbor = Decoder::new(rest);
    let public_key = key(&mut cbor)?;
    if data.has(EXTENSIONS) {
        cbor.skip().ok()?;
    }
    let whole = cbor.position() == rest.len() && (1..=LONGEST_CREDENTIAL).contains(&length);
    whole.then(|| Credential { id: id.to_vec(), public_key, counter: data.counter })
}

/// A public key of ES256 (RFC 9053, section 7.1.1), as a point that is on the curve.
fn key(cbor: &mut Decoder<'_>) -> Option<Vec<u8>> {
    let (mut kind, mut algorithm, mut curve, mut x, mut y) = (0, 0, 0, &[][..], &[][..]);
    for _ in 0..cbor.map().ok()?? {
        match cbor.i64().ok()? {
            1 => kind = cbor.i64().ok()?,
            3 => algorithm = cbor.i64().ok()?,
            -1 => curve = cbor.i64().ok()?,
            -2 => x = cbor.bytes().ok()?,
            -3 => y = cbor.bytes().ok()?,
            _ => cbor.skip().ok()?,
        }
    }
    let point = [&[4], x, y].concat();
    let good = (kind, algorithm, curve) == (2, ES256, 1) && (x.len(), y.len()) == (32, 32);
    (good && VerifyingKey::from_sec1_bytes(&point).is_ok()).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_host_that_was_asked() {
        let site = |host, secure| Site::new(host, secure).unwrap();
        let one = site("Members.Example:443", true);
        assert_eq!(
            (one.rp_id.as_str(), &one.origins[..]),
            ("members.example", &["https://members.example".into()][..])
        );
        assert_eq!(site("members.example:8443", false).origins, ["https://members.example:8443"]);
        assert_eq!(
            site("localhost:8080", false).origins,
            ["https://localhost:8080", "http://localhost:8080"]
        );
        assert_eq!(site("127.0.0.1:80", false).origins[1], "http://127.0.0.1");
        assert_eq!(site("localhost", true).origins, ["https://localhost"]);
        for bad in ["", ":80", "a:b", "a:99999", "[::1]:80", "a/b", "a@b", "a b", "é"] {
            assert_eq!(Site::new(bad, true), None, "{bad}");
        }
    }

    #[test]
    fn bytes_are_written_in_one_way() {
        assert_eq!(encode(&[251, 255, 191]), "-_-_");
        for bad in ["a", "ab=", "ab==", "+/", "-_-_\n", "aB"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode("").as_deref(), Some(&[][..]));
    }

    #[test]
    fn what_can_not_be_read_is_refused() {
        assert!(Attestation::read(b"").is_none());
        // Lists within lists, a map of a size that nobody sends, and a text that isn't there.
        for bad in [
            &[0x81; 2000][..],
            &[0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0xa1, 0x63, b'f', b'm'],
            &[0xbf, 0xff],
        ] {
            assert!(Attestation::read(bad).is_none(), "{bad:?}");
            assert!(key(&mut Decoder::new(bad)).is_none(), "{bad:?}");
        }
        assert!(AuthenticatorData::read(&[0; 36]).is_err());
    }
}

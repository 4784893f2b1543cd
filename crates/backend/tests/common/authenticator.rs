//! A phone's authenticator in software, with everything that one could lie about in reach.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs, unreachable_pub)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::Encoder;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const HOST: &str = "localhost:8080";
pub const ORIGIN: &str = "http://localhost:8080";

pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// What the site called the member.
    pub handle: Vec<u8>,
    pub counter: u32,
    /// Present, verified, and of a kind that is copied to other devices.
    pub flags: u8,
    pub origin: String,
    pub rp_id: String,
    /// What the browser says beside the usual.
    pub said: Value,
    /// Signs its own attestation, as some do.
    pub attests: bool,
}

impl Authenticator {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 20],
            handle: Vec::new(),
            counter: 0,
            flags: 0b1_1101,
            origin: ORIGIN.into(),
            rp_id: "localhost".into(),
            said: json!({}),
            attests: false,
        }
    }

    fn client_data(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        let mut said = json!({
            "type": ceremony,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        for (name, value) in self.said.as_object().unwrap() {
            said[name] = value.clone();
        }
        said.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(&[data, &Sha256::digest(client_data)].concat());
        signature.to_der().as_bytes().to_vec()
    }

    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let point = point.as_bytes();
        let mut cbor = Encoder::new(Vec::new());
        cbor.map(5).unwrap();
        cbor.i8(1).unwrap().i8(2).unwrap().i8(3).unwrap().i8(-7).unwrap().i8(-1).unwrap().i8(1).unwrap();
        cbor.i8(-2).unwrap().bytes(&point[1..33]).unwrap().i8(-3).unwrap().bytes(&point[33..]).unwrap();
        cbor.into_writer()
    }

    /// Makes a credential: `RegistrationResponseJSON`.
    pub fn create(&mut self, options: &Value) -> Value {
        self.handle = bytes(&options["user"]["id"]);
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(self.flags | 1 << 6);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        let mut cbor = Encoder::new(Vec::new());
        cbor.map(3).unwrap().str("fmt").unwrap();
        if self.attests {
            let signature = self.sign(&data, &client_data);
            cbor.str("packed").unwrap().str("attStmt").unwrap().map(2).unwrap();
            cbor.str("alg").unwrap().i8(-7).unwrap().str("sig").unwrap().bytes(&signature).unwrap();
        } else {
            cbor.str("none").unwrap().str("attStmt").unwrap().map(0).unwrap();
        }
        cbor.str("authData").unwrap().bytes(&data).unwrap();
        json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": true}},
            "response": {
                "clientDataJSON": text(&client_data),
                "attestationObject": text(&cbor.into_writer()),
                "transports": ["internal", "hybrid", "Not a transport", 7],
                "publicKeyAlgorithm": -7,
            },
        })
    }

    /// Answers a challenge: `AuthenticationResponseJSON`.
    pub fn get(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(self.flags);
        json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "authenticatorAttachment": null,
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(&client_data),
                "authenticatorData": text(&data),
                "signature": text(&self.sign(&data, &client_data)),
                "userHandle": text(&self.handle),
            },
        })
    }
}

//! The programme: the brand and its rules, as the backend describes them.

use crate::domain::date::Instant;

/// How the brand looks. Colours are derived from two of its own by [`crate::domain::colour`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// `#RRGGBB` of the brand.
    pub primary: String,
    /// `#RRGGBB` of its accent.
    pub accent: String,
    /// Mood of the landscape: `deep`, `pale`, `vivid` or `snow`.
    pub mood: String,
    /// Shape of the corners: `soft`, `round`, `sharp` or `crisp`.
    pub shape: String,
    /// One sentence, may be empty.
    pub slogan: String,
    /// Address of the logo.
    pub logo: Option<String>,
    /// Address of the landscape by day.
    pub landscape: Option<String>,
    /// Address of the landscape by night.
    pub landscape_dark: Option<String>,
    /// Address of the engraving on the tier card, black on nothing.
    pub engraving: Option<String>,
}

/// The programme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programme {
    /// The backend's identifier.
    pub id: String,
    /// The brand's name.
    pub name: String,
    /// How it looks.
    pub brand: Brand,
    /// IANA name of the time zone in which its deadlines are meant.
    pub timezone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What its points are called.
    pub points_name: String,
    /// Locales that it speaks.
    pub locales: Vec<String>,
    /// Groups of the contract that its backend has.
    pub features: Vec<String>,
    /// How points expire, in words.
    pub expiry_description: String,
    /// Version of the terms to agree to at sign-in.
    pub terms_version: String,
    /// Address of the terms.
    pub terms_url: Option<String>,
    /// Address of the privacy policy.
    pub privacy_url: Option<String>,
    /// Phone number for help.
    pub support_phone: Option<String>,
    /// The server's time.
    pub server_time: Option<Instant>,
    /// Channel of the enrolled device, if it is one.
    pub device_channel: Option<String>,
}

impl Programme {
    /// Whether its backend has the group `feature`.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known == feature)
    }
}

/// A store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The backend's identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Postal address.
    pub address: String,
    /// Opening hours, `07:30` to `22:00`.
    pub hours: Option<(String, String)>,
}

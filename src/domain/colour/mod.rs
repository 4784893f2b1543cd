//! Every colour role of a programme from one brand colour, one accent and a mood, AA by construction.

mod oklch;
mod roles;

pub use oklch::{Rgb, contrast};
pub use roles::roles;

/// How the brand's landscape is lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Dusk over a deep sea, on warm sand.
    Deep,
    /// A soft, hazy morning in the brand's own hue.
    Pale,
    /// A bright sky in a saturated brand colour.
    Vivid,
    /// Snow and ice in the accent's hue, with the brand as its sun.
    Snow,
}

impl Mood {
    /// The contract's word; an unknown one is `Pale`, which flatters every hue.
    pub fn parse(word: &str) -> Self {
        match word {
            "deep" => Self::Deep,
            "vivid" => Self::Vivid,
            "snow" => Self::Snow,
            _ => Self::Pale,
        }
    }
}

/// What a programme says of its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Act and identity: buttons, links, the vessel of the drawn goods.
    pub primary: Rgb,
    /// "Now" and "soonest": the first bucket, today, the selected face.
    pub accent: Rgb,
    /// The landscape.
    pub mood: Mood,
}

impl Brand {
    /// What stands in until a programme is known, and for a colour that can't be read.
    pub const NEUTRAL: Self =
        Self { primary: Rgb([0x4D, 0x5B, 0x66]), accent: Rgb([0x8A, 0x6F, 0x3E]), mood: Mood::Pale };

    /// From the contract's words. A colour that isn't `#RRGGBB` becomes the neutral one.
    pub fn parse(primary: &str, accent: &str, mood: &str) -> Self {
        Self {
            primary: Rgb::parse(primary).unwrap_or(Self::NEUTRAL.primary),
            accent: Rgb::parse(accent).unwrap_or(Self::NEUTRAL.accent),
            mood: Mood::parse(mood),
        }
    }
}

#[cfg(test)]
mod tests;

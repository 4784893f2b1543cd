//! What belongs to one brand: four drawings and the colours they take on a light and on a dark page.

use serde::Deserialize;

use super::svg::{fill, inner, is_colour};

/// The drawings of one brand, with their placeholders.
#[derive(Debug)]
pub(super) struct Brand {
    programme: &'static str,
    landscape: &'static str,
    engraving: &'static str,
    logo: &'static str,
    mark: &'static str,
    colours: &'static str,
}

macro_rules! brand {
    ($name:literal) => {
        Brand {
            programme: $name,
            landscape: include_str!(concat!("../pictures/brands/", $name, "/landscape.svg")),
            engraving: include_str!(concat!("../pictures/brands/", $name, "/engraving.svg")),
            logo: include_str!(concat!("../pictures/brands/", $name, "/logo.svg")),
            mark: include_str!(concat!("../pictures/brands/", $name, "/mark.svg")),
            colours: include_str!(concat!("../pictures/brands/", $name, "/colours.json")),
        }
    };
}

pub(super) static BRANDS: [Brand; 4] =
    [brand!("coffee"), brand!("milk-tea"), brand!("sparkling"), brand!("ice-tea")];

/// The brand of a programme and whether it is really its own; the first brand lends its drawings to others.
pub(super) fn find(programme: &str) -> (&'static Brand, bool) {
    match BRANDS.iter().find(|brand| brand.programme == programme) {
        Some(brand) => (brand, true),
        None => (&BRANDS[0], false),
    }
}

impl Brand {
    /// The light and the dark colours.
    pub(super) fn colours(&self) -> serde_json::Result<(Colours, Colours)> {
        let themes: Themes = serde_json::from_str(self.colours)?;
        Ok((themes.light, themes.dark))
    }

    /// `logo`, `landscape` or `engraving`.
    pub(super) fn drawing(&self, id: &str) -> Option<&'static str> {
        match id {
            "logo" => Some(self.logo),
            "landscape" => Some(self.landscape),
            "engraving" => Some(self.engraving),
            _ => None,
        }
    }

    /// The 24 px mark as a fragment around the origin: its body, then its smaller part.
    pub(super) fn mark(&self, [body, part]: [&str; 2]) -> String {
        fill(inner(self.mark), |name| match name {
            "k" => Some(body.to_owned()),
            "ks" => Some(part.to_owned()),
            _ => None,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Themes {
    light: Colours,
    dark: Colours,
}

/// The colours of one brand in one theme. The marks may say `brand` or `accent` instead of a colour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colours {
    brand: String,
    accent: String,
    mark: [String; 2],
    mark_on: [String; 2],
    sky1: String,
    sky2: String,
    land1: String,
    land2: String,
    land3: String,
    sun: String,
    glint: String,
    detail: String,
}

impl Colours {
    /// Takes the programme's own two colours; what is no colour is passed over.
    pub(super) fn wear(&mut self, primary: &str, accent: &str) {
        if is_colour(primary) {
            primary.clone_into(&mut self.brand);
        }
        if is_colour(accent) {
            accent.clone_into(&mut self.accent);
        }
    }

    /// The brand colour.
    pub(super) fn brand(&self) -> &str {
        &self.brand
    }

    /// `brand` and `accent` become the colours they stand for; everything else is one already.
    pub(super) fn resolve<'a>(&'a self, colour: &'a str) -> &'a str {
        match colour {
            "brand" => &self.brand,
            "accent" => &self.accent,
            other => other,
        }
    }

    /// The mark's two colours on a light ground.
    pub(super) fn mark(&self) -> [&str; 2] {
        [self.resolve(&self.mark[0]), self.resolve(&self.mark[1])]
    }

    /// The mark's two colours on the brand colour.
    pub(super) fn mark_on_brand(&self) -> [&str; 2] {
        [self.resolve(&self.mark_on[0]), self.resolve(&self.mark_on[1])]
    }

    /// The mark's two colours on any other dark ground.
    pub(super) fn mark_on_dark(&self) -> [&str; 2] {
        ["#FFFFFF", &self.accent]
    }

    /// The colour behind a placeholder of a brand drawing.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        let colour = match name {
            "brand" => &self.brand,
            "accent" => &self.accent,
            "sky1" => &self.sky1,
            "sky2" => &self.sky2,
            "land1" => &self.land1,
            "land2" => &self.land2,
            "land3" => &self.land3,
            "sun" => &self.sun,
            "glint" => &self.glint,
            "detail" => &self.detail,
            _ => return None,
        };
        Some(colour.clone())
    }
}

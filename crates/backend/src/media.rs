//! The drawn pictures of a programme: goods, questionnaires, benefits and the brand's own landscape,
//! card engraving and logo.
//!
//! Nothing is stored as a finished picture. A reward names a template (`latte`, `tote`, …) and, if it likes,
//! three colours; the programme adds its brand colours and its mark. [`Media::picture`] puts them together
//! for a light or a dark page, and [`router`] serves the result under `/media`, outside the API and without
//! a session.

mod brands;
mod svg;
mod templates;

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

use brands::{Brand, Colours};
use svg::is_colour;

use crate::portal_files::Picture;

/// The template that stands in for a picture name nobody has drawn.
pub const FALLBACK_PICTURE: &str = "gift";

/// The brand's landscape, with which each screen begins.
pub const LANDSCAPE: Picture =
    Picture { light: "/media/brand/landscape.svg", dark: "/media/brand/landscape.svg?theme=dark" };

/// What a picture is of. The word in the address is in [`Kind::segment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A reward of the catalogue: `/media/rewards/{id}.svg`.
    Reward,
    /// A questionnaire: `/media/surveys/{id}.svg`.
    Survey,
    /// A tier benefit: `/media/benefits/{id}.svg`.
    Benefit,
    /// The brand itself, its id being `logo`, `landscape` or `engraving`: `/media/brand/{id}.svg`.
    Brand,
}

impl Kind {
    /// The path segment after `/media/`.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Reward => "rewards",
            Self::Survey => "surveys",
            Self::Benefit => "benefits",
            Self::Brand => "brand",
        }
    }

    fn from_segment(segment: &str) -> Option<Self> {
        [Self::Reward, Self::Survey, Self::Benefit, Self::Brand]
            .into_iter()
            .find(|kind| kind.segment() == segment)
    }
}

/// The page a picture is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// A light page; also the answer to a missing or unknown `theme`.
    #[default]
    Light,
    /// A dark page: `?theme=dark`.
    Dark,
}

impl Theme {
    fn from_query(query: Option<&str>) -> Self {
        let dark = query.unwrap_or_default().split('&').any(|pair| pair == "theme=dark");
        if dark { Self::Dark } else { Self::Light }
    }
}

/// One picture of the programme: which thing it shows, and with what.
#[derive(Debug, Clone)]
pub struct Artwork {
    /// What kind of thing `id` names. [`Kind::Brand`] is never looked up here.
    pub kind: Kind,
    /// The id of the reward, questionnaire or benefit.
    pub id: String,
    /// The template's name; an unknown one is drawn as [`FALLBACK_PICTURE`].
    pub picture: String,
    /// Up to three colours `#RRGGBB`, top to bottom; what is missing or no colour keeps the template's own.
    pub palette: Vec<String>,
}

/// The pictures of one programme.
#[derive(Debug)]
pub struct Media {
    brand: &'static Brand,
    light: Colours,
    dark: Colours,
    works: HashMap<(Kind, String), Artwork>,
}

impl Media {
    /// Collects the pictures of the programme `programme_id`.
    ///
    /// `primary` and `accent` (`#RRGGBB`) colour the goods on light pages; on dark pages the brand's own
    /// lifted colours are used. A programme without drawings of its own borrows the first brand's scene and
    /// wears its own two colours in both themes. Of two artworks with one id the later one counts.
    ///
    /// # Errors
    /// When the colour file that belongs to the brand's drawings can't be read.
    pub fn new(
        programme_id: &str,
        primary: &str,
        accent: &str,
        works: impl IntoIterator<Item = Artwork>,
    ) -> serde_json::Result<Self> {
        let (brand, own) = brands::find(programme_id);
        let (mut light, mut dark) = brand.colours()?;
        light.wear(primary, accent);
        if !own {
            dark.wear(primary, accent);
        }
        let works = works.into_iter().map(|work| ((work.kind, work.id.clone()), work)).collect();
        Ok(Self { brand, light, dark, works })
    }

    /// The finished SVG document, or `None` when the programme has no such thing.
    pub fn picture(&self, kind: Kind, id: &str, theme: Theme) -> Option<String> {
        let colours = match theme {
            Theme::Light => &self.light,
            Theme::Dark => &self.dark,
        };
        if kind == Kind::Brand {
            return self.brand.drawing(id).map(|drawing| svg::fill(drawing, |name| colours.named(name)));
        }
        let work = self.works.get(&(kind, id.to_owned()))?;
        let template = templates::find(&work.picture).or_else(|| templates::find(FALLBACK_PICTURE))?;
        let palette: Vec<_> =
            work.palette.iter().map(|colour| is_colour(colour).then_some(&**colour)).collect();
        Some(templates::render(template, &palette, self.brand, colours))
    }
}

/// The routes `/media/{rewards|surveys|benefits|brand}/{id}.svg`, each with an optional `?theme=dark`.
///
/// They need no session, answer `If-None-Match`, and may be kept for a day.
pub fn router(media: Arc<Media>) -> Router {
    Router::new().route("/media/{kind}/{file}", get(serve)).with_state(media)
}

async fn serve(
    State(media): State<Arc<Media>>,
    Path((kind, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let theme = Theme::from_query(query.as_deref());
    let picture = Kind::from_segment(&kind)
        .zip(file.strip_suffix(".svg"))
        .and_then(|(kind, id)| media.picture(kind, id, theme));
    let Some(picture) = picture else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = entity_tag(&picture);
    let fresh = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| mentions(value, &etag));
    let common = [(header::ETAG, etag), (header::CACHE_CONTROL, "public, max-age=86400".to_owned())];
    if fresh {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, PICTURE_HEADERS, picture).into_response()
}

/// A picture opened on its own is a document of our origin: it may style itself and do nothing else.
const PICTURE_HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "image/svg+xml"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
];

fn entity_tag(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Whether an `If-None-Match` value names `etag`; weak comparison, as the header asks for.
fn mentions(value: &HeaderValue, etag: &str) -> bool {
    let Ok(value) = value.to_str() else { return false };
    value.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests;

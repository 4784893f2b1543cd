#![allow(clippy::unwrap_used)]

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tower::ServiceExt;

use super::*;

const PROGRAMMES: [(&str, &str, &str); 5] = [
    ("coffee", "#0F5B66", "#F2A25C"),
    ("milk-tea", "#EE8266", "#8A5A2E"),
    ("sparkling", "#BDF03A", "#00796F"),
    ("ice-tea", "#CF2440", "#7FB9DD"),
    ("somewhere-else", "#334455", "#FFCC00"),
];

fn work(kind: Kind, id: &str, picture: &str, palette: &[&str]) -> Artwork {
    let palette = palette.iter().map(|colour| (*colour).to_owned()).collect();
    Artwork { kind, id: id.to_owned(), picture: picture.to_owned(), palette }
}

fn everything((id, primary, accent): (&str, &str, &str), palette: &[&str]) -> Media {
    let works = templates::TEMPLATES.iter().map(|(name, _)| work(Kind::Reward, name, name, palette));
    Media::new(id, primary, accent, works).unwrap()
}

/// Walks the tags: everything that opens closes, in order, and the root is the SVG element.
fn assert_well_formed(document: &str, what: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document.trim();
    assert!(rest.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox="), "{what}: root");
    while let Some((text, after)) = rest.split_once('<') {
        assert!(text.trim().is_empty(), "{what}: stray text {text:?}");
        let (tag, tail) = after.split_once('>').unwrap();
        assert!(!tag.contains('<') && tag.matches('"').count() % 2 == 0, "{what}: <{tag}>");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{what}: </{name}>");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = tail;
        assert!(!open.is_empty() || rest.trim().is_empty(), "{what}: more than one root");
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{what}: left open {open:?}");
}

fn assert_clean(document: &str, what: &str) {
    assert_well_formed(document, what);
    assert!(!document.contains("{{") && !document.contains("}}"), "{what}: placeholder left");
    assert!(!document.contains("<!--"), "{what}: comment left");
    assert!(document.len() < 3 * 1024, "{what}: {} bytes", document.len());
    let own = document.replace("http://www.w3.org/2000/svg", "").to_ascii_lowercase();
    for forbidden in
        ["<script", "<style", "<image", "<foreignobject", "http:", "https:", "data:", " on", "undefined"]
    {
        assert!(!own.contains(forbidden), "{what}: contains {forbidden}");
    }
    for (at, _) in own.match_indices("href=\"").chain(own.match_indices("url(")) {
        let target = own[at..].trim_start_matches("href=\"").trim_start_matches("url(");
        let id: String =
            target.strip_prefix('#').unwrap().chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(own.contains(&format!("id=\"{id}\"")), "{what}: #{id} is not there");
    }
}

#[test]
fn every_template_renders_in_every_brand_and_theme() {
    for programme in PROGRAMMES {
        for palette in [&[][..], &["#FFFFFF", "#102030", "#AABBCC"]] {
            let media = everything(programme, palette);
            for (name, _) in templates::TEMPLATES {
                for theme in [Theme::Light, Theme::Dark] {
                    let picture = media.picture(Kind::Reward, name, theme).unwrap();
                    assert_clean(&picture, &format!("{} {name} {theme:?}", programme.0));
                }
            }
        }
    }
}

#[test]
fn every_brand_has_its_drawings_in_both_themes() {
    for programme in PROGRAMMES {
        let media = everything(programme, &[]);
        for id in ["logo", "landscape", "engraving"] {
            for theme in [Theme::Light, Theme::Dark] {
                let picture = media.picture(Kind::Brand, id, theme).unwrap();
                assert_clean(&picture, &format!("{} {id} {theme:?}", programme.0));
            }
        }
        let [light, dark] =
            [Theme::Light, Theme::Dark].map(|theme| media.picture(Kind::Brand, "landscape", theme).unwrap());
        assert_ne!(light, dark);
        assert!(media.picture(Kind::Brand, "mark", Theme::Light).is_none());
    }
}

#[test]
fn templates_declare_three_colours_and_stay_small() {
    for (name, template) in templates::TEMPLATES {
        assert!(template.len() <= 2048, "{name}: {} bytes", template.len());
        let head = template.lines().next().unwrap();
        for key in ["c1=", "c2=", "c3="] {
            let colour = head.split_whitespace().find_map(|word| word.strip_prefix(key)).unwrap();
            assert!(is_colour(colour) || ["brand", "accent"].contains(&colour), "{name}: {key}{colour}");
        }
    }
}

#[test]
fn a_palette_changes_every_picture() {
    let plain = everything(PROGRAMMES[0], &[]);
    let painted = everything(PROGRAMMES[0], &["#123456", "#654321", "#ABCDEF"]);
    for (name, _) in templates::TEMPLATES {
        let [a, b] = [&plain, &painted].map(|media| media.picture(Kind::Reward, name, Theme::Light).unwrap());
        assert_ne!(a, b, "{name}");
    }
}

#[test]
fn a_palette_entry_that_is_no_colour_is_passed_over() {
    let works = [work(Kind::Survey, "s", "tote", &["red\"/><script>", "#D8C49D"])];
    let media = Media::new("coffee", "javascript:", "#F2A25C", works).unwrap();
    let picture = media.picture(Kind::Survey, "s", Theme::Light).unwrap();
    assert_clean(&picture, "tote");
    assert!(picture.contains("#F6ECDA") && picture.contains("#0F5B66"));
}

#[test]
fn an_unknown_picture_name_is_a_gift() {
    let works = [work(Kind::Reward, "a", "zeppelin", &[]), work(Kind::Reward, "b", FALLBACK_PICTURE, &[])];
    let media = Media::new("coffee", "#0F5B66", "#F2A25C", works).unwrap();
    let [a, b] = ["a", "b"].map(|id| media.picture(Kind::Reward, id, Theme::Dark).unwrap());
    assert_eq!(a, b);
    assert!(media.picture(Kind::Survey, "a", Theme::Dark).is_none());
}

fn app() -> Router {
    let works =
        [work(Kind::Reward, "iced-latte", "latte", &[]), work(Kind::Benefit, "birthday", "birthday", &[])];
    router(Arc::new(Media::new("coffee", "#0F5B66", "#F2A25C", works).unwrap()))
}

async fn fetch(uri: &str, if_none_match: Option<&str>) -> Response {
    let mut request = Request::builder().uri(uri);
    if let Some(tag) = if_none_match {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn pictures_are_served_with_their_headers() {
    for uri in [
        "/media/rewards/iced-latte.svg",
        "/media/rewards/iced-latte.svg?theme=sepia&x=%ff",
        "/media/benefits/birthday.svg?theme=dark",
        "/media/brand/landscape.svg?v=1&theme=dark",
    ] {
        let response = fetch(uri, None).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "image/svg+xml");
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=86400");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; style-src 'unsafe-inline'");
    }
}

#[tokio::test]
async fn a_theme_has_its_own_tag_and_a_known_tag_is_not_sent_again() {
    let light = fetch("/media/rewards/iced-latte.svg", None).await;
    let tag = light.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'));
    let dark = fetch("/media/rewards/iced-latte.svg?theme=dark", None).await;
    assert_ne!(dark.headers()[header::ETAG].to_str().unwrap(), tag);
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let again = fetch("/media/rewards/iced-latte.svg", Some(&known)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG].to_str().unwrap(), tag);
        assert!(to_bytes(again.into_body(), 1).await.unwrap().is_empty());
    }
    assert_eq!(fetch("/media/rewards/iced-latte.svg", Some("\"other\"")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    for uri in [
        "/media/rewards/nothing.svg",
        "/media/rewards/iced-latte.png",
        "/media/rewards/iced-latte",
        "/media/surveys/iced-latte.svg",
        "/media/brand/mark.svg",
        "/media/somewhere/iced-latte.svg",
    ] {
        assert_eq!(fetch(uri, None).await.status(), StatusCode::NOT_FOUND, "{uri}");
    }
}

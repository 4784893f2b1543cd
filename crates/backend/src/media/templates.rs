//! The goods: one template a picture name, and how a template becomes a picture.
//!
//! The first line of a template is a comment that declares its three colours, `c1` to `c3`, each a colour or
//! the words `brand` or `accent`. The drawing may use `{{brand}}`, `{{accent}}`, `{{c1}}`…`{{c3}}`; the mark on a
//! light ground `{{mark}}`, on the brand colour `{{mark_on}}`, on one of the three `{{mark_c1}}`…; and a line
//! that can be seen on one of the three, `{{on_c1}}`….

use super::{
    brands::{Brand, Colours},
    svg::{fill, luminance},
};

macro_rules! templates {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../pictures/goods/", $name, ".svg"))),)*]
    };
}

/// Every picture name with its template.
pub(super) static TEMPLATES: &[(&str, &str)] = templates![
    // drinks
    "latte",
    "americano",
    "fruit",
    "pearl",
    "can",
    "bottle",
    "teapot",
    "glass",
    "smoothie",
    "cheese-tea",
    "brown-sugar",
    "matcha-bowl",
    "kettle",
    "beans",
    "tea-tin",
    // food
    "cake",
    "croissant",
    "cone",
    "birthday",
    "cookie",
    "donut",
    "sandwich",
    "egg-tart",
    "mochi",
    "pudding",
    "sundae",
    "popsicle",
    "bagel",
    "toast",
    // goods
    "mug",
    "tote",
    "thermos",
    "umbrella",
    "stickers",
    "gift",
    "keychain",
    "plush",
    "notebook",
    "pin-badge",
    "cap",
    "socks",
    "t-shirt",
    "straw-set",
    "candle",
    "blanket",
    "puzzle",
    "postcard",
    "phone-case",
    "fan",
    // paper
    "coupon",
    "ticket",
    "voucher-card",
    "badge-crown",
    "queue-ticket",
    "scooter",
    "calendar-star",
];

/// The template of a picture name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, template)| *template)
}

/// Above this luminance a ground counts as light: the mark is drawn in the brand colour on it, not in white.
const LIGHT_GROUND: f32 = 0.42;

/// Draws a template in the colours of a brand; a colour of the palette goes before the template's own.
pub(super) fn render(template: &str, palette: &[Option<&str>], brand: &Brand, colours: &Colours) -> String {
    let (head, body) = template.split_once('\n').unwrap_or(("", template));
    let ground = |key: &str| {
        let index = key.strip_prefix('c')?.parse::<usize>().ok()?.checked_sub(1)?;
        let own = || head.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        palette.get(index).copied().flatten().or_else(own).map(|colour| colours.resolve(colour))
    };
    let ink = |ground: &str| {
        if ground.eq_ignore_ascii_case(colours.brand()) {
            colours.mark_on_brand()
        } else if luminance(ground) > LIGHT_GROUND {
            colours.mark()
        } else {
            colours.mark_on_dark()
        }
    };
    fill(body, |name| match name {
        "mark" => Some(brand.mark(colours.mark())),
        "mark_on" => Some(brand.mark(colours.mark_on_brand())),
        "brand" | "accent" => Some(colours.resolve(name).to_owned()),
        _ => {
            if let Some(key) = name.strip_prefix("mark_") {
                Some(brand.mark(ink(ground(key)?)))
            } else if let Some(key) = name.strip_prefix("on_") {
                Some(ink(ground(key)?)[0].to_owned())
            } else {
                ground(name).map(str::to_owned)
            }
        }
    })
}

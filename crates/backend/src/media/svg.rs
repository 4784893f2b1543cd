//! The little that has to be known about SVG text and colours to fill a template.

/// Replaces every `{{name}}` by what `value` says; a name without a value stays as it is.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 512);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match value(name) {
            Some(text) => out.push_str(&text),
            None => out.extend(["{{", name, "}}"]),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What stands between the root element's tags.
pub(super) fn inner(document: &str) -> &str {
    let body = document.split_once('>').map_or("", |(_, body)| body);
    body.rsplit_once("</svg>").map_or(body, |(body, _)| body).trim()
}

/// Whether `text` is a colour `#RRGGBB`. Anything else must not get into a document.
pub(super) fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The relative luminance of `#RRGGBB`, 0 to 1, as WCAG defines it; 0 for anything that is no colour.
pub(super) fn luminance(colour: &str) -> f32 {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let value = f32::from(byte) / 255.0;
        if value <= 0.039_28 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

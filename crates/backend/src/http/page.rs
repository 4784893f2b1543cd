//! Pages that the backend shows itself, as plain HTML: no script, one style that its policy knows by its hash.

use super::context::Ctx;
use crate::locale::Text;
use crate::portal_files::base64;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Text as it stands in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Black or white, whichever can be read on `#RRGGBB`: one of them always has a contrast of 4.5.
fn ink_on(colour: &str) -> &'static str {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let part = f64::from(byte) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    // Where both contrast alike: (1.05 / (l + 0.05)) = ((l + 0.05) / 0.05).
    if luminance > 0.179 { "#000000" } else { "#ffffff" }
}

fn style(brand: &str) -> String {
    include_str!("page.css").trim().replace("BRAND", brand).replace("INK", ink_on(brand))
}

/// A page. `content` is markup, and `referrer` what the next page is told of this one's address.
pub(crate) fn document(
    ctx: &Ctx,
    status: StatusCode,
    title: &Text,
    content: &str,
    referrer: &'static str,
) -> Response {
    let programme = ctx.programme();
    let style = style(&programme.brand.primary);
    let name = escape(ctx.say(&programme.name));
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{} · {name}</title><style>{style}</style></head>\
         <body><header>{name}</header><main><section>{content}</section></main></body></html>\n",
        ctx.locale.tag(),
        escape(ctx.say(title)),
    );
    let policy = format!(
        "default-src 'none'; img-src 'self'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        base64(&Sha256::digest(style.as_bytes()))
    );
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    (status, headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escape("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }

    #[test]
    fn ink_can_be_read_on_every_brand() {
        for (colour, ink) in
            [("#0F5B66", "#ffffff"), ("#CF2440", "#ffffff"), ("#F2A25C", "#000000"), ("#FFFFFF", "#000000")]
        {
            assert_eq!(ink_on(colour), ink, "{colour}");
        }
        assert!(style("#0F5B66").contains("--brand:#0F5B66;--on-brand:#ffffff"));
    }
}

//! The built portal (Trunk's `dist/`) as a router: everything is read into memory once, at start.
//!
//! Names that carry a hash of their content may be kept for a year; the rest is asked for again each time. Addresses
//! of screens (`/rewards/iced-latte`) answer with `index.html`; a file that is not there is a plain 404, never HTML,
//! so that a browser holding an old page does not read HTML as a script. Each page has a policy of its own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use sha2::{Digest, Sha256};

const INDEX: &str = "/index.html";
const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD");
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(self), geolocation=(self), microphone=(), payment=(), usb=()");

/// The addresses of the picture that a screen begins with, in light and in dark colours.
#[derive(Clone, Copy)]
pub struct Picture {
    /// In light colours.
    pub light: &'static str,
    /// In dark colours.
    pub dark: &'static str,
}

impl Picture {
    /// The page doesn't know whose it is before the programme's first answer; its header does (RFC 8288).
    fn link(self) -> anyhow::Result<HeaderValue> {
        let one = |address: &str, scheme: &str| {
            format!(
                "<{address}>; rel=preload; as=image; fetchpriority=high; media=\"(prefers-color-scheme: {scheme})\""
            )
        };
        Ok(HeaderValue::from_str(&format!("{}, {}", one(self.light, "light"), one(self.dark, "dark")))?)
    }
}

/// Serves the built portal in `dir` to GET and HEAD, as the fallback of whatever it is merged into.
///
/// # Errors
/// When `dir` can't be read or has no `index.html`.
pub fn router(dir: &Path, first: Picture) -> anyhow::Result<Router> {
    let mut files = Files::read(dir)?;
    if let Some(page) = files.by_path.get_mut(INDEX) {
        page.link = Some(first.link()?);
    }
    Ok(Router::new().fallback(serve).with_state(Arc::new(files)))
}

/// One content coding of a file, with the validator of exactly these bytes.
struct Variant {
    coding: Option<&'static str>,
    body: Bytes,
    etag: HeaderValue,
}

struct File {
    content_type: HeaderValue,
    immutable: bool,
    /// What a page may load and run.
    policy: Option<HeaderValue>,
    /// What is asked for with the page.
    link: Option<HeaderValue>,
    /// Best first: brotli, gzip, as it is. The last is always there.
    variants: Vec<Variant>,
}

struct Files {
    by_path: HashMap<String, File>,
}

impl Files {
    fn read(dir: &Path) -> anyhow::Result<Self> {
        let mut by_path = HashMap::new();
        collect(dir, "", &mut by_path).with_context(|| format!("reading the portal in {}", dir.display()))?;
        if !by_path.contains_key(INDEX) {
            bail!("{} holds no built portal: index.html is missing", dir.display());
        }
        Ok(Self { by_path })
    }

    /// The file for a request path: itself, or the page for the address of a screen.
    fn find(&self, path: &str) -> Option<&File> {
        if let Some(file) = self.by_path.get(path) {
            return Some(file);
        }
        if is_file_name(path) || is_reserved(path) {
            return None;
        }
        self.by_path.get(INDEX)
    }
}

fn collect(dir: &Path, prefix: &str, into: &mut HashMap<String, File>) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let address = format!("{prefix}/{name}");
        if path.is_dir() {
            collect(&path, &address, into)?;
        } else if !is_variant(&path) {
            into.insert(address, read_file(&path, name)?);
        }
    }
    Ok(())
}

/// `app.js.br` beside `app.js` is another form of it, not a file of its own.
fn is_variant(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "br" || e == "gz") && path.with_extension("").is_file()
}

fn read_file(path: &Path, name: &str) -> anyhow::Result<File> {
    let plain = fs::read(path)?;
    let hash = hex(&Sha256::digest(&plain)[..12]);
    let mut variants = Vec::new();
    for (suffix, coding) in [("br", "br"), ("gz", "gzip")] {
        let sibling = path.with_file_name(format!("{name}.{suffix}"));
        if sibling.is_file() {
            let body = Bytes::from(fs::read(sibling)?);
            let etag = HeaderValue::from_str(&format!("\"{hash}-{suffix}\""))?;
            variants.push(Variant { coding: Some(coding), body, etag });
        }
    }
    let policy = match std::str::from_utf8(&plain) {
        Ok(html) if name.ends_with(".html") => Some(HeaderValue::from_str(&content_policy(html))?),
        _ => None,
    };
    let etag = HeaderValue::from_str(&format!("\"{hash}\""))?;
    variants.push(Variant { coding: None, body: Bytes::from(plain), etag });
    Ok(File {
        content_type: HeaderValue::from_static(content_type(name)),
        immutable: is_hashed(name),
        policy,
        link: None,
        variants,
    })
}

async fn serve(State(files): State<Arc<Files>>, request: Request) -> Response<Body> {
    let head = request.method() == Method::HEAD;
    if !head && request.method() != Method::GET {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
        response.headers_mut().insert(ALLOW, ALLOWED);
        return response;
    }
    let Some(file) = files.find(request.uri().path()) else {
        return text(StatusCode::NOT_FOUND, "not found\n");
    };
    let variant = choose(&file.variants, request.headers());
    let fresh = request.headers().get_all(IF_NONE_MATCH).iter().any(|v| names_tag(v, &variant.etag));

    let mut response = Response::new(if fresh || head { Body::empty() } else { variant.body.clone().into() });
    let headers = response.headers_mut();
    headers.insert(ETAG, variant.etag.clone());
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(CACHE_CONTROL, if file.immutable { IMMUTABLE } else { REVALIDATE });
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(policy) = &file.policy {
        secure(headers, policy);
    }
    if let Some(link) = &file.link {
        headers.insert(LINK, link.clone());
    }
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, file.content_type.clone());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(variant.body.len()));
    if let Some(coding) = variant.coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn secure(headers: &mut HeaderMap, policy: &HeaderValue) {
    headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
}

fn text(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, REVALIDATE);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The variant the client likes best; of equals the smallest. What nothing allows is sent as it is.
fn choose<'a>(variants: &'a [Variant], headers: &HeaderMap) -> &'a Variant {
    let accepted: Vec<&str> =
        headers.get_all(ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).collect();
    let mut best = &variants[variants.len() - 1];
    let mut best_quality = quality(&accepted, None);
    for variant in variants.iter().rev().skip(1) {
        let quality = quality(&accepted, variant.coding);
        if quality > 0 && quality >= best_quality {
            (best, best_quality) = (variant, quality);
        }
    }
    best
}

/// The weight in thousandths that `Accept-Encoding` gives a coding (`None` is "as it is"); 0 refuses it.
fn quality(accepted: &[&str], coding: Option<&str>) -> u16 {
    let wanted = coding.unwrap_or("identity");
    let mut any = None;
    for item in accepted.iter().flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).unwrap_or("1");
        let weight = weight.parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16);
        if name.eq_ignore_ascii_case(wanted) {
            return weight;
        }
        if name == "*" {
            any = Some(weight);
        }
    }
    // Unless refused, "as it is" always remains possible, after everything that was asked for.
    any.unwrap_or(if coding.is_none() { 1 } else { 0 })
}

fn names_tag(header: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(list), Ok(etag)) = (header.to_str(), etag.to_str()) else { return false };
    list.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn is_reserved(path: &str) -> bool {
    ["/api", "/media", "/demo", "/wx"]
        .iter()
        .any(|p| path.strip_prefix(p).is_some_and(|r| r.is_empty() || r.starts_with('/')))
}

/// Whether the path ends like the name of a file (`.js`, `.webmanifest`) and not like the address of a screen.
fn is_file_name(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').is_some_and(|(_, ext)| {
        (1..=11).contains(&ext.len()) && ext.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// Trunk's names end in `-{hash}` before `.js`, `.css` or `_bg.wasm`; its hash loses leading zeros.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        (12..=16).contains(&hash.len()) && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The policy of a page: nothing inline runs except the scripts that are in it now.
fn content_policy(html: &str) -> String {
    let (scripts, styles) = (sources(html, "script"), sources(html, "style"));
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; \
         img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// The sums of the elements with this tag that are written in the page.
fn sources(html: &str, tag: &str) -> String {
    let mut sources = String::new();
    for text in inline(html, tag) {
        let source = format!(" 'sha256-{}'", base64(&Sha256::digest(text.as_bytes())));
        if !sources.contains(&source) {
            sources.push_str(&source);
        }
    }
    sources
}

fn inline<'a>(html: &'a str, tag: &str) -> Vec<&'a str> {
    // ASCII lower case keeps every byte where it was.
    let lower = html.to_ascii_lowercase();
    let (begins, ends) = (format!("<{tag}"), format!("</{tag}"));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(tag) = lower[at..].find(&begins).map(|i| at + i) {
        let Some(start) = lower[tag..].find('>').map(|i| tag + i + 1) else { break };
        let Some(end) = lower[start..].find(&ends).map(|i| start + i) else { break };
        if !lower[tag..start].contains(" src=") {
            found.push(&html[start..end]);
        }
        at = end;
    }
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
        text
    })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = word >> (18 - 6 * place) & 63;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[digit]) });
        }
    }
    text
}

#[cfg(test)]
mod tests;

//! nginx with deploy/nginx.conf answers as the reference backend does: status, headers and body, of a small made-up portal
//! and of the built one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "deploy/nginx.rs"]
mod nginx;

use std::fs;
use std::path::Path;

use axum::Router;
use axum::http::HeaderMap;
use backend::Config;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use portal_tests::backend::{Backend, config};
use portal_tests::http::{Answer, exchange, pool};
use portal_tests::portal;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::nginx::Nginx;

type Headers<'a> = &'a [(&'a str, &'a str)];

/// What each server says of itself and of the connection, apart from the form of the entity tag.
const INHERENT: [&str; 3] = ["server", "date", "connection"];

/// A place where no backend is.
const NOBODY: &str = "127.0.0.1:9";

/// As browsers say it, and as a proxy in front of nginx does.
const ACCEPTED: [Headers<'static>; 6] = [
    &[],
    &[("accept-encoding", "gzip, deflate, br, zstd")],
    &[("accept-encoding", "gzip, deflate")],
    &[("accept-encoding", "identity")],
    &[("accept-encoding", "gzip, br"), ("via", "1.1 proxy")],
    &[("accept-encoding", "gzip"), ("via", "1.1 proxy")],
];

const SCREENS: [&str; 10] = [
    "/",
    "/index.html",
    "/rewards",
    "/rewards/iced-latte",
    "/rewards/v1.",
    "/rewards?sort=cost",
    "/apiary",
    "/icons",
    "/icons/",
    "/nobody/knows/this",
];

const LOOSE: [&str; 12] = [
    "/config.json",
    "/config.json?v=1",
    "/sw.js",
    "/plain.html",
    "/plain.js",
    "/plain.css",
    "/watchdog.js",
    "/manifest.webmanifest",
    "/favicon.svg",
    "/apple-touch-icon.png",
    "/robots.txt",
    "/icons/icon-192.png",
];

const HASHED: [&str; 4] = [
    "/app-0123456789abcdef.js",
    "/app-0123456789abcdef_bg.wasm",
    "/part-me-fedcba9876543210.wasm",
    "/main-123456789abcde.css",
];

const MISSING: [&str; 9] = [
    "/gone-0123456789abcdef.js",
    "/part-me-0123456789abcdef.wasm",
    "/main-0123456789abcdef.css",
    "/icons/none.svg",
    "/gone.html",
    "/favicon.ico",
    "/index.html.br",
    "/main-123456789abcde.css.gz",
    "/.env",
];

const BACKENDS: [&str; 15] = [
    "/api",
    "/api/",
    "/api/v1/programme",
    "/api/v1/rewards?limit=2",
    "/api/v1/rewards?limit=0",
    "/api/v1/me",
    "/api/v1/nope.js",
    "/media/brand/logo.svg",
    "/media/brand/logo.svg?theme=dark",
    "/media/rewards/nobody.svg",
    "/media",
    "/wx/enter",
    "/wx/nope",
    "/demo/payments/nobody",
    "/demo/nope",
];

/// A portal as `cargo xtask build` leaves it, in small. What the packed forms hold is nobody's business here.
fn made_up() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir_all(folder.path().join("icons")).unwrap();
    let page = "<!doctype html><script nomodule src=\"/plain.js\"></script>\n<script>let a = 1;\n</script>\
                <style>p { margin: 0 }</style><script type=\"module\">go()</script>";
    let all = [
        ("index.html", page),
        ("plain.html", "<!doctype html><script src=\"/plain.js\"></script>"),
        ("plain.js", "var plain;"),
        ("plain.css", "p{}"),
        ("watchdog.js", "let dog;"),
        ("sw.js", "self;"),
        ("config.json", "{}"),
        ("manifest.webmanifest", "{\"name\":\"x\"}"),
        ("favicon.svg", "<svg/>"),
        ("apple-touch-icon.png", "png"),
        ("icons/icon-192.png", "a png"),
        ("robots.txt", "User-agent: *"),
        ("app-0123456789abcdef.js", "export {};"),
        ("app-0123456789abcdef_bg.wasm", "\0asm and more"),
        ("part-me-fedcba9876543210.wasm", "\0asm"),
        ("main-123456789abcde.css", "a{} b{} c{}"),
        // Small files have but one packed form, or none.
        ("part-me-fedcba9876543210.wasm.br", "b"),
    ];
    for (name, text) in all {
        put(name, text);
    }
    for name in
        ["index.html", "plain.html", "sw.js", "app-0123456789abcdef_bg.wasm", "main-123456789abcde.css"]
    {
        put(&format!("{name}.br"), &format!("br of {name}"));
        put(&format!("{name}.gz"), &format!("gzip of {name}"));
    }
    folder
}

/// Both servers over one folder; nginx asks the very backend that it is compared with.
struct Pair {
    backend: Backend,
    nginx: Nginx,
    differences: Vec<String>,
}

impl Pair {
    async fn start(dist: &Path) -> Self {
        let portal = Some(dist.to_owned());
        let config = Config { portal, behind_proxy: true, ..config("coffee").unwrap() };
        let backend = Backend::start_with(config).await.unwrap();
        let nginx = Nginx::start(dist, None, backend.origin.trim_start_matches("http://")).unwrap();
        Self { backend, nginx, differences: Vec::new() }
    }

    /// What the backend and what nginx answers.
    async fn both(&self, method: &str, path: &str, headers: Headers<'_>) -> [Answer; 2] {
        let backend = ask(&self.backend.origin, method, path, headers).await;
        [backend, ask(&self.nginx.origin, method, path, headers).await]
    }

    async fn compare(&mut self, method: &str, path: &str, headers: Headers<'_>) {
        let answers = self.both(method, path, headers).await;
        self.note(&format!("{method} {path} {headers:?}"), is_backends(path), &answers);
    }

    fn note(&mut self, label: &str, proxied: bool, [backend, nginx]: &[Answer; 2]) {
        let (wanted, got) = (seen(backend, proxied), seen(nginx, proxied));
        if (backend.status, &wanted) != (nginx.status, &got) {
            self.differences.push(format!(
                "{label}:\n  backend {} {wanted:?}\n  nginx   {} {got:?}",
                backend.status, nginx.status
            ));
        } else if backend.body != nginx.body {
            self.differences.push(format!("{label}: other bodies"));
        }
    }

    fn end(self) {
        assert!(self.differences.is_empty(), "{}", self.differences.join("\n"));
    }
}

/// Each on a connection of its own: the backend ends one whose body it did not read.
async fn ask(origin: &str, method: &str, path: &str, headers: Headers<'_>) -> Answer {
    let mut request =
        Request::builder().method(method).uri(format!("{origin}{path}")).header("host", "member.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if ["POST", "PUT", "PATCH"].contains(&method) { "{}" } else { "" };
    exchange(&pool(), request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap()
}

fn is_backends(path: &str) -> bool {
    ["/api", "/media", "/wx", "/demo"]
        .iter()
        .any(|begin| path.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The headers of an answer, sorted. nginx makes the tag of a file from its time and length; both are strong.
fn seen(answer: &Answer, proxied: bool) -> Vec<(&str, &str)> {
    let told = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut headers: Vec<_> = told
        .filter(|(name, _)| !INHERENT.contains(name))
        .map(|(name, value)| match name {
            "etag" if !proxied && value.starts_with('"') => (name, "strong"),
            _ => (name, value),
        })
        .collect();
    headers.sort_unstable();
    headers
}

#[tokio::test]
async fn reads_are_answered_alike() {
    let dist = made_up();
    let mut pair = Pair::start(dist.path()).await;
    for path in SCREENS.iter().chain(&LOOSE).chain(&HASHED).chain(&MISSING).chain(&BACKENDS) {
        for accepted in ACCEPTED {
            for method in ["GET", "HEAD"] {
                pair.compare(method, path, accepted).await;
            }
        }
    }
    // What neither heeds.
    for headers in [("range", "bytes=0-1"), ("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")] {
        pair.compare("GET", "/app-0123456789abcdef.js", &[headers]).await;
        pair.compare("GET", "/", &[headers]).await;
    }
    pair.end();
}

/// So that both can't be wrong in the same way, where it matters most.
#[tokio::test]
async fn what_matters_is_as_it_should_be() {
    let dist = made_up();
    let pair = Pair::start(dist.path()).await;
    let accepted = ACCEPTED[1];
    for (path, status, kind, caching, coding) in [
        ("/rewards", 200, "text/html; charset=utf-8", "no-cache", Some("br")),
        ("/sw.js", 200, "text/javascript; charset=utf-8", "no-cache", Some("br")),
        ("/config.json", 200, "application/json", "no-cache", None),
        (HASHED[1], 200, "application/wasm", "public, max-age=31536000, immutable", Some("br")),
        (MISSING[0], 404, "text/plain; charset=utf-8", "no-cache", None),
    ] {
        for answer in pair.both("GET", path, accepted).await {
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("content-type"), Some(kind), "{path}");
            assert_eq!(answer.header("cache-control"), Some(caching), "{path}");
            assert_eq!(answer.header("content-encoding"), coding, "{path}");
        }
    }
    for answer in pair.both("GET", "/", accepted).await {
        let policy = answer.header("content-security-policy").unwrap();
        assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
    }
    pair.end();
}

#[tokio::test]
async fn writes_are_answered_alike() {
    let dist = made_up();
    let mut pair = Pair::start(dist.path()).await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        for path in ["/", "/rewards", "/config.json", "/sw.js", "/plain.html", HASHED[0]] {
            pair.compare(method, path, &[]).await;
        }
        for path in ["/api/v1/me", "/api/v1/me/redemptions", "/api/v1/sessions/sms-codes", "/api/v1/nope"] {
            let headers = [("content-type", "application/json"), ("x-member-portal", "1")];
            pair.compare(method, path, &headers).await;
            pair.compare(method, path, &[]).await;
        }
    }
    pair.end();
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let dist = made_up();
    let mut pair = Pair::start(dist.path()).await;
    for path in ["/", "/plain.html", "/sw.js", "/config.json", HASHED[1], BACKENDS[2], BACKENDS[7]] {
        for accepted in [ACCEPTED[1], ACCEPTED[2], ACCEPTED[3]] {
            let mut answers = Vec::new();
            let [first, second] = pair.both("GET", path, accepted).await;
            for (origin, answer) in [(&pair.backend.origin, first), (&pair.nginx.origin, second)] {
                let known = format!("\"another\", W/{}", answer.header("etag").unwrap());
                let headers = [accepted, &[("if-none-match", known.as_str())][..]].concat();
                answers.push(ask(origin, "GET", path, &headers).await);
            }
            let answers: [Answer; 2] = answers.try_into().unwrap();
            assert_eq!(answers[1].status, 304, "{path} {accepted:?}");
            pair.note(&format!("{path} {accepted:?} again"), is_backends(path), &answers);
        }
    }
    // Another coding is another representation.
    let [_, packed] = pair.both("GET", "/", ACCEPTED[1]).await;
    let known = [("if-none-match", packed.header("etag").unwrap()), ("accept-encoding", "identity")];
    assert_eq!(ask(&pair.nginx.origin, "GET", "/", &known).await.status, 200);
    pair.end();
}

/// Here they may differ: nginx reads an address before it looks for it, the backend takes it as it stands.
#[tokio::test]
async fn nothing_beside_the_portal_is_served() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("secret.txt"), "a secret").unwrap();
    let dist = parent.path().join("dist");
    fs::rename(made_up().keep(), &dist).unwrap();
    let pair = Pair::start(&dist).await;
    for path in [
        "/../secret.txt",
        "/icons/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/.%2e/secret.txt",
        "/..%2fsecret.txt",
        "/icons/%2e%2e/%2e%2e/secret.txt",
        "/icons../secret.txt",
        "//secret.txt",
        "/api/../../secret.txt",
        "/../../../../../../etc/hostname",
    ] {
        for answer in pair.both("GET", path, &[]).await {
            assert!(!answer.text().contains("a secret"), "{path}");
            let page = answer.text().contains("<!doctype html>") && path.ends_with("hostname");
            assert!([400, 404].contains(&answer.status) || page, "{path}: {}", answer.status);
        }
    }
    pair.end();
}

#[tokio::test]
async fn the_backend_is_told_who_asks_and_not_what_they_say_of_themselves() {
    async fn told(headers: HeaderMap) -> String {
        headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect()
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(told)).await });
    let dist = made_up();
    let nginx = Nginx::start(dist.path(), None, &address).unwrap();
    let headers = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "other.example"),
        ("x-forwarded-proto", "https"),
        ("idempotency-key", "key"),
        ("if-none-match", "\"tag\""),
        ("x-member-portal", "1"),
    ];
    for path in ["/api/v1/me", "/media/x.svg", "/wx/enter?ticket=x", "/demo/x"] {
        let answer = ask(&nginx.origin, "GET", path, &headers).await;
        let mut lines: Vec<_> = answer.text().lines().map(str::to_owned).collect();
        lines.sort_unstable();
        let wanted = [
            "host: member.example",
            "idempotency-key: key",
            "if-none-match: \"tag\"",
            "x-forwarded-for: 127.0.0.1",
            "x-forwarded-host: member.example",
            "x-forwarded-proto: http",
            "x-member-portal: 1",
        ];
        assert_eq!(lines, wanted, "{path}");
    }
}

#[tokio::test]
async fn no_ticket_is_written_down_even_when_nobody_takes_it() {
    let dist = made_up();
    let nginx = Nginx::start(dist.path(), None, NOBODY).unwrap();
    let referrer = [("referer", "https://member.example/wx/enter?ticket=very-secret")];
    for (path, status) in [
        ("/wx/enter?ticket=very-secret", 502),
        ("/wx/oauth/callback?code=very-secret", 502),
        ("/rewards", 200),
    ] {
        assert_eq!(ask(&nginx.origin, "GET", path, &referrer).await.status, status, "{path}");
    }
    let logs = nginx.logs().unwrap();
    assert!(logs.contains("\"GET /wx/enter HTTP/1.1\" 502"), "{logs}");
    assert!(!logs.contains("very-secret"), "{logs}");
}

/// While a version takes the place of another, the pages of both run.
#[tokio::test]
async fn scripts_and_styles_of_two_versions_are_allowed_during_a_deployment() {
    async fn allowed(root: &Path, before: Option<&Path>) -> Vec<String> {
        let nginx = Nginx::start(root, before, NOBODY).unwrap();
        let answer = ask(&nginx.origin, "GET", "/", &[]).await;
        let words = answer.header("content-security-policy").unwrap().split([' ', ';']);
        words.filter(|word| word.starts_with("'sha256-")).map(str::to_owned).collect()
    }
    let (old, new) = (made_up(), made_up());
    let page = "<!doctype html><style>p { margin: 1px }</style><script>let b = 2;</script>";
    fs::write(new.path().join("index.html"), page).unwrap();
    let mut both = [allowed(old.path(), None).await, allowed(new.path(), None).await].concat();
    let mut during = allowed(old.path(), Some(new.path())).await;
    assert_eq!(both.len(), 5);
    both.sort_unstable();
    during.sort_unstable();
    assert_eq!(during, both);
}

/// Every file of `dist/`, which is built first by `cargo xtask test`.
#[tokio::test]
async fn the_built_portal_is_served_alike() {
    let dist = portal().unwrap();
    for tag in ["script", "style"] {
        let told = fs::read_to_string(dist.join(format!("portal-{tag}s.map"))).unwrap();
        assert_eq!(told, nginx::own(&dist, tag).unwrap());
    }
    let mut paths = Vec::new();
    collect(&dist, "", &mut paths);
    assert!(paths.iter().any(|path| path.ends_with(".wasm")), "{paths:?}");
    let mut pair = Pair::start(&dist).await;
    for path in paths.iter().map(String::as_str).chain(SCREENS).chain(MISSING) {
        for accepted in ACCEPTED {
            pair.compare("GET", path, accepted).await;
        }
        pair.compare("HEAD", path, ACCEPTED[1]).await;
    }
    pair.end();
}

fn collect(folder: &Path, prefix: &str, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let address = format!("{prefix}/{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            collect(&path, &address, into);
        } else {
            into.push(address);
        }
    }
}

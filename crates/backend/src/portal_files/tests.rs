#![allow(clippy::unwrap_used)]

use axum::body::to_bytes;
use tower::ServiceExt;

use super::*;

const PAGE: &str = "<!doctype html><style>p{}</style><script>let a = 1;</script><script type=module>b()</script><SCRIPT src=x></SCRIPT>";

const PICTURE: Picture = Picture { light: "/media/day.svg", dark: "/media/night.svg" };

fn portal() -> (tempfile::TempDir, Router) {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, body: &[u8]| fs::write(dir.path().join(name), body).unwrap();
    put("index.html", PAGE.as_bytes());
    put("index.html.br", b"brotli page");
    put("app-0123456789abcdef_bg.wasm", b"\0asm");
    put("app-0123456789abcdef_bg.wasm.br", b"brotli");
    put("app-0123456789abcdef_bg.wasm.gz", b"gzip");
    put("main-123456789abcde.css", b"a{}");
    put("config.json", b"{}");
    fs::create_dir(dir.path().join("icons")).unwrap();
    put("icons/app.svg", b"<svg/>");
    put("icons/icon-192.png", b"png");
    put("sw.js", b"self");
    put("manifest.webmanifest", b"{}");
    put("plain.html", b"<script src=\"/plain.js\"></script>");
    put("index-0123456789abcdef.js", b"export {}");
    let router = router(dir.path(), PICTURE).unwrap();
    (dir, router)
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (_dir, router) = portal();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

#[tokio::test]
async fn screens_answer_with_the_page_and_its_policy() {
    for path in ["/", "/index.html", "/rewards/iced-latte", "/rewards/v1.", "/apiary"] {
        let (status, headers, body) = ask("GET", path, &[]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(body, PAGE.as_bytes());
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-"), "{policy}");
        assert!(policy.contains("style-src 'self' 'sha256-"), "{policy}");
        assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
        assert!(!policy.contains("unsafe-inline"));
    }
}

/// Of the two pictures a browser asks for the one whose colours it wants; the plain page has none.
#[tokio::test]
async fn screens_name_the_picture_that_they_begin_with() {
    for path in ["/", "/rewards/iced-latte"] {
        let (_, headers, _) = ask("GET", path, &[]).await;
        let link = headers[LINK].to_str().unwrap();
        let all: Vec<&str> = link.split(", ").collect();
        assert_eq!(all.len(), 2, "{link}");
        assert!(all[0].starts_with("</media/day.svg>; rel=preload; as=image;"), "{link}");
        assert!(all[0].ends_with("media=\"(prefers-color-scheme: light)\""), "{link}");
        assert!(all[1].starts_with("</media/night.svg>;"), "{link}");
        assert!(all[1].ends_with("media=\"(prefers-color-scheme: dark)\""), "{link}");
    }
    for path in ["/plain.html", "/config.json", "/app-0123456789abcdef_bg.wasm"] {
        assert!(!ask("GET", path, &[]).await.1.contains_key(LINK), "{path}");
    }
}

/// The page of browsers without WebAssembly has nothing inline, so nothing inline may run.
#[tokio::test]
async fn the_plain_page_is_itself_and_has_its_own_policy() {
    let (status, headers, body) = ask("GET", "/plain.html", &[]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 33));
    assert_eq!(headers[CACHE_CONTROL], "no-cache");
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
    assert!(policy.contains("style-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("sha256") && !policy.contains("unsafe-inline"), "{policy}");
    let (_, headers, _) = ask("GET", "/sw.js", &[]).await;
    assert!(!headers.contains_key(CONTENT_SECURITY_POLICY));
}

#[tokio::test]
async fn a_missing_file_is_never_html() {
    let hashed =
        ["/gone-0123456789abcdef.js", "/part-me-0123456789abcdef.wasm", "/main-0123456789abcdef.css"];
    let others =
        ["/icons/none.svg", "/gone.html", "/api", "/api/v1/x", "/media/rewards/x", "/demo/x", "/wx/enter"];
    for path in hashed.into_iter().chain(others) {
        let (status, headers, _) = ask("GET", path, &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    }
}

#[tokio::test]
async fn hashed_names_are_kept_and_the_others_asked_for_again() {
    let cases = [
        ("/app-0123456789abcdef_bg.wasm", "application/wasm", true),
        ("/main-123456789abcde.css", "text/css; charset=utf-8", true),
        ("/config.json", "application/json", false),
        ("/icons/app.svg", "image/svg+xml", false),
        ("/icons/icon-192.png", "image/png", false),
        ("/sw.js", "text/javascript; charset=utf-8", false),
        ("/manifest.webmanifest", "application/manifest+json", false),
        ("/index-0123456789abcdef.js", "text/javascript; charset=utf-8", true),
    ];
    for (path, content_type, kept) in cases {
        let (status, headers, _) = ask("GET", path, &[]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers[CONTENT_TYPE], content_type);
        let wanted = if kept { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(headers[CACHE_CONTROL], wanted, "{path}");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn the_best_accepted_coding_is_sent() {
    let cases = [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, *", "gzip"),
        ("BR;q=1.0", "br"),
        ("deflate", ""),
        ("", ""),
        ("identity, br;q=0.5", ""),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("br;q=nonsense", ""),
    ];
    for (accepted, coding) in cases {
        let (_, headers, body) =
            ask("GET", "/app-0123456789abcdef_bg.wasm", &[("accept-encoding", accepted)]).await;
        let sent = headers.get(CONTENT_ENCODING).map_or("", |v| v.to_str().unwrap());
        assert_eq!(sent, coding, "{accepted}");
        assert_eq!(headers[VARY], "Accept-Encoding");
        assert!(!body.is_empty());
        assert_eq!(headers[CONTENT_LENGTH], body.len().to_string().as_str());
    }
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let (_, headers, _) = ask("GET", "/", &[("accept-encoding", "br")]).await;
    let tag = headers[ETAG].to_str().unwrap().to_owned();
    let known = format!("\"other\", W/{tag}");
    let (status, headers, body) =
        ask("GET", "/", &[("accept-encoding", "br"), ("if-none-match", &known)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert!(headers.contains_key(CONTENT_SECURITY_POLICY));
    let (status, _, _) = ask("GET", "/", &[("if-none-match", &known)]).await;
    assert_eq!(status, StatusCode::OK, "another coding is another representation");
}

#[tokio::test]
async fn head_has_the_length_and_no_body_and_writes_are_refused() {
    let (status, headers, body) = ask("HEAD", "/config.json", &[]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(headers[CONTENT_LENGTH], "2");
    let (status, headers, _) = ask("POST", "/", &[]).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers[ALLOW], "GET, HEAD");
}

#[test]
fn a_folder_without_a_page_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = router(dir.path(), PICTURE).unwrap_err().to_string();
    assert!(error.contains("index.html is missing"), "{error}");
}

#[test]
fn base64_is_padded() {
    assert_eq!(base64(b""), "");
    assert_eq!(base64(b"f"), "Zg==");
    assert_eq!(base64(b"fo"), "Zm8=");
    assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    assert_eq!(hex(&[0, 171, 255]), "00abff");
}

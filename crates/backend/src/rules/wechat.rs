//! Coming in from WeChat: how long things are good, what WeChat's error numbers mean, what is signed, and where one may go.

use crate::clock::Millis;
use crate::ids;
use sha1::{Digest, Sha1};

/// How long a ticket is good. It stands in an address.
pub(crate) const TICKET_LIFE: Millis = 60_000;
/// How long there is to come back from WeChat, and to sign in by text message after it.
pub(crate) const LINK_LIFE: Millis = 600_000;
/// How long a native page may take.
pub(crate) const HANDOFF_LIFE: Millis = 300_000;
/// How long its result is kept after that.
pub(crate) const RESULT_LIFE: Millis = 300_000;
/// The longest path that one is sent on to.
const LONGEST_PATH: usize = 512;

/// Whether something that ends at `expires_at` is still good.
pub(crate) fn is_good(expires_at: Millis, now: Millis) -> bool {
    now < expires_at
}

/// Whether a handoff can still be looked at.
pub(crate) fn is_readable(pending: bool, expires_at: Millis, now: Millis) -> bool {
    is_good(if pending { expires_at } else { expires_at + RESULT_LIFE }, now)
}

/// Why WeChat gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The code was used, has expired or was made up.
    Code,
    /// WeChat was asked too often.
    Busy,
    /// It doesn't answer, or not in a way that is of any use.
    Unavailable,
}

/// What an `errcode` of WeChat means for whoever brought a code.
pub(crate) fn refusal(errcode: i64) -> Refusal {
    match errcode {
        // Made up, used before, blocked as too risky, missing.
        40029 | 40163 | 40226 | 41008 => Refusal::Code,
        45009 | 45011 => Refusal::Busy,
        _ => Refusal::Unavailable,
    }
}

/// Whether an `errcode` says that the access token is no longer good: there is a newer one, or its time is up.
pub(crate) fn is_stale_token(errcode: i64) -> bool {
    matches!(errcode, 40001 | 40014 | 42001)
}

/// The JSSDK's signature of a page (the guide's appendix 1): the names in lower case and in the order of the alphabet, nothing encoded.
pub(crate) fn signature(ticket: &str, nonce: &str, timestamp: i64, url: &str) -> String {
    let text = format!("jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}");
    ids::hex(&Sha1::digest(text.as_bytes()))
}

/// The address without its hash, when it is one of `host`.
pub(crate) fn page_of<'a>(url: &'a str, host: &str) -> Option<&'a str> {
    let url = url.split('#').next()?;
    if host.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    })?;
    let authority = rest.split(['/', '?']).next()?;
    authority.eq_ignore_ascii_case(host).then_some(url)
}

/// Text as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    escaped(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn escaped(text: &str, plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Where to go in the portal: `text` when it is a path of it, else home. What an address can't hold is percent-encoded, since WeChat
/// shows a white page on iOS for anything but ASCII.
pub(crate) fn clean_to(text: &str) -> String {
    let odd = |c: char| c.is_control() || c == '\\';
    // Neither these nor what a browser makes of dots is a screen.
    let beside = ["/api", "/wx", "/media", "/demo"];
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let dots = |part: &str| matches!(part.replace("%2e", ".").as_str(), "." | "..");
    let bad = !text.starts_with('/')
        || text.contains("//")
        || text.contains(odd)
        || path.split('/').any(dots)
        || beside
            .iter()
            .any(|one| path.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let clean =
        escaped(text, |byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?#[]%".contains(&byte));
    if bad || clean.len() > LONGEST_PATH { "/".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_and_results_end_on_the_millisecond() {
        assert!(is_good(60_000, 59_999) && !is_good(60_000, 60_000));
        assert!(!is_readable(true, 300_000, 300_000) && is_readable(false, 300_000, 599_999));
        assert!(!is_readable(false, 300_000, 600_000));
    }

    #[test]
    fn error_numbers_say_whose_fault_it_is() {
        for (errcode, expected) in [
            (40029, Refusal::Code),
            (40163, Refusal::Code),
            (40226, Refusal::Code),
            (45011, Refusal::Busy),
            (-1, Refusal::Unavailable),
            (40013, Refusal::Unavailable),
            (40125, Refusal::Unavailable),
        ] {
            assert_eq!(refusal(errcode), expected, "{errcode}");
        }
        assert!([40001, 40014, 42001].into_iter().all(is_stale_token) && !is_stale_token(40029));
    }

    #[test]
    fn the_signature_is_the_one_of_wechats_own_example() {
        let ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
        assert_eq!(
            signature(ticket, "Wm3WZYTPz0wzccnW", 1_414_587_457, "http://mp.weixin.qq.com?params=value"),
            "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
        );
    }

    #[test]
    fn only_our_own_pages_are_signed() {
        let host = "members.example.com";
        for (url, page) in [
            (
                "https://members.example.com/rewards?q=a%20b#top",
                Some("https://members.example.com/rewards?q=a%20b"),
            ),
            ("http://MEMBERS.example.com/", Some("http://MEMBERS.example.com/")),
            ("https://members.example.com?x#y#z", Some("https://members.example.com?x")),
            ("https://members.example.com", Some("https://members.example.com")),
            ("https://members.example.com.evil.test/", None),
            ("https://members.example.com@evil.test/", None),
            ("https://evil.test/?https://members.example.com/", None),
            ("https://evil.test#https://members.example.com/", None),
            ("https://members.example.com:8443/", None),
            ("https://members.example.com\\@evil.test/", None),
            ("//members.example.com/", None),
            ("javascript:alert(1)", None),
            ("https://members.example.com/ x", None),
            ("https://members.example.com/茶", None),
            ("http:/", None),
            ("", None),
        ] {
            assert_eq!(page_of(url, host), page, "{url}");
        }
        assert_eq!(page_of("http:///x", ""), None, "a request without a host has no pages");
        assert!(page_of("http://127.0.0.1:8101/", "127.0.0.1:8101").is_some());
    }

    #[test]
    fn one_goes_to_a_path_of_the_portal_or_home() {
        for (text, clean) in [
            ("/", "/"),
            ("/rewards", "/rewards"),
            ("/rewards?q=a%20b&sort=newest#top", "/rewards?q=a%20b&sort=newest#top"),
            ("/rewards?q=茶 1", "/rewards?q=%E8%8C%B6%201"),
            ("/vouchers/5b0f\"<x>", "/vouchers/5b0f%22%3Cx%3E"),
            ("/apiary", "/apiary"),
        ] {
            assert_eq!(clean_to(text), clean, "{text}");
        }
        for bad in [
            "",
            "rewards",
            "https://evil.test/",
            "//evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "/rewards//evil.test",
            "/.//evil.test",
            "/x/../wx/enter?ticket=y",
            "/%2E%2e/wx",
            "/./api/v1/me",
            "/rewards\r\nSet-Cookie: a=b",
            "/\tevil",
            "\t//evil.test",
            " /rewards",
            "/rewards\u{0}",
            "/rewards\u{85}",
            "/api/v1/sessions",
            "/API/v1/sessions",
            "/wx/oauth?to=/",
            "/wx",
            "/demo/wechat",
            "/media/brand/logo.svg",
            "javascript:alert(1)",
            "?to=/",
        ] {
            assert_eq!(clean_to(bad), "/", "{bad:?}");
        }
        let long = |length: usize| format!("/{}", "x".repeat(length - 1));
        assert_eq!((clean_to(&long(512)), clean_to(&long(513))), (long(512), "/".to_owned()));
        assert_eq!(clean_to(&format!("/{}", "茶".repeat(57))), "/", "its length is that of the address");
    }

    #[test]
    fn text_stands_in_a_query_as_itself() {
        assert_eq!(encoded("http://a.test/x?y=1&z=茶"), "http%3A%2F%2Fa.test%2Fx%3Fy%3D1%26z%3D%E8%8C%B6");
    }
}

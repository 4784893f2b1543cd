//! WeChat around the page: which address is signed, what its bridge answers, what was scanned, and what is passed on.

use crate::domain::route::{CatalogueFilter, Route, encode_into};

/// Letters of a shared screen's code, which stand in two groups of this many.
const GROUP: usize = 4;
/// The most letters of a scanned text that are shown.
const SHOWN: usize = 80;
/// The most letters of an identifier in an address.
const LONGEST_ID: usize = 60;
/// The host's own pages.
const SCAN_PAGE: &str = "/pages/scan/scan";
const PAY_PAGE: &str = "/pages/pay/pay";
const SHARE_PAGE: &str = "/pages/share/share";
const PORTAL_PAGE: &str = "/pages/portal/portal";
/// Where WeChat tells the backend who is there.
const OAUTH: &str = "/wx/oauth";

/// An address as it is signed: without what stands behind `#`.
pub fn signable(address: &str) -> &str {
    address.split('#').next().unwrap_or_default()
}

/// Which addresses to have signed, in this order: WeChat on iOS goes by the one at which the page was entered, all others
/// by the one in use (requirement W4). Sources disagree, so the other one follows, where it is another.
pub fn signed_first<'a>(user_agent: &str, entry: &'a str, current: &'a str) -> Vec<&'a str> {
    let (entry, current) = (signable(entry), signable(current));
    let apple = ["iPhone", "iPad", "iPod"].iter().any(|device| user_agent.contains(device));
    let mut both = if apple { vec![entry, current] } else { vec![current, entry] };
    both.dedup();
    both.retain(|address| !address.is_empty());
    both
}

/// What the backend signed for an address (`WechatSignature` of the contract).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The official account's identifier.
    pub app_id: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Random text.
    pub nonce: String,
    /// The signature.
    pub signature: String,
}

/// How the bridge says that a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Done.
    Ok,
    /// The person changed their mind.
    Cancel,
    /// Not done; with the reason, as far as there is one.
    Fail(String),
}

/// Reads an `errMsg`: `scanQRCode:ok`, `scanQRCode:cancel`, `config:fail, invalid signature`.
pub fn said(message: &str) -> Said {
    let state = message.split_once(':').map_or(message, |(_, state)| state).trim();
    let low = state.to_ascii_lowercase();
    let reason = |text: &str| String::from(text.trim_start_matches([' ', ',', ':', '_', '-']));
    if low == "ok" || low.starts_with("ok ") {
        Said::Ok
    } else if low.starts_with("cancel") || low.starts_with("fail") && reason(&low[4..]).starts_with("cancel")
    {
        Said::Cancel
    } else if low.starts_with("fail") {
        Said::Fail(reason(&state[4..]))
    } else {
        Said::Fail(state.into())
    }
}

/// Whether a refusal means that another address had to be signed.
pub fn is_wrong_signature(reason: &str) -> bool {
    reason.to_ascii_lowercase().contains("invalid signature")
}

/// Whether a refusal means that the page has to be signed again: its address is another one by now.
pub fn is_unsigned(reason: &str) -> bool {
    let low = reason.to_ascii_lowercase();
    is_wrong_signature(&low) || low.contains("permission") || low.contains("access_denied")
}

/// What a camera read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// A place of this portal.
    Place(Route),
    /// Anything else: to be shown, never to be followed.
    Text(String),
}

/// Tells a screen's code and a friend's gift of this portal at `origin` from everything else.
pub fn scanned(text: &str, origin: &str) -> Scanned {
    let text = text.trim();
    if let Some(code) = letters(text) {
        return Scanned::Place(Route::Device { code });
    }
    let rest = signable(text).strip_prefix(origin).filter(|rest| !origin.is_empty() && rest.starts_with('/'));
    let route = rest.map(|rest| {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Route::parse(path, query)
    });
    match route {
        Some(Route::Device { code }) if letters(&code).is_some() => {
            Scanned::Place(Route::Device { code: letters(&code).unwrap_or_default() })
        }
        Some(Route::Gift(id)) if is_id(&id) => Scanned::Place(Route::Gift(id)),
        _ => Scanned::Text(shown(text)),
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A foreign text for people: on one line, short, and without letters that turn others around.
fn shown(text: &str) -> String {
    let plain = |letter: &char| {
        !letter.is_control() && !matches!(u32::from(*letter), 0x2028..=0x202E | 0x2066..=0x2069)
    };
    let mut line = text.chars().filter(plain).take(SHOWN + 1).collect::<String>();
    if line.chars().count() > SHOWN {
        line.pop();
        line.push('…');
    }
    line
}

/// The code of a shared screen as the contract writes it, from what somebody typed: `wdjb mjht` is `WDJB-MJHT`.
pub fn letters(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(char::is_ascii_alphabetic).count();
    let clean = typed.chars().all(|letter| letter.is_ascii_alphabetic() || " -".contains(letter));
    (clean && letters == 2 * GROUP).then(|| typed_letters(typed))
}

/// What the field shows while a code is typed: capitals in two groups, and no more than a code has.
pub fn typed_letters(typed: &str) -> String {
    let wide = |letter: char| match u32::from(letter) {
        full @ (0xFF21..=0xFF3A | 0xFF41..=0xFF5A) => char::from_u32(full - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    let mut text = String::new();
    for (at, letter) in typed.chars().map(wide).filter(char::is_ascii_alphabetic).take(2 * GROUP).enumerate()
    {
        if at == GROUP {
            text.push('-');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// Whose words the card of a shared place has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The programme's.
    Programme,
    /// The catalogue's.
    Rewards,
    /// The reward's own name, which is the page's title.
    Reward,
    /// A gift's.
    Gift,
}

/// What is passed on of a place: whose words, and a path that holds nothing of the member. Places of the member's own share home.
pub fn shared(route: &Route) -> (Subject, String) {
    match route {
        Route::Rewards(filter) => {
            let plain = CatalogueFilter { category: filter.category.clone(), ..CatalogueFilter::default() };
            (Subject::Rewards, Route::Rewards(plain).href())
        }
        Route::Reward(_) => (Subject::Reward, route.href()),
        Route::Gift(_) => (Subject::Gift, route.href()),
        _ => (Subject::Programme, Route::Home.href()),
    }
}

/// What the host shows when the page is passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// One line.
    pub title: String,
    /// Below it.
    pub text: String,
    /// Path of the portal.
    pub path: String,
    /// Whole address of a picture; empty for none.
    pub image: String,
}

fn page(base: &str, params: &[(&str, &str)]) -> String {
    let mut address = String::from(base);
    let mut mark = '?';
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        address.push_str(name);
        address.push('=');
        encode_into(&mut address, value);
        mark = '&';
    }
    address
}

/// The host's scanner, which tells the backend what it read.
pub fn scan_page(handoff: &str) -> String {
    page(SCAN_PAGE, &[("handoff", handoff)])
}

/// The host's page for paying a redemption; `url` is the whole address at which everybody else pays.
pub fn pay_page(url: &str, redemption: &str) -> String {
    page(PAY_PAGE, &[("url", url), ("redemption", redemption)])
}

/// The host's page with a button that passes a card on.
pub fn share_page(card: &Card) -> String {
    page(SHARE_PAGE, &[("title", &card.title), ("path", &card.path), ("image", &card.image)])
}

/// The host's page that signs in and opens the portal at `to`, a path of it.
pub fn portal_page(to: &str) -> String {
    page(PORTAL_PAGE, &[("to", to)])
}

/// Where WeChat's own browser is asked who is there; it comes back to `to`, a path of the portal.
pub fn oauth(to: &str) -> String {
    page(OAUTH, &[("to", to)])
}

/// A task that was handed to one of the host's pages, as the backend knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handoff {
    /// Not done yet.
    Pending,
    /// Done, with its result.
    Done(String),
    /// The person changed their mind.
    Cancelled,
    /// It could not be done.
    Failed,
}

impl Handoff {
    /// For so long its end is asked for, in milliseconds; the contract keeps one for five minutes.
    pub const LIMIT_MS: i64 = 300_000;
    /// How often it is asked for while the page is visible, in milliseconds.
    pub const EVERY_MS: i32 = 2_000;

    /// From the contract's words. What this version doesn't know can't be waited for.
    pub fn new(status: &str, result: Option<String>) -> Self {
        match status {
            "pending" => Self::Pending,
            "done" => Self::Done(result.unwrap_or_default()),
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORIGIN: &str = "https://member.example";

    #[test]
    fn ios_signs_where_the_page_was_entered_and_all_others_where_it_is() {
        let (entry, current) = ("https://a/rewards#x", "https://a/sign-in?next=%2Frewards#y");
        let (plain_entry, plain_current) = ("https://a/rewards", "https://a/sign-in?next=%2Frewards");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.70";
        assert_eq!(signed_first(iphone, entry, current), [plain_entry, plain_current]);
        for other in ["Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.70", "WindowsWechat", ""] {
            assert_eq!(signed_first(other, entry, current), [plain_current, plain_entry]);
        }
        assert_eq!(signed_first(iphone, "https://a/#1", "https://a/#2"), ["https://a/"], "nothing to retry");
        assert_eq!(signed_first("Android", "", current), [plain_current]);
    }

    #[test]
    fn answers_of_the_bridge() {
        let fail = |reason: &str| Said::Fail(reason.into());
        for (message, meant) in [
            ("scanQRCode:ok", Said::Ok),
            ("navigateTo: OK", Said::Ok),
            ("scanQRCode:cancel", Said::Cancel),
            ("scanQRCode:fail cancel", Said::Cancel),
            ("scanQRCode:fail_user_no", fail("user_no")),
            ("config:fail, invalid signature", fail("invalid signature")),
            ("config:fail,Error: invalid url domain", fail("Error: invalid url domain")),
            (
                "navigateTo:fail page \"pages/pay/pay\" is not found",
                fail("page \"pages/pay/pay\" is not found"),
            ),
            (
                "scanQRCode:the permission value is offline verifying",
                fail("the permission value is offline verifying"),
            ),
            ("system:access_denied", fail("access_denied")),
            ("scanQRCode:fail", fail("")),
            ("", fail("")),
        ] {
            assert_eq!(said(message), meant, "{message}");
        }
        assert!(is_wrong_signature("Invalid Signature, rid: 1") && !is_wrong_signature("invalid url domain"));
        assert!(is_unsigned("the permission value is offline verifying") && !is_unsigned("camera broken"));
    }

    #[test]
    fn only_codes_and_gifts_of_this_portal_lead_anywhere() {
        let device = Scanned::Place(Route::Device { code: "WDJB-MJHT".into() });
        for text in [
            "WDJB-MJHT",
            " wdjbmjht ",
            "https://member.example/device?user_code=WDJB-MJHT",
            "https://member.example/device?user_code=wdjb-mjht#top",
        ] {
            assert_eq!(scanned(text, ORIGIN), device, "{text}");
        }
        let gift = Scanned::Place(Route::Gift("tfr_1".into()));
        assert_eq!(scanned("https://member.example/gifts/tfr_1", ORIGIN), gift);
        for text in [
            "https://member.example.evil.com/device?user_code=WDJB-MJHT",
            "https://evil.com/device?user_code=WDJB-MJHT",
            "http://member.example/device?user_code=WDJB-MJHT",
            "https://member.example@evil.com/gifts/tfr_1",
            "https://member.example/gifts/..%2F..%2Fme",
            "https://member.example/device?user_code=javascript:alert(1)",
            "https://member.example/me",
            "https://member.example/sign-in?next=//evil.com",
            "javascript:alert(1)",
            "6901234567892",
            "WDJB-MJH",
            "WDJB1MJHT",
            "",
        ] {
            assert_eq!(scanned(text, ORIGIN), Scanned::Text(text.into()), "{text}");
        }
        assert_eq!(scanned("/gifts/tfr_1", ""), Scanned::Text("/gifts/tfr_1".into()), "nobody knows whose");
        let turned = scanned("a\u{202e}b\n\u{0}c", ORIGIN);
        assert_eq!(turned, Scanned::Text("abc".into()));
    }

    #[test]
    fn letters_as_they_are_typed() {
        assert_eq!(typed_letters("wdj"), "WDJ");
        assert_eq!(typed_letters("wdjbm"), "WDJB-M");
        assert_eq!(typed_letters("ＷＤＪＢ－mjht extra"), "WDJB-MJHT");
        assert_eq!(letters("WDJB MJHT"), Some("WDJB-MJHT".into()));
        assert_eq!(letters("WDJB-MJHTX"), None, "one too many may be another code");
    }

    #[test]
    fn what_is_passed_on_holds_nothing_of_the_member() {
        let filter = CatalogueFilter {
            category: Some("hot".into()),
            query: "给妈妈".into(),
            affordable: true,
            favourites: true,
            store: Some("s1".into()),
            ..CatalogueFilter::default()
        };
        assert_eq!(shared(&Route::Rewards(filter)), (Subject::Rewards, "/rewards?category=hot".into()));
        assert_eq!(shared(&Route::Reward("latte".into())), (Subject::Reward, "/rewards/latte".into()));
        assert_eq!(shared(&Route::Gift("t".into())), (Subject::Gift, "/gifts/t".into()));
        for route in [
            Route::Home,
            Route::Me,
            Route::Voucher("v".into()),
            Route::Coupon("c".into()),
            Route::Points { kind: None },
            Route::Device { code: "WDJB-MJHT".into() },
            Route::SignIn { next: Some("/vouchers/v".into()) },
        ] {
            assert_eq!(shared(&route), (Subject::Programme, "/".into()));
        }
    }

    #[test]
    fn the_hosts_pages() {
        assert_eq!(scan_page("h-1"), "/pages/scan/scan?handoff=h-1");
        assert_eq!(
            pay_page("https://pay.example/p?a=1&b=2", "r_1"),
            "/pages/pay/pay?url=https%3A%2F%2Fpay.example%2Fp%3Fa%3D1%26b%3D2&redemption=r_1"
        );
        assert_eq!(portal_page("/rewards?q=a"), "/pages/portal/portal?to=%2Frewards%3Fq%3Da");
        assert_eq!(oauth("/gifts/t"), "/wx/oauth?to=%2Fgifts%2Ft");
        let card = Card { title: "送你一张券".into(), path: "/gifts/t".into(), ..Card::default() };
        assert_eq!(
            share_page(&card),
            "/pages/share/share?title=%E9%80%81%E4%BD%A0%E4%B8%80%E5%BC%A0%E5%88%B8&path=%2Fgifts%2Ft"
        );
    }

    #[test]
    fn how_a_task_stands() {
        assert_eq!(Handoff::new("done", Some("x".into())), Handoff::Done("x".into()));
        assert_eq!(Handoff::new("done", None), Handoff::Done(String::new()));
        assert_eq!(Handoff::new("cancelled", None), Handoff::Cancelled);
        assert_eq!(Handoff::new("lost", None), Handoff::Failed);
    }

    proptest! {
        #[test]
        fn whatever_is_scanned_is_a_place_of_two_kinds_or_a_short_text(text in "\\PC{0,200}") {
            match scanned(&text, ORIGIN) {
                Scanned::Place(Route::Device { .. } | Route::Gift(_)) => {}
                Scanned::Place(route) => prop_assert!(false, "{:?}", route),
                Scanned::Text(text) => prop_assert!(text.chars().count() <= SHOWN + 1),
            }
        }

        #[test]
        fn addresses_of_the_hosts_pages_are_ascii(title in ".{0,40}", path in ".{0,40}") {
            let card = Card { title, path, ..Card::default() };
            prop_assert!(share_page(&card).is_ascii());
        }

        #[test]
        fn any_answer_can_be_read(message in "\\PC{0,40}") {
            said(&message);
        }
    }
}

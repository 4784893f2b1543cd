//! Every address of the portal, as one type with its parser and its href together.

/// The order of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the programme recommends.
    #[default]
    Recommended,
    /// Cheapest first.
    CostAsc,
    /// Dearest first.
    CostDesc,
    /// Newest first.
    Newest,
}

impl Sort {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Recommended, Self::CostAsc, Self::CostDesc, Self::Newest];

    /// The contract's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::CostAsc => "cost_asc",
            Self::CostDesc => "cost_desc",
            Self::Newest => "newest",
        }
    }
}

/// What the catalogue is narrowed to; all of it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueFilter {
    /// Identifier of a category.
    pub category: Option<String>,
    /// Only what the member can redeem now.
    pub affordable: bool,
    /// Words to search for.
    pub query: String,
    /// Identifier of a tier: only what is kept for it.
    pub tier: Option<String>,
    /// Identifier of a store: only what can be used there.
    pub store: Option<String>,
    /// Only the member's favourites.
    pub favourites: bool,
    /// Order.
    pub sort: Sort,
}

impl CatalogueFilter {
    /// Everything, in the same order.
    pub fn cleared(&self) -> Self {
        Self { sort: self.sort, ..Self::default() }
    }

    /// Whether anything but the order differs from the whole catalogue.
    pub fn is_narrow(&self) -> bool {
        *self != self.cleared()
    }
}

/// A place that the member's tab bar leads to and stays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Home.
    Home,
    /// The catalogue.
    Rewards,
    /// Surveys.
    Surveys,
    /// The member's own page.
    Me,
}

impl Tab {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Home, Self::Rewards, Self::Surveys, Self::Me];
}

/// A place of the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Home.
    Home,
    /// Sign-in, and where to go afterwards.
    SignIn {
        /// Path inside the portal; anything else is dropped by the parser.
        next: Option<String>,
    },
    /// The member's tier.
    Tier,
    /// Balance, expiry and ledger, narrowed to a kind of entry.
    Points {
        /// The contract's word for the kind.
        kind: Option<String>,
    },
    /// Ways to earn.
    Earn,
    /// The catalogue.
    Rewards(CatalogueFilter),
    /// One reward.
    Reward(String),
    /// Vouchers and coupons; `past` shows what is used or over.
    Wallet {
        /// Whether the past is shown.
        past: bool,
    },
    /// One voucher.
    Voucher(String),
    /// One coupon.
    Coupon(String),
    /// A coupon that somebody gives away, for the friend who opens the link.
    Gift(String),
    /// The member code.
    Code,
    /// Surveys.
    Surveys,
    /// One survey.
    Survey(String),
    /// The member's own page.
    Me,
    /// A shared screen asks the member's phone to be let in; with its code.
    Device {
        /// As it stands in the QR code; empty when it is to be typed.
        code: String,
    },
    /// Where an installer makes a device a kiosk.
    Enrol,
    /// No such place.
    NotFound,
}

impl Route {
    /// From an address of the portal.
    pub fn at(href: &str) -> Self {
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        Self::parse(path, query)
    }

    /// From an address's path and query (without `?`).
    pub fn parse(path: &str, query: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (first, second, third) = (parts.next(), parts.next(), parts.next());
        if third.is_some() {
            return Self::NotFound;
        }
        match (first, second) {
            (None, _) => Self::Home,
            (Some("sign-in"), None) => {
                let next =
                    param(query, "next").filter(|next| next.starts_with('/') && !next.starts_with("//"));
                Self::SignIn { next: next.filter(|next| !next.contains('\\')) }
            }
            (Some("tier"), None) => Self::Tier,
            (Some("points"), None) => Self::Points { kind: param(query, "type") },
            (Some("points"), Some("earn")) => Self::Earn,
            (Some("rewards"), None) => Self::Rewards(CatalogueFilter {
                category: short(query, "category"),
                affordable: param(query, "affordable").as_deref() == Some("true"),
                query: param(query, "q")
                    .map(|words| words.chars().take(LONGEST).collect())
                    .unwrap_or_default(),
                tier: short(query, "tier"),
                store: short(query, "store"),
                favourites: param(query, "favourite").as_deref() == Some("true"),
                sort: param(query, "sort")
                    .and_then(|word| Sort::ALL.into_iter().find(|sort| sort.name() == word))
                    .unwrap_or_default(),
            }),
            (Some("rewards"), Some(id)) => Self::Reward(decode(id)),
            (Some("wallet"), None) => Self::Wallet { past: param(query, "past").as_deref() == Some("true") },
            (Some("vouchers"), Some(id)) => Self::Voucher(decode(id)),
            (Some("coupons"), Some(id)) => Self::Coupon(decode(id)),
            (Some("gifts"), Some(id)) => Self::Gift(decode(id)),
            (Some("code"), None) => Self::Code,
            (Some("surveys"), None) => Self::Surveys,
            (Some("surveys"), Some(id)) => Self::Survey(decode(id)),
            (Some("me"), None) => Self::Me,
            (Some("device"), None) => Self::Device { code: short(query, "user_code").unwrap_or_default() },
            (Some("kiosk"), Some("enrol")) => Self::Enrol,
            _ => Self::NotFound,
        }
    }

    /// The address of the place.
    pub fn href(&self) -> String {
        match self {
            Self::Home | Self::NotFound => "/".into(),
            Self::SignIn { next: None } => "/sign-in".into(),
            Self::SignIn { next: Some(next) } => with("/sign-in", &[("next", next)]),
            Self::Tier => "/tier".into(),
            Self::Points { kind } => with("/points", &[("type", kind.as_deref().unwrap_or_default())]),
            Self::Earn => "/points/earn".into(),
            Self::Rewards(filter) => with(
                "/rewards",
                &[
                    ("category", filter.category.as_deref().unwrap_or_default()),
                    ("affordable", if filter.affordable { "true" } else { "" }),
                    ("q", &filter.query),
                    ("tier", filter.tier.as_deref().unwrap_or_default()),
                    ("store", filter.store.as_deref().unwrap_or_default()),
                    ("favourite", if filter.favourites { "true" } else { "" }),
                    ("sort", if filter.sort == Sort::default() { "" } else { filter.sort.name() }),
                ],
            ),
            Self::Reward(id) => item("/rewards/", id),
            Self::Wallet { past } => with("/wallet", &[("past", if *past { "true" } else { "" })]),
            Self::Voucher(id) => item("/vouchers/", id),
            Self::Coupon(id) => item("/coupons/", id),
            Self::Gift(id) => item("/gifts/", id),
            Self::Code => "/code".into(),
            Self::Surveys => "/surveys".into(),
            Self::Survey(id) => item("/surveys/", id),
            Self::Me => "/me".into(),
            Self::Device { code } => with("/device", &[("user_code", code)]),
            Self::Enrol => "/kiosk/enrol".into(),
        }
    }

    /// The tab whose screen it is.
    pub fn tab(&self) -> Option<Tab> {
        Some(match self {
            Self::Home => Tab::Home,
            Self::Rewards(_) => Tab::Rewards,
            Self::Surveys => Tab::Surveys,
            Self::Me => Tab::Me,
            _ => return None,
        })
    }

    /// Whether somebody who isn't signed in may be there.
    pub fn is_public(&self) -> bool {
        matches!(self, Self::SignIn { .. } | Self::Enrol | Self::NotFound)
    }

    /// The same place with other filters counts as the same screen: it keeps its scroll position and its state.
    pub fn same_screen(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Reward(a), Self::Reward(b)) | (Self::Voucher(a), Self::Voucher(b)) => a == b,
            (Self::Coupon(a), Self::Coupon(b)) | (Self::Survey(a), Self::Survey(b)) => a == b,
            (Self::Gift(a), Self::Gift(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

fn item(base: &str, id: &str) -> String {
    let mut href = String::from(base);
    encode_into(&mut href, id);
    href
}

fn with(base: &str, params: &[(&str, &str)]) -> String {
    let mut href = String::from(base);
    let mut mark = '?';
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        href.push(mark);
        href.push_str(name);
        href.push('=');
        encode_into(&mut href, value);
        mark = '&';
    }
    href
}

/// Percent-encodes all but unreserved characters (RFC 3986 section 2.3), so that an address stays ASCII: WeChat on iOS
/// shows a white page for others.
pub fn encode_into(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn param(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| decode(value))
        .filter(|value| !value.is_empty())
}

/// The most letters of what is searched for and of an identifier.
const LONGEST: usize = 60;

/// An identifier in the address; what is too long to be one is nobody's.
fn short(query: &str, name: &str) -> Option<String> {
    param(query, name).filter(|id| id.chars().count() <= LONGEST)
}

fn decode(text: &str) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1).copied().and_then(digit).zip(bytes.get(at + 2).copied().and_then(digit));
        match (byte, pair) {
            (b'%', Some((high, low))) => {
                out.push(high * 16 + low);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(href: &str) -> Route {
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        Route::parse(path, query)
    }

    #[test]
    fn table() {
        for (href, route) in [
            ("/", Route::Home),
            ("/sign-in", Route::SignIn { next: None }),
            ("/sign-in?next=%2Frewards%3Fq%3Da", Route::SignIn { next: Some("/rewards?q=a".into()) }),
            ("/tier", Route::Tier),
            ("/points", Route::Points { kind: None }),
            ("/points?type=spend", Route::Points { kind: Some("spend".into()) }),
            ("/points/earn", Route::Earn),
            ("/rewards", Route::Rewards(CatalogueFilter::default())),
            ("/rewards/iced-latte", Route::Reward("iced-latte".into())),
            ("/wallet", Route::Wallet { past: false }),
            ("/wallet?past=true", Route::Wallet { past: true }),
            ("/vouchers/r_1", Route::Voucher("r_1".into())),
            ("/coupons/c_1", Route::Coupon("c_1".into())),
            ("/gifts/tfr_1", Route::Gift("tfr_1".into())),
            ("/code", Route::Code),
            ("/surveys", Route::Surveys),
            ("/surveys/tasting", Route::Survey("tasting".into())),
            ("/me", Route::Me),
            ("/device", Route::Device { code: String::new() }),
            ("/device?user_code=WDJB-MJHT", Route::Device { code: "WDJB-MJHT".into() }),
            ("/kiosk/enrol", Route::Enrol),
        ] {
            assert_eq!(parse(href), route, "{href}");
            assert_eq!(route.href(), href);
        }
    }

    #[test]
    fn sign_in_leads_to_the_portal_only() {
        for hostile in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            let mut href = String::from("/sign-in?next=");
            encode_into(&mut href, hostile);
            assert_eq!(parse(&href), Route::SignIn { next: None }, "{hostile}");
        }
    }

    #[test]
    fn nobody_makes_the_catalogue_ask_for_an_essay() {
        let mut href = String::from("/rewards?sort=%00&tier=");
        href.push_str(&"x".repeat(61));
        href.push_str("&affordable=yes&favourite=1&q=");
        href.push_str(&"%E8%8C%B6".repeat(99));
        let Route::Rewards(filter) = parse(&href) else { panic!("{href}") };
        assert_eq!(filter.query.chars().count(), 60);
        assert_eq!(CatalogueFilter { query: String::new(), ..filter }, CatalogueFilter::default());
    }

    #[test]
    fn unknown_places_are_not_found() {
        for href in ["/nope", "/rewards/a/b", "/me/x", "/vouchers", "/kiosk", "/device/x"] {
            assert_eq!(parse(href), Route::NotFound, "{href}");
        }
    }

    proptest! {
        #[test]
        fn any_filter_survives_the_address(
            [category, tier, store] in prop::array::uniform3(prop::option::of(".{1,12}")),
            query in ".{0,24}",
            [affordable, favourites] in prop::array::uniform2(any::<bool>()),
        ) {
            let sort = Sort::CostDesc;
            let filter = CatalogueFilter { category, affordable, query, tier, store, favourites, sort };
            let href = Route::Rewards(filter.clone()).href();
            prop_assert!(href.is_ascii());
            prop_assert_eq!(parse(&href), Route::Rewards(filter));
        }

        #[test]
        fn any_address_parses(path in ".{0,40}", query in ".{0,40}") {
            let _ = Route::parse(&path, &query);
        }
    }
}

//! The three languages the backend speaks, and the choice between them.

use serde::{Deserialize, Serialize};

/// A language of the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locale {
    ZhCn,
    ZhTw,
    En,
}

impl Locale {
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::ZhTw => "zh-TW",
            Self::En => "en",
        }
    }

    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        [Self::ZhCn, Self::ZhTw, Self::En].into_iter().find(|locale| locale.tag() == tag)
    }

    /// The language that a range of `Accept-Language` asks for: `zh-Hant-HK` is answered with `zh-TW`.
    fn from_range(range: &str) -> Option<Self> {
        let range = range.to_ascii_lowercase();
        let mut parts = range.split('-');
        match parts.next() {
            Some("en") => Some(Self::En),
            Some("zh") => {
                let traditional = parts.any(|part| matches!(part, "tw" | "hk" | "mo" | "hant"));
                Some(if traditional { Self::ZhTw } else { Self::ZhCn })
            }
            _ => None,
        }
    }

    /// Negotiates `Accept-Language` among the languages on offer; the first of them is the answer to everything else.
    pub(crate) fn negotiate(header: &str, offered: &[Self]) -> Self {
        let fallback = offered.first().copied().unwrap_or(Self::ZhCn);
        let mut best: Option<(u16, Self)> = None;
        for item in header.split(',') {
            let mut parts = item.split(';');
            let range = parts.next().unwrap_or_default().trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1000, |q| q.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16));
            let wanted = if range == "*" { Some(fallback) } else { Self::from_range(range) };
            if let Some(locale) = wanted.filter(|locale| offered.contains(locale))
                && quality > best.map_or(0, |(q, _)| q)
            {
                best = Some((quality, locale));
            }
        }
        best.map_or(fallback, |(_, locale)| locale)
    }
}

/// A text in all three languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Text {
    #[serde(rename = "zh-CN")]
    pub(crate) zh_cn: String,
    #[serde(rename = "zh-TW")]
    pub(crate) zh_tw: String,
    pub(crate) en: String,
}

impl Text {
    pub(crate) fn new(zh_cn: impl Into<String>, zh_tw: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh_cn: zh_cn.into(), zh_tw: zh_tw.into(), en: en.into() }
    }

    pub(crate) fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.zh_cn,
            Locale::ZhTw => &self.zh_tw,
            Locale::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiates() {
        let all = [Locale::ZhCn, Locale::ZhTw, Locale::En];
        for (header, expected) in [
            ("", Locale::ZhCn),
            ("fr", Locale::ZhCn),
            ("en-GB,en;q=0.8", Locale::En),
            ("zh-Hant-HK", Locale::ZhTw),
            ("fr, en;q=0.2, zh-TW;q=0.7", Locale::ZhTw),
            ("*", Locale::ZhCn),
            ("en;q=0, zh;q=0.1", Locale::ZhCn),
            ("en;q=abc", Locale::ZhCn),
        ] {
            assert_eq!(Locale::negotiate(header, &all), expected, "{header}");
        }
        assert_eq!(Locale::negotiate("en", &[Locale::ZhCn]), Locale::ZhCn);
    }
}

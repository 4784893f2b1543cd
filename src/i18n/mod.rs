//! Typed messages in three languages. Translators edit `locales/*.json`; `build.rs` checks that they agree.
//!
//! In a message `{name}` is replaced, `{n#point#points}` is the first form where `n` is 1 and the second elsewhere, and
//! `*…*` is emphasised by [`segments`].

pub mod date;

use std::cell::Cell;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A message; the constants stand in [`key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(&'static [&'static str; 3]);

/// A language of the portal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// 简体中文
    #[default]
    ZhCn,
    /// 繁體中文
    ZhTw,
    /// English
    En,
}

impl Locale {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::ZhCn, Self::ZhTw, Self::En];

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::ZhTw => "zh-TW",
            Self::En => "en",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZhCn => "简体中文",
            Self::ZhTw => "繁體中文",
            Self::En => "English",
        }
    }

    /// The language for a BCP 47 tag; `None` for one that the portal doesn't speak.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("zh") {
            let traditional = ["hant", "-tw", "-hk", "-mo"].iter().any(|mark| tag.contains(mark));
            Some(if traditional { Self::ZhTw } else { Self::ZhCn })
        } else if tag == "en" || tag.starts_with("en-") {
            Some(Self::En)
        } else {
            None
        }
    }
}

thread_local! {
    static CURRENT: Cell<Locale> = const { Cell::new(Locale::ZhCn) };
}

/// The language in use. The app is drawn anew when it changes, so a view may read it once.
pub fn locale() -> Locale {
    CURRENT.get()
}

/// Changes the language in use.
pub fn set_locale(locale: Locale) {
    CURRENT.set(locale);
}

/// The message in the language in use.
pub fn t(key: Key) -> &'static str {
    key.0[locale() as usize]
}

/// The message with its placeholders replaced.
pub fn fill(key: Key, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    replace(t(key), values, &mut out);
    out
}

/// The message in pieces, each with whether it is emphasised.
pub fn segments(key: Key, values: &[(&str, &str)]) -> Vec<(bool, String)> {
    let piece = |(index, text): (usize, &str)| {
        let mut out = String::new();
        replace(text, values, &mut out);
        (index % 2 == 1, out)
    };
    t(key).split('*').enumerate().map(piece).filter(|(_, text)| !text.is_empty()).collect()
}

fn replace(template: &str, values: &[(&str, &str)], out: &mut String) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        let mut forms = name.split('#');
        let name = forms.next().unwrap_or_default();
        let value = values.iter().find(|(known, _)| *known == name);
        debug_assert!(value.is_some(), "nobody fills {{{name}}} in {template:?}");
        let value = value.map_or("", |(_, value)| value);
        match (forms.next(), forms.next()) {
            (Some(one), Some(other)) => out.push_str(if value == "1" { one } else { other }),
            _ => out.push_str(value),
        }
        rest = after;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_plurals() {
        let filled = |template: &str, n: &str| {
            let mut out = String::new();
            replace(template, &[("n", n), ("what", "{n}")], &mut out);
            out
        };
        assert_eq!(filled("{n} {n#point#points} of {what}", "1"), "1 point of {n}");
        assert_eq!(filled("{n} {n#point#points}", "1,200"), "1,200 points");
        assert_eq!(filled("a{n", "1"), "a{n");
    }

    #[test]
    fn languages_by_tag() {
        for (tag, locale) in [
            ("zh", Some(Locale::ZhCn)),
            ("zh-Hant", Some(Locale::ZhTw)),
            ("zh-HK", Some(Locale::ZhTw)),
            ("EN-gb", Some(Locale::En)),
            ("fr", None),
            ("eno", None),
        ] {
            assert_eq!(Locale::parse(tag), locale, "{tag}");
        }
    }

    #[test]
    fn emphasis_is_the_messages_own() {
        let pieces = |text: &str| segments_of(text, &[("a", "*x*")]);
        assert_eq!(
            pieces("再 *{a}* 升级"),
            [(false, "再 ".into()), (true, "*x*".into()), (false, " 升级".into())]
        );
    }

    fn segments_of(template: &str, values: &[(&str, &str)]) -> Vec<(bool, String)> {
        template
            .split('*')
            .enumerate()
            .map(|(index, text)| {
                let mut out = String::new();
                replace(text, values, &mut out);
                (index % 2 == 1, out)
            })
            .collect()
    }

    fn sources(folder: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, out);
            } else if path.extension().is_some_and(|end| end == "rs") {
                out.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn no_message_is_unused() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut code = String::new();
        sources(&root.join("src"), &mut code);
        let used: std::collections::HashSet<&str> = code
            .split("key::")
            .skip(1)
            .filter_map(|rest| {
                rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).next()
            })
            .collect();
        let file = std::fs::read_to_string(root.join("src/i18n/locales/zh-CN.json")).unwrap();
        let table: std::collections::BTreeMap<String, String> = miniserde::json::from_str(&file).unwrap();
        let unused: Vec<_> = table
            .keys()
            .filter(|key| !used.contains(key.replace(['.', '-'], "_").to_uppercase().as_str()))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn no_message_is_empty_and_no_language_mixes_scripts() {
        for key in key::ALL {
            assert!(key.0.iter().all(|text| !text.trim().is_empty()));
        }
        let han = |text: &&&str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        assert_eq!(key::ALL.iter().map(|key| &key.0[2]).find(han), None);
    }
}

//! Texts of definitions as a screen can show them.

/// Tags that end a line.
const BLOCKS: [&str; 12] = ["br", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "tr"];
const NAMED: [(&str, &str); 6] =
    [("nbsp", "\u{a0}"), ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'")];

/// The words of a small piece of HTML, blocks as lines. Nothing is interpreted: the result is set as text.
pub fn plain(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        // A sign that begins no tag is a sign.
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match tag.split_once('>').filter(|_| is_tag) {
            Some((inside, after)) => {
                let name = inside.trim_start_matches('/');
                let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
                if BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(&name[..end])) {
                    words.push('\n');
                }
                rest = after;
            }
            None => {
                words.push('<');
                rest = tag;
            }
        }
    }
    words.push_str(rest);
    let lines = decoded(&words);
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() < 10).and_then(|(name, after)| {
            let known = NAMED.iter().find(|(known, _)| *known == name).map(|(_, sign)| String::from(*sign));
            Some((known.or_else(|| numbered(name).map(String::from))?, after))
        });
        match entity {
            Some((sign, after)) => {
                out.push_str(&sign);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code).filter(|letter| !letter.is_control())
}

/// Whether a choice needs a row of its own: half a phone holds about eight Chinese characters.
pub fn is_long(text: &str) -> bool {
    width(text) > 16
}

/// Whether a point of a scale is short enough to stand in a small box.
pub fn is_brief(text: &str) -> bool {
    width(text) <= 3
}

/// Whether five of the kind stand beside each other on a phone: three Chinese characters.
pub fn is_short(text: &str) -> bool {
    width(text) <= 6
}

fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_goes_and_words_stay() {
        assert_eq!(plain("<h3>谢谢</h3><p>下次 <b>见</b></p>"), "谢谢\n下次 见");
        assert_eq!(plain("1 < 2 &amp; 3&nbsp;&#62; 2"), "1 < 2 & 3\u{a0}> 2");
        assert_eq!(plain("<script>alert(1)</script>"), "alert(1)");
        assert_eq!(plain("a <b"), "a <b");
        assert_eq!(plain("&lt;b&gt;"), "<b>");
    }

    #[test]
    fn long_choices_get_a_row() {
        assert!(!is_long("咸甜平衡") && !is_long("The coffee aroma") && is_long("多少都不会常点它的"));
        assert!(is_brief("10") && !is_brief("很好"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let _ = plain(&text);
        }
    }
}

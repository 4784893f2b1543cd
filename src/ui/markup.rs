//! Texts with markup, taken apart into plain ones: nothing of them is ever interpreted by the browser.

use crate::domain::survey::plain;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph or a line.
    Text(String),
    /// An item of a list.
    Item(String),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Heading,
    Text,
    Item,
}

/// The headings, lines and items of a small piece of HTML. A link is its words with the address behind them, if the address is one of
/// the web; scripts, styles and comments say nothing.
pub fn blocks(html: &str) -> Vec<Block> {
    let mut reader = Reader { blocks: Vec::new(), kind: Kind::Text, text: String::new(), link: None };
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        reader.text.push_str(before);
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let Some((inside, after)) = tag.split_once('>').filter(|_| is_tag) else {
            reader.text.push_str("&lt;");
            rest = tag;
            continue;
        };
        rest = after;
        let closes = inside.starts_with('/');
        let name = inside.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
        if !closes && (name == "script" || name == "style") {
            rest = after_end(after, &name);
            continue;
        }
        reader.tag(&name, closes, inside);
    }
    reader.text.push_str(rest);
    reader.flush();
    reader.blocks
}

/// What follows the end of an element that says nothing.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let lower = text.to_ascii_lowercase();
    let end = lower.find(&["</", name].concat()).unwrap_or(text.len());
    let rest = text.get(end..).unwrap_or_default();
    rest.split_once('>').map_or("", |(_, after)| after)
}

struct Reader {
    blocks: Vec<Block>,
    kind: Kind,
    text: String,
    link: Option<(usize, String)>,
}

impl Reader {
    fn tag(&mut self, name: &str, closes: bool, inside: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.begin(if closes { Kind::Text } else { Kind::Heading })
            }
            "li" => self.begin(if closes { Kind::Text } else { Kind::Item }),
            // Within an item or a heading a break is a line of it; it stays one piece.
            "br" | "p" | "div" if self.kind != Kind::Text => self.text.push(' '),
            "br" | "p" | "div" | "ul" | "ol" | "tr" | "table" | "blockquote" | "hr" => self.begin(Kind::Text),
            "td" | "th" => self.text.push(' '),
            "a" if closes => self.end_link(),
            "a" => self.link = address(inside).map(|address| (self.text.len(), address)),
            _ => {}
        }
    }

    fn begin(&mut self, kind: Kind) {
        self.flush();
        self.kind = kind;
    }

    fn end_link(&mut self) {
        let Some((from, address)) = self.link.take() else { return };
        if self.text.get(from..).is_some_and(|words| plain(words) != address) {
            self.text.push_str(" (");
            self.text.push_str(&address.replace('&', "&amp;").replace('<', "&lt;"));
            self.text.push(')');
        }
    }

    fn flush(&mut self) {
        self.end_link();
        let text = plain(&std::mem::take(&mut self.text).replace(['\n', '\r', '\t'], " "));
        if text.is_empty() {
            return;
        }
        self.blocks.push(match self.kind {
            Kind::Heading => Block::Heading(text),
            Kind::Text => Block::Text(text),
            Kind::Item => Block::Item(text),
        });
    }
}

/// Where a link leads, if it leads into the web.
fn address(tag: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find("href")?;
    let value = tag.get(at + 4..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(char::is_whitespace).next()?,
    };
    let address = plain(value);
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    web.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Block {
        Block::Text(text.into())
    }

    #[test]
    fn paragraphs_lines_and_items_stay() {
        let html =
            "<h3>冷萃</h3><p>慢慢<b>萃取</b>，<br>十二小时</p><ul><li>不加糖</li><li><p>冰</p></li></ul>尾";
        let items = [Block::Item("不加糖".into()), Block::Item("冰".into())];
        let all = [
            vec![Block::Heading("冷萃".into()), text("慢慢萃取，"), text("十二小时")],
            items.into(),
            vec![text("尾")],
        ];
        assert_eq!(blocks(html), all.concat());
    }

    #[test]
    fn a_link_is_its_words_and_its_address() {
        assert_eq!(
            blocks("看<a href='https://a.cn/?x=1&amp;y=2'>这里</a>。"),
            [text("看这里 (https://a.cn/?x=1&y=2)。")]
        );
        assert_eq!(blocks("<a href=https://a.cn>https://a.cn</a>"), [text("https://a.cn")]);
        assert_eq!(blocks("<a href=\"javascript:alert(1)\">这里</a>"), [text("这里")]);
    }

    #[test]
    fn what_says_nothing_is_not_shown() {
        assert_eq!(
            blocks("a<script>if (1 < 2) {}</SCRIPT>b<!-- c > d -->e<style>p{}</style>"),
            [text("abe")]
        );
        assert_eq!(blocks("1 < 2 &amp; 3 > 2"), [text("1 < 2 & 3 > 2")]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in any::<String>(), tags in "[<>/a-z= \"'!&;-]{0,60}") {
            let _ = blocks(&html);
            let _ = blocks(&tags);
        }
    }
}

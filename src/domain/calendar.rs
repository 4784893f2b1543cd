//! A date for the person's own calendar, as a file (RFC 5545).

use crate::domain::date::Instant;

/// A line is at most so long, in octets, without its end.
const LONGEST_LINE: usize = 75;
/// How long before the end the entry begins.
const LENGTH_MS: i64 = 3_600_000;

/// The end of something that can be used until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Unique in the world, and the same every time: a calendar then replaces what it has.
    pub uid: String,
    /// What ends.
    pub summary: String,
    /// What there is to know about it.
    pub description: String,
    /// Where it can be looked at: a whole address.
    pub url: String,
    /// When it ends.
    pub at: Instant,
}

impl Deadline {
    /// The file, made at `now`. The entry is the last hour, and a day before it the calendar reminds. `None` for a time
    /// that no calendar has.
    pub fn file(&self, now: Instant) -> Option<String> {
        let mut out = String::new();
        for (name, value) in [
            ("BEGIN", "VCALENDAR"),
            ("VERSION", "2.0"),
            ("PRODID", "-//member-portal//calendar//EN"),
            ("CALSCALE", "GREGORIAN"),
            ("BEGIN", "VEVENT"),
        ] {
            line(&mut out, name, value);
        }
        let summary = escaped(&self.summary);
        line(&mut out, "UID", &escaped(&self.uid));
        line(&mut out, "DTSTAMP", &stamp(now)?);
        line(&mut out, "DTSTART", &stamp(self.at.plus_ms(-LENGTH_MS))?);
        line(&mut out, "DTEND", &stamp(self.at)?);
        line(&mut out, "SUMMARY", &summary);
        line(&mut out, "DESCRIPTION", &escaped(&self.description));
        if !self.url.is_empty() {
            // An address is not a text: nothing in it is escaped, so a control character has no place in it.
            line(&mut out, "URL", &self.url.replace(char::is_control, ""));
        }
        for (name, value) in [
            ("TRANSP", "TRANSPARENT"),
            ("BEGIN", "VALARM"),
            ("ACTION", "DISPLAY"),
            ("TRIGGER", "-P1D"),
            ("DESCRIPTION", &summary),
            ("END", "VALARM"),
            ("END", "VEVENT"),
            ("END", "VCALENDAR"),
        ] {
            line(&mut out, name, value);
        }
        Some(out)
    }
}

/// `20260911T155959Z`
fn stamp(at: Instant) -> Option<String> {
    let text = at.to_rfc3339()?;
    let mut stamp: String =
        text.split('.').next()?.chars().filter(|letter| !"-:".contains(*letter)).collect();
    stamp.push('Z');
    Some(stamp)
}

/// A text as the value of a property. Control characters other than a line's end and a tab are not allowed in one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(letter);
            }
            '\r' | '\n' => {
                if letter == '\r' {
                    letters.next_if_eq(&'\n');
                }
                out.push_str("\\n");
            }
            '\t' => out.push(letter),
            _ if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

/// One line, folded where it is too long, never within a character.
fn line(out: &mut String, name: &str, value: &str) {
    let mut used = 0;
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if used + letter.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(letter);
        used += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn deadline() -> Deadline {
        Deadline {
            uid: "rdm_8Zk2mQ4T@coffee".into(),
            summary: "冰拿铁到期".into(),
            description: "滨江区 2 家门店; a, b\n第二行".into(),
            url: "https://member.example/vouchers/rdm_8Zk2mQ4T".into(),
            at: Instant::parse("2026-09-11T15:59:59Z").unwrap(),
        }
    }

    /// Name and value of each line, unfolded and unescaped, as a calendar reads it.
    fn read(file: &str) -> Vec<(String, String)> {
        let unfolded = file.replace("\r\n ", "");
        let lines = unfolded.strip_suffix("\r\n").unwrap().split("\r\n");
        let pair = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            let mut text = String::new();
            let mut letters = value.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => match letters.next().unwrap() {
                        'n' | 'N' => text.push('\n'),
                        other => text.push(other),
                    },
                    _ => text.push(letter),
                }
            }
            (name.to_string(), text)
        };
        lines.map(pair).collect()
    }

    fn values(read: &[(String, String)], name: &str) -> Vec<String> {
        read.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    #[test]
    fn the_whole_file() {
        let file = deadline().file(Instant::parse("2026-08-12T08:58:00Z").unwrap()).unwrap();
        assert_eq!(
            file,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//member-portal//calendar//EN\r\nCALSCALE:GREGORIAN\r\n\
             BEGIN:VEVENT\r\nUID:rdm_8Zk2mQ4T@coffee\r\nDTSTAMP:20260812T085800Z\r\nDTSTART:20260911T145959Z\r\n\
             DTEND:20260911T155959Z\r\nSUMMARY:冰拿铁到期\r\nDESCRIPTION:滨江区 2 家门店\\; a\\, b\\n第二行\r\n\
             URL:https://member.example/vouchers/rdm_8Zk2mQ4T\r\nTRANSP:TRANSPARENT\r\nBEGIN:VALARM\r\n\
             ACTION:DISPLAY\r\nTRIGGER:-P1D\r\nDESCRIPTION:冰拿铁到期\r\nEND:VALARM\r\nEND:VEVENT\r\n\
             END:VCALENDAR\r\n"
        );
    }

    #[test]
    fn a_time_without_a_calendar_has_no_file() {
        let at = Instant(i64::MAX);
        assert_eq!(Deadline { at, ..deadline() }.file(Instant(0)), None);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(summary in any::<String>(), description in "(\\PC|[\r\n\t;,:\\\\]){0,300}", at in 0..4_102_444_800_000_i64) {
            let one = Deadline { summary: summary.clone(), description: description.clone(), at: Instant(at), ..deadline() };
            let file = one.file(Instant(at)).unwrap();
            let bare = file.replace("\r\n", "");
            prop_assert!(!bare.contains(['\r', '\n']));
            for line in file.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE, "{} octets", line.len());
            }
            let plain = |text: &str| {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                text.chars().filter(|l| matches!(l, '\n' | '\t') || !l.is_control()).collect::<String>()
            };
            let read = read(&file);
            prop_assert_eq!(values(&read, "SUMMARY"), [plain(&summary)]);
            prop_assert_eq!(values(&read, "DESCRIPTION"), [plain(&description), plain(&summary)]);
            let ends = |word: &str| read.iter().filter(|(name, _)| name == word).count();
            prop_assert_eq!((ends("BEGIN"), ends("END")), (3, 3));
        }
    }
}

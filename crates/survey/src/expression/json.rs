//! JSON objects inside braces: `{"name": "x", "value": 1}` is a variable that nobody knows, and then this.

use crate::js;
use crate::value::{Object, Value};

/// Lists inside one another.
const DEPTH: usize = 100;

/// The object whose inside the text is; `Null` when it is none.
pub(super) fn object(inside: &str) -> Value {
    if inside.find(':').is_none_or(|at| at == 0) {
        return Value::Null;
    }
    let mut reader = Reader { text: inside, at: 0 };
    match reader.members() {
        Some(members) if reader.at == inside.len() => Value::Object(members),
        _ => Value::Null,
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal);
        self.at += if found { literal.len() } else { 0 };
        found
    }

    fn members(&mut self) -> Option<Object> {
        let mut members = Object::new();
        loop {
            self.spaces();
            let name = self.string()?;
            self.spaces();
            if !self.take(":") {
                return None;
            }
            members.insert(name, self.value(0)?);
            if !self.take(",") {
                return Some(members);
            }
        }
    }

    /// A value and the white space around it. There are no records: braces can't be inside braces.
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.spaces();
        let value = match self.rest().bytes().next()? {
            b'"' => Value::String(self.string()?),
            b'[' => self.list(depth)?,
            b't' if self.take("true") => Value::Bool(true),
            b'f' if self.take("false") => Value::Bool(false),
            b'n' if self.take("null") => Value::Null,
            _ => Value::Number(self.number()?),
        };
        self.spaces();
        Some(value)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        if depth == DEPTH || !self.take("[") {
            return None;
        }
        self.spaces();
        if self.take("]") {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take("]") {
                return Some(Value::Array(items));
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<f64> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
        let number = rest.get(..length)?;
        let digits = number.strip_prefix('-').unwrap_or(number);
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        let fraction = digits.get(whole..).and_then(|rest| rest.strip_prefix('.'));
        let written_well = whole > 0
            && (whole == 1 || !digits.starts_with('0'))
            && fraction
                .is_none_or(|fraction| fraction.bytes().next().is_some_and(|byte| byte.is_ascii_digit()));
        if !written_well || js::decimal_length(number.as_bytes()) != length {
            return None;
        }
        self.at += length;
        number.parse().ok()
    }

    fn string(&mut self) -> Option<String> {
        if !self.take("\"") {
            return None;
        }
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(|char| matches!(char, '"' | '\\' | '\0'..='\u{1f}'))?;
            text.push_str(rest.get(..end)?);
            self.at += end;
            if self.take("\"") {
                return Some(text);
            }
            if !self.take("\\") {
                return None;
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let escape = self.rest().chars().next()?;
        self.at += escape.len_utf8();
        match escape {
            '"' | '\\' | '/' => Some(escape),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                Some(self.second_half(first).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => None,
        }
    }

    fn unit(&mut self) -> Option<u32> {
        let digits =
            self.rest().get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn second_half(&mut self, first: u32) -> Option<char> {
        let start = self.at;
        let second = if self.take("\\u") { self.unit() } else { None };
        let pair = second.filter(|second| (0xDC00..0xE000).contains(second));
        if pair.is_none() {
            self.at = start;
        }
        pair.and_then(|second| char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)))
    }
}

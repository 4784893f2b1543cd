//! Values as short strings of bytes, so that almost any bytes are a definition and a small change of them is a small
//! change of it.
//!
//! A value is a byte that says what it is, and what follows for that kind. The words of the hand-written definitions in
//! `tests/survey/definitions` have numbers of two bytes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;
use survey::{Object, Value};

const KINDS: u8 = 8;
const NULL: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;
const NUMBER: u8 = 3;
const WORD: u8 = 4;
const TEXT: u8 = 5;
const ARRAY: u8 = 6;
const OBJECT: u8 = 7;
const DEPTH: u32 = 60;

/// The hand-written cases, each with `definition` and perhaps `answers`.
pub fn cases() -> Vec<Value> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/survey/definitions"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path| serde_json::from_str::<Vec<Value>>(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.into_iter().flat_map(read).collect()
}

/// The value that the bytes of a file stand for: as many as are asked for, `Null` where the bytes are at an end.
pub fn values_of<const COUNT: usize>(bytes: &[u8]) -> [Value; COUNT] {
    let mut bytes = bytes.iter().copied();
    std::array::from_fn(|_| read(&mut bytes, 0))
}

/// The bytes that stand for a value.
pub fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Date(_) => bytes.push(NULL),
        Value::Bool(value) => bytes.push(if *value { YES } else { NO }),
        Value::Number(number) => bytes.extend([NUMBER, *number as i8 as u8]),
        Value::String(text) => write_text(text, bytes),
        Value::Array(items) => {
            bytes.extend([ARRAY, items.len().min(255) as u8]);
            items.iter().take(255).for_each(|item| write(item, bytes));
        }
        Value::Object(members) => {
            bytes.extend([OBJECT, members.len().min(255) as u8]);
            for (name, member) in members.iter().take(255) {
                write_text(name, bytes);
                write(member, bytes);
            }
        }
    }
}

fn read(bytes: &mut impl Iterator<Item = u8>, depth: u32) -> Value {
    match bytes.next().unwrap_or(NULL) % KINDS {
        NO => Value::Bool(false),
        YES => Value::Bool(true),
        NUMBER => Value::Number(number(bytes.next().unwrap_or(0))),
        kind @ (WORD | TEXT) => Value::String(read_text(kind, bytes)),
        ARRAY if depth < DEPTH => {
            let length = bytes.next().unwrap_or(0);
            Value::Array((0..length).map_while(|_| read_if_more(bytes, depth + 1)).collect())
        }
        OBJECT if depth < DEPTH => {
            let length = bytes.next().unwrap_or(0);
            let mut members = Object::new();
            for _ in 0..length {
                let Some(kind) = bytes.next() else { break };
                members.insert(read_text(kind % KINDS, bytes), read(bytes, depth + 1));
            }
            Value::Object(members)
        }
        _ => Value::Null,
    }
}

fn read_if_more<I: Iterator<Item = u8>>(bytes: &mut I, depth: u32) -> Option<Value> {
    let first = bytes.next()?;
    Some(read(&mut std::iter::once(first).chain(bytes as &mut dyn Iterator<Item = u8>), depth))
}

/// Small whole numbers as they are, and the awkward ones.
fn number(byte: u8) -> f64 {
    match byte as i8 {
        -128 => f64::MAX,
        -127 => -1e21,
        -126 => 4_294_967_296.0,
        -125 => 0.1,
        -124 => 1e9,
        -123 => -0.0,
        small => f64::from(small),
    }
}

fn read_text(kind: u8, bytes: &mut impl Iterator<Item = u8>) -> String {
    let first = bytes.next().unwrap_or(0);
    if kind == TEXT {
        let text: Vec<u8> = bytes.take(usize::from(first)).collect();
        return String::from_utf8_lossy(&text).into_owned();
    }
    let place = usize::from(first) << 8 | usize::from(bytes.next().unwrap_or(0));
    words().get(place % words().len().max(1)).cloned().unwrap_or_default()
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    if let Ok(place) = words().binary_search_by(|word| word.as_str().cmp(text)) {
        bytes.extend([WORD, (place >> 8) as u8, place as u8]);
    } else {
        let text = text.as_bytes();
        let length = text.len().min(255);
        bytes.extend([TEXT, length as u8]);
        bytes.extend_from_slice(&text[..length]);
    }
}

/// All names and short texts of the hand-written cases, in order.
fn words() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = BTreeSet::new();
        cases().iter().for_each(|case| gather(case, &mut words));
        words.into_iter().collect()
    })
}

fn gather(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() < 60 => _ = words.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        Value::Object(members) => {
            words.extend(members.keys().cloned());
            members.values().for_each(|member| gather(member, words));
        }
        _ => {}
    }
}

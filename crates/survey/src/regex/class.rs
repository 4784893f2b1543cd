//! Sets of code units, and which units are the same when case is ignored.

use std::sync::OnceLock;

/// Ranges of code units, both ends included.
pub(super) type Ranges = Vec<(u16, u16)>;

const DIGITS: &[(u16, u16)] = &[(0x30, 0x39)];
const WORD: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
const LINE_ENDS: &[(u16, u16)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];
const SPACES: &[(u16, u16)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];

/// A set of code units.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// In rising order, none touching the next.
    ranges: Ranges,
    negated: bool,
}

impl Set {
    /// The units in any of the ranges, or in none of them if `negated`.
    pub(super) fn new(given: Ranges, negated: bool) -> Set {
        let mut ranges = Vec::new();
        given.into_iter().for_each(|range| insert(&mut ranges, range));
        Set { ranges, negated }
    }

    /// What `.` matches.
    pub(super) fn any() -> Set {
        Set { ranges: LINE_ENDS.to_vec(), negated: true }
    }

    /// Whether a unit belongs to the set.
    pub(super) fn contains(&self, unit: u16) -> bool {
        self.lists(unit) != self.negated
    }

    /// Whether the unit or one that differs from it only in case belongs to the set. `unit` is folded.
    pub(super) fn contains_folded(&self, unit: u16) -> bool {
        let listed = self.lists(unit)
            || if unit < 0x80 {
                (0x41..=0x5A).contains(&unit) && self.lists(unit | 0x20)
            } else {
                variants(unit).iter().any(|&(_, variant)| self.lists(variant))
            };
        listed != self.negated
    }

    fn lists(&self, unit: u16) -> bool {
        let place = self.ranges.partition_point(|&(_, last)| last < unit);
        self.ranges.get(place).is_some_and(|&(first, _)| first <= unit)
    }
}

/// The ranges that the escapes `\d`, `\D`, `\s`, `\S`, `\w` and `\W` stand for, by their letter.
pub(super) fn escaped(letter: u8) -> Option<Ranges> {
    let ranges = match letter.to_ascii_lowercase() {
        b'd' => DIGITS,
        b's' => SPACES,
        b'w' => WORD,
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { complement(ranges) } else { ranges.to_vec() })
}

/// Whether a unit is part of a word for `\b`.
pub(super) fn is_word(unit: u16) -> bool {
    WORD.iter().any(|&(first, last)| (first..=last).contains(&unit))
}

/// Puts a range among others that are in rising order and don't touch, and joins it with those it meets.
/// (A sort would be more code to load.)
fn insert(ranges: &mut Ranges, (mut first, mut last): (u16, u16)) {
    let start = ranges.partition_point(|&(_, other)| other.saturating_add(1) < first);
    let mut end = start;
    while let Some(&(other_first, other_last)) =
        ranges.get(end).filter(|other| other.0 <= last.saturating_add(1))
    {
        first = first.min(other_first);
        last = last.max(other_last);
        end += 1;
    }
    ranges.splice(start..end, [(first, last)]);
}

/// All units outside these ranges, which are in rising order and don't reach the last unit.
fn complement(ranges: &[(u16, u16)]) -> Ranges {
    let mut outside = Vec::with_capacity(ranges.len() + 1);
    let mut next = 0;
    for &(first, last) in ranges {
        if next < first {
            outside.push((next, first - 1));
        }
        next = last.saturating_add(1);
    }
    outside.push((next, u16::MAX));
    outside
}

/// The unit that stands for all that differ from it only in case: ECMA-262's Canonicalize without the flag "u".
pub(super) fn fold(unit: u16) -> u16 {
    if unit < 0x80 {
        return if (0x61..=0x7A).contains(&unit) { unit - 0x20 } else { unit };
    }
    let Some(mut upper) = char::from_u32(u32::from(unit)).map(char::to_uppercase) else { return unit };
    match (upper.next().map(|character| u16::try_from(u32::from(character))), upper.next()) {
        (Some(Ok(folded)), None) if folded >= 0x80 => folded,
        _ => unit,
    }
}

/// The units outside ASCII that fold to this one and are not it, each after the folded one.
fn variants(folded: u16) -> &'static [(u16, u16)] {
    static ALL: OnceLock<Vec<(u16, u16)>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all = Vec::new();
        for unit in 0x80..=u16::MAX {
            let folded = fold(unit);
            if folded != unit {
                let place = all.partition_point(|&(other, _)| other <= folded);
                all.insert(place, (folded, unit));
            }
        }
        all
    });
    let start = all.partition_point(|&(other, _)| other < folded);
    let end = all.partition_point(|&(other, _)| other <= folded);
    all.get(start..end).unwrap_or_default()
}

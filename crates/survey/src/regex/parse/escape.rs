//! Escapes, and classes between brackets.

use super::super::class::{Ranges, Set, escaped};
use super::{Code, Error, Operation, Parser, ascii};

/// A member of a class between brackets.
enum Member {
    Unit(u16),
    Ranges(Ranges),
}

impl Parser<'_> {
    /// What follows a backslash outside brackets, and whether it may be repeated.
    pub(super) fn escape(&mut self, back: bool) -> Result<(Code, bool), Error> {
        let letter = self.peek().ok_or(self.wrong("backslash at the end"))?;
        let operation = match letter {
            b'b' | b'B' => {
                self.at += 1;
                return Ok((vec![Operation::Boundary { negated: letter == b'B' }], false));
            }
            b'1'..=b'9' => {
                let start = self.at;
                let group = self.decimal().unwrap_or_default();
                if group as usize <= self.names.len() {
                    Operation::Reference { group, back }
                } else {
                    self.at = start;
                    let unit = self.character(false)?;
                    self.unit(unit, back)
                }
            }
            b'k' if self.has_names() => Operation::Reference { group: self.named_reference()?, back },
            _ => match escaped(letter) {
                Some(ranges) => {
                    self.at += 1;
                    self.set(ranges, false, back)?
                }
                None => {
                    let unit = self.character(false)?;
                    self.unit(unit, back)
                }
            },
        };
        Ok((vec![operation], true))
    }

    fn has_names(&self) -> bool {
        self.names.iter().any(Option::is_some)
    }

    /// Reads `k<name>`; the number of that group.
    fn named_reference(&mut self) -> Result<u32, Error> {
        self.at += 1;
        if !self.eat(b'<') {
            return Err(self.wrong("reference without a name"));
        }
        let Some(name) = self.name() else { return Err(self.bad_name("bad name in a reference")) };
        match self.names.iter().position(|&other| other == Some(name)) {
            Some(index) => Ok(index as u32 + 1),
            None => Err(self.wrong("reference to no group")),
        }
    }

    fn set(&mut self, ranges: Ranges, negated: bool, back: bool) -> Result<Operation, Error> {
        let index = u16::try_from(self.sets.len()).map_err(|_| Error::TooLarge)?;
        self.sets.push(Set::new(ranges, negated));
        Ok(Operation::Set { index, back })
    }

    /// The single character that an escape stands for; the backslash is read.
    fn character(&mut self, in_class: bool) -> Result<u16, Error> {
        let unit = self.next().ok_or(self.wrong("backslash at the end"))?;
        Ok(match ascii(unit) {
            b'b' if in_class => 0x08,
            b'f' => 0x0C,
            b'n' => 0x0A,
            b'r' => 0x0D,
            b't' => 0x09,
            b'v' => 0x0B,
            b'0'..=b'7' => self.octal(unit - u16::from(b'0')),
            b'c' => match self.peek() {
                Some(control @ (b'a'..=b'z' | b'A'..=b'Z')) => self.control(control),
                Some(control @ (b'0'..=b'9' | b'_')) if in_class => self.control(control),
                _ => {
                    self.at -= 1;
                    u16::from(b'\\')
                }
            },
            b'x' => self.hexadecimals(2).unwrap_or(unit),
            b'u' => self.hexadecimals(4).unwrap_or(unit),
            b'k' if self.has_names() => return Err(self.wrong("bad escape")),
            _ => unit,
        })
    }

    fn control(&mut self, letter: u8) -> u16 {
        self.at += 1;
        u16::from(letter & 0x1F)
    }

    fn octal(&mut self, first: u16) -> u16 {
        let mut number = first;
        for _ in 0..2 {
            match self.peek() {
                Some(digit @ b'0'..=b'7') if number < 32 => number = number * 8 + u16::from(digit - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        number
    }

    fn hexadecimals(&mut self, count: usize) -> Option<u16> {
        let digits = self.pattern.get(self.at..self.at + count)?;
        let mut number = 0;
        for &digit in digits {
            number = number << 4 | hexadecimal(digit)?;
        }
        self.at += count;
        Some(number)
    }

    /// What follows an opening bracket.
    pub(super) fn class(&mut self, back: bool) -> Result<Operation, Error> {
        let negated = self.eat(b'^');
        let mut ranges = Vec::new();
        while !self.eat(b']') {
            let first = self.member()?;
            let dash = self.peek() == Some(b'-') && !matches!(self.peek_at(1), None | Some(b']'));
            if !dash {
                add(&mut ranges, first);
                continue;
            }
            self.at += 1;
            let last = self.member()?;
            match (first, last) {
                (Member::Unit(first), Member::Unit(last)) if first > last => {
                    return Err(self.wrong("range out of order"));
                }
                (Member::Unit(first), Member::Unit(last)) => ranges.push((first, last)),
                (first, last) => {
                    add(&mut ranges, first);
                    add(&mut ranges, Member::Unit(u16::from(b'-')));
                    add(&mut ranges, last);
                }
            }
        }
        self.set(ranges, negated, back)
    }

    fn member(&mut self) -> Result<Member, Error> {
        let unit = self.next().ok_or(self.wrong("class without an end"))?;
        if ascii(unit) != b'\\' {
            return Ok(Member::Unit(unit));
        }
        match self.peek().and_then(escaped) {
            Some(ranges) => {
                self.at += 1;
                Ok(Member::Ranges(ranges))
            }
            None => Ok(Member::Unit(self.character(true)?)),
        }
    }
}

fn add(ranges: &mut Ranges, member: Member) {
    match member {
        Member::Unit(unit) => ranges.push((unit, unit)),
        Member::Ranges(more) => ranges.extend(more),
    }
}

fn hexadecimal(unit: u16) -> Option<u16> {
    char::from(ascii(unit)).to_digit(16).map(|digit| digit as u16)
}

//! From a pattern to a program, in one pass over the pattern's code units.

mod escape;

use super::class::{Set, fold};
use super::{Error, Operation, Regex};

/// The longest pattern, in code units.
const LENGTH: usize = 20_000;
/// The most operations a program may have.
const OPERATIONS: usize = 20_000;
/// How deeply groups may be nested.
const DEPTH: u32 = 200;
/// Up to this count a single unit is repeated by copies, which is the quicker search.
const COPIES: u32 = 64;
/// The largest count that is told apart from one without end.
const WITHOUT_END: u32 = i32::MAX as u32;

type Code = Vec<Operation>;

struct Parser<'a> {
    pattern: &'a [u16],
    at: usize,
    ignore_case: bool,
    /// The names of all the pattern's groups, also of those not yet read; nothing for a group without a name.
    names: Vec<Option<&'a [u16]>>,
    references: bool,
    /// Groups opened up to here.
    groups: usize,
    depth: u32,
    sets: Vec<Set>,
    loops: usize,
    looks: usize,
}

/// Compiles a pattern.
pub(super) fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, Error> {
    let units: Vec<u16> = pattern.encode_utf16().take(LENGTH + 1).collect();
    if units.len() > LENGTH {
        return Err(Error::TooLarge);
    }
    let mut parser = Parser {
        pattern: &units,
        at: 0,
        ignore_case,
        names: Vec::new(),
        references: false,
        groups: 0,
        depth: 0,
        sets: vec![Set::any()],
        loops: 0,
        looks: 0,
    };
    parser.scan();
    let mut code = parser.disjunction(false)?;
    if parser.at < units.len() {
        return Err(parser.wrong("unmatched parenthesis"));
    }
    code.push(Operation::Accept);
    Ok(Regex {
        code,
        slots: parser.group_slots() + parser.loops,
        looks: parser.looks,
        ignore_case,
        references: parser.references,
        sets: parser.sets,
    })
}

/// A unit as an ASCII character, or 0, which has no meaning of its own in patterns.
fn ascii(unit: u16) -> u8 {
    u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or_default()
}

fn checked(code: Code) -> Result<Code, Error> {
    if code.len() > OPERATIONS { Err(Error::TooLarge) } else { Ok(code) }
}

impl<'a> Parser<'a> {
    fn wrong(&self, reason: &'static str) -> Error {
        Error::Syntax { at: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, distance: usize) -> Option<u8> {
        self.pattern.get(self.at + distance).map(|&unit| ascii(unit))
    }

    fn next(&mut self) -> Option<u16> {
        let unit = self.pattern.get(self.at).copied()?;
        self.at += 1;
        Some(unit)
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn group_slots(&self) -> usize {
        (self.names.len() + 1) * 2
    }

    /// Finds all groups beforehand, because what `\1` and `\k` mean depends on groups that follow, too.
    fn scan(&mut self) {
        let mut in_class = false;
        while let Some(unit) = self.next() {
            match ascii(unit) {
                b'\\' => {
                    self.references |= !in_class && matches!(self.peek(), Some(b'1'..=b'9' | b'k'));
                    self.at += 1;
                }
                b'[' => in_class = true,
                b']' => in_class = false,
                b'(' if !in_class => match (self.peek(), self.peek_at(1), self.peek_at(2)) {
                    (Some(b'?'), Some(b'<'), Some(b'=' | b'!')) => {}
                    (Some(b'?'), Some(b'<'), _) => {
                        self.at += 2;
                        let name = self.name();
                        self.names.push(Some(name.unwrap_or_default()));
                    }
                    (Some(b'?'), ..) => {}
                    _ => self.names.push(None),
                },
                _ => {}
            }
        }
        self.at = 0;
    }

    /// Reads a group's name up to its closing bracket. Outside ASCII any character will do: JavaScript asks for
    /// letters, whose table would be more to load than a name that nobody uses is worth.
    fn name(&mut self) -> Option<&'a [u16]> {
        let rest = self.pattern.get(self.at..)?;
        let length = rest.iter().position(|&unit| ascii(unit) == b'>')?;
        let name = rest.get(..length)?;
        let is_name = name.iter().enumerate().all(|(index, &unit)| match ascii(unit) {
            b'$' | b'_' => true,
            letter @ 1.. => letter.is_ascii_alphabetic() || (index > 0 && letter.is_ascii_digit()),
            0 => unit != 0,
        });
        if length == 0 || !is_name {
            return None;
        }
        self.at += length + 1;
        Some(name)
    }

    fn bad_name(&self, reason: &'static str) -> Error {
        let rest = self.pattern.get(self.at..).unwrap_or_default();
        let escape = rest.iter().take_while(|&&unit| ascii(unit) != b'>').any(|&unit| ascii(unit) == b'\\');
        if escape { Error::Unsupported { at: self.at } } else { self.wrong(reason) }
    }

    /// Alternatives between bars, up to a closing parenthesis or the end. `back` is whether the units before the
    /// position are matched, from last to first, as in a lookbehind.
    fn disjunction(&mut self, back: bool) -> Result<Code, Error> {
        let mut alternatives = vec![self.alternative(back)?];
        while self.eat(b'|') {
            alternatives.push(self.alternative(back)?);
        }
        let total = alternatives.iter().map(|code| code.len() + 2).sum::<usize>() - 2;
        let last = alternatives.pop().unwrap_or_default();
        let mut code = Vec::new();
        for alternative in alternatives {
            code.push(Operation::Split { other: alternative.len() as u32 + 2, greedy: true });
            code.extend(alternative);
            code.push(Operation::Jump((total - code.len()) as i32));
        }
        code.extend(last);
        checked(code)
    }

    fn alternative(&mut self, back: bool) -> Result<Code, Error> {
        let mut terms = Vec::new();
        let mut length = 0;
        while !matches!(self.peek(), None | Some(b'|' | b')')) {
            let term = self.term(back)?;
            length += term.len();
            if length > OPERATIONS {
                return Err(Error::TooLarge);
            }
            terms.push(term);
        }
        if back {
            terms.reverse();
        }
        Ok(terms.concat())
    }

    fn term(&mut self, back: bool) -> Result<Code, Error> {
        let groups = self.groups;
        let start = self.at;
        let unit = self.next().unwrap_or_default();
        let (code, repeatable) = match ascii(unit) {
            b'^' => (vec![Operation::Start], false),
            b'$' => (vec![Operation::End], false),
            b'(' => self.group(back)?,
            b'\\' => self.escape(back)?,
            b'[' => (vec![self.class(back)?], true),
            b'.' => (vec![Operation::Set { index: 0, back }], true),
            b'*' | b'+' | b'?' => return Err(Error::Syntax { at: start, reason: "nothing to repeat" }),
            b'{' => {
                self.at = start;
                if self.counts().is_some() {
                    return Err(Error::Syntax { at: start, reason: "nothing to repeat" });
                }
                self.at = start + 1;
                (vec![self.unit(unit, back)], true)
            }
            _ => (vec![self.unit(unit, back)], true),
        };
        match self.quantifier(repeatable)? {
            Some((min, max)) => {
                let greedy = !self.eat(b'?');
                self.repeat(code, min, max, greedy, groups)
            }
            None => Ok(code),
        }
    }

    fn unit(&self, unit: u16, back: bool) -> Operation {
        Operation::Unit { unit: if self.ignore_case { fold(unit) } else { unit }, back }
    }

    fn quantifier(&mut self, repeatable: bool) -> Result<Option<(u32, u32)>, Error> {
        if !repeatable {
            return Ok(None);
        }
        let counts = match self.peek() {
            Some(b'*') => (0, WITHOUT_END),
            Some(b'+') => (1, WITHOUT_END),
            Some(b'?') => (0, 1),
            Some(b'{') => {
                let start = self.at;
                let Some((min, max)) = self.counts() else {
                    self.at = start;
                    return Ok(None);
                };
                if min > max {
                    return Err(Error::Syntax { at: start, reason: "counts out of order" });
                }
                return Ok(Some((min, max)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(counts))
    }

    /// Reads `{2}`, `{2,}` or `{2,3}`. Anything else is no count but plain text.
    fn counts(&mut self) -> Option<(u32, u32)> {
        self.eat(b'{');
        let min = self.decimal()?;
        let max = if self.eat(b',') { self.decimal().unwrap_or(WITHOUT_END) } else { min };
        self.eat(b'}').then_some((min, max))
    }

    fn decimal(&mut self) -> Option<u32> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let tens = number.unwrap_or(0_u32).saturating_mul(10);
            number = Some(tens.saturating_add(u32::from(digit - b'0')).min(WITHOUT_END));
            self.at += 1;
        }
        number
    }

    /// A term repeated; `groups` is how many groups were opened before it.
    fn repeat(&mut self, body: Code, min: u32, max: u32, greedy: bool, groups: usize) -> Result<Code, Error> {
        if body.is_empty() || max == 0 {
            return Ok(Vec::new());
        }
        let endless = max == WITHOUT_END;
        let single = matches!(body.as_slice(), [Operation::Unit { .. } | Operation::Set { .. }]);
        if single && (min > COPIES || (!endless && max > COPIES)) {
            let mut code = vec![Operation::Run { min, max, greedy }];
            code.extend(body);
            return Ok(code);
        }
        let turn = self.turn(body, groups);
        let mut code = Vec::new();
        for _ in 0..min {
            code.extend_from_slice(&turn);
            if code.len() > OPERATIONS {
                return Err(Error::TooLarge);
            }
        }
        let turn = self.turn_that_moves(turn, single);
        let length = turn.len() as u32;
        if endless {
            code.push(Operation::Split { other: length + 2, greedy });
            code.extend_from_slice(&turn);
            code.push(Operation::Jump(-(length as i32) - 1));
            return checked(code);
        }
        let more = max - min;
        for index in 0..more {
            let left = (length + 1).checked_mul(more - index).ok_or(Error::TooLarge)?;
            code.push(Operation::Split { other: left, greedy });
            code.extend_from_slice(&turn);
            if code.len() > OPERATIONS {
                return Err(Error::TooLarge);
            }
        }
        Ok(code)
    }

    /// One turn of a loop: the groups inside it forget what they held.
    fn turn(&self, body: Code, groups: usize) -> Code {
        if !self.references || groups == self.groups {
            return body;
        }
        let (from, to) = ((groups as u32 + 1) * 2, (self.groups as u32 + 1) * 2);
        let mut code = vec![Operation::Reset { from, to }];
        code.extend(body);
        code
    }

    /// A turn beyond the least count, which must not be empty.
    fn turn_that_moves(&mut self, turn: Code, single: bool) -> Code {
        if !self.references || single {
            return turn;
        }
        let slot = (self.group_slots() + self.loops) as u32;
        self.loops += 1;
        let mut code = vec![Operation::Save(slot)];
        code.extend(turn);
        code.push(Operation::Moved(slot));
        code
    }

    /// What follows an opening parenthesis, and whether it may be repeated.
    fn group(&mut self, back: bool) -> Result<(Code, bool), Error> {
        let start = self.at - 1;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Error::TooLarge);
        }
        let kind = if self.eat(b'?') { Some(self.next().map_or(0, ascii)) } else { None };
        let result = match kind.unwrap_or_default() {
            b':' => (self.disjunction(back)?, true),
            b'=' | b'!' => (self.look(kind == Some(b'!'), false)?, true),
            b'<' if matches!(self.peek(), Some(b'=' | b'!')) => {
                let negated = self.next().map(ascii) == Some(b'!');
                (self.look(negated, true)?, false)
            }
            b'<' => {
                let Some(name) = self.name() else { return Err(self.bad_name("bad name of a group")) };
                if self.names.iter().take(self.groups).any(|&other| other == Some(name)) {
                    return Err(Error::Syntax { at: start, reason: "two groups of one name" });
                }
                (self.capture(back)?, true)
            }
            _ if kind.is_none() => (self.capture(back)?, true),
            b'i' | b'm' | b's' | b'-' => return Err(Error::Unsupported { at: start }),
            _ => return Err(Error::Syntax { at: start, reason: "bad group" }),
        };
        if !self.eat(b')') {
            return Err(Error::Syntax { at: start, reason: "unmatched parenthesis" });
        }
        self.depth -= 1;
        Ok(result)
    }

    fn capture(&mut self, back: bool) -> Result<Code, Error> {
        self.groups += 1;
        let start = self.groups as u32 * 2;
        let body = self.disjunction(back)?;
        if !self.references {
            return Ok(body);
        }
        let mut code = vec![Operation::Save(start + u32::from(back))];
        code.extend(body);
        code.push(Operation::Save(start + u32::from(!back)));
        Ok(code)
    }

    fn look(&mut self, negated: bool, back: bool) -> Result<Code, Error> {
        let index = self.looks as u16;
        self.looks += 1;
        let body = self.disjunction(back)?;
        let mut code = vec![Operation::Look { skip: body.len() as u32 + 2, index, negated }];
        code.extend(body);
        code.push(Operation::Accept);
        Ok(code)
    }
}

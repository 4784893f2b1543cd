//! The grammar. A text that SurveyJS's own parser takes is taken here, with its oddities: a closing bracket may be
//! missing, words need no space around them, `null` at the beginning of a list empties it.

use super::{Binary, Call, Operand, ParseError, Reason, Unary, Variable};
use litemap::LiteMap;

const LENGTH: usize = 100_000;
const DEPTH: usize = 100;

/// The signs and words of binary operators; of two that begin alike the longer one comes first.
const BINARY: [(&str, Binary); 32] = [
    ("||", Binary::Or),
    ("or", Binary::Or),
    ("&&", Binary::And),
    ("and", Binary::And),
    ("<=", Binary::LessOrEqual),
    ("lessorequal", Binary::LessOrEqual),
    (">=", Binary::GreaterOrEqual),
    ("greaterorequal", Binary::GreaterOrEqual),
    ("==", Binary::Equal),
    ("equal", Binary::Equal),
    ("=", Binary::Equal),
    ("!=", Binary::NotEqual),
    ("notequal", Binary::NotEqual),
    ("<", Binary::Less),
    ("less", Binary::Less),
    (">", Binary::Greater),
    ("greater", Binary::Greater),
    ("+", Binary::Plus),
    ("-", Binary::Minus),
    ("*=", Binary::Contains),
    ("*", Binary::Multiply),
    ("/", Binary::Divide),
    ("%", Binary::Remainder),
    ("^", Binary::Power),
    ("power", Binary::Power),
    ("contains", Binary::Contains),
    ("contain", Binary::Contains),
    ("notcontains", Binary::NotContains),
    ("notcontain", Binary::NotContains),
    ("anyof", Binary::AnyOf),
    ("allof", Binary::AllOf),
    ("noneof", Binary::NoneOf),
];

pub(super) fn parse(text: &str) -> Result<Operand, ParseError> {
    if text.len() > LENGTH && text.chars().nth(LENGTH).is_some() {
        return Err(ParseError { at: LENGTH, reason: Reason::TooLong });
    }
    let text = patched(text);
    let mut parser = Parser { text: &text, at: 0, furthest: 0, depth: 0, failed_lists: LiteMap::new() };
    let failure = match parser.expression() {
        Ok(Some(operand)) if parser.at == text.len() && operand != Operand::Nothing => return Ok(operand),
        Ok(_) => Reason::Syntax,
        Err(TooDeep) => Reason::TooDeep,
    };
    let read = text.as_bytes().get(..parser.furthest).unwrap_or_default();
    let at = read.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    Err(ParseError { at, reason: failure })
}

/// SurveyJS puts other spellings of operators right before it reads a text, also inside quotes and braces.
fn patched(text: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in [("=>", ">="), ("=<", "<="), ("<>", "!="), ("equals", "equal ")] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    text
}

struct TooDeep;

/// What a rule gives: an operand, or `None` with the place unchanged where the text doesn't follow the rule.
type Parsed = Result<Option<Operand>, TooDeep>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The furthest place at which something else was expected.
    furthest: usize,
    depth: usize,
    /// Where a `[` never gets its `]`: tried once, not again by every rule around it.
    failed_lists: LiteMap<usize, ()>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn fail(&mut self) {
        self.furthest = self.furthest.max(self.at);
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal.as_bytes());
        self.step(found, literal.len())
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found =
            self.rest().get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
        self.step(found, word.len())
    }

    fn step(&mut self, found: bool, length: usize) -> bool {
        if found {
            self.at += length;
        } else {
            self.fail();
        }
        found
    }

    fn take_while(&mut self, of: fn(u8) -> bool) -> &'a str {
        let from = self.at;
        self.at += self.rest().iter().take_while(|byte| of(**byte)).count();
        self.fail();
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn spaces(&mut self) {
        self.at += self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn expression(&mut self) -> Parsed {
        let start = self.at;
        self.spaces();
        let Some(first) = self.factor()? else {
            self.at = start;
            return Ok(None);
        };
        let mut operands = vec![first];
        let mut operators = Vec::new();
        while let Some((operator, operand)) = self.operation()? {
            reduce(&mut operands, &mut operators, operator.level());
            operators.push(operator);
            operands.push(operand);
        }
        reduce(&mut operands, &mut operators, 0);
        self.spaces();
        Ok(operands.pop())
    }

    /// An operator and its right side. A list operator may go without one.
    fn operation(&mut self) -> Result<Option<(Binary, Operand)>, TooDeep> {
        let start = self.at;
        self.spaces();
        if let Some((_, operator)) = BINARY.iter().find(|(sign, _)| self.take_word(sign)) {
            self.spaces();
            match self.factor()? {
                Some(operand) => return Ok(Some((*operator, operand))),
                None if operator.level() == Binary::Contains.level() => {
                    return Ok(Some((*operator, Operand::Nothing)));
                }
                None => {}
            }
        }
        self.at = start;
        Ok(None)
    }

    fn factor(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(TooDeep);
        }
        let start = self.at;
        let mut operand = self.group()?;
        for rule in [Self::call, Self::negation, Self::tested_atom, Self::list] {
            if operand.is_some() {
                break;
            }
            self.at = start;
            operand = rule(self)?;
        }
        if operand.is_none() {
            self.at = start;
        }
        self.depth -= 1;
        Ok(operand)
    }

    fn group(&mut self) -> Parsed {
        if !self.take("(") {
            return Ok(None);
        }
        let operand = self.expression()?;
        if operand.is_some() {
            self.take(")");
        }
        Ok(operand)
    }

    fn call(&mut self) -> Parsed {
        let Some(function) = self.word() else { return Ok(None) };
        if !self.take("(") {
            return Ok(None);
        }
        let parameters = self.sequence()?;
        self.take(")");
        Ok(Some(Operand::Call(Call { function: function.into(), parameters })))
    }

    fn negation(&mut self) -> Parsed {
        if !self.take("!") && !self.take_word("negate") {
            return Ok(None);
        }
        self.spaces();
        Ok(self.factor()?.map(|operand| Operand::Unary(Unary::Negate, Box::new(operand))))
    }

    fn tested_atom(&mut self) -> Parsed {
        let Some(atom) = self.atom() else { return Ok(None) };
        let end = self.at;
        self.spaces();
        let test = if self.take_word("empty") {
            Unary::Empty
        } else if self.take_word("notempty") {
            Unary::NotEmpty
        } else {
            self.at = end;
            return Ok(Some(atom));
        };
        Ok(Some(Operand::Unary(test, Box::new(atom))))
    }

    fn list(&mut self) -> Parsed {
        let start = self.at;
        if !self.take("[") || self.failed_lists.contains_key(&start) {
            return Ok(None);
        }
        let items = self.sequence()?;
        if self.take("]") {
            return Ok(Some(Operand::Array(items)));
        }
        self.failed_lists.insert(start, ());
        Ok(None)
    }

    fn sequence(&mut self) -> Result<Vec<Operand>, TooDeep> {
        let mut items = Vec::new();
        let first = self.expression()?;
        let empty = matches!(first, None | Some(Operand::Nothing));
        items.extend(first);
        loop {
            let end = self.at;
            self.spaces();
            if self.take(",") {
                self.spaces();
                if let Some(item) = self.expression()? {
                    items.push(item);
                    continue;
                }
            }
            self.at = end;
            return Ok(if empty { Vec::new() } else { items });
        }
    }

    fn atom(&mut self) -> Option<Operand> {
        self.spaces();
        if self.take("undefined") || self.take("null") {
            return Some(Operand::Nothing);
        }
        if self.take_word("true") {
            return Some(Operand::Bool(true));
        }
        if self.take_word("false") {
            return Some(Operand::Bool(false));
        }
        self.number()
            .map(Operand::Number)
            .or_else(|| self.word().map(|word| Operand::Word(word.into())))
            .or_else(|| self.quoted('\'').or_else(|| self.quoted('"')).map(Operand::Text))
            .or_else(|| self.variable())
    }

    fn number(&mut self) -> Option<f64> {
        let start = self.at;
        if self.take("0x") {
            let digits = self.take_while(|byte| byte.is_ascii_digit());
            if !digits.is_empty() {
                return Some(
                    digits.bytes().fold(0.0, |number, digit| number * 16.0 + f64::from(digit - b'0')),
                );
            }
            self.at = start;
        }
        let sign = if self.take("-") { -1.0 } else { 1.0 };
        let number = self.unsigned_number();
        if number.is_none() {
            self.at = start;
        }
        number.map(|number| sign * number)
    }

    /// Digits with a fraction, or whole ones; after those `0` may only follow once they are done with 1 to 9.
    fn unsigned_number(&mut self) -> Option<f64> {
        let start = self.at;
        let whole = self.take_while(|byte| byte.is_ascii_digit());
        if !whole.is_empty() && self.take(".") && !self.take_while(|byte| byte.is_ascii_digit()).is_empty() {
            return self.text.get(start..self.at).and_then(|number| number.parse().ok());
        }
        self.at = start + if whole.starts_with('0') { 1 } else { whole.len() };
        self.text.get(start..self.at).and_then(|number| number.parse().ok())
    }

    fn word(&mut self) -> Option<&'a str> {
        let start = self.at;
        let letters = self.take_while(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if letters.is_empty() {
            return None;
        }
        self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.text.get(start..self.at)
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let start = self.at;
        let quote = if quote == '"' { "\"" } else { "'" };
        if !self.take(quote) {
            return None;
        }
        if self.take(quote) {
            return Some(String::new());
        }
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|byte| !matches!(byte, b'"' | b'\'' | b'\\')));
            if self.take("\\'") {
                text.push('\'');
            } else if self.take("\\\"") {
                text.push('"');
            } else if self.take("\\") {
                text.push('\\');
            } else {
                break;
            }
        }
        if self.take(quote) {
            return Some(text);
        }
        self.at = start;
        None
    }

    fn variable(&mut self) -> Option<Operand> {
        let start = self.at;
        if self.take("{") {
            let name = self.take_while(|byte| !matches!(byte, b'{' | b'}'));
            if !name.is_empty() && self.take("}") {
                let plain = name.strip_prefix('#').filter(|plain| !plain.is_empty());
                return Some(Operand::Variable(Variable {
                    name: plain.unwrap_or(name).into(),
                    as_it_is: plain.is_some(),
                }));
            }
        }
        self.at = start;
        None
    }
}

/// Applies the operators that bind at least as tightly as a level.
fn reduce(operands: &mut Vec<Operand>, operators: &mut Vec<Binary>, level: u8) {
    while let Some(operator) = operators.pop_if(|operator| operator.level() >= level) {
        let (Some(right), Some(left)) = (operands.pop(), operands.pop()) else { return };
        operands.push(match left {
            Operand::Chain(first, mut others) => {
                others.push((operator, right));
                Operand::Chain(first, others)
            }
            left => Operand::Chain(Box::new(left), vec![(operator, right)]),
        });
    }
}

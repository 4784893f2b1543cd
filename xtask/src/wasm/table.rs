//! The segments that fill a module's table.

use anyhow::{Context, bail};

use super::reader::{Reader, put_number};
use super::{ELEMENTS, sections};

/// The module without the segments that put nothing but null into the table. wasm-split keeps room in it for each part so; a new
/// table holds nothing else.
///
/// # Errors
/// When it is no WebAssembly module, has kinds of segments that are unknown here, or one that empties what another has filled.
pub(crate) fn without_null_segments(wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut out = wasm.get(..8).context("not wasm")?.to_vec();
    for (id, body) in sections(wasm)? {
        let body = if id == ELEMENTS { filled_segments(body)? } else { body.to_vec() };
        out.push(id);
        put_number(&mut out, body.len());
        out.extend(body);
    }
    Ok(out)
}

fn filled_segments(body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader { bytes: body, at: 0 };
    let (mut kept, mut filled) = (Vec::<u8>::new(), Vec::<Segment>::new());
    let mut count = 0;
    for _ in 0..reader.number()? {
        let start = reader.at;
        let segment = reader.segment()?;
        if segment.null {
            let touches = |other: &Segment| segment.from < other.to && other.from < segment.to;
            if filled.iter().any(touches) {
                bail!("a segment of nulls empties what is in the table");
            }
        } else {
            count += 1;
            kept.extend(&body[start..reader.at]);
            filled.push(segment);
        }
    }
    let mut out = Vec::new();
    put_number(&mut out, count);
    out.extend(kept);
    Ok(out)
}

/// What a segment puts into the table, and where.
struct Segment {
    from: usize,
    to: usize,
    /// Whether that is null throughout.
    null: bool,
}

impl Reader<'_> {
    /// An active segment of the first table: indices of functions, or expressions.
    fn segment(&mut self) -> anyhow::Result<Segment> {
        const I32_CONST: u8 = 0x41;
        const REF_NULL: u8 = 0xd0;
        const REF_FUNC: u8 = 0xd2;
        const END: u8 = 0x0b;
        let kind = self.number()?;
        if ![0, 4].contains(&kind) || self.byte()? != I32_CONST {
            bail!("a segment of the unknown kind {kind}");
        }
        let from = self.number()?;
        self.expect(END)?;
        let count = self.number()?;
        let mut null = true;
        for _ in 0..count {
            if kind == 0 {
                self.number()?;
                null = false;
                continue;
            }
            match self.byte()? {
                REF_NULL => drop(self.byte()?),
                REF_FUNC => {
                    self.number()?;
                    null = false;
                }
                other => bail!("an element with the unknown instruction {other}"),
            }
            self.expect(END)?;
        }
        Ok(Segment { from, to: from + count, null })
    }

    fn expect(&mut self, byte: u8) -> anyhow::Result<()> {
        match self.byte()? {
            read if read == byte => Ok(()),
            read => bail!("{read} in the place of {byte}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn segments_of_nulls_go() {
        let with = |segments: &[&[u8]]| {
            let mut body = vec![segments.len() as u8];
            body.extend(segments.concat());
            let mut wasm = b"\0asm\x01\0\0\0\x09".to_vec();
            wasm.push(body.len() as u8);
            wasm.extend(body);
            wasm
        };
        let filled: &[u8] = b"\0\x41\x01\x0b\x02\x07\x08";
        let mixed: &[u8] = b"\x04\x41\x08\x0b\x02\xd0\x70\x0b\xd2\x03\x0b";
        let nulls: &[u8] = b"\x04\x41\x03\x0b\x02\xd0\x70\x0b\xd0\x70\x0b";
        let over: &[u8] = b"\x04\x41\x02\x0b\x01\xd0\x70\x0b";
        let lean = without_null_segments(&with(&[filled, nulls, mixed])).unwrap();
        assert_eq!(lean, with(&[filled, mixed]));
        assert!(without_null_segments(&with(&[filled, over])).is_err());
        assert!(without_null_segments(&with(&[b"\x01\0\x01\x07"])).is_err());
    }
}

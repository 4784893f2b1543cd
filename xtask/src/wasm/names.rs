//! What a module calls its functions.

use anyhow::bail;

use super::reader::Reader;
use super::{CODE, CUSTOM, each_import, sections};

/// Name and bytes of code of each function.
///
/// # Errors
/// When it is no WebAssembly module, or doesn't name its functions.
pub(crate) fn functions(wasm: &[u8]) -> anyhow::Result<Vec<(String, usize)>> {
    let mut imported = 0;
    each_import(wasm, |_, what| imported += usize::from(what[0] == 0))?;
    let (mut sizes, mut names) = (Vec::new(), Vec::new());
    for (id, body) in sections(wasm)? {
        let mut reader = Reader { bytes: body, at: 0 };
        if id == CODE {
            for _ in 0..reader.number()? {
                let size = reader.number()?;
                reader.take(size)?;
                sizes.push(size);
            }
        } else if id == CUSTOM && reader.name()? == "name" {
            names = function_names(&mut reader)?;
        }
    }
    let named: Vec<_> = names
        .into_iter()
        .filter_map(|(index, name)| Some((name, *sizes.get(index.checked_sub(imported)?)?)))
        .collect();
    if named.is_empty() {
        bail!("the module doesn't name its functions");
    }
    Ok(named)
}

/// The second kind of names in the section of names: index and name of each function.
fn function_names(reader: &mut Reader<'_>) -> anyhow::Result<Vec<(usize, String)>> {
    const FUNCTIONS: u8 = 1;
    while reader.at < reader.bytes.len() {
        let kind = reader.byte()?;
        let length = reader.number()?;
        let mut inside = Reader { bytes: reader.take(length)?, at: 0 };
        if kind == FUNCTIONS {
            let count = inside.number()?;
            return (0..count).map(|_| Ok((inside.number()?, inside.name()?))).collect();
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::sample;
    use super::*;

    #[test]
    fn functions_have_names_and_sizes() {
        let mut wasm = sample();
        // One function of two bytes, and the names of the imported one and of it.
        wasm.extend(b"\x0a\x04\x01\x02\0\x0b");
        wasm.extend(b"\0\x12\x04name\x01\x0b\x02\0\x04long\x01\x02it");
        assert_eq!(functions(&wasm).unwrap(), [("it".to_owned(), 2)]);
        assert!(functions(&sample()).is_err());
    }
}

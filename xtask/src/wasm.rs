//! The import and export sections of a WebAssembly module: which names are in them, and other names for them.
//!
//! wasm-bindgen gives each import a name with a hash, and exports what nobody calls. Names are a part of the transfer
//! that hardly compresses, and an export keeps all the code behind it.

mod names;
mod reader;
mod table;

use anyhow::Context;

pub(crate) use names::functions;
use reader::{Reader, put_name, put_number};
pub(crate) use table::without_null_segments;

const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
const ELEMENTS: u8 = 9;
const CODE: u8 = 10;

/// Something that a module wants from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The module that it comes from.
    pub(crate) module: String,
    /// Its name in there.
    pub(crate) name: String,
}

/// What a module wants from outside, in its order.
///
/// # Errors
/// When it is no WebAssembly module.
pub(crate) fn imports(wasm: &[u8]) -> anyhow::Result<Vec<Import>> {
    let mut found = Vec::new();
    each_import(wasm, |import, _| found.push(import))?;
    Ok(found)
}

/// The module with other names. An export whose new name is `None` is dropped.
///
/// # Errors
/// When it is no WebAssembly module, or has kinds of imports that are unknown here.
pub(crate) fn rewrite(
    wasm: &[u8],
    mut import: impl FnMut(&mut Import),
    mut export: impl FnMut(&str) -> Option<String>,
) -> anyhow::Result<Vec<u8>> {
    let mut out = wasm.get(..8).context("not wasm")?.to_vec();
    for (id, body) in sections(wasm)? {
        let body = match id {
            IMPORTS => rewrite_imports(body, &mut import)?,
            EXPORTS => rewrite_exports(body, &mut export)?,
            _ => body.to_vec(),
        };
        out.push(id);
        put_number(&mut out, body.len());
        out.extend(body);
    }
    Ok(out)
}

/// A module that gives what `modules` want from outside back, and wants the same things itself, once each, from
/// the module `from`: merged with them it makes one import of what each of them imports.
///
/// # Errors
/// When one of them is no WebAssembly module, or wants a function.
pub(crate) fn gathering(modules: &[Vec<u8>], from: &str) -> anyhow::Result<Vec<u8>> {
    let mut wanted: Vec<(String, Vec<u8>)> = Vec::new();
    for wasm in modules {
        each_import(wasm, |import, what| {
            if !wanted.iter().any(|(name, _)| *name == import.name) {
                wanted.push((import.name, what.to_vec()));
            }
        })?;
    }
    let (mut imports, mut exports, mut counts) = (Vec::new(), Vec::new(), [0; 4]);
    put_number(&mut imports, wanted.len());
    put_number(&mut exports, wanted.len());
    for (name, what) in &wanted {
        put_name(&mut imports, from);
        put_name(&mut imports, name);
        imports.extend(what);
        let kind = what[0];
        let index = counts.get_mut(usize::from(kind)).filter(|_| kind != 0);
        let index = index.with_context(|| format!("{name} is no table, memory or global"))?;
        put_name(&mut exports, name);
        exports.push(kind);
        put_number(&mut exports, *index);
        *index += 1;
    }
    let mut out = b"\0asm\x01\0\0\0".to_vec();
    for (id, body) in [(IMPORTS, imports), (EXPORTS, exports)] {
        out.push(id);
        put_number(&mut out, body.len());
        out.extend(body);
    }
    Ok(out)
}

/// Calls `see` with each import and the bytes that say what it is.
fn each_import(wasm: &[u8], mut see: impl FnMut(Import, &[u8])) -> anyhow::Result<()> {
    for (id, body) in sections(wasm)? {
        if id == IMPORTS {
            let mut reader = Reader { bytes: body, at: 0 };
            for _ in 0..reader.number()? {
                let (import, what) = reader.import()?;
                see(import, what);
            }
        }
    }
    Ok(())
}

fn sections(wasm: &[u8]) -> anyhow::Result<Vec<(u8, &[u8])>> {
    wasm.get(..8).filter(|head| head.starts_with(b"\0asm")).context("not wasm")?;
    let mut module = Reader { bytes: wasm, at: 8 };
    let mut found = Vec::new();
    while module.at < wasm.len() {
        let id = module.byte()?;
        let length = module.number()?;
        found.push((id, module.take(length)?));
    }
    Ok(found)
}

fn rewrite_imports(body: &[u8], import: &mut impl FnMut(&mut Import)) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader { bytes: body, at: 0 };
    let mut out = Vec::new();
    let count = reader.number()?;
    put_number(&mut out, count);
    for _ in 0..count {
        let (mut this, what) = reader.import()?;
        import(&mut this);
        put_name(&mut out, &this.module);
        put_name(&mut out, &this.name);
        out.extend(what);
    }
    Ok(out)
}

fn rewrite_exports(body: &[u8], export: &mut impl FnMut(&str) -> Option<String>) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader { bytes: body, at: 0 };
    let mut kept = Vec::new();
    let mut count = 0;
    for _ in 0..reader.number()? {
        let name = reader.name()?;
        let start = reader.at;
        reader.byte()?;
        reader.number()?;
        if let Some(name) = export(&name) {
            count += 1;
            put_name(&mut kept, &name);
            kept.extend(&body[start..reader.at]);
        }
    }
    let mut out = Vec::new();
    put_number(&mut out, count);
    out.extend(kept);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A module of one type, an imported function and memory, two exports, and a section that must stay as it is.
    pub(super) fn sample() -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend(b"\x01\x04\x01\x60\0\0");
        wasm.extend(b"\x02\x14\x02\x03bgs\x04long\0\0\x01m\x01n\x02\x01\x01\x02");
        wasm.extend(b"\x07\x0d\x02\x03one\0\0\x03two\0\0");
        wasm.extend(b"\0\x05\x04test");
        wasm
    }

    #[test]
    fn names_are_found_and_changed_and_exports_dropped() {
        let wasm = sample();
        let found = imports(&wasm).unwrap();
        assert_eq!((found[0].module.as_str(), found[0].name.as_str()), ("bgs", "long"));
        assert_eq!(found[1].name, "n");
        let changed = rewrite(
            &wasm,
            |import| {
                if import.module == "bgs" {
                    import.name = "a".into();
                }
            },
            |name| (name == "two").then(|| "b".into()),
        )
        .unwrap();
        assert_eq!(imports(&changed).unwrap()[0].name, "a");
        let mut exports = Vec::new();
        rewrite(
            &changed,
            |_| {},
            |name| {
                exports.push(name.to_owned());
                None
            },
        )
        .unwrap();
        assert_eq!(exports, ["b"]);
        assert!(changed.ends_with(b"\0\x05\x04test"));
        assert_eq!(rewrite(&wasm, |_| {}, |name| Some(name.into())).unwrap(), wasm);
    }

    #[test]
    fn imports_are_gathered_once() {
        let memory = |name: &str| {
            let mut wasm = b"\0asm\x01\0\0\0\x02\x08\x01\x01m\x01".to_vec();
            wasm.extend(name.as_bytes());
            wasm.extend(b"\x02\0\x01");
            wasm
        };
        let gathered = gathering(&[memory("n"), memory("n"), memory("o")], "base").unwrap();
        let names: Vec<_> =
            imports(&gathered).unwrap().into_iter().map(|i| i.module + "." + &i.name).collect();
        assert_eq!(names, ["base.n", "base.o"]);
        let mut exports = Vec::new();
        rewrite(
            &gathered,
            |_| {},
            |name| {
                exports.push(name.to_owned());
                None
            },
        )
        .unwrap();
        assert_eq!(exports, ["n", "o"]);
        assert!(gathering(&[sample()], "base").is_err());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(imports(b"<html>").is_err());
        let wasm = sample();
        assert!(imports(&wasm[..20]).is_err());
    }
}

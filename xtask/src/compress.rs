//! The `.br` and `.gz` files beside what a web server sends as text or wasm.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What nobody edits in dist/. A packed configuration, manifest or icon would be served instead of the edited one.
const KINDS: [&str; 4] = ["css", "html", "js", "wasm"];

/// Writes a brotli and a gzip form of every compressible file below `dir`, where they are smaller.
///
/// # Errors
/// When a file can't be read or written.
pub(crate) fn folder(dir: &Path) -> anyhow::Result<()> {
    let mut files = Vec::new();
    collect(dir, &mut files)?;
    files.sort_by_key(|file| std::cmp::Reverse(fs::metadata(file).map_or(0, |m| m.len())));
    // The wasm takes longer than all the others together: one thread for it, one for them.
    let (first, rest) = files.split_at(files.len().min(1));
    thread::scope(|scope| {
        let large = scope.spawn(|| first.iter().try_for_each(|file| both(file)));
        rest.iter().try_for_each(|file| both(file))?;
        large.join().unwrap_or_else(|_| anyhow::bail!("compressing {} panicked", first[0].display()))
    })
}

fn collect(dir: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|e| KINDS.iter().any(|kind| e == *kind)) {
            into.push(path);
        }
    }
    Ok(())
}

fn both(file: &Path) -> anyhow::Result<()> {
    let plain = fs::read(file)?;
    for (suffix, packed) in [("br", brotli(&plain)?), ("gz", gzip(&plain)?)] {
        let mut target = file.as_os_str().to_owned();
        target.push(".");
        target.push(suffix);
        if packed.len() < plain.len() {
            fs::write(target, packed)?;
        }
    }
    Ok(())
}

/// Brotli at its best and with its largest ordinary window (16 MB).
///
/// # Errors
/// Never in practice: it writes to memory.
pub(crate) fn brotli(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: plain.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params)?;
    Ok(packed)
}

/// Gzip at its best, without a time stamp so that equal input gives equal output.
///
/// # Errors
/// Never in practice: it writes to memory.
pub(crate) fn gzip(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

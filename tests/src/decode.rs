//! Codes read again from a picture of the screen, by a decoder that knows nothing of how they were drawn: ZBar.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A symbology and what is written in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A QR code.
    Qr(String),
    /// A Code 128.
    Code128(String),
}

impl Symbol {
    /// Both codes of a text.
    #[must_use]
    pub fn both(text: &str) -> BTreeSet<Self> {
        BTreeSet::from([Self::Qr(text.to_owned()), Self::Code128(text.to_owned())])
    }

    fn read(line: &str) -> Option<Self> {
        let (kind, text) = line.split_once(':')?;
        match kind {
            "QR-Code" => Some(Self::Qr(text.to_owned())),
            "CODE-128" => Some(Self::Code128(text.to_owned())),
            _ => None,
        }
    }
}

/// Every QR code and Code 128 on a picture.
///
/// # Errors
/// When `zbarimg` (Debian's zbar-tools) is not there or can't read the picture.
pub fn symbols(png: &[u8]) -> Result<BTreeSet<Symbol>> {
    let path = std::env::temp_dir().join(format!("portal-decode-{}.png", std::process::id()));
    std::fs::write(&path, png)?;
    let output = Command::new("zbarimg")
        .args(["--quiet", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-Scode128.enable"])
        .arg(&path)
        .output()
        .context("zbarimg does not start: run `cargo xtask tools --test`")?;
    std::fs::remove_file(&path)?;
    // 4 means that there is no code on the picture.
    let code = output.status.code();
    ensure!(matches!(code, Some(0 | 4)), "zbarimg: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(Symbol::read).collect())
}

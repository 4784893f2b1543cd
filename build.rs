//! Turns the locale files into typed messages: a key that a language lacks does not compile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const LOCALES: [&str; 3] = ["zh-CN", "zh-TW", "en"];

fn main() {
    println!("cargo::rerun-if-changed=src/i18n/locales");
    // wasm-split moves functions between files by the linker's relocations.
    let wasm = env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    if wasm && env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    if let Err(reason) = generate() {
        println!("cargo::error={reason}");
    }
}

fn generate() -> Result<(), String> {
    let folder = Path::new("src/i18n/locales");
    let mut tables = Vec::new();
    for locale in LOCALES {
        let path = folder.join(locale).with_extension("json");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let table: BTreeMap<String, String> = miniserde::json::from_str(&text)
            .map_err(|_| format!("{} is not a JSON object of texts", path.display()))?;
        tables.push(table);
    }
    let (first, others) = tables.split_first().ok_or("no locale")?;
    for (locale, table) in LOCALES[1..].iter().zip(others) {
        if let Some(key) = first.keys().find(|key| !table.contains_key(*key)) {
            return Err(format!("{locale}.json lacks \"{key}\""));
        }
        if let Some(key) = table.keys().find(|key| !first.contains_key(*key)) {
            return Err(format!("{locale}.json has \"{key}\", which {} lacks", LOCALES[0]));
        }
    }
    let mut code = String::from(
        "/// Every message of the portal.\n#[allow(missing_docs)]\npub mod key {\n    use super::Key;\n",
    );
    // A static for each message: the release build moves those that only one part of the programme names into it.
    for (key, text) in first {
        let name = key.replace(['.', '-'], "_").to_uppercase();
        let texts: Vec<_> = tables.iter().map(|table| &table[key]).collect();
        let _ = writeln!(code, "    #[doc = {text:?}]\n    pub const {name}: Key = Key(&TEXTS_{name});");
        let _ = writeln!(code, "    static TEXTS_{name}: [&str; {}] = {texts:?};", LOCALES.len());
    }
    code.push_str("    #[cfg(test)]\n    pub(super) static ALL: &[Key] = &[");
    for key in first.keys() {
        let _ = write!(code, "{}, ", key.replace(['.', '-'], "_").to_uppercase());
    }
    code.push_str("];\n}\n");
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(Path::new(&out).join("messages.rs"), code).map_err(|error| error.to_string())
}

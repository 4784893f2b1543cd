//! The script that wasm-bindgen makes for the main module, without what nobody uses and with short names.

use anyhow::bail;

use super::LOADER;

/// What wasm-bindgen calls the module that the imports come from.
pub(super) const GLUE_MODULE: &str = "./app_bg.js";

/// wasm-bindgen's script, by lines.
pub(super) struct Glue {
    lines: Vec<String>,
}

impl Glue {
    /// Without the classes that it exports: the portal's page makes no object of them.
    ///
    /// # Errors
    /// When it isn't as wasm-bindgen has written it so far.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        if !text.contains(&format!("\"{GLUE_MODULE}\": import0")) {
            bail!("wasm-bindgen's glue names {GLUE_MODULE} in another way than before");
        }
        let mut lines: Vec<String> = Vec::new();
        let mut classes: Vec<String> = Vec::new();
        let mut inside = "";
        let mut loader = None;
        for line in text.lines() {
            // One import of the loader for each part, all of the same module.
            if line.contains(&format!("\"./{LOADER}\"")) {
                let name = line.split(' ').find(|word| word.starts_with("import") && *word != "import");
                let name = name.map(|name| name.trim_end_matches(',').to_owned());
                if *loader.get_or_insert_with(|| name.clone()) != name {
                    continue;
                }
            }
            if inside.is_empty() {
                if let Some(name) = line.strip_prefix("export class ") {
                    classes.push(name.split(' ').next().unwrap_or_default().to_owned());
                    inside = "}";
                } else if classes.iter().any(|c| line.starts_with(&format!("const {c}Finalization"))) {
                    inside = ";";
                } else if !line.starts_with("if (Symbol.dispose)") {
                    lines.push(line.to_owned());
                    continue;
                }
            }
            if !inside.is_empty() && (line == inside || (inside == ";" && line.ends_with(';'))) {
                inside = "";
            }
        }
        Ok(Self { lines })
    }

    /// The script.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The exports that it calls.
    pub(super) fn called(&self) -> Vec<String> {
        let text = self.text();
        let mut found = Vec::new();
        for (at, _) in text.match_indices("wasm.") {
            if text[..at].ends_with(is_word) {
                continue;
            }
            let name = text[at + 5..].split(|c| !is_word(c)).next().unwrap_or_default();
            found.push(name.to_owned());
        }
        found
    }

    /// Drops functions that the module doesn't import.
    pub(super) fn keep_imports(&mut self, keep: impl Fn(&str) -> bool) {
        let mut dropping = false;
        self.lines.retain(|line| {
            if let Some(name) = import_name(line) {
                dropping = !keep(name);
            }
            let drop = dropping;
            if line == "        }," {
                dropping = false;
            }
            !drop
        });
    }

    /// Gives an import another name, and its module the one that the programme then names.
    pub(super) fn rename_import(&mut self, old: &str, new: &str) {
        for line in &mut self.lines {
            if import_name(line) == Some(old) {
                *line = line.replacen(old, new, 1);
            } else if line.contains(&format!("\"{GLUE_MODULE}\": import0")) {
                *line = line.replace(GLUE_MODULE, "a");
            }
        }
    }

    /// Calls an export by another name.
    pub(super) fn rename_export(&mut self, old: &str, new: &str) {
        let (old, new) = (format!("wasm.{old}("), format!("wasm.{new}("));
        for line in &mut self.lines {
            *line = line.replace(&old, &new);
        }
    }
}

/// The name that a line of the glue gives to a function for the module: `        name: function(…) {`.
fn import_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("        ").filter(|rest| rest.starts_with(is_word))?;
    rest.split_once(':').filter(|(_, value)| value.starts_with(" function(")).map(|(name, _)| name)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_glue_loses_what_nobody_uses() {
        let text = "export class Sink {\n    free() {\n        wasm.sink_free();\n    }\n}\n\
            if (Symbol.dispose) Sink.prototype[Symbol.dispose] = Sink.prototype.free;\n\
            const import0 = {\n        __wbg_one_ab: function(arg0) {\n            return {\n            };\n        },\n\
            \x20       __wbg_two_cd: function() {\n            wasm._Rlong(1);\n        },\n\
            return { \"./app_bg.js\": import0 };\n\
            const SinkFinalization = (typeof FinalizationRegistry === 'undefined')\n    ? {}\n    : new FinalizationRegistry(f);\n\
            wasm.__wbindgen_start();";
        let mut glue = Glue::read(text).unwrap();
        assert_eq!(glue.called(), ["_Rlong", "__wbindgen_start"]);
        glue.keep_imports(|name| name == "__wbg_two_cd");
        glue.rename_import("__wbg_two_cd", "a");
        glue.rename_export("_Rlong", "b");
        let left = glue.text();
        assert!(!left.contains("Sink") && !left.contains("__wbg"), "{left}");
        assert!(left.contains("        a: function() {\n            wasm.b(1);"), "{left}");
        assert!(left.contains("{ \"a\": import0 }"), "{left}");
        assert!(Glue::read("other").is_err());
    }
}

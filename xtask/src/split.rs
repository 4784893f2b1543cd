//! The programme in several files: what home needs, and a part for each group of other screens.
//!
//! cargo (with relocations) → wasm-split → wasm-bindgen on the main module → wasm-opt on each file → one script of
//! glue and loader. docs/decisions/0005-split-release-build.md says why.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::portal::{Asset, LATER};
use crate::project::{Project, run};
use crate::wasm;

/// What browsers have that Rust's compiler uses.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

const BUILT: &str = "target/wasm32-unknown-unknown/release/member-portal.wasm";
/// Files of what the screens share, each with the part that is often the first one: a new member's, the catalogue, and what a
/// chain's message to its members leads to, the surveys and one of them.
const ENTRANCES: [(&str, &str); 4] =
    [("first", "sign_in"), ("catalogue", "rewards"), ("invited", "surveys"), ("asked", "survey")];
/// What wasm-split and wasm-bindgen call the things that this file reads in their output.
const GLUE_MODULE: &str = "./app_bg.js";
const LOADER: &str = "__wasm_split.js";
const LOAD: &str = "__wasm_split_load_";
const SHARES: &str = "__wasm_split";
/// In the names of all exports of the crate wasm-streams.
const UNUSED: &str = "intounderlying";

/// The script and the main module that a page needs.
pub(crate) struct Programme {
    /// Glue and loader in one module script.
    pub(crate) script: Asset,
    /// What home needs.
    pub(crate) module: Asset,
}

/// Compiles the portal and puts all of its files into `dist`.
///
/// # Errors
/// When a tool fails, or its output isn't what is expected.
pub(crate) fn build(project: &Project, envs: &[(&str, &str)], dist: &Path) -> anyhow::Result<Programme> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--locked", "--release", "--target", "wasm32-unknown-unknown"]);
    run(cargo.args(["-p", "member-portal", "--features", "split"]).envs(envs.iter().copied()))?;

    let work = project.path("target/portal");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    // Leptos brings streams for server functions. They are exported, so nothing else would ever drop them.
    let linked = fs::read(project.path(BUILT)).context(BUILT)?;
    let lean = wasm::rewrite(&linked, |_| {}, |name| (!name.contains(UNUSED)).then(|| name.to_owned()))?;
    fs::write(work.join("linked.wasm"), lean)?;
    let mut split = project.command("wasm-split-cli");
    split.args(["target/portal/linked.wasm", "target/portal", "--target", "web", "--out-name", "app"]);
    run(split.env("RUST_LOG", "warn"))?;
    let mut bindgen = project.command("wasm-bindgen");
    bindgen.args(["target/portal/app.wasm", "--out-dir", "target/portal", "--out-name", "app"]);
    run(bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--no-demangle"]))?;

    let parts = Parts::read(&fs::read_to_string(work.join(LOADER))?)?;
    let loader = place_parts(project, &work, &parts, dist)?;
    fs::write(work.join(LOADER), loader)?;
    let module = main_module(project, &work)?;
    let module = Asset::place(dist, "member-portal", "wasm", &module)?;
    let script = Asset::place(dist, "member-portal", "js", &bundle(project, &work)?)?;
    Ok(Programme { script, module })
}

/// What wasm-split's own loader says about its files.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    /// Name of the part, and the files of code that it shares with others.
    splits: Vec<(String, Vec<String>)>,
    /// Files of shared code.
    chunks: Vec<String>,
}

impl Parts {
    fn read(loader: &str) -> anyhow::Result<Self> {
        let mut splits = Vec::new();
        let mut chunks = Vec::new();
        let files = || loader.split("new URL(\"./").skip(1).filter_map(|rest| rest.split('"').next());
        chunks.extend(files().filter(|file| file.starts_with("chunk_")).map(str::to_owned));
        for text in loader.split(&format!("export const {LOAD}")).skip(1) {
            let name = text.split(' ').next().unwrap_or_default().to_owned();
            let own = text.split("const __chunk_").next().unwrap_or_default();
            let number = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
            let needs = own.split("__chunk_").skip(1).map(|rest| format!("chunk_{}.wasm", number(rest)));
            let needs = needs.collect();
            if !files().any(|file| file == format!("split_{name}.wasm")) {
                bail!("the part {name} is empty: nothing of it is apart from the main module");
            }
            splits.push((name, needs));
        }
        if splits.is_empty() {
            bail!("wasm-split cut nothing off");
        }
        splits.sort();
        Ok(Self { splits, chunks })
    }
}

/// Optimises the parts into `dist`, with the sheet of their screens; gives the loader's text back.
fn place_parts(project: &Project, work: &Path, parts: &Parts, dist: &Path) -> anyhow::Result<String> {
    let mut text = include_str!("split/loader.js").to_owned();
    let later = Asset::place(dist, "later", "css", &fs::read(project.path(LATER)).context(LATER)?)?;
    text.push_str(&format!("const later = sheet('/{}', '{}');\n", later.name, later.integrity));
    // Whoever comes for one of these screens first waits for that alone: what it shares with others is a file of its own.
    let mut rest = parts.chunks.clone();
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, part) in ENTRANCES {
        let needs = parts.splits.iter().find(|(split, _)| split == part).map(|(_, needs)| needs.as_slice());
        let (own, others) =
            rest.into_iter().partition(|chunk| needs.is_some_and(|needs| needs.contains(chunk)));
        groups.push((name, own));
        rest = others;
    }
    groups.push(("shared", rest));
    for (name, chunks) in groups.iter().filter(|(_, chunks)| !chunks.is_empty()) {
        let file = place_shared(project, work, name, chunks, dist)?;
        text.push_str(&format!("const {name} = part('/{}', '{}', []);\n", file.name, file.integrity));
    }
    for (name, needs) in &parts.splits {
        let file = optimise(project, &work.join(format!("split_{name}.wasm")))?;
        let asset = Asset::place(dist, &format!("part-{}", name.replace('_', "-")), "wasm", &file)?;
        let needs = groups.iter().filter(|(_, chunks)| chunks.iter().any(|chunk| needs.contains(chunk)));
        let needs: Vec<_> = needs.map(|(name, _)| *name).collect();
        text.push_str(&format!(
            "const part_{name} = part('/{}', '{}', [{}]);\nexport const {LOAD}{name} = told(part_{name});\n",
            asset.name,
            asset.integrity,
            needs.join(", ")
        ));
    }
    let names: Vec<_> = parts.splits.iter().map(|(name, _)| format!("{name}: part_{name}")).collect();
    text.push_str(&format!("ahead({{ {} }});\n", names.join(", ")));
    Ok(text)
}

/// wasm-split makes a file for each set of parts that share something: dozens of requests for some kilobytes. They
/// don't depend on each other, so those of a group are one file here.
fn place_shared(
    project: &Project,
    work: &Path,
    name: &str,
    chunks: &[String],
    dist: &Path,
) -> anyhow::Result<Asset> {
    const BASE: &str = "base";
    let modules = chunks.iter().map(|chunk| fs::read(work.join(chunk))).collect::<Result<Vec<_>, _>>()?;
    let base = work.join(format!("{name}.base.wasm"));
    fs::write(&base, wasm::gathering(&modules, BASE)?)?;
    let merged = work.join(format!("{name}.wasm"));
    let mut merge = project.command("wasm-merge");
    merge.arg(&base).arg(SHARES);
    for chunk in chunks {
        merge.arg(work.join(chunk)).arg(chunk);
    }
    run(merge.arg("-o").arg(&merged).args(WASM_FEATURES).arg("--enable-multimemory"))?;
    let whole = fs::read(&merged)?;
    let back = |import: &mut wasm::Import| {
        if import.module == BASE {
            import.module = SHARES.into();
        }
    };
    fs::write(&merged, wasm::rewrite(&whole, back, |_| None)?)?;
    Asset::place(dist, &format!("part-{name}"), "wasm", &optimise(project, &merged)?)
}

fn optimise(project: &Project, file: &Path) -> anyhow::Result<Vec<u8>> {
    let out = file.with_extension("opt.wasm");
    let mut opt = project.command("wasm-opt");
    opt.args(["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features"]).args(WASM_FEATURES);
    run(opt.arg(file).arg("-o").arg(&out))?;
    fs::read(&out).with_context(|| out.display().to_string())
}

/// The main module without what nobody calls, and with short names in it and in the glue.
fn main_module(project: &Project, work: &Path) -> anyhow::Result<Vec<u8>> {
    let mut glue = Glue::read(&fs::read_to_string(work.join("app.js"))?)?;
    let mut wanted = glue.called();
    for entry in fs::read_dir(work)? {
        let path = entry?.path();
        if is_part(&path) {
            let imports = wasm::imports(&fs::read(&path)?)?;
            wanted.extend(imports.into_iter().filter(|i| i.module == SHARES).map(|i| i.name));
        }
    }
    let whole = fs::read(work.join("app_bg.wasm"))?;
    let kept =
        wasm::rewrite(&whole, |_| {}, |name| wanted.iter().any(|w| w == name).then(|| name.to_owned()))?;
    let path = work.join("main.wasm");
    fs::write(&path, kept)?;
    let small = optimise(project, &path)?;

    let used: Vec<_> = wasm::imports(&small)?.into_iter().filter(|i| i.module == GLUE_MODULE).collect();
    glue.keep_imports(|name| used.iter().any(|import| import.name == name));
    let mut count = 0;
    let small = wasm::rewrite(
        &small,
        |import| {
            if import.module == GLUE_MODULE {
                let short = short_name(count);
                count += 1;
                glue.rename_import(&import.name, &short);
                *import = wasm::Import { module: "a".into(), name: short };
            }
        },
        |name| Some(name.to_owned()),
    )?;
    // Mangled names of Rust functions are long, and only the glue calls them.
    let mut count = 0;
    let small = wasm::rewrite(
        &small,
        |_| {},
        |name| {
            if !name.starts_with("_R") {
                return Some(name.to_owned());
            }
            let short = short_name(count);
            count += 1;
            glue.rename_export(name, &short);
            Some(short)
        },
    )?;
    fs::write(work.join("app.js"), glue.text())?;
    Ok(small)
}

fn is_part(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".wasm") && (name.starts_with("split_") || name.starts_with("chunk_"))
}

/// `a`, `b`, … `z`, `aa`, …
fn short_name(mut index: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'a' + (index % 26) as u8));
        if index < 26 {
            return name;
        }
        index = index / 26 - 1;
    }
}

/// wasm-bindgen's script, by lines.
struct Glue {
    lines: Vec<String>,
}

impl Glue {
    /// Without the classes that it exports: the portal's page makes no object of them.
    fn read(text: &str) -> anyhow::Result<Self> {
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

    fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The exports that it calls.
    fn called(&self) -> Vec<String> {
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
    fn keep_imports(&mut self, keep: impl Fn(&str) -> bool) {
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

    fn rename_import(&mut self, old: &str, new: &str) {
        for line in &mut self.lines {
            if import_name(line) == Some(old) {
                *line = line.replacen(old, new, 1);
            } else if line.contains(&format!("\"{GLUE_MODULE}\": import0")) {
                *line = line.replace(GLUE_MODULE, "a");
            }
        }
    }

    fn rename_export(&mut self, old: &str, new: &str) {
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

/// Glue and loader as one minified script without top-level await.
fn bundle(project: &Project, work: &Path) -> anyhow::Result<Vec<u8>> {
    let entry: PathBuf = work.join("entry.js");
    fs::write(&entry, include_str!("split/entry.js"))?;
    let out = work.join("entry.min.js");
    let mut esbuild = project.command("esbuild");
    esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2019", "--log-level=warning"]);
    // The glue's own guess of the module's address is never used.
    esbuild.args(["--define:import.meta.url=location.href", "--legal-comments=none"]);
    run(esbuild.arg(&entry).arg(format!("--outfile={}", out.display())))?;
    fs::read(&out).with_context(|| out.display().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const LOADER_TEXT: &str = "/* me, points */\nconst __chunk_7 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_7.wasm\", import.meta.url));\n}, []);\n\
        export const __wasm_split_load_points = wrapAsyncCb(makeLoad(() => {\n    const src = fetch(new URL(\"./split_points.wasm\", import.meta.url));\n}, [__chunk_7]));\n\
        export const __wasm_split_load_me = wrapAsyncCb(makeLoad(() => {\n    const src = fetch(new URL(\"./split_me.wasm\", import.meta.url));\n}, []));\n";

    #[test]
    fn the_loader_tells_its_parts() {
        let parts = Parts::read(LOADER_TEXT).unwrap();
        assert_eq!(parts.chunks, ["chunk_7.wasm"]);
        let needs = vec!["chunk_7.wasm".to_owned()];
        assert_eq!(parts.splits, [("me".to_owned(), vec![]), ("points".to_owned(), needs)]);
        assert!(Parts::read("").is_err());
        let empty =
            "export const __wasm_split_load_me = wrapAsyncCb(makeLoad(() => async (_imp) => ({}), []));";
        assert!(Parts::read(empty).is_err());
    }

    #[test]
    fn names_count_on() {
        assert_eq!([0, 25, 26, 27, 702].map(short_name), ["a", "z", "aa", "ab", "aaa"]);
    }

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

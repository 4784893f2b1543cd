//! The programme in several files: what home needs, and a part for each group of other screens.
//!
//! cargo (with relocations) → wasm-split → wasm-bindgen on the main module → wasm-opt on each file → one script of
//! glue and loader. docs/decisions/0005-split-release-build.md says why.

mod glue;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use self::glue::{GLUE_MODULE, Glue};
use crate::portal::{Asset, LATER, Mode};
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
/// Files of what the screens share, each with the part that is often the first one: what runs beside every screen, a new member's,
/// the catalogue, what a chain's message to its members leads to (the surveys and one of them), and a reward.
const ENTRANCES: [(&str, &str); 6] = [
    ("beside", "background"),
    ("first", "sign_in"),
    ("catalogue", "rewards"),
    ("invited", "surveys"),
    ("asked", "survey"),
    ("offered", "reward"),
];
/// A file of what these parts share and no other does: the engine of surveys, for the screen and the controls that few of them have.
const ALONE: (&str, [&str; 2]) = ("answering", ["survey", "survey_rare"]);
/// What wasm-split calls the things that are read in its output.
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

/// One run of the build.
struct Cut<'a> {
    project: &'a Project,
    /// What is on its way.
    work: &'a Path,
    /// What the page loads.
    dist: &'a Path,
    /// Whether functions keep their names, by which stacks are read.
    names: bool,
}

/// Compiles the portal and puts all of its files into `dist`.
///
/// # Errors
/// When a tool fails, or its output isn't what is expected.
pub(crate) fn build(project: &Project, mode: Mode, dist: &Path) -> anyhow::Result<Programme> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--locked", "--release", "--target", "wasm32-unknown-unknown"]);
    cargo.args(["-p", "member-portal", "--features", mode.features()]).envs(mode.envs().iter().copied());
    run(&mut cargo)?;

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
    let names = mode == Mode::Diagnostic;
    let mut bindgen = project.command("wasm-bindgen");
    bindgen.args(["target/portal/app.wasm", "--out-dir", "target/portal", "--out-name", "app"]);
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports"]);
    run(if names { &mut bindgen } else { bindgen.arg("--no-demangle") })?;

    let cut = Cut { project, work: &work, dist, names };
    let parts = Parts::read(&fs::read_to_string(work.join(LOADER))?)?;
    fs::write(work.join(LOADER), cut.place_parts(&parts)?)?;
    let module = Asset::place(dist, "member-portal", "wasm", &cut.main_module()?)?;
    let script = Asset::place(dist, "member-portal", "js", &cut.bundle()?)?;
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

impl Cut<'_> {
    /// Optimises the parts into `dist`, with the sheet of their screens; gives the loader's text back.
    fn place_parts(&self, parts: &Parts) -> anyhow::Result<String> {
        let mut text = include_str!("split/loader.js").to_owned();
        let later =
            Asset::place(self.dist, "later", "css", &fs::read(self.project.path(LATER)).context(LATER)?)?;
        text.push_str(&format!("const later = sheet('/{}', '{}');\n", later.name, later.integrity));
        // Nobody else may have to wait for it.
        let (name, family) = ALONE;
        let (own, mut rest) = parts.chunks.iter().cloned().partition(|chunk| {
            let users = parts.splits.iter().filter(|(_, needs)| needs.contains(chunk));
            users.into_iter().all(|(split, _)| family.contains(&split.as_str()))
        });
        let mut groups: Vec<(&str, Vec<String>)> = vec![(name, own)];
        // Whoever comes for one of these screens first waits for that alone: what it shares with others is a file of its own.
        for (name, part) in ENTRANCES {
            let needs =
                parts.splits.iter().find(|(split, _)| split == part).map(|(_, needs)| needs.as_slice());
            let (own, others) =
                rest.into_iter().partition(|chunk| needs.is_some_and(|needs| needs.contains(chunk)));
            groups.push((name, own));
            rest = others;
        }
        groups.push(("shared", rest));
        for (name, chunks) in groups.iter().filter(|(_, chunks)| !chunks.is_empty()) {
            let file = self.place_shared(name, chunks)?;
            text.push_str(&format!("const {name} = part('/{}', '{}', []);\n", file.name, file.integrity));
        }
        for (name, needs) in &parts.splits {
            let file = self.optimise(&self.work.join(format!("split_{name}.wasm")))?;
            let asset = Asset::place(self.dist, &format!("part-{}", name.replace('_', "-")), "wasm", &file)?;
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
    fn place_shared(&self, name: &str, chunks: &[String]) -> anyhow::Result<Asset> {
        const BASE: &str = "base";
        let modules =
            chunks.iter().map(|chunk| fs::read(self.work.join(chunk))).collect::<Result<Vec<_>, _>>()?;
        let base = self.work.join(format!("{name}.base.wasm"));
        fs::write(&base, wasm::gathering(&modules, BASE)?)?;
        let merged = self.work.join(format!("{name}.wasm"));
        let mut merge = self.project.command("wasm-merge");
        merge.arg(&base).arg(SHARES);
        for chunk in chunks {
            merge.arg(self.work.join(chunk)).arg(chunk);
        }
        if self.names {
            merge.arg("-g");
        }
        run(merge.arg("-o").arg(&merged).args(WASM_FEATURES).arg("--enable-multimemory"))?;
        let whole = fs::read(&merged)?;
        let back = |import: &mut wasm::Import| {
            if import.module == BASE {
                import.module = SHARES.into();
            }
        };
        fs::write(&merged, wasm::rewrite(&whole, back, |_| None)?)?;
        Asset::place(self.dist, &format!("part-{name}"), "wasm", &self.optimise(&merged)?)
    }

    fn optimise(&self, file: &Path) -> anyhow::Result<Vec<u8>> {
        let out = file.with_extension("opt.wasm");
        let mut opt = self.project.command("wasm-opt");
        opt.args(["--strip-producers", "--strip-target-features"]).args(WASM_FEATURES);
        // What is put into its only caller is no longer named in a stack.
        opt.args(if self.names { ["-O1", "-g"] } else { ["-Oz", "--strip-debug"] });
        run(opt.arg(file).arg("-o").arg(&out))?;
        fs::read(&out).with_context(|| out.display().to_string())
    }

    /// The main module without what nobody calls, and with short names in it and in the glue.
    fn main_module(&self) -> anyhow::Result<Vec<u8>> {
        let mut glue = Glue::read(&fs::read_to_string(self.work.join("app.js"))?)?;
        let mut wanted = glue.called();
        for entry in fs::read_dir(self.work)? {
            let path = entry?.path();
            if is_part(&path) {
                let imports = wasm::imports(&fs::read(&path)?)?;
                wanted.extend(imports.into_iter().filter(|i| i.module == SHARES).map(|i| i.name));
            }
        }
        let whole = fs::read(self.work.join("app_bg.wasm"))?;
        let kept =
            wasm::rewrite(&whole, |_| {}, |name| wanted.iter().any(|w| w == name).then(|| name.to_owned()))?;
        let path = self.work.join("main.wasm");
        fs::write(&path, kept)?;
        let small = wasm::without_null_segments(&self.optimise(&path)?)?;

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
        fs::write(self.work.join("app.js"), glue.text())?;
        Ok(small)
    }

    /// Glue and loader as one minified script without top-level await.
    fn bundle(&self) -> anyhow::Result<Vec<u8>> {
        let entry: PathBuf = self.work.join("entry.js");
        fs::write(&entry, include_str!("split/entry.js"))?;
        let out = self.work.join("entry.min.js");
        let mut esbuild = self.project.command("esbuild");
        esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2019", "--log-level=warning"]);
        // The glue's own guess of the module's address is never used.
        esbuild.args(["--define:import.meta.url=location.href", "--legal-comments=none"]);
        esbuild.arg(format!("--define:NAMES={}", self.names));
        run(esbuild.arg(&entry).arg(format!("--outfile={}", out.display())))?;
        fs::read(&out).with_context(|| out.display().to_string())
    }
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
}

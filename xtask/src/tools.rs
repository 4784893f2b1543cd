//! What the commands need on the machine, at pinned versions. What is there is left alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::project::{Project, cargo_home, run};

const TRUNK: &str = "0.21.14";
const GECKODRIVER: &str = "0.37.1";
/// Must fit `wasm_split_helpers` in Cargo.lock. The crate that is called wasm-split-cli is another one.
const WASM_SPLIT: &str = "0.2.4";
const REQUIREMENTS: &str = "tools/python/requirements.txt";
const PYTHON: &str = "target/tools/py";
/// The host mini program, whose checks come from npm.
pub(crate) const HOST: &str = "hosts/wechat-mini-program";
/// Browsers and drivers of the end-to-end tests, and what reads codes on their pictures; without the font every Chinese
/// character is a box.
const BROWSERS: [&str; 8] = [
    "chromium",
    "chromium-driver",
    "firefox-esr",
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "fonts-wqy-microhei",
    "zbar-tools",
];

/// What serves the portal with deploy/nginx.conf.
const NGINX: [&str; 2] = ["nginx", "libnginx-mod-http-brotli-static"];

/// Groups of tools that a command asks for.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    /// Parts of the pinned Rust toolchain: the wasm target, rustfmt, clippy, rust-src.
    pub(crate) rust: bool,
    /// Node, and the programs of tools/npm.
    pub(crate) npm: bool,
    /// Node, and what the host mini program is checked with.
    pub(crate) host: bool,
    /// wasm-bindgen and wasm-split.
    pub(crate) wasm: bool,
    /// Trunk, which only builds for development use.
    pub(crate) trunk: bool,
    /// nginx with what it needs to serve the portal.
    pub(crate) nginx: bool,
    /// Lighthouse and the reference pages.
    pub(crate) bench: bool,
    /// The three browser engines and their drivers.
    pub(crate) browsers: bool,
    /// schemathesis, in a virtual environment.
    pub(crate) python: bool,
}

impl Need {
    /// Nothing at all.
    pub(crate) const NOTHING: Self = Self {
        rust: false,
        npm: false,
        host: false,
        wasm: false,
        trunk: false,
        nginx: false,
        bench: false,
        browsers: false,
        python: false,
    };
    /// What building the portal for release takes.
    pub(crate) const BUILD: Self = Self { rust: true, npm: true, wasm: true, ..Self::NOTHING };
    /// What a build for development takes.
    pub(crate) const DEV: Self = Self { trunk: true, ..Self::BUILD };
    /// What the full test takes.
    pub(crate) const ALL: Self =
        Self { host: true, nginx: true, browsers: true, python: true, ..Self::BUILD };

    /// What either of the two needs.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            rust: self.rust || other.rust,
            npm: self.npm || other.npm,
            host: self.host || other.host,
            wasm: self.wasm || other.wasm,
            trunk: self.trunk || other.trunk,
            nginx: self.nginx || other.nginx,
            bench: self.bench || other.bench,
            browsers: self.browsers || other.browsers,
            python: self.python || other.python,
        }
    }
}

/// Installs what is missing of `need`.
///
/// # Errors
/// When something can't be installed; the message says what to do by hand.
pub(crate) fn ensure(project: &Project, need: Need) -> anyhow::Result<()> {
    if need.rust {
        toolchain(project)?;
    }
    debian(project, need)?;
    if need.npm {
        npm(project, "tools/npm")?;
    }
    if need.host {
        npm(project, HOST)?;
    }
    if need.bench {
        npm(project, "bench")?;
    }
    if need.wasm {
        // `--locked` does not build wasm-bindgen-cli 0.2.130: its lock file is older than its manifest.
        let bindgen = locked_bindgen(project)?;
        cargo_tool(
            project,
            &CargoTool::new("wasm-bindgen-cli", "wasm-bindgen", &bindgen, "5-15").unlocked(),
        )?;
        let split = CargoTool::new("wasm_split_cli_support", "wasm-split-cli", WASM_SPLIT, "1-3");
        cargo_tool(project, &split.unlocked().feature("build-binary"))?;
    }
    if need.trunk {
        cargo_tool(project, &CargoTool::new("trunk", "trunk", TRUNK, "15-20"))?;
    }
    if need.browsers {
        cargo_tool(project, &CargoTool::new("geckodriver", "geckodriver", GECKODRIVER, "5-10"))?;
    }
    if need.python {
        python(project)?;
    }
    Ok(())
}

/// The program of the virtual environment, ready after [`ensure`] with `python`.
pub(crate) fn schemathesis(project: &Project) -> std::path::PathBuf {
    project.path(PYTHON).join("bin/schemathesis")
}

fn toolchain(project: &Project) -> anyhow::Result<()> {
    let file = fs::read_to_string(project.path("rust-toolchain.toml"))?;
    let targets = list(&file, "targets");
    let components = list(&file, "components");
    if project.ask("rustup", &["--version"]).is_none() {
        let sysroot = project.ask("rustc", &["--print", "sysroot"]).context("no rustc on PATH")?;
        for part in targets.iter().map(String::as_str).chain(["src"]) {
            if !Path::new(&sysroot).join("lib/rustlib").join(part).is_dir() {
                bail!("{part} is missing in {sysroot} and there is no rustup to add it");
            }
        }
        return Ok(());
    }
    let installed = |kind: &str| {
        let output = project.command("rustup").args([kind, "list", "--installed"]).output()?;
        anyhow::Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for (kind, wanted) in [("target", targets), ("component", components)] {
        let there = installed(kind)?;
        let missing: Vec<_> = wanted
            .into_iter()
            .filter(|name| !there.lines().any(|line| line.starts_with(name.as_str())))
            .collect();
        if !missing.is_empty() {
            run(project.command("rustup").args([kind, "add"]).args(missing))?;
        }
    }
    Ok(())
}

/// The strings of `key = ["a", "b"]`, which is all that rust-toolchain.toml uses of TOML.
fn list(toml: &str, key: &str) -> Vec<String> {
    let line = toml.lines().find(|line| line.split('=').next().is_some_and(|name| name.trim() == key));
    line.map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect()).unwrap_or_default()
}

fn debian(project: &Project, need: Need) -> anyhow::Result<()> {
    let there = |program: &str, flag: &str| project.ask(program, &[flag]).is_some();
    let installed = |package: &str| {
        project.ask("dpkg-query", &["-W", "-f", "${db:Status-Status}", package]).as_deref()
            == Some("installed")
    };
    let mut missing = Vec::new();
    if need.npm || need.host || need.bench {
        missing.extend(["node", "npm"].iter().filter(|p| !there(p, "--version")).map(|p| match *p {
            "node" => "nodejs",
            other => other,
        }));
    }
    if need.python && !project.path(PYTHON).is_dir() {
        if !there("python3", "--version") {
            missing.push("python3");
        }
        if project.ask("python3", &["-c", "import ensurepip, venv"]).is_none() {
            missing.push("python3-venv");
        }
    }
    if need.browsers {
        missing.extend(BROWSERS.iter().filter(|package| !installed(package)));
    }
    if need.nginx {
        missing.extend(NGINX.iter().filter(|package| !installed(package)));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if !there("apt-get", "--version") {
        bail!("these Debian packages are missing, and apt-get is not here: {}", missing.join(" "));
    }
    let root = project.ask("id", &["-u"]).as_deref() == Some("0");
    if !root && project.ask("sudo", &["-n", "true"]).is_none() {
        bail!("packages are missing; as root, run: apt-get update && {by_hand}");
    }
    let apt = || -> Command {
        let mut command = project.command(if root { "apt-get" } else { "sudo" });
        command.env("DEBIAN_FRONTEND", "noninteractive");
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command
    };
    println!("Debian packages that are missing: {} (some minutes)", missing.join(" "));
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(missing))
}

/// What the lock file in a folder names, once for each lock file.
fn npm(project: &Project, folder: &str) -> anyhow::Result<()> {
    let folder = project.path(folder);
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| lock.display().to_string())?;
    stamped(&folder.join("node_modules/.stamp"), &lock, || {
        run(project.command("npm").current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]))
    })
}

fn python(project: &Project) -> anyhow::Result<()> {
    let folder = project.path(PYTHON);
    let requirements = fs::read(project.path(REQUIREMENTS)).context(REQUIREMENTS)?;
    stamped(&folder.join(".stamp"), &requirements, || {
        run(project.command("python3").args(["-m", "venv", "--clear", PYTHON]))?;
        let pip = folder.join("bin/pip");
        run(project.command(pip).args(["install", "--quiet", "--requirement", REQUIREMENTS]))
    })
}

/// Does `install` unless the stamp says that it was done for this very input.
fn stamped(stamp: &Path, input: &[u8], install: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let hash = hex(&Sha256::digest(input));
    if fs::read_to_string(stamp).is_ok_and(|old| old == hash) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, hash).with_context(|| format!("writing {}", stamp.display()))
}

/// A program that cargo installs.
struct CargoTool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    minutes: &'a str,
    locked: bool,
    feature: Option<&'a str>,
}

impl<'a> CargoTool<'a> {
    fn new(package: &'a str, program: &'a str, version: &'a str, minutes: &'a str) -> Self {
        Self { package, program, version, minutes, locked: true, feature: None }
    }

    /// Without its lock file.
    fn unlocked(self) -> Self {
        Self { locked: false, ..self }
    }

    /// With a feature, which nobody has built for us: it is never fetched ready made.
    fn feature(self, feature: &'a str) -> Self {
        Self { feature: Some(feature), ..self }
    }

    /// Whether the program that would run is of this version; `None` when there is no such program.
    fn is_there(&self, project: &Project) -> Option<bool> {
        let named = |text: &str, version: &str| text.split(' ').any(|word| word == version);
        if let Some(line) = project.ask(self.program, &["--version"]) {
            return Some(named(&line, self.version));
        }
        // wasm-split-cli doesn't tell its version; cargo knows what it installed.
        project.ask(self.program, &["--help"])?;
        let roots = [Some(project.path(".tools")), cargo_home()].into_iter().flatten();
        let first = roots.into_iter().find(|root| root.join("bin").join(self.program).is_file())?;
        let output =
            project.command("cargo").args(["install", "--list", "--root"]).arg(first).output().ok()?;
        let list = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(list.lines().any(|line| line.starts_with(&format!("{} v{}:", self.package, self.version))))
    }
}

fn cargo_tool(project: &Project, tool: &CargoTool<'_>) -> anyhow::Result<()> {
    let CargoTool { package, program, version, minutes, .. } = *tool;
    let there = tool.is_there(project);
    if there == Some(true) {
        return Ok(());
    }
    // Another version in cargo's own folder belongs to somebody else's project.
    let root = match cargo_home() {
        Some(home) if there.is_none() => home,
        _ => project.path(".tools"),
    };
    if tool.feature.is_none() && project.ask("cargo-binstall", &["-V"]).is_some() {
        println!("{package} {version} is missing: fetching it");
        let mut fetch = project.command("cargo-binstall");
        fetch.args(["--no-confirm", "--disable-strategies", "compile", "--root"]).arg(&root);
        if run(fetch.arg(format!("{package}@{version}"))).is_ok() && tool.is_there(project) == Some(true) {
            return Ok(());
        }
    }
    println!("{package} {version} is missing: building it from source ({minutes} minutes on two cores)");
    let mut install = project.command("cargo");
    install.args(["install", package, "--version", version, "--force", "--root"]).arg(&root);
    if tool.locked {
        install.arg("--locked");
    }
    if let Some(feature) = tool.feature {
        install.args(["--features", feature]);
    }
    install
        .env("CARGO_TARGET_DIR", project.path("target/tools"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .stdin(Stdio::null());
    run(&mut install)?;
    if tool.is_there(project) != Some(true) {
        bail!("{program} is not version {version} after installing it");
    }
    Ok(())
}

/// The command-line tool must be of the very version that Cargo.lock names.
fn locked_bindgen(project: &Project) -> anyhow::Result<String> {
    let lock = fs::read_to_string(project.path("Cargo.lock")).context("Cargo.lock")?;
    lock.split_once("name = \"wasm-bindgen\"\nversion = \"")
        .and_then(|(_, rest)| rest.split('"').next())
        .map(str::to_owned)
        .context("Cargo.lock names no wasm-bindgen")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolchain_file_is_understood() {
        let file = "[toolchain]\nchannel = \"1.95.0\"\ntargets = [\"wasm32-unknown-unknown\"]\ncomponents = [\"clippy\", \"rust-src\"]\n";
        assert_eq!(list(file, "targets"), ["wasm32-unknown-unknown"]);
        assert_eq!(list(file, "components"), ["clippy", "rust-src"]);
        assert!(list(file, "none").is_empty());
    }
}

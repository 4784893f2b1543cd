//! Where the checkout is, and how commands run in it.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The checkout that the command was called in.
pub(crate) struct Project {
    /// The folder of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
}

impl Project {
    /// Looks for the workspace upwards from the current folder.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let here = env::current_dir()?;
        let root = here
            .ancestors()
            .find(|dir| dir.join("xtask/Cargo.toml").is_file())
            .context("call this inside the checkout: no folder above holds xtask/Cargo.toml")?;
        Ok(Self { root: root.to_owned() })
    }

    /// A path inside the checkout.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A command in the checkout's root, with the project's own tools first on PATH.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut dirs = vec![self.path(".tools/bin"), self.path("tools/npm/node_modules/.bin")];
        dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        if let Some(home) = cargo_home() {
            dirs.push(home.join("bin"));
        }
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        if let Ok(path) = env::join_paths(dirs) {
            command.env("PATH", path);
        }
        command
    }

    /// The first line that a command prints, or nothing when it can't run or fails.
    pub(crate) fn ask(&self, program: &str, args: &[&str]) -> Option<String> {
        let output =
            self.command(program).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
    }
}

/// Cargo's own folder, whose bin/ it installs programs into.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
}

/// Prints a command the way it would be typed, then runs it.
///
/// # Errors
/// When it can't be started or says that it failed.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = print(command);
    let status = command.status().with_context(|| format!("can't start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Like [`run`], and hands each line of standard output to `see` after printing it.
///
/// # Errors
/// Like [`run`].
pub(crate) fn run_seeing(command: &mut Command, mut see: impl FnMut(&str)) -> anyhow::Result<()> {
    let line = print(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("can't start `{line}`"))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{text}");
            see(&text);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

fn print(command: &Command) -> String {
    let mut line = String::new();
    for (name, value) in command.get_envs() {
        if let (true, Some(value)) = (name != "PATH" && name != "XTASK", value) {
            line.push_str(&format!("{}={} ", name.to_string_lossy(), quoted(value)));
        }
    }
    let program = Path::new(command.get_program());
    line.push_str(&program.file_name().unwrap_or(program.as_os_str()).to_string_lossy());
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&quoted(arg));
    }
    println!("$ {line}");
    line
}

fn quoted(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    if text.contains([' ', '\'', ';', '*', '>', '<']) { format!("'{text}'") } else { text.into_owned() }
}

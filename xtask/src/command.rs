//! Running other programs from the root of the repository: shown before they run, checked after.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The same for all that compiles the workspace, so that nothing is compiled twice.
pub(crate) const WITH_SOFTPHONE: &str = "--features=hullo-server/softphone";

/// The root of the repository, absolute.
pub(crate) fn root() -> &'static Path {
    // Invariant: xtask is a direct child of the root, so its manifest folder has a parent.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The same cargo that runs this program, in the root.
pub(crate) fn cargo<const N: usize>(args: [&str; N]) -> Command {
    program(
        &std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()),
        args,
    )
}

/// npm, in `web/`.
pub(crate) fn npm<const N: usize>(args: [&str; N]) -> Command {
    let mut command = program("npm", args);
    command.current_dir(root().join("web"));
    command
}

/// A program that an npm package brought (`node_modules/.bin`), run in `folder` of `web/`.
pub(crate) fn node_bin<const N: usize>(name: &str, folder: &str, args: [&str; N]) -> Command {
    let path: PathBuf = root().join("web/node_modules/.bin").join(name);
    let mut command = program(&path.to_string_lossy(), args);
    command.current_dir(root().join("web").join(folder));
    command
}

/// Any program, in the root.
pub(crate) fn program<const N: usize>(name: &str, args: [&str; N]) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// Prints the command, runs it with its output shown, and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    println!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs the command silently and gives its standard output; its errors are shown.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let line = line_of(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` wrote no UTF-8"))
}

/// The command as one would type it, programs of the repository and of cargo by their short names.
pub(crate) fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

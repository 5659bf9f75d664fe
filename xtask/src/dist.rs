//! `cargo xtask dist`: what one gives to others, in `dist/`: the npm packages, the stand-alone script, the program for this
//! machine, and their checksums.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, output_of, program, root, run, target_folder};
use crate::{setup, web};

/// What `sha256sum --check` reads.
const CHECKSUMS: &str = "SHA256SUMS";

/// Builds all of it as for a release, in place of what was there.
pub(crate) fn build() -> Result<()> {
    setup::build_tools()?;
    web::build()?;
    let folder = root().join("dist");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    run(program("node", ["web/pack.mjs"]).arg(&folder))?;
    let script = root().join("web/ui/dist/hullo.standalone.js");
    copy(&script, &folder.join("hullo.standalone.js"))?;

    run(&mut cargo([
        "build",
        "--release",
        "--locked",
        "--package=hullo-server",
        "--bin=hullo",
    ]))?;
    let built = target_folder().join("release/hullo");
    copy(&built, &folder.join(program_name()?))?;

    let checksums = checksums_of(&folder)?;
    fs::write(folder.join(CHECKSUMS), &checksums)?;
    println!("\nin {}:\n{checksums}", folder.display());
    Ok(())
}

/// `hullo-0.1.0-x86_64-unknown-linux-gnu`: the version, and for which machines.
fn program_name() -> Result<String> {
    let told = output_of(&mut program("rustc", ["--version", "--verbose"]))?;
    let Some(host) = told.lines().find_map(|line| line.strip_prefix("host: ")) else {
        bail!("rustc does not say for which machine it builds");
    };
    Ok(format!("hullo-{}-{host}", env!("CARGO_PKG_VERSION")))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// A line for each file of the folder, in order.
fn checksums_of(folder: &Path) -> Result<String> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.file_name().is_some_and(|name| name != CHECKSUMS));
    paths.sort();
    let mut lines = String::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let told = output_of(program("sha256sum", ["--binary"]).arg(&path))?;
        let Some(sum) = told.split_whitespace().next() else {
            bail!("sha256sum said nothing of {name}");
        };
        writeln!(lines, "{sum} *{name}")?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_name_each_file_once_and_not_themselves() {
        let folder = std::env::temp_dir().join(format!("hullo-dist-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("b"), "abc").unwrap();
        fs::write(folder.join("a"), "").unwrap();
        fs::write(folder.join(CHECKSUMS), "old").unwrap();
        assert_eq!(
            checksums_of(&folder).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 *a\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *b\n"
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn program_is_named_after_version_and_machine() {
        let name = program_name().unwrap();
        assert!(name.starts_with("hullo-0."), "{name}");
        assert!(name.matches('-').count() >= 3, "{name}");
    }
}

//! `cargo xtask wasm`: crates/wasm -> wasm-bindgen -> wasm-opt -> web/sdk/wasm. Skipped while its inputs stay the same.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{cargo, node_bin, output_of, program, root, run, target_folder};
use crate::size::Size;

/// Everything that decides the outcome, relative to the root.
const INPUTS: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/core",
    "crates/protocol",
    "crates/wasm",
    "web/package-lock.json",
    "web/sdk/inline.mjs",
    "xtask/src/wasm.rs",
];

/// What the SDK imports, relative to `folder()`.
const OUTPUTS: [&str; 5] = [
    "hullo_wasm.js",
    "hullo_wasm.d.ts",
    "hullo_wasm_bg.wasm",
    "hullo_wasm_inline.js",
    "hullo_wasm_inline.d.ts",
];

/// Where the generated files go; ignored by git.
pub(crate) fn folder() -> PathBuf {
    root().join("web/sdk/wasm")
}

/// Brings `web/sdk/wasm` up to date and prints the size of the module.
pub(crate) fn build() -> Result<()> {
    let folder = folder();
    let stamp_file = folder.join(".stamp");
    let stamp = stamp_of_inputs()?;
    let is_current = OUTPUTS.iter().all(|name| folder.join(name).exists())
        && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp);
    if is_current {
        println!("wasm: up to date");
    } else {
        generate(&folder)?;
        fs::write(&stamp_file, stamp)?;
    }
    println!(
        "wasm: {}",
        Size::of_file(&folder.join("hullo_wasm_bg.wasm"))?
    );
    Ok(())
}

fn generate(folder: &Path) -> Result<()> {
    // A target folder of its own: the profile and the target share nothing with a native build, and neither waits
    // for the other's lock.
    let target = target_folder().join("wasm-build");
    run(cargo([
        "build",
        "--package=hullo-wasm",
        "--profile=wasm",
        "--target=wasm32-unknown-unknown",
    ])
    .env("CARGO_TARGET_DIR", &target))?;

    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let built = target.join("wasm32-unknown-unknown/wasm/hullo_wasm.wasm");
    Bindgen::new()
        .input_path(&built)
        .web(true)?
        .typescript(true)
        // No `new URL('hullo_wasm_bg.wasm', import.meta.url)` in the glue: not every bundler finds a file by it, and those
        // that do would carry the module twice.
        .omit_default_module_path(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen cannot read {}", built.display()))?;

    let module = folder.join("hullo_wasm_bg.wasm");
    run(&mut node_bin(
        "wasm-opt",
        "sdk",
        [
            "-Oz",
            "wasm/hullo_wasm_bg.wasm",
            "-o",
            "wasm/optimised.wasm",
        ],
    ))?;
    fs::rename(folder.join("optimised.wasm"), &module)?;
    run(program("node", ["inline.mjs"]).current_dir(root().join("web/sdk")))
}

/// A hash over the content of all inputs and the compiler's version.
fn stamp_of_inputs() -> Result<String> {
    let mut hasher = DefaultHasher::new();
    output_of(&mut program("rustc", ["--version"]))?.hash(&mut hasher);
    for input in INPUTS {
        hash_path(&root().join(input), &mut hasher)?;
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn hash_path(path: &Path, hasher: &mut impl Hasher) -> Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        entries.sort();
        entries
            .iter()
            .try_for_each(|entry| hash_path(entry, hasher))
    } else {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        bytes.hash(hasher);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(folder: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        hash_path(folder, &mut hasher).unwrap();
        hasher.finish()
    }

    #[test]
    fn stamp_follows_content_and_names_of_nested_files() {
        let folder = std::env::temp_dir().join(format!("hullo-xtask-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/a.rs"), "one").unwrap();
        let first = hash_of(&folder);
        assert_eq!(first, hash_of(&folder));

        fs::write(folder.join("src/a.rs"), "two").unwrap();
        let changed = hash_of(&folder);
        assert_ne!(first, changed);

        fs::rename(folder.join("src/a.rs"), folder.join("src/b.rs")).unwrap();
        assert_ne!(changed, hash_of(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }
}

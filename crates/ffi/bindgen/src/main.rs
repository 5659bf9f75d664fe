//! `hullo-bindgen LIBRARY FOLDER`: writes what Python, Kotlin and Swift need to call the library, each into a folder of its name.
//! A program of its own because the generator takes minutes to build; `cargo xtask bindings` runs it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [library, folder] = &arguments[..] else {
        bail!("usage: hullo-bindgen LIBRARY FOLDER");
    };
    for (name, language) in [
        ("python", TargetLanguage::Python),
        ("kotlin", TargetLanguage::Kotlin),
        ("swift", TargetLanguage::Swift),
    ] {
        let options = GenerateOptions {
            languages: vec![language],
            source: library.clone().try_into()?,
            out_dir: folder.join(name).try_into()?,
            format: false,
            ..GenerateOptions::default()
        };
        generate(options).with_context(|| format!("for {name}"))?;
    }
    Ok(())
}

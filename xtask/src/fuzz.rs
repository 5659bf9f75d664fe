//! `cargo xtask fuzz`: the targets of `fuzz/` under libFuzzer, each for some time. Stable Rust is enough: what counts the
//! covered edges is in the compiler, and libFuzzer comes with a crate.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::command::{self, cargo, output_of, program, root, target_folder};

/// What cargo-fuzz sets, without a sanitizer: the code has no `unsafe` to look after.
const FLAGS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=4",
];

/// Options of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only targets whose name contains this
    target: Option<String>,
    /// How long each is fuzzed
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Afterwards, add what covers more to the committed corpus
    #[arg(long)]
    keep: bool,
}

/// Fuzzes each target; fails at the first finding, whose file it names.
pub(crate) fn run(options: &Options) -> Result<()> {
    let host = host()?;
    let folder = target_folder().join("fuzz");
    // With a target named, build scripts and macros are built without the flags.
    command::run(
        cargo([
            "build",
            "--release",
            "--package=hullo-fuzz",
            "--features=libfuzzer",
            "--bin=hullo-fuzz",
            "--target",
            &host,
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none"),
    )?;
    let fuzzer = folder.join(&host).join("release/hullo-fuzz");
    let targets = targets(options.target.as_deref())?;
    for target in &targets {
        println!("\n=== {target} ===");
        fuzz(&fuzzer, target, options.seconds, &folder)?;
        if options.keep {
            keep(&fuzzer, target, &folder)?;
        }
    }
    Ok(())
}

/// The folders of the corpus are the names of the targets; a test holds the two equal.
fn targets(filter: Option<&str>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/corpus"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if filter.is_none_or(|filter| name.contains(filter)) {
            names.push(name);
        }
    }
    if names.is_empty() {
        bail!("no target is called like `{}`", filter.unwrap_or_default());
    }
    names.sort();
    Ok(names)
}

fn fuzz(fuzzer: &Path, target: &str, seconds: u32, folder: &Path) -> Result<()> {
    let found = folder.join("corpus").join(target);
    fs::create_dir_all(&found)?;
    let failures = folder.join("failures").join(target);
    fs::create_dir_all(&failures)?;
    let committed = root().join("fuzz/corpus").join(target);
    let arguments = [
        format!("-max_total_time={seconds}"),
        format!("-artifact_prefix={}/", failures.display()),
        "-max_len=16384".to_owned(),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=2048".to_owned(),
        "-print_final_stats=1".to_owned(),
        "-verbosity=0".to_owned(),
    ];
    command::run(
        program(&fuzzer.to_string_lossy(), [])
            .args(arguments)
            .arg(&found)
            .arg(&committed)
            .env("HULLO_FUZZ_TARGET", target),
    )
    .with_context(|| format!("{target} has a finding, in {}", failures.display()))
}

/// The smallest set that covers what was found goes into the repository.
fn keep(fuzzer: &Path, target: &str, folder: &Path) -> Result<()> {
    command::run(
        program(&fuzzer.to_string_lossy(), ["-merge=1", "-max_len=2048"])
            .arg(root().join("fuzz/corpus").join(target))
            .arg(folder.join("corpus").join(target))
            .env("HULLO_FUZZ_TARGET", target),
    )
}

fn host() -> Result<String> {
    let version = output_of(&mut program("rustc", ["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .context("rustc does not say what it runs on")?
        .to_owned())
}

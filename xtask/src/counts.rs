//! `cargo xtask test counts`: how many instructions the hot paths take, counted by callgrind, against committed counts. Unlike
//! times they are the same on a busy machine, so that a change that makes a path dearer is seen in the tests.
//!
//! Callgrind by itself: of gungraun, which wraps it, only this one number would be used, and its runner is one more program
//! to compile on each machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::command::{self, cargo, output_of, program, root, target_folder};
use crate::setup;

/// The parts of `crates/core/examples/counts.rs`.
const PARTS: [&str; 5] = [
    "hub_call",
    "hub_change_of_100",
    "request_parse",
    "event_encode",
    "event_read",
];

/// How far a count may be from the committed one, in percent: with the compiler that made it, and with another.
const TOLERANCE: f64 = 4.0;
const TOLERANCE_OF_OTHERS: f64 = 25.0;

/// With this in the environment the counts are committed again.
const UPDATE: &str = "HULLO_UPDATE_COUNTS";

/// Counts, and fails if a path has become dearer, or so much cheaper that the committed count says nothing any more.
pub(crate) fn check() -> Result<()> {
    setup::valgrind()?;
    command::run(&mut cargo([
        "build",
        "--release",
        "--package=hullo-core",
        "--example=counts",
    ]))?;
    let compiler = output_of(&mut program("rustc", ["--version"]))?
        .trim()
        .to_owned();
    let mut counts = BTreeMap::new();
    for part in PARTS {
        counts.insert(part, count(part)?);
    }
    let file = root().join("docs/performance/counts.json");
    if std::env::var_os(UPDATE).is_some() {
        let text =
            serde_json::to_string_pretty(&json!({ "compiler": compiler, "counts": counts }))?;
        return Ok(fs::write(file, text + "\n")?);
    }
    let committed: Value = serde_json::from_str(
        &fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?,
    )?;
    let tolerance = match committed["compiler"] == compiler.as_str() {
        true => TOLERANCE,
        false => TOLERANCE_OF_OTHERS,
    };
    let off = compare(&counts, &committed["counts"], tolerance);
    for line in &off {
        println!("{line}");
    }
    match off.is_empty() {
        true => Ok(()),
        false => bail!(
            "the counts are not the committed ones; if that is meant, say why in the commit and run {UPDATE}=1 cargo xtask \
             test counts"
        ),
    }
}

/// A line for each that is off.
fn compare(counts: &BTreeMap<&str, u64>, committed: &Value, tolerance: f64) -> Vec<String> {
    let mut off = Vec::new();
    for (part, count) in counts {
        let was = committed[part].as_f64().unwrap_or(0.0);
        let percent = (*count as f64 / was.max(1.0) - 1.0) * 100.0;
        println!("{part:<20} {count:>12} instructions ({percent:+.1} %)");
        if percent.abs() > tolerance {
            off.push(format!(
                "{part}: {count} instructions, committed {was:.0}: {percent:+.1} %"
            ));
        }
    }
    off
}

fn count(part: &str) -> Result<u64> {
    let example: PathBuf = target_folder().join("release/examples/counts");
    let mut valgrind = program(
        "valgrind",
        [
            "--tool=callgrind",
            "--toggle-collect=*counts*measured*",
            "--callgrind-out-file=/dev/null",
        ],
    );
    let output = valgrind
        .arg(&example)
        .arg(part)
        .output()
        .context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, count)| count.trim().parse::<u64>().ok());
    match collected {
        Some(count @ 1..) if output.status.success() => Ok(count),
        _ => bail!("callgrind has counted nothing in {part}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_is_off_when_it_is_dearer_or_much_cheaper() {
        let counts = BTreeMap::from([("same", 103), ("dearer", 110), ("cheaper", 80), ("new", 5)]);
        let committed = json!({ "same": 100, "dearer": 100, "cheaper": 100 });
        let off = compare(&counts, &committed, 4.0);
        assert_eq!(off.len(), 3, "{off:?}");
        assert!(off[1].starts_with("dearer: 110 instructions, committed 100: +10.0 %"));
    }
}

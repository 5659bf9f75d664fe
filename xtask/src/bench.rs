//! `cargo xtask bench`: the figures that exist so far. Benchmarks join by appearing as `crates/*/benches`.

use std::time::Instant;

use anyhow::Result;

use crate::command::{self, cargo, root};
use crate::{setup, web};

/// Seeds for the simulator: enough to run for seconds in release.
const SEEDS: u32 = 5_000;

/// Prints bundle sizes and the simulator's speed, then runs `cargo bench` where there are benches.
pub(crate) fn run() -> Result<()> {
    setup::build_tools()?;
    web::build()?;

    command::run(&mut cargo(["build", "--release", "--package=hullo-sim"]))?;
    let seeds = SEEDS.to_string();
    let started = Instant::now();
    command::run(&mut cargo([
        "run",
        "--release",
        "--quiet",
        "--package=hullo-sim",
        "--",
        "--seeds",
        &seeds,
    ]))?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "sim: {:.0} seeds per second (release)",
        f64::from(SEEDS) / seconds
    );

    if has_benches()? {
        command::run(&mut cargo(["bench", "--workspace"]))?;
    }
    Ok(())
}

fn has_benches() -> Result<bool> {
    for entry in std::fs::read_dir(root().join("crates"))? {
        if entry?.path().join("benches").is_dir() {
            return Ok(true);
        }
    }
    Ok(false)
}

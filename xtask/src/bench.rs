//! `cargo xtask bench`: what a browser downloads, and how fast the simulator is. There are no other benchmarks.

use std::time::Instant;

use anyhow::Result;

use crate::command::{self, cargo};
use crate::{setup, web};

/// Seeds for the simulator: enough to run for seconds in release.
const SEEDS: u32 = 5_000;

/// Prints the sizes of the bundles and the simulator's speed.
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
    Ok(())
}

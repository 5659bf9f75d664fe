//! `cargo xtask sim` and `cargo xtask defects`: the simulator, and the proof that it would notice.

use anyhow::Result;

use crate::command::{self, cargo};

/// Runs the simulator with these arguments.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let program = [
        "run",
        "--quiet",
        "--package=hullo-sim",
        "--bin=hullo-sim",
        "--",
    ];
    command::run(cargo(program).args(args))
}

/// Puts the defects back whose name contains one of `filters`, or all.
pub(crate) fn run_defects(filters: &[String]) -> Result<()> {
    let program = [
        "run",
        "--quiet",
        "--package=hullo-sim",
        "--bin=hullo-defects",
        "--",
    ];
    command::run(cargo(program).args(filters))
}

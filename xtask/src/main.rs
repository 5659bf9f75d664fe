//! Project automation: `cargo xtask demo` starts Hullo from a fresh clone, `cargo xtask test` proves it.
//! Run `cargo xtask --help` for the rest.

mod bench;
mod bindings;
mod command;
mod counts;
mod demo;
mod dist;
mod fuzz;
mod ios;
mod setup;
mod sim;
mod size;
mod test;
mod tidy;
mod wasm;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    about = "Build, run and prove Hullo"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build everything and start `hullo demo`
    Demo {
        /// Arguments for `hullo demo`, after `--`
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Run every check and test; what CI runs
    #[command(visible_alias = "ci")]
    Test {
        /// Run only the steps whose name contains this, and what they need
        filter: Option<String>,
    },
    /// Check the rules of the tree: who may depend on whom, circles, sizes, old words, left-overs
    Tidy,
    /// Build crates/wasm into web/sdk/wasm
    Wasm,
    /// Build the wasm, the SDK, the UI and the demo page; fail when one of them outgrows its budget
    Web,
    /// Build the native library and what Python, Kotlin and Swift need to call it: a wheel and a jar, in `target/bindings/`
    Bindings {
        /// As for a release
        #[arg(long)]
        release: bool,
    },
    /// Make what one gives to others, in `dist/`: npm packages, stand-alone script, the program, checksums
    Dist,
    /// Make the C face for iOS, an XCFramework, on a Mac; elsewhere print how
    Ios,
    /// Install what a bare machine lacks: the wasm target, npm packages, Chromium, cargo-deny, Java and Python packages for the tests
    Setup,
    /// Simulate calls on a hostile network: `--calls 100000`, or `--seed 7 --verbose`; see `--help` of it
    Sim {
        /// Arguments for `hullo-sim`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Put known defects back, one at a time, and demand that each is caught
    Defects {
        /// Only those whose name contains one of these
        filters: Vec<String>,
    },
    /// Fuzz every decoder that takes bytes from outside, each for a minute
    Fuzz(fuzz::Options),
    /// Measure what calls, sessions and logins cost the server, and write docs/performance.md; `--only sizes`: the simulator
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo { args } => demo::run(&args),
        Task::Test { filter } => test::run(filter.as_deref()),
        Task::Tidy => tidy::run(),
        Task::Wasm => setup::build_tools().and_then(|()| wasm::build()),
        Task::Web => setup::build_tools().and_then(|()| web::build()),
        Task::Bindings { release: false } => bindings::build(bindings::Profile::Dev),
        Task::Bindings { release: true } => bindings::build(bindings::Profile::Release),
        Task::Dist => dist::build(),
        Task::Ios => ios::build(),
        Task::Setup => setup::build_tools()
            .and_then(|()| setup::test_tools())
            .and_then(|()| setup::cargo_deny().map(drop))
            .and_then(|()| setup::binding_tools().map(drop)),
        Task::Sim { args } => sim::run(&args),
        Task::Defects { filters } => sim::run_defects(&filters),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Bench(options) => bench::run(&options),
    }
}

//! Runs simulated worlds and says what happened in them; see the crate's documentation.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use hullo_sim::{Kind, report, run, tally::Tally};

/// Lines of history shown for a failing seed.
const REPORT_LINES: usize = 40;

/// Simulates Hullo on a virtual clock and a hostile network.
#[derive(Debug, Parser)]
#[command(name = "hullo-sim", version)]
struct Arguments {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000, conflicts_with = "seed")]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0, conflicts_with = "seed")]
    start: u64,
    /// Replays one seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Storms at the hub in place of worlds.
    #[arg(long)]
    storm: bool,
    /// Prints the whole history of that seed.
    #[arg(long, requires = "seed")]
    verbose: bool,
    /// Goes on after a failing seed, and counts the failures by invariant.
    #[arg(long, conflicts_with = "seed")]
    keep_going: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let kind = if arguments.storm {
        Kind::Storm
    } else {
        Kind::World
    };
    match arguments.seed {
        Some(seed) => replay(kind, seed, arguments.verbose),
        None => run_many(kind, &arguments),
    }
}

fn replay(kind: Kind, seed: u64, verbose: bool) -> ExitCode {
    let outcome = run(kind, seed, verbose);
    for line in &outcome.trace {
        println!("{line}");
    }
    println!("{}", outcome.tally);
    match outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) if verbose => {
            println!("seed {seed}: {violation}");
            ExitCode::FAILURE
        }
        Some(violation) => {
            println!("{}", report(kind, seed, &violation, REPORT_LINES));
            ExitCode::FAILURE
        }
    }
}

fn run_many(kind: Kind, arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut failures: Vec<(u64, &'static str)> = Vec::new();
    // A violation by panic is reported with its seed; the message by itself says little.
    std::panic::set_hook(Box::new(|_| {}));
    for seed in (arguments.start..).take(usize::try_from(arguments.seeds).unwrap_or(usize::MAX)) {
        let outcome = run(kind, seed, false);
        tally.add(&outcome.tally);
        if let Some(violation) = outcome.violation {
            if !arguments.keep_going {
                println!("{}", report(kind, seed, &violation, REPORT_LINES));
                return ExitCode::FAILURE;
            }
            println!("seed {seed}: {violation}");
            failures.push((seed, violation.invariant));
        }
    }
    print!("{tally}");
    println!(
        "{} seeds in {:.1} s, {} failed",
        arguments.seeds,
        began.elapsed().as_secs_f64(),
        failures.len()
    );
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

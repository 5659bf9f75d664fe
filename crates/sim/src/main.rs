//! Runs simulated worlds and says what happened in them; see the crate's documentation.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use hullo_sim::{Keep, Kind, digest::Digest, report, run, run_stats::RunStats};

/// Lines of history shown for a failing seed.
const REPORT_LINES: usize = 40;
/// Seeds that are run when nothing else is said.
const SEEDS: u64 = 1_000;

/// Simulates Hullo on a virtual clock and a hostile network.
#[derive(Debug, Parser)]
#[command(name = "hullo-sim", version)]
struct Arguments {
    /// The seed to replay; with `--calls` or `--seeds` the first of several.
    #[arg(long)]
    seed: Option<u64>,
    /// Goes on with the next seeds until this many calls have ended.
    #[arg(long, conflicts_with = "seeds")]
    calls: Option<u64>,
    /// Runs this many seeds.
    #[arg(long)]
    seeds: Option<u64>,
    /// Fuzzes the hub alone, in place of worlds.
    #[arg(long, alias = "storm")]
    fuzz: bool,
    /// Prints the whole history of the seed.
    #[arg(long, requires = "seed", conflicts_with_all = ["calls", "seeds"])]
    verbose: bool,
    /// Goes on after a failing seed, and counts the findings by invariant.
    #[arg(long)]
    keep_going: bool,
    /// Prints a digest of what clients, store and media plane were told: of each seed, and of all.
    #[arg(long, conflicts_with = "verbose")]
    digest: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let kind = if arguments.fuzz {
        Kind::HubFuzz
    } else {
        Kind::World
    };
    match (arguments.seed, arguments.calls, arguments.seeds) {
        (Some(seed), None, None) if !arguments.digest => replay(kind, seed, arguments.verbose),
        _ => run_many(kind, &arguments),
    }
}

fn replay(kind: Kind, seed: u64, verbose: bool) -> ExitCode {
    let keep = if verbose { Keep::Trace } else { Keep::Counts };
    let outcome = run(kind, seed, keep);
    for line in &outcome.trace {
        println!("{line}");
    }
    println!("{}", outcome.stats);
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
    let mut stats = RunStats::default();
    let mut findings: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
    let first = arguments.seed.unwrap_or(0);
    let (seeds_max, calls_max) = match (arguments.seeds, arguments.calls) {
        (_, Some(calls)) => (u64::MAX, calls),
        (Some(seeds), None) => (seeds, u64::MAX),
        (None, None) if arguments.seed.is_some() => (1, u64::MAX),
        (None, None) => (SEEDS, u64::MAX),
    };
    // A violation by panic is reported with its seed; the message by itself says little.
    std::panic::set_hook(Box::new(|_| {}));
    let keep = match arguments.digest {
        true => Keep::Digest,
        false => Keep::Counts,
    };
    let mut digest = Digest::default();
    let mut seed = first;
    while seed - first < seeds_max && stats.calls() < calls_max {
        let outcome = run(kind, seed, keep);
        if arguments.digest {
            println!("seed {seed}: {}", outcome.digest);
            digest.add_digest(&outcome.digest);
        }
        stats.add(&outcome.stats);
        if let Some(violation) = outcome.violation {
            if !arguments.keep_going {
                println!("{}", report(kind, seed, &violation, REPORT_LINES));
                return ExitCode::FAILURE;
            }
            println!("seed {seed}: {violation}");
            findings.entry(violation.invariant).or_default().push(seed);
        }
        seed += 1;
    }
    print!("{stats}");
    println!(
        "seeds {first}..{seed}: {} calls in {:.1} s",
        stats.calls(),
        began.elapsed().as_secs_f64(),
    );
    if arguments.digest {
        println!("digest of seeds {first}..{seed}: {digest}");
    }
    if findings.is_empty() {
        println!("findings: none");
        return ExitCode::SUCCESS;
    }
    println!("findings by invariant, with their seeds:");
    for (invariant, seeds) in &findings {
        println!("  {:>8} {invariant}: {seeds:?}", seeds.len());
    }
    ExitCode::FAILURE
}

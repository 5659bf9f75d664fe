//! Twenty thousand calls in hostile worlds, a fuzzed hub, and every seed that ever found a bug.

use std::collections::BTreeSet;

use hullo_sim::{Keep, Kind, report, run, run_stats::RunStats};

/// Worlds that each run of the suite simulates; `cargo xtask sim` runs as many as you like.
const WORLDS: u64 = 700;
/// Calls that they must come to.
const CALLS_MIN: u64 = 20_000;
const FUZZ_SEEDS: u64 = 400;
const THREADS: u64 = 2;
const REPORT_LINES: usize = 40;

fn simulate(kind: Kind, seeds: impl IntoIterator<Item = u64>) -> RunStats {
    let mut stats = RunStats::default();
    for seed in seeds {
        let outcome = run(kind, seed, Keep::Counts);
        if let Some(violation) = outcome.violation {
            panic!("{}", report(kind, seed, &violation, REPORT_LINES));
        }
        stats.add(&outcome.stats);
    }
    stats
}

/// The same on all cores that the suite may count on.
fn simulate_all(kind: Kind, count: u64) -> RunStats {
    let mut stats = RunStats::default();
    std::thread::scope(|scope| {
        let part = |thread: u64| (0..count).filter(move |seed| seed % THREADS == thread);
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || simulate(kind, part(thread))))
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(part) => stats.add(&part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    stats
}

/// What has to happen in them.
const EVENTS: [&str; 14] = [
    "accepted on another device",
    "rejected on another device",
    "continued on another device",
    "call waiting",
    "call held",
    "call resumed",
    "participant held",
    "participant reconnected",
    "invite to a group timed out",
    "ended while away",
    "kicked out",
    "signed out",
    "login token runs out soon",
    "login token needed",
];

/// What has to go wrong in them.
const FAULTS: [&str; 28] = [
    "app closed for a while",
    "connection half open",
    "connection reset",
    "request duplicated",
    "event overtaken",
    "frame of a replaced socket",
    "network changed",
    "network cut",
    "signalling cut",
    "media cut",
    "page reloaded",
    "device asleep",
    "server crashed",
    "server crashed between storing and delivering",
    "transaction failed",
    "store slow",
    "token handler fails",
    "token handler never answers",
    "token refused",
    "device cannot be opened",
    "login token ran out",
    "token provider fails",
    "token provider is late",
    "token provider answers twice",
    "token provider gives an old token",
    "token provider never answers",
    "tokens revoked",
    "account disabled",
];

#[test]
fn twenty_thousand_calls_in_hostile_worlds_break_no_invariant() {
    let stats = simulate_all(Kind::World, WORLDS);
    println!("{stats}");
    assert!(stats.calls() >= CALLS_MIN, "{stats}");
    for kind in ["two", "group"] {
        let records = || stats.records.keys().filter(|key| key.contains(kind));
        let statuses: BTreeSet<&str> = records().filter_map(|key| key.split(' ').next()).collect();
        let every_status = ["Busy", "Cancelled", "Complete", "Rejected", "TimedOut"];
        assert!(statuses.iter().eq(&every_status), "{kind}: {statuses:?}");
        for reason in [
            "HungUp",
            "Lost",
            "ConnectTimedOut",
            "Unreachable",
            "LoggedOut",
        ] {
            assert!(
                records().any(|key| key.contains(reason)),
                "no {kind} call ended as {reason}:\n{stats}"
            );
        }
    }
    for event in EVENTS {
        assert!(stats.events.contains_key(event), "no {event}:\n{stats}");
    }
    for fault in FAULTS {
        assert!(stats.faults.contains_key(fault), "no {fault}:\n{stats}");
    }
}

#[test]
fn fuzzing_the_hub_breaks_no_invariant() {
    let stats = simulate(Kind::HubFuzz, 0..FUZZ_SEEDS);
    println!("{stats}");
    assert!(stats.calls() > FUZZ_SEEDS, "{stats}");
}

#[test]
fn seeds_that_found_bugs_stay_green() {
    let lines = include_str!("../seeds.txt").lines();
    let seeds = lines.filter_map(|line| {
        let seed = line.split('#').next().unwrap_or_default().trim();
        (!seed.is_empty()).then(|| seed.parse::<u64>().unwrap())
    });
    simulate(Kind::World, seeds);
}

#[test]
fn seed_gives_the_same_history_each_time() {
    for seed in 0..10 {
        for kind in [Kind::World, Kind::HubFuzz] {
            let (one, two) = (run(kind, seed, Keep::Trace), run(kind, seed, Keep::Trace));
            assert!(!one.trace.is_empty());
            assert_eq!(one.trace, two.trace, "{kind:?} {seed}");
        }
    }
}

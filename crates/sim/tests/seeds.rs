//! Some hundred worlds, and every seed that ever found a bug.

use std::collections::BTreeSet;

use hullo_sim::{Kind, report, run, tally::Tally};

/// Worlds that each run of the suite simulates; the program `hullo-sim` runs as many as one likes.
const SEEDS: u64 = 400;
const REPORT_LINES: usize = 40;

fn simulate(kind: Kind, seeds: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let outcome = run(kind, seed, false);
        if let Some(violation) = outcome.violation {
            panic!("{}", report(kind, seed, &violation, REPORT_LINES));
        }
        tally.add(&outcome.tally);
    }
    tally
}

#[test]
fn hostile_worlds_break_no_invariant_and_see_every_kind_of_end_and_fault() {
    let tally = simulate(Kind::World, 0..SEEDS);
    println!("{tally}");
    let statuses: BTreeSet<&str> = tally
        .records
        .keys()
        .filter_map(|key| key.split(' ').next())
        .collect();
    let every_status = ["Busy", "Cancelled", "Complete", "Rejected", "TimedOut"];
    assert!(statuses.iter().eq(&every_status), "{statuses:?}");
    for reason in [
        "HungUp",
        "Lost",
        "ConnectTimedOut",
        "Unreachable",
        "LoggedOut",
    ] {
        assert!(
            tally.records.keys().any(|key| key.contains(reason)),
            "no call ended as {reason}:\n{tally}"
        );
    }
    for fault in [
        "connection reset",
        "request duplicated",
        "event overtaken",
        "frame of a replaced socket",
        "network cut",
        "signalling cut",
        "media cut",
        "page reloaded",
        "device asleep",
        "server crashed",
        "server crashed between storing and telling",
        "transaction failed",
        "store slow",
        "token handler fails",
        "device cannot be opened",
    ] {
        assert!(tally.faults.contains_key(fault), "no {fault}:\n{tally}");
    }
}

#[test]
fn storms_at_the_hub_break_no_invariant() {
    let tally = simulate(Kind::Storm, 0..SEEDS);
    println!("{tally}");
    assert!(tally.calls() > SEEDS, "{tally}");
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
fn a_seed_gives_the_same_history_each_time() {
    for seed in 0..10 {
        for kind in [Kind::World, Kind::Storm] {
            let (one, two) = (run(kind, seed, true), run(kind, seed, true));
            assert!(!one.trace.is_empty());
            assert_eq!(one.trace, two.trace, "{kind:?} {seed}");
        }
    }
}

//! Hullo on a virtual clock: the real hub and the real endpoints in a world that one seed determines.
//!
//! A *world* has one server, two to four accounts with a device each, the people in front of them, and everything that goes
//! wrong between them: delay, partitions, broken and half-open connections, duplicated requests, reordered events, pages
//! that are reloaded, laptops that are closed, a store that is slow or fails, and a server that dies at any instant, also
//! between handling a batch and storing it, and between storing it and telling anyone. At every step the *invariants* of
//! ARCHITECTURE.md are checked, and beside the hub runs a small *reference model* that says what must follow from the
//! commands it accepted. In the end the network heals, the people stop, and everything must come to rest.
//!
//! # Running and replaying
//! ```text
//! cargo run -p hullo-sim -- --seeds 5000             seeds 0..5000; exit code 1 with the first that fails
//! cargo run -p hullo-sim -- --seeds 5000 --start 1e6  others
//! cargo run -p hullo-sim -- --seed 1234 --verbose    this one again, with its whole history
//! ```
//! A seed gives the same history each time, on every machine, until the code changes: everything in a world is drawn from
//! it, nothing from the wall clock, threads or hash maps. A failing seed prints the invariant it breaks and the last lines
//! of its history. Once the bug is fixed, the seed goes to `seeds.txt` (one a line, `#` for what it found), which
//! `cargo test -p hullo-sim` replays along with some hundred fixed others.
//!
//! # What models what
//! | part | stands for | where |
//! |---|---|---|
//! | [`agenda`], [`dice`] | time and chance | |
//! | [`network`] | WebSockets over TCP: what is ordered, what gets lost, who is told | `world/wire.rs` |
//! | [`server`], [`store`], [`plane`] | the server's shell, SQLite, the SFU | `world/serving.rs` |
//! | [`device`], [`browser`], [`person`] | the page, RTCPeerConnection, the user | `world/pages.rs` |
//! | [`scenario`] | how bad this world is | `world/faults.rs` |
//! | [`invariants`], [`reference`] | what always holds | |
//!
//! More devices of an account are more entries in [`world::World`]'s list of devices; group calls are more callees in a
//! [`person`]'s dial.

pub mod agenda;
pub mod browser;
pub mod device;
pub mod dice;
pub mod fact;
pub mod invariants;
pub mod network;
pub mod person;
pub mod plane;
pub mod reference;
pub mod scenario;
pub mod server;
pub mod store;
pub mod tally;
#[cfg(test)]
mod testing;
pub mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use invariants::Violation;
use tally::Tally;
use world::World;

/// What came of a seed.
#[derive(Debug)]
pub struct Outcome {
    /// The first broken invariant, if there was one.
    pub violation: Option<Violation>,
    /// What was simulated.
    pub tally: Tally,
    /// The history, if it was asked for.
    pub trace: Vec<String>,
}

/// Runs the world of `seed`; a panic in it is a violation like any other.
pub fn run(seed: u64, traced: bool) -> Outcome {
    let mut world = World::new(seed, traced);
    // The world is read only after a panic, and only its trace, its time and its counts.
    let result = catch_unwind(AssertUnwindSafe(|| world.run()));
    let violation = match result {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(violation),
        Err(panic) => Some(Violation {
            invariant: "nothing_panics",
            at: world.now(),
            what: panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "a panic without a message".to_owned()),
        }),
    };
    Outcome {
        violation,
        tally: std::mem::take(&mut world.tally),
        trace: world.trace().to_vec(),
    }
}

/// The report of a failing seed: the invariant, the last `lines` of the history, and how to see the rest.
pub fn report(seed: u64, violation: &Violation, lines: usize) -> String {
    let trace = run(seed, true).trace;
    let skipped = trace.len().saturating_sub(lines);
    format!(
        "{}\n\nseed {seed}: {violation}\nreplay: cargo run -p hullo-sim -- --seed {seed} --verbose",
        trace[skipped..].join("\n"),
    )
}

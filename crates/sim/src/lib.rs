//! Deterministic simulation of Hullo: the real hub and the real endpoints on a virtual clock, in a world that one seed
//! determines.
//!
//! A *world* has one server, two to five accounts with one to three devices each, the people in front of them, and
//! everything that goes wrong between them: delay, partitions, broken and half-open connections, duplicated requests,
//! reordered events, clocks that are wrong, timers that come late, pages that are reloaded, laptops that are closed, a
//! store that is slow or fails, login tokens that run out, whose provider fails, is late or answers twice, accounts that
//! are signed out, and a server that dies at any instant, also between handling a batch and storing it, and between
//! storing it and telling anyone. People call one another, in twos and in groups, invite and join, answer while they
//! talk, hold, leave, end, and go on with a call on another of their devices; the app's policies for busy accounts and
//! for devices differ from world to world. At every step the *invariants* of ARCHITECTURE.md are checked, and beside the
//! hub runs a small *reference model* that says what must follow from the commands it accepted. In the end the network
//! heals, the people stop, and everything must come to rest.
//!
//! # Running and replaying
//! ```text
//! cargo xtask sim --calls 100000                seeds 0, 1, 2, ... until that many calls have ended; stops at a failing seed
//! cargo xtask sim --calls 100000 --keep-going   does not stop, and lists the findings
//! cargo xtask sim --seed 1234                   this one again, with the last lines of its history if it fails
//! cargo xtask sim --seed 1234 --verbose         with its whole history
//! cargo xtask sim --seed 1234 --calls 5000      this one and the next
//! cargo xtask sim --fuzz --calls 100000         senseless inputs straight at the hub, in place of worlds
//! cargo xtask sim --seeds 1000 --digest         also a digest of what was told: the same as before a change that changes nothing
//! ```
//! A seed gives the same history each time, on every machine, until the code changes: everything in a world is drawn from
//! it, nothing from the wall clock, threads or hash maps. A failing seed prints the invariant it breaks and the last lines
//! of its history. Once the bug is fixed, the seed goes to `seeds.txt` (one a line, `#` for what it found), which
//! `cargo test -p hullo-sim` replays along with hundreds of fixed ones.
//!
//! # What models what
//! | part | stands for | where |
//! |---|---|---|
//! | [`event_queue`], [`dice`] | time and chance | |
//! | [`server::Accounts`] | the app's backend: who may sign in, with which tokens | `world/tokens.rs` |
//! | [`network`] | WebSockets over TCP: what is ordered, what gets lost, who is told | `world/wire.rs` |
//! | [`server`], [`store`], [`media_plane`] | the server's shell, SQLite, the SFU | `world/serving.rs` |
//! | [`device`], [`clock`], [`browser`], [`person`] | the page, its time, RTCPeerConnection, the user | `world/pages.rs` |
//! | [`scenario`] | how bad this world is | `world/faults.rs` |
//! | [`hub_fuzz`] | fuzzing: what no polite endpoint would ever do to the hub | |
//! | [`observation`] | what is seen of a world; in lines [`trace`], as a hash [`digest`], in numbers [`run_stats`] | |
//! | [`checker`], [`invariants`], [`reference`] | what always holds of that | |

pub mod browser;
pub mod checker;
pub mod clock;
pub mod device;
pub mod dice;
pub mod digest;
pub mod event_queue;
pub mod hub_fuzz;
pub mod invariant;
pub mod invariants;
pub mod media_plane;
pub mod network;
pub mod observation;
pub mod person;
pub mod reference;
pub mod run_stats;
pub mod scenario;
pub mod server;
pub mod store;
#[cfg(test)]
mod testing;
pub mod trace;
pub mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use hullo_core::Time;

use digest::Digest;
use hub_fuzz::HubFuzz;
use invariant::Violation;
use run_stats::RunStats;
use world::World;

pub use trace::Keep;

/// What came of a seed.
#[derive(Debug)]
pub struct Outcome {
    /// The first broken invariant, if there was one.
    pub violation: Option<Violation>,
    pub stats: RunStats,
    /// The history, if it was asked for.
    pub trace: Vec<String>,
    /// The digest of it, if that was asked for.
    pub digest: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole [`world`].
    World,
    /// The hub alone, [fuzzed](hub_fuzz).
    HubFuzz,
}

/// Runs the world or the fuzz of `seed`; a panic in it is a violation like any other.
pub fn run(kind: Kind, seed: u64, keep: Keep) -> Outcome {
    match kind {
        Kind::World => {
            let mut world = World::new(seed, keep);
            // It is read only after a panic, and only its trace, its time and its counts.
            let result = catch_unwind(AssertUnwindSafe(|| world.run()));
            Outcome {
                violation: violation(result, world.now()),
                stats: std::mem::take(&mut world.stats),
                trace: world.trace().to_vec(),
                digest: world.digest(),
            }
        }
        Kind::HubFuzz => {
            let mut fuzz = HubFuzz::new(seed, keep);
            let result = catch_unwind(AssertUnwindSafe(|| fuzz.run()));
            Outcome {
                violation: violation(result, fuzz.now()),
                stats: std::mem::take(&mut fuzz.stats),
                trace: fuzz.trace().to_vec(),
                digest: fuzz.digest(),
            }
        }
    }
}

fn violation(result: std::thread::Result<Result<(), Violation>>, at: Time) -> Option<Violation> {
    let panic = match result {
        Ok(result) => return result.err(),
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Some(Violation {
        invariant: "nothing_panics",
        at,
        what: text.unwrap_or_else(|| "a panic without a message".to_owned()),
    })
}

/// The report of a failing seed: the invariant, the last `lines` of the history, and how to see the rest.
pub fn report(kind: Kind, seed: u64, violation: &Violation, lines: usize) -> String {
    let trace = run(kind, seed, Keep::Trace).trace;
    let option = match kind {
        Kind::World => "",
        Kind::HubFuzz => " --fuzz",
    };
    let skipped = trace.len().saturating_sub(lines);
    format!(
        "{}\n\nseed {seed}: {violation}\nreplay: cargo xtask sim{option} --seed {seed} --verbose",
        trace[skipped..].join("\n"),
    )
}

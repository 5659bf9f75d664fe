//! The real program under a hundred real clients, killed again and again; and what it needs of memory over many calls.
//!
//! The clients are endpoints (`hullo_core::endpoint`), each over its own WebSocket, with media connections by str0m. How long
//! it goes on: `HULLO_STORM_SECONDS` and `HULLO_MEMORY_CALLS`.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]
// What the other tests use of the harness is not used here.
#![allow(dead_code)]

#[path = "../server/client.rs"]
mod client;
mod device;
mod disk;
#[path = "../server/eventually.rs"]
mod eventually;
mod fleet;
mod flood;
mod media;
mod memory;
#[path = "../server/program.rs"]
mod program;
mod restart;
mod stall;
mod storm;

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |value| value.parse().unwrap())
}

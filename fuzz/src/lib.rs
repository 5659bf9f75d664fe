//! A fuzz target for each decoder that takes bytes from outside: whatever they are, nothing panics, nothing hangs, and what is
//! said of them agrees with itself.
//!
//! `cargo xtask fuzz` runs them under libFuzzer; `corpus/` holds what it found worth keeping, by target, and `cargo test` replays it.
//! A file that made one fail goes into the corpus once it is mended.

mod datagrams;
mod endpoint;
mod hub;
mod offer;

/// Takes any bytes and must not panic.
pub type Target = fn(&[u8]);

/// What is fuzzed, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("client_frames", hub::client_frames),
    ("server_frame", endpoint::server_frame),
    ("endpoint", endpoint::inputs),
    ("hub", hub::inputs),
    ("offer", offer::offers),
    ("datagrams", datagrams::datagrams),
    ("token", hullo::fuzz::token),
    ("http", hullo::fuzz::request),
];

/// Runs the target of this name; panics where there is none.
pub fn run(target: &str, data: &[u8]) {
    match TARGETS.iter().find(|(name, _)| *name == target) {
        Some((_, run)) => run(data),
        None => panic!("there is no target {target:?}"),
    }
}

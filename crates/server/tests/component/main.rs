//! The native client (`hullo_client`) against the real program: what an app that has it sees.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]
// What the other tests use of the harness is not used here.
#![allow(dead_code)]

mod calls;
#[path = "../server/client.rs"]
mod client;
mod engine;
#[path = "../server/eventually.rs"]
mod eventually;
mod life;
mod network;
mod person;
#[path = "../server/program.rs"]
mod program;
mod screen;
mod softphone;
mod sound;

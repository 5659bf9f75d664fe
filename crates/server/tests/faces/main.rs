//! The Objective-C component under GNUstep against the real program, a process for each person: what an app that has it sees.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]
// What the other tests use of the harness is not used here.
#![allow(dead_code)]

mod calls;
#[path = "../server/client.rs"]
mod client;
mod devices;
#[path = "../server/eventually.rs"]
mod eventually;
mod group;
mod media;
mod person;
#[path = "../server/program.rs"]
mod program;

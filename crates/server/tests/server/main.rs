//! The real program over real sockets: each test starts its own `hullo` on free ports with a folder of its own.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

mod budgets;
mod calls;
mod client;
mod connections;
mod crashes;
mod devices;
mod document;
mod eventually;
mod garbage;
mod group;
mod hostile;
mod http;
mod load;
mod login;
mod media;
mod operations;
mod overload;
mod past;
mod people;
mod program;
mod secure;
mod storage;
mod waiting;
mod watched;

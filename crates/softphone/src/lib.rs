//! A telephone in the terminal, for people and for scripts: `hullo call bob --as alice`, `hullo answer --as bob`.
//!
//! - `options`: what it is asked to do; `devices`: its microphone, loudspeaker and camera; `demo`: how it signs in without a backend.
//! - `phone`: the loop that people and scripts share. [`call`] and [`answer`] begin it.
//! - `screen` draws it, with `picture` in half blocks and `texts` in two languages; `keys` and `script` say what is wanted.

mod demo;
mod devices;
mod keys;
mod options;
mod phone;
mod picture;
mod screen;
mod script;
mod texts;

use std::process::ExitCode;

pub use options::{Answer, Call};

/// Calls, until the call is over.
pub fn call(options: Call) -> ExitCode {
    phone::run(phone::Task::Call(options))
}

/// Waits for calls.
pub fn answer(options: Answer) -> ExitCode {
    phone::run(phone::Task::Answer(options))
}

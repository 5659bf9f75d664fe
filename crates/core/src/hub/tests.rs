//! The hub as its shell drives it, in virtual time. Each file below looks at one side of it.

mod answering;
mod beside;
mod call_waiting;
mod crowd;
mod devices;
mod dialling;
mod ending;
mod group;
mod joining;
mod media;
mod other_calls;
mod people;
mod random;
mod reconnecting;
mod restarting;
mod rollback;
mod sharing;
mod shell;
mod switching;

use shell::Shell;

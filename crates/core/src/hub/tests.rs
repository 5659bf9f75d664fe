//! The hub as its shell drives it, in virtual time. Each file below looks at one side of it.

mod answering;
mod devices;
mod dialling;
mod ending;
mod entering;
mod foreign;
mod group;
mod media;
mod random;
mod reconnecting;
mod restarting;
mod rollback;
mod shell;
mod switching;
mod waiting;

use shell::Shell;

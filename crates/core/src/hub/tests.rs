//! The hub as its shell drives it, in virtual time. Each file below looks at one side of it.

mod answering;
mod dialling;
mod ending;
mod foreign;
mod media;
mod random;
mod reconnecting;
mod restarting;
mod rollback;
mod shell;
mod switching;

use shell::Shell;

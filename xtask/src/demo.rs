//! `cargo xtask demo`: from a fresh clone to a page on which two people can call each other.

use anyhow::Result;

use crate::command::{cargo, line_of};
use crate::{setup, web};

/// Builds what is out of date and becomes `hullo demo`, which prints its address.
pub(crate) fn run(args: &[String]) -> Result<()> {
    setup::build_tools()?;
    web::build()?;

    let mut server = cargo(["run", "--package=hullo-server", "--bin=hullo", "--", "demo"]);
    server.args(args).stdin(std::process::Stdio::inherit());
    println!("$ {}", line_of(&server));
    become_program(server)
}

/// On Unix the server takes this process's place, so that Ctrl-C and signals reach it and nothing stays between.
#[cfg(unix)]
fn become_program(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(error).map_err(|error| anyhow::anyhow!("cannot start `{}`: {error}", line_of(&command)))
}

#[cfg(not(unix))]
fn become_program(mut command: std::process::Command) -> Result<()> {
    crate::command::run(&mut command)
}

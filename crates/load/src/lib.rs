//! `hullo load`: a load client for operators. It signs its own tokens, puts many accounts online and lets them call each
//! other ([`calls`]) or rest ([`idle`]), and says what that took: latencies, throughput, errors by kind, and whether every
//! call has its record.
//!
//! It is light, so that one core of it drives one core of the server: a thread is one event loop, a session is one task and
//! some kilobytes. What the people of one call do stands in `script`, without any IO.

mod api;
mod calls;
mod idle;
mod ids;
mod lane;
mod media;
mod options;
mod process;
mod report;
mod script;
mod session;
mod stats;
mod target;

use anyhow::{Context as _, Result};

pub use options::Load;

/// Does what the command line says, and prints the report.
pub fn run(load: Load) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match load {
            Load::Calls(options) => calls::run(options).await,
            Load::Idle(options) => idle::run(options).await,
        }
    })
}

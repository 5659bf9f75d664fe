//! The command line of `hullo load`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::target::App;

/// What kind of load.
#[derive(Debug, Subcommand)]
pub enum Load {
    /// Accounts call each other: at a rate (open loop), or as fast as it goes (closed loop)
    Calls(CallOptions),
    /// Accounts sign in and rest
    Idle(IdleOptions),
}

/// Where the server is and who may use it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The server, `http://` or `https://`
    #[arg(long, default_value = "http://127.0.0.1:7880", value_name = "URL")]
    pub(crate) url: String,
    /// An app and its secret, as `hullo app create` prints them; several share the load
    #[arg(
        long = "app",
        env = "HULLO_LOAD_APP",
        value_name = "KEY:SECRET",
        value_delimiter = ',',
        required = true,
        hide_env_values = true
    )]
    pub(crate) apps: Vec<App>,
    /// What the accids begin with; accounts that are not there are created
    #[arg(long, default_value = "load", value_name = "TEXT")]
    pub(crate) prefix: String,
    /// The accounts are there already: do not create them
    #[arg(long)]
    pub(crate) no_accounts: bool,
    /// Event loops, each on a thread of its own
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) threads: u16,
    /// Logins that are under way at once
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) logins_at_once: u16,
    /// The server's process on this machine (Linux): its CPU, memory and writes are reported too
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// Write the report as JSON as well
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Options of `hullo load calls`.
#[derive(Debug, Clone, Args)]
pub struct CallOptions {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Pairs of accounts online (with --group: groups)
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pairs: u32,
    /// People in each call; more than two make it a group call
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100))]
    pub(crate) group: u32,
    /// Open loop: this many calls begin each second, whatever the server does
    #[arg(long, value_name = "PER_SECOND", required_unless_present = "closed")]
    pub(crate) rate: Option<f64>,
    /// Closed loop: this many calls at once, each followed by the next
    #[arg(long, value_name = "N", conflicts_with = "rate")]
    pub(crate) closed: Option<u32>,
    /// How long it is measured
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
    /// How long it runs before it is measured
    #[arg(long, default_value_t = 2, value_name = "S")]
    pub(crate) warmup: u32,
    /// How long people wait before they accept and before they hang up [default: 20 at a rate, 0 in a closed loop]
    #[arg(long, value_name = "MS")]
    pub(crate) think_ms: Option<u64>,
    /// Whole calls: each side connects its media (ICE and DTLS) while it rings, and the caller hangs up when both are in
    #[arg(long)]
    pub(crate) offers: bool,
    /// A call that is not over by then has failed
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) patience: u32,
    /// Do not ask for the records of the calls afterwards
    #[arg(long)]
    pub(crate) no_check: bool,
}

impl CallOptions {
    pub(crate) fn think(&self) -> Duration {
        let default = if self.rate.is_some() { 20 } else { 0 };
        Duration::from_millis(self.think_ms.unwrap_or(default))
    }

    /// What clap cannot check.
    pub(crate) fn check(&self) -> Result<()> {
        if self
            .rate
            .is_some_and(|rate| !rate.is_finite() || rate <= 0.0)
        {
            bail!("--rate must be more than 0");
        }
        if self.closed.is_some_and(|calls| calls > self.pairs) {
            bail!(
                "--closed {} needs as many pairs: set --pairs",
                self.closed.unwrap_or_default()
            );
        }
        Ok(())
    }
}

/// Options of `hullo load idle`.
#[derive(Debug, Clone, Args)]
pub struct IdleOptions {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Accounts online, each on one device
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) sessions: u32,
    /// How long they rest
    #[arg(long, default_value_t = 30, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: u32,
}

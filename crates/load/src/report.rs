//! What a run has shown, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::api::Records;
use crate::options::CallOptions;
use crate::process::Usage;
use crate::stats::{Latency, ServerCost, Stats, cost};

/// The report of `hullo load calls`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CallReport {
    pub(crate) pairs: u32,
    pub(crate) group: u32,
    pub(crate) apps: usize,
    pub(crate) rate: Option<f64>,
    pub(crate) closed: Option<u32>,
    pub(crate) seconds: u32,
    pub(crate) sign_in: SignIn,
    /// Calls begun, and become complete, while it was measured.
    pub(crate) begun: u64,
    pub(crate) completed: u64,
    /// Calls that were due while every pair was in one.
    pub(crate) not_begun: u64,
    pub(crate) failed: u64,
    /// Dials that the server did not take, because it was busy.
    pub(crate) refused: u64,
    /// Offers of media that were sent again, because the server was busy with others.
    pub(crate) offers_again: u64,
    pub(crate) per_second: f64,
    pub(crate) latencies: BTreeMap<&'static str, Latency>,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) frames_out: u64,
    pub(crate) frames_in: u64,
    pub(crate) bytes_in: u64,
    /// CPU cores that the load itself used, over the whole run.
    pub(crate) client_cpu_s: f64,
    /// For each completed call.
    pub(crate) server: Option<ServerCost>,
    pub(crate) records: Option<Records>,
}

/// How signing in went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignIn {
    pub(crate) sessions: usize,
    pub(crate) seconds: f64,
}

impl CallReport {
    pub(crate) fn new(
        options: &CallOptions,
        people: usize,
        signed_in: Duration,
        stats: &Stats,
        server: Option<(Usage, Usage)>,
        records: Option<Records>,
    ) -> Self {
        Self {
            pairs: options.pairs,
            group: options.group,
            apps: options.common.apps.len(),
            rate: options.rate,
            closed: options.closed,
            seconds: options.seconds,
            sign_in: SignIn {
                sessions: people,
                seconds: signed_in.as_secs_f64(),
            },
            begun: stats.begun,
            completed: stats.completed,
            not_begun: stats.not_begun,
            failed: stats.failed,
            refused: stats.refused,
            offers_again: stats.offers_again,
            per_second: stats.completed as f64 / f64::from(options.seconds),
            latencies: stats.latencies(),
            errors: stats.errors.clone(),
            frames_out: stats.frames_out,
            frames_in: stats.frames_in,
            bytes_in: stats.bytes_in,
            client_cpu_s: own_cpu_s(),
            server: cost(server, options.seconds, stats.completed),
            records,
        }
    }

    pub(crate) fn print(&self, json: Option<&Path>) -> Result<()> {
        print!("{self}");
        write_json(json, self)
    }
}

/// The CPU seconds of this process; 0 where there is no `/proc`.
pub(crate) fn own_cpu_s() -> f64 {
    Usage::of(std::process::id()).map_or(0.0, |own| {
        (own.user_ticks + own.system_ticks) as f64 / Usage::TICKS_PER_S
    })
}

pub(crate) fn write_json(file: Option<&Path>, report: &impl Serialize) -> Result<()> {
    let Some(file) = file else {
        return Ok(());
    };
    let text = serde_json::to_string_pretty(report)?;
    fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

impl fmt::Display for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.sign_in)?;
        writeln!(
            f,
            "calls: {} begun, {} complete ({:.0}/s), {} failed, {} refused as the server was busy, {} not begun for want of \
             a free pair",
            self.begun, self.completed, self.per_second, self.failed, self.refused, self.not_begun
        )?;
        write!(f, "{}", Latencies(&self.latencies))?;
        write!(f, "{}", Errors(&self.errors))?;
        writeln!(
            f,
            "frames: {} out, {} in ({} KB); this program used {:.1} s of CPU",
            self.frames_out,
            self.frames_in,
            self.bytes_in / 1000,
            self.client_cpu_s
        )?;
        if let Some(server) = &self.server {
            writeln!(f, "server, for each complete call: {server}")?;
        }
        match &self.records {
            Some(records) => writeln!(
                f,
                "records: {} calls, {} recorded, {} not over, {} MISSING {}",
                records.calls,
                records.recorded,
                records.live,
                records.missing,
                records
                    .examples
                    .iter()
                    .map(|id| format!("{id} "))
                    .collect::<String>()
            ),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} sessions signed in within {:.1} s",
            self.sessions, self.seconds
        )
    }
}

impl fmt::Display for ServerCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} us of CPU ({:.0} user, {:.0} system), {:.1} switches, {:.0} bytes to disk; {:.2} cores, {} MB resident",
            self.us,
            self.user_us,
            self.system_us,
            self.switches,
            self.written_bytes,
            self.cores,
            self.rss_bytes / 1_000_000
        )
    }
}

/// The latencies as a table for people, a line for each step.
pub(crate) struct Latencies<'a>(pub(crate) &'a BTreeMap<&'static str, Latency>);

impl fmt::Display for Latencies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<18} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "ms", "count", "p50", "p90", "p99", "max"
        )?;
        for (name, one) in self.0 {
            writeln!(
                f,
                "{name:<18} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                one.count, one.p50_ms, one.p90_ms, one.p99_ms, one.max_ms
            )?;
        }
        Ok(())
    }
}

/// A line for each kind.
pub(crate) struct Errors<'a>(pub(crate) &'a BTreeMap<String, u64>);

impl fmt::Display for Errors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in self.0 {
            writeln!(f, "error: {count} x {kind}")?;
        }
        Ok(())
    }
}

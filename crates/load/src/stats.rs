//! What is counted while the load runs.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::process::Usage;

/// What is timed in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Span {
    /// From the dial to each callee's `call.invited`.
    StartToInvited,
    /// From a callee's accept to the caller's news of it.
    AcceptToCaller,
    /// From the hang-up to the record in each one's conversation.
    HangupToRecord,
    /// From the connection to the answered login.
    Login,
}

impl Span {
    pub(crate) const ALL: [Self; 4] = [
        Self::StartToInvited,
        Self::AcceptToCaller,
        Self::HangupToRecord,
        Self::Login,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::StartToInvited => "start_to_invited",
            Self::AcceptToCaller => "accept_to_caller",
            Self::HangupToRecord => "hangup_to_record",
            Self::Login => "login",
        }
    }
}

/// How long things took, exact to three digits, in bounded memory.
#[derive(Debug, Clone)]
pub(crate) struct Times(Histogram<u64>);

/// The longest that is told apart.
const LONGEST_US: u64 = 120_000_000;

impl Default for Times {
    fn default() -> Self {
        // Invariant: the bounds are such as the crate allows, 1 <= low, 2 * low <= high, 0 to 5 digits.
        Self(Histogram::new_with_bounds(1, LONGEST_US, 3).expect("bounds are valid"))
    }
}

impl Times {
    pub(crate) fn record(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.0.saturating_record(us.clamp(1, LONGEST_US));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        // Invariant: all have the same bounds.
        self.0.add(&other.0).expect("bounds are the same");
    }

    pub(crate) fn view(&self) -> Latency {
        let ms = |quantile| self.0.value_at_quantile(quantile) as f64 / 1000.0;
        Latency {
            count: self.0.len(),
            p50_ms: ms(0.5),
            p90_ms: ms(0.9),
            p99_ms: ms(0.99),
            max_ms: self.0.max() as f64 / 1000.0,
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Latency {
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// The counts of one thread, or of all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stats {
    pub(crate) times: BTreeMap<Span, Times>,
    /// Calls begun while it was measured.
    pub(crate) begun: u64,
    /// Calls that became complete while it was measured.
    pub(crate) completed: u64,
    /// Calls that were due while every pair was in one.
    pub(crate) not_begun: u64,
    pub(crate) failed: u64,
    /// Dials that the server did not take while it was measured, because it was busy.
    pub(crate) refused: u64,
    /// Offers of media that were sent again, because the server was busy with others.
    pub(crate) offers_again: u64,
    /// Errors by kind, over the whole run.
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) frames_out: u64,
    pub(crate) frames_in: u64,
    pub(crate) bytes_in: u64,
}

impl Stats {
    pub(crate) fn took(&mut self, span: Span, took: Duration) {
        self.times.entry(span).or_default().record(took);
    }

    pub(crate) fn error(&mut self, kind: String) {
        *self.errors.entry(kind).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (span, times) in &other.times {
            self.times.entry(*span).or_default().merge(times);
        }
        for (kind, count) in &other.errors {
            *self.errors.entry(kind.clone()).or_default() += count;
        }
        self.begun += other.begun;
        self.completed += other.completed;
        self.not_begun += other.not_begun;
        self.failed += other.failed;
        self.refused += other.refused;
        self.offers_again += other.offers_again;
        self.frames_out += other.frames_out;
        self.frames_in += other.frames_in;
        self.bytes_in += other.bytes_in;
    }

    pub(crate) fn latencies(&self) -> BTreeMap<&'static str, Latency> {
        let timed = Span::ALL.into_iter();
        timed
            .filter_map(|span| Some((span.name(), self.times.get(&span)?.view())))
            .collect()
    }
}

/// The name of a wire enum's variant, as the wire has it.
pub(crate) fn kind_name(kind: &impl Serialize) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

/// What the server's process used while it was measured, and per completed unit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ServerCost {
    /// CPU seconds in a second.
    pub(crate) cores: f64,
    /// CPU per unit, in microseconds, of user and of system.
    pub(crate) us: f64,
    pub(crate) user_us: f64,
    pub(crate) system_us: f64,
    /// Context switches per unit.
    pub(crate) switches: f64,
    /// Bytes to the disk per unit.
    pub(crate) written_bytes: f64,
    /// Resident memory at the end.
    pub(crate) rss_bytes: u64,
}

impl ServerCost {
    pub(crate) fn between(before: &Usage, after: &Usage, seconds: f64, units: u64) -> Self {
        let units = units.max(1) as f64;
        let us = |ticks: u64| ticks as f64 * 1e6 / units;
        let user_us = us(after.user_ticks - before.user_ticks) / Usage::TICKS_PER_S;
        let system_us = us(after.system_ticks - before.system_ticks) / Usage::TICKS_PER_S;
        Self {
            cores: (user_us + system_us) * units / 1e6 / seconds,
            us: user_us + system_us,
            user_us,
            system_us,
            switches: after.switches.saturating_sub(before.switches) as f64 / units,
            written_bytes: after.written_bytes.saturating_sub(before.written_bytes) as f64 / units,
            rss_bytes: after.rss_bytes,
        }
    }
}

/// The cost of each of these units.
pub(crate) fn cost(server: Option<(Usage, Usage)>, seconds: u32, units: u64) -> Option<ServerCost> {
    server.map(|(before, after)| ServerCost::between(&before, &after, seconds.into(), units))
}

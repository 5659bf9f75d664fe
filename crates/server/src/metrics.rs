//! What an operator watches, in Prometheus' text form at `/metrics`.

mod actors;
mod calls;
mod media;
pub(crate) mod process;
mod store;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::connections::ConnectionMetrics;
use actors::ActorMetrics;
use calls::CallMetrics;
use media::MediaMetrics;
pub(crate) use media::Unsent;
use process::Process;
use store::StoreMetrics;

/// All figures of the program.
pub(crate) struct Metrics {
    registry: Registry,
    /// Sessions that are signed in.
    pub(crate) sessions: Gauge,
    sessions_ended: Family<EndLabels, Counter>,
    pub(crate) connections: ConnectionMetrics,
    /// Limits that somebody met, by their names in the settings.
    pub(crate) limits_met: LimitsMet,
    requests: Family<RequestLabels, Counter>,
    pub(crate) calls: CallMetrics,
    pub(crate) actors: ActorMetrics,
    commits: Histogram,
    commits_failed: Counter,
    commits_stored: AtomicU64,
    pub(crate) store: StoreMetrics,
    pub(crate) media: MediaMetrics,
}

/// How many batches were stored, and how many were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commits {
    pub(crate) stored: u64,
    pub(crate) failed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    op: &'static str,
    outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabels {
    limit: &'static str,
}

/// Who met which limit, how often.
#[derive(Debug, Clone, Default)]
pub(crate) struct LimitsMet(Family<LimitLabels, Counter>);

impl LimitsMet {
    /// Somebody met the limit of this name.
    pub(crate) fn count(&self, limit: &'static str) {
        self.0.get_or_create(&LimitLabels { limit }).inc();
    }

    /// How often the limit of this name was met.
    #[cfg(test)]
    pub(crate) fn of(&self, limit: &'static str) -> u64 {
        self.0.get_or_create(&LimitLabels { limit }).get()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    reason: String,
}

impl Metrics {
    pub(crate) fn new(process: Process) -> Self {
        let mut registry = Registry::with_prefix("hullo");
        registry.register_collector(Box::new(process));
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which program this is", build);
        let metrics = Self {
            registry,
            sessions: Gauge::default(),
            sessions_ended: Family::default(),
            connections: ConnectionMetrics::default(),
            limits_met: LimitsMet::default(),
            requests: Family::default(),
            calls: CallMetrics::new(),
            actors: ActorMetrics::new(),
            commits: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            commits_failed: Counter::default(),
            commits_stored: AtomicU64::new(0),
            store: StoreMetrics::default(),
            media: MediaMetrics::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let all = &mut self.registry;
        all.register("sessions", "Sessions signed in", self.sessions.clone());
        all.register(
            "sessions_ended",
            "Sessions that ended, by reason",
            self.sessions_ended.clone(),
        );
        let connections = &self.connections;
        all.register("connections", "Open connections", connections.open.clone());
        all.register(
            "connections_waiting",
            "Open connections that have not signed in",
            connections.waiting.clone(),
        );
        all.register(
            "connections_refused",
            "Connections that were refused, by limit",
            connections.refused.clone(),
        );
        all.register(
            "accept_errors",
            "Times that the system could not hand over a connection",
            connections.accept_errors.clone(),
        );
        all.register(
            "limits_met",
            "Times that somebody met a limit, by its name in the settings",
            self.limits_met.0.clone(),
        );
        all.register(
            "requests",
            "Requests over WebSocket by operation and outcome",
            self.requests.clone(),
        );
        self.calls.register(all);
        self.actors.register(all.sub_registry_with_prefix("actor"));
        all.register_with_unit(
            "store_commit",
            "Time to store a batch",
            Unit::Seconds,
            self.commits.clone(),
        );
        all.register(
            "store_commit_failures",
            "Batches that could not be stored",
            self.commits_failed.clone(),
        );
        self.store.register(all.sub_registry_with_prefix("store"));
        let media = all.sub_registry_with_prefix("media");
        self.media.register(media);
        self.actors.register_media(media);
        self
    }

    /// A request was answered.
    pub(crate) fn count_request(&self, op: &'static str, outcome: String) {
        self.requests
            .get_or_create(&RequestLabels { op, outcome })
            .inc();
    }

    /// A session that was signed in has ended.
    pub(crate) fn count_session_end(&self, reason: String) {
        self.sessions_ended
            .get_or_create(&EndLabels { reason })
            .inc();
    }

    /// Somebody met the limit of this name.
    pub(crate) fn count_limit(&self, limit: &'static str) {
        self.limits_met.count(limit);
    }

    /// A batch was stored, or not.
    pub(crate) fn count_commit(&self, took: Duration, stored: bool) {
        self.commits.observe(took.as_secs_f64());
        match stored {
            true => {
                self.commits_stored.fetch_add(1, Ordering::Relaxed);
            }
            false => {
                self.commits_failed.inc();
            }
        }
    }

    /// How many batches were stored, and how many were not.
    pub(crate) fn commits(&self) -> Commits {
        Commits {
            stored: self.commits_stored.load(Ordering::Relaxed),
            failed: self.commits_failed.get(),
        }
    }

    /// Everything in Prometheus' text form.
    pub(crate) fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The name of a value on the wire.
pub(crate) fn snake_case(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

//! What an operator watches, in Prometheus' text form at `/metrics`.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use hullo_core::hub::Write;
use hullo_protocol::{AppKey, CallId, CallState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// All figures of the program.
pub(crate) struct Metrics {
    registry: Registry,
    /// Sessions that are signed in.
    pub(crate) sessions: Gauge,
    requests: Family<RequestLabels, Counter>,
    calls: Family<CallLabels, Gauge>,
    calls_ended: Family<EndLabels, Counter>,
    live: Mutex<BTreeMap<(AppKey, CallId), CallState>>,
    commits: Histogram,
    commits_failed: Counter,
    /// What the media plane counts.
    pub(crate) media: MediaMetrics,
}

/// What the media plane counts.
#[derive(Default)]
pub(crate) struct MediaMetrics {
    /// UDP datagrams that came.
    pub(crate) received: Counter,
    /// UDP datagrams that went.
    pub(crate) sent: Counter,
    /// UDP datagrams that the system did not take.
    pub(crate) unsent: Counter,
    /// Open rooms.
    pub(crate) rooms: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    op: &'static str,
    outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    reason: String,
}

impl Metrics {
    /// All at zero.
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("hullo"),
            sessions: Gauge::default(),
            requests: Family::default(),
            calls: Family::default(),
            calls_ended: Family::default(),
            live: Mutex::default(),
            commits: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            commits_failed: Counter::default(),
            media: MediaMetrics::default(),
        };
        for state in [CallState::Ringing, CallState::Active] {
            metrics.calls.get_or_create(&label(state)).set(0);
        }
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let all = &mut self.registry;
        all.register("sessions", "Sessions signed in", self.sessions.clone());
        all.register(
            "requests",
            "Requests over WebSocket by operation and outcome",
            self.requests.clone(),
        );
        all.register("calls", "Calls by state", self.calls.clone());
        all.register(
            "calls_ended",
            "Calls that ended, by reason",
            self.calls_ended.clone(),
        );
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
        let media = all.sub_registry_with_prefix("media");
        media.register(
            "datagrams_received",
            "UDP datagrams received",
            self.media.received.clone(),
        );
        media.register(
            "datagrams_sent",
            "UDP datagrams sent",
            self.media.sent.clone(),
        );
        media.register(
            "datagrams_unsent",
            "UDP datagrams dropped because the system's send buffer was full",
            self.media.unsent.clone(),
        );
        media.register("rooms", "Open rooms", self.media.rooms.clone());
        self
    }

    /// A request was answered.
    pub(crate) fn count_request(&self, op: &'static str, outcome: String) {
        self.requests
            .get_or_create(&RequestLabels { op, outcome })
            .inc();
    }

    /// A batch was stored, or not.
    pub(crate) fn count_commit(&self, took: Duration, stored: bool) {
        self.commits.observe(took.as_secs_f64());
        if !stored {
            self.commits_failed.inc();
        }
    }

    /// These calls are as these writes say.
    pub(crate) fn count_calls(&self, app: &AppKey, writes: &[Write]) {
        let mut live = self
            .live
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for write in writes {
            let (call, now) = match write {
                Write::Call(call) => (call, Some(call.state)),
                Write::End { call, record, .. } => {
                    let reason = snake_case(&record.reason);
                    self.calls_ended.get_or_create(&EndLabels { reason }).inc();
                    (call, None)
                }
            };
            let key = (app.clone(), call.call_id);
            let before = match now {
                Some(state) => live.insert(key, state),
                None => live.remove(&key),
            };
            if let Some(before) = before {
                self.calls.get_or_create(&label(before)).dec();
            }
            if let Some(now) = now {
                self.calls.get_or_create(&label(now)).inc();
            }
        }
    }

    /// Everything in Prometheus' text form.
    pub(crate) fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn label(state: CallState) -> CallLabels {
    let state = match state {
        CallState::Ringing => "ringing",
        CallState::Active => "active",
        CallState::Ended => "ended",
    };
    CallLabels { state }
}

/// The name of a value on the wire.
pub(crate) fn snake_case(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

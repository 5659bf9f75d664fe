//! The calls, as an operator watches them: how many there are, how they end, and how long people wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{AppKey, CallId, CallState, ParticipantState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::snake_case;

/// Figures of all calls.
pub(crate) struct CallMetrics {
    by_state: Family<CallLabels, Gauge>,
    ended: Family<EndLabels, Counter>,
    live: Mutex<BTreeMap<(AppKey, CallId), Progress>>,
    time_to_ring: Histogram,
    time_to_answer: Histogram,
}

/// How far a live call has come, as far as it is counted.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// When this process first stored it.
    since: Instant,
    state: CallState,
    rang: bool,
    answered: bool,
}

impl Progress {
    fn of(call: &Call, before: Option<Self>) -> Self {
        let mut callees = call.participants.iter().skip(1);
        let rings = callees.any(|callee| callee.state == ParticipantState::Ringing);
        Self {
            since: before.map_or_else(Instant::now, |before| before.since),
            state: call.state,
            rang: rings || before.is_some_and(|before| before.rang),
            answered: call.accepted_at.is_some(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    state: &'static str,
}

impl CallMetrics {
    pub(super) fn new() -> Self {
        let metrics = Self {
            by_state: Family::default(),
            ended: Family::default(),
            live: Mutex::default(),
            time_to_ring: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            time_to_answer: Histogram::new(exponential_buckets(0.5, 1.5, 16)),
        };
        for state in [CallState::Ringing, CallState::Active] {
            metrics.by_state.get_or_create(&label(state)).set(0);
        }
        metrics
    }

    pub(super) fn register(&self, all: &mut Registry) {
        all.register("calls", "Calls by state", self.by_state.clone());
        all.register(
            "calls_ended",
            "Calls that ended, by reason",
            self.ended.clone(),
        );
        all.register_with_unit(
            "time_to_ring",
            "From the dial to the first device that rings",
            Unit::Seconds,
            self.time_to_ring.clone(),
        );
        all.register_with_unit(
            "time_to_answer",
            "From the dial to the first accept",
            Unit::Seconds,
            self.time_to_answer.clone(),
        );
    }

    /// Counts calls by the state in which these writes leave them.
    pub(crate) fn count(&self, app: &AppKey, writes: &[Write]) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            let (call, is_over) = match write {
                Write::Call(call) => (call, false),
                Write::End { call, record, .. } => {
                    let reason = snake_case(&record.reason);
                    self.ended.get_or_create(&EndLabels { reason }).inc();
                    (call, true)
                }
            };
            let key = (app.clone(), call.call_id);
            let before = live.remove(&key);
            let now = Progress::of(call, before);
            if let Some(before) = before {
                self.by_state.get_or_create(&label(before.state)).dec();
                self.time(call, before, now);
            }
            if !is_over {
                self.by_state.get_or_create(&label(now.state)).inc();
                live.insert(key, now);
            }
        }
    }

    fn time(&self, call: &Call, before: Progress, now: Progress) {
        if now.rang && !before.rang {
            let took = before.since.elapsed();
            self.time_to_ring.observe(took.as_secs_f64());
        }
        if let Some(accepted_at) = call.accepted_at
            && !before.answered
        {
            let took_ms = accepted_at.since(call.created_at);
            self.time_to_answer.observe(took_ms as f64 / 1000.0);
        }
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

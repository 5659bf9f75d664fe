//! The actors and the media thread, as an operator watches them: what waits, and whether they get on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::status::NodeStatus;

type Seconds = Gauge<f64, AtomicU64>;

/// Figures of all actors together.
pub(crate) struct ActorMetrics {
    apps: Gauge,
    inbox: Gauge,
    waiting: Gauge,
    facts: Gauge,
    lag: Seconds,
    batch: Histogram,
    turn: Histogram,
    failures: Counter,
    media_lag: Seconds,
    media_worked: Counter<f64, AtomicU64>,
}

impl ActorMetrics {
    pub(super) fn new() -> Self {
        Self {
            apps: Gauge::default(),
            inbox: Gauge::default(),
            waiting: Gauge::default(),
            facts: Gauge::default(),
            lag: Seconds::default(),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            turn: Histogram::new(exponential_buckets(0.000_01, 4.0, 10)),
            failures: Counter::default(),
            media_lag: Seconds::default(),
            media_worked: Counter::default(),
        }
    }

    /// Takes over how the node is doing now.
    pub(crate) fn follow(&self, now: &NodeStatus) {
        let gauges = [
            (&self.apps, now.apps),
            (&self.inbox, now.inbox),
            (&self.waiting, now.waiting),
            (&self.facts, now.facts),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        self.lag.set(now.lag.as_secs_f64());
        self.media_lag.set(now.media_lag.as_secs_f64());
        let worked = now.media_worked.as_secs_f64();
        self.media_worked
            .inner()
            .store(worked.to_bits(), Ordering::Relaxed);
    }

    /// So many inputs were handled as one batch.
    pub(crate) fn count_batch(&self, inputs: usize) {
        self.batch.observe(inputs as f64);
    }

    /// An actor has worked for so long without a pause.
    pub(crate) fn count_turn(&self, took: Duration) {
        self.turn.observe(took.as_secs_f64());
    }

    /// An actor has panicked.
    pub(crate) fn count_failure(&self) {
        self.failures.inc();
    }

    /// All of these begin with `hullo_actor_`.
    pub(super) fn register(&self, actors: &mut Registry) {
        let gauges = [
            ("apps", "Apps that run, each by an actor", &self.apps),
            (
                "inbox",
                "Inputs that actors have not taken yet",
                &self.inbox,
            ),
            (
                "waiting",
                "Inputs that wait until the batch before them is stored",
                &self.waiting,
            ),
            (
                "facts",
                "Reports of the media plane and sign-outs that wait to be stored",
                &self.facts,
            ),
        ];
        for (name, help, gauge) in gauges {
            actors.register(name, help, gauge.clone());
        }
        let help = "The longest that an actor has been at what it does";
        actors.register_with_unit("lag", help, Unit::Seconds, self.lag.clone());
        let help = "Inputs that were handled as one batch";
        actors.register("batch_inputs", help, self.batch.clone());
        let help = "How long an actor works in one go";
        actors.register_with_unit("turn", help, Unit::Seconds, self.turn.clone());
        let help = "Actors that have failed and were restored from the storage";
        actors.register("failures", help, self.failures.clone());
    }

    /// All of these begin with `hullo_media_`.
    pub(super) fn register_media(&self, media: &mut Registry) {
        let help = "How long the media thread has been at what it does";
        media.register_with_unit("lag", help, Unit::Seconds, self.media_lag.clone());
        let help = "How long the media thread has worked";
        media.register_with_unit("worked", help, Unit::Seconds, self.media_worked.clone());
    }
}

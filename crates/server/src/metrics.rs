//! What an operator watches, in Prometheus' text form at `/metrics`.

pub(crate) mod process;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{AppKey, CallId, CallState, ParticipantState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::connections::ConnectionMetrics;
use crate::store::StoreStats;
use process::Process;

/// Why a datagram was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// The system's buffer was full.
    Full,
    /// There is no way to its address.
    Unreachable,
    /// Anything else, a firewall of this machine among it.
    Other,
}

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
    calls: Family<CallLabels, Gauge>,
    calls_ended: Family<EndLabels, Counter>,
    live: Mutex<BTreeMap<(AppKey, CallId), Progress>>,
    commits: Histogram,
    commits_failed: Counter,
    commits_stored: AtomicU64,
    time_to_ring: Histogram,
    time_to_answer: Histogram,
    pub(crate) store: StoreMetrics,
    pub(crate) media: MediaMetrics,
}

/// How many batches were stored, and how many were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commits {
    pub(crate) stored: u64,
    pub(crate) failed: u64,
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

/// What waits for the storage, and how large it is.
#[derive(Default)]
pub(crate) struct StoreMetrics {
    writes_waiting: Gauge,
    reads_waiting: Gauge,
    file_bytes: Gauge,
    log_bytes: Gauge,
    transactions: Counter,
    quarantined: Counter,
}

impl StoreMetrics {
    /// Takes over what the store says now.
    pub(crate) fn follow(&self, now: &StoreStats) {
        let gauges = [
            (&self.writes_waiting, now.writes_waiting as u64),
            (&self.reads_waiting, now.reads_waiting as u64),
            (&self.file_bytes, now.file_bytes),
            (&self.log_bytes, now.log_bytes),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let counters = [
            (&self.transactions, now.transactions),
            (&self.quarantined, now.quarantined),
        ];
        for (counter, value) in counters {
            counter.inner().store(value, Ordering::Relaxed);
        }
    }

    fn register(&self, store: &mut Registry) {
        let gauges = [
            (
                "writes_waiting",
                "Writes that are not on the disk yet",
                &self.writes_waiting,
            ),
            (
                "reads_waiting",
                "Reads that wait for the storage",
                &self.reads_waiting,
            ),
            ("file_bytes", "Size of the database", &self.file_bytes),
            (
                "log_bytes",
                "Size of the database's write-ahead log",
                &self.log_bytes,
            ),
        ];
        for (name, help, gauge) in gauges {
            store.register(name, help, gauge.clone());
        }
        store.register(
            "transactions",
            "Transactions; each joins the batches that waited",
            self.transactions.clone(),
        );
        store.register(
            "quarantined",
            "Rows that could not be read and were set aside",
            self.quarantined.clone(),
        );
    }
}

/// What the media plane counts.
#[derive(Default)]
pub(crate) struct MediaMetrics {
    /// UDP datagrams that came.
    pub(crate) received: Counter,
    /// UDP datagrams that went.
    pub(crate) sent: Counter,
    /// UDP datagrams that the system did not take.
    unsent: Family<UnsentLabels, Counter>,
    receive_buffer: Gauge,
    send_buffer: Gauge,
    rooms: Gauge,
    peers: Gauge,
    packets_received: Counter,
    packets_forwarded: Counter,
    bytes_forwarded: Counter,
    packets_held_back: Counter,
    datagrams_dropped: Counter,
    key_frame_requests: Counter,
    peers_failed: Counter,
    addresses: Gauge,
    addresses_refused: Counter,
    offers_refused: Counter,
}

impl MediaMetrics {
    /// Takes over what the SFU has counted so far.
    pub(crate) fn follow(&self, now: &hullo_sfu::Metrics, offers_refused: u64) {
        let gauges = [
            (&self.rooms, now.rooms),
            (&self.peers, now.peers),
            (&self.addresses, now.addresses),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let counters = [
            (&self.packets_received, now.packets_received),
            (&self.packets_forwarded, now.packets_forwarded),
            (&self.bytes_forwarded, now.bytes_forwarded),
            (&self.packets_held_back, now.packets_held_back),
            (&self.datagrams_dropped, now.datagrams_dropped),
            (&self.key_frame_requests, now.key_frame_requests),
            (&self.peers_failed, now.peers_failed),
            (&self.addresses_refused, now.addresses_refused),
            (&self.offers_refused, offers_refused),
        ];
        for (counter, value) in counters {
            counter.inner().store(value, Ordering::Relaxed);
        }
    }

    /// A datagram was not sent.
    pub(crate) fn count_unsent(&self, reason: Unsent) {
        let reason = match reason {
            Unsent::Full => "full",
            Unsent::Unreachable => "unreachable",
            Unsent::Other => "other",
        };
        self.unsent.get_or_create(&UnsentLabels { reason }).inc();
    }

    /// The buffers that the system has granted, in bytes.
    pub(crate) fn set_buffers(&self, receive: usize, send: usize) {
        for (gauge, bytes) in [(&self.receive_buffer, receive), (&self.send_buffer, send)] {
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
    }

    fn register(&self, media: &mut Registry) {
        self.register_gauges(media);
        self.register_counters(media);
        media.register(
            "datagrams_unsent",
            "UDP datagrams that were not sent, by reason",
            self.unsent.clone(),
        );
    }

    fn register_gauges(&self, media: &mut Registry) {
        let gauges = [
            ("rooms", "Open rooms", &self.rooms),
            ("peers", "Media connections", &self.peers),
            (
                "receive_buffer_bytes",
                "Least receive buffer of the media sockets",
                &self.receive_buffer,
            ),
            (
                "send_buffer_bytes",
                "Least send buffer of the media sockets",
                &self.send_buffer,
            ),
            (
                "addresses",
                "Addresses that media connections are heard from",
                &self.addresses,
            ),
        ];
        for (name, help, gauge) in gauges {
            media.register(name, help, gauge.clone());
        }
    }

    fn register_counters(&self, media: &mut Registry) {
        let counters = [
            (
                "datagrams_received",
                "UDP datagrams received",
                &self.received,
            ),
            ("datagrams_sent", "UDP datagrams sent", &self.sent),
            (
                "datagrams_dropped",
                "UDP datagrams from nobody that is known",
                &self.datagrams_dropped,
            ),
            (
                "packets_received",
                "RTP packets received from admitted peers",
                &self.packets_received,
            ),
            (
                "packets_forwarded",
                "RTP packets handed on, once for each receiver",
                &self.packets_forwarded,
            ),
            (
                "bytes_forwarded",
                "RTP payload bytes handed on",
                &self.bytes_forwarded,
            ),
            (
                "packets_held_back",
                "RTP packets from peers that were not admitted",
                &self.packets_held_back,
            ),
            (
                "key_frame_requests",
                "Key frames asked of senders",
                &self.key_frame_requests,
            ),
            (
                "addresses_refused",
                "Datagrams dropped because they came from one address of a client too many, or from another's",
                &self.addresses_refused,
            ),
            (
                "offers_refused",
                "Offers refused because too many waited",
                &self.offers_refused,
            ),
            (
                "peers_failed",
                "Media connections closed by an error",
                &self.peers_failed,
            ),
        ];
        for (name, help, counter) in counters {
            media.register(name, help, counter.clone());
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UnsentLabels {
    reason: &'static str,
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
            calls: Family::default(),
            calls_ended: Family::default(),
            live: Mutex::default(),
            commits: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            commits_failed: Counter::default(),
            commits_stored: AtomicU64::new(0),
            time_to_ring: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            time_to_answer: Histogram::new(exponential_buckets(0.5, 1.5, 16)),
            store: StoreMetrics::default(),
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
        self.store.register(all.sub_registry_with_prefix("store"));
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
        self.media.register(all.sub_registry_with_prefix("media"));
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

    /// Counts calls by the state in which these writes leave them.
    pub(crate) fn count_calls(&self, app: &AppKey, writes: &[Write]) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            let (call, is_over) = match write {
                Write::Call(call) => (call, false),
                Write::End { call, record, .. } => {
                    let reason = snake_case(&record.reason);
                    self.calls_ended.get_or_create(&EndLabels { reason }).inc();
                    (call, true)
                }
            };
            let key = (app.clone(), call.call_id);
            let before = live.remove(&key);
            let now = Progress::of(call, before);
            if let Some(before) = before {
                self.calls.get_or_create(&label(before.state)).dec();
                self.time(call, before, now);
            }
            if !is_over {
                self.calls.get_or_create(&label(now.state)).inc();
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

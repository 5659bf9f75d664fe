//! The storage, as an operator watches it.

use std::sync::atomic::Ordering;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::store::StoreStats;

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

    pub(super) fn register(&self, store: &mut Registry) {
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

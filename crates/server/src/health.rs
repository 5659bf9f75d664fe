//! Whether the server is alive, and whether it can do its work. Who asks writes nothing: the storage is watched by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::node::Shared;

/// While the storage is well and nothing is stored, it is tried this often;
const LOOK: Duration = Duration::from_secs(10);
/// while it is not, this often.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// A write that takes longer counts as one that failed.
const PROBE: Duration = Duration::from_secs(3);

/// What is known of the server's health.
pub(crate) struct Health {
    shared: Shared,
    stores: AtomicBool,
    draining: AtomicBool,
}

impl Health {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared,
            stores: AtomicBool::new(true),
            draining: AtomicBool::new(false),
        }
    }

    /// Whether the storage took the latest write.
    pub(crate) fn stores(&self) -> bool {
        self.stores.load(Ordering::Relaxed)
    }

    /// Whether the server is about to stop.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// From here on it is not ready for anybody new.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Tries the storage whenever nothing else has shown that it takes writes. Returns its first finding in time for the
    /// first question, then goes on by itself.
    pub(crate) async fn watch(self: &Arc<Self>) -> JoinHandle<()> {
        let mut probe = self.probe().await;
        let health = self.clone();
        tokio::spawn(async move {
            let mut commits = health.shared.metrics.commits();
            loop {
                let pause = match health.stores() {
                    true => LOOK,
                    false => LOOK_AGAIN,
                };
                tokio::time::sleep(pause).await;
                let now = health.shared.metrics.commits();
                let proven = now.stored > commits.stored && now.failed == commits.failed;
                commits = now;
                if proven && probe.is_none() {
                    health.found(Ok(()));
                    continue;
                }
                probe = match probe {
                    // One that is under way is not asked twice.
                    Some(waiting) => health.wait(waiting).await,
                    None => health.probe().await,
                };
            }
        })
    }

    async fn probe(&self) -> Option<Probe> {
        let store = self.shared.store.clone();
        let now_ms = self.shared.clock.now().0;
        // A task of its own: it is never given up half-way, whatever becomes of its watcher.
        let probe = tokio::spawn(async move {
            let stored = store.probe(now_ms).await;
            stored.map_err(|error| error.to_string())
        });
        self.wait(probe).await
    }

    /// Waits for a probe, and returns it when it takes too long.
    async fn wait(&self, mut probe: Probe) -> Option<Probe> {
        match timeout(PROBE, &mut probe).await {
            Ok(Ok(result)) => {
                self.found(result);
                None
            }
            Ok(Err(error)) => {
                self.found(Err(error.to_string()));
                None
            }
            Err(_) => {
                self.found(Err(format!("no answer in {} s", PROBE.as_secs())));
                Some(probe)
            }
        }
    }

    fn found(&self, result: Result<(), String>) {
        let before = self.stores.swap(result.is_ok(), Ordering::Relaxed);
        match result {
            Ok(()) if !before => tracing::info!("the storage takes writes again"),
            Err(error) if before => tracing::error!(error, "the storage takes no writes"),
            _ => {}
        }
    }
}

type Probe = JoinHandle<Result<(), String>>;

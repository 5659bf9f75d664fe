//! Whether the server can do its work: it can as long as it can store.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::node::Shared;

/// A probe writes to the disk: not more often than this, whoever asks.
const PROBE_EVERY: Duration = Duration::from_millis(500);

/// The latest probe of the storage.
#[derive(Default)]
pub(crate) struct Health {
    probed: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    /// Whether the storage takes writes.
    pub(crate) async fn probe(&self, shared: &Shared) -> bool {
        let mut probed = self.probed.lock().await;
        if let Some((at, stores)) = *probed
            && at.elapsed() < PROBE_EVERY
        {
            return stores;
        }
        let result = shared.store.probe(shared.clock.now().0).await;
        if let Err(error) = &result {
            tracing::error!(%error, "the storage takes no writes");
        }
        *probed = Some((Instant::now(), result.is_ok()));
        result.is_ok()
    }
}

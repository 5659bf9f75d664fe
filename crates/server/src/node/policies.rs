//! How an app wants its calls may change at any time, from the command line: whoever signs in finds out, beside the actor.

use std::time::Instant;

use tokio::sync::Mutex;

use crate::store::{App, Policies, Store};

/// Policies, as they were at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoliciesAt {
    pub(super) policies: Policies,
    /// When they were asked for. Of two answers the later question's counts.
    pub(super) asked_at: Instant,
}

/// What was read last. Those who ask at the same time share one read.
#[derive(Debug)]
pub(super) struct PolicyReader(Mutex<PoliciesAt>);

impl PolicyReader {
    pub(super) fn new(app: &App) -> Self {
        Self(Mutex::new(PoliciesAt {
            policies: app.policies,
            asked_at: Instant::now(),
        }))
    }

    /// The policies as they are now; as they were, when the store does not answer.
    pub(super) async fn read(&self, app: &App, store: &dyn Store) -> PoliciesAt {
        let now = Instant::now();
        let mut known = self.0.lock().await;
        if known.asked_at >= now {
            // Somebody who waited, too, has read them meanwhile.
            return *known;
        }
        let asked_at = Instant::now();
        match store.policies(&app.key).await {
            Ok(Some(policies)) => *known = PoliciesAt { policies, asked_at },
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(app = %app.key, %error, "the app's policies cannot be read; they stay as they were");
            }
        }
        *known
    }
}

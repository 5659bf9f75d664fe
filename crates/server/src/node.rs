//! The running server: one actor per app owns its hub, one thread owns all media.

mod actor;
mod fact;
mod inbox;
mod media;
mod overload;
mod session_queue;
mod shared;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use hullo_core::hub::SessionId;
use hullo_protocol::{Accid, AppKey};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::config::Bound;
use crate::store::{App, StoreError};
use actor::Actor;
pub(crate) use actor::{NewSession, SessionInput};
use fact::Fact;
use inbox::{Entrance, inbox};
pub(crate) use media::{Media, MediaSockets};
use overload::Overload;
pub(crate) use session_queue::{Next, Outgoing, SessionHandle, SessionQueue, Welcome};
pub(crate) use shared::Shared;

/// Inputs of sessions that wait for the actor; a session that finds the inbox full waits, and so does its client.
const INBOX: usize = 1024;

/// All apps of this server.
pub(crate) struct Node {
    shared: Shared,
    media: Media,
    apps: Mutex<BTreeMap<AppKey, Arc<AppNode>>>,
    next_session: AtomicU64,
}

/// The way to one app's actor.
pub(crate) struct AppNode {
    pub(crate) app: App,
    entrance: Entrance<SessionInput>,
    overload: StdMutex<Overload>,
    facts: mpsc::UnboundedSender<Fact>,
}

impl Node {
    /// Goes on with every app and its live calls.
    pub(crate) async fn start(shared: Shared, media: Media) -> Result<Self, StoreError> {
        let node = Self {
            media,
            apps: Mutex::default(),
            next_session: AtomicU64::new(1),
            shared,
        };
        let mut apps = node.apps.lock().await;
        for app in node.shared.store.apps().await? {
            apps.insert(app.key.clone(), node.start_app(app).await?);
        }
        drop(apps);
        Ok(node)
    }

    /// The app of this key, if there is one; one that was created since the start begins here.
    pub(crate) async fn app(&self, key: &AppKey) -> Result<Option<Arc<AppNode>>, StoreError> {
        let mut apps = self.apps.lock().await;
        if let Some(known) = apps.get(key) {
            return Ok(Some(known.clone()));
        }
        let Some(app) = self.shared.store.app(key).await? else {
            return Ok(None);
        };
        let started = self.start_app(app).await?;
        apps.insert(key.clone(), started.clone());
        Ok(Some(started))
    }

    async fn start_app(&self, app: App) -> Result<Arc<AppNode>, StoreError> {
        let (entrance, inputs) = inbox(INBOX);
        let (facts, fact_inbox) = mpsc::unbounded_channel();
        let media = self.media.of_app(app.key.clone(), facts.clone());
        let actor = Actor::restore(self.shared.clone(), app.clone(), media).await?;
        tokio::spawn(actor.run(inputs, fact_inbox));
        Ok(Arc::new(AppNode {
            app,
            entrance,
            overload: StdMutex::default(),
            facts,
        }))
    }

    /// A number for a new session.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends every session. Returns when the actors have stopped.
    pub(crate) async fn stop(&self) {
        let apps = std::mem::take(&mut *self.apps.lock().await);
        for app in apps.values() {
            let (stopped, wait) = oneshot::channel();
            if app.send(SessionInput::Stop(stopped)).await {
                // An actor that is gone has nothing to stop.
                let _ = wait.await;
            }
        }
    }
}

impl AppNode {
    /// Hands an input to the actor; false when the server stops.
    pub(crate) async fn send(&self, input: SessionInput) -> bool {
        self.entrance.send(input).await
    }

    /// For how long what came before a dial waits already, when that is so long that the dial is to be refused.
    pub(crate) fn overload(&self, bound: Bound) -> Option<Duration> {
        let now = Instant::now();
        let behind = self.entrance.behind(now);
        let overload = self.overload.lock();
        let mut overload = overload.unwrap_or_else(PoisonError::into_inner);
        overload.refuses(now, behind, bound).then_some(behind)
    }

    /// Ends the account's sessions whose token is older than `generation`.
    pub(crate) fn sign_out(&self, accid: Accid, generation: u64) {
        // A failed send means that the server stops, which ends all sessions anyway.
        let _ = self.facts.send(Fact::SignOut { accid, generation });
    }
}

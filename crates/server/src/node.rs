//! The running server: one actor per app owns its hub, one thread owns all media.
//!
//! An actor that fails is restored from the store, as by a start of the process; its clients come back by themselves. One that
//! fails again and again ends the process.

mod actor;
mod fact;
mod failures;
mod fault;
mod media;
mod overload;
mod policies;
mod pulse;
mod session_queue;
mod shared;
mod status;
mod unknown;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use hullo_core::Time;
use hullo_core::call::Profile;
use hullo_core::hub::SessionId;
use hullo_protocol::{Accid, AppKey};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::config::Bound;
use crate::fatal;
use crate::status::NodeStatus;
use crate::store::{App, StoreError};
use actor::Actor;
pub(crate) use actor::{NewSession, SessionInput};
use fact::Fact;
use failures::Failures;
pub(crate) use media::{Media, MediaSockets};
use overload::Overload;
pub(crate) use policies::PoliciesAt;
use policies::PolicyReader;
pub(crate) use session_queue::{Next, Outgoing, SessionHandle, SessionQueue, Welcome};
pub(crate) use shared::Shared;
use status::ActorStatus;
use unknown::UnknownKeys;

/// Inputs of sessions that wait for the actor; a session that finds the inbox full waits, and so does its client.
const INBOX: usize = 1024;
/// An app that has failed is restored by so many attempts at most,
const RESTORE_ATTEMPTS: usize = 10;
/// this far apart.
const RESTORE_PAUSE: Duration = Duration::from_secs(1);

/// All apps of this server.
#[derive(Clone)]
pub(crate) struct Node(Arc<Inner>);

struct Inner {
    shared: Shared,
    media: Media,
    /// Never held while something is awaited. An app that is being started has its place already; others who want it wait
    /// there.
    apps: Mutex<BTreeMap<AppKey, Place>>,
    unknown: Mutex<UnknownKeys>,
    failures: Mutex<Failures>,
    stopping: AtomicBool,
    next_session: AtomicU64,
}

type Place = Arc<OnceCell<Arc<AppNode>>>;

/// The way to one app's actor.
pub(crate) struct AppNode {
    pub(crate) app: App,
    inbox: mpsc::Sender<SessionInput>,
    overload: Mutex<Overload>,
    facts: mpsc::UnboundedSender<Fact>,
    policies: PolicyReader,
    status: Arc<ActorStatus>,
}

/// Why an app cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("the server is about to stop; come back in a moment")]
    Stopping,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Node {
    /// Goes on with every app and its live calls.
    pub(crate) async fn start(shared: Shared, media: Media) -> Result<Self, StoreError> {
        let node = Self(Arc::new(Inner {
            media,
            apps: Mutex::default(),
            unknown: Mutex::default(),
            failures: Mutex::default(),
            stopping: AtomicBool::new(false),
            next_session: AtomicU64::new(1),
            shared,
        }));
        for app in node.0.shared.store.apps().await? {
            let key = app.key.clone();
            let started = node.start_app(app).await?;
            lock(&node.0.apps).insert(key, Arc::new(OnceCell::new_with(Some(started))));
        }
        Ok(node)
    }

    /// The app of this key, if there is one; one that was created since the start begins here.
    pub(crate) async fn app(&self, key: &AppKey) -> Result<Option<Arc<AppNode>>, AppError> {
        if self.0.stopping.load(Ordering::Acquire) {
            return Err(AppError::Stopping);
        }
        let known = lock(&self.0.apps).get(key).cloned();
        if let Some(place) = &known {
            if let Some(running) = place.get() {
                return Ok(Some(running.clone()));
            }
        } else if lock(&self.0.unknown).contains(key, Instant::now()) {
            return Ok(None);
        }
        let Some(app) = self.0.shared.store.app(key).await? else {
            lock(&self.0.unknown).add(key.clone(), Instant::now());
            return Ok(None);
        };
        let place = lock(&self.0.apps).entry(key.clone()).or_default().clone();
        let running = place.get_or_try_init(|| self.start_app(app)).await?;
        if self.0.stopping.load(Ordering::Acquire) {
            return Err(AppError::Stopping);
        }
        Ok(Some(running.clone()))
    }

    async fn start_app(&self, app: App) -> Result<Arc<AppNode>, StoreError> {
        let (inbox, inputs) = mpsc::channel(INBOX);
        let (facts, fact_inbox) = mpsc::unbounded_channel();
        let status = Arc::new(ActorStatus::new());
        let media = self.0.media.of_app(app.key.clone(), facts.clone());
        let shared = self.0.shared.clone();
        let actor = Actor::restore(shared, app.clone(), media, status.clone()).await?;
        let running = tokio::spawn(actor.run(inputs, fact_inbox));
        tokio::spawn(watch(Arc::downgrade(&self.0), app.key.clone(), running));
        Ok(Arc::new(AppNode {
            policies: PolicyReader::new(&app),
            app,
            inbox,
            overload: Mutex::default(),
            facts,
            status,
        }))
    }

    /// Starts an app again whose actor has failed.
    async fn restart(&self, key: &AppKey) {
        tracing::error!(app = %key, "the app's actor has failed; its calls are restored from the storage");
        self.0.shared.metrics.actors.count_failure();
        if lock(&self.0.failures).add(Instant::now()) {
            fatal::end_process("an app's actor has failed again and again");
        }
        // What the actor was having stored is stored, or will never be, before it is read again. Whether this succeeds says
        // nothing about that.
        let barrier = self.0.shared.store.commit(key, Arc::from([]));
        let _ = barrier.await;
        lock(&self.0.apps).insert(key.clone(), Place::default());
        for _ in 0..RESTORE_ATTEMPTS {
            match self.app(key).await {
                Ok(_) | Err(AppError::Stopping) => return,
                Err(AppError::Store(error)) => {
                    tracing::error!(app = %key, %error, "the app's calls cannot be restored");
                }
            }
            sleep(RESTORE_PAUSE).await;
        }
        fatal::end_process(&format!("the calls of the app {key} cannot be restored"));
    }

    /// A number for a new session.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.0.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// How the actors and the media thread are doing.
    pub(crate) fn status(&self) -> NodeStatus {
        let pulse = self.0.media.pulse();
        let mut status = NodeStatus {
            media_lag: pulse.lag(),
            media_worked: pulse.worked(),
            ..NodeStatus::default()
        };
        for app in lock(&self.0.apps).values().filter_map(|place| place.get()) {
            let inbox = app.inbox.max_capacity() - app.inbox.capacity();
            app.status.add_to(&mut status, inbox);
        }
        status
    }

    /// From here on nobody new reaches an app.
    pub(crate) fn close(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Ends every session. Returns when the actors have stored what was under way.
    pub(crate) async fn stop(&self) {
        self.close();
        let apps: Vec<Place> = lock(&self.0.apps).values().cloned().collect();
        let running = apps.iter().filter_map(|place| place.get());
        join_all(running.map(|app| async {
            let (stopped, wait) = oneshot::channel();
            if app.send(SessionInput::Stop(stopped)).await {
                // An actor that is gone has nothing to stop.
                let _ = wait.await;
            }
        }))
        .await;
    }
}

/// Of a type that is known, since what is restarted is watched again.
fn restarted(node: Node, key: AppKey) -> BoxFuture<'static, ()> {
    async move { node.restart(&key).await }.boxed()
}

/// Waits for the end of an actor, and starts its app again if it has failed.
async fn watch(node: Weak<Inner>, key: AppKey, actor: JoinHandle<()>) {
    let failed = actor.await.is_err_and(|ended| ended.is_panic());
    if failed && let Some(node) = node.upgrade() {
        restarted(Node(node), key).await;
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AppNode {
    /// Hands an input to the actor; false when the server stops, or the actor has failed.
    pub(crate) async fn send(&self, input: SessionInput) -> bool {
        self.inbox.send(input).await.is_ok()
    }

    /// For how long what came before a dial waits already, when that is so long that the dial is to be refused.
    pub(crate) fn overload(&self, now: Time, bound: Bound) -> Option<Duration> {
        let behind = self.status.behind(now);
        let mut overload = lock(&self.overload);
        let refuses = overload.refuses(Instant::now(), behind, bound);
        refuses.then_some(behind)
    }

    /// Tells the account's calls and devices how it is shown from now on.
    pub(crate) fn show(&self, accid: Accid, profile: Profile) {
        // A failed send means that the server stops, which ends all calls anyway.
        let _ = self.facts.send(Fact::Profile { accid, profile });
    }

    /// How the app wants its calls now, for a login.
    pub(crate) async fn policies(&self, shared: &Shared) -> PoliciesAt {
        self.policies.read(&self.app, &*shared.store).await
    }

    /// Ends the account's sessions whose token is older than `generation`.
    pub(crate) fn sign_out(&self, accid: Accid, generation: u64) {
        // A failed send means that the actor is gone, and with it all sessions.
        let _ = self.facts.send(Fact::SignOut { accid, generation });
    }
}

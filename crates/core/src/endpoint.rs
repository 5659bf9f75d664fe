//! The client's side: one device's session, at most one call, and at most one more on hold.
//!
//! The application's operations, the frames of the server and the events of the device's media come in; frames, media
//! commands, completions and application events go out. All types here are serde types because a browser drives the
//! endpoint across a JSON boundary (`crates/wasm`).
//!
//! - [`signalling`]: the connection: login, reconnection, heartbeat. [`reconcile`]: the snapshot after each login.
//! - [`requests`]: what was asked and is not answered; repeated after a reconnect under the same request id.
//! - [`leg`]: the one call, its phase and its public state.
//! - [`call_waiting`]: an invite that came while there was another call. [`hold`]: a call that is on hold beside it.
//! - [`dial`], [`group`], [`join`], [`operate`] and [`switch`]: what the application asks. [`frames`]: what the server says.
//!   [`news`]: what a change of the call means to the application. [`media_connection`]: the connection of media; [`show`]: what it
//!   has to carry.
//!
//! Invariant: each ticket completes exactly once; one of `CallEnd` and `OtherClientAccept`/`Reject`/`Continue` comes exactly once
//! for each call that the application knew of; the state changes before the events that say why.

mod call_waiting;
mod dial;
mod event;
mod frames;
mod group;
mod hold;
mod io;
mod join;
mod leg;
mod media;
mod media_connection;
mod news;
mod op;
mod operate;
mod reconcile;
mod requests;
mod show;
mod signalling;
mod switch;

use hullo_protocol::{CallId, CallView, ErrorBody, ErrorKind, RequestId};

pub use event::AppEvent;
pub use io::{Input, Output, State};
pub use media::{LocalMedia, MediaCommand, MediaEvent, RemoteSlot};
pub use op::{Member, Op, Value};

use crate::Time;
use call_waiting::WaitingInvite;
use join::PendingJoin;
use leg::CallLeg;
use requests::Requests;
use signalling::Signalling;

/// What the application knows of the state.
#[derive(Debug, Clone, Default, PartialEq)]
struct Published {
    state: State,
    call: Option<CallView>,
    local: LocalMedia,
    held: Option<CallView>,
    waiting: Option<CallView>,
    elsewhere: Vec<CallView>,
}

/// One device's session, at most one call, and at most one more on hold.
pub struct Endpoint {
    rng: fastrand::Rng,
    now: Time,
    signalling: Signalling,
    requests: Requests,
    current: Option<CallLeg>,
    /// The call on hold beside it.
    held: Option<CallLeg>,
    waiting: Option<WaitingInvite>,
    /// A running call that the application is entering.
    joining: Option<PendingJoin>,
    /// The account's calls on its other devices.
    elsewhere: Vec<CallView>,
    /// The number of the newest media connection.
    peers: u32,
    /// What the last `Changed` said, so that it is said only when it is news.
    published: Published,
    out: Vec<Output>,
}

impl Endpoint {
    /// A device that is signed out. `seed` is fresh randomness: ids are made from it.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            now: Time::default(),
            signalling: Signalling::default(),
            requests: Requests::default(),
            current: None,
            held: None,
            waiting: None,
            joining: None,
            elsewhere: Vec::new(),
            peers: 0,
            published: Published::default(),
            out: Vec::new(),
        }
    }

    /// Takes one input; returns what to do, in order.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Output> {
        self.now = self.now.max(now);
        match input {
            Input::Op { ticket, op } => self.handle_op(ticket, op),
            Input::SocketOpened => self.handle_socket_opened(),
            Input::SocketClosed => self.handle_socket_closed(),
            Input::Frame { text } => self.handle_frame(&text),
            Input::NetworkChanged => self.handle_network_changed(),
            Input::Token {
                call_id,
                token,
                error,
            } => self.handle_token(call_id, token, error),
            Input::Media { event } => self.handle_media(event),
            Input::Timeout => {}
        }
        self.handle_time();
        self.park_held();
        self.resume_held();
        self.ring_waiting();
        self.sync();
        std::mem::take(&mut self.out)
    }

    /// When to call `handle` with [`Input::Timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Time> {
        let leg = self.current.as_ref().and_then(CallLeg::due);
        let waiting = self.waiting.as_ref().and_then(WaitingInvite::due);
        let joining = self.joining.as_ref().and_then(PendingJoin::due);
        [
            self.signalling.due(),
            self.requests.due(),
            leg,
            waiting,
            joining,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The public state.
    pub fn state(&self) -> State {
        self.current.as_ref().map_or(State::Idle, CallLeg::state)
    }

    /// The call, unless idle.
    pub fn call(&self) -> Option<&CallView> {
        self.current.as_ref().map(|leg| &leg.view)
    }

    fn handle_time(&mut self) {
        self.expire_requests();
        self.expire_connection();
        self.expire_leg();
        self.expire_waiting();
        self.expire_join();
    }

    fn emit(&mut self, event: AppEvent) {
        self.out.push(Output::Event { event });
    }

    fn command(&mut self, command: MediaCommand) {
        self.out.push(Output::Media { command });
    }

    fn complete(&mut self, ticket: u64, result: Result<Value, ErrorBody>) {
        let (value, error) = match result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error)),
        };
        self.out.push(Output::Complete {
            ticket,
            value,
            error,
        });
    }

    fn fail(&mut self, ticket: u64, kind: ErrorKind) {
        self.complete(ticket, Err(kind.into()));
    }

    fn new_call_id(&mut self) -> CallId {
        CallId::from_parts(self.now.0, self.rng.u128(..))
    }

    fn new_request_id(&mut self) -> RequestId {
        RequestId::from_parts(self.now.0, self.rng.u128(..))
    }

    /// Says `Changed` if there is news. Called before each event that follows from a change, and at the end of each input.
    fn publish_change(&mut self) {
        let local = self
            .current
            .as_ref()
            .map(|leg| leg.local)
            .unwrap_or_default();
        let now = Published {
            state: self.state(),
            call: self.call().cloned(),
            local,
            held: self.held.as_ref().map(|held| held.view.clone()),
            waiting: self.waiting.as_ref().and_then(WaitingInvite::announced),
            elsewhere: self.calls_elsewhere(),
        };
        if now != self.published {
            self.published = now.clone();
            self.emit(AppEvent::Changed {
                state: now.state,
                call: now.call,
                local: now.local,
                held: now.held,
                waiting: now.waiting,
                elsewhere: now.elsewhere,
            });
        }
    }
}

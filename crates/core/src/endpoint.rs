//! The client's side: one device's session and at most one call.
//!
//! The application's operations, the frames of the server and the events of the device's media come in; frames, media
//! commands, completions and application events go out. All types here are serde types because a browser drives the
//! endpoint across a JSON boundary (`crates/wasm`).
//!
//! - [`link`]: the connection: login, reconnection, heartbeat. [`reconcile`]: the snapshot after each login.
//! - [`requests`]: what was asked and is not answered; repeated after a reconnect under the same request id.
//! - [`session`]: the one call, its phase and its public state.
//! - [`waiting`]: an invite that came while there was another call.
//! - [`dial`], [`operate`] and [`switch`]: what the application asks. [`frames`]: what the server says. [`news`]: what a
//!   change of the call means to the application. [`media_link`]: the connection of media.
//!
//! Invariant: each ticket completes exactly once; `CallEnd` (or `OtherClientAccept`/`Reject`) comes exactly once for each call
//! that the application knew of; the state changes before the events that say why.

mod dial;
mod event;
mod frames;
mod io;
mod link;
mod media;
mod media_link;
mod news;
mod op;
mod operate;
mod reconcile;
mod requests;
mod session;
mod switch;
mod waiting;

use hullo_protocol::{CallId, CallView, ErrorBody, ErrorKind, RequestId};

pub use event::AppEvent;
pub use io::{Input, Output, State};
pub use media::{LocalMedia, MediaCommand, MediaEvent, RemoteSlot};
pub use op::{Member, Op, Value};

use crate::Time;
use link::Link;
use requests::Requests;
use session::Session;
use waiting::WaitingInvite;

/// One device's session and at most one call.
pub struct Endpoint {
    rng: fastrand::Rng,
    now: Time,
    link: Link,
    requests: Requests,
    session: Option<Session>,
    waiting: Option<WaitingInvite>,
    /// The number of the newest media connection.
    peers: u32,
    /// What the last `Changed` said, so that it is said only when it is news.
    told: (State, Option<CallView>, LocalMedia),
    out: Vec<Output>,
}

impl Endpoint {
    /// A device that is signed out. `seed` is fresh randomness: ids are made from it.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            now: Time::default(),
            link: Link::default(),
            requests: Requests::default(),
            session: None,
            waiting: None,
            peers: 0,
            told: (State::Idle, None, LocalMedia::default()),
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
        self.ring_waiting();
        self.settle();
        std::mem::take(&mut self.out)
    }

    /// When to call `handle` with [`Input::Timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Time> {
        let session = self.session.as_ref().and_then(Session::due);
        [self.link.due(), self.requests.due(), session]
            .into_iter()
            .flatten()
            .min()
    }

    /// The public state.
    pub fn state(&self) -> State {
        self.session.as_ref().map_or(State::Idle, Session::state)
    }

    /// The call, unless idle.
    pub fn call(&self) -> Option<&CallView> {
        self.session.as_ref().map(|session| &session.view)
    }

    fn handle_time(&mut self) {
        self.expire_requests();
        self.expire_link();
        self.expire_session();
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
    fn tell_change(&mut self) {
        let local = self
            .session
            .as_ref()
            .map(|session| session.local)
            .unwrap_or_default();
        let now = (self.state(), self.call().cloned(), local);
        if now != self.told {
            self.told = now.clone();
            let (state, call, local) = now;
            self.emit(AppEvent::Changed {
                state,
                call,
                local,
                held: None,
                waiting: None,
                elsewhere: Vec::new(),
            });
        }
    }
}

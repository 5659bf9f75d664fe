//! The client's side: this device's session, the current call, and at most one more on hold.
//!
//! The application's operations, the frames of the server and the events of the device's media come in; frames, media
//! commands, completions and application events go out. All types here are serde types because a browser drives the
//! endpoint across a JSON boundary (`crates/wasm`).
//!
//! - [`io`], [`op`], [`event`], [`media`], [`state`]: the types that cross.
//! - [`context`]: what every part may use: the time, ids, [`signalling`], [`requests`], room [`tokens`], [`audio_mutes`], the
//!   outputs so far.
//! - [`leg`]: this device's side of one call: dial and answer, the media connection, subscription and switch, and what a
//!   change means to the application (`leg/{dial,answer,media,devices,subscription,switch,diff}.rs`).
//! - [`dispatch`]: what comes in goes to whom it concerns. [`connection`], [`login`] and [`renewal`]
//!   of the [`login_token`]: the session.
//! - [`dial`], [`answer`], [`join`], [`call_waiting`] and [`hold`]: how a call becomes current, and makes way for another.
//!   [`adopt`]: the call as the server has it. [`reconcile`]: the snapshot after each login.
//!
//! What concerns only one call is a method of its part (a leg, what is held, waiting or joined), which takes the context
//! and knows nothing of the endpoint: what it returns, the application is told. What moves calls between these parts is a
//! method of [`Endpoint`], in the file of that part.
//!
//! Invariant: each ticket completes exactly once; exactly one of `CallEnd` and `OtherClientAccept`/`Reject`/`Continue` comes for
//! each call that the application knew of; the state changes before the events that say why.

mod adopt;
mod answer;
mod audio_mutes;
mod call_waiting;
mod connection;
mod context;
mod dial;
mod dispatch;
mod event;
mod hold;
mod io;
mod join;
mod leg;
mod login;
mod login_token;
mod media;
mod op;
mod reconcile;
mod renewal;
mod requests;
mod signalling;
mod state;
mod tokens;

use hullo_protocol::{Accid, CallView, EndReason, ErrorBody, ErrorKind};

pub use event::{AppEvent, ConnectionFailure};
pub use io::{Input, Output};
pub use media::{DevicePresets, LocalDevice, LocalMedia, MediaCommand, MediaEvent, RemoteSlot};
pub use op::{Member, Op, Value};
pub use state::State;

use crate::Time;
use call_waiting::CallWaiting;
use context::{Context, token_given};
use hold::Held;
use join::Joining;
use leg::CallLeg;

/// One device's session, the current call, and at most one more on hold.
///
/// A shell drives it: it hands in what happens, carries out what comes back in that order, and calls again at the latest
/// at [`Endpoint::poll_timeout`]. In the browser the shell is `web/sdk/src/driver.ts`.
///
/// ```
/// use hullo_core::Time;
/// use hullo_core::endpoint::{Endpoint, Input, Op, Output};
///
/// let mut endpoint = Endpoint::new(7); // fresh randomness, in earnest
/// let mut inputs = vec![Input::Op { ticket: 1, op: Op::ACCEPT }];
/// let now = Time(1_700_000_000_000); // milliseconds since 1970, never backwards
/// while let Some(input) = inputs.pop() {
///     for output in endpoint.handle(input, now) {
///         match output {
///             Output::OpenSocket | Output::CloseSocket => { /* the WebSocket */ }
///             Output::Send { text } => println!("-> {text}"),
///             Output::Media { command } => println!("RTCPeerConnection, devices: {command:?}"),
///             Output::AskLoginToken => { /* the same; then Input::LoginToken */ }
///             Output::KeepCursor { .. } => { /* into the page's storage, for the next login */ }
///             Output::AskToken { .. } => { /* the app's backend; then Input::Token */ }
///             Output::Event { event } => println!("to the application: {event:?}"),
///             // Nobody calls, so there is nothing to accept.
///             Output::Complete { ticket, value, error } => {
///                 assert!(ticket == 1 && value.is_none() && error.is_some());
///             }
///         }
///     }
///     // When nothing happens before `poll_timeout`: Input::Timeout.
///     assert_eq!(endpoint.poll_timeout(), None);
/// }
/// ```
pub struct Endpoint {
    cx: Context,
    current: Option<CallLeg>,
    /// The call on hold beside it.
    held: Held,
    /// An invite that came while there was another call.
    waiting: CallWaiting,
    /// A running call that the application is joining.
    joining: Joining,
    /// The account's calls on its other devices.
    elsewhere: Vec<CallView>,
    /// What the last `Changed` said, so that it is said only when it differs.
    published: Published,
    /// How far the past calls of the account are read, as this device was told last.
    recents_read: Option<(Accid, u64)>,
    /// What the last `ConnectionChanged` said.
    connection: (bool, Option<ConnectionFailure>),
}

/// What the application knows of the state.
#[derive(Debug, Clone, Default, PartialEq)]
struct Published {
    state: State,
    call: Option<CallView>,
    local: LocalMedia,
    audio_mutes: Vec<Accid>,
    held: Option<CallView>,
    waiting: Option<CallView>,
    elsewhere: Vec<CallView>,
    connected: bool,
    reconnecting: bool,
}

impl Endpoint {
    /// A device that is signed out. `seed` is fresh randomness: ids are made from it.
    pub fn new(seed: u64) -> Self {
        Self {
            cx: Context::new(seed),
            current: None,
            held: Held::default(),
            waiting: CallWaiting::default(),
            joining: Joining::default(),
            elsewhere: Vec::new(),
            published: Published::default(),
            recents_read: None,
            connection: (false, None),
        }
    }

    /// Takes one input; returns what to do, in order.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Output> {
        self.cx.now = self.cx.now.max(now);
        match input {
            Input::Op { ticket, op } => self.handle_op(ticket, op),
            Input::SocketOpened => {
                let legs = self.current.iter().chain(&self.held.leg);
                let calls = legs.map(|leg| leg.view.call_id).collect();
                self.cx.handle_socket_opened(calls);
            }
            Input::SocketClosed => self.cx.handle_socket_closed(),
            Input::Frame { text } => self.handle_frame(&text),
            Input::NetworkChanged => {
                self.cx.handle_network_changed();
                self.on_current(CallLeg::restart_media);
            }
            Input::PageHidden => self.on_current(|leg, cx| leg.close_page(cx)),
            Input::Token {
                call_id,
                token,
                error,
            } => self.handle_token(call_id, token_given(token, error)),
            Input::LoginToken { token, error } => {
                self.handle_login_token(token_given(token, error));
            }
            Input::Media { event } => self.handle_media(event),
            Input::Timeout => {}
        }
        self.expire();
        self.park_held();
        self.resume_held();
        self.ring_waiting();
        self.sync();
        self.announce_connection();
        self.cx.take_outputs()
    }

    /// When to call `handle` with [`Input::Timeout`] at the latest.
    pub fn poll_timeout(&self) -> Option<Time> {
        let leg = self.current.as_ref().and_then(CallLeg::due);
        [self.cx.due(), leg, self.waiting.due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The public state.
    pub fn state(&self) -> State {
        self.current.as_ref().map_or(State::Idle, CallLeg::state)
    }

    /// The current call, unless idle.
    pub fn call(&self) -> Option<&CallView> {
        self.current.as_ref().map(|leg| &leg.view)
    }

    /// Carries out what is due.
    fn expire(&mut self) {
        let now = self.cx.now;
        for pending in self.cx.requests.drop_expired(now) {
            let kind = match self.cx.signalling.is_ready() {
                true => ErrorKind::Timeout,
                false => ErrorKind::NoConnection,
            };
            self.handle_answer(pending, Err(kind.into()));
        }
        self.expire_connection();
        for call_id in self.cx.tokens.expired(now) {
            let error = ErrorBody::new(ErrorKind::TokenUnavailable, "no answer in time");
            self.handle_token(call_id, Err(error));
        }
        if self
            .current
            .as_ref()
            .is_some_and(|leg| leg.has_rung_out(now))
        {
            self.end_leg(EndReason::TimedOut, None);
        }
        self.on_current(CallLeg::expire);
        let ended = self.waiting.expire(&mut self.cx);
        self.announce(ended);
    }

    /// Brings devices, flow, and what the server and the application are told in line with the state.
    fn sync(&mut self) {
        let ready = self.cx.signalling.is_ready();
        if let Some(leg) = &mut self.current {
            leg.sync_devices(&mut self.cx);
            leg.sync_lines(&mut self.cx);
            leg.sync_subscription(&mut self.cx);
            let event = leg.sync_connection_events(ready);
            self.announce(event);
        }
        self.publish_change();
    }

    /// Emits `Changed` if what the application can see has changed: before each event that follows from a change, and at the
    /// end of each input.
    fn publish_change(&mut self) {
        let leg = self.current.as_ref();
        let now = Published {
            state: self.state(),
            call: self.call().cloned(),
            local: leg.map(|leg| leg.local).unwrap_or_default(),
            audio_mutes: leg.map(|leg| leg.audio_mutes(&self.cx)).unwrap_or_default(),
            held: self.held.view(),
            waiting: self.waiting.announced_view(),
            elsewhere: self.calls_elsewhere(),
            connected: self.cx.signalling.is_ready(),
            reconnecting: leg.is_some_and(CallLeg::is_reconnecting),
        };
        if now != self.published {
            self.published = now.clone();
            self.cx.emit(AppEvent::Changed {
                state: now.state,
                call: now.call,
                local: now.local,
                audio_mutes: now.audio_mutes,
                held: now.held,
                waiting: now.waiting,
                elsewhere: now.elsewhere,
                connected: now.connected,
                reconnecting: now.reconnecting,
            });
        }
    }

    /// Tells the application when the connection to the server is up or down, or is down for another reason.
    fn announce_connection(&mut self) {
        let connected = self.cx.signalling.is_ready();
        let why = self.cx.signalling.failure();
        if self.connection != (connected, why) {
            self.connection = (connected, why);
            self.announce([AppEvent::ConnectionChanged { connected, why }]);
        }
    }

    /// Emits events that follow from a change: the application sees the change before each.
    fn announce(&mut self, events: impl IntoIterator<Item = AppEvent>) {
        for event in events {
            self.publish_change();
            self.cx.emit(event);
        }
    }
}

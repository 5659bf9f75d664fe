//! The connection to the server: login, reconnection, heartbeat.

use hullo_protocol::{
    Accid, AppKey, CallId, Command, DeviceInfo, EndReason, ErrorBody, ErrorKind, Login, MessageId,
    SessionClosed, Success, Token,
};

use super::requests::{ANSWER_MS, Purpose};
use super::{AppEvent, Endpoint, Output, Value};
use crate::Time;

/// Reconnection waits between these, doubling, with jitter.
const BACKOFF_MS_MIN: u64 = 200;
const BACKOFF_MS_MAX: u64 = 10_000;
/// Silence after which the server is asked for a sign of life, and then given up.
const QUIET_MS: u64 = 10_000;
const DEAD_MS: u64 = 15_000;
/// The same after a request: longer than a server takes to answer whose storage does not.
const UNANSWERED_MS: u64 = 6_000;
/// The same after a change of network, when the socket is probably dead.
const SUSPECT_MS: u64 = 4_000;

/// Who is signed in, or wants to be.
#[derive(Debug, Clone)]
struct Account {
    app_key: AppKey,
    accid: Accid,
    token: Token,
    device: DeviceInfo,
    name: Option<String>,
    secure: bool,
    /// The login that the application waits for, and until when.
    first: Option<(u64, Time)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ConnectionPhase {
    /// Signed out.
    #[default]
    Off,
    /// Until the next attempt.
    Waiting(Time),
    /// The socket is being opened, until it is given up.
    Opening(Time),
    /// The login is under way.
    LoggingIn,
    /// The session is open.
    Ready,
}

/// The state of the connection.
#[derive(Debug, Default)]
pub(super) struct Signalling {
    account: Option<Account>,
    phase: ConnectionPhase,
    attempts: u32,
    heard_at: Time,
    /// A sign of life has been asked for since something was heard.
    pinged: bool,
    /// Something was asked, or the network is another one: something must be heard until then.
    suspect_until: Option<Time>,
    cursor: Option<MessageId>,
    /// The calls that the login named.
    pub(super) named: Vec<CallId>,
    /// Whose presence is followed, to be asked for again after each login.
    watch: Option<Vec<Accid>>,
    pub(super) retry_at: Option<Time>,
}

impl Signalling {
    pub(super) fn is_ready(&self) -> bool {
        self.phase == ConnectionPhase::Ready
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.first.is_none())
    }

    pub(super) fn accid(&self) -> Option<&Accid> {
        self.account.as_ref().map(|account| &account.accid)
    }

    pub(super) fn device(&self) -> Option<&DeviceInfo> {
        self.account.as_ref().map(|account| &account.device)
    }

    pub(super) fn is_secure(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.secure)
    }

    pub(super) fn watch(&mut self, accids: Vec<Accid>) {
        self.watch = Some(accids);
    }

    pub(super) fn due(&self) -> Option<Time> {
        let phase = match self.phase {
            ConnectionPhase::Off | ConnectionPhase::LoggingIn => None,
            ConnectionPhase::Waiting(at) | ConnectionPhase::Opening(at) => Some(at),
            ConnectionPhase::Ready if self.pinged => Some(self.dead_at()),
            ConnectionPhase::Ready => Some(self.dead_at().min(self.heard_at.plus_ms(QUIET_MS))),
        };
        let first = self
            .account
            .as_ref()
            .and_then(|account| account.first)
            .map(|(_, until)| until);
        [phase, first, self.retry_at].into_iter().flatten().min()
    }

    /// When a session in which nothing is heard is given up.
    fn dead_at(&self) -> Time {
        let silent = self.heard_at.plus_ms(DEAD_MS);
        self.suspect_until.map_or(silent, |until| until.min(silent))
    }

    /// Raises the cursor; false for a message that was seen before.
    pub(super) fn see(&mut self, id: MessageId) -> bool {
        let news = self.cursor.is_none_or(|cursor| cursor < id);
        if news {
            self.cursor = Some(id);
        }
        news
    }
}

impl Endpoint {
    pub(super) fn login(
        &mut self,
        ticket: u64,
        app_key: AppKey,
        accid: Accid,
        token: Token,
        device: DeviceInfo,
    ) {
        if let Some((superseded, _)) = self
            .signalling
            .account
            .as_ref()
            .and_then(|account| account.first)
        {
            self.fail(superseded, ErrorKind::SignedOut);
        } else if self.signalling.accid() == Some(&accid) && self.signalling.is_ready() {
            let value = self.logged_in();
            return self.complete(ticket, value);
        }
        self.end_all_legs();
        self.release_requests(ErrorKind::SignedOut);
        self.requests.belong_to(&accid);
        let first = Some((ticket, self.now.plus_ms(ANSWER_MS)));
        self.signalling = Signalling::default();
        self.signalling.account = Some(Account {
            app_key,
            accid,
            token,
            device,
            name: None,
            secure: false,
            first,
        });
        self.open_socket();
    }

    pub(super) fn logout(&mut self, ticket: u64) {
        if self.signalling.is_ready() {
            self.request(Command::Logout, Purpose::Logout);
        } else {
            self.queue_offline_hangups();
        }
        self.end_all_legs();
        self.sign_out(ErrorKind::SignedOut);
        self.complete(ticket, Ok(Value::Done));
    }

    /// The account signs out: every call of this device is over.
    fn end_all_legs(&mut self) {
        let me = self.signalling.accid().cloned();
        self.abandon_join(ErrorKind::SignedOut);
        self.end_waiting();
        self.elsewhere.clear();
        self.end_held(EndReason::LoggedOut, me.clone(), Vec::new());
        self.end_leg(EndReason::LoggedOut, me, Vec::new());
    }

    /// The server cannot be told of a logout: the next login says that the call was left, so that it does not come back.
    /// An invite rings on for the account's other devices.
    fn queue_offline_hangups(&mut self) {
        let held = self.held.as_ref().map(|held| held.view.call_id);
        for call_id in held.into_iter().chain(self.answering_second_call()) {
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        }
        let Some(leg) = &self.current else { return };
        let call_id = leg.view.call_id;
        if !leg.rings() && self.is_heard() {
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        }
    }

    /// Forgets the account; whoever waits learns why.
    fn sign_out(&mut self, kind: ErrorKind) {
        if let Some((ticket, _)) = self
            .signalling
            .account
            .as_ref()
            .and_then(|account| account.first)
        {
            self.fail(ticket, kind);
        }
        self.signalling = Signalling::default();
        self.out.push(Output::CloseSocket);
        self.release_requests(kind);
    }

    /// Nobody waits any more for what was asked. What is over here and not yet told stays, for the same account's next login.
    fn release_requests(&mut self, kind: ErrorKind) {
        self.requests.handle_connection_lost();
        for pending in self
            .requests
            .drop_where(|purpose| !matches!(purpose, Purpose::Outbox(_)))
        {
            self.handle_answer(pending, Err(kind.into()));
        }
    }

    fn open_socket(&mut self) {
        self.signalling.phase = ConnectionPhase::Opening(self.now.plus_ms(ANSWER_MS));
        self.out.push(Output::OpenSocket);
    }

    pub(super) fn handle_socket_opened(&mut self) {
        let (ConnectionPhase::Opening(_), Some(account)) =
            (self.signalling.phase, self.signalling.account.clone())
        else {
            return;
        };
        self.signalling.phase = ConnectionPhase::LoggingIn;
        self.note_activity();
        let legs = self.current.iter().chain(&self.held);
        self.signalling.named = legs.map(|leg| leg.view.call_id).collect();
        let login = Login {
            app_key: account.app_key,
            accid: account.accid,
            token: account.token,
            device: account.device,
            cursor: self.signalling.cursor,
            calls: self.signalling.named.clone(),
        };
        self.request_at_once(Command::Login(login), Purpose::Login);
    }

    pub(super) fn handle_socket_closed(&mut self) {
        if matches!(
            self.signalling.phase,
            ConnectionPhase::Opening(_) | ConnectionPhase::LoggingIn | ConnectionPhase::Ready
        ) {
            self.handle_connection_lost();
        }
    }

    /// The socket is gone: try again soon, and less often the longer it takes.
    fn handle_connection_lost(&mut self) {
        let ceiling = (BACKOFF_MS_MIN << self.signalling.attempts.min(6)).min(BACKOFF_MS_MAX);
        let wait = ceiling / 2 + self.rng.u64(0..=ceiling / 2);
        self.signalling.attempts += 1;
        self.signalling.phase = ConnectionPhase::Waiting(self.now.plus_ms(wait));
        self.requests.handle_connection_lost();
    }

    pub(super) fn handle_network_changed(&mut self) {
        match self.signalling.phase {
            ConnectionPhase::Off => {}
            ConnectionPhase::Waiting(_) | ConnectionPhase::Opening(_) => self.open_socket(),
            ConnectionPhase::LoggingIn => {
                self.requests.handle_connection_lost();
                self.open_socket();
            }
            ConnectionPhase::Ready => {
                self.signalling.pinged = true;
                self.request(Command::Ping, Purpose::Ping);
                self.expect_activity(SUSPECT_MS);
            }
        }
        self.restart_media();
    }

    pub(super) fn expire_connection(&mut self) {
        if let Some((_, until)) = self
            .signalling
            .account
            .as_ref()
            .and_then(|account| account.first)
            && until <= self.now
        {
            return self.sign_out(ErrorKind::NoConnection);
        }
        match self.signalling.phase {
            ConnectionPhase::Waiting(at) if at <= self.now => self.open_socket(),
            ConnectionPhase::Opening(until) if until <= self.now => {
                self.out.push(Output::CloseSocket);
                self.handle_connection_lost();
            }
            ConnectionPhase::Ready if self.signalling.dead_at() <= self.now => {
                self.out.push(Output::CloseSocket);
                self.handle_connection_lost();
            }
            ConnectionPhase::Ready
                if !self.signalling.pinged
                    && self.signalling.heard_at.plus_ms(QUIET_MS) <= self.now =>
            {
                self.signalling.pinged = true;
                self.request(Command::Ping, Purpose::Ping);
            }
            _ => {}
        }
        if self.signalling.retry_at.is_some_and(|at| at <= self.now) {
            self.signalling.retry_at = None;
            self.retry_outbox();
        }
    }

    /// Gives the session up unless something is heard in this time.
    fn expect_activity(&mut self, within_ms: u64) {
        let until = self.now.plus_ms(within_ms);
        let before = self.signalling.suspect_until;
        self.signalling.suspect_until = Some(before.map_or(until, |before| before.min(until)));
    }

    pub(super) fn expect_answer(&mut self) {
        self.expect_activity(UNANSWERED_MS);
    }

    pub(super) fn note_activity(&mut self) {
        self.signalling.heard_at = self.now;
        self.signalling.pinged = false;
        self.signalling.suspect_until = None;
    }

    pub(super) fn handle_login_answer(&mut self, result: Result<Success, ErrorBody>) {
        match result {
            Ok(Success::LoggedIn {
                accid,
                name,
                secure,
                snapshot,
            }) => {
                self.signalling.phase = ConnectionPhase::Ready;
                self.signalling.attempts = 0;
                if let Some(account) = &mut self.signalling.account {
                    account.accid = accid;
                    account.secure = secure;
                    account.name = name;
                    if let Some((ticket, _)) = account.first.take() {
                        let value = self.logged_in();
                        self.complete(ticket, value);
                    }
                }
                self.reconcile(snapshot);
                if let Some(accids) = self.signalling.watch.clone() {
                    self.request(Command::WatchPresence { accids }, Purpose::RestoreWatch);
                }
                self.send_unsent();
            }
            Ok(_) => self.retry_login(),
            Err(error) => match error.kind {
                ErrorKind::WrongToken
                | ErrorKind::AccountDisabled
                | ErrorKind::AccountNotFound
                | ErrorKind::Forbidden
                | ErrorKind::BadRequest => self.refuse_login(error),
                _ => self.retry_login(),
            },
        }
    }

    fn retry_login(&mut self) {
        self.out.push(Output::CloseSocket);
        self.handle_connection_lost();
    }

    /// The server does not let this account in: final until the application signs in again.
    fn refuse_login(&mut self, error: ErrorBody) {
        match self
            .signalling
            .account
            .as_mut()
            .and_then(|account| account.first.take())
        {
            Some((ticket, _)) => {
                self.complete(ticket, Err(error));
                self.sign_out(ErrorKind::SignedOut);
            }
            None => self.sign_out_by_server(SessionClosed::SignedOut),
        }
    }

    /// The session is over and does not come back by itself.
    pub(super) fn sign_out_by_server(&mut self, reason: SessionClosed) {
        self.end_all_legs();
        self.sign_out(ErrorKind::SignedOut);
        self.publish_change();
        self.emit(AppEvent::Disconnect { reason });
    }

    fn logged_in(&self) -> Result<Value, ErrorBody> {
        let account = self
            .signalling
            .account
            .as_ref()
            .ok_or(ErrorKind::NotLoggedIn)?;
        Ok(Value::LoggedIn {
            accid: account.accid.clone(),
            name: account.name.clone(),
            secure: account.secure,
        })
    }

    pub(super) fn add_message(&mut self, message: hullo_protocol::Message) {
        if self.signalling.see(message.id) {
            self.emit(AppEvent::MessageAdded { message });
        }
    }
}

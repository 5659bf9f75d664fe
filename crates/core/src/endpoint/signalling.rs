//! The state of the connection to the server: who signs in, how far it has come, when something was last received.

use hullo_protocol::{Accid, AppKey, CallId, DeviceInfo, ErrorBody, ErrorKind, MessageId};

use super::login_token::LoginToken;
use super::{ConnectionFailure, Value};
use crate::Time;

/// Silence after which the server is pinged, and then given up.
const QUIET_MS: u64 = 10_000;
const DEAD_MS: u64 = 15_000;
/// The same after a request: the server is pinged, which it answers whatever its storage does,
const DOUBT_MS: u64 = 3_000;
/// and then given up.
const UNANSWERED_MS: u64 = 6_000;
/// The same after a change of network, when the socket is probably dead.
const SUSPECT_MS: u64 = 4_000;
/// A session that has lasted for so long was no failure.
const LASTING_MS: u64 = 10_000;

/// Who is signed in, or wants to be.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) app_key: AppKey,
    pub(super) accid: Accid,
    pub(super) login_token: LoginToken,
    pub(super) device: DeviceInfo,
    pub(super) name: Option<String>,
    pub(super) avatar: Option<String>,
    pub(super) secure: bool,
    /// The ticket of the login that the application waits for, and until when.
    pub(super) first_login: Option<(u64, Time)>,
}

impl Account {
    pub(super) fn new(
        app_key: AppKey,
        accid: Accid,
        login_token: LoginToken,
        device: DeviceInfo,
    ) -> Self {
        Self {
            app_key,
            accid,
            login_token,
            device,
            name: None,
            avatar: None,
            secure: false,
            first_login: None,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ConnectionPhase {
    /// Signed out.
    #[default]
    Off,
    /// The server takes the token no more: until there is another one.
    NoToken,
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
    pub(super) account: Option<Account>,
    pub(super) phase: ConnectionPhase,
    /// Further logins of the account that wait for the session, and until when.
    pub(super) relogins: Vec<(u64, Time)>,
    /// Connections that failed since the last session that lasted.
    pub(super) attempts: u32,
    /// When the session was opened.
    ready_at: Time,
    /// What the server said before this connection ended.
    said: Option<ConnectionFailure>,
    /// What it said before the last one ended.
    failure: Option<ConnectionFailure>,
    received_at: Time,
    /// A ping has been sent since something was received.
    pinged: bool,
    /// Something was asked, or the network is another one: something must be received until then.
    suspect_until: Option<Time>,
    /// The newest message that was seen.
    pub(super) cursor: Option<MessageId>,
    /// The calls that the login named.
    pub(super) named: Vec<CallId>,
    /// Whose presence is followed, to be asked for again after each login.
    pub(super) watch: Option<Vec<Accid>>,
    /// When what met a transient error is sent again.
    pub(super) retry_at: Option<Time>,
}

impl Signalling {
    /// Not connected, and to sign in as this account.
    pub(super) fn of(account: Account) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    /// The session is open. Returns the ticket of the login that the application waits for.
    pub(super) fn welcome(&mut self, accid: Accid, secure: bool, now: Time) -> Option<u64> {
        self.phase = ConnectionPhase::Ready;
        self.ready_at = now;
        self.failure = None;
        let account = self.account.as_mut()?;
        account.accid = accid;
        account.secure = secure;
        account.first_login.take().map(|(ticket, _)| ticket)
    }

    /// The server says why this connection is about to end.
    pub(super) fn note_reason(&mut self, reason: ConnectionFailure) {
        self.said = Some(reason);
    }

    /// The connection is gone. Returns how many have failed before it since the last session that lasted.
    pub(super) fn note_lost(&mut self, now: Time) -> u32 {
        self.failure = self.said.take();
        // A server that takes logins and drops them at once is not asked at once again.
        if self.is_ready() && now.since(self.ready_at) >= LASTING_MS {
            self.attempts = 0;
        }
        let before = self.attempts;
        self.attempts += 1;
        before
    }

    /// What the server said before the last connection ended.
    pub(super) fn failure_of_last(&self) -> Option<ConnectionFailure> {
        self.failure
    }

    /// Why there is no session, as far as the server has said.
    pub(super) fn failure(&self) -> Option<ConnectionFailure> {
        match self.phase {
            ConnectionPhase::NoToken => Some(ConnectionFailure::TokenExpired),
            ConnectionPhase::Off | ConnectionPhase::Ready => None,
            ConnectionPhase::Waiting(_)
            | ConnectionPhase::Opening(_)
            | ConnectionPhase::LoggingIn => self.failure,
        }
    }

    /// How the account is shown from now on.
    pub(super) fn rename(&mut self, name: Option<String>, avatar: Option<String>) {
        if let Some(account) = &mut self.account {
            account.name = name;
            account.avatar = avatar;
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.phase == ConnectionPhase::Ready
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.first_login.is_none())
    }

    pub(super) fn login_token(&mut self) -> Option<&mut LoginToken> {
        self.account
            .as_mut()
            .map(|account| &mut account.login_token)
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

    /// The session is open, and the server is not being spared after a transient error.
    pub(super) fn is_ready_to_sync(&self) -> bool {
        self.is_ready() && self.retry_at.is_none()
    }

    /// The ticket of the login that the application waits for, and until when.
    pub(super) fn first_login(&self) -> Option<(u64, Time)> {
        self.account.as_ref()?.first_login
    }

    pub(super) fn due(&self) -> Option<Time> {
        let phase = match self.phase {
            ConnectionPhase::Off | ConnectionPhase::NoToken | ConnectionPhase::LoggingIn => None,
            ConnectionPhase::Waiting(at) | ConnectionPhase::Opening(at) => Some(at),
            ConnectionPhase::Ready if self.pinged => Some(self.dead_at()),
            ConnectionPhase::Ready => Some(self.dead_at().min(self.quiet_at())),
        };
        let first_login = self.first_login().map(|(_, until)| until);
        let token = self.account.as_ref().and_then(|it| it.login_token.due());
        let relogins = self.relogins.iter().map(|(_, until)| *until).min();
        [phase, first_login, self.retry_at, token, relogins]
            .into_iter()
            .flatten()
            .min()
    }

    /// Something has come from the server.
    pub(super) fn note_activity(&mut self, now: Time) {
        self.received_at = now;
        self.pinged = false;
        self.suspect_until = None;
    }

    /// Something was asked: gives the connection up unless something is received soon.
    pub(super) fn expect_answer(&mut self, now: Time) {
        self.expect_activity(now.plus_ms(UNANSWERED_MS));
    }

    /// The network is another one: it is pinged and has to answer soon.
    pub(super) fn suspect(&mut self, now: Time) {
        self.expect_activity(now.plus_ms(SUSPECT_MS));
    }

    fn expect_activity(&mut self, until: Time) {
        let before = self.suspect_until;
        self.suspect_until = Some(before.map_or(until, |before| before.min(until)));
    }

    /// A ping is being sent.
    pub(super) fn note_ping(&mut self) {
        self.pinged = true;
    }

    /// It has been quiet for so long that a ping is due.
    pub(super) fn is_quiet(&self, now: Time) -> bool {
        !self.pinged && self.quiet_at() <= now
    }

    /// When the server is to be asked whether it is there.
    fn quiet_at(&self) -> Time {
        let quiet = self.received_at.plus_ms(QUIET_MS);
        let doubted = self.suspect_until.map(|until| {
            let left = UNANSWERED_MS - DOUBT_MS;
            Time(until.0.saturating_sub(left))
        });
        doubted.map_or(quiet, |doubted| doubted.min(quiet))
    }

    /// When a session in which nothing is received is given up.
    pub(super) fn dead_at(&self) -> Time {
        let silent = self.received_at.plus_ms(DEAD_MS);
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

/// What a login completes with.
pub(super) fn logged_in(signalling: &Signalling) -> Result<Value, ErrorBody> {
    let account = signalling.account.as_ref().ok_or(ErrorKind::NotLoggedIn)?;
    Ok(Value::LoggedIn {
        accid: account.accid.clone(),
        name: account.name.clone(),
        avatar: account.avatar.clone(),
        secure: account.secure,
    })
}

//! Signing in and out, by the application or by the server.

use hullo_protocol::{Command, EndReason, ErrorBody, ErrorKind, MessageId, SessionClosed, Success};

use super::audio_mutes::AudioMutes;
use super::requests::{ANSWER_MS, Purpose};
use super::signalling::{Account, ConnectionPhase, Signalling, logged_in};
use super::{AppEvent, ConnectionFailure, Endpoint, Output, Value};

impl Endpoint {
    pub(super) fn login(&mut self, ticket: u64, account: Account, cursor: Option<MessageId>) {
        let token = &account.login_token;
        if !token.is_there() && !token.provider {
            let message = "a login needs a token, or a provider of tokens";
            let error = ErrorBody::new(ErrorKind::TokenUnavailable, message);
            return self.cx.complete(ticket, Err(error));
        }
        let signed_in = self.cx.signalling.account.as_ref();
        let is_same = signed_in
            .is_some_and(|own| own.accid == account.accid && own.app_key == account.app_key);
        if let Some((superseded, _)) = self.cx.signalling.first_login() {
            self.cx.fail(superseded, ErrorKind::SignedOut);
        } else if is_same {
            return self.log_in_again(ticket, account.login_token);
        }
        self.end_all_legs();
        self.release_requests(ErrorKind::SignedOut);
        self.cx.fail_relogins(ErrorKind::SignedOut);
        self.cx.requests.belong_to(&account.accid);
        self.cx.audio_mutes = AudioMutes::default();
        let has_token = account.login_token.is_there();
        let first_login = Some((ticket, self.cx.now.plus_ms(ANSWER_MS)));
        self.cx.signalling = Signalling::of(Account {
            first_login,
            ..account
        });
        self.cx.signalling.cursor = cursor;
        match has_token {
            true => self.cx.open_socket(),
            false => {
                self.cx.push(Output::CloseSocket);
                self.cx.signalling.phase = ConnectionPhase::NoToken;
                self.cx.ask_login_token();
            }
        }
    }

    pub(super) fn logout(&mut self, ticket: u64) {
        if self.cx.signalling.is_ready() {
            self.cx.request(Command::Logout, Purpose::Logout);
        } else {
            self.queue_offline_hangups();
        }
        self.end_all_legs();
        self.sign_out(ErrorKind::SignedOut);
        self.cx.complete(ticket, Ok(Value::Done));
    }

    /// The account signs out: every call of this device is over.
    fn end_all_legs(&mut self) {
        let me = self.cx.me().cloned();
        self.joining.abandon(ErrorKind::SignedOut, &mut self.cx);
        self.end_waiting();
        self.elsewhere.clear();
        let held = &mut self.held;
        let ended = held.end(EndReason::LoggedOut, me.clone(), &self.cx);
        self.announce(ended);
        self.end_leg(EndReason::LoggedOut, me);
    }

    /// The server cannot be told of a logout: the next login says that the call was left, so that it does not come back.
    /// An invite rings on for the account's other devices.
    fn queue_offline_hangups(&mut self) {
        let held = self.held.call_id();
        for call_id in held.into_iter().chain(self.waiting.answering()) {
            self.cx.queue_hangup(call_id);
        }
        if let Some(leg) = &self.current
            && !leg.rings()
            && leg.abandon_dial(&mut self.cx)
        {
            self.cx.queue_hangup(leg.view.call_id);
        }
    }

    /// Forgets the account; whoever waits learns why.
    fn sign_out(&mut self, kind: ErrorKind) {
        if let Some((ticket, _)) = self.cx.signalling.first_login() {
            self.cx.fail(ticket, kind);
        }
        self.cx.fail_relogins(kind);
        self.cx.audio_mutes = AudioMutes::default();
        self.cx.signalling = Signalling::default();
        self.cx.push(Output::CloseSocket);
        self.release_requests(kind);
    }

    /// Nobody waits any more for what was asked. What the account has not yet sent stays, for its next login.
    fn release_requests(&mut self, kind: ErrorKind) {
        self.cx.requests.handle_connection_lost();
        for pending in self.cx.requests.drop_at_sign_out() {
            self.handle_answer(pending, Err(kind.into()));
        }
    }

    pub(super) fn handle_login_answer(&mut self, result: Result<Success, ErrorBody>) {
        match result {
            Ok(Success::LoggedIn {
                accid,
                name,
                avatar,
                secure,
                token_expires_in_ms,
                snapshot,
            }) => {
                let newer = self.cx.note_login_accepted(token_expires_in_ms);
                let first_login = self.cx.signalling.welcome(accid, secure, self.cx.now);
                self.cx.signalling.rename(name, avatar);
                let relogins = std::mem::take(&mut self.cx.signalling.relogins);
                let relogins = relogins.into_iter().map(|(ticket, _)| ticket);
                let value = logged_in(&self.cx.signalling);
                self.cx
                    .complete_all(first_login.into_iter().chain(relogins), &value);
                self.reconcile(snapshot);
                if let Some(accids) = self.cx.signalling.watch.clone() {
                    let watch = Command::WatchPresence { accids };
                    self.cx.request(watch, Purpose::RestoreWatch);
                }
                self.cx.send_unsent();
                if let Some(token) = newer {
                    self.cx
                        .request(Command::Renew { token }, Purpose::Renew(None));
                }
            }
            Ok(_) => self.cx.reconnect(),
            Err(error) => match error.kind {
                ErrorKind::TokenExpired => self.refuse_token(error),
                // The token was good before: the app has another secret now. The account is not signed out by that.
                ErrorKind::WrongToken if self.cx.signalling.is_signed_in() => {
                    self.refuse_token(error);
                }
                ErrorKind::WrongToken
                | ErrorKind::TokenRevoked
                | ErrorKind::AccountDisabled
                | ErrorKind::AccountNotFound
                | ErrorKind::Forbidden
                | ErrorKind::BadRequest => self.refuse_login(error),
                kind => {
                    self.cx.signalling.note_reason(match kind {
                        ErrorKind::RateLimited => ConnectionFailure::TooManyAttempts,
                        _ => ConnectionFailure::ServerBusy,
                    });
                    self.cx.reconnect_after(error.retry_after_ms);
                }
            },
        }
    }

    /// The server does not let this account in: final until the application signs in again.
    pub(super) fn refuse_login(&mut self, error: ErrorBody) {
        let account = self.cx.signalling.account.as_mut();
        match account.and_then(|account| account.first_login.take()) {
            Some((ticket, _)) => {
                self.cx.complete(ticket, Err(error));
                self.sign_out(ErrorKind::SignedOut);
            }
            None => self.sign_out_by_server(SessionClosed::SignedOut),
        }
    }

    /// The session is over and does not come back by itself.
    pub(super) fn sign_out_by_server(&mut self, reason: SessionClosed) {
        self.end_all_legs();
        self.sign_out(ErrorKind::SignedOut);
        self.announce_connection();
        self.announce([AppEvent::Disconnect { reason }]);
    }

    /// The first login has its time, and then nobody waits for the server any more.
    pub(super) fn expire_connection(&mut self) {
        self.expire_login_token();
        let first_login = self.cx.signalling.first_login();
        match first_login {
            Some((_, until)) if until <= self.cx.now => self.sign_out(ErrorKind::NoConnection),
            _ => self.cx.expire_connection(),
        }
    }
}

//! A session outlives its login token: the next one is asked for in time, and again when the server has refused one. Meanwhile
//! everything stays as it is; the server gives a device its grace time, whatever kept it away.

use hullo_protocol::{Command, ErrorBody, ErrorKind, Success, Token};

use super::context::Context;
use super::login_token::LoginToken;
use super::requests::{ANSWER_MS, Purpose};
use super::signalling::{ConnectionPhase, logged_in};
use super::{AppEvent, Endpoint, Output};

/// The next token is asked for when so much of a token's life is over, in tenths,
const ASK_TENTHS: u64 = 8;
/// or up to a tenth earlier, so that not all clients ask at the same moment; but not more often than this.
const ASK_MS_MIN: u64 = 1_000;

impl Context {
    /// The server has taken the token of a login. Returns a newer one that has come meanwhile: the session is renewed with it.
    pub(super) fn note_login_accepted(&mut self, expires_in_ms: u64) -> Option<Token> {
        let own = self.signalling.login_token();
        let newer = own.and_then(|own| own.take_untried());
        self.note_token_accepted(expires_in_ms);
        newer
    }

    /// The server has taken the token.
    pub(super) fn note_token_accepted(&mut self, expires_in_ms: u64) {
        let tenth = expires_in_ms / 10;
        let earlier = self.random_ms(tenth);
        let wait = (tenth * ASK_TENTHS).saturating_sub(earlier).max(ASK_MS_MIN);
        let now = self.now;
        if let Some(token) = self.signalling.login_token() {
            token.accepted(now.plus_ms(expires_in_ms), now.plus_ms(wait));
        }
    }

    pub(super) fn ask_login_token(&mut self) {
        let now = self.now;
        if let Some(token) = self.signalling.login_token() {
            token.note_asked(now);
            self.push(Output::AskLoginToken);
        }
    }

    pub(super) fn fail_relogins(&mut self, kind: ErrorKind) {
        let relogins = std::mem::take(&mut self.signalling.relogins);
        self.fail_all(relogins.into_iter().map(|(ticket, _)| ticket), kind);
    }

    fn expire_relogins(&mut self) {
        let now = self.now;
        let (expired, waiting) = std::mem::take(&mut self.signalling.relogins)
            .into_iter()
            .partition::<Vec<_>, _>(|(_, until)| *until <= now);
        self.signalling.relogins = waiting;
        let expired = expired.into_iter().map(|(ticket, _)| ticket);
        self.fail_all(expired, ErrorKind::NoConnection);
    }
}

impl Endpoint {
    /// The account that is signed in logs in once more: with a fresh token, or to make sure.
    pub(super) fn log_in_again(&mut self, ticket: u64, mut new: LoginToken) {
        let cx = &mut self.cx;
        let is_ready = cx.signalling.is_ready();
        let until = cx.now.plus_ms(ANSWER_MS);
        let Some(own) = cx.signalling.login_token() else {
            return cx.fail(ticket, ErrorKind::NotLoggedIn);
        };
        own.provider = new.provider;
        let token = new.try_now().filter(|token| !own.is(token));
        match (is_ready, token) {
            (true, Some(token)) => {
                cx.request(Command::Renew { token }, Purpose::Renew(Some(ticket)));
            }
            (true, None) => {
                let value = logged_in(&cx.signalling);
                cx.complete(ticket, value);
            }
            (false, token) => {
                if let Some(token) = token {
                    own.replace(token, false);
                }
                let (has_token, asks) = (own.is_there(), own.is_being_asked_for());
                cx.signalling.relogins.push((ticket, until));
                match cx.signalling.phase {
                    ConnectionPhase::NoToken | ConnectionPhase::Waiting(_) if has_token => {
                        cx.open_socket();
                    }
                    ConnectionPhase::NoToken if !asks => cx.ask_login_token(),
                    _ => {}
                }
            }
        }
    }

    /// The application's provider has answered.
    pub(super) fn handle_login_token(&mut self, token: Result<Token, ErrorBody>) {
        let phase = self.cx.signalling.phase;
        let Some(own) = self.cx.signalling.login_token() else {
            return;
        };
        if !own.is_wanted() {
            return;
        }
        match (token, phase) {
            (Err(error), _) => self.miss_token(error),
            (Ok(token), ConnectionPhase::Ready) => {
                own.note_answered();
                // A late answer and a timely one may both be on the way.
                if !self.cx.requests.is_waiting(&Purpose::Renew(None)) {
                    self.cx
                        .request(Command::Renew { token }, Purpose::Renew(None));
                }
            }
            (Ok(token), _) => {
                own.replace(token, true);
                if phase == ConnectionPhase::NoToken {
                    self.cx.open_socket();
                }
            }
        }
    }

    /// The answer to `session.renew`.
    pub(super) fn handle_renewal(
        &mut self,
        ticket: Option<u64>,
        command: Command,
        result: Result<Success, ErrorBody>,
    ) {
        let error = match (result, command) {
            (
                Ok(Success::Renewed {
                    token_expires_in_ms,
                }),
                Command::Renew { token },
            ) => {
                if let Some(own) = self.cx.signalling.login_token() {
                    own.replace(token, ticket.is_none());
                }
                self.cx.note_token_accepted(token_expires_in_ms);
                let value = logged_in(&self.cx.signalling);
                return self.cx.complete_all(ticket, &value);
            }
            (Ok(_), _) => ErrorKind::Server.into(),
            (Err(error), _) => error,
        };
        match ticket {
            Some(ticket) => self.cx.complete(ticket, Err(error)),
            None => self.miss_token(error),
        }
    }

    /// The server refuses the token of a login, not the account.
    pub(super) fn refuse_token(&mut self, error: ErrorBody) {
        let is_first = self.cx.signalling.first_login().is_some();
        let Some(own) = self.cx.signalling.login_token() else {
            return;
        };
        let may_ask = own.provider && !own.is_fresh();
        if is_first && !may_ask && !own.is_untried() {
            return self.refuse_login(error);
        }
        if !own.is_untried() {
            let relogins = std::mem::take(&mut self.cx.signalling.relogins);
            let tickets = relogins.into_iter().map(|(ticket, _)| ticket);
            self.cx.complete_all(tickets, &Err(error));
        }
        self.need_token();
    }

    /// The connection cannot come back with the token that there is. A newer one may have come meanwhile.
    pub(super) fn need_token(&mut self) {
        self.cx.push(Output::CloseSocket);
        self.cx.release_connection();
        let Some(own) = self.cx.signalling.login_token() else {
            return;
        };
        if own.is_untried() {
            return self.cx.open_socket();
        }
        let was_fresh = own.is_fresh();
        let (provider, asks) = (own.provider, own.is_being_asked_for());
        let has_failed = own.has_failed();
        own.refused();
        self.cx.signalling.phase = ConnectionPhase::NoToken;
        if !provider || has_failed {
            self.announce([AppEvent::TokenExpired]);
        }
        if provider && was_fresh {
            let message = "the token provider gave a token that the server refuses";
            self.miss_token(ErrorBody::new(ErrorKind::TokenUnavailable, message));
        } else if provider && !asks {
            self.cx.ask_login_token();
        }
    }

    /// A fresh token could not be had: the provider is asked again in a while.
    fn miss_token(&mut self, error: ErrorBody) {
        let is_first = self.cx.signalling.first_login();
        let is_lost = self.cx.signalling.phase == ConnectionPhase::NoToken;
        let Some(own) = self.cx.signalling.login_token() else {
            return;
        };
        let (is_news, wait_ms) = own.note_failure();
        if is_first.is_some() && is_lost {
            return self.refuse_login(error);
        }
        let at = self.cx.now.plus_ms(self.cx.jittered(wait_ms));
        if let Some(own) = self.cx.signalling.login_token() {
            own.ask_at(at);
        }
        if is_news {
            self.cx.emit_error(error);
            if is_lost {
                self.announce([AppEvent::TokenExpired]);
            }
        }
    }

    pub(super) fn expire_login_token(&mut self) {
        let now = self.cx.now;
        self.cx.expire_relogins();
        let Some(own) = self.cx.signalling.login_token() else {
            return;
        };
        if own.take_unanswered(now) {
            let message = "the token provider did not answer in time";
            return self.miss_token(ErrorBody::new(ErrorKind::TokenUnavailable, message));
        }
        let provider = own.provider;
        match own.take_due(now) {
            None => {}
            Some(_) if provider => self.cx.ask_login_token(),
            Some(expires_in_ms) => self.announce([AppEvent::TokenExpiring { expires_in_ms }]),
        }
    }
}

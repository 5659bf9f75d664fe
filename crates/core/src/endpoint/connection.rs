//! The connection to the server: opened, lost and opened again, kept alive.

use hullo_protocol::{CallId, Command, Login};

use super::context::Context;
use super::requests::{ANSWER_MS, Purpose};
use super::signalling::ConnectionPhase;
use super::{ConnectionFailure, Output};

/// Reconnection waits between these, doubling, with jitter.
const BACKOFF_MS_MIN: u64 = 200;
const BACKOFF_MS_MAX: u64 = 10_000;
/// A server that goes down is left alone for so long, and up to as long again.
const RESTART_MS: u64 = 1_000;
/// Longest wait that a server may ask for before the next attempt.
const WAIT_MS_MAX: u64 = 60_000;

impl Context {
    pub(super) fn open_socket(&mut self) {
        self.signalling.phase = ConnectionPhase::Opening(self.now.plus_ms(ANSWER_MS));
        self.push(Output::OpenSocket);
    }

    /// Signs in; `calls` are those that this device believes it is in.
    pub(super) fn handle_socket_opened(&mut self, calls: Vec<CallId>) {
        let (ConnectionPhase::Opening(_), Some(mut account)) =
            (self.signalling.phase, self.signalling.account.clone())
        else {
            return;
        };
        let Some(token) = account.login_token.try_now() else {
            return;
        };
        self.signalling.account = Some(account.clone());
        self.signalling.phase = ConnectionPhase::LoggingIn;
        self.signalling.note_activity(self.now);
        self.signalling.named = calls.clone();
        let login = Login {
            app_key: account.app_key,
            accid: account.accid,
            token,
            device: account.device,
            cursor: self.signalling.cursor,
            calls,
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

    /// Gives the socket up, and tries again.
    pub(super) fn reconnect(&mut self) {
        self.push(Output::CloseSocket);
        self.handle_connection_lost();
    }

    /// Gives the socket up, and tries again, as soon as the server has said that it may.
    pub(super) fn reconnect_after(&mut self, wait_ms: Option<u64>) {
        self.reconnect();
        let told = self.now.plus_ms(wait_ms.unwrap_or(0).min(WAIT_MS_MAX));
        if let ConnectionPhase::Waiting(at) = &mut self.signalling.phase {
            *at = told.max(*at);
        }
    }

    /// The socket is gone: try again soon, and less often the longer it takes. A server that goes down has all its clients come
    /// back at once: they take their time.
    fn handle_connection_lost(&mut self) {
        let attempts = self.signalling.note_lost(self.now);
        let ceiling = (BACKOFF_MS_MIN << attempts.min(6)).min(BACKOFF_MS_MAX);
        let wait = match self.signalling.failure_of_last() {
            Some(ConnectionFailure::ShuttingDown) => RESTART_MS + self.random_ms(RESTART_MS),
            _ => self.jittered(ceiling),
        };
        self.signalling.phase = ConnectionPhase::Waiting(self.now.plus_ms(wait));
        self.release_connection();
    }

    /// Nothing is answered on this connection any more. A token that was on its way to the server signs in next.
    pub(super) fn release_connection(&mut self) {
        for pending in self.requests.take_renewals() {
            let Purpose::Renew(ticket) = pending.purpose else {
                continue;
            };
            if let Command::Renew { token } = pending.request.command
                && let Some(login_token) = self.signalling.login_token()
            {
                login_token.replace(token, ticket.is_none());
            }
            let relogin = ticket.map(|ticket| (ticket, pending.deadline));
            self.signalling.relogins.extend(relogin);
        }
        self.requests.handle_connection_lost();
    }

    pub(super) fn handle_network_changed(&mut self) {
        match self.signalling.phase {
            ConnectionPhase::Off => {}
            // The provider may have failed because there was no network.
            ConnectionPhase::NoToken => {
                if let Some(token) = self.signalling.login_token()
                    && token.provider
                    && !token.is_being_asked_for()
                {
                    token.ask_at(self.now);
                }
            }
            ConnectionPhase::Waiting(_) | ConnectionPhase::Opening(_) => self.open_socket(),
            ConnectionPhase::LoggingIn => {
                self.release_connection();
                self.open_socket();
            }
            ConnectionPhase::Ready => {
                self.ping();
                self.signalling.suspect(self.now);
            }
        }
    }

    pub(super) fn expire_connection(&mut self) {
        let now = self.now;
        match self.signalling.phase {
            ConnectionPhase::Waiting(at) if at <= now => self.open_socket(),
            ConnectionPhase::Opening(until) if until <= now => self.reconnect(),
            ConnectionPhase::Ready if self.signalling.dead_at() <= now => self.reconnect(),
            ConnectionPhase::Ready if self.signalling.is_quiet(now) => self.ping(),
            _ => {}
        }
        if self.signalling.retry_at.take_if(|at| *at <= now).is_some() {
            self.requests.unsend_retried();
            self.send_unsent();
        }
    }

    fn ping(&mut self) {
        self.signalling.note_ping();
        self.request(Command::Ping, Purpose::Ping);
    }
}

//! Sessions and their login tokens: how they come in, how they stay, and how they are made to go.

use hullo_core::Time;
use hullo_core::hub::{Input, SessionId};
use hullo_protocol::{Accid, ErrorBody, ErrorKind, Login, Success, Token};

use super::{Accounts, ConnectedSession, LoginToken, Process, Shell, Translated, answered};
use crate::network::SocketId;

impl Process {
    pub(super) fn receive_login(
        &mut self,
        socket: SocketId,
        re: u64,
        login: Login,
        shell: Shell<'_>,
    ) -> Translated {
        if self.by_socket.contains_key(&socket) {
            return answered(socket, re, Err(ErrorKind::BadRequest.into()));
        }
        let token = match checked(&login.accid, &login.token, &shell) {
            Ok(token) => token,
            Err(kind) => return answered(socket, re, Err(kind.into())),
        };
        *shell.next_session += 1;
        let session = SessionId(*shell.next_session);
        self.by_socket.insert(socket, session);
        self.sessions.insert(
            session,
            ConnectedSession {
                socket,
                accid: login.accid.clone(),
                cursor: login.cursor,
                token,
                token_life_ms: token.ends.since(shell.now),
            },
        );
        Translated::ForHub(Input::Connected {
            session,
            accid: login.accid,
            device: login.device,
            request: re,
            calls: login.calls,
        })
    }

    /// A session takes a fresh token in place of its own, of the same generation.
    pub(super) fn renew(
        &mut self,
        socket: SocketId,
        re: u64,
        token: &Token,
        shell: &Shell<'_>,
    ) -> Translated {
        let session = self.by_socket.get(&socket);
        let Some(own) = session.and_then(|session| self.sessions.get_mut(session)) else {
            return Translated::Ignored;
        };
        let generation = own.token.generation;
        let renewed = checked(&own.accid, token, shell).and_then(|token| {
            match token.generation == generation {
                true => Ok(token),
                false => Err(ErrorKind::TokenRevoked),
            }
        });
        let result = renewed.map_err(ErrorBody::from).map(|token| {
            own.token = token;
            own.token_life_ms = token.ends.since(shell.now);
            Success::Renewed {
                token_expires_in_ms: own.token_life_ms,
            }
        });
        answered(socket, re, result)
    }

    /// The tokens of an account were revoked. A login with a new one may have overtaken this; an account without a session
    /// leaves its calls all the same.
    pub(super) fn sign_out(&mut self, accid: Accid, accounts: &Accounts) -> Translated {
        let generation = accounts.generation(&accid);
        let own = |session: &&ConnectedSession| session.accid == accid;
        let mut own = self.sessions.values().filter(own).peekable();
        let is_online = own.peek().is_some();
        if is_online && own.all(|session| session.token.generation >= generation) {
            return Translated::Ignored;
        }
        Translated::ForHub(Input::SignOut { accid })
    }

    /// The connections whose login tokens have run out, and how long those were good.
    pub fn expired(&self, now: Time) -> Vec<(SocketId, u64)> {
        let sessions = self.sessions.values();
        let expired = sessions.filter(|session| session.token.has_run_out(now));
        expired
            .map(|session| (session.socket, session.token_life_ms))
            .collect()
    }

    /// Accounts that have a session although its token was revoked by then.
    pub fn revoked_sessions(&self, accounts: &Accounts, then: Time) -> Vec<Accid> {
        let sessions = self.sessions.values();
        let revoked = sessions.filter(|own| accounts.had_revoked(&own.accid, &own.token, then));
        revoked.map(|session| session.accid.clone()).collect()
    }
}

fn checked(accid: &Accid, token: &Token, shell: &Shell<'_>) -> Result<LoginToken, ErrorKind> {
    match shell.failing {
        true => Err(ErrorKind::StorageUnavailable),
        false => shell.accounts.check(accid, token, shell.now),
    }
}

//! What people do, as tests write it.

use super::*;

impl Shell {
    pub(in crate::hub::tests) fn login(&mut self, account: &str, on: &str) -> SessionId {
        self.login_asking(account, on, Vec::new())
    }

    /// Signs in on a phone.
    pub(in crate::hub::tests) fn login_mobile(&mut self, account: &str, on: &str) -> SessionId {
        let session = SessionId(self.fresh());
        self.feed(Input::Connected {
            session,
            accid: accid(account),
            device: DeviceInfo {
                platform: Platform::Ios,
                ..device(on)
            },
            request: 0,
            calls: Vec::new(),
        });
        session
    }

    pub(in crate::hub::tests) fn login_asking(
        &mut self,
        account: &str,
        on: &str,
        calls: Vec<CallId>,
    ) -> SessionId {
        let session = SessionId(self.fresh());
        self.feed(Input::Connected {
            session,
            accid: accid(account),
            device: device(on),
            request: 0,
            calls,
        });
        session
    }

    pub(in crate::hub::tests) fn disconnect(&mut self, session: SessionId) {
        self.feed(Input::Disconnected { session });
    }

    /// Asks under a new request id.
    pub(in crate::hub::tests) fn ask(
        &mut self,
        session: SessionId,
        command: Command,
    ) -> Result<Success, ErrorBody> {
        let request_id = self.fresh_request();
        self.ask_as(session, request_id, command, None)
    }

    pub(in crate::hub::tests) fn ask_as(
        &mut self,
        session: SessionId,
        request_id: RequestId,
        command: Command,
        grant: Option<RoomGrant>,
    ) -> Result<Success, ErrorBody> {
        let id = self.fresh();
        self.feed(Input::Request {
            session,
            request: Request {
                id,
                request_id: Some(request_id),
                command,
            },
            known: Known {
                grant,
                ..Known::default()
            },
        });
        let reply = self.replies.get(&(session, id)).cloned();
        reply.expect("an answer").into_result()
    }

    /// Asks for something with accounts in it of which these do not exist.
    pub(in crate::hub::tests) fn ask_with_unknown(
        &mut self,
        session: SessionId,
        command: Command,
        unknown: &[&str],
    ) -> Result<Success, ErrorBody> {
        let refused: Vec<(&str, ErrorKind)> = unknown
            .iter()
            .map(|name| (*name, ErrorKind::AccountNotFound))
            .collect();
        self.ask_with_refused(session, command, &refused)
    }

    /// Asks for something with accounts in it of which these cannot be called.
    pub(in crate::hub::tests) fn ask_with_refused(
        &mut self,
        session: SessionId,
        command: Command,
        refused: &[(&str, ErrorKind)],
    ) -> Result<Success, ErrorBody> {
        let refused = refused.iter().map(|(name, kind)| RefusedInvite {
            accid: accid(name),
            kind: *kind,
        });
        let id = self.fresh();
        let request_id = self.fresh_request();
        self.feed(Input::Request {
            session,
            request: Request {
                id,
                request_id: Some(request_id),
                command,
            },
            known: Known {
                refused: refused.collect(),
                ..Known::default()
            },
        });
        let reply = self.replies.get(&(session, id)).cloned();
        reply.expect("an answer").into_result()
    }

    /// Dials several; the call's id.
    pub(in crate::hub::tests) fn dial_group(
        &mut self,
        caller: SessionId,
        callees: &[&str],
    ) -> CallId {
        let call_id = self.fresh_call();
        let command = Command::StartCall(start_group(call_id, callees));
        assert_eq!(call_of(self.ask(caller, command)).call_id, call_id);
        call_id
    }

    /// Invites more into a call.
    pub(in crate::hub::tests) fn invite(
        &mut self,
        session: SessionId,
        call_id: CallId,
        callees: &[&str],
    ) -> Result<Success, ErrorBody> {
        self.ask(session, Command::Invite(invite_more(call_id, callees)))
    }

    /// Dials; the call's id.
    pub(in crate::hub::tests) fn dial(
        &mut self,
        caller: SessionId,
        callee: &str,
        media: Media,
    ) -> CallId {
        let call_id = self.fresh_call();
        let command = Command::StartCall(start(call_id, callee, media));
        assert_eq!(call_of(self.ask(caller, command)).call_id, call_id);
        call_id
    }

    /// Dials somebody who would ring; why that is refused.
    pub(in crate::hub::tests) fn dial_fails(&mut self, caller: SessionId) -> ErrorKind {
        let command = Command::StartCall(start(self.fresh_call(), "somebody", Media::Audio));
        kind(self.ask(caller, command))
    }

    pub(in crate::hub::tests) fn accept(
        &mut self,
        session: SessionId,
        call_id: CallId,
    ) -> Result<Success, ErrorBody> {
        let room_token = None;
        self.ask(
            session,
            Command::Accept {
                call_id,
                room_token,
                other: None,
            },
        )
    }

    pub(in crate::hub::tests) fn reject(
        &mut self,
        session: SessionId,
        call_id: CallId,
    ) -> Result<Success, ErrorBody> {
        self.ask(
            session,
            Command::Reject {
                call_id,
                without_token: false,
            },
        )
    }

    pub(in crate::hub::tests) fn cancel(
        &mut self,
        session: SessionId,
        call_id: CallId,
    ) -> Result<Success, ErrorBody> {
        self.ask(session, Command::Cancel { call_id })
    }

    pub(in crate::hub::tests) fn hang_up(
        &mut self,
        session: SessionId,
        call_id: CallId,
    ) -> Result<Success, ErrorBody> {
        self.ask(session, Command::Hangup { call_id })
    }

    /// Offers media; the peer that the media plane is to negotiate with.
    pub(in crate::hub::tests) fn offer(
        &mut self,
        session: SessionId,
        call_id: CallId,
        sdp: String,
    ) -> Result<PeerId, ErrorBody> {
        let id = self.fresh();
        self.feed(Input::Request {
            session,
            request: Request {
                id,
                request_id: None,
                command: Command::OfferMedia { call_id, sdp },
            },
            known: Known::default(),
        });
        if let Some(reply) = self.replies.get(&(session, id)).cloned() {
            return Err(reply.into_result().unwrap_err());
        }
        let asked = self.rooms.iter().rev().find_map(|(_, command)| {
            let RoomCommand::Negotiate { peer, re, .. } = command else {
                return None;
            };
            (*re == id).then_some(*peer)
        });
        Ok(asked.expect("a negotiation"))
    }

    pub(in crate::hub::tests) fn media(&mut self, call_id: CallId, event: MediaEvent) {
        self.feed(Input::Media { call_id, event });
    }

    /// Offers media of the connection `name` and has it connected.
    pub(in crate::hub::tests) fn connect(
        &mut self,
        session: SessionId,
        call_id: CallId,
        name: &str,
    ) -> PeerId {
        let peer = self.offer(session, call_id, sdp(name, 1)).unwrap();
        self.media(call_id, MediaEvent::Connected(peer));
        peer
    }

    /// Alice and Bob in a call that both have joined: their sessions and the call.
    pub(in crate::hub::tests) fn talking(
        &mut self,
        media: Media,
    ) -> (SessionId, SessionId, CallId) {
        let alice = self.login("alice", "a1");
        let bob = self.login("bob", "b1");
        let call_id = self.dial(alice, "bob", media);
        self.accept(bob, call_id).unwrap();
        self.connect(alice, call_id, "AA");
        self.connect(bob, call_id, "BB");
        self.take_events(alice);
        self.take_events(bob);
        assert_eq!(self.state(call_id, "alice"), ParticipantState::Joined);
        assert_eq!(self.state(call_id, "bob"), ParticipantState::Joined);
        (alice, bob, call_id)
    }
}

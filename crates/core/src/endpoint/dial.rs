//! A dial: its token, its way to the server, what comes of it, and how it is given up.

use std::collections::BTreeSet;

use hullo_protocol::{
    ATTACHMENT_BYTES_MAX, Accid, CallId, CallKind, CallState, CallView, Command, EndReason,
    ErrorBody, ErrorKind, GroupTerms, Media, ParticipantState, ParticipantView, RefusedInvite,
    StartCall, Success, Token, Uid,
};

use super::leg::{CallLeg, LegPhase};
use super::operate::{accept_command, reject_without_token};
use super::requests::Purpose;
use super::{Endpoint, Output, State, Value};

/// The caller's number in its call.
const CALLER_UID: Uid = Uid(1);

impl Endpoint {
    pub(super) fn dial(
        &mut self,
        ticket: u64,
        callee: Accid,
        media: Media,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
    ) {
        if self.signalling.accid() == Some(&callee) && self.state() == State::Idle {
            return self.fail(ticket, ErrorKind::CalledOneself);
        }
        self.dial_all(ticket, vec![callee], None, media, attachment, timeout_ms);
    }

    /// Dials one, or several by the terms of a group call.
    pub(super) fn dial_all(
        &mut self,
        ticket: u64,
        mut callees: Vec<Accid>,
        group: Option<GroupTerms>,
        media: Media,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
    ) {
        match self.state() {
            State::Idle if self.joining.is_some() => {
                return self.fail(ticket, ErrorKind::CallWhileCalling);
            }
            State::Idle if self.is_answering_second_call() => {
                return self.fail(ticket, ErrorKind::CallWhileCalled);
            }
            State::Idle => {}
            State::Calling => return self.fail(ticket, ErrorKind::CallWhileCalling),
            State::Called => return self.fail(ticket, ErrorKind::CallWhileCalled),
            State::InCall => return self.fail(ticket, ErrorKind::CallWhileInCall),
        }
        let Some(me) = self.signalling.accid().cloned() else {
            return self.fail(ticket, ErrorKind::NotLoggedIn);
        };
        if attachment
            .as_ref()
            .is_some_and(|text| text.len() > ATTACHMENT_BYTES_MAX)
        {
            let message = format!("the attachment is longer than {ATTACHMENT_BYTES_MAX} bytes");
            return self.complete(ticket, Err(ErrorBody::new(ErrorKind::TooLarge, message)));
        }
        let mut named = BTreeSet::new();
        callees.retain(|callee| named.insert(callee.clone()));
        let call_id = self.new_call_id();
        let view = self.provisional_view(call_id, me, &callees, group, media, attachment.clone());
        let dialled = callees;
        if self.signalling.is_secure() {
            let until = self.answer_until();
            let phase = LegPhase::AwaitingToken {
                ticket,
                attachment,
                timeout_ms,
                until,
            };
            let leg = CallLeg::new(view, phase);
            self.current = Some(CallLeg { dialled, ..leg });
            self.out.push(Output::AskToken {
                call_id,
                uid: CALLER_UID,
            });
        } else {
            let leg = CallLeg::new(view, LegPhase::Dialing { ticket });
            self.current = Some(CallLeg { dialled, ..leg });
            self.start(attachment, timeout_ms, None);
        }
    }

    /// What the call looks like until the server has it.
    fn provisional_view(
        &self,
        call_id: CallId,
        me: Accid,
        callees: &[Accid],
        group: Option<GroupTerms>,
        media: Media,
        attachment: Option<String>,
    ) -> CallView {
        let participant = |accid: Accid, uid, state, here: bool| ParticipantView {
            accid,
            uid,
            state,
            audio: here,
            video: here && media == Media::Video,
            reconnecting: false,
            held: false,
            inviter: None,
            device: self
                .signalling
                .device()
                .filter(|_| here)
                .map(|device| device.id.clone()),
        };
        let caller = participant(me.clone(), CALLER_UID, ParticipantState::Accepted, true);
        let mut participants = vec![caller];
        for callee in callees {
            if participants.iter().all(|p| p.accid != *callee) {
                let uid = Uid(participants.len() as u64 + 1);
                let state = ParticipantState::Invited;
                participants.push(participant(callee.clone(), uid, state, false));
            }
        }
        CallView {
            call_id,
            version: 0,
            kind: match group {
                None => CallKind::OneToOne,
                Some(_) => CallKind::Group,
            },
            group,
            media,
            state: CallState::Ringing,
            caller: me,
            attachment,
            participants,
            active_ms: None,
            switch: None,
            end: None,
            secure: self.signalling.is_secure(),
        }
    }

    /// Sends the dial, and right behind it, without waiting, the offer of media.
    fn start(
        &mut self,
        attachment: Option<String>,
        ring_ms: Option<u64>,
        room_token: Option<Token>,
    ) {
        let Some(leg) = &self.current else { return };
        let start = StartCall {
            call_id: leg.view.call_id,
            callees: leg.dialled.clone(),
            group: leg.view.group.clone(),
            media: leg.view.media,
            attachment,
            ring_ms,
            room_token,
        };
        self.request(Command::StartCall(start), Purpose::Start);
        self.open_media();
    }

    pub(super) fn handle_token(
        &mut self,
        call_id: CallId,
        token: Option<Token>,
        error: Option<String>,
    ) {
        if self.take_join_token(call_id, token.as_ref(), error.as_deref())
            || self.take_waiting_token(call_id, token.as_ref(), error.as_deref())
        {
            return;
        }
        let Some(leg) = self.current.as_mut().filter(|s| s.view.call_id == call_id) else {
            return;
        };
        let awaited = match &leg.phase {
            LegPhase::AwaitingToken { .. } => true,
            LegPhase::Accepting { token_until, .. } => token_until.is_some(),
            _ => false,
        };
        if !awaited {
            return;
        }
        let Some(token) = token.filter(|_| error.is_none()) else {
            let message = error.unwrap_or_else(|| "the token handler gave no token".into());
            return self.give_up_without_token(message);
        };
        match std::mem::replace(&mut leg.phase, LegPhase::Calling) {
            LegPhase::AwaitingToken {
                ticket,
                attachment,
                timeout_ms,
                ..
            } => {
                leg.phase = LegPhase::Dialing { ticket };
                self.start(attachment, timeout_ms, Some(token));
            }
            LegPhase::Accepting {
                tickets,
                other,
                until,
                pressed_at,
                ..
            } => {
                leg.phase = LegPhase::Accepting {
                    tickets,
                    other,
                    token_until: None,
                    until,
                    pressed_at,
                };
                self.request(accept_command(call_id, Some(token), other), Purpose::Accept);
            }
            phase => leg.phase = phase,
        }
    }

    /// No token: nothing is left ringing on either side (behaviour H.9).
    fn give_up_without_token(&mut self, message: String) {
        let error = ErrorBody::new(ErrorKind::TokenUnavailable, message);
        let Some(leg) = &mut self.current else {
            return;
        };
        let call_id = leg.view.call_id;
        match std::mem::replace(&mut leg.phase, LegPhase::Calling) {
            LegPhase::AwaitingToken { ticket, .. } => self.abort_dial(ticket, error, false),
            LegPhase::Accepting { tickets, .. } => {
                for ticket in tickets {
                    self.complete(ticket, Err(error.clone()));
                }
                self.request(reject_without_token(call_id), Purpose::Outbox(call_id));
                self.end_leg(
                    EndReason::TokenRefused,
                    self.signalling.accid().cloned(),
                    Vec::new(),
                );
            }
            phase => leg.phase = phase,
        }
    }

    /// Whether the server may have the call that is being left.
    pub(super) fn is_heard(&mut self) -> bool {
        match self.current.as_ref().map(|leg| &leg.phase) {
            None | Some(LegPhase::AwaitingToken { .. }) => false,
            Some(LegPhase::Dialing { .. }) => self.abandon_start(),
            Some(_) => true,
        }
    }

    /// The dial is not wanted any more. False if the server has never heard of it.
    fn abandon_start(&mut self) -> bool {
        let started = self
            .requests
            .drop_where(|purpose| *purpose == Purpose::Start);
        let mut heard = false;
        for mut pending in started {
            heard |= pending.sent || pending.repeated;
            if pending.sent {
                pending.purpose = Purpose::AbandonedStart;
                self.requests.put_back(pending);
            }
        }
        heard
    }

    /// What came of a dial that was given up is hung up: after a glare it is another call than the one dialled.
    pub(super) fn handle_abandoned_start(
        &mut self,
        command: &Command,
        result: Result<Success, ErrorBody>,
    ) {
        let Command::StartCall(start) = command else {
            return;
        };
        if let Ok(Success::Call { call, .. }) = &result {
            self.forget_waiting(call.call_id);
        }
        if let Ok(Success::Call { call, .. }) = result
            && call.call_id != start.call_id
            && call.state != CallState::Ended
        {
            let call_id = call.call_id;
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        }
    }

    /// The server has the call: that is what the dial waits for, even if its answer was lost, and even if the call was
    /// over at once (busy).
    pub(super) fn confirm_dial(&mut self, call: &CallView) {
        let Some(leg) = &self.current else {
            return;
        };
        let missing = |accid: &&Accid| call.participants.iter().all(|p| p.accid != **accid);
        let refused = leg.dialled.iter().filter(missing);
        let refused = refused.map(|accid| RefusedInvite {
            accid: accid.clone(),
            kind: ErrorKind::AccountNotFound,
        });
        self.complete_dial(call, refused.collect());
    }

    fn complete_dial(&mut self, call: &CallView, refused: Vec<RefusedInvite>) {
        let Some(leg) = &mut self.current else {
            return;
        };
        if let LegPhase::Dialing { ticket } = leg.phase {
            leg.phase = LegPhase::Calling;
            self.requests
                .drop_where(|purpose| *purpose == Purpose::Start);
            self.complete(
                ticket,
                Ok(Value::Call {
                    call: call.clone(),
                    refused,
                }),
            );
        }
    }

    pub(super) fn handle_start_answer(&mut self, sent: bool, result: Result<Success, ErrorBody>) {
        let Some(LegPhase::Dialing { ticket }) = self.current.as_ref().map(|s| s.phase.clone())
        else {
            return;
        };
        match result {
            Ok(Success::Call { call, refused }) => {
                self.complete_dial(&call, refused);
                if let Some(leg) = &mut self.current
                    && leg.view.call_id != call.call_id
                {
                    leg.view.call_id = call.call_id;
                    // A hang-up of the other's call that is still to be said again must not end this one.
                    let hung_up = Purpose::Outbox(call.call_id);
                    self.requests.drop_where(|purpose| *purpose == hung_up);
                    // The application knows the call by its new name before anything happens to it.
                    self.publish_change();
                    if call.end.is_none() {
                        self.open_media();
                    }
                }
                self.adopt_whole(call);
            }
            Ok(_) => self.abort_dial(ticket, ErrorKind::Server.into(), true),
            Err(error) => {
                let unheard = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                self.abort_dial(ticket, error, sent && unheard);
            }
        }
    }

    /// The dial failed: there was no call, so the error is all that the application hears. If the server may have the call
    /// all the same, it is told.
    fn abort_dial(&mut self, ticket: u64, error: ErrorBody, tell: bool) {
        let Some(leg) = &mut self.current else {
            return;
        };
        leg.phase = LegPhase::Calling;
        let call_id = leg.view.call_id;
        if tell {
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        }
        self.close_leg(error.kind);
        self.publish_change();
        self.complete(ticket, Err(error));
    }
}

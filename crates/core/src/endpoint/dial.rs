//! A dial: its token, its way to the server, what comes of it, and how it fails.

use std::collections::BTreeSet;

use hullo_protocol::{
    ATTACHMENT_BYTES_MAX, Accid, CallId, CallKind, CallState, CallView, Command, DeviceState,
    ErrorBody, ErrorKind, GroupTerms, Media, ParticipantState, ParticipantView, Success, Uid,
};

use super::context::Context;
use super::leg::{CallLeg, LegPhase};
use super::requests::Purpose;
use super::tokens::TokenFor;
use super::{DevicePresets, Endpoint, Op};

/// The caller's number in its call.
const CALLER_UID: Uid = Uid(1);

/// Whom the application dials, and how.
struct DialRequest {
    /// Each once.
    callees: Vec<Accid>,
    /// The terms of a group call; a call of two has none.
    group: Option<GroupTerms>,
    media: Media,
    attachment: Option<String>,
    timeout_ms: Option<u64>,
    presets: DevicePresets,
}

impl DialRequest {
    fn new(
        mut callees: Vec<Accid>,
        group: Option<GroupTerms>,
        media: Media,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
    ) -> Self {
        let mut named = BTreeSet::new();
        callees.retain(|callee| named.insert(callee.clone()));
        Self {
            callees,
            group,
            media,
            attachment,
            timeout_ms,
            presets: DevicePresets::NONE,
        }
    }

    /// With this device's microphone and camera like that.
    fn with(self, presets: DevicePresets) -> Self {
        Self { presets, ..self }
    }
}

impl Endpoint {
    /// Dials one account, or several.
    pub(super) fn handle_dial(&mut self, ticket: u64, op: Op) {
        let (request, presets) = match op {
            Op::Call {
                accid,
                media,
                attachment,
                timeout_ms,
                presets,
            } => {
                let callees = vec![accid];
                let request = DialRequest::new(callees, None, media, attachment, timeout_ms);
                (request, presets)
            }
            Op::GroupCall {
                accids,
                media,
                terms,
                attachment,
                timeout_ms,
                presets,
            } => {
                let terms = Some(terms);
                let request = DialRequest::new(accids, terms, media, attachment, timeout_ms);
                (request, presets)
            }
            // It is dispatched here although it dials nobody.
            _ => return self.cx.fail(ticket, ErrorKind::BadRequest),
        };
        self.dial(ticket, request.with(presets));
    }

    fn dial(&mut self, ticket: u64, request: DialRequest) {
        let me = match self.check_dial(&request) {
            Ok(me) => me,
            Err(error) => return self.cx.complete(ticket, Err(error)),
        };
        let call_id = self.cx.new_call_id();
        let view = provisional_view(call_id, me, &request, &self.cx);
        let DialRequest {
            callees: dialled,
            attachment,
            timeout_ms,
            presets,
            ..
        } = request;
        if self.cx.signalling.is_secure() {
            let phase = LegPhase::AwaitingToken {
                ticket,
                attachment,
                timeout_ms,
            };
            let leg = CallLeg::dial(view, dialled, phase).with_presets(presets);
            self.current = Some(leg);
            self.cx.ask_token(call_id, CALLER_UID, TokenFor::Dial);
        } else {
            let leg = CallLeg::dial(view, dialled, LegPhase::Dialing { ticket });
            let leg = leg.with_presets(presets);
            let leg = self.current.insert(leg);
            leg.start(attachment, timeout_ms, None, &mut self.cx);
        }
    }

    /// The caller, if this can be dialled now.
    fn check_dial(&self, request: &DialRequest) -> Result<Accid, ErrorBody> {
        let me = self.cx.me();
        if request.group.is_none() && request.callees.first() == me {
            return Err(ErrorKind::CalledOneself.into());
        }
        if request.callees.is_empty() {
            let message = "accids is empty; name at least one account";
            return Err(ErrorBody::new(ErrorKind::BadRequest, message));
        }
        if self.joining.is_some() {
            return Err(ErrorKind::CallWhileCalling.into());
        }
        if self.waiting.answering().is_some() {
            return Err(ErrorKind::CallWhileCalled.into());
        }
        let me = me.ok_or(ErrorKind::NotLoggedIn)?;
        let bytes = request.attachment.as_ref().map_or(0, String::len);
        if bytes > ATTACHMENT_BYTES_MAX {
            let message = format!("the attachment is longer than {ATTACHMENT_BYTES_MAX} bytes");
            return Err(ErrorBody::new(ErrorKind::TooLarge, message));
        }
        Ok(me.clone())
    }

    pub(super) fn handle_start_answer(
        &mut self,
        may_be_known: bool,
        result: Result<Success, ErrorBody>,
    ) {
        let Some(leg) = &mut self.current else { return };
        let LegPhase::Dialing { ticket } = leg.phase else {
            return;
        };
        match result {
            Ok(Success::Call { call, refused }) => {
                leg.complete_dial(call.clone(), refused, &mut self.cx);
                if !leg.is(call.call_id) {
                    self.rename_dial(&call);
                }
                self.adopt_whole(call);
            }
            Ok(_) => self.abort_dial(ticket, ErrorKind::Server.into(), true),
            Err(error) => {
                let unanswered = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                self.abort_dial(ticket, error, may_be_known && unanswered);
            }
        }
    }

    /// The dial has met the other side's call, and is that one now.
    fn rename_dial(&mut self, call: &CallView) {
        if let Some(leg) = &mut self.current {
            let mutes = &mut self.cx.audio_mutes;
            mutes.rename(leg.view.call_id, call.call_id);
            leg.view.call_id = call.call_id;
        }
        // A hang-up of the other's call that is not yet sent must not end this one.
        self.cx.requests.discard(&Purpose::Outbox(call.call_id));
        // The application knows the call by its new name before anything happens to it.
        self.publish_change();
        if call.end.is_none() {
            self.on_current(CallLeg::open_media);
        }
    }

    /// What came of a dial that was given up is hung up: after a glare it is another call than the one dialled.
    pub(super) fn handle_abandoned_start(
        &mut self,
        command: &Command,
        result: Result<Success, ErrorBody>,
    ) {
        let (Command::StartCall(start), Ok(Success::Call { call, .. })) = (command, result) else {
            return;
        };
        let ended = self.waiting.forget(call.call_id, &mut self.cx);
        self.announce(ended);
        if call.call_id != start.call_id && call.state != CallState::Ended {
            self.cx.queue_hangup(call.call_id);
        }
    }

    /// The dial failed: there was no call, so the error is all that the application is told. If the server may have the call
    /// all the same, it is told.
    pub(super) fn abort_dial(&mut self, ticket: u64, error: ErrorBody, may_be_known: bool) {
        let Some(mut leg) = self.current.take() else {
            return;
        };
        if may_be_known {
            self.cx.queue_hangup(leg.view.call_id);
        }
        // Its ticket completes last, once the application has been told that the device is idle.
        leg.phase = LegPhase::Calling;
        leg.close(error.kind, &mut self.cx);
        self.publish_change();
        self.cx.complete(ticket, Err(error));
    }
}

/// What the call looks like until the server has it.
fn provisional_view(call_id: CallId, me: Accid, request: &DialRequest, cx: &Context) -> CallView {
    let participant = |accid: Accid, uid, state, here: bool| ParticipantView {
        accid,
        name: None,
        avatar: None,
        uid,
        state,
        audio: match here {
            true => DeviceState::Asking,
            false => DeviceState::Off,
        },
        video: match here && request.media == Media::Video {
            true => DeviceState::Asking,
            false => DeviceState::Off,
        },
        reconnecting: false,
        held: false,
        screen: false,
        inviter: None,
        device: cx
            .signalling
            .device()
            .filter(|_| here)
            .map(|device| device.id.clone()),
    };
    let caller = participant(me.clone(), CALLER_UID, ParticipantState::Accepted, true);
    let mut participants = vec![caller];
    for callee in request.callees.iter().filter(|callee| **callee != me) {
        let uid = Uid(participants.len() as u64 + 1);
        let state = ParticipantState::Invited;
        participants.push(participant(callee.clone(), uid, state, false));
    }
    CallView {
        call_id,
        version: 0,
        kind: match request.group {
            None => CallKind::OneToOne,
            Some(_) => CallKind::Group,
        },
        group: request.group.clone(),
        media: request.media,
        state: CallState::Ringing,
        caller: me,
        attachment: request.attachment.clone(),
        participants,
        active_ms: None,
        switch: None,
        end: None,
        secure: cx.signalling.is_secure(),
    }
}

//! What clients ask.

use hullo_protocol::{
    Accid, CallId, Command, DeviceId, ErrorBody, ErrorKind, Event, Media, Reply, Request,
    RequestId, Success,
};

use super::{Hub, Known, Output, SessionId};
use crate::Time;
use crate::call::{Call, Outcome, SwitchRefusal, not_found};

/// What a login on a session that has one is answered.
pub(super) const SIGNED_IN_ALREADY: &str = "this session is signed in already";
const NOT_HERE: &str = "a read of the storage was handed to the hub, which has none";
const NO_TOKENS: &str = "session.renew was handed to the hub, which verifies no tokens";

/// Who asks, and where the answer goes.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) session: SessionId,
    pub(super) accid: Accid,
    pub(super) device: DeviceId,
    pub(super) re: u64,
    pub(super) request_id: Option<RequestId>,
}

impl Hub {
    pub(super) fn handle_request(
        &mut self,
        session: SessionId,
        request: Request,
        known: Known,
        now: Time,
    ) {
        // One whose login could not be stored has been told so, and is being closed: what it asked before is not its to ask.
        let signed_in = self.sessions.find(session);
        let Some(signed_in) = signed_in.filter(|_| self.sessions.is_reachable(session)) else {
            return;
        };
        let asker = Asker {
            session,
            accid: signed_in.accid.clone(),
            device: signed_in.device.clone(),
            re: request.id,
            request_id: request.request_id,
        };
        if request.command.changes_call() && asker.request_id.is_none() {
            let message = "this command changes a call and needs a request_id (a UUID), so that it can be repeated safely";
            return self.refuse(&asker, ErrorKind::BadRequest, message);
        }
        let before = asker.request_id;
        let before = before.and_then(|request| self.sessions.refusal(session, request));
        if let Some(error) = before.cloned() {
            return self.send(&asker, Err(error));
        }
        self.handle_command(&asker, request.command, &known, now);
    }

    /// What each command means. Exhaustive: a new command does not compile until it is decided here.
    fn handle_command(&mut self, asker: &Asker, command: Command, known: &Known, now: Time) {
        let (by, device) = (&asker.accid, &asker.device);
        match command {
            Command::Ping => self.reply(asker, Ok(Success::Done)),
            Command::Logout => self.handle_logout(asker, now),
            Command::WatchPresence { accids } => self.handle_watch(asker, accids),
            Command::StartCall(dial) => self.handle_start(asker, dial, known, now),
            Command::Invite(more) => self.handle_invite(asker, more, known, now),
            Command::Accept { call_id, other, .. } => {
                self.handle_accept(asker, call_id, known, other, now);
            }
            Command::Join { call_id, .. } => self.handle_join(asker, call_id, known, now),
            Command::Continue { call_id } => self.handle_continue(asker, call_id, now),
            Command::Hold { call_id, held } => self.handle_hold(asker, call_id, held, now),
            Command::Query { call_id, group_id } => {
                self.handle_query(asker, call_id, group_id.as_deref(), now);
            }
            Command::CallSnapshot { call_id } => self.handle_call_snapshot(asker, call_id, now),
            Command::Closing { call_id } => {
                self.apply(asker, call_id, now, |call| call.close_page(by, device));
            }
            Command::Ring { call_id } => {
                self.apply(asker, call_id, now, |call| call.ring(by, device));
            }
            Command::Reject {
                call_id,
                without_token,
            } => self.handle_reject(asker, call_id, without_token, now),
            Command::Cancel { call_id } => {
                self.apply(asker, call_id, now, |call| call.cancel(by, device, now));
            }
            Command::Hangup { call_id } => {
                self.leave(asker, call_id, now, |call| call.hang_up(by, device, now));
            }
            Command::End { call_id } => {
                self.leave(asker, call_id, now, |call| {
                    call.end_for_all(by, device, now)
                });
            }
            Command::Switch { call_id, media } => self.handle_switch(asker, call_id, media, now),
            Command::AnswerSwitch { call_id, agree } => {
                self.apply_switch(asker, call_id, now, |call| {
                    call.answer_switch(by, device, agree)
                });
            }
            Command::SetMedia {
                call_id,
                audio,
                video,
                screen,
            } => self.handle_set_media(asker, call_id, audio, video, screen, now),
            Command::OfferMedia { call_id, sdp } => self.handle_offer(asker, call_id, sdp, now),
            Command::Subscribe { call_id, videos } => self.handle_subscribe(asker, call_id, videos),
            Command::ReportFirstFrame { call_id, ms } => {
                self.handle_first_frame(asker, call_id, ms);
            }
            Command::MarkCallsRead { up_to } => self.handle_calls_read(asker, up_to),
            // A session is signed in once; tokens the shell has verified itself, and read what is stored.
            Command::Login(_) => self.refuse(asker, ErrorKind::BadRequest, SIGNED_IN_ALREADY),
            Command::Renew { .. } => self.refuse(asker, ErrorKind::Server, NO_TOKENS),
            Command::ListMessages { .. }
            | Command::CallRecord { .. }
            | Command::ListCalls { .. } => {
                self.refuse(asker, ErrorKind::Server, NOT_HERE);
            }
        }
    }

    /// The shell has stored it; all of the account's devices learn of it.
    fn handle_calls_read(&mut self, asker: &Asker, up_to: u64) {
        let sessions = self.sessions.of_account(&asker.accid);
        self.notify_all(sessions, Event::CallsMarkedRead { up_to });
        self.reply(asker, Ok(Success::Done));
    }

    fn handle_call_snapshot(&mut self, asker: &Asker, call_id: CallId, now: Time) {
        let result = match self.own_call(asker, call_id) {
            Some(call) => Ok(call_reply(call, &asker.accid, now)),
            None => Err(not_found(call_id)),
        };
        self.reply(asker, result);
    }

    fn handle_switch(&mut self, asker: &Asker, call_id: CallId, media: Media, now: Time) {
        let switch_ms = self.config.switch_ms;
        self.apply_switch(asker, call_id, now, |call| {
            call.switch(&asker.accid, &asker.device, media, switch_ms, now)
        });
    }

    /// Applies a rule by which the asker leaves a call. A call that is not known is one that this account is not in, as was
    /// asked for: its hang-up may have travelled for longer than ended calls are remembered.
    fn leave(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
        rule: impl FnOnce(&mut Call) -> Result<(), ErrorBody>,
    ) {
        if self.own_call(asker, call_id).is_none() {
            return self.reply(asker, Ok(Success::Done));
        }
        self.apply(asker, call_id, now, rule);
    }

    /// Applies one rule to one call on behalf of a participant and answers that it is done.
    pub(super) fn apply(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
        rule: impl FnOnce(&mut Call) -> Result<(), ErrorBody>,
    ) {
        self.apply_switch(asker, call_id, now, |call| rule(call).map(|()| None));
    }

    /// [`Hub::apply`] for a rule that may refuse a switch. First the events, then the answer.
    fn apply_switch(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
        rule: impl FnOnce(&mut Call) -> Result<Option<SwitchRefusal>, ErrorBody>,
    ) {
        let Some(call_id) = self.begin_command(asker, call_id, now) else {
            return;
        };
        let result = self.change(call_id, &[], |call| {
            let result = rule(call);
            remember(call, asker, &result, Outcome::Done);
            result
        });
        let result = result.unwrap_or_else(|| Err(not_found(call_id)));
        match result {
            Ok(refusal) => {
                self.notify_switch_refused(call_id, refusal);
                self.refresh_call(call_id, &[], now);
                self.publish_to(call_id, asker.session);
                self.reply(asker, Ok(Success::Done));
            }
            Err(error) => self.reply(asker, Err(error)),
        }
    }

    /// Applies a rule on behalf of a participant and answers with the call, which stands for the event to the asking session,
    /// too.
    pub(super) fn apply_and_reply_call(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
        rule: impl FnOnce(&mut Call) -> Result<(), ErrorBody>,
    ) {
        if let Some(call_id) = self.begin_command(asker, call_id, now) {
            self.change_and_reply_call(asker, call_id, now, rule);
        }
    }

    /// Applies a rule to a call and answers with the call.
    pub(super) fn change_and_reply_call(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
        rule: impl FnOnce(&mut Call) -> Result<(), ErrorBody>,
    ) {
        let result = self.change(call_id, &[asker.session], |call| {
            let result = rule(call);
            remember(call, asker, &result, Outcome::Call);
            result
        });
        let result = result.unwrap_or_else(|| Err(not_found(call_id)));
        let result = result.and_then(|()| {
            let call = self.calls.find(call_id);
            call.map(|call| call_reply(call, &asker.accid, now))
                .ok_or_else(|| not_found(call_id))
        });
        self.reply(asker, result);
        self.refresh_call(call_id, &[], now);
    }

    /// The real name of a call of the asker's, unless this request is answered already: because it is a repetition, or
    /// because there is no such call.
    pub(super) fn begin_command(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        now: Time,
    ) -> Option<CallId> {
        let Some(call) = self.own_call(asker, call_id) else {
            self.reply(asker, Err(not_found(call_id)));
            return None;
        };
        match first_answer(call, asker, now) {
            None => Some(call.call_id),
            Some(answer) => {
                self.reply(asker, answer);
                None
            }
        }
    }

    /// The call of this name, if the asker's account takes or took part in it.
    pub(super) fn own_call(&self, asker: &Asker, call_id: CallId) -> Option<&Call> {
        self.calls
            .resolve(call_id)
            .filter(|call| call.participant(&asker.accid).is_some())
    }

    pub(super) fn refuse(&mut self, asker: &Asker, kind: ErrorKind, message: impl Into<String>) {
        self.reply(asker, Err(ErrorBody::new(kind, message)));
    }

    pub(super) fn reply(&mut self, asker: &Asker, result: Result<Success, ErrorBody>) {
        if let (Err(error), Some(request)) = (&result, asker.request_id) {
            let session = asker.session;
            self.sessions
                .remember_refusal(session, request, error.clone());
        }
        self.send(asker, result);
    }

    fn send(&mut self, asker: &Asker, result: Result<Success, ErrorBody>) {
        if let Ok(Success::Call { call, .. }) = &result {
            self.note_version(call.call_id, asker.session, call.version);
        }
        self.out.push(Output::Reply {
            session: asker.session,
            reply: Reply::new(asker.re, result),
        });
    }
}

/// What this request was answered when it came first.
pub(super) fn first_answer(
    call: &Call,
    asker: &Asker,
    now: Time,
) -> Option<Result<Success, ErrorBody>> {
    let outcome = call.answer_to(&asker.accid, asker.request_id?)?;
    Some(match outcome {
        Outcome::Done => Ok(Success::Done),
        Outcome::Call => unless_elsewhere(call, asker, call_reply(call, &asker.accid, now)),
        Outcome::Invited(refused) => Ok(Success::Call {
            call: call.view(&asker.accid, now),
            refused: refused.clone(),
        }),
        Outcome::Refused(error) => Err(error.clone()),
    })
}

/// What has let a device into a call does not do so again when the account has gone on on another device since.
pub(super) fn unless_elsewhere(
    call: &Call,
    asker: &Asker,
    answer: Success,
) -> Result<Success, ErrorBody> {
    let own = call.participant(&asker.accid);
    let here = own.is_none_or(|own| !own.state.is_in_call() || own.is_in_call_on(&asker.device));
    here.then_some(answer)
        .ok_or_else(|| ErrorKind::InCallOnOtherDevice.into())
}

pub(super) fn call_reply(call: &Call, accid: &Accid, now: Time) -> Success {
    Success::Call {
        call: call.view(accid, now),
        refused: Vec::new(),
    }
}

/// Keeps the answer with the call, if the request has an id to be repeated under.
pub(super) fn remember<T>(
    call: &mut Call,
    asker: &Asker,
    result: &Result<T, ErrorBody>,
    done: Outcome,
) {
    let takes_part = call.participant(&asker.accid).is_some();
    if let Some(request_id) = asker.request_id.filter(|_| takes_part) {
        let outcome = match result {
            Ok(_) => done,
            Err(error) => Outcome::Refused(error.clone()),
        };
        call.remember(&asker.accid, request_id, outcome);
    }
}

//! Dialling and inviting: what is refused, who is busy, and two who dial each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use hullo_protocol::{
    ATTACHMENT_BYTES_MAX, Accid, CallId, CallKind, CallState, ErrorBody, ErrorKind, Event,
    GROUP_ID_BYTES_MAX, GroupTerms, InviteMore, InviteView, PARTICIPANTS_MAX, RING_MS_DEFAULT,
    RING_MS_MAX, RING_MS_MIN, RefusedInvite, StartCall, Success, Uid,
};

use super::request::{Asker, first_answer, remember, unless_elsewhere};
use super::room::Room;
use super::{BusyPolicy, Hub, Known, RoomCommand, RoomGrant, SessionId};
use crate::Time;
use crate::call::{Call, Dial, Invitation, Outcome, none_invited, not_found};

/// What is not the same for all whom a call rings: the attachment, and until when it rings.
type Shown<'a> = (Option<&'a str>, Option<Time>);

impl Hub {
    pub(super) fn handle_start(
        &mut self,
        asker: &Asker,
        start: StartCall,
        known: &Known,
        now: Time,
    ) {
        if let Some(call) = self.calls.resolve(start.call_id) {
            let answer = first_answer(call, asker, now).unwrap_or_else(|| {
                Err(ErrorBody::new(
                    ErrorKind::CallExists,
                    format!(
                        "the id {} names another call; make a new one",
                        start.call_id
                    ),
                ))
            });
            let answer = answer.and_then(|answer| unless_elsewhere(call, asker, answer));
            return self.reply(asker, answer);
        }
        if self.taken.contains(&start.call_id) {
            let message = format!(
                "the call {} has ended; dial with a new call id",
                start.call_id
            );
            return self.refuse(asker, ErrorKind::CallOver, message);
        }
        let (callees, refused) = match self.check_start(asker, &start, known) {
            Ok(checked) => checked,
            Err(error) => return self.reply(asker, Err(error)),
        };
        if let ([callee], None) = (callees.as_slice(), &start.group)
            && let Some(earlier) = self.glare(&asker.accid, callee)
            && self.check_free(&asker.accid, earlier).is_ok()
        {
            return self.join_glare(asker, earlier, start.call_id, now);
        }
        if self.calls.of_account(&asker.accid).next().is_some() {
            return self.reply(asker, Err(ErrorKind::AlreadyInCall.into()));
        }
        let dial = Dial {
            call_id: start.call_id,
            caller: asker.accid.clone(),
            device: asker.device.clone(),
            callees,
            group: start.group,
            media: start.media,
            attachment: start.attachment,
            ring_ms: ring_ms(start.ring_ms),
            secure: self.config.secure,
        };
        let mut call = Call::dial(dial, now);
        call.introduce(&known.people);
        self.begin(asker, call, refused, now);
    }

    /// Whom a dial can reach at all, and whom it cannot; refused when there is none of the former.
    fn check_start(
        &self,
        asker: &Asker,
        start: &StartCall,
        known: &Known,
    ) -> Result<(Vec<Accid>, Vec<RefusedInvite>), ErrorBody> {
        match &start.group {
            None => check_one(&start.callees)?,
            Some(terms) => check_group_id(terms)?,
        }
        check_attachment(start.attachment.as_deref())?;
        check_count(&start.callees)?;
        if let Some(error) = &known.limited {
            return Err((**error).clone());
        }
        let (callees, refused) = split_refused(&asker.accid, &start.callees, &known.refused);
        if callees.is_empty() {
            return Err(none_invited(&refused));
        }
        let granted = RoomGrant {
            call_id: start.call_id,
            accid: asker.accid.clone(),
            uid: Uid(1),
        };
        if self.config.secure && known.grant.as_ref() != Some(&granted) {
            return Err(ErrorBody::new(
                ErrorKind::RoomTokenRefused,
                format!(
                    "a dial needs a room token signed for call {}, account {} and uid 1",
                    start.call_id, asker.accid
                ),
            ));
        }
        Ok((callees, refused))
    }

    /// Makes the call. Whoever is busy is not rung; when all are, the call ends at once.
    fn begin(&mut self, asker: &Asker, mut call: Call, refused: Vec<RefusedInvite>, now: Time) {
        let call_id = call.call_id;
        let callees: Vec<Accid> = call.callees().cloned().collect();
        let (busy, rung) = self.split_busy(callees);
        call.skip_busy(&busy, now);
        if let Some(request_id) = asker.request_id {
            let outcome = Outcome::Invited(refused.clone());
            call.remember(&asker.accid, request_id, outcome);
        }
        let call = Arc::new(call);
        self.publish_new(&call);
        if !call.is_ended() {
            let room = Room {
                open: true,
                ..Room::default()
            };
            self.calls.put_room(call_id, room);
            self.command_room(call_id, RoomCommand::Open);
        }
        let call = call.view(&asker.accid, now);
        self.reply(asker, Ok(Success::Call { call, refused }));
        self.ring(call_id, &rung, now);
    }

    /// Invites more accounts into a call.
    pub(super) fn handle_invite(
        &mut self,
        asker: &Asker,
        more: InviteMore,
        known: &Known,
        now: Time,
    ) {
        let Some(call_id) = self.begin_command(asker, more.call_id, now) else {
            return;
        };
        if let Err(error) = check_invite(&more) {
            return self.reply(asker, Err(error));
        }
        if let Some(error) = &known.limited {
            return self.reply(asker, Err((**error).clone()));
        }
        let (callees, mut refused) = split_refused(&asker.accid, &more.callees, &known.refused);
        let invitation = Invitation {
            callees,
            attachment: more.attachment,
            ring_ms: ring_ms(more.ring_ms),
        };
        let free: BTreeSet<Accid> = invitation
            .callees
            .iter()
            .filter(|callee| !self.is_busy(callee))
            .cloned()
            .collect();
        let result = self.change(call_id, &[asker.session], |call| {
            let (by, device) = (&asker.accid, &asker.device);
            let invited = call.invite(by, device, &invitation, &mut refused, now);
            let rung = invited.map(|invited| {
                call.introduce(&known.people);
                let is_free = |callee: &Accid| free.contains(callee);
                let (rung, busy): (Vec<Accid>, _) = invited.into_iter().partition(is_free);
                call.skip_busy(&busy, now);
                rung
            });
            remember(call, asker, &rung, Outcome::Invited(refused.clone()));
            rung
        });
        let shown = match result.unwrap_or_else(|| Err(not_found(call_id))) {
            Ok(rung) => self.calls.find(call_id).map(|call| (call, rung)),
            Err(error) => return self.reply(asker, Err(error)),
        };
        let Some((call, rung)) = shown else { return };
        let call = call.view(&asker.accid, now);
        self.reply(asker, Ok(Success::Call { call, refused }));
        self.ring(call_id, &rung, now);
    }

    /// Those who are busy, and those who are not.
    fn split_busy(&self, callees: Vec<Accid>) -> (Vec<Accid>, Vec<Accid>) {
        callees.into_iter().partition(|callee| self.is_busy(callee))
    }

    /// Whether an account is not to be rung, because of the calls that it is in or that ring for it.
    fn is_busy(&self, callee: &Accid) -> bool {
        let mut calls = self.calls.of_account(callee);
        let Some(call) = calls.next() else {
            return false;
        };
        let may_wait = call.state == CallState::Active
            && call
                .participant(callee)
                .is_some_and(|own| own.state.is_in_call() && !own.held);
        self.config.busy == BusyPolicy::Reject || !may_wait || calls.next().is_some()
    }

    /// Refuses if the account is in another call than this one and does not hold it.
    pub(super) fn check_free(&self, accid: &Accid, call_id: CallId) -> Result<(), ErrorBody> {
        match self.unheld_call(accid, call_id) {
            None => Ok(()),
            Some(other) => Err(ErrorBody::new(
                ErrorKind::AlreadyInCall,
                format!("this account is in call {other}; end or hold that first"),
            )),
        }
    }

    /// The call, other than this one, that an account is in and does not hold.
    pub(super) fn unheld_call(&self, accid: &Accid, call_id: CallId) -> Option<CallId> {
        let unheld = |call: &&Call| {
            call.call_id != call_id
                && call
                    .participant(accid)
                    .is_some_and(|own| own.state.is_in_call() && !own.held)
        };
        self.calls
            .of_account(accid)
            .find(unheld)
            .map(|call| call.call_id)
    }

    /// Rings every device of the callees that is connected; the others learn of the invite when they log in. All are
    /// delivered in one change, so that none hears of the call before its own invite.
    fn ring(&mut self, call_id: CallId, callees: &[Accid], now: Time) {
        let reached: Vec<(SessionId, &Accid)> = callees
            .iter()
            .flat_map(|callee| {
                let sessions = self.sessions.of_account(callee);
                sessions.into_iter().map(move |session| (session, callee))
            })
            .filter(|(session, _)| self.sessions.is_reachable(*session))
            .collect();
        let skip: Vec<SessionId> = reached.iter().map(|(session, _)| *session).collect();
        self.change(call_id, &skip, |call| {
            for (_, callee) in &reached {
                call.deliver(callee);
            }
        });
        let Some(call) = self.calls.entry(call_id).map(|entry| entry.call.clone()) else {
            return;
        };
        // Those who are shown the same are told by one event.
        let mut invites: Vec<(Shown<'_>, InviteView, Vec<SessionId>)> = Vec::new();
        for (session, callee) in reached {
            let own = call.participant(callee);
            let shown = (
                own.and_then(|own| own.attachment.as_deref()),
                own.and_then(|own| own.ring_until),
            );
            if let Some((.., sessions)) = invites.iter_mut().find(|(as_well, ..)| *as_well == shown)
            {
                sessions.push(session);
            } else if let Some(invite) = call.invite_view(callee, now) {
                invites.push((shown, invite, vec![session]));
            }
        }
        for (.., InviteView { call, ring_ms_left }, sessions) in invites {
            self.notify_all(sessions, Event::CallInvited { call, ring_ms_left });
        }
    }

    /// The call in which `callee` is ringing `caller` at this moment.
    fn glare(&self, caller: &Accid, callee: &Accid) -> Option<CallId> {
        self.calls
            .of_account(caller)
            .find(|call| {
                call.kind == CallKind::OneToOne
                    && call.state == CallState::Ringing
                    && call.caller == *callee
            })
            .map(|call| call.call_id)
    }

    /// Two dial each other: the later dial accepts the earlier call, and its name becomes another name of that. In a
    /// secure app the room token of the dial stands for the one of the accept: the app has let this account call the
    /// very account that it now talks to, and its client cannot have a token for a call that it did not know of.
    fn join_glare(&mut self, asker: &Asker, earlier: CallId, alias: CallId, now: Time) {
        let connect_ms = self.config.connect_ms;
        self.apply_and_reply_call(asker, earlier, now, |call| {
            let uid = call.participant(&asker.accid).map(|own| own.uid);
            call.accept(&asker.accid, &asker.device, uid, connect_ms, now)?;
            call.aliases.push(alias);
            Ok(())
        });
    }
}

fn ring_ms(wish: Option<u64>) -> u64 {
    wish.unwrap_or(RING_MS_DEFAULT)
        .clamp(RING_MS_MIN, RING_MS_MAX)
}

fn check_one(callees: &[Accid]) -> Result<(), ErrorBody> {
    match callees {
        [_] => Ok(()),
        [] => Err(ErrorBody::new(
            ErrorKind::BadRequest,
            "callees is empty; name one account",
        )),
        several => Err(ErrorBody::new(
            ErrorKind::OneToOneOnly,
            format!(
                "{} callees; name one account, or make it a group call by `group`",
                several.len()
            ),
        )),
    }
}

/// The shell has looked up no more accounts than these, so that none beyond them may be called.
fn check_count(callees: &[Accid]) -> Result<(), ErrorBody> {
    let count = callees.iter().collect::<BTreeSet<_>>().len();
    if count >= PARTICIPANTS_MAX {
        return Err(ErrorBody::new(
            ErrorKind::ParticipantLimit,
            format!("{count} callees; at most {}", PARTICIPANTS_MAX - 1),
        ));
    }
    Ok(())
}

fn check_group_id(terms: &GroupTerms) -> Result<(), ErrorBody> {
    match &terms.group_id {
        Some(name) if name.is_empty() || name.len() > GROUP_ID_BYTES_MAX => Err(ErrorBody::new(
            ErrorKind::BadRequest,
            format!(
                "a group_id of {} bytes; it has 1 to {GROUP_ID_BYTES_MAX}",
                name.len()
            ),
        )),
        Some(name) if name.chars().any(char::is_control) => Err(ErrorBody::new(
            ErrorKind::BadRequest,
            "a group_id with control characters; use those that can be seen",
        )),
        _ => Ok(()),
    }
}

/// Control characters, of which JSON makes six bytes each, an app's text does not need, but for those of its layout.
fn check_attachment(attachment: Option<&str>) -> Result<(), ErrorBody> {
    let text = attachment.unwrap_or_default();
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    {
        return Err(ErrorBody::new(
            ErrorKind::BadRequest,
            "an attachment with control characters other than tab and line ends; encode binary data as base64",
        ));
    }
    let bytes = text.len();
    if bytes > ATTACHMENT_BYTES_MAX {
        return Err(ErrorBody::new(
            ErrorKind::TooLarge,
            format!("an attachment of {bytes} bytes; at most {ATTACHMENT_BYTES_MAX}"),
        ));
    }
    Ok(())
}

fn check_invite(more: &InviteMore) -> Result<(), ErrorBody> {
    if more.callees.len() > PARTICIPANTS_MAX {
        return Err(ErrorBody::new(
            ErrorKind::TooLarge,
            format!(
                "{} accounts to invite; at most {PARTICIPANTS_MAX} at once",
                more.callees.len()
            ),
        ));
    }
    check_attachment(more.attachment.as_deref())
}

/// Each account once; those who can be called and are not the asker, and the others with the reason.
fn split_refused(
    asker: &Accid,
    accids: &[Accid],
    uncallable: &[RefusedInvite],
) -> (Vec<Accid>, Vec<RefusedInvite>) {
    let mut callees = Vec::new();
    let mut refused: Vec<RefusedInvite> = Vec::new();
    let mut seen = BTreeSet::new();
    for accid in accids.iter().filter(|accid| seen.insert(*accid)) {
        let known = uncallable.iter().find(|one| one.accid == *accid);
        match known {
            _ if accid == asker => refused.push(RefusedInvite {
                accid: accid.clone(),
                kind: ErrorKind::CalledOneself,
            }),
            Some(known) => refused.push(known.clone()),
            None => callees.push(accid.clone()),
        }
    }
    (callees, refused)
}

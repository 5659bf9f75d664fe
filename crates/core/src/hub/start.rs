//! Dialling: what is refused, who is busy, and two who dial each other.

use hullo_protocol::{
    ATTACHMENT_BYTES_MAX, Accid, CallId, CallKind, CallState, ErrorBody, ErrorKind, Event,
    InviteView, RING_MS_DEFAULT, RING_MS_MAX, RING_MS_MIN, StartCall, Uid,
};

use super::request::{Asker, first_answer, show};
use super::room::Room;
use super::{Hub, RoomCommand, RoomGrant};
use crate::Time;
use crate::call::{Call, Dial, Outcome};

impl Hub {
    pub(super) fn handle_start(
        &mut self,
        asker: &Asker,
        start: StartCall,
        grant: Option<RoomGrant>,
        now: Time,
    ) {
        if let Some(call) = self.ledger.resolve(start.call_id) {
            let answer = first_answer(call, asker, now).unwrap_or_else(|| {
                Err(ErrorBody::new(
                    ErrorKind::CallExists,
                    format!(
                        "the id {} names another call; make a new one",
                        start.call_id
                    ),
                ))
            });
            return self.reply(asker, answer);
        }
        let callee = match self.check_start(asker, &start, grant) {
            Ok(callee) => callee,
            Err(error) => return self.reply(asker, Err(error)),
        };
        if let Some(earlier) = self.glare(&asker.accid, &callee) {
            return self.meet(asker, earlier, start.call_id, now);
        }
        if self.ledger.calls_of(&asker.accid).next().is_some() {
            return self.reply(asker, Err(ErrorKind::AlreadyInCall.into()));
        }
        let ring_ms = start.ring_ms.unwrap_or(RING_MS_DEFAULT);
        let dial = Dial {
            call_id: start.call_id,
            caller: asker.accid.clone(),
            device: asker.device.clone(),
            callees: vec![callee.clone()],
            group: None,
            media: start.media,
            attachment: start.attachment,
            ring_ms: ring_ms.clamp(RING_MS_MIN, RING_MS_MAX),
            secure: self.config.secure,
        };
        self.begin(asker, Call::dial(dial, now), &callee, now);
    }

    fn check_start(
        &self,
        asker: &Asker,
        start: &StartCall,
        grant: Option<RoomGrant>,
    ) -> Result<Accid, ErrorBody> {
        let callee = match start.callees.as_slice() {
            [callee] => callee,
            [] => {
                return Err(ErrorBody::new(
                    ErrorKind::BadRequest,
                    "callees is empty; name one account",
                ));
            }
            several => {
                return Err(ErrorBody::new(
                    ErrorKind::OneToOneOnly,
                    format!("{} callees; name one account", several.len()),
                ));
            }
        };
        if *callee == asker.accid {
            return Err(ErrorKind::CalledOneself.into());
        }
        let attachment_bytes = start.attachment.as_ref().map_or(0, String::len);
        if attachment_bytes > ATTACHMENT_BYTES_MAX {
            return Err(ErrorBody::new(
                ErrorKind::TooLarge,
                format!(
                    "an attachment of {attachment_bytes} bytes; at most {ATTACHMENT_BYTES_MAX}"
                ),
            ));
        }
        let granted = RoomGrant {
            call_id: start.call_id,
            uid: Uid(1),
        };
        if self.config.secure && grant != Some(granted) {
            return Err(ErrorBody::new(
                ErrorKind::RoomTokenRefused,
                format!(
                    "a dial needs a room token signed for call {} and uid 1",
                    start.call_id
                ),
            ));
        }
        Ok(callee.clone())
    }

    /// Makes the call. Whoever is busy is not rung: the call ends at once.
    fn begin(&mut self, asker: &Asker, mut call: Call, callee: &Accid, now: Time) {
        let call_id = call.call_id;
        let busy = self.ledger.calls_of(callee).next().is_some();
        if busy {
            call.skip_busy(std::slice::from_ref(callee), now);
        }
        if let Some(request_id) = asker.request_id {
            call.remember(&asker.accid, request_id, Outcome::Call);
        }
        self.publish_new(&call);
        if busy {
            return self.reply(asker, Ok(show(&call, &asker.accid, now)));
        }
        let room = Room {
            open: true,
            ..Room::default()
        };
        self.ledger.put_room(call_id, room);
        self.command_room(call_id, RoomCommand::Open);
        self.reply(asker, Ok(show(&call, &asker.accid, now)));
        self.invite(call_id, callee, now);
    }

    /// Rings every device of the callee that is connected; the others learn of the invite when they log in.
    fn invite(&mut self, call_id: CallId, callee: &Accid, now: Time) {
        let mut sessions = self.sessions.of_account(callee);
        sessions.retain(|session| self.sessions.hears(*session));
        if sessions.is_empty() {
            return;
        }
        self.change(call_id, &sessions, |call| call.deliver(callee));
        let call = self.ledger.call(call_id);
        let Some(invite) = call.and_then(|call| call.invite_view(callee, now)) else {
            return;
        };
        for session in sessions {
            let InviteView { call, ring_ms_left } = invite.clone();
            self.notify(session, Event::CallInvited { call, ring_ms_left });
        }
    }

    /// The call in which `callee` is ringing `caller` at this moment.
    fn glare(&self, caller: &Accid, callee: &Accid) -> Option<CallId> {
        self.ledger
            .calls_of(caller)
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
    fn meet(&mut self, asker: &Asker, earlier: CallId, alias: CallId, now: Time) {
        let connect_ms = self.config.connect_ms;
        self.apply_and_show(asker, earlier, now, |call| {
            let uid = call.participant(&asker.accid).map(|own| own.uid);
            call.accept(&asker.accid, &asker.device, uid, connect_ms, now)?;
            call.aliases.push(alias);
            Ok(())
        });
    }
}

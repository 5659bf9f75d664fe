//! How an account's part of a call begins, is declined, goes on on another device, or is held. It is active in one call at a
//! time; the others it holds.

use hullo_protocol::{
    Accid, CallId, EndReason, ErrorBody, ErrorKind, FoundCall, OtherCall, Success, Uid,
};

use super::request::{Asker, first_answer};
use super::{Hub, Known, RoomGrant};
use crate::Time;
use crate::call::{Call, not_found};

impl Hub {
    /// Answers an invite. Refused while the account is in another call, unless the accept says what to do with that one.
    pub(super) fn handle_accept(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        known: &Known,
        other: Option<OtherCall>,
        now: Time,
    ) {
        let Some(call_id) = self.begin_command(asker, call_id, now) else {
            return;
        };
        let connect_ms = self.config.connect_ms;
        let granted = granted(known.grant.clone(), asker, call_id);
        let accept =
            |call: &mut Call| call.accept(&asker.accid, &asker.device, granted, connect_ms, now);
        let in_the_way = self.unheld_call(&asker.accid, call_id);
        // What cannot be accepted ends or holds nothing.
        let may_accept = self
            .calls
            .find(call_id)
            .is_some_and(|call| accept(&mut call.clone()).is_ok());
        if let (Some(in_the_way), Some(other), true) = (in_the_way, other, may_accept) {
            self.release_other_call(in_the_way, &asker.accid, other, now);
        }
        let free = self.check_free(&asker.accid, call_id);
        self.apply_and_reply_call(asker, call_id, now, |call| {
            if may_accept {
                free?;
            }
            accept(call)
        });
    }

    pub(super) fn handle_reject(
        &mut self,
        asker: &Asker,
        call_id: CallId,
        without_token: bool,
        now: Time,
    ) {
        let reason = match without_token {
            true => EndReason::TokenRefused,
            false => EndReason::Rejected,
        };
        self.apply(asker, call_id, now, |call| {
            call.reject(&asker.accid, &asker.device, reason, now)
        });
    }

    /// Ends the account's part of a call, or holds it, on whichever device it is.
    fn release_other_call(&mut self, call_id: CallId, accid: &Accid, other: OtherCall, now: Time) {
        self.change(call_id, &[], |call| {
            let device = call.participant(accid).and_then(|own| own.device.clone());
            let Some(device) = device else { return };
            let held = other == OtherCall::Hold && call.hold(accid, &device, true).is_ok();
            if !held {
                // Whoever is in a call can hang up.
                let hung_up = call.hang_up(accid, &device, now);
                debug_assert!(hung_up.is_ok());
            }
        });
        self.refresh_call(call_id, &[], now);
        // Before the answer that brings the account into another one.
        self.publish_news(call_id);
    }

    /// Enters a running group call without a ringing invite.
    pub(super) fn handle_join(&mut self, asker: &Asker, call_id: CallId, known: &Known, now: Time) {
        let Some(call) = self.calls.resolve(call_id) else {
            return self.reply(asker, Err(not_found(call_id)));
        };
        if let Some(answer) = first_answer(call, asker, now) {
            return self.reply(asker, answer);
        }
        let call_id = call.call_id;
        let allowed = call
            .uid_for(&asker.accid)
            .map(|_| ())
            .and_then(|()| self.check_free(&asker.accid, call_id));
        if let Err(error) = allowed {
            return self.reply(asker, Err(error));
        }
        let connect_ms = self.config.connect_ms;
        let granted = granted(known.grant.clone(), asker, call_id);
        self.change_and_reply_call(asker, call_id, now, |call| {
            call.join(&asker.accid, &asker.device, granted, connect_ms, now)?;
            call.introduce(&known.people);
            Ok(())
        });
    }

    /// The running calls of that name or group that the asker is in or may join. What is behind a door for which one needs a
    /// token is shown to those who have been let in.
    pub(super) fn handle_query(
        &mut self,
        asker: &Asker,
        call_id: Option<CallId>,
        group_id: Option<&str>,
        now: Time,
    ) {
        let calls: Vec<&Call> = match (call_id, group_id) {
            (Some(call_id), None) => self.calls.resolve(call_id).into_iter().collect(),
            (None, Some(group_id)) => self.calls.of_group(group_id).collect(),
            _ => {
                let message = "name either a call_id or a group_id";
                return self.refuse(asker, ErrorKind::BadRequest, message);
            }
        };
        let found = calls.into_iter().filter(|call| !call.is_ended());
        let calls = found
            .filter_map(|call| {
                let uid = call.uid_for(&asker.accid).ok()?;
                let in_call = call.participants.iter().filter(|it| it.state.is_in_call());
                let may_see = !call.secure || call.participant(&asker.accid).is_some();
                Some(FoundCall {
                    call_id: call.call_id,
                    uid,
                    media: call.media,
                    group: call.group.clone(),
                    // At most PARTICIPANTS_MAX.
                    people: u32::try_from(in_call.count()).unwrap_or(u32::MAX),
                    call: may_see.then(|| call.view(&asker.accid, now)),
                })
            })
            .collect();
        self.reply(asker, Ok(Success::Found { calls }));
    }

    /// Goes on with the account's part of a call on this device.
    pub(super) fn handle_continue(&mut self, asker: &Asker, call_id: CallId, now: Time) {
        let free = self.check_free_of(asker, call_id);
        let connect_ms = self.config.connect_ms;
        self.apply_and_reply_call(asker, call_id, now, |call| {
            // That a call is over is the answer even if the account is in another one: also when repeated after a crash.
            if !call.is_ended() {
                free?;
            }
            call.continue_on(&asker.accid, &asker.device, connect_ms, now)
        });
    }

    /// Holds a call, or takes it up again, for which the account must be in no other.
    pub(super) fn handle_hold(&mut self, asker: &Asker, call_id: CallId, held: bool, now: Time) {
        let free = match held {
            true => Ok(()),
            false => self.check_free_of(asker, call_id),
        };
        self.apply(asker, call_id, now, |call| {
            if !call.is_ended() {
                free?;
            }
            call.hold(&asker.accid, &asker.device, held)
        });
    }

    /// Refuses if the asker is in another call than the one of this name, which it does not hold.
    fn check_free_of(&self, asker: &Asker, call_id: CallId) -> Result<(), ErrorBody> {
        let call_id = self
            .own_call(asker, call_id)
            .map_or(call_id, |call| call.call_id);
        self.check_free(&asker.accid, call_id)
    }
}

/// The number for which a room token of this call and this account was signed.
fn granted(grant: Option<RoomGrant>, asker: &Asker, call_id: CallId) -> Option<Uid> {
    grant
        .filter(|grant| grant.call_id == call_id && grant.accid == asker.accid)
        .map(|grant| grant.uid)
}

//! Calls of several: dialling them, inviting more, leaving.

use hullo_protocol::{
    Accid, CallKind, Command, ErrorBody, ErrorKind, GroupTerms, InviteMore, Media, Success,
};

use super::leg::LegPhase;
use super::requests::Purpose;
use super::{Endpoint, State, Value};

impl Endpoint {
    pub(super) fn dial_group(
        &mut self,
        ticket: u64,
        accids: Vec<Accid>,
        media: Media,
        terms: GroupTerms,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
    ) {
        if accids.is_empty() && self.state() == State::Idle {
            let message = "accids is empty; name at least one account";
            return self.complete(ticket, Err(ErrorBody::new(ErrorKind::BadRequest, message)));
        }
        self.dial_all(ticket, accids, Some(terms), media, attachment, timeout_ms);
    }

    pub(super) fn invite(
        &mut self,
        ticket: u64,
        callees: Vec<Accid>,
        attachment: Option<String>,
        ring_ms: Option<u64>,
    ) {
        let Some(leg) = &self.current else {
            return self.fail(ticket, ErrorKind::InviteWhileIdle);
        };
        let group = leg.view.kind == CallKind::Group;
        match leg.phase {
            LegPhase::InCall => {}
            // The server hears of the dial first.
            LegPhase::Dialing { .. } | LegPhase::Calling if group => {}
            LegPhase::Called { .. } | LegPhase::Accepting { .. } => {
                return self.fail(ticket, ErrorKind::InviteWhileCalled);
            }
            _ => return self.fail(ticket, ErrorKind::InviteWhileCalling),
        }
        let more = InviteMore {
            call_id: leg.view.call_id,
            callees,
            attachment,
            ring_ms,
        };
        self.request(Command::Invite(more), Purpose::Invite(ticket));
    }

    pub(super) fn handle_invite_answer(&mut self, ticket: u64, result: Result<Success, ErrorBody>) {
        let value = match result {
            Ok(Success::Call { call, refused }) => {
                self.adopt_whole(call.clone());
                Ok(Value::Call { call, refused })
            }
            Ok(_) => Ok(Value::Done),
            Err(error) => Err(error),
        };
        self.complete(ticket, value);
    }

    /// Leaves the call; a group call goes on for the others.
    pub(super) fn leave(&mut self, ticket: u64) {
        match self.state() {
            State::Idle => return self.fail(ticket, ErrorKind::LeaveWhileIdle),
            State::Calling => return self.fail(ticket, ErrorKind::LeaveWhileCalling),
            State::Called => return self.fail(ticket, ErrorKind::LeaveWhileCalled),
            State::InCall => self.hang_up(false),
        }
        self.complete(ticket, Ok(Value::Done));
    }
}

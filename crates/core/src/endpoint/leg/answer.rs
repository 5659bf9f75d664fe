//! Answering the call that rings on a leg.

use hullo_protocol::{CallId, CallView, Command, ErrorKind, OtherCall, Token};

use super::{CallLeg, LegPhase, local_participant};
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;
use crate::endpoint::tokens::TokenFor;
use crate::endpoint::{DevicePresets, Member, State, Value};

impl CallLeg {
    pub(in crate::endpoint) fn accept(
        &mut self,
        ticket: u64,
        other: OtherCall,
        presets: DevicePresets,
        cx: &mut Context,
    ) {
        if self.state() == State::Called {
            self.preset(presets);
        }
        let until = match &mut self.phase {
            LegPhase::Called { until } => *until,
            LegPhase::Accepting { tickets, .. } => return tickets.push(ticket),
            _ => return cx.fail(ticket, ErrorKind::CallOver),
        };
        let call_id = self.view.call_id;
        let own = local_participant(&self.view, cx.me());
        let uid = own.map(|own| own.uid).filter(|_| self.view.secure);
        self.phase = LegPhase::Accepting {
            tickets: vec![ticket],
            other,
            asked: uid.is_none(),
            until,
            pressed_at: cx.now,
        };
        match uid {
            Some(uid) => cx.ask_token(call_id, uid, TokenFor::Accept),
            None => cx.request(accept_command(call_id, None, other), Purpose::Accept),
        }
    }

    /// The room token for the accept is there: asks the server.
    pub(in crate::endpoint) fn accept_with(&mut self, token: Token, cx: &mut Context) {
        if let LegPhase::Accepting { asked, other, .. } = &mut self.phase {
            *asked = true;
            let accept = accept_command(self.view.call_id, Some(token), *other);
            cx.request(accept, Purpose::Accept);
        }
    }

    /// What an accept, a join or a hand-off completes with.
    pub(in crate::endpoint) fn accepted(&self) -> Value {
        accepted(&self.view)
    }
}

/// Answers an invite.
pub(in crate::endpoint) fn accept_command(
    call_id: CallId,
    room_token: Option<Token>,
    other: OtherCall,
) -> Command {
    Command::Accept {
        call_id,
        room_token,
        other: Some(other),
    }
}

/// What an accept, a join or a hand-off of this call completes with.
pub(in crate::endpoint) fn accepted(call: &CallView) -> Value {
    let members = call.participants.iter().filter(|p| p.state.is_in_call());
    let members = members
        .map(|p| Member {
            accid: p.accid.clone(),
            uid: p.uid,
        })
        .collect();
    Value::Accepted {
        call: call.clone(),
        members,
    }
}

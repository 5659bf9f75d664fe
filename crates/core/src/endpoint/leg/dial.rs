//! A leg's dial on its way to the server, and whom it calls in later.

use hullo_protocol::{
    Accid, CallKind, CallView, Command, ErrorKind, InviteMore, RefusedInvite, StartCall, Token,
};

use super::{CallLeg, LegPhase};
use crate::endpoint::Value;
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;

impl CallLeg {
    /// Sends the dial, and right behind it, without waiting, the offer of media.
    pub(in crate::endpoint) fn start(
        &mut self,
        attachment: Option<String>,
        ring_ms: Option<u64>,
        room_token: Option<Token>,
        cx: &mut Context,
    ) {
        let start = StartCall {
            call_id: self.view.call_id,
            callees: self.dialled.clone(),
            group: self.view.group.clone(),
            media: self.view.media,
            attachment,
            ring_ms,
            room_token,
        };
        cx.request(Command::StartCall(start), Purpose::Start);
        self.open_media(cx);
    }

    /// The room token for the dial is there.
    pub(in crate::endpoint) fn start_with(&mut self, token: Token, cx: &mut Context) {
        if let LegPhase::AwaitingToken {
            ticket,
            attachment,
            timeout_ms,
        } = &mut self.phase
        {
            let (attachment, timeout_ms) = (attachment.take(), *timeout_ms);
            self.phase = LegPhase::Dialing { ticket: *ticket };
            self.start(attachment, timeout_ms, Some(token), cx);
        }
    }

    /// The page is being closed, or reloaded: a call that nobody has answered is not to ring for long for nobody.
    pub(in crate::endpoint) fn close_page(&self, cx: &mut Context) {
        let rings_there = matches!(self.phase, LegPhase::Dialing { .. } | LegPhase::Calling);
        if rings_there && cx.signalling.is_ready() {
            let call_id = self.view.call_id;
            cx.request(Command::Closing { call_id }, Purpose::Closing);
        }
    }

    /// The dial, if it is still under way, is not wanted any more. Returns whether the server may know of the call.
    pub(in crate::endpoint) fn abandon_dial(&self, cx: &mut Context) -> bool {
        match self.phase {
            LegPhase::AwaitingToken { .. } => return false,
            LegPhase::Dialing { .. } => {}
            _ => return true,
        }
        let mut may_be_known = false;
        for mut pending in cx.requests.discard(&Purpose::Start) {
            may_be_known |= pending.may_be_known();
            if pending.sent {
                pending.purpose = Purpose::AbandonedStart;
                cx.requests.insert(pending);
            }
        }
        may_be_known
    }

    /// The server has the call: that is what the dial waits for, even if its answer was lost, and even if the call was
    /// over at once (busy).
    pub(super) fn confirm_dial(&mut self, cx: &mut Context) {
        if !matches!(self.phase, LegPhase::Dialing { .. }) {
            return;
        }
        let call = &self.view;
        let missing = |accid: &&Accid| call.participants.iter().all(|p| p.accid != **accid);
        let refused = self.dialled.iter().filter(missing);
        let refused = refused.map(|accid| RefusedInvite {
            accid: accid.clone(),
            kind: ErrorKind::AccountNotFound,
        });
        self.complete_dial(self.view.clone(), refused.collect(), cx);
    }

    pub(in crate::endpoint) fn complete_dial(
        &mut self,
        call: CallView,
        refused: Vec<RefusedInvite>,
        cx: &mut Context,
    ) {
        if let LegPhase::Dialing { ticket } = self.phase {
            self.phase = LegPhase::Calling;
            cx.requests.discard(&Purpose::Start);
            cx.complete(ticket, Ok(Value::Call { call, refused }));
        }
    }

    pub(in crate::endpoint) fn invite(
        &mut self,
        ticket: u64,
        callees: Vec<Accid>,
        attachment: Option<String>,
        ring_ms: Option<u64>,
        cx: &mut Context,
    ) {
        let group = self.view.kind == CallKind::Group;
        match self.phase {
            LegPhase::InCall => {}
            // The server hears of the dial first.
            LegPhase::Dialing { .. } | LegPhase::Calling if group => {}
            _ => return cx.fail(ticket, ErrorKind::InviteWhileCalling),
        }
        let more = InviteMore {
            call_id: self.view.call_id,
            callees,
            attachment,
            ring_ms,
        };
        cx.request(Command::Invite(more), Purpose::Invite(ticket));
    }
}

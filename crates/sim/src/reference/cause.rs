//! What may have caused a change of a call, and the verdict on a step that is judged by it.

use std::collections::BTreeSet;

use hullo_core::Time;
use hullo_core::hub::RoomGrant;
use hullo_protocol::{Accid, CallId, Command, DeviceId, EndReason, OtherCall};

/// What may have brought about what is stored after one input.
#[derive(Debug)]
pub(super) struct Cause<'a> {
    /// Who asks, on which device.
    pub(super) me: Option<(&'a Accid, &'a DeviceId)>,
    /// What was asked and accepted, for the first time.
    pub(super) command: Option<&'a Command>,
    /// The call that the command is about, by its real name.
    pub(super) call_id: Option<CallId>,
    /// Devices that are signed out by it.
    pub(super) signed_out: Vec<(Accid, DeviceId)>,
    /// The claims of its verified room token.
    pub(super) grant: Option<&'a RoomGrant>,
    /// An account that is signed out everywhere.
    pub(super) banned: Option<&'a Accid>,
    /// Those who have been away for too long.
    pub(super) gone: BTreeSet<(CallId, Accid)>,
    /// Those who have not connected their media in time.
    pub(super) unconnected: BTreeSet<(CallId, Accid)>,
    pub(super) now: Time,
}

impl Cause<'_> {
    pub(super) fn asks(&self, accid: &Accid, call_id: CallId) -> Option<&Command> {
        let mine = self.me.is_some_and(|(me, _)| me == accid) && self.call_id == Some(call_id);
        self.command.filter(|_| mine)
    }

    /// What the account wants done with this call, as it said when it accepted another one.
    pub(super) fn other(&self, accid: &Accid, call_id: CallId) -> Option<OtherCall> {
        match (self.me, self.command) {
            (Some((me, _)), Some(Command::Accept { other, .. }))
                if me == accid && self.call_id != Some(call_id) =>
            {
                *other
            }
            _ => None,
        }
    }
}

/// What a step is.
pub(super) enum Verdict {
    /// It is where it was.
    Stays,
    /// It comes in, or is invited.
    Enters,
    /// It is over for it, which may end the call for one of these reasons.
    Leaves(Vec<EndReason>),
    /// It goes because the call ends.
    Swept,
}

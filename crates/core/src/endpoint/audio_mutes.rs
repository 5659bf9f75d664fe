//! Whom this device has muted for itself, by call: who leaves a call and comes back finds them muted still.

use std::collections::BTreeSet;

use hullo_protocol::{Accid, CallId};

/// Calls of which it is known. Of more than so many, the oldest is forgotten.
const CALLS_MAX: usize = 16;

/// The participants that are muted here alone.
#[derive(Debug, Default)]
pub(super) struct AudioMutes {
    /// In the order in which somebody was first muted in them; none is empty.
    calls: Vec<(CallId, BTreeSet<Accid>)>,
}

impl AudioMutes {
    pub(super) fn set(&mut self, call_id: CallId, accid: Accid, muted: bool) {
        let place = self.calls.iter().position(|(call, _)| *call == call_id);
        match (place, muted) {
            (Some(place), true) => {
                self.calls[place].1.insert(accid);
            }
            (Some(place), false) => {
                self.calls[place].1.remove(&accid);
                self.calls.retain(|(_, muted)| !muted.is_empty());
            }
            (None, true) => {
                if self.calls.len() == CALLS_MAX {
                    self.calls.remove(0);
                }
                self.calls.push((call_id, BTreeSet::from([accid])));
            }
            (None, false) => {}
        }
    }

    pub(super) fn contains(&self, call_id: CallId, accid: &Accid) -> bool {
        self.of(call_id).any(|muted| muted == accid)
    }

    pub(super) fn of(&self, call_id: CallId) -> impl Iterator<Item = &Accid> {
        let muted = self.calls.iter().filter(move |(call, _)| *call == call_id);
        muted.flat_map(|(_, muted)| muted)
    }

    /// The call goes by another name from now on.
    pub(super) fn rename(&mut self, from: CallId, to: CallId) {
        if let Some((call, _)) = self.calls.iter_mut().find(|(call, _)| *call == from) {
            *call = to;
        }
    }

    /// The call is over for everyone.
    pub(super) fn forget(&mut self, call_id: CallId) {
        self.calls.retain(|(call, _)| *call != call_id);
    }
}

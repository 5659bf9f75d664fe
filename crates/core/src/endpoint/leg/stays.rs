//! How long the participants of a call have been connected, as this device has seen it.

use std::collections::BTreeMap;

use hullo_protocol::{CallView, ParticipantDuration, ParticipantState, Uid};

use crate::Time;

/// By their numbers in the call.
#[derive(Debug, Default)]
pub(super) struct Stays {
    since: BTreeMap<Uid, Time>,
    /// Of earlier stays, in milliseconds.
    spent: BTreeMap<Uid, u64>,
}

impl Stays {
    /// Takes the call as it is at this time.
    pub(super) fn follow(&mut self, call: &CallView, now: Time) {
        for participant in &call.participants {
            let uid = participant.uid;
            if participant.state == ParticipantState::Joined {
                self.since.entry(uid).or_insert(now);
            } else if let Some(since) = self.since.remove(&uid) {
                *self.spent.entry(uid).or_default() += now.since(since);
            }
        }
    }

    /// Of each who has been connected, in the order of the call.
    pub(super) fn durations(&self, call: &CallView, now: Time) -> Vec<ParticipantDuration> {
        let of = |uid: Uid| {
            let since = self.since.get(&uid).map(|since| now.since(*since));
            let spent = self.spent.get(&uid).copied();
            (since.is_some() || spent.is_some())
                .then(|| since.unwrap_or_default() + spent.unwrap_or_default())
        };
        let people = call.participants.iter();
        people
            .filter_map(|p| {
                let duration_ms = of(p.uid)?;
                let accid = p.accid.clone();
                Some(ParticipantDuration { accid, duration_ms })
            })
            .collect()
    }
}

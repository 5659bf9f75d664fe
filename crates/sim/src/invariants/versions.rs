//! Numbers that clients rely on: versions only grow, and uids are unique and stay.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::hub::{SessionId, Write};
use hullo_protocol::{Accid, CallId, Event, Uid};

use crate::invariant::Invariant;
use crate::observation::{Delivery, Observation, Page};

/// The versions of a call only grow: in what is stored, in what a session is told of changes, in what an endpoint shows.
#[derive(Debug, Default)]
pub(crate) struct VersionsOnlyGrow {
    stored: BTreeMap<CallId, u64>,
    delivered: BTreeMap<(SessionId, CallId), u64>,
    shown: BTreeMap<(Page, CallId), u64>,
}

impl Invariant for VersionsOnlyGrow {
    fn name(&self) -> &'static str {
        "versions_only_grow"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    let last = self.stored.insert(call.call_id, call.version);
                    if last.is_some_and(|last| call.version < last) {
                        return Err(format!(
                            "version {} of {} is stored after {last:?}",
                            call.version, call.call_id
                        ));
                    }
                }
                Ok(())
            }
            Observation::Delivered {
                session,
                delivery:
                    Delivery::Event(Event::CallChanged {
                        call_id, version, ..
                    }),
                ..
            } => {
                let last = self.delivered.insert((*session, *call_id), *version);
                match last {
                    Some(last) if *version <= last => Err(format!(
                        "session {} is told version {version} of {call_id} after {last}",
                        session.0
                    )),
                    _ => Ok(()),
                }
            }
            Observation::Inspected { page, view } => {
                let Some(call) = view.call else {
                    return Ok(());
                };
                let last = self.shown.insert((*page, call.call_id), call.version);
                match last {
                    Some(last) if call.version < last => Err(format!(
                        "{page}: shows version {} of {} after {last}",
                        call.version, call.call_id
                    )),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// An account has the same uid in a call for ever, and nobody else has it.
#[derive(Debug, Default)]
pub(crate) struct UidsStay {
    uids: BTreeMap<CallId, BTreeMap<Accid, Uid>>,
}

impl Invariant for UidsStay {
    fn name(&self) -> &'static str {
        "uids_stay"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        let Observation::Committed { writes } = observation else {
            return Ok(());
        };
        for write in *writes {
            let (Write::Call(call) | Write::End { call, .. }) = write;
            let known = self.uids.entry(call.call_id).or_default();
            for participant in &call.participants {
                let (accid, uid) = (&participant.accid, participant.uid);
                let first = *known.entry(accid.clone()).or_insert(uid);
                let taken = known
                    .iter()
                    .any(|(other, has)| other != accid && *has == uid);
                if first != uid || taken {
                    return Err(format!(
                        "{accid} has uid {uid} in {}; known {known:?}",
                        call.call_id
                    ));
                }
            }
            if matches!(write, Write::End { .. }) {
                self.uids.remove(&call.call_id);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hullo_core::endpoint::State;
    use hullo_protocol::{CallDelta, CallState};

    use super::*;
    use crate::testing::{CALL, PAGE, accid, first_failure, inspected, stored_call, view};

    fn changed(version: u64) -> Event {
        Event::CallChanged {
            call_id: CALL,
            base: version.saturating_sub(1),
            version,
            delta: CallDelta::default(),
        }
    }

    #[test]
    fn version_delivered_twice_is_noticed() {
        let alice = accid("alice");
        let (one, two) = (changed(1), changed(2));
        let observations = [&one, &two, &two].map(|event| Observation::Delivered {
            session: SessionId(1),
            accid: &alice,
            delivery: Delivery::Event(event),
        });
        let mut invariant = VersionsOnlyGrow::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(2));
    }

    #[test]
    fn endpoint_that_goes_back_a_version_is_noticed() {
        let (old, new) = (view(CallState::Ringing, 1), view(CallState::Ringing, 2));
        let observations =
            [&old, &new, &old].map(|call| inspected(PAGE, State::Calling, Some(call)));
        let mut invariant = VersionsOnlyGrow::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(2));
    }

    #[test]
    fn uid_that_changes_or_is_given_twice_is_noticed() {
        let run = |uid| {
            let mut other = stored_call(CALL);
            other.participants[1].uid = Uid(uid);
            let writes = [
                Write::Call(Arc::new(stored_call(CALL))),
                Write::Call(Arc::new(other)),
            ];
            let observations = [Observation::Committed { writes: &writes }];
            first_failure(&mut UidsStay::default(), &observations)
        };
        assert_eq!(run(2), None);
        assert_eq!(run(3), Some(0));
        assert_eq!(run(1), Some(0));
    }
}

//! `CallEnd` comes exactly once for each call that was announced to the application; and everything ends.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::endpoint::{AppEvent, Op, Output, State, Value};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, CallView, DeviceId};

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Leftovers, Observation, Page};

/// Each announced call gets one `CallEnd`, or one word that another device has taken it, and only then is it gone.
///
/// A dial that the server refused, or that never reached it, was no call: its failed completion is enough. One
/// that became an answer to the other side's dial (glare) is not a call of its own: the other side's takes its
/// place.
#[derive(Debug)]
pub(crate) struct CallEndComesOnce {
    /// The account of each device.
    accids: Vec<Accid>,
    announced: BTreeMap<Page, BTreeMap<CallId, Option<CallView>>>,
    /// Where each account is in each call: over, or on a device.
    places: BTreeMap<(CallId, Accid), Place>,
    /// The versions in which the account was invited again, came in again or moved: it is told of the call again.
    renewed: BTreeMap<(CallId, Accid), BTreeSet<u64>>,
    /// Calls that the page's person has asked to join again: the hang-up is taken back if the server has not had it.
    entering: BTreeSet<(Page, CallId)>,
    /// Calls that have ended for a page, and in which version it knew them.
    ended: BTreeMap<(Page, CallId), u64>,
}

impl CallEndComesOnce {
    /// For devices of these accounts, by index.
    pub(crate) fn new(accids: Vec<Accid>) -> Self {
        Self {
            accids,
            announced: BTreeMap::new(),
            places: BTreeMap::new(),
            renewed: BTreeMap::new(),
            entering: BTreeSet::new(),
            ended: BTreeMap::new(),
        }
    }

    /// Whoever is invited again, comes in again or goes on elsewhere may be told of the call again.
    fn stored(&mut self, call: &Call) {
        for own in &call.participants {
            let place: Place = (!own.state.is_over()).then(|| own.device.clone());
            let key = (call.call_id, own.accid.clone());
            let was = self.places.insert(key.clone(), place.clone());
            if place.is_some() && was.is_some_and(|was| was != place) {
                self.renewed.entry(key).or_default().insert(call.version);
            }
        }
    }

    fn announce(
        &mut self,
        page: Page,
        call_id: CallId,
        call: Option<&CallView>,
    ) -> Result<(), String> {
        let me = &self.accids[page.device];
        let dials = self.announced.get(&page).into_iter().flatten();
        let glares = call.is_some_and(|call| {
            let renamed_dial = call.version == 0 && call.caller == *me;
            renamed_dial
                || dials
                    .filter_map(|(_, mine)| mine.as_ref())
                    .any(|mine| mine.caller == *me && takes_place(call, mine))
        });
        if glares {
            // The end of the other side's call has not been stored yet, and a dial back has met it.
            self.ended.remove(&(page, call_id));
        }
        if let Some(ended) = self.ended.get(&(page, call_id)) {
            let renewed = self.renewed.get(&(call_id, me.clone()));
            let shown = call.map_or(0, |call| call.version);
            let again = renewed
                .is_some_and(|versions| versions.iter().any(|it| (ended + 1..=shown).contains(it)));
            if !again && !self.entering.remove(&(page, call_id)) {
                return Err(format!(
                    "{page}: {call_id} is announced again after its end; it ended in version {ended}, is shown in {shown}, \
                     and the account was invited or came in again in {renewed:?}"
                ));
            }
            self.ended.remove(&(page, call_id));
        }
        let known = self.announced.entry(page).or_default();
        known.insert(call_id, call.cloned());
        Ok(())
    }

    fn end(&mut self, page: Page, call_id: CallId) -> Result<(), String> {
        if self.ended.contains_key(&(page, call_id)) {
            return Err(format!("{page}: {call_id} ends a second time"));
        }
        let known = self.announced.entry(page).or_default();
        match known.remove(&call_id) {
            Some(call) => {
                let version = call.map_or(0, |call| call.version);
                self.ended.insert((page, call_id), version);
                Ok(())
            }
            None => Err(format!("{page}: {call_id} ends and was never announced")),
        }
    }

    fn inspect(&mut self, page: Page, view: &EndpointView<'_>) -> Result<(), String> {
        if (view.state == State::Idle) != view.call.is_none() {
            return Err(format!(
                "{page}: is {:?} with the call {:?}",
                view.state, view.call
            ));
        }
        let current = view.call;
        let held = view.held.map(|call| call.call_id);
        let me = &self.accids[page.device];
        let Some(known) = self.announced.get_mut(&page) else {
            return Ok(());
        };
        known.retain(|call_id, call| {
            let glared = current.zip(call.as_ref()).is_some_and(|(current, mine)| {
                *call_id != current.call_id && mine.caller == *me && takes_place(current, mine)
            });
            let glared = glared && held != Some(*call_id);
            // A dial that the server never had: its operation failed, and that is all there is to say. An invite that
            // was first may ring in its place at once.
            let never_was = current.is_none_or(|current| current.call_id != *call_id)
                && call.as_ref().is_some_and(|mine| mine.version == 0);
            !glared && !never_was
        });
        let lost = known.keys().find(|call_id| {
            current.is_none_or(|call| call.call_id != **call_id) && held != Some(**call_id)
        });
        match lost {
            Some(call_id) => Err(format!("{page}: {call_id} is gone without a CallEnd")),
            None => Ok(()),
        }
    }
}

/// Nothing when it is over; else on which device it is in the call, if it is.
type Place = Option<Option<DeviceId>>;

/// Whether `current` is the dial of someone that `mine` dialled.
fn takes_place(current: &CallView, mine: &CallView) -> bool {
    current.caller != mine.caller
        && mine
            .participants
            .iter()
            .any(|participant| participant.accid == current.caller)
}

impl Invariant for CallEndComesOnce {
    fn name(&self) -> &'static str {
        "call_end_comes_once"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            // A dial may complete with a call that is over already: the other side's (glare), or a busy callee's.
            Observation::Emitted {
                page,
                output:
                    Output::Complete {
                        value: Some(Value::Call { call, .. }),
                        ..
                    },
            } => {
                if !self.ended.contains_key(&(*page, call.call_id)) {
                    let known = self.announced.entry(*page).or_default();
                    known.insert(call.call_id, Some(call.clone()));
                }
                Ok(())
            }
            Observation::Emitted {
                page,
                output: Output::Event { event },
            } => match event {
                AppEvent::Changed { call, held, .. } => call
                    .iter()
                    .chain(held)
                    .try_for_each(|call| self.announce(*page, call.call_id, Some(call))),
                AppEvent::CallEnd { call_id, .. }
                | AppEvent::OtherClientAccept { call_id }
                | AppEvent::OtherClientReject { call_id }
                | AppEvent::OtherClientContinue { call_id } => self.end(*page, *call_id),
                _ => Ok(()),
            },
            Observation::Committed { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    self.stored(call);
                }
                Ok(())
            }
            Observation::OpStarted {
                page,
                op: Op::Join { call_id, .. } | Op::ContinueHere { call_id, .. },
                ..
            } => {
                self.entering.insert((*page, *call_id));
                Ok(())
            }
            // A new login knows nothing of before: who logged out while it rang is called again by the same call.
            Observation::OpStarted {
                page,
                op: Op::Login { .. },
                ..
            } => {
                self.ended.retain(|(of, _), _| of != page);
                Ok(())
            }
            Observation::Inspected { page, view } if view.after_input => self.inspect(*page, view),
            _ => Ok(()),
        }
    }
}

/// When the network has healed and the people have stopped, everything ends: endpoints are idle, calls have their
/// records, rooms are closed, operations have completed.
#[derive(Debug, Default)]
pub(crate) struct EverythingEnds;

impl Invariant for EverythingEnds {
    fn name(&self) -> &'static str {
        "everything_ends"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::RunOver { left } if **left != Leftovers::default() => {
                Err(format!("at the end of the run there are {left:?}"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use hullo_core::endpoint::LocalMedia;
    use hullo_protocol::{CallState, EndReason};

    use super::*;
    use crate::testing::{
        CALL, OTHER_CALL, PAGE, accid, first_failure, inspected, inspected_idle, view,
    };

    fn invariant() -> CallEndComesOnce {
        CallEndComesOnce::new(vec![accid("alice"), accid("bob")])
    }

    fn changed(call: &CallView) -> Output {
        Output::Event {
            event: AppEvent::Changed {
                state: State::Calling,
                call: Some(call.clone()),
                local: LocalMedia::default(),
                held: None,
                waiting: None,
                elsewhere: Vec::new(),
                audio_mutes: Vec::new(),
                connected: true,
                reconnecting: false,
            },
        }
    }

    fn call_end() -> Output {
        Output::Event {
            event: AppEvent::CallEnd {
                call_id: CALL,
                reason: EndReason::Cancelled,
                by: None,
                duration_ms: 0,
                durations: Vec::new(),
            },
        }
    }

    fn emitted(output: &Output) -> Observation<'_> {
        Observation::Emitted { page: PAGE, output }
    }

    #[test]
    fn second_call_end_is_noticed() {
        let (announced, end) = (changed(&view(CallState::Ringing, 1)), call_end());
        let observations = [emitted(&announced), emitted(&end), emitted(&end)];
        assert_eq!(first_failure(&mut invariant(), &observations), Some(2));
    }

    #[test]
    fn call_end_of_an_unknown_call_is_noticed() {
        let end = call_end();
        assert_eq!(first_failure(&mut invariant(), &[emitted(&end)]), Some(0));
    }

    #[test]
    fn missing_call_end_is_noticed() {
        let call = view(CallState::Ringing, 1);
        let announced = changed(&call);
        let observations = [
            emitted(&announced),
            inspected(PAGE, State::Calling, Some(&call)),
            inspected_idle(),
        ];
        assert_eq!(first_failure(&mut invariant(), &observations), Some(2));
    }

    #[test]
    fn call_that_is_announced_after_its_end_is_noticed() {
        let (announced, end) = (changed(&view(CallState::Ringing, 1)), call_end());
        let observations = [emitted(&announced), emitted(&end), emitted(&announced)];
        assert_eq!(first_failure(&mut invariant(), &observations), Some(2));
    }

    #[test]
    fn dial_that_became_the_other_sides_call_needs_no_end_of_its_own() {
        let mine = view(CallState::Ringing, 1);
        let mut theirs = view(CallState::Active, 2);
        theirs.call_id = OTHER_CALL;
        theirs.caller = accid("bob");
        let (first, second) = (changed(&mine), changed(&theirs));
        let observations = [
            emitted(&first),
            inspected(PAGE, State::Calling, Some(&mine)),
            emitted(&second),
            inspected(PAGE, State::InCall, Some(&theirs)),
        ];
        assert_eq!(first_failure(&mut invariant(), &observations), None);
    }

    #[test]
    fn state_without_its_call_is_noticed() {
        let observations = [inspected(PAGE, State::InCall, None)];
        let mut invariant = invariant();
        assert_eq!(first_failure(&mut invariant, &observations), Some(0));
    }

    #[test]
    fn leftovers_are_noticed() {
        let left = Leftovers {
            live_calls: vec![CALL],
            ..Leftovers::default()
        };
        let observations = [Observation::RunOver { left: &left }];
        assert_eq!(first_failure(&mut EverythingEnds, &observations), Some(0));
    }
}

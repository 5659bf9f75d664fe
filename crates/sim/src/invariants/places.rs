//! Device and server agree on where a call is: what the server takes a device to be in, the device shows, and nothing else.
//!
//! News takes its time, so a difference is only one when it has lasted for [`NEWS_MS`] while nothing stood between the two.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::endpoint::{AppEvent, Output, State};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, DeviceId};

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Observation, Page};

/// The longest way of news to or from a device that can be reached.
const NEWS_MS: u64 = 13_000;
/// An endpoint that was not looked at for longer was asleep.
const ASLEEP_MS: u64 = 1_500;

#[derive(Debug, Default)]
pub(crate) struct PlacesAgree {
    owners: BTreeMap<Page, (Accid, DeviceId)>,
    /// On which device each account is in each call, and since when.
    places: BTreeMap<(Accid, CallId), (DeviceId, Time)>,
    /// Since when an account has not been in a call that it knows of.
    absent: BTreeMap<(Accid, CallId), Time>,
    /// Every device with which each account has ever answered each call.
    answered: BTreeMap<(Accid, CallId), BTreeSet<DeviceId>>,
    /// Since when page and server have differed about a call.
    differ: BTreeMap<(Page, CallId), Time>,
    inspected_at: BTreeMap<Page, Time>,
}

impl PlacesAgree {
    fn stored(&mut self, call: &Call, now: Time) {
        for own in &call.participants {
            let key = (own.accid.clone(), call.call_id);
            if let Some(device) = &own.device {
                let answered = self.answered.entry(key.clone()).or_default();
                answered.insert(device.clone());
            }
            match own.device.clone().filter(|_| own.state.is_in_call()) {
                Some(device) => {
                    self.absent.remove(&key);
                    let place = self.places.entry(key).or_insert((device.clone(), now));
                    if place.0 != device {
                        *place = (device, now);
                    }
                }
                None => {
                    self.places.remove(&key);
                    self.absent.entry(key).or_insert(now);
                }
            }
        }
    }

    /// The page says that another device of its account has answered.
    fn answered_elsewhere(
        &self,
        page: Page,
        call_id: CallId,
        rejected: bool,
    ) -> Result<(), String> {
        let Some((accid, device)) = self.owners.get(&page).cloned() else {
            return Ok(());
        };
        let answered = self.answered.get(&(accid, call_id)).into_iter().flatten();
        // Its own rejection may have met another invite to the same call.
        match answered
            .into_iter()
            .any(|other| rejected || *other != device)
        {
            true => Ok(()),
            false => Err(format!(
                "{page}: says that another device has answered {call_id}, and none has"
            )),
        }
    }

    fn inspect(&mut self, page: Page, view: &EndpointView<'_>, now: Time) -> Result<(), String> {
        let before = self.inspected_at.insert(page, now).unwrap_or(now);
        let asleep = now.since(before) > ASLEEP_MS;
        let Some((accid, device)) = self.owners.get(&page).cloned() else {
            return Ok(());
        };
        let since = match view.reachable_since {
            Some(since) if !asleep => since,
            _ => {
                self.differ.retain(|(of, _), _| *of != page);
                return Ok(());
            }
        };
        let current = view
            .call
            .filter(|_| matches!(view.state, State::InCall | State::Calling));
        let shown: Vec<CallId> = current
            .into_iter()
            .chain(view.held)
            .map(|call| call.call_id)
            .collect();
        // What the server takes to be here and is not shown, and what is shown and is not here.
        let mut differ: Vec<(CallId, Time)> = Vec::new();
        for ((_, call_id), (place, placed_at)) in self.places.range(all_of(&accid)) {
            if (*place == device) != shown.contains(call_id) {
                differ.push((*call_id, *placed_at));
            }
        }
        for call_id in &shown {
            if let Some(absent_since) = self.absent.get(&(accid.clone(), *call_id)) {
                differ.push((*call_id, *absent_since));
            }
        }
        self.differ.retain(|(of, call_id), _| {
            *of != page || differ.iter().any(|(differing, _)| differing == call_id)
        });
        for (call_id, placed_at) in differ {
            let from = *self.differ.entry((page, call_id)).or_insert(now);
            let from = from.max(since).max(placed_at);
            if now.since(from) > NEWS_MS {
                let shows = shown.contains(&call_id);
                return Err(format!(
                    "{page}: the server takes {call_id} to be here: {}, and the device: {shows}",
                    !shows
                ));
            }
        }
        Ok(())
    }
}

fn all_of(accid: &Accid) -> std::ops::RangeInclusive<(Accid, CallId)> {
    let first = CallId::from_u128(0);
    let last = CallId::from_u128(u128::MAX);
    (accid.clone(), first)..=(accid.clone(), last)
}

impl Invariant for PlacesAgree {
    fn name(&self) -> &'static str {
        "places_agree"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::PageOpened {
                page,
                accid,
                device,
            } => {
                let owner = ((*accid).clone(), (*device).clone());
                self.owners.insert(*page, owner);
            }
            Observation::PageGone { page } => {
                self.owners.remove(page);
                self.differ.retain(|(of, _), _| of != page);
            }
            Observation::Committed { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    self.stored(call, now);
                }
            }
            Observation::Emitted {
                page,
                output: Output::Event { event },
            } => {
                let (call_id, rejected) = match event {
                    AppEvent::OtherClientReject { call_id } => (*call_id, true),
                    AppEvent::OtherClientAccept { call_id }
                    | AppEvent::OtherClientContinue { call_id } => (*call_id, false),
                    _ => return Ok(()),
                };
                return self.answered_elsewhere(*page, call_id, rejected);
            }
            Observation::Inspected { page, view } => return self.inspect(*page, view, now),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hullo_protocol::CallState;

    use super::*;
    use crate::testing::{
        CALL, PAGE, accid, device, first_failure, inspected, inspected_idle, stored_call, view,
    };

    /// The second in which it is noticed that alice's device looks like this while she is, or is not, in her call.
    fn noticed(in_it: bool, view: &Observation<'static>) -> Option<usize> {
        let (alice, device) = (accid("alice"), device().id);
        let mut call = stored_call(CALL);
        if !in_it {
            call.participants[0].state = hullo_protocol::ParticipantState::Left;
        }
        let writes = [Write::Call(Arc::new(call))];
        let mut observations = vec![
            Observation::PageOpened {
                page: PAGE,
                accid: &alice,
                device: &device,
            },
            Observation::Committed { writes: &writes },
        ];
        observations.extend((0..20).map(|_| view.clone()));
        first_failure(&mut PlacesAgree::default(), &observations)
    }

    #[test]
    fn answer_that_no_other_device_gave_is_noticed() {
        let (alice, device) = (accid("alice"), device().id);
        let says = Output::Event {
            event: AppEvent::OtherClientAccept { call_id: CALL },
        };
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let observations = [
            Observation::PageOpened {
                page: PAGE,
                accid: &alice,
                device: &device,
            },
            Observation::Committed { writes: &writes },
            Observation::Emitted {
                page: PAGE,
                output: &says,
            },
        ];
        assert_eq!(
            first_failure(&mut PlacesAgree::default(), &observations),
            Some(2)
        );
    }

    #[test]
    fn call_that_a_device_has_forgotten_is_noticed() {
        let call = Box::leak(Box::new(view(CallState::Active, 2)));
        let shows = inspected(PAGE, State::InCall, Some(call));
        assert_eq!(noticed(true, &shows), None);
        assert_eq!(noticed(true, &inspected_idle()), Some(16));
        assert_eq!(noticed(false, &shows), Some(16));
        assert_eq!(noticed(false, &inspected_idle()), None);
    }
}

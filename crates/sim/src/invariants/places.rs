//! Device and server agree on where a call is: what the server takes a device to be in, the device shows, and nothing else.
//!
//! News takes its time, so a difference is only one when it has lasted for [`TOLD_MS`] while nothing stood between the two.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::endpoint::State;
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, DeviceId};

use super::Invariant;
use crate::fact::{Fact, Page, Stand};

/// The longest way of news to or from a device that can be reached.
const TOLD_MS: u64 = 13_000;
/// An endpoint that was not looked at for longer was asleep.
const ASLEEP_MS: u64 = 1_500;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct PlacesAgree {
    owners: BTreeMap<Page, (Accid, DeviceId)>,
    /// On which device each account is in each call that is not over, and since when; absent when it is in it nowhere.
    places: BTreeMap<(Accid, CallId), (Option<DeviceId>, Time)>,
    /// Since when page and server have differed about a call.
    differ: BTreeMap<(Page, CallId), Time>,
    looked_at: BTreeMap<Page, Time>,
}

impl PlacesAgree {
    fn stored(&mut self, call: &Call, now: Time) {
        for own in &call.participants {
            let device = own.device.clone().filter(|_| own.state.is_in_call());
            let place = self
                .places
                .entry((own.accid.clone(), call.call_id))
                .or_insert((None, now));
            if place.0 != device {
                *place = (device, now);
            }
        }
    }

    fn look(&mut self, page: Page, stand: &Stand<'_>, now: Time) -> Result<(), String> {
        let before = self.looked_at.insert(page, now).unwrap_or(now);
        let asleep = now.since(before) > ASLEEP_MS;
        let Some((accid, device)) = self.owners.get(&page).cloned() else {
            return Ok(());
        };
        let since = match stand.reachable_since {
            Some(since) if !asleep => since,
            _ => {
                self.differ.retain(|(of, _), _| *of != page);
                return Ok(());
            }
        };
        let current = stand
            .call
            .filter(|_| matches!(stand.state, State::InCall | State::Calling));
        let shown = |call_id: &CallId| {
            current
                .into_iter()
                .chain(stand.held)
                .any(|call| call.call_id == *call_id)
        };
        for ((_, call_id), (place, placed_at)) in self.places.range(all_of(&accid)) {
            let here = place.as_ref() == Some(&device);
            let key = (page, *call_id);
            if here == shown(call_id) {
                self.differ.remove(&key);
                continue;
            }
            let from = *self.differ.entry(key).or_insert(now);
            let from = from.max(since).max(*placed_at);
            if now.since(from) > TOLD_MS {
                return Err(format!(
                    "{page}: the server takes {call_id} to be here: {here}, and it shows the opposite"
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

    fn observe(&mut self, now: Time, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::PageOpened {
                page,
                accid,
                device,
            } => {
                let owner = ((*accid).clone(), (*device).clone());
                self.owners.insert(*page, owner);
            }
            Fact::PageGone { page } => {
                self.owners.remove(page);
                self.differ.retain(|(of, _), _| of != page);
            }
            Fact::Kept { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    self.stored(call, now);
                }
            }
            Fact::Stood { page, stand } => return self.look(*page, stand, now),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hullo_protocol::CallState;

    use super::*;
    use crate::testing::{
        CALL, PAGE, accid, device, first_failure, stood, stood_in, stored_call, view,
    };

    /// The second in which it is noticed that alice's device stands like this while she is, or is not, in her call.
    fn noticed(in_it: bool, stand: &Fact<'static>) -> Option<usize> {
        let (alice, device) = (accid("alice"), device().id);
        let mut call = stored_call(CALL);
        if !in_it {
            call.participants[0].state = hullo_protocol::ParticipantState::Left;
        }
        let writes = [Write::Call(Box::new(call))];
        let mut facts = vec![
            Fact::PageOpened {
                page: PAGE,
                accid: &alice,
                device: &device,
            },
            Fact::Kept { writes: &writes },
        ];
        facts.extend((0..20).map(|_| stand.clone()));
        first_failure(&mut PlacesAgree::default(), &facts)
    }

    #[test]
    fn a_call_that_a_device_has_forgotten_is_noticed() {
        let call = Box::leak(Box::new(view(CallState::Active, 2)));
        let shows = stood_in(PAGE, State::InCall, Some(call));
        assert_eq!(noticed(true, &shows), None);
        assert_eq!(noticed(true, &stood()), Some(16));
        assert_eq!(noticed(false, &shows), Some(16));
        assert_eq!(noticed(false, &stood()), None);
    }
}

//! Nobody rings after the end of the call, nor past its ring time, nor after another device of the account has answered.
//!
//! A device that the server can reach stops within [`NEWS_MS`] of that. One that cannot be reached keeps the promise
//! it made when the invite came: it stops when the ring time it was given has run out.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, Op, Output, State};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, Event};

use crate::invariant::Invariant;
use crate::observation::{Delivery, EndpointView, Observation, Page};

/// The longest way of news to a device that can be reached: a slow transaction, a latency spike, a gap in versions that
/// takes a snapshot to fill, and a look at the endpoint.
const NEWS_MS: u64 = 12_000;
/// The endpoint's own three seconds of waiting for a server it cannot reach, and a timer throttled to a second.
const SLACK_MS: u64 = 4_000;
/// What may pass between the making of an invite's news and its delivery: a slow transaction.
const STORED_MS: u64 = 2_500;
/// What an accept may take; while it is under way nothing rings, though the state is still "called".
const ACCEPT_MS: u64 = 20_000;

#[derive(Debug, Default)]
pub(crate) struct NobodyRingsTooLong {
    accids: BTreeMap<Page, Accid>,
    /// Since when an account is not rung for a call any more: the call is over, or one of its devices has answered.
    silent_since: BTreeMap<(CallId, Accid), Time>,
    /// Until when an account's invite rings, by what is stored.
    stored_until: BTreeMap<(CallId, Accid), Time>,
    rings_until: BTreeMap<(Page, CallId), Time>,
    accepts_until: BTreeMap<Page, Time>,
    inspected_at: BTreeMap<Page, Time>,
}

impl Invariant for NobodyRingsTooLong {
    fn name(&self) -> &'static str {
        "nobody_rings_too_long"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::PageOpened { page, accid, .. } => {
                self.accids.insert(*page, (*accid).clone());
            }
            Observation::Committed { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    for own in &call.participants {
                        let key = (call.call_id, own.accid.clone());
                        if own.state.is_pending() {
                            self.silent_since.remove(&key);
                            let until = own.ring_until.unwrap_or_default();
                            self.stored_until.insert(key, until);
                        } else {
                            self.silent_since.entry(key).or_insert(now);
                        }
                    }
                }
            }
            Observation::Delivered {
                accid, delivery, ..
            } => match delivery {
                Delivery::Event(Event::CallInvited { call, ring_ms_left }) => {
                    self.promised(accid, call.call_id, *ring_ms_left, now)?;
                }
                Delivery::Welcome(snapshot) => {
                    for invite in &snapshot.invites {
                        self.promised(accid, invite.call.call_id, invite.ring_ms_left, now)?;
                    }
                }
                _ => {}
            },
            Observation::Emitted {
                page,
                output:
                    Output::Event {
                        event:
                            AppEvent::Invited {
                                call_id,
                                ring_ms_left,
                                ..
                            }
                            | AppEvent::CallWaiting {
                                call_id,
                                ring_ms_left,
                                ..
                            },
                    },
            } => {
                let until = now.plus_ms(*ring_ms_left + SLACK_MS);
                self.rings_until.insert((*page, *call_id), until);
            }
            Observation::OpStarted {
                page,
                op: Op::Accept { .. } | Op::AcceptWaiting { .. },
                ..
            } => {
                let until = now.plus_ms(ACCEPT_MS + SLACK_MS);
                self.accepts_until.insert(*page, until);
            }
            Observation::Inspected { page, view } => return self.inspect(*page, view, now),
            _ => {}
        }
        Ok(())
    }
}

impl NobodyRingsTooLong {
    /// A device is told to ring for so long: for no more than is left.
    fn promised(
        &self,
        accid: &Accid,
        call_id: CallId,
        ring_ms_left: u64,
        now: Time,
    ) -> Result<(), String> {
        let until = self.stored_until.get(&(call_id, accid.clone()));
        match until {
            Some(until) if now.plus_ms(ring_ms_left) <= until.plus_ms(STORED_MS) => Ok(()),
            _ => Err(format!(
                "{accid} is to ring for {call_id} for {ring_ms_left} ms more; stored: until {until:?}"
            )),
        }
    }

    fn inspect(&mut self, page: Page, view: &EndpointView<'_>, now: Time) -> Result<(), String> {
        let before = self.inspected_at.insert(page, now).unwrap_or(now);
        let slept = now.since(before) > 1_500;
        let accepting = self.accepts_until.get(&page).is_some_and(|it| now <= *it);
        if slept || accepting {
            return Ok(());
        }
        let called = view.call.filter(|_| view.state == State::Called);
        for call in called.into_iter().chain(view.waiting) {
            self.rings(page, call.call_id, view.reachable_since, now)?;
        }
        Ok(())
    }

    /// The page rings for this call, or shows that it waits.
    fn rings(
        &self,
        page: Page,
        call_id: CallId,
        reachable_since: Option<Time>,
        now: Time,
    ) -> Result<(), String> {
        let Some(until) = self.rings_until.get(&(page, call_id)) else {
            return Err(format!(
                "{page}: is called by {call_id} without having been invited"
            ));
        };
        if now > *until {
            return Err(format!(
                "{page}: still rings for {call_id} past its ring time"
            ));
        }
        let silent_since = self
            .accids
            .get(&page)
            .and_then(|accid| self.silent_since.get(&(call_id, accid.clone())));
        let notified_at = silent_since
            .zip(reachable_since)
            .map(|(silent_since, reachable_since)| (*silent_since).max(reachable_since));
        if notified_at.is_some_and(|notified_at| now.since(notified_at) > NEWS_MS) {
            return Err(format!(
                "{page}: still rings for {call_id}, which is over or answered elsewhere"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hullo_protocol::{CallState, EndReason, Media, RecordStatus};

    use super::*;
    use crate::testing::{CALL, PAGE, accid, first_failure, inspected, record, stored_call, view};

    fn invited() -> Output {
        Output::Event {
            event: AppEvent::Invited {
                invitor: accid("alice"),
                name: None,
                avatar: None,
                accids: vec![accid("bob")],
                group: false,
                group_id: None,
                media: Media::Audio,
                attachment: None,
                ring_ms_left: 30_000,
                call_id: CALL,
            },
        }
    }

    /// The first of sixty seconds in which ringing is noticed, if the call ended after `ended_s` of them.
    fn noticed(ended_s: usize) -> Option<usize> {
        let (invited, call) = (invited(), view(CallState::Ringing, 1));
        let bob = accid("bob");
        let mut ended = stored_call(CALL);
        ended.participants[1].state = hullo_protocol::ParticipantState::Cancelled;
        let ends = [Write::End {
            call: Arc::new(ended),
            record: Box::new(record(EndReason::Cancelled, RecordStatus::Cancelled)),
            messages: Vec::new(),
        }];
        let observations: Vec<Observation<'_>> = (0..60)
            .map(|second| match second {
                0 => Observation::Emitted {
                    page: PAGE,
                    output: &invited,
                },
                second if second == ended_s => Observation::Committed { writes: &ends },
                _ => inspected(PAGE, State::Called, Some(&call)),
            })
            .collect();
        let mut invariant = NobodyRingsTooLong::default();
        invariant.accids.insert(PAGE, bob);
        first_failure(&mut invariant, &observations)
    }

    #[test]
    fn ringing_past_the_ring_time_is_noticed() {
        assert_eq!(noticed(usize::MAX), Some(35));
    }

    #[test]
    fn ringing_after_the_end_is_noticed() {
        assert_eq!(noticed(5), Some(18));
    }

    #[test]
    fn invite_that_promises_more_than_is_left_is_noticed() {
        let bob = accid("bob");
        // Stored at 0, for thirty seconds; delivered a second later.
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let noticed = |ring_ms_left| {
            let event = Event::CallInvited {
                call: view(CallState::Ringing, 1),
                ring_ms_left,
            };
            let observations = [
                Observation::Committed { writes: &writes },
                Observation::Delivered {
                    session: hullo_core::hub::SessionId(1),
                    accid: &bob,
                    delivery: Delivery::Event(&event),
                },
            ];
            first_failure(&mut NobodyRingsTooLong::default(), &observations)
        };
        assert_eq!(noticed(30_000), None);
        assert_eq!(noticed(32_000), Some(1));
    }

    #[test]
    fn ringing_without_an_invite_is_noticed() {
        let call = view(CallState::Ringing, 1);
        let observations = [inspected(PAGE, State::Called, Some(&call))];
        let mut invariant = NobodyRingsTooLong::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(0));
    }
}

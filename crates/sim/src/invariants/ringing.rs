//! Nobody rings after the end of the call, nor past its ring time.
//!
//! A device that the server can reach stops within [`TOLD_MS`] of the end. One that cannot be reached keeps the promise
//! it made when the invite came: it stops when the ring time it was given has run out.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, Op, Output, State};
use hullo_core::hub::Write;
use hullo_protocol::CallId;

use super::Invariant;
use crate::fact::{Fact, Page, Stand};

/// The longest way of news to a device that can be reached: a slow transaction, a latency spike, a gap in versions that
/// takes a snapshot to fill, and a look at the endpoint.
const TOLD_MS: u64 = 12_000;
/// The endpoint's own three seconds of waiting for a server it cannot hear, and a timer throttled to a second.
const SLACK_MS: u64 = 4_000;
/// What an accept may take; while it is under way nothing rings, though the state is still "called".
const ACCEPT_MS: u64 = 20_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct NobodyRingsTooLong {
    ended_at: BTreeMap<CallId, Time>,
    rings_until: BTreeMap<(Page, CallId), Time>,
    accepts_until: BTreeMap<Page, Time>,
    looked_at: BTreeMap<Page, Time>,
}

impl Invariant for NobodyRingsTooLong {
    fn name(&self) -> &'static str {
        "nobody_rings_too_long"
    }

    fn observe(&mut self, now: Time, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Kept { writes } => {
                for write in *writes {
                    if let Write::End { call, .. } = write {
                        self.ended_at.insert(call.call_id, now);
                    }
                }
            }
            Fact::Emitted {
                page,
                output:
                    Output::Event {
                        event:
                            AppEvent::Invited {
                                call_id,
                                ring_ms_left,
                                ..
                            },
                    },
            } => {
                let until = now.plus_ms(*ring_ms_left + SLACK_MS);
                self.rings_until.insert((*page, *call_id), until);
            }
            Fact::Asked {
                page,
                op: Op::Accept,
                ..
            } => {
                let until = now.plus_ms(ACCEPT_MS + SLACK_MS);
                self.accepts_until.insert(*page, until);
            }
            Fact::Stood { page, stand } => return self.look(*page, stand, now),
            _ => {}
        }
        Ok(())
    }
}

impl NobodyRingsTooLong {
    fn look(&mut self, page: Page, stand: &Stand<'_>, now: Time) -> Result<(), String> {
        let before = self.looked_at.insert(page, now).unwrap_or(now);
        let (State::Called, Some(call)) = (stand.state, stand.call) else {
            return Ok(());
        };
        let slept = now.since(before) > 1_500;
        let accepting = self.accepts_until.get(&page).is_some_and(|it| now <= *it);
        if slept || accepting {
            return Ok(());
        }
        let Some(until) = self.rings_until.get(&(page, call.call_id)) else {
            return Err(format!(
                "{page}: is called by {} without having been invited",
                call.call_id
            ));
        };
        if now > *until {
            return Err(format!(
                "{page}: still rings for {} past its ring time",
                call.call_id
            ));
        }
        let told_at = self
            .ended_at
            .get(&call.call_id)
            .zip(stand.reachable_since)
            .map(|(ended_at, since)| (*ended_at).max(since));
        if told_at.is_some_and(|told_at| now.since(told_at) > TOLD_MS) {
            return Err(format!(
                "{page}: still rings for {}, which is over",
                call.call_id
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hullo_protocol::{CallState, EndReason, Media, RecordStatus};

    use super::*;
    use crate::testing::{CALL, PAGE, accid, first_failure, record, stood_in, stored_call, view};

    fn invited() -> Output {
        Output::Event {
            event: AppEvent::Invited {
                invitor: accid("alice"),
                accids: vec![accid("bob")],
                group: false,
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
        let ends = [Write::End {
            call: Box::new(stored_call(CALL)),
            record: Box::new(record(EndReason::Cancelled, RecordStatus::Cancelled)),
            messages: Vec::new(),
        }];
        let facts: Vec<Fact<'_>> = (0..60)
            .map(|second| match second {
                0 => Fact::Emitted {
                    page: PAGE,
                    output: &invited,
                },
                second if second == ended_s => Fact::Kept { writes: &ends },
                _ => stood_in(PAGE, State::Called, Some(&call)),
            })
            .collect();
        first_failure(&mut NobodyRingsTooLong::default(), &facts)
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
    fn ringing_without_an_invite_is_noticed() {
        let call = view(CallState::Ringing, 1);
        let facts = [stood_in(PAGE, State::Called, Some(&call))];
        let mut invariant = NobodyRingsTooLong::default();
        assert_eq!(first_failure(&mut invariant, &facts), Some(0));
    }
}

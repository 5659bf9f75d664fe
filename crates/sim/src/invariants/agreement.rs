//! Both ends agree on why a call ended.
//!
//! What each endpoint's `CallEnd` says must be what the record says. A difference is allowed only where the endpoint could
//! not know better and must not wait:
//!
//! | the endpoint says | because | the record may say |
//! |---|---|---|
//! | cancelled, rejected, hung up | its own person ended it, in that state, and ending is local first | anything: another end was accepted before |
//! | hung up | its own person answered another call in its place | the same |
//! | logged out | its own person logged out, or it was signed out | the same |
//! | token refused | its own token handler failed | the same |
//! | timed out | the ring time it was promised ran out while it could not be reached | anything |
//! | lost, server | it could not be reached, and gave up | anything |
//! | anything | its accept was refused because the call was over, and that news was overtaken (rough worlds) | anything |
//! | server | its dial was refused | there is none: it never was a call |
//! | how its own part of a group call ended | the call went on for others | anything |

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::endpoint::{AppEvent, Op, Output, State};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, CallKind, EndReason, ParticipantState};

use crate::invariant::Invariant;
use crate::observation::{Observation, Page};

/// The longest way of news to a device that can be reached.
const NEWS_MS: u64 = 12_000;
/// An endpoint that was not looked at for longer was asleep.
const ASLEEP_MS: u64 = 1_500;

#[derive(Debug, Default)]
pub(crate) struct BothEndsAgree {
    records: BTreeMap<CallId, EndReason>,
    /// How a group call that goes on for others may have ended for an account.
    partings: BTreeMap<(CallId, Accid), BTreeSet<EndReason>>,
    accids: BTreeMap<Page, Accid>,
    current: BTreeMap<Page, CallId>,
    reachable: BTreeMap<Page, Option<Time>>,
    inspected_at: BTreeMap<Page, Time>,
    /// Answers may overtake news in this world.
    rough: bool,
    /// Accepts that were asked for.
    accepts: BTreeSet<(Page, CallId)>,
    /// Pages whose person has answered a waiting invite: whatever call there was by then may have ended for it.
    steps_aside: BTreeSet<Page>,
    /// What the page's person has done to the call.
    own: BTreeSet<(Page, CallId, EndReason)>,
    ends: Vec<(Page, CallId, EndReason, Reached)>,
}

/// Whether the server could reach the page when the call ended there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reached(bool);

impl BothEndsAgree {
    /// For a world in which answers may overtake news, or not.
    pub(crate) fn new(rough: bool) -> Self {
        Self {
            rough,
            ..Self::default()
        }
    }

    fn op_started(&mut self, page: Page, op: &Op, state: State) {
        if matches!(op, Op::AcceptWaiting { .. }) {
            self.steps_aside.insert(page);
        }
        let Some(call_id) = self.current.get(&page) else {
            return;
        };
        if matches!(op, Op::Accept { .. }) {
            self.accepts.insert((page, *call_id));
        }
        let reason = match (op, state) {
            (Op::Logout, _) => EndReason::LoggedOut,
            (Op::Cancel | Op::Hangup, State::Calling) => EndReason::Cancelled,
            (Op::Reject | Op::Hangup, State::Called) => EndReason::Rejected,
            (Op::Hangup | Op::Leave, State::InCall) => EndReason::HungUp,
            (Op::Leave, State::Calling) => EndReason::Cancelled,
            _ => return,
        };
        self.own.insert((page, *call_id, reason));
    }

    /// Whether this is how the account's part of a group call ended before the call did.
    fn parted(&self, page: &Page, call_id: &CallId, said: &EndReason) -> bool {
        let accid = self.accids.get(page);
        let partings = accid.and_then(|accid| self.partings.get(&(*call_id, accid.clone())));
        partings.is_some_and(|reasons| reasons.contains(said))
    }

    fn stored(&mut self, call: &Call) {
        if call.kind == CallKind::OneToOne {
            return;
        }
        for own in &call.participants {
            let reasons: &[EndReason] = match own.state {
                ParticipantState::Left => &[EndReason::HungUp, EndReason::LoggedOut],
                ParticipantState::Lost => &[EndReason::Lost, EndReason::ConnectTimedOut],
                ParticipantState::Rejected => &[EndReason::Rejected, EndReason::TokenRefused],
                ParticipantState::Busy => &[EndReason::Busy],
                ParticipantState::Cancelled => &[EndReason::Cancelled],
                ParticipantState::TimedOut => &[EndReason::TimedOut],
                ParticipantState::Unreachable => &[EndReason::Unreachable],
                _ => continue,
            };
            let key = (call.call_id, own.accid.clone());
            self.partings.entry(key).or_default().extend(reasons);
        }
    }

    fn judge(&self) -> Result<(), String> {
        for (page, call_id, said, reached) in &self.ends {
            let own = self.own.contains(&(*page, *call_id, *said));
            let local = match said {
                // Its own doing, like a hang-up: the end of another may have been on its way.
                EndReason::TokenRefused | EndReason::LoggedOut => true,
                _ if self.rough && self.accepts.contains(&(*page, *call_id)) => true,
                EndReason::TimedOut | EndReason::Lost | EndReason::Server => !reached.0,
                EndReason::HungUp if self.steps_aside.contains(page) => true,
                _ => own,
            };
            let agrees = match self.records.get(call_id) {
                Some(recorded) => {
                    recorded == said || local || own || self.parted(page, call_id, said)
                }
                // The server never had the call: its own side ended the dial, or the server refused it.
                None => local || own || !reached.0 || *said == EndReason::Server,
            };
            if !agrees {
                return Err(format!(
                    "{page}: {call_id} ended as {said:?} (reachable: {}), its record says {:?}",
                    reached.0,
                    self.records.get(call_id)
                ));
            }
        }
        Ok(())
    }
}

impl Invariant for BothEndsAgree {
    fn name(&self) -> &'static str {
        "both_ends_agree"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    self.stored(call);
                    if let Write::End { record, .. } = write {
                        self.records.insert(record.call_id, record.reason);
                    }
                }
            }
            Observation::PageOpened { page, accid, .. } => {
                self.accids.insert(*page, (*accid).clone());
            }
            Observation::OpStarted {
                page, op, state, ..
            } => self.op_started(*page, op, *state),
            Observation::Emitted {
                page,
                output:
                    Output::Event {
                        event:
                            AppEvent::CallEnd {
                                call_id, reason, ..
                            },
                    },
            } => {
                let since = self.reachable.get(page).copied().flatten();
                let inspected_at = self.inspected_at.get(page).copied().unwrap_or_default();
                let awake = now.since(inspected_at) <= ASLEEP_MS;
                let reached =
                    Reached(awake && since.is_some_and(|since| now.since(since) > NEWS_MS));
                self.ends.push((*page, *call_id, *reason, reached));
            }
            Observation::Inspected { page, view } => {
                self.inspected_at.insert(*page, now);
                self.reachable.insert(*page, view.reachable_since);
                match view.call {
                    Some(call) => self.current.insert(*page, call.call_id),
                    None => self.current.remove(page),
                };
            }
            Observation::RunOver { .. } => return self.judge(),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hullo_protocol::CallState;

    use super::*;
    use crate::observation::Leftovers;
    use crate::testing::{CALL, OTHER_PAGE, PAGE, first_failure, inspected, inspected_idle, view};

    fn end(reason: EndReason) -> Output {
        Output::Event {
            event: AppEvent::CallEnd {
                call_id: CALL,
                reason,
                by: None,
                duration_ms: 0,
                durations: Vec::new(),
            },
        }
    }

    fn invariant(recorded: EndReason) -> BothEndsAgree {
        BothEndsAgree {
            records: BTreeMap::from([(CALL, recorded)]),
            ..BothEndsAgree::default()
        }
    }

    #[test]
    fn ends_that_disagree_are_noticed() {
        let left = Leftovers::default();
        let call = view(CallState::Ringing, 1);
        let (rejected, timed_out) = (end(EndReason::Rejected), end(EndReason::TimedOut));
        let observations = |output| {
            let mut observations: Vec<Observation<'_>> =
                (0..20).map(|_| inspected_idle()).collect();
            observations.extend([
                inspected(OTHER_PAGE, State::Calling, Some(&call)),
                Observation::Emitted {
                    page: OTHER_PAGE,
                    output,
                },
                Observation::RunOver { left: &left },
            ]);
            observations
        };
        let run =
            |output| first_failure(&mut invariant(EndReason::Rejected), &observations(output));
        assert_eq!(run(&rejected), None);
        assert_eq!(run(&timed_out), Some(22));
    }

    #[test]
    fn local_end_may_differ_from_the_record_if_its_person_asked_for_it() {
        let left = Leftovers::default();
        let call = view(CallState::Ringing, 1);
        let cancelled = end(EndReason::Cancelled);
        let started = |op| Observation::OpStarted {
            page: PAGE,
            ticket: 1,
            op,
            state: State::Calling,
        };
        let observations = |op| {
            [
                inspected(PAGE, State::Calling, Some(&call)),
                started(op),
                Observation::Emitted {
                    page: PAGE,
                    output: &cancelled,
                },
                Observation::RunOver { left: &left },
            ]
        };
        let run = |op| first_failure(&mut invariant(EndReason::HungUp), &observations(op));
        assert_eq!(run(&Op::Cancel), None);
        assert_eq!(run(&Op::ACCEPT), Some(3));
    }
}

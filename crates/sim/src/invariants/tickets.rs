//! Every operation of the application completes exactly once, and in time (behaviour R3).

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::endpoint::{Op, Output};
use hullo_protocol::SWITCH_MS;

use crate::invariant::Invariant;
use crate::observation::{Observation, Page};

/// The budget of an operation that needs the server, and of one that also asks the app for a token.
const NETWORK_MS: u64 = 10_000;
const TOKEN_MS: u64 = 10_000;
/// Timers come late, by a second at worst, and more than one may be in the way.
const SLACK_MS: u64 = 3_000;
/// An endpoint that was not looked at for longer was asleep; its time did not pass.
const ASLEEP_MS: u64 = 1_500;

#[derive(Debug, Default)]
pub(crate) struct EveryTicketCompletesOnce {
    open: BTreeMap<(Page, u64), Open>,
    done: BTreeSet<(Page, u64)>,
    inspected_at: BTreeMap<Page, Time>,
}

#[derive(Debug)]
struct Open {
    op: String,
    deadline: Time,
}

impl EveryTicketCompletesOnce {
    /// Operations that have not completed.
    pub(crate) fn open(&self) -> Vec<(Page, u64)> {
        self.open.keys().copied().collect()
    }

    fn inspect(&mut self, page: Page, now: Time) -> Result<(), String> {
        let before = self.inspected_at.insert(page, now).unwrap_or(now);
        let slept_ms = now.since(before);
        for ((of, ticket), open) in &mut self.open {
            if *of != page {
                continue;
            }
            if slept_ms > ASLEEP_MS {
                open.deadline = open.deadline.plus_ms(slept_ms);
            } else if now > open.deadline {
                return Err(format!(
                    "{page}: ticket {ticket} ({}) has not completed in time",
                    open.op
                ));
            }
        }
        Ok(())
    }
}

fn budget_ms(op: &Op) -> u64 {
    SLACK_MS
        + match op {
            Op::SwitchCallType { .. } => NETWORK_MS + SWITCH_MS,
            Op::Accept { .. }
            | Op::AcceptWaiting { .. }
            | Op::Join { .. }
            | Op::ContinueHere { .. }
            | Op::GroupCall { .. }
            | Op::Call { .. } => NETWORK_MS + TOKEN_MS,
            _ => NETWORK_MS,
        }
}

impl Invariant for EveryTicketCompletesOnce {
    fn name(&self) -> &'static str {
        "every_ticket_completes_once"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::OpStarted {
                page, ticket, op, ..
            } => {
                let deadline = now.plus_ms(budget_ms(op));
                let op = format!("{op:?}");
                self.open.insert((*page, *ticket), Open { op, deadline });
            }
            Observation::Emitted {
                page,
                output:
                    Output::Complete {
                        ticket,
                        value,
                        error,
                    },
            } => {
                let key = (*page, *ticket);
                if self.open.remove(&key).is_none() {
                    let again = if self.done.contains(&key) {
                        "a second time"
                    } else {
                        "without being asked"
                    };
                    return Err(format!("{page}: ticket {ticket} completed {again}"));
                }
                self.done.insert(key);
                if value.is_some() == error.is_some() {
                    return Err(format!(
                        "{page}: ticket {ticket} completed with value {value:?} and error {error:?}"
                    ));
                }
            }
            Observation::PageGone { page } => {
                self.open.retain(|(of, _), _| of != page);
            }
            Observation::Inspected { page, .. } => self.inspect(*page, now)?,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hullo_core::endpoint::Value;

    use super::*;
    use crate::testing::{PAGE, first_failure, inspected_idle, op_started};

    fn complete(ticket: u64) -> Output {
        Output::Complete {
            ticket,
            value: Some(Value::Done),
            error: None,
        }
    }

    fn emitted(output: &Output) -> Observation<'_> {
        Observation::Emitted { page: PAGE, output }
    }

    #[test]
    fn second_completion_is_noticed() {
        let done = complete(1);
        let observations = [op_started(1, &Op::Hangup), emitted(&done), emitted(&done)];
        let mut invariant = EveryTicketCompletesOnce::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(2));
    }

    #[test]
    fn completion_that_nobody_asked_for_is_noticed() {
        let done = complete(7);
        let mut invariant = EveryTicketCompletesOnce::default();
        assert_eq!(first_failure(&mut invariant, &[emitted(&done)]), Some(0));
    }

    #[test]
    fn completion_with_neither_value_nor_error_is_noticed() {
        let empty = Output::Complete {
            ticket: 1,
            value: None,
            error: None,
        };
        let observations = [op_started(1, &Op::Hangup), emitted(&empty)];
        let mut invariant = EveryTicketCompletesOnce::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn missing_completion_is_noticed_when_its_time_is_over_but_sleep_does_not_count() {
        let run = |step_ms: u64| {
            let mut invariant = EveryTicketCompletesOnce::default();
            invariant
                .observe(Time(0), &op_started(1, &Op::Hangup))
                .expect("asking breaks nothing");
            (0..30)
                .map(|step| Time(step * step_ms))
                .find(|now| invariant.observe(*now, &inspected_idle()).is_err())
        };
        assert_eq!(run(1_000), Some(Time(NETWORK_MS + SLACK_MS + 1_000)));
        assert_eq!(run(60_000), None);
    }
}

//! No deadline stays in the past: a machine whose time has come has done something about it.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::hub::Input;

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Observation, Page};

/// Timers fire late, by a second at worst.
const LATE_MS: u64 = 3_000;

#[derive(Debug, Default)]
pub(crate) struct TimersMoveOn {
    /// A deadline that was found in the past, and when it was first found.
    overdue: BTreeMap<Page, (Time, Time)>,
}

impl Invariant for TimersMoveOn {
    fn name(&self) -> &'static str {
        "timers_move_on"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Handled {
                input: Input::Timeout,
                timer: Some(timer),
                ..
            } if *timer <= now => Err(format!(
                "the hub has handled its timeout at {now:?} and asks for another at {timer:?}"
            )),
            Observation::Inspected {
                page,
                view: EndpointView {
                    timer: Some(timer), ..
                },
            } if *timer < now => {
                let found = self.overdue.entry(*page).or_insert((*timer, now));
                if found.0 != *timer {
                    *found = (*timer, now);
                }
                let since_ms = now.since(found.1);
                if since_ms > LATE_MS {
                    return Err(format!("{page}: its deadline {timer:?} is overdue"));
                }
                Ok(())
            }
            Observation::Inspected { page, .. }
            | Observation::PageGone { page }
            | Observation::PageSleeps { page } => {
                self.overdue.remove(page);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use hullo_core::endpoint::State;

    use super::*;
    use crate::testing::{PAGE, first_failure};

    #[test]
    fn hub_that_asks_for_the_same_timeout_again_is_noticed() {
        let handled = |timer| Observation::Handled {
            input: &Input::Timeout,
            outputs: &[],
            timer,
        };
        let observations = [handled(Some(Time(5))), handled(Some(Time(5)))];
        let mut invariant = TimersMoveOn::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn endpoint_that_leaves_its_deadline_in_the_past_is_noticed() {
        let view = EndpointView {
            state: State::Idle,
            call: None,
            waiting: None,
            held: None,
            timer: Some(Time(500)),
            reachable_since: None,
            after_input: false,
        };
        let mut observations: Vec<_> = (0..10)
            .map(|_| Observation::Inspected { page: PAGE, view })
            .collect();
        let mut invariant = TimersMoveOn::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(5));
        observations[3] = Observation::PageSleeps { page: PAGE };
        let mut invariant = TimersMoveOn::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(8));
    }
}

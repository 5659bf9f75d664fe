//! One screen is shared in a call; the media plane shows that one, and the one who shares it knows.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::endpoint::{MediaCommand, Output, State};
use hullo_core::hub::{RoomCommand, Write};
use hullo_protocol::{Accid, CallId, CallState, Uid};

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Observation, Page};

/// At most one participant shares: one who is in the active call and does not hold it. The media plane shows nobody else's
/// screen.
#[derive(Debug, Default)]
pub(crate) struct OneScreen {
    /// Who shares, as it is stored.
    stored: BTreeMap<CallId, Option<Uid>>,
    /// Whom the media plane shows.
    shown: BTreeMap<CallId, Uid>,
}

impl OneScreen {
    fn store(&mut self, call: &Call) -> Result<(), String> {
        let sharers: Vec<_> = call.participants.iter().filter(|own| own.screen).collect();
        let may_share = sharers
            .iter()
            .all(|own| call.state == CallState::Active && own.state.is_in_call() && !own.held);
        if sharers.len() > 1 || !may_share {
            return Err(format!("{} is shared by {sharers:?}", call.call_id));
        }
        let sharer = sharers.first().map(|own| own.uid);
        self.stored.insert(call.call_id, sharer);
        Ok(())
    }
}

impl Invariant for OneScreen {
    fn name(&self) -> &'static str {
        "one_screen"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                // The commands of the batch before have been carried out.
                let other = self.shown.iter().find(|(call_id, uid)| {
                    let stored = self.stored.get(*call_id).copied().flatten();
                    stored != Some(**uid)
                });
                if let Some((call_id, uid)) = other {
                    return Err(format!(
                        "the screen of uid {uid} is shown in {call_id}, and it is not shared"
                    ));
                }
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    self.store(call)?;
                }
            }
            Observation::Commanded { call_id, command } => match command {
                RoomCommand::Share(Some(uid)) => {
                    self.shown.insert(*call_id, *uid);
                }
                RoomCommand::Share(None) | RoomCommand::Close => {
                    self.shown.remove(call_id);
                }
                _ => {}
            },
            Observation::Crashed => self.shown.clear(),
            _ => {}
        }
        Ok(())
    }
}

/// For so long the one who shares and the server may be of two minds, with nothing between them.
const TWO_MINDS_MS: u64 = 30_000;

/// Whose screen flows and whose screen is shared are the same, soon after one of the two has changed.
#[derive(Debug, Default)]
pub(crate) struct SharersAgree {
    accids: BTreeMap<Page, Accid>,
    flows: BTreeMap<Page, bool>,
    /// Since when a page and the server are of two minds.
    since: BTreeMap<Page, Time>,
}

impl SharersAgree {
    fn inspect(&mut self, now: Time, page: Page, view: &EndpointView<'_>) -> Result<(), String> {
        let flows = self.flows.get(&page).copied().unwrap_or_default();
        let own = self.accids.get(&page);
        let call = view.call.filter(|_| view.state == State::InCall);
        let shares = call.is_some_and(|call| {
            let mut participants = call.participants.iter();
            participants.any(|it| Some(&it.accid) == own && it.screen)
        });
        let Some(reachable) = view.reachable_since.filter(|_| flows != shares) else {
            self.since.remove(&page);
            return Ok(());
        };
        let since = self.since.entry(page).or_insert(now);
        *since = (*since).max(reachable);
        if now.since(*since) > TWO_MINDS_MS {
            return Err(format!(
                "{page}: its screen flows: {flows}, and is shared as the server says: {shares}"
            ));
        }
        Ok(())
    }
}

impl Invariant for SharersAgree {
    fn name(&self) -> &'static str {
        "sharers_agree"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::PageOpened { page, accid, .. } => {
                self.accids.insert(*page, (*accid).clone());
            }
            Observation::PageGone { page } | Observation::PageSleeps { page } => {
                self.since.remove(page);
            }
            Observation::Emitted {
                page,
                output: Output::Media { command },
            } => match command {
                MediaCommand::Flow { screen, .. } => {
                    self.flows.insert(*page, *screen);
                }
                MediaCommand::Open { .. } | MediaCommand::Close => {
                    self.flows.remove(page);
                }
                _ => {}
            },
            Observation::Inspected { page, view } => return self.inspect(now, *page, view),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{CALL, PAGE, accid, device, first_failure, inspected, stored_call, view};

    /// alice and bob share, or not.
    fn stored(sharers: [bool; 2]) -> [Write; 1] {
        let mut call = stored_call(CALL);
        call.state = CallState::Active;
        for (own, screen) in call.participants.iter_mut().zip(sharers) {
            own.state = hullo_protocol::ParticipantState::Joined;
            own.screen = screen;
        }
        [Write::Call(Arc::new(call))]
    }

    #[test]
    fn two_who_share_and_one_who_holds_are_noticed() {
        let run = |writes: &[Write]| {
            let observations = [Observation::Committed { writes }];
            first_failure(&mut OneScreen::default(), &observations)
        };
        assert_eq!(run(&stored([true, false])), None);
        assert_eq!(run(&stored([true, true])), Some(0));
        let [Write::Call(call)] = stored([true, false]) else {
            unreachable!("it is not over");
        };
        let mut held = Call::clone(&call);
        held.participants[0].held = true;
        assert_eq!(run(&[Write::Call(Arc::new(held))]), Some(0));
    }

    #[test]
    fn screen_that_is_shown_and_not_shared_is_noticed() {
        let run = |uid| {
            let command = RoomCommand::Share(uid);
            let writes = stored([true, false]);
            let observations = [
                Observation::Committed { writes: &writes },
                Observation::Commanded {
                    call_id: CALL,
                    command: &command,
                },
                Observation::Committed { writes: &[] },
            ];
            first_failure(&mut OneScreen::default(), &observations)
        };
        assert_eq!(run(Some(Uid(1))), None);
        assert_eq!(run(None), None);
        assert_eq!(run(Some(Uid(2))), Some(2));
    }

    #[test]
    fn screen_that_flows_and_is_not_shared_for_long_is_noticed() {
        let flow = |screen| Output::Media {
            command: MediaCommand::Flow {
                peer: 1,
                audio: true,
                video: false,
                screen,
            },
        };
        let (device, alice) = (device().id, accid("alice"));
        let opened = Observation::PageOpened {
            page: PAGE,
            accid: &alice,
            device: &device,
        };
        let run = |flows, shares| {
            let mut call = view(CallState::Active, 2);
            call.participants[0].screen = shares;
            let flow = flow(flows);
            let mut invariant = SharersAgree::default();
            let mut at =
                |ms, observation: &Observation<'_>| invariant.observe(Time(ms), observation);
            at(0, &opened).unwrap();
            let output = &flow;
            at(0, &Observation::Emitted { page: PAGE, output }).unwrap();
            let seen = inspected(PAGE, State::InCall, Some(&call));
            at(0, &seen).unwrap();
            at(TWO_MINDS_MS, &seen).unwrap();
            at(TWO_MINDS_MS + 1, &seen).is_ok()
        };
        assert!(run(true, true) && run(false, false));
        assert!(!run(true, false) && !run(false, true));
    }
}

//! A login token that runs out is no sign-out, and a sign-out is no token that ran out.
//!
//! Who is signed out was signed out: by its own person, by the app's backend, or by another device where only so many may be.
//! A call that ends as "logged out" ends so for one of these reasons. And whoever is given a good token in time keeps its
//! session.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, Op, Output};
use hullo_core::hub::Write;
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, EndReason, SessionClosed, TOKEN_SKEW_MS,
};

use crate::invariant::Invariant;
use crate::observation::{Observation, Page};

/// The longest way of a renewal to the server and back, with everything in front of it.
const RENEWAL_MS: u64 = 8_000;
/// The server looks for tokens that have run out so often; timers of pages come late by a second.
const SLACK_MS: u64 = 2_500;
/// An endpoint that was not looked at for longer was asleep.
const ASLEEP_MS: u64 = 1_500;

/// Nobody is signed out without a reason, and no call ends by that.
#[derive(Debug, Default)]
pub(crate) struct SignOutsHaveAReason {
    accids: BTreeMap<Page, Accid>,
    /// Pages whose account was signed out by the app's backend, and that may not know it yet.
    revoked: BTreeSet<Page>,
    /// Pages that are signed out by the input under way.
    leaving: BTreeSet<Page>,
    /// Calls that have ended as "logged out" by it.
    ended: Vec<(Page, CallId)>,
    /// Calls that have ended so for a device that was not signed out: the record must say the same.
    claimed: BTreeSet<(Page, CallId)>,
    records: BTreeMap<CallId, (CallKind, EndReason)>,
}

impl SignOutsHaveAReason {
    fn disconnected(&mut self, page: Page, reason: SessionClosed) -> Result<(), String> {
        self.leaving.insert(page);
        match reason {
            SessionClosed::Replaced | SessionClosed::KickedOut => Ok(()),
            SessionClosed::SignedOut if self.revoked.remove(&page) => Ok(()),
            reason => Err(format!(
                "{page} is signed out ({reason:?}), and nobody has signed its account out"
            )),
        }
    }

    fn input_over(&mut self, page: Page) {
        let left = self.leaving.remove(&page);
        for (of, call_id) in std::mem::take(&mut self.ended) {
            if !left {
                self.claimed.insert((of, call_id));
            }
        }
    }

    fn recorded(&mut self, record: &CallRecord) {
        let CallRecord { kind, reason, .. } = record;
        self.records.insert(record.call_id, (*kind, *reason));
    }

    fn judge(&self) -> Result<(), String> {
        let wrong = self.claimed.iter().find(|(_, call_id)| {
            let record = self.records.get(call_id);
            record.is_some_and(|(kind, reason)| {
                *kind == CallKind::OneToOne && *reason != EndReason::LoggedOut
            })
        });
        match wrong {
            Some((page, call_id)) => Err(format!(
                "{page}: {call_id} ended as logged out, and nobody was: its record says {:?}",
                self.records.get(call_id)
            )),
            None => Ok(()),
        }
    }
}

impl Invariant for SignOutsHaveAReason {
    fn name(&self) -> &'static str {
        "sign_outs_have_a_reason"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::PageOpened { page, accid, .. } => {
                self.accids.insert(*page, (*accid).clone());
            }
            Observation::PageGone { page } => {
                self.accids.remove(page);
                self.revoked.remove(page);
            }
            Observation::TokensRevoked { accid } => {
                let own = self.accids.iter().filter(|(_, of)| of == accid);
                self.revoked.extend(own.map(|(page, _)| *page));
            }
            // Its app may show a token that was revoked before.
            Observation::LoginTokenGiven {
                page,
                good_until: None,
            } => {
                self.revoked.insert(*page);
            }
            Observation::RevokedSessionStays { accid } => {
                return Err(format!(
                    "{accid} still has a session whose token was revoked"
                ));
            }
            Observation::OpStarted {
                page,
                op: Op::Logout,
                ..
            } => {
                self.leaving.insert(*page);
            }
            Observation::Emitted {
                page,
                output: Output::Event { event },
            } => match event {
                AppEvent::Disconnect { reason } => return self.disconnected(*page, *reason),
                AppEvent::CallEnd {
                    call_id,
                    reason: EndReason::LoggedOut,
                    ..
                } => self.ended.push((*page, *call_id)),
                _ => {}
            },
            Observation::Inspected { page, view } if view.after_input => self.input_over(*page),
            Observation::Committed { writes } => {
                for write in *writes {
                    if let Write::End { record, .. } = write {
                        self.recorded(record);
                    }
                }
            }
            Observation::RunOver { .. } => return self.judge(),
            _ => {}
        }
        Ok(())
    }
}

/// Who is given a good token in time keeps its session, and who needs one asks for it.
#[derive(Debug, Default)]
pub(crate) struct TokensAreRenewed {
    accids: BTreeMap<Page, Accid>,
    /// When a page was given a good token since it asked, and until when all that it was given are good.
    given: BTreeMap<Page, (Time, Time)>,
    /// When a page last asked for one, or said that one is needed.
    asked: BTreeMap<Page, Time>,
    /// Since when nothing stands between a page and the server.
    reachable: BTreeMap<Page, Option<Time>>,
    /// When a page was last looked at: not while its device sleeps.
    inspected_at: BTreeMap<Page, Time>,
}

impl TokensAreRenewed {
    fn expired(&self, page: Page, life_ms: u64, now: Time) -> Result<(), String> {
        let inspected_at = self.inspected_at.get(&page).copied().unwrap_or_default();
        if now.since(inspected_at) > ASLEEP_MS {
            return Ok(());
        }
        let Some(reachable) = self.reachable.get(&page).copied().flatten() else {
            return Ok(());
        };
        if let Some((at, until)) = self.given.get(&page)
            && *at >= reachable
            && now.since(*at) > RENEWAL_MS
            && until.plus_ms(TOKEN_SKEW_MS) > now
        {
            return Err(format!(
                "the session of {page} has run out, {} ms after it was given a good token",
                now.since(*at)
            ));
        }
        let lived_ms = life_ms + TOKEN_SKEW_MS + SLACK_MS;
        let asked = self.asked.get(&page);
        let has_asked = asked.is_some_and(|at| now.since(*at) <= lived_ms);
        if now.since(reachable) > lived_ms && !has_asked {
            return Err(format!(
                "the session of {page} has run out, and nobody asked for a token"
            ));
        }
        Ok(())
    }
}

impl Invariant for TokensAreRenewed {
    fn name(&self) -> &'static str {
        "tokens_are_renewed"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::PageOpened { page, accid, .. } => {
                self.accids.insert(*page, (*accid).clone());
            }
            Observation::LoginTokenGiven { page, good_until } => match good_until {
                Some(until) => {
                    let (_, good_until) = self.given.entry(*page).or_insert((now, *until));
                    *good_until = (*good_until).min(*until);
                }
                None => {
                    self.given.remove(page);
                }
            },
            Observation::TokensRevoked { accid } => {
                let accids = &self.accids;
                self.given.retain(|page, _| accids.get(page) != Some(accid));
            }
            Observation::Emitted { page, output } => {
                let asks = matches!(
                    output,
                    Output::AskLoginToken
                        | Output::Event {
                            event: AppEvent::TokenExpiring { .. } | AppEvent::TokenExpired
                        }
                );
                if asks {
                    self.asked.insert(*page, now);
                    self.given.remove(page);
                }
            }
            Observation::Inspected { page, view } => {
                self.reachable.insert(*page, view.reachable_since);
                self.inspected_at.insert(*page, now);
            }
            Observation::SessionExpired { page, life_ms } => {
                return self.expired(*page, *life_ms, now);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Leftovers;
    use crate::testing::{CALL, PAGE, accid, first_failure, inspected_idle, op_started};

    fn opened<'a>(accid: &'a Accid, device: &'a hullo_protocol::DeviceId) -> Observation<'a> {
        Observation::PageOpened {
            page: PAGE,
            accid,
            device,
        }
    }

    fn emitted(output: &Output) -> Observation<'_> {
        Observation::Emitted { page: PAGE, output }
    }

    fn disconnect(reason: SessionClosed) -> Output {
        Output::Event {
            event: AppEvent::Disconnect { reason },
        }
    }

    #[test]
    fn only_who_was_signed_out_may_say_so_and_once() {
        let (alice, device) = (
            accid("alice"),
            hullo_protocol::DeviceId::parse("a").unwrap(),
        );
        let out = disconnect(SessionClosed::SignedOut);
        let run = |observations: &[Observation<'_>]| {
            first_failure(&mut SignOutsHaveAReason::default(), observations)
        };
        let revoked = Observation::TokensRevoked { accid: &alice };
        assert_eq!(run(&[opened(&alice, &device), emitted(&out)]), Some(1));
        let observations = [
            opened(&alice, &device),
            revoked,
            emitted(&out),
            emitted(&out),
        ];
        assert_eq!(run(&observations), Some(3));
        let expired = disconnect(SessionClosed::TokenExpired);
        assert_eq!(run(&[opened(&alice, &device), emitted(&expired)]), Some(1));
    }

    #[test]
    fn call_that_ends_as_logged_out_although_nobody_was_is_noticed() {
        let end = Output::Event {
            event: AppEvent::CallEnd {
                call_id: CALL,
                reason: EndReason::LoggedOut,
                by: None,
                duration_ms: 0,
                durations: Vec::new(),
            },
        };
        let left = Leftovers::default();
        let over = Observation::RunOver { left: &left };
        let run = |observations: &[Observation<'_>]| {
            let mut invariant = SignOutsHaveAReason::default();
            let lost = (CallKind::OneToOne, EndReason::Lost);
            invariant.records.insert(CALL, lost);
            first_failure(&mut invariant, observations)
        };
        assert_eq!(
            run(&[emitted(&end), inspected_idle(), over.clone()]),
            Some(2)
        );
        let own = op_started(1, &Op::Logout);
        assert_eq!(run(&[own, emitted(&end), inspected_idle(), over]), None);
    }

    #[test]
    fn session_that_runs_out_with_a_good_token_at_hand_or_without_asking_is_noticed() {
        let expired = Observation::SessionExpired {
            page: PAGE,
            life_ms: 3_000,
        };
        let run = |first: Observation<'_>| {
            let mut observations = vec![inspected_idle(), first];
            observations.extend((0..12).map(|_| inspected_idle()));
            observations.push(expired.clone());
            first_failure(&mut TokensAreRenewed::default(), &observations)
        };
        assert_eq!(run(emitted(&Output::AskLoginToken)), Some(14));
        let given = |until| Observation::LoginTokenGiven {
            page: PAGE,
            good_until: Some(Time(until)),
        };
        assert_eq!(run(given(60_000)), Some(14));
    }
}

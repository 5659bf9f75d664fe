//! Facts become inputs of the hub.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hullo_core::hub::{Input, MediaEvent};
use hullo_protocol::{Accid, CallId, QualityReport};

use super::Actor;
use crate::node::fact::Fact;

/// A login that was checked before a sign-out arrives within this time; its own limit is shorter.
const CHECKED_BEFORE: Duration = Duration::from_secs(120);
/// When so many are remembered, those that have had their time are forgotten.
const REMEMBERED: usize = 1024;

/// Accounts that were signed out a moment ago: a login that was checked before and arrives after is caught.
#[derive(Default)]
pub(super) struct SignedOut(BTreeMap<Accid, (u64, Instant)>);

impl SignedOut {
    /// Whether tokens of this generation were revoked a moment ago.
    pub(super) fn catches(&self, accid: &Accid, generation: u64) -> bool {
        let revoked = self.0.get(accid);
        revoked.is_some_and(|(good_from, _)| generation < *good_from)
    }

    fn add(&mut self, accid: Accid, good_from: u64, now: Instant) {
        if self.0.len() >= REMEMBERED {
            self.0
                .retain(|_, (_, at)| now.duration_since(*at) < CHECKED_BEFORE);
        }
        self.0.insert(accid, (good_from, now));
    }
}

impl Actor {
    pub(super) fn receive_fact(&mut self, fact: Fact) {
        let input = match fact {
            Fact::Media { call_id, event } => Input::Media { call_id, event },
            Fact::Quality { call_id, reports } => Input::Media {
                call_id,
                event: MediaEvent::Quality(self.quality(call_id, &reports)),
            },
            Fact::Profile { accid, profile } => Input::Profile { accid, profile },
            Fact::SignOut { accid, generation } => {
                self.signed_out
                    .add(accid.clone(), generation, Instant::now());
                // A login with a new token may have overtaken this. An account without a session leaves its calls all the same.
                if self.sessions.are_newer(&accid, generation) {
                    return;
                }
                Input::SignOut { accid }
            }
        };
        self.runner.receive(input);
    }

    fn quality(&self, call_id: CallId, reports: &[hullo_sfu::QualityReport]) -> Vec<QualityReport> {
        let uids = self.uids.get(&call_id);
        let report = |measured: &hullo_sfu::QualityReport| {
            Some(QualityReport {
                accid: uids?.get(&measured.uid)?.clone(),
                up: measured.up,
                down: measured.down,
                rtt_ms: measured.rtt_ms,
                jitter_ms: measured.jitter_ms,
                loss_up_permille: measured.loss_up_permille,
                loss_down_permille: measured.loss_down_permille,
            })
        };
        reports.iter().filter_map(report).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_outs_are_remembered_as_long_as_a_login_may_take_and_no_longer() {
        let mut signed_out = SignedOut::default();
        let name = |number: usize| Accid::parse(&format!("a{number}")).unwrap();
        let start = Instant::now();
        for number in 0..REMEMBERED {
            signed_out.add(name(number), 1, start);
        }
        assert!(signed_out.catches(&name(0), 0) && !signed_out.catches(&name(0), 1));
        signed_out.add(name(REMEMBERED), 1, start + CHECKED_BEFORE);
        assert_eq!(signed_out.0.len(), 1);
    }
}

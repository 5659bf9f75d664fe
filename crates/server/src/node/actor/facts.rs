//! Facts become inputs of the hub.

use hullo_core::hub::{Input, MediaEvent};
use hullo_protocol::{CallId, QualityReport};

use super::{Actor, ConnectedSession};
use crate::node::fact::Fact;

impl Actor {
    pub(super) fn receive_fact(&mut self, fact: Fact) {
        let input = match fact {
            Fact::Media { call_id, event } => Input::Media { call_id, event },
            Fact::Quality { call_id, reports } => Input::Media {
                call_id,
                event: MediaEvent::Quality(self.quality(call_id, &reports)),
            },
            Fact::Profile { accid, profile } => Input::Profile {
                accid: accid.clone(),
                profile: profile.clone(),
            },
            Fact::SignOut { accid, generation } => {
                self.signed_out.insert(accid.clone(), generation);
                // A login with a new token may have overtaken this. An account without a session leaves its calls all the same.
                let own = |session: &&ConnectedSession| session.accid == accid;
                let mut own = self.sessions.values().filter(own).peekable();
                let is_online = own.peek().is_some();
                if is_online && own.all(|session| session.generation >= generation) {
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

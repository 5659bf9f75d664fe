//! What has happened, whether or not it can be stored now: it is kept, in its order, until it is.

use hullo_core::hub::{Input, MediaEvent};
use hullo_protocol::{Accid, CallId, QualityReport};

use super::super::batch::Batch;
use super::{Actor, ConnectedSession};

/// What has happened and cannot be refused.
#[derive(Debug, Clone)]
pub(crate) enum Fact {
    /// News from the media plane.
    Media {
        /// The call.
        call_id: CallId,
        /// What happened.
        event: MediaEvent,
    },
    /// What the media plane measured of a call's participants, who are numbers to it.
    Quality {
        /// The call.
        call_id: CallId,
        /// The figures.
        reports: Vec<hullo_sfu::QualityReport>,
    },
    /// An account's tokens below `generation` were revoked.
    SignOut {
        /// The account.
        accid: Accid,
        /// Tokens of this generation are good.
        generation: u64,
    },
}

impl Actor {
    /// Facts keep their order: while some wait for the storage, later ones wait behind them.
    pub(super) fn receive_fact(&mut self, fact: Fact, batch: &mut Batch) {
        if self.retry_at.is_some() {
            self.deferred.push_back(fact);
        } else {
            self.handle_fact(fact, batch);
        }
    }

    pub(super) fn handle_fact(&mut self, fact: Fact, batch: &mut Batch) {
        let input = match &fact {
            Fact::Media { call_id, event } => Input::Media {
                call_id: *call_id,
                event: event.clone(),
            },
            Fact::Quality { call_id, reports } => Input::Media {
                call_id: *call_id,
                event: MediaEvent::Quality(self.quality(*call_id, reports)),
            },
            Fact::SignOut { accid, generation } => {
                self.signed_out.insert(accid.clone(), *generation);
                // A login with a new token may have overtaken this.
                let is_old = |session: &ConnectedSession| {
                    session.accid == *accid && session.generation < *generation
                };
                if !self.sessions.values().any(is_old) {
                    return;
                }
                Input::SignOut {
                    accid: accid.clone(),
                }
            }
        };
        batch.facts.push(fact);
        self.handle(input, batch);
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

//! The list of all invariants, each of which sees every observation of a world.

use hullo_core::Time;
use hullo_protocol::Accid;

use crate::digest::Digest;
use crate::invariant::{Invariant, Violation};
use crate::invariants::{
    agreement, endings, frames, media, places, records, ringing, screens, tickets, timers, tokens,
    versions,
};
use crate::observation::{Observation, Page};
use crate::reference::Reference;
use crate::scenario::Scenario;
use crate::trace::Keep;

/// All invariants of one world.
pub struct Checker {
    tickets: tickets::EveryTicketCompletesOnce,
    others: Vec<Box<dyn Invariant>>,
    violation: Option<Violation>,
    digest: Option<Digest>,
}

impl Checker {
    /// The invariants of a world with these settings and devices, each given by its account.
    pub fn new(scenario: &Scenario, devices: Vec<Accid>, keep: Keep) -> Self {
        Self {
            tickets: tickets::EveryTicketCompletesOnce::default(),
            others: vec![
                Box::new(records::OneRecordPerCall::default()),
                Box::new(records::RecordAgreesWithCall::default()),
                Box::new(records::ToldAfterStored::default()),
                Box::new(records::NoAccountInTwoCalls::default()),
                Box::new(frames::NoFrameToStrangers::default()),
                Box::new(versions::VersionsOnlyGrow::default()),
                Box::new(versions::UidsStay::default()),
                Box::new(endings::CallEndComesOnce::new(devices.clone())),
                Box::new(endings::EverythingEnds),
                Box::new(places::PlacesAgree::default()),
                Box::new(agreement::BothEndsAgree::new(scenario.rough)),
                Box::new(ringing::NobodyRingsTooLong::default()),
                Box::new(media::NoMediaBeforeAccept::default()),
                Box::new(media::HeldIsSilent::default()),
                Box::new(media::DevicesClosedWhenIdle::default()),
                Box::new(screens::OneScreen::default()),
                Box::new(screens::SharersAgree::default()),
                Box::new(timers::TimersMoveOn::default()),
                Box::new(tokens::SignOutsHaveAReason::default()),
                Box::new(tokens::TokensAreRenewed::default()),
                Box::new(Reference::new(scenario.config.clone())),
            ],
            violation: None,
            digest: (keep == Keep::Digest).then(Digest::default),
        }
    }

    /// Shows an observation to all; keeps the first violation.
    pub fn observe(&mut self, now: Time, observation: &Observation<'_>) {
        if self.violation.is_some() {
            return;
        }
        if let Some(digest) = &mut self.digest {
            digest.push(now, observation);
        }
        let tickets: &mut dyn Invariant = &mut self.tickets;
        let others = self.others.iter_mut().map(|it| &mut **it);
        for invariant in std::iter::once(tickets).chain(others) {
            if let Err(what) = invariant.observe(now, observation) {
                self.violation = Some(Violation {
                    invariant: invariant.name(),
                    at: now,
                    what,
                });
                return;
            }
        }
    }

    /// The first violation, if there was one.
    pub fn violation(&self) -> Option<Violation> {
        self.violation.clone()
    }

    /// The digest of what was observed, if it was asked for.
    pub fn digest(&self) -> Digest {
        self.digest.clone().unwrap_or_default()
    }

    /// Operations that have not completed.
    pub fn open_tickets(&self) -> Vec<(Page, u64)> {
        self.tickets.open()
    }
}

//! What always holds. Each invariant sees the facts of a world and says when one of them breaks it.
//!
//! They are the list of ARCHITECTURE.md ("Invariants"), cut into pieces that can be named when they fail. Each has a test
//! that feeds it a history in which it must fail: an invariant that cannot fail proves nothing.

mod agreement;
mod endings;
mod frames;
mod media;
mod places;
mod records;
mod ringing;
mod tickets;
mod timers;
mod versions;

use std::fmt;

use hullo_core::Time;
use hullo_protocol::Accid;

use crate::Keep;
use crate::digest::Digest;
use crate::fact::{Fact, Page};
use crate::reference::Reference;
use crate::scenario::Scenario;

/// Something that always holds.
pub trait Invariant {
    /// Its name, for the report of a failing seed.
    fn name(&self) -> &'static str;

    /// Takes the next fact; an error says how it breaks the invariant.
    fn observe(&mut self, now: Time, fact: &Fact<'_>) -> Result<(), String>;
}

/// A broken invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// When.
    pub at: Time,
    /// How.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant `{}` broken: {}", self.invariant, self.what)
    }
}

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
                Box::new(timers::TimersMoveOn::default()),
                Box::new(Reference::new(scenario.config.clone())),
            ],
            violation: None,
            digest: (keep == Keep::Digest).then(Digest::default),
        }
    }

    /// Shows a fact to all; keeps the first violation.
    pub fn observe(&mut self, now: Time, fact: &Fact<'_>) {
        if self.violation.is_some() {
            return;
        }
        if let Some(digest) = &mut self.digest {
            digest.push(now, fact);
        }
        let tickets: &mut dyn Invariant = &mut self.tickets;
        let others = self.others.iter_mut().map(|it| &mut **it);
        for invariant in std::iter::once(tickets).chain(others) {
            if let Err(what) = invariant.observe(now, fact) {
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

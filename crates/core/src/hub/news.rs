//! What is still to be told of a call, and to whom.
//!
//! Changes are collected until the batch ends, so that those of one batch are one event for each session. In a larger call
//! what can wait is collected for longer: it is told at once after a quiet time, and then by ticks. What an event says holds
//! as of its version, for whoever knows the call as of its base or later; so one event serves those who know the call as it
//! was told to all, and those who have been told more since.

use std::collections::{BTreeMap, BTreeSet};

use super::SessionId;
use crate::Time;
use crate::call::Touched;

/// How long changes in a larger call wait for others.
const TICK_MS: u64 = 250;

/// The news of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    /// The version that everyone concerned knows at least.
    pub(super) base: u64,
    /// What has changed since.
    pub(super) touched: Touched,
    /// The sessions that know a later version, and which.
    heard: BTreeMap<SessionId, u64>,
    /// Those that are to be told when the batch ends.
    urgent: BTreeSet<SessionId>,
    /// When everyone is to be told.
    due: Option<Time>,
    /// When everyone was told last.
    published_at: Option<Time>,
}

impl News {
    /// Everyone concerned knows this version.
    pub(super) fn none_since(version: u64) -> Self {
        Self {
            base: version,
            touched: Touched::default(),
            heard: BTreeMap::new(),
            urgent: BTreeSet::new(),
            due: None,
            published_at: None,
        }
    }

    /// When something is to be told: those in a hurry before any time.
    pub(super) fn due(&self) -> Option<Time> {
        match self.urgent.is_empty() {
            true => self.due,
            false => Some(Time(0)),
        }
    }

    /// Something has changed, which can wait for the next tick or not.
    pub(super) fn add(&mut self, touched: Touched, can_wait: bool, now: Time) {
        self.touched.add(touched);
        let tick = self.published_at.map(|at| at.plus_ms(TICK_MS));
        let due = tick.filter(|_| can_wait).map_or(now, |tick| tick.max(now));
        self.due = Some(self.due.map_or(due, |known| known.min(due)));
    }

    /// These are to be told when the batch ends.
    pub(super) fn hurry(&mut self, sessions: impl IntoIterator<Item = SessionId>) {
        self.urgent.extend(sessions);
    }

    /// A session knows this version.
    pub(super) fn note_version(&mut self, session: SessionId, version: u64) {
        self.heard.insert(session, version);
        self.urgent.remove(&session);
    }

    /// Whether a session that is concerned does not know this version.
    pub(super) fn is_news_to(&self, session: SessionId, version: u64) -> bool {
        *self.heard.get(&session).unwrap_or(&self.base) < version
    }

    /// Those to tell at the end of a batch, if not everyone is due.
    pub(super) fn take_urgent(&mut self) -> BTreeSet<SessionId> {
        std::mem::take(&mut self.urgent)
    }

    /// Whether everyone is to be told now.
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Everyone concerned knows this version now.
    pub(super) fn conclude(&mut self, version: u64, now: Time) {
        *self = Self {
            published_at: Some(now),
            ..Self::none_since(version)
        };
    }
}

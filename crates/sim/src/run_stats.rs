//! What a run has simulated, so that a green run can be seen to have done something.

use std::collections::BTreeMap;
use std::fmt;

use hullo_core::endpoint::AppEvent;
use hullo_protocol::{CallKind, CallRecord, SessionClosed};

/// Counts over one or many worlds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunStats {
    /// Worlds that ran to their end.
    pub worlds: u64,
    /// Milliseconds of virtual time.
    pub virtual_ms: u64,
    /// Operations that people asked for.
    pub operations: u64,
    /// Frames sent, both directions.
    pub frames: u64,
    /// Events of applications, by kind; those that only some worlds see.
    pub events: BTreeMap<&'static str, u64>,
    /// Calls that ended, by kind, status of their record and end reason.
    pub records: BTreeMap<String, u64>,
    /// Faults, by kind.
    pub faults: BTreeMap<&'static str, u64>,
}

impl RunStats {
    pub fn count_fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    /// Counts an event of an application.
    pub fn count_event(&mut self, event: &AppEvent) {
        let name = match event {
            AppEvent::CallWaiting { .. } => "call waiting",
            AppEvent::CallHeld { .. } => "call held",
            AppEvent::CallResumed { .. } => "call resumed",
            AppEvent::UserHeld { held: true, .. } => "participant held",
            AppEvent::OtherClientAccept { .. } => "accepted on another device",
            AppEvent::OtherClientReject { .. } => "rejected on another device",
            AppEvent::OtherClientContinue { .. } => "continued on another device",
            AppEvent::UserTimeOut { .. } => "invite to a group timed out",
            AppEvent::UserReconnected { .. } => "participant reconnected",
            AppEvent::ScreenAvailable {
                available: true, ..
            } => "screen shared",
            AppEvent::ActiveSpeakers { .. } => "active speakers",
            AppEvent::EndedWhileAway { .. } => "ended while away",
            AppEvent::Disconnect {
                reason: SessionClosed::KickedOut,
            } => "kicked out",
            AppEvent::Disconnect {
                reason: SessionClosed::SignedOut,
            } => "signed out",
            AppEvent::TokenExpiring { .. } => "login token runs out soon",
            AppEvent::TokenExpired => "login token needed",
            _ => return,
        };
        *self.events.entry(name).or_default() += 1;
    }

    pub fn count_record(&mut self, record: &CallRecord) {
        let kind = match record.kind {
            CallKind::OneToOne => "two",
            CallKind::Group => "group",
        };
        let key = format!("{:?} ({:?}, {kind})", record.status, record.reason);
        *self.records.entry(key).or_default() += 1;
    }

    /// Adds another world's counts.
    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.virtual_ms += other.virtual_ms;
        self.operations += other.operations;
        self.frames += other.frames;
        for (key, count) in &other.records {
            *self.records.entry(key.clone()).or_default() += count;
        }
        for (key, count) in &other.events {
            *self.events.entry(key).or_default() += count;
        }
        for (key, count) in &other.faults {
            *self.faults.entry(key).or_default() += count;
        }
    }

    pub fn calls(&self) -> u64 {
        self.records.values().sum()
    }
}

impl fmt::Display for RunStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} worlds, {} calls, {} operations, {} frames, {} h of virtual time",
            self.worlds,
            self.calls(),
            self.operations,
            self.frames,
            self.virtual_ms / 3_600_000
        )?;
        writeln!(f, "records by status, reason and kind:")?;
        for (key, count) in &self.records {
            writeln!(f, "  {count:>8} {key}")?;
        }
        writeln!(f, "events of applications:")?;
        for (key, count) in &self.events {
            writeln!(f, "  {count:>8} {key}")?;
        }
        writeln!(f, "faults by kind:")?;
        for (key, count) in &self.faults {
            writeln!(f, "  {count:>8} {key}")?;
        }
        Ok(())
    }
}

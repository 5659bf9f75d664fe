//! What time does to a call, and what the presence of devices and media does.

use hullo_protocol::{
    Accid, CLOSING_GRACE_MS, CallKind, CallState, DeviceId, EndReason, ErrorBody, ParticipantState,
};

use super::{Call, Participant, Switch, SwitchRefusal};
use crate::Time;

/// A deadline of a call that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// This account's invite has run out.
    Ring(Accid),
    /// This account's media was to be connected by now.
    Connect(Accid),
    /// The switch was to be answered by now.
    Switch,
    /// This account's device was to be back by now.
    Grace(Accid),
}

/// How the device with which an account is in a call is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connectivity {
    /// It has a session.
    pub signalling: bool,
    /// Its media is connected and not silent.
    pub media: bool,
}

impl Call {
    /// The next deadline, unless there is none; `grace_ms` is how long a participant may stay away.
    pub fn next_due(&self, grace_ms: u64) -> Option<(Time, Due)> {
        // The earliest; of those at the same time invites before graces before connects, each in the order of the call.
        let mut next: Option<(Time, u8, usize)> = None;
        let mut consider = |at: Option<Time>, rank: u8, index: usize| {
            if let Some(at) = at {
                let candidate = (at, rank, index);
                next = Some(next.map_or(candidate, |known| known.min(candidate)));
            }
        };
        for (index, own) in self.participants.iter().enumerate() {
            if own.state.is_pending() {
                consider(own.ring_until, 0, index);
            } else if own.state.is_in_call() {
                let grace_ms = self.grace_of(own, grace_ms);
                consider(own.away_since.map(|at| at.plus_ms(grace_ms)), 1, index);
                consider(own.connect_until, 2, index);
            }
        }
        let due = next.and_then(|(at, rank, index)| {
            let accid = self.participants.get(index)?.accid.clone();
            let due = match rank {
                0 => Due::Ring(accid),
                1 => Due::Grace(accid),
                _ => Due::Connect(accid),
            };
            Some((at, due))
        });
        let switch = self.switch.as_ref().map(|s| (s.until, Due::Switch));
        due.into_iter().chain(switch).min_by_key(|(at, _)| *at)
    }

    /// How long this participant may stay away. Nobody talks yet with a caller who has closed the page.
    fn grace_of(&self, own: &Participant, grace_ms: u64) -> u64 {
        match own.closing && self.state == CallState::Ringing {
            true => grace_ms.min(CLOSING_GRACE_MS),
            false => grace_ms,
        }
    }

    /// The device's page is being closed, or reloaded.
    pub fn close_page(&mut self, by: &Accid, device: &DeviceId) -> Result<(), ErrorBody> {
        self.in_call(by, device)?;
        let rings = self.state == CallState::Ringing;
        self.participant_mut(by)?.closing = rings;
        Ok(())
    }

    /// The device is there, under a page of its own again where it had closed one.
    pub fn open_page(&mut self, by: &Accid, device: &DeviceId) {
        if self.in_call(by, device).is_ok()
            && let Ok(own) = self.participant_mut(by)
        {
            own.closing = false;
        }
    }

    /// A deadline has passed. Afterwards this deadline is gone, so that the next one can be asked for.
    pub fn expire(&mut self, due: &Due, now: Time) -> Option<SwitchRefusal> {
        match due {
            Due::Ring(accid) => {
                let reached = self
                    .participant(accid)
                    .is_some_and(|p| p.state != ParticipantState::Invited);
                let (state, reason) = if reached {
                    (ParticipantState::TimedOut, EndReason::TimedOut)
                } else {
                    (ParticipantState::Unreachable, EndReason::Unreachable)
                };
                if let Ok(participant) = self.participant_mut(accid) {
                    participant.state = state;
                }
                self.conclude(reason, None, now);
                None
            }
            Due::Connect(_) if self.kind == CallKind::OneToOne => {
                self.finish(EndReason::ConnectTimedOut, None, now);
                None
            }
            Due::Connect(accid) => {
                let reason = EndReason::ConnectTimedOut;
                self.leave(accid, ParticipantState::Lost, reason, now);
                None
            }
            Due::Switch => self.switch.take().map(Switch::refused),
            Due::Grace(accid) => {
                self.leave(accid, ParticipantState::Lost, EndReason::Lost, now);
                None
            }
        }
    }

    /// Brings the call in line with how its participants' devices are doing, by their places in it: who is connected has
    /// joined, who is not well is away.
    pub fn apply_connectivity(&mut self, now: Time, connectivity: &[Connectivity]) {
        if self.is_ended() {
            return;
        }
        let active = self.state == CallState::Active;
        for (index, participant) in self.participants.iter_mut().enumerate() {
            if !participant.state.is_in_call() {
                continue;
            }
            let known = connectivity.get(index).copied();
            let Connectivity { signalling, media } = known.unwrap_or_default();
            if active && media && participant.state == ParticipantState::Accepted {
                participant.state = ParticipantState::Joined;
                participant.joined_at.get_or_insert(now);
                participant.connect_until = None;
            }
            // Until it has joined, the connect time watches over its media; while it holds the call, it needs none.
            let joining = participant.state == ParticipantState::Accepted;
            let well = signalling && (media || joining || participant.held);
            if well {
                if participant.away_since.take().is_some() {
                    participant.closing = false;
                    if !joining {
                        participant.quality.count_reconnect();
                    }
                }
            } else {
                participant.away_since.get_or_insert(now);
            }
        }
    }

    /// The server has restarted: no device is there yet, no media is connected. Each gets the whole grace time and
    /// connect time from now, because none of them could do anything meanwhile. Invites ring on as they were.
    pub fn resume(&mut self, connect_ms: u64, now: Time) {
        if self.is_ended() {
            return;
        }
        for participant in &mut self.participants {
            if participant.state.is_in_call() {
                participant.away_since = Some(now);
            }
            if let Some(until) = &mut participant.connect_until {
                *until = (*until).max(now.plus_ms(connect_ms));
            }
        }
        self.version = self.version.saturating_add(1);
    }
}

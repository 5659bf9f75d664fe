//! One call as its people play it: the caller dials, each callee rings and accepts, the caller hangs up when all are in, and
//! everyone gets the record. Without IO: what a person hears goes in, what it does comes out.

use std::time::{Duration, Instant};

use hullo_protocol::{
    Accid, CallId, CallState, Command, ErrorBody, ErrorKind, Event, GroupTerms, Media,
    ParticipantState, StartCall, Success,
};

use crate::stats::{Span, kind_name};

/// Who is in the call: the caller first.
pub(crate) type Cast = [Accid];

/// What follows from what somebody heard.
#[derive(Debug, PartialEq)]
pub(crate) enum Act {
    /// This person asks for that, after a pause.
    Ask {
        person: usize,
        after: Duration,
        command: Command,
    },
    /// So long something took.
    Took(Span, Duration),
    /// This person offers its media.
    Offer { person: usize },
    /// The server was too busy for the offer of this person: the same goes again in a second.
    OfferAgain { person: usize },
    /// The server has answered the offer of this person.
    Answered { person: usize, sdp: String },
    /// The call is over and everyone has the record.
    Complete,
    /// The server is busy and has not taken the call.
    Refused,
    /// It went wrong, in this way.
    Failed(String),
}

/// Where one callee is.
#[derive(Debug, Default)]
struct Callee {
    invited: bool,
    /// When it said that it accepts.
    accepted_at: Option<Instant>,
    /// The caller knows.
    is_in: bool,
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) call_id: CallId,
    pub(crate) started_at: Instant,
    think: Duration,
    /// People connect their media, and are in when they have.
    with_media: bool,
    caller_is_in: bool,
    callees: Vec<Callee>,
    /// The server has said that the call exists.
    pub(crate) confirmed: bool,
    hung_up_at: Option<Instant>,
    hangup_answered: bool,
    /// Who has the record.
    recorded: Vec<bool>,
}

impl Script {
    /// The caller dials.
    pub(crate) fn start(
        call_id: CallId,
        cast: &Cast,
        think: Duration,
        with_media: bool,
        now: Instant,
    ) -> (Self, Command) {
        let callees = cast.iter().skip(1);
        let script = Self {
            call_id,
            started_at: now,
            think,
            with_media,
            caller_is_in: !with_media,
            callees: callees.clone().map(|_| Callee::default()).collect(),
            confirmed: false,
            hung_up_at: None,
            hangup_answered: false,
            recorded: vec![false; cast.len()],
        };
        let dial = StartCall {
            call_id,
            callees: callees.cloned().collect(),
            group: (cast.len() > 2).then(GroupTerms::default),
            media: Media::Audio,
            attachment: None,
            ring_ms: None,
            room_token: None,
        };
        (script, Command::StartCall(dial))
    }

    /// What the call waits for.
    pub(crate) fn waits_for(&self) -> &'static str {
        if !self.confirmed {
            "the answer to call.start"
        } else if self.callees.iter().any(|callee| !callee.invited) {
            "call.invited"
        } else if !self.caller_is_in || self.callees.iter().any(|callee| !callee.is_in) {
            "all to be in"
        } else if self.hung_up_at.is_some() && !self.hangup_answered {
            "the answer to the hang-up"
        } else {
            "the record"
        }
    }

    /// The answer to something that was asked.
    pub(crate) fn hear_answer(
        &mut self,
        person: usize,
        op: &'static str,
        answer: &Result<Success, ErrorBody>,
    ) -> Vec<Act> {
        match answer {
            Err(error) if op == "call.start" && error.kind == ErrorKind::ServerBusy => {
                vec![Act::Refused]
            }
            Err(error) if op == "media.offer" && error.kind == ErrorKind::MediaBusy => {
                vec![Act::OfferAgain { person }]
            }
            Err(error) => vec![Act::Failed(format!("{op}: {}", kind_name(&error.kind)))],
            Ok(Success::Call { call, refused }) if op == "call.start" => {
                if let Some(one) = refused.first() {
                    let kind = kind_name(&one.kind);
                    return vec![Act::Failed(format!("call.start: refused {kind}"))];
                }
                match &call.end {
                    Some(end) => vec![Act::Failed(ended(&end.reason))],
                    None if call.call_id != self.call_id => {
                        vec![Act::Failed("call.start: another call".to_owned())]
                    }
                    None => {
                        self.confirmed = true;
                        let offers = self.with_media.then_some(Act::Offer { person });
                        offers.into_iter().collect()
                    }
                }
            }
            Ok(Success::Answer { sdp }) => vec![Act::Answered {
                person,
                sdp: sdp.clone(),
            }],
            Ok(_) => {
                if op == "call.hangup" || op == "call.end" {
                    self.hangup_answered = true;
                }
                self.complete().into_iter().collect()
            }
        }
    }

    /// News of this call to one of its people.
    pub(crate) fn hear(
        &mut self,
        person: usize,
        cast: &Cast,
        event: &Event,
        now: Instant,
    ) -> Vec<Act> {
        match event {
            Event::CallInvited { .. } => self.ring(person, now),
            Event::CallChanged { delta, .. } => {
                if let Some(end) = &delta.end {
                    return match self.hung_up_at {
                        Some(_) => Vec::new(),
                        None => vec![Act::Failed(ended(&end.reason))],
                    };
                }
                if person != 0 || delta.state == Some(CallState::Ended) {
                    return Vec::new();
                }
                let with_media = self.with_media;
                let is_in = |state| match state {
                    ParticipantState::Joined => true,
                    ParticipantState::Accepted => !with_media,
                    _ => false,
                };
                let changed = delta.participants.iter().filter(|one| is_in(one.state));
                let mut acts = Vec::new();
                for one in changed {
                    let place = cast.iter().position(|accid| *accid == one.accid);
                    acts.extend(place.and_then(|place| self.note_in(place, now)));
                }
                acts.extend(self.hang_up(now));
                acts
            }
            Event::MessageAdded { .. } => self.note_record(person, now),
            _ => Vec::new(),
        }
    }

    fn ring(&mut self, person: usize, now: Instant) -> Vec<Act> {
        let call_id = self.call_id;
        let Some(callee) = person
            .checked_sub(1)
            .and_then(|at| self.callees.get_mut(at))
        else {
            return Vec::new();
        };
        if std::mem::replace(&mut callee.invited, true) {
            return Vec::new();
        }
        callee.accepted_at = Some(now + self.think);
        let offers = self.with_media.then_some(Act::Offer { person });
        let mut acts = vec![
            Act::Took(Span::StartToInvited, now - self.started_at),
            Act::Ask {
                person,
                after: Duration::ZERO,
                command: Command::Ring { call_id },
            },
            Act::Ask {
                person,
                after: self.think,
                command: Command::Accept {
                    call_id,
                    room_token: None,
                    other: None,
                },
            },
        ];
        acts.extend(offers);
        acts
    }

    /// The pause before an accept is over: it is sent now.
    pub(crate) fn note_sent(&mut self, person: usize, command: &Command, now: Instant) {
        match command {
            Command::Accept { .. } => {
                let callee = person
                    .checked_sub(1)
                    .and_then(|at| self.callees.get_mut(at));
                if let Some(callee) = callee {
                    callee.accepted_at = Some(now);
                }
            }
            Command::Hangup { .. } | Command::End { .. } => self.hung_up_at = Some(now),
            _ => {}
        }
    }

    fn note_in(&mut self, place: usize, now: Instant) -> Option<Act> {
        self.caller_is_in |= place == 0;
        let callee = self.callees.get_mut(place.checked_sub(1)?)?;
        let accepted_at = callee.accepted_at?;
        if std::mem::replace(&mut callee.is_in, true) {
            return None;
        }
        let took = now.saturating_duration_since(accepted_at);
        Some(Act::Took(Span::AcceptToCaller, took))
    }

    /// Once all are in, the caller ends it.
    fn hang_up(&mut self, now: Instant) -> Option<Act> {
        let all_in = self.caller_is_in && self.callees.iter().all(|callee| callee.is_in);
        if !all_in || self.hung_up_at.is_some() {
            return None;
        }
        self.hung_up_at = Some(now + self.think);
        let call_id = self.call_id;
        Some(Act::Ask {
            person: 0,
            after: self.think,
            command: match self.callees.len() {
                1 => Command::Hangup { call_id },
                _ => Command::End { call_id },
            },
        })
    }

    fn note_record(&mut self, person: usize, now: Instant) -> Vec<Act> {
        let (Some(has), Some(hung_up_at)) = (self.recorded.get_mut(person), self.hung_up_at) else {
            return Vec::new();
        };
        // The caller of a group call gets one for each callee.
        if std::mem::replace(has, true) {
            return Vec::new();
        }
        let took = now.saturating_duration_since(hung_up_at);
        let mut acts = vec![Act::Took(Span::HangupToRecord, took)];
        acts.extend(self.complete());
        acts
    }

    fn complete(&self) -> Option<Act> {
        (self.hangup_answered && self.recorded.iter().all(|has| *has)).then_some(Act::Complete)
    }
}

fn ended(reason: &impl serde::Serialize) -> String {
    format!("ended: {}", kind_name(reason))
}

/// The call that an event is about.
pub(crate) fn call_of(event: &Event) -> Option<CallId> {
    match event {
        Event::CallInvited { call, .. } => Some(call.call_id),
        Event::CallChanged { call_id, .. } => Some(*call_id),
        Event::MessageAdded { message } => match &message.body {
            hullo_protocol::MessageBody::Call(summary) => Some(summary.call_id),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use hullo_protocol::{
        CallDelta, CallKind, CallView, DeviceState, EndReason, EndView, ParticipantView, Uid,
    };

    use super::*;

    const THINK: Duration = Duration::from_millis(20);

    fn accid(name: &str) -> Accid {
        Accid::parse(name).unwrap()
    }

    fn cast() -> Vec<Accid> {
        vec![accid("ann"), accid("ben")]
    }

    fn started() -> (Script, Instant) {
        let now = Instant::now();
        let (script, _) = Script::start(CallId::from_u128(1), &cast(), THINK, false, now);
        (script, now)
    }

    fn view() -> CallView {
        CallView {
            call_id: CallId::from_u128(1),
            version: 1,
            kind: CallKind::OneToOne,
            group: None,
            media: Media::Audio,
            state: CallState::Ringing,
            caller: accid("ann"),
            attachment: None,
            participants: Vec::new(),
            active_ms: None,
            switch: None,
            end: None,
            secure: false,
        }
    }

    fn changed(delta: CallDelta) -> Event {
        Event::CallChanged {
            call_id: CallId::from_u128(1),
            base: 1,
            version: 2,
            delta,
        }
    }

    fn accepted() -> Event {
        changed(CallDelta {
            participants: vec![ParticipantView {
                accid: accid("ben"),
                name: None,
                avatar: None,
                uid: Uid(2),
                state: ParticipantState::Accepted,
                audio: DeviceState::On,
                video: DeviceState::Off,
                reconnecting: false,
                held: false,
                screen: false,
                inviter: None,
                device: None,
            }],
            ..CallDelta::default()
        })
    }

    #[test]
    fn caller_hangs_up_after_a_pause_once_the_callee_is_in() {
        let (mut script, now) = started();
        let invited = Event::CallInvited {
            call: view(),
            ring_ms_left: 30_000,
        };
        let acts = script.hear(1, &cast(), &invited, now + THINK);
        assert_eq!(acts[0], Act::Took(Span::StartToInvited, THINK));
        assert!(
            matches!(&acts[2], Act::Ask { person: 1, after, command: Command::Accept { .. } } if *after == THINK)
        );
        assert!(
            script.hear(1, &cast(), &invited, now).is_empty(),
            "rings once"
        );

        let accept = Command::Accept {
            call_id: script.call_id,
            room_token: None,
            other: None,
        };
        script.note_sent(1, &accept, now + THINK * 2);
        let acts = script.hear(0, &cast(), &accepted(), now + THINK * 3);
        assert_eq!(acts[0], Act::Took(Span::AcceptToCaller, THINK));
        assert!(
            matches!(&acts[1], Act::Ask { person: 0, after, command: Command::Hangup { .. } } if *after == THINK)
        );
    }

    #[test]
    fn call_that_nobody_ended_has_failed() {
        let (mut script, now) = started();
        let ended = changed(CallDelta {
            end: Some(EndView {
                reason: EndReason::Busy,
                by: None,
                durations: Vec::new(),
            }),
            ..CallDelta::default()
        });
        let acts = script.hear(0, &cast(), &ended, now);
        assert_eq!(acts, [Act::Failed("ended: busy".to_owned())]);
    }

    #[test]
    fn refused_dial_says_by_what() {
        let (mut script, _) = started();
        let error = ErrorBody::new(ErrorKind::RateLimited, "");
        let acts = script.hear_answer(0, "call.start", &Err(error));
        assert_eq!(acts, [Act::Failed("call.start: rate_limited".to_owned())]);

        let (mut script, _) = started();
        let busy = ErrorBody::new(ErrorKind::ServerBusy, "");
        let acts = script.hear_answer(0, "call.start", &Err(busy));
        assert_eq!(acts, [Act::Refused], "that is no failure");

        let (mut script, _) = started();
        let busy = ErrorBody::new(ErrorKind::MediaBusy, "");
        let acts = script.hear_answer(1, "media.offer", &Err(busy));
        assert_eq!(
            acts,
            [Act::OfferAgain { person: 1 }],
            "as Hullo's clients do"
        );
    }
}

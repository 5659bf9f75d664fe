//! The switch between an audio and a video call: asked for here, agreed to by the other side, or the other way round.

use hullo_protocol::{CallId, CallKind, CallView, Command, ErrorBody, ErrorKind, Media, Success};

use super::leg::LegPhase;
use super::requests::Purpose;
use super::{Endpoint, State, Value};
use crate::Time;

/// How long a switch to video is waited for: somewhat longer than the server waits for consent.
const SWITCH_MS: u64 = hullo_protocol::SWITCH_MS + 5_000;

/// A switch that the application waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Switching {
    tickets: Vec<u64>,
    media: Media,
    pub(super) until: Time,
}

impl Endpoint {
    pub(super) fn switch(&mut self, ticket: u64, media: Media) {
        match self.state() {
            State::Idle => return self.fail(ticket, ErrorKind::SwitchWhileIdle),
            State::Calling => return self.fail(ticket, ErrorKind::SwitchWhileCalling),
            State::Called => return self.fail(ticket, ErrorKind::SwitchWhileCalled),
            State::InCall => {}
        }
        let until = self.now.plus_ms(SWITCH_MS);
        let Some(leg) = &mut self.current else {
            return;
        };
        if leg.view.kind == CallKind::Group {
            return self.fail(ticket, ErrorKind::OneToOneOnly);
        }
        match &mut leg.switching {
            Some(switching) if switching.media == media => return switching.tickets.push(ticket),
            // Asking for what the call carries takes a question back that is still open.
            None if leg.view.media == media && leg.view.switch.is_none() => {
                return self.complete(ticket, Ok(Value::Switched { agreed: true }));
            }
            _ => {}
        }
        let (call_id, carried) = (leg.view.call_id, leg.view.media);
        let switching = Switching {
            tickets: vec![ticket],
            media,
            until,
        };
        if let Some(superseded) = leg.switching.replace(switching) {
            self.complete_switch(superseded, carried);
        }
        self.request(Command::Switch { call_id, media }, Purpose::Switch(media));
    }

    /// It was asked; what the call carries already needs nobody's consent.
    pub(super) fn handle_switch_answer(
        &mut self,
        media: Media,
        result: Result<Success, ErrorBody>,
    ) {
        let Some(leg) = &mut self.current else {
            return;
        };
        let carried = leg.view.media;
        let over = result.is_err() || carried == media;
        let settled = leg
            .switching
            .take_if(|switching| switching.media == media && over);
        match (settled, result) {
            (Some(switching), Ok(_)) => self.complete_switch(switching, carried),
            (Some(switching), Err(error)) => {
                for ticket in switching.tickets {
                    self.complete(ticket, Err(error.clone()));
                }
            }
            (None, _) => {}
        }
    }

    pub(super) fn answer_switch(&mut self, ticket: u64, agree: bool) {
        match &self.current {
            Some(leg) if leg.phase == LegPhase::InCall => {
                let call_id = leg.view.call_id;
                let command = Command::AnswerSwitch { call_id, agree };
                self.request(command, Purpose::AnswerSwitch(ticket));
            }
            _ => self.fail(ticket, ErrorKind::NotInCall),
        }
    }

    pub(super) fn handle_switch_refused(&mut self, call_id: CallId, media: Media) {
        let Some(leg) = self.current.as_mut().filter(|s| s.view.call_id == call_id) else {
            return;
        };
        let carried = leg.view.media;
        if let Some(refused) = leg.switching.take_if(|s| s.media == media) {
            self.complete_switch(refused, carried);
        }
    }

    /// The camera follows the call: off at once with a switch to audio; on with a switch to video, to which both have
    /// agreed. A dial that has met the other side's call is no agreement to more than was dialled.
    pub(super) fn apply_switch_change(&mut self, old: &CallView, new: &CallView) {
        let Some(leg) = &mut self.current else {
            return;
        };
        if old.media != new.media {
            let is_agreed = old.version > 0 || leg.local.video_enabled;
            leg.local.video_enabled = is_agreed && new.media == Media::Video;
            leg.local.video_muted = false;
            // The first picture would tell how long the switch has taken to come.
            leg.first_frame_since = None;
        }
        let is_closed = old.switch.is_some() && new.switch.is_none();
        let settled = leg
            .switching
            .take_if(|switching| is_closed || new.media == switching.media);
        if let Some(settled) = settled {
            self.complete_switch(settled, new.media);
        }
    }

    pub(super) fn expire_switch(&mut self) {
        let now = self.now;
        let Some(leg) = &mut self.current else {
            return;
        };
        let carried = leg.view.media;
        if let Some(expired) = leg.switching.take_if(|s| s.until <= now) {
            self.complete_switch(expired, carried);
        }
    }

    /// The call is over before the switch was settled.
    pub(super) fn fail_switch(&mut self, switching: &Switching) {
        for ticket in &switching.tickets {
            self.fail(*ticket, ErrorKind::CallOver);
        }
    }

    fn complete_switch(&mut self, switching: Switching, carried: Media) {
        let agreed = carried == switching.media;
        for ticket in switching.tickets {
            self.complete(ticket, Ok(Value::Switched { agreed }));
        }
    }
}

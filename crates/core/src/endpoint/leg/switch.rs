//! The switch between an audio and a video call: asked for here, agreed to by the other side, or the other way round.

use hullo_protocol::{CallKind, CallView, Command, ErrorBody, ErrorKind, Media, Success};

use super::CallLeg;
use crate::Time;
use crate::endpoint::Value;
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;

/// How long a switch to video is waited for: somewhat longer than the server waits for consent.
const SWITCH_MS: u64 = hullo_protocol::SWITCH_MS + 5_000;

/// A switch that the application waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::endpoint) struct Switching {
    tickets: Vec<u64>,
    media: Media,
    /// The server has taken the question: what it refused before was another one.
    is_asked: bool,
    pub(super) until: Time,
}

impl Switching {
    /// It is over, and the call carries this.
    fn complete(self, carried: Media, cx: &mut Context) {
        let agreed = carried == self.media;
        cx.complete_all(self.tickets, &Ok(Value::Switched { agreed }));
    }
}

impl CallLeg {
    pub(in crate::endpoint) fn switch(&mut self, ticket: u64, media: Media, cx: &mut Context) {
        if self.view.kind == CallKind::Group {
            return cx.fail(ticket, ErrorKind::OneToOneOnly);
        }
        match &mut self.switching {
            Some(switching) if switching.media == media => return switching.tickets.push(ticket),
            // Asking for what the call carries takes a question back that is still open.
            None if self.view.media == media && self.view.switch.is_none() => {
                return cx.complete(ticket, Ok(Value::Switched { agreed: true }));
            }
            _ => {}
        }
        let (call_id, carried) = (self.view.call_id, self.view.media);
        let switching = Switching {
            tickets: vec![ticket],
            media,
            is_asked: false,
            until: cx.now.plus_ms(SWITCH_MS),
        };
        if let Some(superseded) = self.switching.replace(switching) {
            superseded.complete(carried, cx);
        }
        cx.request(Command::Switch { call_id, media }, Purpose::Switch(media));
    }

    /// It was asked; what the call carries already needs nobody's consent.
    pub(in crate::endpoint) fn handle_switch_answer(
        &mut self,
        media: Media,
        result: Result<Success, ErrorBody>,
        cx: &mut Context,
    ) {
        let carried = self.view.media;
        let over = result.is_err() || carried == media;
        if let Some(asked) = self.switching.as_mut().filter(|it| it.media == media) {
            asked.is_asked = true;
        }
        let Some(completed) = self.take_switching(|it| it.media == media && over) else {
            return;
        };
        match result {
            Ok(_) => completed.complete(carried, cx),
            Err(error) => cx.complete_all(completed.tickets, &Err(error)),
        }
    }

    pub(in crate::endpoint) fn answer_switch(&self, ticket: u64, agree: bool, cx: &mut Context) {
        let call_id = self.view.call_id;
        let command = Command::AnswerSwitch { call_id, agree };
        cx.request(command, Purpose::AnswerSwitch(ticket));
    }

    pub(in crate::endpoint) fn handle_switch_refused(&mut self, media: Media, cx: &mut Context) {
        if let Some(refused) = self.take_switching(|it| it.media == media && it.is_asked) {
            refused.complete(self.view.media, cx);
        }
    }

    /// The camera follows the call: off at once with a switch to audio; on with a switch to video, to which both have
    /// agreed. A dial that has met the other side's call is no agreement to more than was dialled.
    pub(super) fn apply_switch_change(&mut self, old: &CallView, cx: &mut Context) {
        let media = self.view.media;
        if old.media != media {
            let is_agreed = old.version > 0 || self.local.video_enabled;
            self.local.video_enabled = is_agreed && media == Media::Video;
            self.local.video_muted = false;
            // The first picture would tell how long the switch has taken to come.
            self.first_frame_since = None;
        }
        let is_closed = old.switch.is_some() && self.view.switch.is_none();
        if let Some(completed) = self.take_switching(|it| is_closed || media == it.media) {
            completed.complete(media, cx);
        }
    }

    pub(super) fn expire_switch(&mut self, cx: &mut Context) {
        if let Some(expired) = self.take_switching(|it| it.until <= cx.now) {
            expired.complete(self.view.media, cx);
        }
    }

    /// The call is over, or on hold, before the switch was.
    pub(in crate::endpoint) fn fail_switch(&mut self, cx: &mut Context) {
        let switching = self.switching.take();
        cx.fail_all(
            switching.into_iter().flat_map(|it| it.tickets),
            ErrorKind::CallOver,
        );
    }

    fn take_switching(&mut self, is_over: impl Fn(&Switching) -> bool) -> Option<Switching> {
        self.switching.take_if(|switching| is_over(switching))
    }
}

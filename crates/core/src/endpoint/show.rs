//! What the connection of media has to carry: how many m-lines, whose pictures, when the first was seen.

use hullo_protocol::{Accid, CallKind, CallView, Command, ErrorBody, ErrorKind, Success, Uid};

use super::leg::LegPhase;
use super::requests::{Purpose, is_transient};
use super::{AppEvent, Endpoint, MediaCommand, Value};

/// Most m-lines that receive sound: more people do not talk at once.
const AUDIO_LINES_MAX: usize = 8;
/// Most m-lines that receive pictures: sixteen tiles with the own one.
const VIDEO_LINES_MAX: usize = 15;

/// How many m-lines receive sound and pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) audio: u8,
    pub(super) video: u8,
}

impl Lines {
    /// As many as a call needs, with some to spare, so that not each newcomer costs a negotiation.
    pub(super) fn needed(call: &CallView, me: Option<&Accid>) -> Self {
        if call.kind == CallKind::OneToOne {
            return Self { audio: 1, video: 1 };
        }
        let others = call.participants.iter();
        let others = others
            .filter(|p| Some(&p.accid) != me && !p.state.is_over())
            .count();
        let spare = others.max(1).next_power_of_two();
        Self {
            audio: spare.min(AUDIO_LINES_MAX) as u8,
            video: spare.min(VIDEO_LINES_MAX) as u8,
        }
    }

    /// The greater number of each.
    pub(super) fn or_more(self, other: Self) -> Self {
        Self {
            audio: self.audio.max(other.audio),
            video: self.video.max(other.video),
        }
    }
}

impl Endpoint {
    pub(super) fn show_videos(&mut self, ticket: u64, accids: Vec<Accid>) {
        let Some(leg) = &mut self.current else {
            return self.fail(ticket, ErrorKind::NotInCall);
        };
        leg.wanted_videos = Some(accids);
        self.sync_subscription();
        self.complete(ticket, Ok(Value::Done));
    }

    /// Adds m-lines when more have come.
    pub(super) fn sync_lines(&mut self) {
        let me = self.signalling.accid().cloned();
        let Some(leg) = &mut self.current else {
            return;
        };
        let media = &mut leg.media;
        let lines = media.lines.or_more(Lines::needed(&leg.view, me.as_ref()));
        if media.peer == 0 || lines == media.lines {
            return;
        }
        media.lines = lines;
        let Lines { audio, video } = lines;
        let peer = media.peer;
        self.command(MediaCommand::Grow { peer, audio, video });
    }

    /// Tells the server whose pictures are shown, once there is a connection to send them through.
    pub(super) fn sync_subscription(&mut self) {
        let ready = self.signalling.is_ready() && self.signalling.retry_at.is_none();
        let Some(leg) = self.current.as_mut().filter(|_| ready) else {
            return;
        };
        let (Some(shown), true) = (&leg.wanted_videos, leg.media.is_answered()) else {
            return;
        };
        let uid_of = |accid: &Accid| {
            let participants = &mut leg.view.participants.iter();
            participants.find(|p| p.accid == *accid).map(|p| p.uid)
        };
        let videos: Vec<Uid> = shown.iter().filter_map(uid_of).collect();
        if leg.media.subscribed.as_ref() == Some(&videos) {
            return;
        }
        leg.media.subscribed = Some(videos.clone());
        let call_id = leg.view.call_id;
        self.requests
            .drop_where(|purpose| *purpose == Purpose::Subscribe);
        self.request(Command::Subscribe { call_id, videos }, Purpose::Subscribe);
    }

    pub(super) fn handle_subscribe_answer(&mut self, result: &Result<Success, ErrorBody>) {
        if result.as_ref().is_err_and(is_transient) {
            if let Some(leg) = &mut self.current {
                leg.media.subscribed = None;
            }
            self.schedule_retry();
        }
    }

    pub(super) fn emit_speakers(&mut self, uids: &[Uid]) {
        let Some(leg) = self
            .current
            .as_ref()
            .filter(|leg| leg.phase == LegPhase::InCall)
        else {
            return;
        };
        let accid_of = |uid: &Uid| {
            let participants = &mut leg.view.participants.iter();
            participants
                .find(|p| p.uid == *uid)
                .map(|p| p.accid.clone())
        };
        let accids = uids.iter().filter_map(accid_of).collect();
        self.emit(AppEvent::ActiveSpeakers { accids });
    }

    /// The first picture of another participant is there: how long it took goes into the call's record.
    pub(super) fn report_first_frame(&mut self) {
        let now = self.now;
        let Some(leg) = self
            .current
            .as_mut()
            .filter(|leg| leg.phase == LegPhase::InCall)
        else {
            return;
        };
        if let Some(since) = leg.first_frame_since.take() {
            let call_id = leg.view.call_id;
            let ms = u32::try_from(now.since(since)).unwrap_or(u32::MAX);
            self.request(
                Command::ReportFirstFrame { call_id, ms },
                Purpose::Statistic,
            );
        }
    }
}

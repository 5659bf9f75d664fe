//! Who is seen and heard on this device: whose pictures it receives, whom it has muted, who speaks, when the first picture came.

use hullo_protocol::{Accid, Command, ErrorKind, Uid};

use super::{CallLeg, LegPhase};
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;
use crate::endpoint::{AppEvent, Value};

impl CallLeg {
    pub(in crate::endpoint) fn show_videos(
        &mut self,
        ticket: u64,
        accids: Vec<Accid>,
        cx: &mut Context,
    ) {
        self.wanted_videos = Some(accids);
        self.sync_subscription(cx);
        cx.complete(ticket, Ok(Value::Done));
    }

    /// Tells the server whose pictures are wanted, once there is a connection to send them through.
    pub(in crate::endpoint) fn sync_subscription(&mut self, cx: &mut Context) {
        let can_tell = cx.signalling.is_ready_to_sync() && self.media.is_answered();
        let Some(wanted) = self.wanted_videos.as_ref().filter(|_| can_tell) else {
            return;
        };
        let uid_of = |accid: &Accid| {
            let participants = &mut self.view.participants.iter();
            participants.find(|p| p.accid == *accid).map(|p| p.uid)
        };
        let videos: Vec<Uid> = wanted.iter().filter_map(uid_of).collect();
        if self.media.subscribed.as_ref() == Some(&videos) {
            return;
        }
        self.media.subscribed = Some(videos.clone());
        let call_id = self.view.call_id;
        cx.requests.discard(&Purpose::Subscribe);
        cx.request(Command::Subscribe { call_id, videos }, Purpose::Subscribe);
    }

    pub(in crate::endpoint) fn mute_participant(
        &mut self,
        ticket: u64,
        accid: Accid,
        muted: bool,
        cx: &mut Context,
    ) {
        if !self.view.participants.iter().any(|p| p.accid == accid) {
            return cx.fail(ticket, ErrorKind::ParticipantNotFound);
        }
        cx.audio_mutes.set(self.view.call_id, accid, muted);
        self.send_slots(cx);
        cx.complete(ticket, Ok(Value::Done));
    }

    pub(in crate::endpoint) fn emit_speakers(&self, uids: &[Uid], cx: &mut Context) {
        if self.phase == LegPhase::InCall {
            let accids = uids.iter().filter_map(|uid| self.accid_of(*uid)).collect();
            cx.emit(AppEvent::ActiveSpeakers { accids });
        }
    }

    /// The first picture of another participant is there: how long it took goes into the call's record.
    pub(super) fn report_first_frame(&mut self, cx: &mut Context) {
        if self.phase != LegPhase::InCall {
            return;
        }
        if let Some(since) = self.first_frame_since.take() {
            let call_id = self.view.call_id;
            let ms = u32::try_from(cx.now.since(since)).unwrap_or(u32::MAX);
            let report = Command::ReportFirstFrame { call_id, ms };
            cx.request(report, Purpose::Statistic);
        }
    }
}

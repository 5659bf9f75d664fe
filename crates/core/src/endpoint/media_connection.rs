//! The connection of media: when it is opened, offered, restarted, and what flows through it.

use hullo_protocol::{Command, ErrorBody, ErrorKind, Media, SlotKind, Success, Uid};

use super::leg::{CallLeg, LegPhase};
use super::requests::Purpose;
use super::show::Lines;
use super::{AppEvent, Endpoint, MediaCommand, MediaEvent, RemoteSlot};
use crate::Time;

/// Waits between restarts double between these.
const RESTART_MS_MIN: u64 = 250;
const RESTART_MS_MAX: u64 = 4_000;
/// After so many restarts in vain the connection is made anew.
const RESTARTS_MAX: u32 = 2;

/// The state of the connection of media.
#[derive(Debug, Default)]
pub(super) struct MediaConnection {
    /// Its number; 0 before the first.
    pub(super) peer: u32,
    connected: bool,
    was_connected: bool,
    /// The server's certificate, by the answer; another one means another connection.
    fingerprint: Option<String>,
    restarts: u32,
    pub(super) restart_at: Option<Time>,
    captured: Option<(bool, bool)>,
    flowing: Option<(bool, bool)>,
    /// What the server was told of microphone and camera.
    told: Option<(bool, bool)>,
    /// The m-lines that were asked for.
    pub(super) lines: Lines,
    /// Whose pictures the server was told to send.
    pub(super) subscribed: Option<Vec<Uid>>,
}

impl MediaConnection {
    /// The server knows this connection.
    pub(super) fn is_answered(&self) -> bool {
        self.fingerprint.is_some()
    }
}

impl Endpoint {
    /// Makes a connection anew, in place of any other.
    pub(super) fn open_media(&mut self) {
        self.peers += 1;
        let peer = self.peers;
        let me = self.signalling.accid().cloned();
        let Some(leg) = &mut self.current else {
            return;
        };
        let lines = Lines::needed(&leg.view, me.as_ref());
        let media = &mut leg.media;
        *media = MediaConnection {
            peer,
            was_connected: media.was_connected,
            captured: media.captured,
            restarts: media.restarts,
            told: media.told,
            lines,
            ..MediaConnection::default()
        };
        leg.slots.clear();
        self.requests
            .drop_where(|purpose| matches!(purpose, Purpose::Offer(_)));
        self.command(MediaCommand::Open {
            peer,
            audio: lines.audio,
            video: lines.video,
        });
    }

    /// Restarts ICE now: the network or the server may be another.
    pub(super) fn restart_media(&mut self) {
        let Some(leg) = &mut self.current else {
            return;
        };
        if leg.media.peer == 0 {
            return;
        }
        leg.media.restart_at = None;
        let peer = leg.media.peer;
        self.requests
            .drop_where(|purpose| matches!(purpose, Purpose::Offer(_)));
        if self.signalling.is_ready() {
            self.command(MediaCommand::Restart { peer });
        }
    }

    pub(super) fn expire_media(&mut self) {
        let now = self.now;
        let Some(leg) = &mut self.current else {
            return;
        };
        let due = leg.media.restart_at.take_if(|at| *at <= now).is_some();
        // Without the server nobody answers an offer; the next login restarts.
        if !due || !self.signalling.is_ready() {
            return;
        }
        if leg.media.restarts > RESTARTS_MAX {
            leg.media.restarts = 0;
            self.open_media();
        } else {
            self.restart_media();
        }
    }

    pub(super) fn handle_media(&mut self, event: MediaEvent) {
        let Some(leg) = &mut self.current else {
            return;
        };
        let current = leg.media.peer;
        match event {
            MediaEvent::Offered { peer, sdp } if peer == current => {
                let call_id = leg.view.call_id;
                self.requests
                    .drop_where(|purpose| matches!(purpose, Purpose::Offer(_)));
                self.request(Command::OfferMedia { call_id, sdp }, Purpose::Offer(peer));
            }
            MediaEvent::Connected { peer } if peer == current => {
                leg.media.connected = true;
                leg.media.was_connected = true;
                leg.media.restarts = 0;
                leg.media.restart_at = None;
            }
            MediaEvent::Disconnected { peer } | MediaEvent::Failed { peer } if peer == current => {
                leg.media.connected = false;
                self.plan_restart();
            }
            MediaEvent::FirstVideoFrame {
                peer,
                mid,
                width,
                height,
            } if peer == current => {
                let uid = leg
                    .slots
                    .iter()
                    .find(|slot| slot.mid == mid)
                    .and_then(|slot| slot.uid);
                let participant = leg.view.participants.iter().find(|p| Some(p.uid) == uid);
                if let Some(accid) = participant.map(|p| p.accid.clone()) {
                    self.report_first_frame();
                    self.emit(AppEvent::FirstVideoFrame {
                        accid,
                        width,
                        height,
                    });
                }
            }
            MediaEvent::CaptureFailed {
                kind,
                denied,
                message,
            } => {
                self.handle_capture_failed(kind, denied, message);
            }
            _ => {}
        }
    }

    fn plan_restart(&mut self) {
        let now = self.now;
        let Some(leg) = &mut self.current else {
            return;
        };
        let media = &mut leg.media;
        let wait = (RESTART_MS_MIN << media.restarts.min(4)).min(RESTART_MS_MAX);
        media.restarts += 1;
        media.restart_at.get_or_insert(now.plus_ms(wait));
    }

    /// The call goes on without the device.
    fn handle_capture_failed(&mut self, kind: SlotKind, denied: bool, message: String) {
        let Some(leg) = &mut self.current else {
            return;
        };
        let kind = match (kind, denied) {
            (SlotKind::Audio, true) => ErrorKind::MicrophoneDenied,
            (SlotKind::Audio, false) => ErrorKind::MicrophoneUnavailable,
            (SlotKind::Video, true) => ErrorKind::CameraDenied,
            (SlotKind::Video, false) => ErrorKind::CameraUnavailable,
        };
        match kind {
            ErrorKind::MicrophoneDenied | ErrorKind::MicrophoneUnavailable => {
                leg.local.audio_failed = true
            }
            _ => {
                leg.local.video_failed = true;
                leg.local.video_enabled = false;
            }
        }
        self.sync();
        self.emit_error(ErrorBody::new(kind, message));
    }

    pub(super) fn handle_offer_answer(&mut self, peer: u32, result: Result<Success, ErrorBody>) {
        let Some(leg) = self.current.as_mut().filter(|leg| leg.media.peer == peer) else {
            return;
        };
        match result {
            Ok(Success::Answer { sdp }) => {
                let fingerprint = fingerprint(&sdp).map(str::to_owned);
                let known = leg.media.fingerprint.clone();
                if known.is_some() && known != fingerprint {
                    return self.open_media();
                }
                leg.media.fingerprint = fingerprint;
                self.command(MediaCommand::Answer { peer, sdp });
                self.send_slots();
            }
            // The dial may not have got there, or a glare gave the call another name: whoever adopts it offers anew.
            Err(error) if error.kind == ErrorKind::CallNotFound && leg.waits_for_answer() => {}
            result => {
                use ErrorKind::{CallNotFound, CallOver, NotInCall};
                let call_id = leg.view.call_id;
                leg.media.restarts = RESTARTS_MAX + 1;
                self.plan_restart();
                // Something has been missed.
                let is_out =
                    |error: ErrorBody| matches!(error.kind, CallNotFound | CallOver | NotInCall);
                if result.is_err_and(is_out) {
                    self.request_snapshot(call_id);
                }
            }
        }
    }

    /// Tells the media whose tracks it receives.
    pub(super) fn send_slots(&mut self) {
        let Some(leg) = &self.current else { return };
        let remote = |slot: &hullo_protocol::Slot| {
            let participant = leg
                .view
                .participants
                .iter()
                .find(|p| Some(p.uid) == slot.uid)?;
            let accid = participant.accid.clone();
            let muted = leg.muted.contains(&accid);
            Some(RemoteSlot {
                mid: slot.mid.clone(),
                kind: slot.kind,
                accid,
                muted,
            })
        };
        let slots: Vec<_> = leg.slots.iter().filter_map(remote).collect();
        let peer = leg.media.peer;
        if peer != 0 && leg.media.fingerprint.is_some() {
            self.command(MediaCommand::Slots { peer, slots });
        }
    }

    /// Brings devices, flow, and what the server and the application are told in line with the state.
    pub(super) fn sync(&mut self) {
        self.sync_devices();
        self.sync_lines();
        self.sync_subscription();
        self.sync_connection_events();
        self.publish_change();
    }

    fn sync_devices(&mut self) {
        let Some(leg) = &mut self.current else {
            return;
        };
        let capture = wanted_capture(leg);
        let flow = wanted_flow(leg, capture);
        let media = &mut leg.media;
        let call_id = leg.view.call_id;
        let peer = media.peer;
        let captures = media.captured.unwrap_or_default() != capture;
        media.captured = Some(capture);
        let flows = peer != 0 && media.flowing.unwrap_or_default() != flow;
        if flows {
            media.flowing = Some(flow);
        }
        let in_call = leg.phase == LegPhase::InCall;
        let may_tell = in_call && self.signalling.is_ready() && self.signalling.retry_at.is_none();
        let tells = may_tell && media.told != Some(flow);
        if tells {
            media.told = Some(flow);
        }
        if captures {
            self.command(MediaCommand::Capture {
                audio: capture.0,
                video: capture.1,
            });
        }
        if flows {
            self.command(MediaCommand::Flow {
                peer,
                audio: flow.0,
                video: flow.1,
            });
        }
        if tells {
            self.requests
                .drop_where(|purpose| *purpose == Purpose::SetMedia);
            self.request(
                Command::SetMedia {
                    call_id,
                    audio: flow.0,
                    video: flow.1,
                },
                Purpose::SetMedia,
            );
        }
    }

    /// The server has not taken what it was told of the own devices.
    pub(super) fn invalidate_sent_media(&mut self) {
        if let Some(leg) = &mut self.current {
            leg.media.told = None;
        }
    }

    /// `Reconnecting` once when signalling or media is away during the call, `Reconnected` once when both are well.
    fn sync_connection_events(&mut self) {
        let ready = self.signalling.is_ready();
        let Some(leg) = self
            .current
            .as_mut()
            .filter(|leg| leg.phase == LegPhase::InCall)
        else {
            return;
        };
        let well = ready && (leg.media.connected || !leg.media.was_connected);
        if !ready {
            // The server hears of the devices again after the login.
            leg.media.told = None;
            leg.media.subscribed = None;
        }
        if leg.reconnecting == well {
            leg.reconnecting = !well;
            self.publish_change();
            self.emit(if well {
                AppEvent::Reconnected
            } else {
                AppEvent::Reconnecting
            });
        }
    }
}

/// The caller sees itself while it rings; the callee's devices open with its answer.
fn wanted_capture(leg: &CallLeg) -> (bool, bool) {
    let open = !matches!(leg.phase, LegPhase::Called { .. });
    let local = leg.local;
    let video = leg.view.media == Media::Video && local.video_enabled && !local.video_failed;
    (open && !local.audio_failed, open && video)
}

/// Nothing leaves anyone before the accept.
fn wanted_flow(leg: &CallLeg, capture: (bool, bool)) -> (bool, bool) {
    let flows = leg.phase == LegPhase::InCall;
    (
        flows && capture.0 && !leg.local.audio_muted,
        flows && capture.1 && !leg.local.video_muted,
    )
}

/// The certificate's fingerprint (RFC 8122 section 5) of a session description.
fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines()
        .find_map(|line| line.strip_prefix("a=fingerprint:"))
        .map(str::trim)
}

//! The media connection of a leg: when it is opened, offered, restarted, and what flows through it.

use hullo_protocol::{
    Accid, CallKind, CallView, Command, ErrorBody, ErrorKind, Slot, Success, Uid,
};

use super::devices::{SentDevices, Tracks};
use super::{CallLeg, LegPhase};
use crate::Time;
use crate::endpoint::context::Context;
use crate::endpoint::requests::{Owner, Purpose};
use crate::endpoint::{AppEvent, MediaCommand, MediaEvent, RemoteSlot};

/// Waits between restarts double between these.
const RESTART_MS_MIN: u64 = 250;
const RESTART_MS_MAX: u64 = 4_000;
/// After so many restarts in vain a new connection takes its place.
const RESTARTS_MAX: u32 = 2;
/// Most m-lines that receive sound: more people do not talk at once.
const AUDIO_LINES_MAX: usize = 8;
/// Most m-lines that receive pictures: sixteen tiles with the local one.
const VIDEO_LINES_MAX: usize = 15;

/// The state of the media connection.
#[derive(Debug, Default)]
pub(in crate::endpoint) struct MediaConnection {
    /// Its number; 0 before the first.
    pub(super) peer: u32,
    connected: bool,
    was_connected: bool,
    /// The server's certificate, by the answer; another one means another connection.
    fingerprint: Option<String>,
    restarts: u32,
    pub(super) restart_at: Option<Time>,
    pub(super) captured: Tracks,
    pub(super) flowing: Tracks,
    /// What the server was told of microphone, camera and screen.
    pub(super) sent: Option<SentDevices>,
    /// The m-lines that were asked for.
    lines: Lines,
    /// Whose pictures the server was asked for.
    pub(super) subscribed: Option<Vec<Uid>>,
}

/// How many m-lines receive sound and pictures, and whether one carries screens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    audio: u8,
    video: u8,
    screen: bool,
}

impl MediaConnection {
    /// The server knows this connection.
    pub(super) fn is_answered(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// The server was told that the screen is shared, and has not been told otherwise.
    pub(super) fn is_screen_told(&self) -> bool {
        self.sent.is_some_and(|sent| sent.screen)
    }
}

impl Lines {
    /// As many as a call needs, with some to spare, so that not each newcomer costs a negotiation; one for screens not before
    /// a screen is shared.
    fn needed(call: &CallView, me: Option<&Accid>, screen: bool) -> Self {
        if call.kind == CallKind::OneToOne {
            let (audio, video) = (1, 1);
            return Self {
                audio,
                video,
                screen,
            };
        }
        let others = call.participants.iter();
        let others = others
            .filter(|p| Some(&p.accid) != me && !p.state.is_over())
            .count();
        let spare = others.max(1).next_power_of_two();
        Self {
            audio: spare.min(AUDIO_LINES_MAX) as u8,
            video: spare.min(VIDEO_LINES_MAX) as u8,
            screen,
        }
    }

    /// The greater number of each.
    fn or_more(self, other: Self) -> Self {
        Self {
            audio: self.audio.max(other.audio),
            video: self.video.max(other.video),
            screen: self.screen || other.screen,
        }
    }
}

impl CallLeg {
    /// Makes a new connection, in place of any other.
    pub(in crate::endpoint) fn open_media(&mut self, cx: &mut Context) {
        let peer = cx.new_peer();
        let lines = self.needed_lines(cx);
        self.media = MediaConnection {
            peer,
            was_connected: self.media.was_connected,
            captured: self.media.captured,
            restarts: self.media.restarts,
            sent: self.media.sent,
            lines,
            ..MediaConnection::default()
        };
        self.slots.clear();
        cx.requests.discard_offers();
        cx.command(MediaCommand::Open {
            peer,
            audio: lines.audio,
            video: lines.video,
            screen: lines.screen,
        });
    }

    fn needed_lines(&self, cx: &Context) -> Lines {
        Lines::needed(&self.view, cx.me(), self.needs_screen_line(cx))
    }

    /// Closes the connection and forgets what was asked for the sake of it. The screen is not shared again by itself.
    pub(in crate::endpoint) fn close_media(&mut self, cx: &mut Context) {
        self.end_share(&ErrorKind::CallOver.into(), cx);
        self.media = MediaConnection::default();
        self.slots.clear();
        self.close_devices();
        cx.command(MediaCommand::Close);
        cx.requests.discard_owned_by(Owner::Media);
    }

    /// Restarts ICE now: the network or the server may be another.
    pub(in crate::endpoint) fn restart_media(&mut self, cx: &mut Context) {
        let peer = self.media.peer;
        if peer == 0 {
            return;
        }
        self.media.restart_at = None;
        cx.requests.discard_offers();
        if cx.signalling.is_ready() {
            cx.command(MediaCommand::Restart { peer });
        }
    }

    pub(super) fn expire_media(&mut self, cx: &mut Context) {
        let due = self.media.restart_at.take_if(|at| *at <= cx.now).is_some();
        // Without the server nobody answers an offer; the next login restarts.
        if !due || !cx.signalling.is_ready() {
            return;
        }
        if self.media.restarts > RESTARTS_MAX {
            self.media.restarts = 0;
            self.open_media(cx);
        } else {
            self.restart_media(cx);
        }
    }

    fn plan_restart(&mut self, now: Time) {
        let wait = (RESTART_MS_MIN << self.media.restarts.min(4)).min(RESTART_MS_MAX);
        self.media.restarts += 1;
        self.media.restart_at.get_or_insert(now.plus_ms(wait));
    }

    /// Takes what the connection reports; events of another connection are ignored.
    pub(in crate::endpoint) fn handle_media(&mut self, event: MediaEvent, cx: &mut Context) {
        let current = self.media.peer;
        match event {
            MediaEvent::Offered { peer, sdp } if peer == current => {
                let call_id = self.view.call_id;
                cx.requests.discard_offers();
                cx.request(Command::OfferMedia { call_id, sdp }, Purpose::Offer(peer));
            }
            MediaEvent::Connected { peer } if peer == current => {
                self.media.connected = true;
                self.media.was_connected = true;
                self.media.restarts = 0;
                self.media.restart_at = None;
            }
            MediaEvent::Disconnected { peer } | MediaEvent::Failed { peer } if peer == current => {
                self.media.connected = false;
                self.plan_restart(cx.now);
            }
            MediaEvent::FirstVideoFrame {
                peer,
                mid,
                width,
                height,
            } if peer == current => self.handle_first_frame(&mid, width, height, cx),
            _ => {}
        }
    }

    fn handle_first_frame(&mut self, mid: &str, width: u32, height: u32, cx: &mut Context) {
        let slot = self.slots.iter().find(|slot| slot.mid == mid);
        let uid = slot.and_then(|slot| slot.uid);
        if let Some(accid) = uid.and_then(|uid| self.accid_of(uid)) {
            self.report_first_frame(cx);
            cx.emit(AppEvent::FirstVideoFrame {
                accid,
                width,
                height,
            });
        }
    }

    pub(in crate::endpoint) fn handle_offer_answer(
        &mut self,
        peer: u32,
        result: Result<Success, ErrorBody>,
        cx: &mut Context,
    ) {
        if self.media.peer != peer {
            return;
        }
        match result {
            Ok(Success::Answer { sdp }) => {
                let answered = fingerprint(&sdp);
                let known = self.media.fingerprint.as_deref();
                if known.is_some() && known != answered {
                    return self.open_media(cx);
                }
                self.media.fingerprint = answered.map(str::to_owned);
                cx.command(MediaCommand::Answer { peer, sdp });
                self.send_slots(cx);
            }
            // The dial may not have got there, or a glare gave the call another name: whoever adopts it offers again.
            Err(error) if error.kind == ErrorKind::CallNotFound && self.waits_for_answer() => {}
            result => {
                use ErrorKind::{CallNotFound, CallOver, NotInCall};
                self.media.restarts = RESTARTS_MAX + 1;
                self.plan_restart(cx.now);
                // Something has been missed.
                let is_out =
                    |error: ErrorBody| matches!(error.kind, CallNotFound | CallOver | NotInCall);
                if result.is_err_and(is_out) {
                    cx.request_snapshot(self.view.call_id);
                }
            }
        }
    }

    /// The server says what the receiving m-lines carry.
    pub(in crate::endpoint) fn handle_slots(&mut self, slots: Vec<Slot>, cx: &mut Context) {
        self.slots = slots;
        self.send_slots(cx);
    }

    /// Tells the device's media whose tracks it receives.
    pub(super) fn send_slots(&self, cx: &mut Context) {
        let remote = |slot: &Slot| {
            let accid = self.accid_of(slot.uid?)?;
            let muted = cx.audio_mutes.contains(self.view.call_id, &accid);
            Some(RemoteSlot {
                mid: slot.mid.clone(),
                kind: slot.kind,
                accid,
                muted,
            })
        };
        let slots: Vec<_> = self.slots.iter().filter_map(remote).collect();
        let peer = self.media.peer;
        if peer != 0 && self.media.is_answered() {
            cx.command(MediaCommand::Slots { peer, slots });
        }
    }

    /// The server has not taken what it was told: syncing tells it again.
    pub(in crate::endpoint) fn invalidate(&mut self, purpose: &Purpose) {
        match purpose {
            Purpose::SetMedia => self.media.sent = None,
            Purpose::Subscribe => self.media.subscribed = None,
            _ => {}
        }
    }

    /// Adds m-lines when more have come.
    pub(in crate::endpoint) fn sync_lines(&mut self, cx: &mut Context) {
        let needed = self.needed_lines(cx);
        let lines = self.media.lines.or_more(needed);
        let peer = self.media.peer;
        if peer == 0 || lines == self.media.lines {
            return;
        }
        self.media.lines = lines;
        let Lines {
            audio,
            video,
            screen,
        } = lines;
        cx.command(MediaCommand::Grow {
            peer,
            audio,
            video,
            screen,
        });
    }

    /// `Reconnecting` once when signalling or media is away during the call, `Reconnected` once when both are well.
    pub(in crate::endpoint) fn sync_connection_events(&mut self, ready: bool) -> Option<AppEvent> {
        if self.phase != LegPhase::InCall {
            return None;
        }
        if !ready {
            // The server learns of the devices again after the login.
            self.media.sent = None;
            self.media.subscribed = None;
        }
        let well = ready && (self.media.connected || !self.media.was_connected);
        if self.reconnecting != well {
            return None;
        }
        self.reconnecting = !well;
        Some(match well {
            true => AppEvent::Reconnected,
            false => AppEvent::Reconnecting,
        })
    }
}

/// The certificate's fingerprint (RFC 8122 section 5) of a session description.
fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines()
        .find_map(|line| line.strip_prefix("a=fingerprint:"))
        .map(str::trim)
}

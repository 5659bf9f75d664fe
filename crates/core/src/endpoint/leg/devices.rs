//! This device's microphone and camera in a call: what is wanted of them, what they do, and what the server is told of it.

use hullo_protocol::{
    Accid, Command, DeviceFailure, DeviceState, ErrorBody, ErrorKind, Media, SlotKind,
};

use super::{CallLeg, LegPhase, local_participant};
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;
use crate::endpoint::{DevicePresets, LocalDevice, MediaCommand, Op};

/// Microphone, camera and screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tracks {
    audio: bool,
    video: bool,
    screen: bool,
}

/// What the server is told of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SentDevices {
    audio: DeviceState,
    video: DeviceState,
    pub(super) screen: bool,
}

/// The failures that the application has been told of: each once, until the device works or the person tries it again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ReportedFailures {
    microphone: Option<DeviceFailure>,
    camera: Option<DeviceFailure>,
}

/// A device that is to be open.
struct WantedDevice<'a> {
    device: &'a mut LocalDevice,
    reported: &'a mut Option<DeviceFailure>,
}

impl LocalDevice {
    const ASKING: Self = Self {
        state: DeviceState::Asking,
        failure: None,
    };

    fn has_failed(self) -> bool {
        self.state == DeviceState::Failed
    }

    /// It is wanted, or wanted no more.
    fn follow(&mut self, was_wanted: bool, is_wanted: bool) {
        match (was_wanted, is_wanted) {
            (false, true) => *self = Self::ASKING,
            (_, false) => *self = Self::default(),
            (true, true) => {}
        }
    }
}

impl CallLeg {
    /// With this device's microphone and camera as the others see them: what was off on another page or device stays off.
    /// What only could not be had is wanted still.
    pub(in crate::endpoint) fn with_devices_of(mut self, me: Option<&Accid>) -> Self {
        if let Some(own) = local_participant(&self.view, me) {
            self.local.audio_muted = own.audio == DeviceState::Off;
            self.local.video_enabled &= own.video != DeviceState::Off;
        }
        self
    }

    /// With microphone and camera as they are to be from the start.
    pub(in crate::endpoint) fn with_presets(mut self, presets: DevicePresets) -> Self {
        self.preset(presets);
        self
    }

    /// Sets what microphone and camera are to do from now on, where that is said.
    pub(in crate::endpoint) fn preset(&mut self, presets: DevicePresets) {
        let local = &mut self.local;
        local.audio_muted = presets.audio.map_or(local.audio_muted, |on| !on);
        local.video_muted &= presets.video.is_none();
        let has_pictures = self.view.media == Media::Video;
        local.video_enabled = has_pictures && presets.video.unwrap_or(local.video_enabled);
    }

    /// Whether this device's devices may be open: not while it only rings.
    fn has_local_media(&self) -> bool {
        !matches!(self.phase, LegPhase::Called { .. })
    }

    /// Mutes, opens or closes this device's microphone or camera; while it only rings, for the answer. What is asked for and has failed is tried again.
    pub(in crate::endpoint) fn change_local(
        &mut self,
        op: &Op,
        cx: &mut Context,
    ) -> Result<(), ErrorBody> {
        let wanted = match *op {
            Op::MuteLocalAudio { muted } => {
                self.local.audio_muted = muted;
                (!muted).then_some(SlotKind::Audio)
            }
            Op::MuteLocalVideo { muted } => {
                self.local.video_muted = muted;
                (!muted).then_some(SlotKind::Video)
            }
            Op::EnableLocalVideo { enabled: true } if self.view.media == Media::Audio => {
                let message = "this is an audio call: switchCallType(\"video\") first";
                return Err(ErrorBody::new(ErrorKind::BadRequest, message));
            }
            Op::EnableLocalVideo { enabled } => {
                self.local.video_enabled = enabled;
                enabled.then_some(SlotKind::Video)
            }
            Op::RetryDevice { kind } => Some(kind),
            // It is dispatched here although it changes no device.
            _ => return Err(ErrorKind::BadRequest.into()),
        };
        if let Some(kind) = wanted {
            self.retry(kind, cx);
        }
        Ok(())
    }

    /// Tries a device again that has failed. The application is told of a failure again: somebody waits for it.
    fn retry(&mut self, kind: SlotKind, cx: &mut Context) {
        if let Some(wanted) = self.wanted_device(kind)
            && wanted.device.has_failed()
        {
            *wanted.device = LocalDevice::ASKING;
            *wanted.reported = None;
            cx.command(MediaCommand::Retry { kind });
        }
    }

    /// What a device does now. Returns the error that the application is told, if any: the call goes on without the device,
    /// which is wanted still. Whether microphone and camera are off is decided here, not there.
    pub(in crate::endpoint) fn handle_device(
        &mut self,
        kind: SlotKind,
        now: LocalDevice,
    ) -> Option<ErrorKind> {
        let wanted = self.wanted_device(kind)?;
        match now.state {
            DeviceState::Off => return None,
            DeviceState::Asking => {}
            DeviceState::On => *wanted.reported = None,
            DeviceState::Failed => {
                let failure = now.failure.unwrap_or(DeviceFailure::Busy);
                let failure = Some(failure);
                *wanted.device = LocalDevice { failure, ..now };
                let is_news = std::mem::replace(wanted.reported, failure) != failure;
                return is_news.then(|| error_of(kind, failure));
            }
        }
        *wanted.device = LocalDevice {
            state: now.state,
            failure: None,
        };
        None
    }

    /// The microphone or camera, if it is to be open.
    fn wanted_device(&mut self, kind: SlotKind) -> Option<WantedDevice<'_>> {
        let Tracks { audio, video, .. } = self.media.captured;
        match kind {
            SlotKind::Audio if audio => Some(WantedDevice {
                device: &mut self.local.microphone,
                reported: &mut self.reported.microphone,
            }),
            SlotKind::Video if video => Some(WantedDevice {
                device: &mut self.local.camera,
                reported: &mut self.reported.camera,
            }),
            // A screen is asked for each time.
            SlotKind::Audio | SlotKind::Video | SlotKind::Screen => None,
        }
    }

    /// Brings devices and flow, and what the server knows of them, in line with the state.
    pub(in crate::endpoint) fn sync_devices(&mut self, cx: &mut Context) {
        let capture = self.wanted_capture();
        let flow = self.wanted_flow(capture);
        let Tracks {
            audio,
            video,
            screen,
        } = capture;
        if self.media.captured != capture {
            let before = std::mem::replace(&mut self.media.captured, capture);
            self.local.microphone.follow(before.audio, audio);
            self.local.camera.follow(before.video, video);
            self.reported.microphone.take_if(|_| !audio);
            self.reported.camera.take_if(|_| !video);
            cx.command(MediaCommand::Capture {
                audio,
                video,
                screen,
            });
        }
        let peer = self.media.peer;
        let Tracks {
            audio,
            video,
            screen,
        } = flow;
        if peer != 0 && self.media.flowing != flow {
            self.media.flowing = flow;
            cx.command(MediaCommand::Flow {
                peer,
                audio,
                video,
                screen,
            });
        }
        self.sync_sent_devices(cx);
    }

    /// Tells the server what microphone and camera do, where it does not know.
    fn sync_sent_devices(&mut self, cx: &mut Context) {
        let is_known = matches!(self.phase, LegPhase::Calling | LegPhase::InCall);
        if !is_known || !cx.signalling.is_ready_to_sync() {
            return;
        }
        let own = local_participant(&self.view, cx.me());
        let told = own.map(|own| SentDevices {
            audio: own.audio,
            video: own.video,
            screen: own.screen,
        });
        let now = self.devices_for_others();
        // Before the first word, the server has what it took them to do when the call began, or was told earlier.
        if self.media.sent.or(told) != Some(now) {
            cx.requests.discard(&Purpose::SetMedia);
            let command = Command::SetMedia {
                call_id: self.view.call_id,
                audio: now.audio,
                video: now.video,
                screen: self.screen_to_tell(),
            };
            cx.request(command, Purpose::SetMedia);
        }
        self.media.sent = Some(now);
    }

    /// What is muted is off for the others, whatever the device does.
    fn devices_for_others(&self) -> SentDevices {
        let local = self.local;
        let state = |is_on: bool, device: LocalDevice| match is_on {
            true => device.state,
            false => DeviceState::Off,
        };
        SentDevices {
            audio: state(!local.audio_muted, local.microphone),
            video: state(self.wants_camera(), local.camera),
            screen: self.phase == LegPhase::InCall && local.screen.state == DeviceState::On,
        }
    }

    /// The caller sees itself while it rings; the callee's devices open with its answer.
    fn wanted_capture(&self) -> Tracks {
        let open = self.has_local_media();
        Tracks {
            audio: open,
            video: open && self.wants_camera(),
            screen: self.wants_screen(),
        }
    }

    fn wants_camera(&self) -> bool {
        let local = self.local;
        self.view.media == Media::Video && local.video_enabled && !local.video_muted
    }

    /// Nothing leaves anyone before the accept.
    fn wanted_flow(&self, capture: Tracks) -> Tracks {
        let flows = self.phase == LegPhase::InCall;
        Tracks {
            audio: flows && capture.audio && !self.local.audio_muted,
            video: flows && capture.video,
            screen: flows && self.local.screen.state == DeviceState::On,
        }
    }

    /// Nothing is open any more; what is wanted stays as it was.
    pub(super) fn close_devices(&mut self) {
        self.local.microphone = LocalDevice::default();
        self.local.camera = LocalDevice::default();
        self.local.screen = LocalDevice::default();
        self.reported = ReportedFailures::default();
    }
}

fn error_of(kind: SlotKind, failure: Option<DeviceFailure>) -> ErrorKind {
    let is_denied = failure == Some(DeviceFailure::Denied);
    match (kind, is_denied) {
        (SlotKind::Audio, true) => ErrorKind::MicrophoneDenied,
        (SlotKind::Audio, false) => ErrorKind::MicrophoneUnavailable,
        (_, true) => ErrorKind::CameraDenied,
        (_, false) => ErrorKind::CameraUnavailable,
    }
}

//! Microphones, cameras, and the switch between an audio and a video call.

use hullo_protocol::{
    Accid, CallKind, CallState, DeviceId, DeviceState, ErrorBody, ErrorKind, Media,
};

use super::{Call, Switch, camera_in, not_found};
use crate::Time;

/// A switch that did not come about, and who had asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRefusal {
    pub asker: Accid,
    pub media: Media,
}

impl Call {
    /// Says what this participant's microphone and camera do. There is no camera in an audio call: a client may not know
    /// yet that it has become one.
    pub fn set_media(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        audio: DeviceState,
        video: DeviceState,
    ) -> Result<(), ErrorBody> {
        self.in_call(by, device)?;
        let has_pictures = self.media == Media::Video;
        let participant = self.participant_mut(by)?;
        participant.audio = audio;
        participant.video = if has_pictures {
            video
        } else {
            DeviceState::Off
        };
        Ok(())
    }

    /// Switches to audio at once, and to video when the other side agrees; both asking is agreement. Asking for what the
    /// call carries changes nothing but that it answers a waiting switch: who asks for audio then does not want video.
    pub fn switch(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        media: Media,
        switch_ms: u64,
        now: Time,
    ) -> Result<Option<SwitchRefusal>, ErrorBody> {
        self.switchable(by, device)?;
        if media == self.media {
            let waiting = self.switch.take();
            return Ok(waiting.filter(|w| w.by != *by).map(Switch::refused));
        }
        let agreed = match media {
            Media::Audio => true,
            Media::Video => self
                .switch
                .as_ref()
                .is_some_and(|waiting| waiting.by != *by),
        };
        if agreed {
            self.carry(media);
        } else {
            self.switch.get_or_insert_with(|| Switch {
                by: by.clone(),
                media,
                until: now.plus_ms(switch_ms),
            });
        }
        Ok(None)
    }

    /// Agrees to or refuses the other side's switch.
    pub fn answer_switch(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        agree: bool,
    ) -> Result<Option<SwitchRefusal>, ErrorBody> {
        self.switchable(by, device)?;
        match self.switch.take_if(|waiting| waiting.by != *by) {
            Some(waiting) if agree => {
                self.carry(waiting.media);
                Ok(None)
            }
            Some(waiting) => Ok(Some(waiting.refused())),
            None if agree && self.media == Media::Audio => Err(ErrorBody::new(
                ErrorKind::BadRequest,
                "no switch waits for this answer: it has run out or was taken back; ask for one with call.switch",
            )),
            None => Ok(None),
        }
    }

    fn switchable(&self, by: &Accid, device: &DeviceId) -> Result<(), ErrorBody> {
        if self.kind != CallKind::OneToOne {
            return Err(ErrorKind::OneToOneOnly.into());
        }
        if self.state == CallState::Ringing {
            let own = self
                .participant(by)
                .ok_or_else(|| not_found(self.call_id))?;
            return Err(if own.state.is_pending() {
                ErrorKind::SwitchWhileCalled
            } else {
                ErrorKind::SwitchWhileCalling
            }
            .into());
        }
        self.in_call(by, device).map(|_| ())
    }

    /// From now on the call carries `media`: every camera is taken to be asked for in a video call until its client says
    /// otherwise, and off in an audio call.
    fn carry(&mut self, media: Media) {
        self.media = media;
        self.switch = None;
        for participant in &mut self.participants {
            participant.video = match participant.state.is_in_call() {
                true => camera_in(media),
                false => DeviceState::Off,
            };
        }
    }
}

impl Switch {
    pub(super) fn refused(self) -> SwitchRefusal {
        SwitchRefusal {
            asker: self.by,
            media: self.media,
        }
    }
}

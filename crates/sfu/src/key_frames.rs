//! When a source is asked for key frames: soon, and not too often. Its video and its screen are asked for apart.

use std::time::Instant;

use hullo_protocol::SlotKind;

use crate::KEY_FRAME_INTERVAL_MIN;

/// The requests to one source.
#[derive(Debug, Default)]
pub(crate) struct KeyFrames {
    video: Throttle,
    screen: Throttle,
}

/// The requests for one picture. One that comes too early is made later, never dropped.
#[derive(Debug, Default)]
struct Throttle {
    wanted: bool,
    asked_at: Option<Instant>,
}

impl KeyFrames {
    /// A key frame of this picture is wanted; sound has none.
    pub(crate) fn want(&mut self, kind: SlotKind) {
        match kind {
            SlotKind::Audio => {}
            SlotKind::Video => self.video.wanted = true,
            SlotKind::Screen => self.screen.wanted = true,
        }
    }

    /// When the next request may go out that had to wait.
    pub(crate) fn due(&self) -> Option<Instant> {
        let dues = [&self.video, &self.screen].map(Throttle::due);
        dues.into_iter().flatten().min()
    }

    /// A picture of which a key frame is to be asked for now; it is taken as done then.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<SlotKind> {
        let pictures = [
            (SlotKind::Video, &mut self.video),
            (SlotKind::Screen, &mut self.screen),
        ];
        let mut due = pictures.into_iter().filter_map(|(kind, throttle)| {
            let is_due = throttle.wanted && throttle.due().is_none_or(|at| at <= now);
            is_due.then_some((kind, throttle))
        });
        let (kind, throttle) = due.next()?;
        throttle.wanted = false;
        throttle.asked_at = Some(now);
        Some(kind)
    }
}

impl Throttle {
    fn due(&self) -> Option<Instant> {
        let due = self.asked_at.map(|at| at + KEY_FRAME_INTERVAL_MIN);
        due.filter(|_| self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pictures_are_asked_for_apart_and_not_too_often() {
        let now = Instant::now();
        let mut key_frames = KeyFrames::default();
        key_frames.want(SlotKind::Audio);
        assert_eq!(key_frames.take_due(now), None);
        key_frames.want(SlotKind::Screen);
        assert_eq!(key_frames.take_due(now), Some(SlotKind::Screen));
        key_frames.want(SlotKind::Screen);
        key_frames.want(SlotKind::Video);
        assert_eq!(key_frames.take_due(now), Some(SlotKind::Video));
        assert_eq!(key_frames.take_due(now), None, "too early");
        assert_eq!(key_frames.due(), Some(now + KEY_FRAME_INTERVAL_MIN));
        let later = now + KEY_FRAME_INTERVAL_MIN;
        assert_eq!(key_frames.take_due(later), Some(SlotKind::Screen));
        assert_eq!(key_frames.take_due(later + Duration::from_secs(1)), None);
        assert_eq!(key_frames.due(), None);
    }
}

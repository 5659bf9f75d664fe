//! Echo's microphone and camera are what it is sent: frames that come in go out again, and requests for a whole picture the other
//! way.

use std::collections::VecDeque;
use std::future::pending;

use hullo_client::{Devices, Frame, FromDevice, RemoteSlot};
use hullo_protocol::SlotKind;

/// Sends back the sound and the picture of the first who is there.
#[derive(Debug, Default)]
pub(crate) struct Mirror {
    slots: Vec<RemoteSlot>,
    said: VecDeque<FromDevice>,
}

impl Mirror {
    /// Whose sound or picture is sent back: the first in use.
    fn source(&self, kind: SlotKind) -> Option<&RemoteSlot> {
        self.slots.iter().find(|slot| slot.kind == kind)
    }
}

impl Devices for Mirror {
    /// They are there at once.
    fn capture(&mut self, microphone: bool, camera: bool) {
        self.said.extend([
            FromDevice::ready(SlotKind::Audio, microphone),
            FromDevice::ready(SlotKind::Video, camera),
        ]);
    }

    /// They do not fail.
    fn retry(&mut self, _: SlotKind) {}

    fn follow(&mut self, slots: &[RemoteSlot]) {
        self.slots = slots.to_vec();
    }

    async fn next(&mut self) -> FromDevice {
        match self.said.pop_front() {
            Some(said) => said,
            None => pending().await,
        }
    }

    fn play(&mut self, from: &RemoteSlot, frame: Frame) {
        if self
            .source(from.kind)
            .is_some_and(|source| source.mid == from.mid)
        {
            self.said.push_back(FromDevice::Frame(from.kind, frame));
        }
    }

    /// Whoever wants a whole picture of Echo wants one of whom it shows.
    fn key_frame_wanted(&mut self) {
        let source = self.source(SlotKind::Video).cloned();
        self.said.extend(source.map(FromDevice::WantsKeyFrame));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use hullo_protocol::DeviceState;

    use super::*;

    fn slot(mid: &str, kind: SlotKind) -> RemoteSlot {
        RemoteSlot {
            mid: mid.to_owned(),
            kind,
            accid: "alice".parse().unwrap(),
            muted: false,
        }
    }

    #[tokio::test]
    async fn its_devices_are_what_was_asked_for_at_once() {
        let mut mirror = Mirror::default();
        mirror.capture(true, false);
        for wanted in [
            (SlotKind::Audio, DeviceState::On),
            (SlotKind::Video, DeviceState::Off),
        ] {
            let FromDevice::State { kind, state, .. } = mirror.next().await else {
                panic!("a state");
            };
            assert_eq!((kind, state), wanted);
        }
        assert!(mirror.next().now_or_never().is_none());
    }

    #[tokio::test]
    async fn whoever_wants_a_whole_picture_of_it_wants_one_of_the_first_it_sees() {
        let mut mirror = Mirror::default();
        mirror.key_frame_wanted();
        assert!(mirror.next().now_or_never().is_none(), "it sees nobody");
        mirror.follow(&[
            slot("0", SlotKind::Audio),
            slot("3", SlotKind::Video),
            slot("4", SlotKind::Video),
        ]);
        mirror.key_frame_wanted();
        let FromDevice::WantsKeyFrame(of) = mirror.next().await else {
            panic!("a key frame");
        };
        assert_eq!(of.mid, "3");
    }
}

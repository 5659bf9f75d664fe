//! What flows: packets of one that are played at the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hullo_client::protocol::SlotKind;
use hullo_client::{Devices, Frame, FromDevice, RemoteSlot};
use str0m::format::{Codec, CodecSpec, FormatParams, PayloadParams};
use str0m::media::{Frequency, MediaTime};
use tokio::time::{Interval, interval};

use crate::eventually::eventually;
use crate::person::{Person, builder, in_call};
use crate::program::Server;

/// Samples of a packet, and what is in it.
const PACKET_SAMPLES: u64 = 960;
const PACKET: [u8; 4] = [0xf8, 0xff, 0xfe, 0x07];

/// A microphone that is never silent, and loudspeakers that count.
struct Chatter {
    states: VecDeque<FromDevice>,
    tick: Interval,
    sent: u64,
    heard: Arc<AtomicUsize>,
}

impl Chatter {
    fn new(heard: Arc<AtomicUsize>) -> Self {
        Self {
            states: VecDeque::new(),
            tick: interval(Duration::from_millis(20)),
            sent: 0,
            heard,
        }
    }
}

impl Devices for Chatter {
    fn capture(&mut self, microphone: bool, _: bool) {
        self.states
            .push_back(FromDevice::ready(SlotKind::Audio, microphone));
    }

    fn retry(&mut self, _: SlotKind) {}

    fn follow(&mut self, _: &[RemoteSlot]) {}

    async fn next(&mut self) -> FromDevice {
        if let Some(state) = self.states.pop_front() {
            return state;
        }
        self.tick.tick().await;
        self.sent += 1;
        let opus = CodecSpec {
            codec: Codec::Opus,
            clock_rate: Frequency::FORTY_EIGHT_KHZ,
            channels: Some(2),
            format: FormatParams::default(),
        };
        let time = MediaTime::new(self.sent * PACKET_SAMPLES, Frequency::FORTY_EIGHT_KHZ);
        let frame = Frame::made(PayloadParams::new(111.into(), None, opus), time, PACKET);
        FromDevice::Frame(SlotKind::Audio, frame)
    }

    fn play(&mut self, from: &RemoteSlot, frame: Frame) {
        if from.accid.as_str() == "alice" && *frame.data == PACKET {
            self.heard.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn key_frame_wanted(&mut self) {}
}

#[tokio::test]
async fn what_one_says_is_played_at_the_other_and_nothing_of_it_while_it_is_muted() {
    let server = Server::start().await;
    let heard = Arc::new(AtomicUsize::new(0));
    let chatter = || Chatter::new(heard.clone());
    let mut alice = Person::login_with(&server, "alice", builder(&server), chatter()).await;
    let mut bob = Person::login_with(&server, "bob", builder(&server), chatter()).await;
    in_call(&mut alice, &mut bob).await;
    let hears_more = async || {
        let before = heard.load(Ordering::Relaxed);
        let more = async || (heard.load(Ordering::Relaxed) > before + 20).then_some(());
        eventually("bob hears alice", more).await;
    };
    hears_more().await;
    alice.client.mute_local_audio(true).await.unwrap();
    bob.sees("the mute", |event| match event {
        hullo_client::Event::AudioMuted { muted: true, .. } => Some(()),
        _ => None,
    })
    .await;
    alice.client.mute_local_audio(false).await.unwrap();
    hears_more().await;
}

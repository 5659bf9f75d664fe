//! The media engine: what one device hears and sees arrives at the other, and looks and sounds the same.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hullo_client::engine::ready::{FnOutput, TestPicture, Tone};
use hullo_client::engine::{Engine, Picture, ReadyCodecs, SAMPLE_RATE};
use hullo_client::{CallOptions, DevicePresets, Event, RemoteSlot, VideoCodec};

use crate::eventually::eventually;
use crate::person::{Person, builder};
use crate::program::Server;

/// Half a second.
const HEARD_SAMPLES: usize = SAMPLE_RATE / 2;
/// So long nothing comes from a camera that is closed; what was under way has come before.
const STILL: Duration = Duration::from_millis(700);
/// A picture that differs by less looks the same; in dB.
const ALIKE: f64 = 27.0;

/// What a person hears and sees.
#[derive(Clone, Default)]
pub(crate) struct Senses(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    heard: VecDeque<i16>,
    pictures: usize,
    newest: Option<Picture>,
}

impl Senses {
    fn listen(&self, played: &[i16]) {
        let mut seen = self.0.lock().unwrap();
        seen.heard.extend(played);
        let old = seen.heard.len().saturating_sub(HEARD_SAMPLES);
        seen.heard.drain(..old);
    }

    fn watch(&self, picture: &Picture) {
        let mut seen = self.0.lock().unwrap();
        seen.pictures += 1;
        seen.newest = Some(picture.clone());
    }

    /// How much of what was heard in the last half second is a tone of this many hertz: 1 is all of it.
    pub(crate) fn share_of(&self, hertz: f64) -> f64 {
        let seen = self.0.lock().unwrap();
        let turn = hertz * std::f64::consts::TAU / SAMPLE_RATE as f64;
        let (mut cosine, mut sine, mut power) = (0.0, 0.0, 0.0);
        for (at, sample) in seen.heard.iter().enumerate() {
            let sample = f64::from(*sample);
            cosine += sample * (turn * at as f64).cos();
            sine += sample * (turn * at as f64).sin();
            power += sample * sample;
        }
        let count = seen.heard.len() as f64;
        let is_loud = power / count.max(1.0) > 1_000_000.0;
        match seen.heard.len() == HEARD_SAMPLES && is_loud {
            true => (cosine * cosine + sine * sine) * 2.0 / (power * count),
            false => 0.0,
        }
    }

    /// As far as that can be with many packets lost.
    pub(crate) async fn hears_mostly(&self, hertz: f64) {
        let mostly = async || (self.share_of(hertz) > 0.5).then_some(());
        eventually(&format!("a tone of {hertz} Hz is heard"), mostly).await;
    }

    /// Only what comes from now on counts.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap() = Seen::default();
    }

    pub(crate) async fn hears(&self, hertz: f64) {
        let whole = async || (self.share_of(hertz) > 0.9).then_some(());
        eventually(&format!("a tone of {hertz} Hz is heard"), whole).await;
    }

    /// Pictures that move and look like the test picture at some moment.
    pub(crate) async fn sees(&self, shown: TestPicture) {
        let before = self.0.lock().unwrap().pictures;
        let moves = async || {
            let seen = self.0.lock().unwrap();
            let newest = seen
                .newest
                .as_ref()
                .filter(|_| seen.pictures > before + 15)?;
            let alike = likeness(newest, shown);
            (alike > ALIKE).then_some(())
        };
        eventually("the test picture is seen", moves).await;
    }

    fn since_the_last_picture(&self) -> Duration {
        let seen = self.0.lock().unwrap();
        seen.newest
            .as_ref()
            .map_or(Duration::ZERO, |newest| newest.at().elapsed())
    }
}

/// How well a picture fits the test picture at its best moment, in dB (PSNR of the luma).
fn likeness(seen: &Picture, shown: TestPicture) -> f64 {
    let psnr = |moment: u32| {
        let drawn = shown.draw(f64::from(moment) / 60.0, Instant::now())?;
        let is_as_large = (seen.width(), seen.height()) == (drawn.width(), drawn.height());
        let pairs = seen.plane(0).iter().zip(drawn.plane(0));
        let errors: f64 = pairs
            .map(|(seen, drawn)| (f64::from(*seen) - f64::from(*drawn)).powi(2))
            .sum();
        let mean = errors / (drawn.width() * drawn.height()) as f64;
        is_as_large.then(|| 10.0 * (255.0 * 255.0 / mean.max(0.01)).log10())
    };
    (0..240).filter_map(psnr).fold(0.0, f64::max)
}

/// A microphone that hears a tone, a camera that sees the test picture, and what is heard and seen of others.
pub(crate) fn engine(hertz: f64, codec: VideoCodec) -> (Engine, Senses) {
    let senses = Senses::default();
    let (ears, eyes) = (senses.clone(), senses.clone());
    let engine = Engine::builder()
        .codecs(ReadyCodecs::preferring(codec))
        .microphone(Tone { hertz })
        .camera(TestPicture::default())
        .loudspeaker(FnOutput::new(move |played: &[i16]| ears.listen(played)))
        .sink(move |_: &RemoteSlot, picture: &Picture| eyes.watch(picture))
        .build();
    (engine, senses)
}

/// A person with such an engine.
pub(crate) async fn with_engine(
    server: &Server,
    accid: &str,
    hertz: f64,
    codec: VideoCodec,
) -> (Person, Senses) {
    let (engine, senses) = engine(hertz, codec);
    let person = Person::login_with(server, accid, builder(server), engine).await;
    (person, senses)
}

async fn sees_first_picture(person: &mut Person, of: &str) {
    person
        .sees("the first picture", |event| match event {
            Event::FirstVideoFrame { accid, .. } if accid.as_str() == of => Some(()),
            _ => None,
        })
        .await;
}

async fn call_with_pictures(codec: VideoCodec) {
    let server = Server::start().await;
    let (mut alice, of_alice) = with_engine(&server, "alice", 440.0, codec).await;
    let (mut bob, of_bob) = with_engine(&server, "bob", 1_000.0, codec).await;
    alice
        .client
        .call("bob", CallOptions::video())
        .await
        .unwrap();
    bob.rings().await;
    bob.client.accept(DevicePresets::NONE).await.unwrap();
    sees_first_picture(&mut alice, "bob").await;
    sees_first_picture(&mut bob, "alice").await;
    of_alice.hears(1_000.0).await;
    of_bob.hears(440.0).await;
    of_alice.sees(TestPicture::default()).await;
    of_bob.sees(TestPicture::default()).await;
}

#[tokio::test]
async fn two_hear_and_see_each_other_in_vp8() {
    call_with_pictures(VideoCodec::Vp8).await;
}

#[tokio::test]
async fn two_hear_and_see_each_other_in_h264() {
    call_with_pictures(VideoCodec::H264).await;
}

#[tokio::test]
async fn a_camera_that_is_muted_is_closed_and_shows_again_when_it_is_opened() {
    let server = Server::start().await;
    let (alice, _) = with_engine(&server, "alice", 440.0, VideoCodec::Vp8).await;
    let (mut bob, of_bob) = with_engine(&server, "bob", 1_000.0, VideoCodec::Vp8).await;
    alice
        .client
        .call("bob", CallOptions::video())
        .await
        .unwrap();
    bob.rings().await;
    bob.client.accept(DevicePresets::NONE).await.unwrap();
    of_bob.sees(TestPicture::default()).await;
    alice.client.mute_local_video(true).await.unwrap();
    bob.sees("the mute", |event| match event {
        Event::VideoMuted { muted: true, .. } => Some(()),
        _ => None,
    })
    .await;
    let still = async || (of_bob.since_the_last_picture() > STILL).then_some(());
    eventually("no picture comes any more", still).await;
    of_bob.hears(440.0).await;
    alice.client.mute_local_video(false).await.unwrap();
    of_bob.sees(TestPicture::default()).await;
}

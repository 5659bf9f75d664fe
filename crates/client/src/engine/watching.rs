//! From encoded pictures to what is seen, on a thread of its own. A picture is shown when the sound of its moment is heard.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use hullo_core::endpoint::RemoteSlot;
use hullo_protocol::SlotKind;
use str0m::format::Codec;
use tokio::sync::mpsc::UnboundedSender;

use crate::devices::{Frame, FromDevice, VideoCodec};
use crate::engine::codec::{CodecError, Codecs, VideoDecoder};
use crate::engine::hearing::Hearing;
use crate::engine::picture::Picture;

/// Frames that wait for the decoder; more are dropped.
const FRAMES_WAITING: usize = 256;
/// Pictures of one participant that wait for their sound; more are shown at once.
const PICTURES_WAITING: usize = 30;
/// No picture waits longer for its sound.
const WAIT_MAX: Duration = Duration::from_millis(500);
/// A key frame is not asked for more often.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Nothing is due.
const IDLE: Duration = Duration::from_secs(60);

/// Shows pictures.
pub trait VideoSink: Send + 'static {
    /// A picture of a participant's camera or screen, to be seen at once. On a thread of the engine: what takes long delays the pictures of
    /// all.
    fn show(&mut self, from: &RemoteSlot, picture: &Picture);
}

impl<F: FnMut(&RemoteSlot, &Picture) + Send + 'static> VideoSink for F {
    fn show(&mut self, from: &RemoteSlot, picture: &Picture) {
        self(from, picture);
    }
}

enum Work {
    Follow(Vec<RemoteSlot>),
    Frame(RemoteSlot, Box<Frame>),
}

/// The way to the thread that decodes; it ends when this is dropped. Nothing waits for that thread.
pub(super) struct Watching {
    work: Sender<Work>,
    /// Frames that the thread has not taken.
    waiting: Arc<AtomicUsize>,
    /// M-lines of which frames were dropped since the last that was not.
    skipped: HashSet<String>,
}

impl Watching {
    pub(super) fn start(
        codecs: Arc<dyn Codecs>,
        hearing: Hearing,
        said: UnboundedSender<FromDevice>,
        sink: Box<dyn VideoSink>,
    ) -> Self {
        let (work, taken) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let eyes = Eyes {
            codecs,
            hearing,
            said,
            sink,
            waiting: waiting.clone(),
            eyes: HashMap::new(),
        };
        let started = thread::Builder::new()
            .name("hullo decoder".to_owned())
            .spawn(move || eyes.run(&taken));
        if let Err(error) = started {
            tracing::error!(%error, "no thread to decode pictures");
        }
        Self {
            work,
            waiting,
            skipped: HashSet::new(),
        }
    }

    pub(super) fn follow(&self, slots: &[RemoteSlot]) {
        let is_seen = |slot: &&RemoteSlot| slot.kind != SlotKind::Audio;
        let slots = slots.iter().filter(is_seen).cloned().collect();
        // A thread that has ended has been complained of.
        let _ = self.work.send(Work::Follow(slots));
    }

    pub(super) fn play(&mut self, from: &RemoteSlot, mut frame: Frame) {
        if self.waiting.load(Ordering::Relaxed) >= FRAMES_WAITING {
            tracing::debug!("pictures come faster than they are decoded");
            self.skipped.insert(from.mid.clone());
            return;
        }
        if self.skipped.remove(&from.mid)
            && let Some(received) = &mut frame.received
        {
            received.is_next = false;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // A thread that has ended has been complained of.
        let _ = self.work.send(Work::Frame(from.clone(), Box::new(frame)));
    }
}

/// The thread that decodes and shows.
struct Eyes {
    codecs: Arc<dyn Codecs>,
    hearing: Hearing,
    said: UnboundedSender<FromDevice>,
    sink: Box<dyn VideoSink>,
    waiting: Arc<AtomicUsize>,
    /// By m-line.
    eyes: HashMap<String, Eye>,
}

/// Sees one participant.
struct Eye {
    slot: RemoteSlot,
    decoder: Option<(VideoCodec, Box<dyn VideoDecoder>)>,
    /// Until a whole picture comes.
    is_blind: bool,
    asked: Option<Instant>,
    has_seen: bool,
    waiting: VecDeque<Picture>,
}

impl Eye {
    fn new(slot: RemoteSlot) -> Self {
        Self {
            slot,
            decoder: None,
            is_blind: true,
            asked: None,
            has_seen: false,
            waiting: VecDeque::new(),
        }
    }
}

impl Eyes {
    fn run(mut self, work: &Receiver<Work>) {
        loop {
            let now = Instant::now();
            let due = self.due().map(|due| due.saturating_duration_since(now));
            match work.recv_timeout(due.unwrap_or(IDLE)) {
                Ok(Work::Follow(slots)) => self.follow(slots),
                Ok(Work::Frame(slot, frame)) => {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    self.take(&slot, &frame);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.show();
        }
    }

    fn due(&self) -> Option<Instant> {
        let first = |eye: &Eye| eye.waiting.front().map(Picture::at);
        self.eyes.values().filter_map(first).min()
    }

    fn follow(&mut self, slots: Vec<RemoteSlot>) {
        let mut followed = HashMap::new();
        for slot in slots {
            let known = self
                .eyes
                .remove(&slot.mid)
                .filter(|eye| eye.slot.accid == slot.accid && eye.slot.kind == slot.kind);
            let mid = slot.mid.clone();
            followed.insert(mid, known.unwrap_or_else(|| Eye::new(slot)));
        }
        self.eyes = followed;
    }

    fn take(&mut self, slot: &RemoteSlot, frame: &Frame) {
        let Some(mut eye) = self.eyes.remove(&slot.mid) else {
            return;
        };
        match self.decode(&mut eye, frame) {
            Ok(Some(picture)) => {
                let at = self.time_of(&eye.slot, frame);
                eye.waiting.push_back(picture.due_at(at));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(%error, "a picture of {} cannot be decoded", slot.accid);
                eye.is_blind = true;
            }
        }
        if eye.is_blind {
            self.ask(&mut eye);
        }
        self.eyes.insert(slot.mid.clone(), eye);
    }

    fn decode(&self, eye: &mut Eye, frame: &Frame) -> Result<Option<Picture>, CodecError> {
        let codec = match frame.params.spec().codec {
            Codec::Vp8 => VideoCodec::Vp8,
            Codec::H264 => VideoCodec::H264,
            other => return Err(CodecError(format!("{other} was not offered"))),
        };
        let is_whole = is_key_frame(codec, &frame.data);
        let is_next = frame
            .received
            .as_ref()
            .is_none_or(|received| received.is_next);
        eye.is_blind = !is_whole && (eye.is_blind || !is_next);
        if eye.is_blind {
            return Ok(None);
        }
        let decoder = match &mut eye.decoder {
            Some((of, decoder)) if *of == codec => decoder,
            other => &mut other.insert((codec, self.codecs.video_decoder(codec)?)).1,
        };
        decoder.decode(&frame.data)
    }

    /// When the sound of that moment is heard.
    fn time_of(&self, slot: &RemoteSlot, frame: &Frame) -> Instant {
        let now = Instant::now();
        let due = || {
            let (wall, at) = frame.received.as_ref()?.reference?;
            let later = frame.time.as_micros().checked_sub(at.as_micros());
            let seen = match later {
                Some(later) => wall.checked_add(Duration::from_micros(later))?,
                None => {
                    let earlier = at.as_micros() - frame.time.as_micros();
                    wall.checked_sub(Duration::from_micros(earlier))?
                }
            };
            self.hearing.heard_after(&slot.accid)?.due(seen)
        };
        match slot.kind {
            SlotKind::Video => due().map_or(now, |due| due.clamp(now, now + WAIT_MAX)),
            SlotKind::Audio | SlotKind::Screen => now,
        }
    }

    fn ask(&self, eye: &mut Eye) {
        let now = Instant::now();
        let is_early = |asked: Instant| now.duration_since(asked) < ASK_EVERY;
        if eye.asked.is_some_and(is_early) {
            return;
        }
        eye.asked = Some(now);
        self.say(FromDevice::WantsKeyFrame(eye.slot.clone()));
    }

    fn show(&mut self) {
        let now = Instant::now();
        for eye in self.eyes.values_mut() {
            while let Some(picture) = eye.waiting.front() {
                if picture.at() > now && eye.waiting.len() <= PICTURES_WAITING {
                    break;
                }
                let Some(picture) = eye.waiting.pop_front() else {
                    break;
                };
                if !std::mem::replace(&mut eye.has_seen, true) {
                    // The call may be over.
                    let _ = self.said.send(FromDevice::FirstPicture {
                        slot: eye.slot.clone(),
                        width: picture.width() as u32,
                        height: picture.height() as u32,
                    });
                }
                self.sink.show(&eye.slot, &picture);
            }
        }
    }

    fn say(&self, said: FromDevice) {
        // The call may be over.
        let _ = self.said.send(said);
    }
}

/// Whether a frame stands for itself.
fn is_key_frame(codec: VideoCodec, frame: &[u8]) -> bool {
    match codec {
        // RFC 6386, section 9.1.
        VideoCodec::Vp8 => frame.first().is_some_and(|first| first & 1 == 0),
        // An IDR picture has NAL units of type 5 (H.264, table 7-1).
        VideoCodec::H264 => frame
            .windows(4)
            .any(|bytes| bytes[..3] == [0, 0, 1] && bytes[3] & 0x1f == 5),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use hullo_protocol::Accid;
    use str0m::format::{CodecSpec, FormatParams, PayloadParams};
    use str0m::media::{Frequency, MediaTime};

    use super::*;
    use crate::devices::Received;
    use crate::engine::codec::{AudioDecoder, AudioEncoder, VideoEncoder};
    use crate::engine::meter::Meter;
    use crate::engine::processing::{NoProcessor, SharedProcessor};

    /// Decodes every frame to the same picture.
    struct Dots;

    impl VideoDecoder for Dots {
        fn decode(&mut self, _: &[u8]) -> Result<Option<Picture>, CodecError> {
            Ok(Picture::new(2, 2, vec![0; 6], Instant::now()))
        }
    }

    impl Codecs for Dots {
        fn video(&self) -> Vec<VideoCodec> {
            vec![VideoCodec::Vp8]
        }

        fn audio_encoder(&self) -> Result<Box<dyn AudioEncoder>, CodecError> {
            Err(CodecError("none".to_owned()))
        }

        fn audio_decoder(&self) -> Result<Box<dyn AudioDecoder>, CodecError> {
            Err(CodecError("none".to_owned()))
        }

        fn video_encoder(
            &self,
            _: VideoCodec,
            _: usize,
            _: usize,
            _: u32,
        ) -> Result<Box<dyn VideoEncoder>, CodecError> {
            Err(CodecError("none".to_owned()))
        }

        fn video_decoder(&self, _: VideoCodec) -> Result<Box<dyn VideoDecoder>, CodecError> {
            Ok(Box::new(Dots))
        }
    }

    fn frame(is_whole: bool) -> Frame {
        let spec = CodecSpec {
            codec: Codec::Vp8,
            clock_rate: Frequency::NINETY_KHZ,
            channels: None,
            format: FormatParams::default(),
        };
        let first = u8::from(!is_whole);
        let params = PayloadParams::new(96.into(), None, spec);
        let mut frame = Frame::made(params, MediaTime::from_90khz(0), [first]);
        frame.received = Some(Received {
            packets: (0, 0),
            is_next: true,
            reference: None,
        });
        frame
    }

    #[test]
    fn a_window_that_hangs_holds_up_nobody_and_then_asks_for_a_whole_picture() {
        let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let codecs: Arc<dyn Codecs> = Arc::new(Dots);
        let hearing = Hearing::new(
            codecs.clone(),
            SharedProcessor::new(NoProcessor),
            Meter::default(),
        );
        let (shows, shown) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let sink = move |_: &RemoteSlot, _: &Picture| {
            // The test may be over.
            let _ = shows.send(());
            let _ = released.recv();
        };
        let mut watching = Watching::start(codecs, hearing, said, Box::new(sink));
        let slot = RemoteSlot {
            mid: "1".to_owned(),
            kind: SlotKind::Video,
            accid: Accid::parse("alice").unwrap(),
            muted: false,
        };
        watching.follow(std::slice::from_ref(&slot));
        watching.play(&slot, frame(true));
        shown.recv().unwrap();
        for _ in 0..FRAMES_WAITING + 10 {
            watching.play(&slot, frame(false));
        }
        watching.follow(std::slice::from_ref(&slot));
        drop(release);
        // All that waited is shown, and the next one cannot be: some before it are missing.
        for _ in 0..FRAMES_WAITING {
            shown.recv().unwrap();
        }
        watching.play(&slot, frame(false));
        let mut said = std::iter::from_fn(|| heard.blocking_recv());
        assert!(said.any(|said| matches!(said, FromDevice::WantsKeyFrame(_))));
        watching.play(&slot, frame(true));
        shown.recv().unwrap();
    }
}

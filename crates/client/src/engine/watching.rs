//! From encoded pictures to what is seen, on a thread of its own. A picture is shown when the sound of its moment is heard.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
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

/// The way to the thread that decodes; it ends when this is dropped.
pub(super) struct Watching {
    work: SyncSender<Work>,
    said: UnboundedSender<FromDevice>,
}

impl Watching {
    pub(super) fn start(
        codecs: Arc<dyn Codecs>,
        hearing: Hearing,
        said: UnboundedSender<FromDevice>,
        sink: Box<dyn VideoSink>,
    ) -> Self {
        let (work, taken) = sync_channel(FRAMES_WAITING);
        let eyes = Eyes {
            codecs,
            hearing,
            said: said.clone(),
            sink,
            eyes: HashMap::new(),
        };
        let started = thread::Builder::new()
            .name("hullo decoder".to_owned())
            .spawn(move || eyes.run(&taken));
        if let Err(error) = started {
            tracing::error!(%error, "no thread to decode pictures");
        }
        Self { work, said }
    }

    pub(super) fn follow(&self, slots: &[RemoteSlot]) {
        let is_seen = |slot: &&RemoteSlot| slot.kind != SlotKind::Audio;
        let slots = slots.iter().filter(is_seen).cloned().collect();
        // A thread that has ended has been complained of.
        let _ = self.work.send(Work::Follow(slots));
    }

    pub(super) fn play(&self, from: &RemoteSlot, frame: Frame) {
        let work = Work::Frame(from.clone(), Box::new(frame));
        if let Err(TrySendError::Full(_)) = self.work.try_send(work) {
            tracing::debug!("pictures come faster than they are decoded");
            // The call may be over.
            let _ = self.said.send(FromDevice::WantsKeyFrame(from.clone()));
        }
    }
}

/// The thread that decodes and shows.
struct Eyes {
    codecs: Arc<dyn Codecs>,
    hearing: Hearing,
    said: UnboundedSender<FromDevice>,
    sink: Box<dyn VideoSink>,
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
                Ok(Work::Frame(slot, frame)) => self.take(&slot, &frame),
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

//! The microphone, loudspeaker and camera that were asked for.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hullo_client::engine::ready::{
    CardInput, CardOutput, NullInput, NullOutput, TestPicture, Tone, WavInput, WavOutput, Y4mSource,
};
use hullo_client::engine::{Engine, Meter, Picture, VoiceProcessor};
use hullo_client::{RemoteSlot, protocol::Accid};

use crate::options::Line;

/// A quiet A.
const TONE_HERTZ: f64 = 440.0;

/// What the screen shows of them.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) microphone: Meter,
    pub(crate) loudspeaker: Meter,
    newest: Arc<Mutex<Option<(Accid, Picture)>>>,
}

impl Watched {
    /// The newest picture, and whose it is.
    pub(crate) fn picture(&self) -> Option<(Accid, Picture)> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.clone()
    }

    pub(crate) fn forget_the_picture(&self) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The engine of a line.
pub(crate) fn engine(line: &Line) -> (Engine, Watched) {
    let builder = Engine::builder();
    let builder = match line.play.as_deref() {
        // Only where there is a room there is an echo.
        None => builder
            .microphone(CardInput)
            .processor(VoiceProcessor::default()),
        Some("silence") => builder.microphone(NullInput),
        Some("tone") => builder.microphone(Tone { hertz: TONE_HERTZ }),
        Some(file) => builder.microphone(WavInput {
            path: PathBuf::from(file),
            repeats: false,
        }),
    };
    let builder = match line.record.as_deref() {
        None => builder.loudspeaker(CardOutput),
        Some("nothing") => builder.loudspeaker(NullOutput),
        Some(file) => builder.loudspeaker(WavOutput {
            path: PathBuf::from(file),
        }),
    };
    let builder = match line.video.as_deref() {
        None => builder,
        Some("test") => builder.camera(TestPicture::default()),
        Some(file) => builder.camera(Y4mSource {
            path: PathBuf::from(file),
        }),
    };
    let newest = Arc::new(Mutex::new(None));
    let shown = newest.clone();
    let builder = builder.sink(move |from: &RemoteSlot, picture: &Picture| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Some((from.accid.clone(), picture.clone()));
    });
    let watched = Watched {
        microphone: builder.microphone_meter(),
        loudspeaker: builder.loudspeaker_meter(),
        newest,
    };
    (builder.build(), watched)
}

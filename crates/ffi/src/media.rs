//! Which devices a client has: those that are ready, and an app's own.

use std::sync::Arc;

use hullo_client::engine::ready::{
    NullInput, NullOutput, TestPicture, Tone, WavInput, WavOutput, Y4mSource,
};
use hullo_client::engine::{Engine, EngineBuilder};

use crate::device::{PictureInput, PictureOutput, SoundInput, SoundOutput};
use crate::held::Holder;

/// The devices of a client. Each is opened when a call wants it.
#[derive(Clone, Default, uniffi::Record)]
pub struct Devices {
    /// A silent one when absent.
    #[uniffi(default)]
    pub microphone: Option<Microphone>,
    /// One that nobody hears when absent.
    #[uniffi(default)]
    pub loudspeaker: Option<Loudspeaker>,
    /// A call that wants one is told that there is none when absent.
    #[uniffi(default)]
    pub camera: Option<Camera>,
    /// What shows the pictures of others; they are dropped when absent.
    #[uniffi(default)]
    pub screen: Option<Arc<dyn PictureOutput>>,
}

/// What a client hears with.
#[derive(Clone, uniffi::Enum)]
pub enum Microphone {
    /// A pure tone, to be known by its frequency.
    Tone {
        /// From 50 to 8,000.
        hertz: f64,
    },
    /// A WAV file: 48,000 samples a second of 16 bits; of several channels the first.
    File {
        /// Where it lies.
        path: String,
        /// Whether it starts again when it is over. It is silent then otherwise.
        repeats: bool,
    },
    /// One of the app's own.
    App {
        /// It is asked for sound.
        device: Arc<dyn SoundInput>,
    },
}

/// What a client plays the others with.
#[derive(Clone, uniffi::Enum)]
pub enum Loudspeaker {
    /// A WAV file of 48,000 samples a second of 16 bits, in place of what was there. It is whole once it is closed.
    File {
        /// Where it will lie.
        path: String,
    },
    /// One of the app's own.
    App {
        /// It takes sound.
        device: Arc<dyn SoundOutput>,
    },
}

/// What a client sees with.
#[derive(Clone, uniffi::Enum)]
pub enum Camera {
    /// Bars of colour, and a square that goes round.
    TestPicture {
        /// In pixels; even.
        width: u32,
        /// In pixels; even.
        height: u32,
        /// Pictures a second.
        rate: u32,
    },
    /// A YUV4MPEG2 file of 8 bits in 4:2:0, again and again.
    File {
        /// Where it lies.
        path: String,
    },
    /// One of the app's own.
    App {
        /// It is asked for pictures.
        device: Arc<dyn PictureInput>,
    },
}

impl Devices {
    pub(crate) fn engine(self, holder: &Holder) -> Engine {
        let engine = Engine::builder();
        let engine = microphone(engine, self.microphone, holder);
        let engine = loudspeaker(engine, self.loudspeaker, holder);
        let engine = camera(engine, self.camera, holder);
        match self.screen {
            None => engine,
            Some(screen) => engine.sink(holder.hold(screen)),
        }
        .build()
    }
}

fn microphone(engine: EngineBuilder, wanted: Option<Microphone>, holder: &Holder) -> EngineBuilder {
    match wanted {
        None => engine.microphone(NullInput),
        Some(Microphone::Tone { hertz }) => engine.microphone(Tone { hertz }),
        Some(Microphone::File { path, repeats }) => engine.microphone(WavInput {
            path: path.into(),
            repeats,
        }),
        Some(Microphone::App { device }) => engine.microphone(holder.hold(device)),
    }
}

fn loudspeaker(
    engine: EngineBuilder,
    wanted: Option<Loudspeaker>,
    holder: &Holder,
) -> EngineBuilder {
    match wanted {
        None => engine.loudspeaker(NullOutput),
        Some(Loudspeaker::File { path }) => engine.loudspeaker(WavOutput { path: path.into() }),
        Some(Loudspeaker::App { device }) => engine.loudspeaker(holder.hold(device)),
    }
}

fn camera(engine: EngineBuilder, wanted: Option<Camera>, holder: &Holder) -> EngineBuilder {
    match wanted {
        None => engine,
        Some(Camera::TestPicture {
            width,
            height,
            rate,
        }) => engine.camera(TestPicture {
            width: width as usize,
            height: height as usize,
            rate,
        }),
        Some(Camera::File { path }) => engine.camera(Y4mSource { path: path.into() }),
        Some(Camera::App { device }) => engine.camera(holder.hold(device)),
    }
}

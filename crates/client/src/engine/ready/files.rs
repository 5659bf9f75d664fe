//! Files in place of devices.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hullo_protocol::DeviceFailure;

use crate::engine::codec::SAMPLE_RATE;
use crate::engine::device::{AudioInput, AudioOutput, VideoSource};
use crate::engine::filming::VideoSender;
use crate::engine::hearing::AudioSource;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::picture::Picture;
use crate::engine::processing::FRAME_SAMPLES;
use crate::engine::ready::pace;
use crate::engine::speaking::AudioSender;

/// So often, in frames of 10 ms, the file is made whole: what ends the program ends no recording.
const FLUSH_FRAMES: u32 = 10;

/// A microphone that hears a WAV file: 48,000 samples a second of 16 bits; of several channels the first. After its end it is silent.
#[derive(Debug, Clone)]
pub struct WavInput {
    /// Where it lies.
    pub path: PathBuf,
    /// From the start again when it is over.
    pub repeats: bool,
}

/// A loudspeaker that writes a WAV file of 48,000 samples a second of 16 bits, in place of what was there. The file can be read
/// while it is written; each time it is opened it begins again.
#[derive(Debug, Clone)]
pub struct WavOutput {
    /// Where it lies.
    pub path: PathBuf,
}

/// A camera that sees a YUV4MPEG2 file of 8 bits in 4:2:0, again and again.
#[derive(Debug, Clone)]
pub struct Y4mSource {
    /// Where it lies.
    pub path: PathBuf,
}

fn missing(path: &std::path::Path, error: impl std::fmt::Display) -> DeviceError {
    DeviceError::new(
        DeviceFailure::Missing,
        format!("{}: {error}", path.display()),
    )
}

impl AudioInput for WavInput {
    fn open(&mut self, mut to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        let mut reader =
            hound::WavReader::open(&self.path).map_err(|error| missing(&self.path, error))?;
        let format = reader.spec();
        if format.sample_rate != SAMPLE_RATE as u32 || format.bits_per_sample != 16 {
            let message = format!(
                "it has {} samples a second of {} bits; {SAMPLE_RATE} of 16 are needed",
                format.sample_rate, format.bits_per_sample
            );
            return Err(missing(&self.path, message));
        }
        let samples: Vec<i16> = reader
            .samples::<i16>()
            .step_by(usize::from(format.channels.max(1)))
            .collect::<Result<_, _>>()
            .map_err(|error| missing(&self.path, error))?;
        let repeats = self.repeats;
        let mut position = 0;
        pace::every(Duration::from_millis(10), move || {
            let mut heard = [0; FRAME_SAMPLES];
            for sample in &mut heard {
                if position == samples.len() && repeats {
                    position = 0;
                }
                let Some(next) = samples.get(position) else {
                    break;
                };
                *sample = *next;
                position += 1;
            }
            to.send(&heard);
            true
        })
    }
}

impl AudioOutput for WavOutput {
    fn open(&mut self, mut from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        let format = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE as u32,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let file = File::create(&self.path).map_err(|error| missing(&self.path, error))?;
        let mut writer = hound::WavWriter::new(BufWriter::new(file), format)
            .map_err(|error| missing(&self.path, error))?;
        let path = self.path.clone();
        let mut played = [0; FRAME_SAMPLES];
        let mut frames = 0;
        pace::every(Duration::from_millis(10), move || {
            from.fill(&mut played);
            frames += 1;
            let written = played
                .iter()
                .try_for_each(|sample| writer.write_sample(*sample))
                .and_then(|()| match frames % FLUSH_FRAMES {
                    0 => writer.flush(),
                    _ => Ok(()),
                });
            if let Err(error) = written {
                from.stopped(missing(&path, error));
                return false;
            }
            true
        })
    }
}

impl VideoSource for Y4mSource {
    fn open(&mut self, mut to: VideoSender) -> Result<Box<dyn Opened>, DeviceError> {
        let open = |path: &PathBuf| {
            let file = File::open(path).map_err(|error| missing(path, error))?;
            y4m::decode(BufReader::new(file)).map_err(|error| missing(path, format!("{error:?}")))
        };
        let mut decoder = open(&self.path)?;
        let (width, height) = (decoder.get_width(), decoder.get_height());
        let rate = decoder.get_framerate();
        if decoder.get_bytes_per_sample() != 1
            || decoder.get_colorspace() as u8 > y4m::Colorspace::C420paldv as u8
        {
            return Err(missing(&self.path, "it is not 8 bits in 4:2:0"));
        }
        let period = Duration::from_secs(rate.den as u64) / (rate.num as u32).max(1);
        let path = self.path.clone();
        pace::every(period.max(Duration::from_millis(4)), move || {
            let picture = match decoder.read_frame() {
                Ok(frame) => {
                    let data = [
                        frame.get_y_plane(),
                        frame.get_u_plane(),
                        frame.get_v_plane(),
                    ]
                    .concat();
                    Picture::new(width, height, data, Instant::now())
                }
                Err(y4m::Error::EOF) => match open(&path) {
                    Ok(again) => {
                        decoder = again;
                        return true;
                    }
                    Err(error) => {
                        to.stopped(error);
                        return false;
                    }
                },
                Err(error) => {
                    to.stopped(missing(&path, format!("{error:?}")));
                    return false;
                }
            };
            if let Some(picture) = picture {
                to.send(picture);
            }
            true
        })
    }
}

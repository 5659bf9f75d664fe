//! The machine's own microphone and loudspeaker: those that the person has chosen in the system's settings.

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{Device, ErrorKind, SampleFormat, StreamConfig, SupportedStreamConfigRange};
use hullo_protocol::DeviceFailure;

use crate::engine::codec::SAMPLE_RATE;
use crate::engine::device::{AudioInput, AudioOutput};
use crate::engine::hearing::AudioSource;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::speaking::AudioSender;

/// The microphone. It must have 48,000 samples a second, which the sound systems of all machines bring.
#[derive(Debug, Clone, Copy, Default)]
pub struct CardInput;

/// The loudspeaker, as [`CardInput`].
#[derive(Debug, Clone, Copy, Default)]
pub struct CardOutput;

impl From<cpal::Error> for DeviceError {
    fn from(error: cpal::Error) -> Self {
        let failure = match error.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => DeviceFailure::Missing,
            ErrorKind::PermissionDenied => DeviceFailure::Denied,
            _ => DeviceFailure::Busy,
        };
        Self::new(failure, error.to_string())
    }
}

/// How a device is opened: with as few channels as it has, in one of two formats.
struct Format {
    config: StreamConfig,
    samples: SampleFormat,
}

impl Format {
    fn of(ranges: impl Iterator<Item = SupportedStreamConfigRange>) -> Result<Self, DeviceError> {
        let rate = SAMPLE_RATE as u32;
        let formats = [SampleFormat::I16, SampleFormat::F32];
        let fits = |range: &SupportedStreamConfigRange| {
            (range.min_sample_rate()..=range.max_sample_rate()).contains(&rate)
                && formats.contains(&range.sample_format())
        };
        let best = ranges.filter(fits).min_by_key(|range| {
            let is_float = range.sample_format() == SampleFormat::F32;
            (range.channels(), is_float)
        });
        let range = best.ok_or_else(|| {
            let message = format!("it has no {rate} samples a second of 16 bits or floats");
            DeviceError::new(DeviceFailure::Missing, message)
        })?;
        Ok(Self {
            samples: range.sample_format(),
            config: range.with_sample_rate(rate).config(),
        })
    }

    fn channels(&self) -> usize {
        usize::from(self.config.channels.max(1))
    }
}

/// What ALSA has to say goes into the error, not onto the program's terminal.
fn quietly<T>(open: impl FnOnce() -> Result<T, DeviceError>) -> Result<T, DeviceError> {
    #[cfg(target_os = "linux")]
    if let Ok(said) = alsa::Output::local_error_handler() {
        return open().map_err(|error| {
            let said = said
                .borrow()
                .buffer_string(|text| String::from_utf8_lossy(text).trim().to_owned());
            match said.is_empty() {
                true => error,
                false => DeviceError::new(error.failure, format!("{}: {said}", error.message)),
            }
        });
    }
    open()
}

fn missing(what: &str) -> DeviceError {
    DeviceError::new(DeviceFailure::Missing, format!("there is no {what}"))
}

/// What ends a device; the rest are gaps, which are heard and go by.
fn is_fatal(error: &cpal::Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged
    )
}

fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).clamp(-32_768.0, 32_767.0) as i16
}

impl AudioInput for CardInput {
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        quietly(|| {
            let device = cpal::default_host().default_input_device();
            let device = device.ok_or_else(|| missing("microphone"))?;
            let format = Format::of(device.supported_input_configs()?)?;
            let stream = match format.samples {
                SampleFormat::I16 => listen(&device, &format, to, |sample: i16| sample)?,
                _ => listen(&device, &format, to, to_i16)?,
            };
            Ok(Box::new(stream) as Box<dyn Opened>)
        })
    }
}

/// Of several channels the first is heard.
fn listen<T: cpal::SizedSample + Send + 'static>(
    device: &Device,
    format: &Format,
    mut to: AudioSender,
    convert: fn(T) -> i16,
) -> Result<cpal::Stream, DeviceError> {
    let channels = format.channels();
    let alarm = to.alarm();
    let mut heard = Vec::new();
    let stream = device.build_input_stream(
        format.config,
        move |samples: &[T], _: &_| {
            heard.clear();
            heard.extend(samples.iter().step_by(channels).copied().map(convert));
            to.send(&heard);
        },
        move |error| {
            if is_fatal(&error) {
                alarm.raise(error.into());
            }
        },
        None,
    )?;
    stream.play()?;
    Ok(stream)
}

impl AudioOutput for CardOutput {
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        quietly(|| {
            let device = cpal::default_host().default_output_device();
            let device = device.ok_or_else(|| missing("loudspeaker"))?;
            let format = Format::of(device.supported_output_configs()?)?;
            let stream = match format.samples {
                SampleFormat::I16 => play(&device, &format, from, |sample| sample)?,
                _ => play(&device, &format, from, |sample| {
                    f32::from(sample) / 32_768.0
                })?,
            };
            Ok(Box::new(stream) as Box<dyn Opened>)
        })
    }
}

/// The same in all channels.
fn play<T: cpal::SizedSample + Send + 'static>(
    device: &Device,
    format: &Format,
    mut from: AudioSource,
    convert: fn(i16) -> T,
) -> Result<cpal::Stream, DeviceError> {
    let channels = format.channels();
    let alarm = from.alarm();
    let mut played = Vec::new();
    let stream = device.build_output_stream(
        format.config,
        move |samples: &mut [T], _: &_| {
            played.resize(samples.len() / channels, 0);
            from.fill(&mut played);
            for (frame, sample) in samples.chunks_mut(channels).zip(&played) {
                frame.fill(convert(*sample));
            }
        },
        move |error| {
            if is_fatal(&error) {
                alarm.raise(error.into());
            }
        },
        None,
    )?;
    stream.play()?;
    Ok(stream)
}

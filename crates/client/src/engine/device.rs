//! Devices as an app or a platform brings them: each is opened while it is wanted, on a thread of its own, which may wait for it.

use crate::engine::filming::VideoSender;
use crate::engine::hearing::AudioSource;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::speaking::AudioSender;

/// Where what the person says comes from.
pub trait AudioInput: Send + 'static {
    /// Opens it when a call wants it; what it hears goes to `to`. It may wait for the platform.
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError>;
}

/// Where the others are heard.
pub trait AudioOutput: Send + 'static {
    /// Opens it when there is somebody to be heard; what it plays comes from `from`.
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError>;
}

/// Where what the others see comes from.
pub trait VideoSource: Send + 'static {
    /// Opens it when a call wants it; what it sees goes to `to`. It may wait for the platform.
    fn open(&mut self, to: VideoSender) -> Result<Box<dyn Opened>, DeviceError>;
}

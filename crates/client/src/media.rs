//! What carries sound and pictures.

use std::future::{Future, pending};

use hullo_core::endpoint::{MediaCommand, MediaEvent};

/// The connection of a call and this device's devices, as the state machine commands them: what `RTCPeerConnection` and
/// `getUserMedia` are to a page. [`Rtc`](crate::Rtc) is one.
pub trait Media: Send + 'static {
    /// Carries out a command. It does not wait: what comes of it is told by [`Media::happened`].
    fn apply(&mut self, command: MediaCommand);

    /// The next thing that has happened. Loses nothing when it is dropped before it is done.
    fn happened(&mut self) -> impl Future<Output = MediaEvent> + Send;
}

/// For a program that watches and rings, and is in no call: a call that it accepts gets no connection, and ends after a while.
#[derive(Debug, Default)]
pub struct NoMedia;

impl Media for NoMedia {
    fn apply(&mut self, _: MediaCommand) {}

    async fn happened(&mut self) -> MediaEvent {
        pending().await
    }
}

//! Devices as an app or a platform brings them: each is opened while it is wanted, on a thread of its own, which may wait for it.

use std::sync::mpsc as std_mpsc;
use std::thread;

use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};
use tokio::sync::mpsc::UnboundedSender;

use crate::devices::FromDevice;
use crate::engine::hearing::AudioSource;
use crate::engine::speaking::AudioSender;
use crate::engine::filming::VideoSender;

/// Why a device could not be opened, or stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeviceError {
    /// What the call is told.
    pub failure: DeviceFailure,
    /// What the platform says, for the app's eyes.
    pub message: String,
}

impl DeviceError {
    /// With what the platform says.
    pub fn new(failure: DeviceFailure, message: impl Into<String>) -> Self {
        Self {
            failure,
            message: message.into(),
        }
    }
}

/// An open device: it is closed when this is dropped, on the thread that opened it.
pub trait Opened {}

impl<T> Opened for T {}

/// A microphone.
pub trait AudioInput: Send + 'static {
    /// Opens it when a call wants it; what it hears goes to `to`. It may wait for the platform.
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError>;
}

/// A loudspeaker.
pub trait AudioOutput: Send + 'static {
    /// Opens it when there is somebody to be heard; what it plays comes from `from`.
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError>;
}

/// A camera.
pub trait VideoSource: Send + 'static {
    /// Opens it when a call wants it; what it sees goes to `to`. It may wait for the platform.
    fn open(&mut self, to: VideoSender) -> Result<Box<dyn Opened>, DeviceError>;
}

/// What a keeper is told.
enum Order {
    Want(bool),
    Retry,
    /// The device has stopped by itself: the opening of that number.
    Stopped(u64, DeviceError),
}

/// Tells a keeper that its device has stopped by itself.
#[derive(Clone)]
pub(super) struct Alarm {
    orders: std_mpsc::Sender<Order>,
    opening: u64,
}

impl Alarm {
    pub(super) fn raise(&self, error: DeviceError) {
        // Nobody is there any more who wants it.
        let _ = self.orders.send(Order::Stopped(self.opening, error));
    }

    /// One that nobody minds.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        let (orders, _) = std_mpsc::channel();
        Self { orders, opening: 0 }
    }
}

/// Opens and closes one device on a thread of its own; ends, and closes it, when this is dropped.
pub(super) struct Keeper(std_mpsc::Sender<Order>);

impl Keeper {
    /// `open` opens the device. What has become of it is said to `said` where it is of a kind that the call knows.
    pub(super) fn start(
        name: &str,
        kind: Option<SlotKind>,
        said: UnboundedSender<FromDevice>,
        open: impl FnMut(Alarm) -> Result<Box<dyn Opened>, DeviceError> + Send + 'static,
    ) -> Self {
        let (orders, taken) = std_mpsc::channel();
        let (thread_orders, thread_name) = (orders.clone(), name.to_owned());
        let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // Made here: an open device may not move to another thread.
            let keeping = Keeping {
                kind,
                said,
                open,
                orders: thread_orders,
                opening: 0,
                opened: None,
                wanted: false,
                name: thread_name,
            };
            keeping.run(taken);
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the {name}");
        }
        Self(orders)
    }

    pub(super) fn want(&self, wanted: bool) {
        // A thread that could not be started has been complained of.
        let _ = self.0.send(Order::Want(wanted));
    }

    pub(super) fn retry(&self) {
        let _ = self.0.send(Order::Retry);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.want(false);
    }
}

struct Keeping<F> {
    kind: Option<SlotKind>,
    said: UnboundedSender<FromDevice>,
    open: F,
    orders: std_mpsc::Sender<Order>,
    opening: u64,
    opened: Option<Box<dyn Opened>>,
    wanted: bool,
    name: String,
}

impl<F: FnMut(Alarm) -> Result<Box<dyn Opened>, DeviceError>> Keeping<F> {
    fn run(mut self, taken: std_mpsc::Receiver<Order>) {
        while let Ok(order) = taken.recv() {
            match order {
                Order::Want(wanted) => self.want(wanted),
                Order::Retry => {
                    let wanted = self.wanted;
                    self.want(wanted);
                }
                Order::Stopped(opening, error) => self.stopped(opening, error),
            }
            if self.said.is_closed() {
                return;
            }
        }
    }

    fn want(&mut self, wanted: bool) {
        self.wanted = wanted;
        if !wanted {
            self.opened = None;
            return self.say(DeviceState::Off, None);
        }
        if self.opened.is_none() {
            self.opening += 1;
            let alarm = Alarm {
                orders: self.orders.clone(),
                opening: self.opening,
            };
            match (self.open)(alarm) {
                Ok(opened) => self.opened = Some(opened),
                Err(error) => return self.failed(error),
            }
        }
        self.say(DeviceState::On, None);
    }

    fn stopped(&mut self, opening: u64, error: DeviceError) {
        if opening == self.opening && self.opened.take().is_some() {
            self.failed(error);
        }
    }

    fn failed(&self, error: DeviceError) {
        tracing::warn!(%error, "the {} cannot be used", self.name);
        self.say(DeviceState::Failed, Some(error));
    }

    fn say(&self, state: DeviceState, error: Option<DeviceError>) {
        let Some(kind) = self.kind else {
            return;
        };
        let (failure, message) = match error {
            Some(error) => (Some(error.failure), Some(error.message)),
            None => (None, None),
        };
        // The call may be over.
        let _ = self.said.send(FromDevice::State {
            kind,
            state,
            failure,
            message,
        });
    }
}

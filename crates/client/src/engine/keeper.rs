//! The thread that opens and closes a device, and may wait for it.

use std::sync::mpsc as std_mpsc;
use std::thread;

use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};
use tokio::sync::mpsc::UnboundedSender;

use crate::devices::FromDevice;

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
                failed: None,
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
    /// Why it is not open though it is wanted: it is tried again when it is asked for that.
    failed: Option<DeviceError>,
    name: String,
}

impl<F: FnMut(Alarm) -> Result<Box<dyn Opened>, DeviceError>> Keeping<F> {
    fn run(mut self, taken: std_mpsc::Receiver<Order>) {
        while let Ok(order) = taken.recv() {
            match order {
                Order::Want(true) => self.open(),
                Order::Want(false) => self.close(),
                Order::Retry if self.failed.take().is_some() => self.open(),
                Order::Retry => {}
                Order::Stopped(opening, error) => self.stopped(opening, error),
            }
            if self.said.is_closed() {
                return;
            }
        }
    }

    fn open(&mut self) {
        if self.opened.is_none() && self.failed.is_none() {
            self.opening += 1;
            let alarm = Alarm {
                orders: self.orders.clone(),
                opening: self.opening,
            };
            match (self.open)(alarm) {
                Ok(opened) => self.opened = Some(opened),
                Err(error) => self.fail(error),
            }
        }
        self.say();
    }

    fn close(&mut self) {
        (self.opened, self.failed) = (None, None);
        self.say();
    }

    fn stopped(&mut self, opening: u64, error: DeviceError) {
        if opening == self.opening && self.opened.take().is_some() {
            self.fail(error);
            self.say();
        }
    }

    fn fail(&mut self, error: DeviceError) {
        tracing::warn!(%error, "the {} cannot be used", self.name);
        self.failed = Some(error);
    }

    fn say(&self) {
        let Some(kind) = self.kind else {
            return;
        };
        let state = match (&self.opened, &self.failed) {
            (Some(_), _) => DeviceState::On,
            (None, Some(_)) => DeviceState::Failed,
            (None, None) => DeviceState::Off,
        };
        let failure = self.failed.as_ref().map(|error| error.failure);
        let message = self.failed.as_ref().map(|error| error.message.clone());
        // The call may be over.
        let _ = self.said.send(FromDevice::State {
            kind,
            state,
            failure,
            message,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Says when it is closed.
    struct Device(std_mpsc::Sender<&'static str>);

    impl Drop for Device {
        fn drop(&mut self) {
            // The test may be over.
            let _ = self.0.send("closed");
        }
    }

    fn states(
        heard: &mut tokio::sync::mpsc::UnboundedReceiver<FromDevice>,
    ) -> (DeviceState, Option<DeviceFailure>) {
        match heard.blocking_recv() {
            Some(FromDevice::State { state, failure, .. }) => (state, failure),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_device_is_opened_closed_tried_again_and_given_up_as_it_goes() {
        let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let (closed, closings) = std_mpsc::channel();
        let broken = Arc::new(Mutex::new(true));
        let alarms = Arc::new(Mutex::new(Vec::new()));
        let (is_broken, kept) = (broken.clone(), alarms.clone());
        let open = move |alarm: Alarm| -> Result<Box<dyn Opened>, DeviceError> {
            if *is_broken.lock().unwrap() {
                return Err(DeviceError::new(DeviceFailure::Busy, "in use"));
            }
            kept.lock().unwrap().push(alarm);
            Ok(Box::new(Device(closed.clone())))
        };
        let keeper = Keeper::start("camera", Some(SlotKind::Video), said, open);
        keeper.want(true);
        let busy = (DeviceState::Failed, Some(DeviceFailure::Busy));
        assert_eq!(states(&mut heard), busy);
        *broken.lock().unwrap() = false;
        keeper.want(true);
        assert_eq!(states(&mut heard), busy, "nobody has asked for another try");
        keeper.retry();
        assert_eq!(states(&mut heard), (DeviceState::On, None));
        let unplugged = DeviceError::new(DeviceFailure::Missing, "unplugged");
        alarms.lock().unwrap()[0].raise(unplugged.clone());
        let missing = (DeviceState::Failed, Some(DeviceFailure::Missing));
        assert_eq!(states(&mut heard), missing);
        assert_eq!(closings.recv(), Ok("closed"));
        keeper.retry();
        assert_eq!(states(&mut heard), (DeviceState::On, None));
        // It is open: there is nothing to try, and what the one before says late is nothing to this one.
        keeper.retry();
        alarms.lock().unwrap()[0].raise(unplugged);
        keeper.want(false);
        assert_eq!(states(&mut heard), (DeviceState::Off, None));
        assert_eq!(closings.recv(), Ok("closed"));
        keeper.want(true);
        assert_eq!(states(&mut heard), (DeviceState::On, None));
        drop(heard);
        drop(keeper);
        assert_eq!(
            closings.recv(),
            Ok("closed"),
            "it is closed with its engine"
        );
    }
}

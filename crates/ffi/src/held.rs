//! What is an app's and held here: a listener, devices, who is asked for tokens. A client that is closed has let go of all of it: in some
//! languages a program must not end while a thread is about to call back, if only to say that something is no longer held.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::mpsc;

/// Holds what is an app's.
#[derive(Clone)]
pub(crate) struct Holder {
    _alive: mpsc::Sender<Infallible>,
}

/// An app's, until it is dropped.
pub(crate) struct Held<T: ?Sized> {
    // The first, so that it is gone when the holder is told.
    it: Arc<T>,
    _holder: Holder,
}

/// Tells when nothing is held any more.
pub(crate) struct Released(mpsc::Receiver<Infallible>);

impl Holder {
    pub(crate) fn new() -> (Self, Released) {
        let (alive, released) = mpsc::channel(1);
        (Self { _alive: alive }, Released(released))
    }

    pub(crate) fn hold<T: ?Sized>(&self, it: Arc<T>) -> Held<T> {
        Held {
            it,
            _holder: self.clone(),
        }
    }
}

impl Released {
    pub(crate) async fn wait(mut self) {
        // Nothing is ever sent: it ends with the last holder.
        while self.0.recv().await.is_some() {}
    }
}

impl<T: ?Sized> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.it
    }
}

impl<T: ?Sized> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self {
            it: self.it.clone(),
            _holder: self._holder.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_held_once_the_last_was_dropped_wherever_that_is() {
        let (holder, released) = Holder::new();
        let text: Arc<str> = "an app's".into();
        let held = holder.hold(text.clone());
        let again = held.clone();
        assert_eq!(&*again, "an app's");
        drop((holder, held));
        let elsewhere = std::thread::spawn(move || drop(again));
        released.wait().await;
        elsewhere.join().unwrap();
        assert_eq!(Arc::strong_count(&text), 1);
    }

    #[tokio::test]
    async fn what_is_held_is_waited_for() {
        let (holder, mut released) = Holder::new();
        let held = holder.hold(Arc::new(()));
        drop(holder);
        assert!(
            released
                .0
                .try_recv()
                .is_err_and(|why| why == mpsc::error::TryRecvError::Empty)
        );
        drop(held);
        released.wait().await;
    }
}

//! A clock for devices that have none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hullo_protocol::DeviceFailure;

use crate::engine::keeper::{DeviceError, Opened};

/// Further behind, what was missed is left out.
const BEHIND_MAX: Duration = Duration::from_millis(500);

/// A thread that does something at each tick; it ends when this is dropped.
struct Pace {
    is_over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Does this every `period`, until what is given back is dropped or it says false.
pub(super) fn every(
    period: Duration,
    mut tick: impl FnMut() -> bool + Send + 'static,
) -> Result<Box<dyn Opened>, DeviceError> {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = is_over.clone();
    let thread = thread::Builder::new()
        .name("hullo pace".to_owned())
        .spawn(move || {
            let mut due = Instant::now();
            while !over.load(Ordering::Relaxed) && tick() {
                due += period;
                let now = Instant::now();
                if now > due + BEHIND_MAX {
                    due = now;
                }
                thread::sleep(due.saturating_duration_since(now));
            }
        })
        .map_err(|error| DeviceError::new(DeviceFailure::Busy, error.to_string()))?;
    Ok(Box::new(Pace {
        is_over,
        thread: Some(thread),
    }))
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // One that has failed has ended.
            let _ = thread.join();
        }
    }
}

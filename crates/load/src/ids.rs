//! Ids that nobody else makes: a random number of the process, and a counter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use hullo_protocol::{CallId, RequestId};

/// Makes ids.
#[derive(Debug)]
pub(crate) struct Ids {
    random: u64,
    next: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Result<Self> {
        let random = getrandom::u64().context("this machine gives no random numbers")?;
        Ok(Self {
            random,
            next: AtomicU64::new(1),
        })
    }

    pub(crate) fn request(&self) -> RequestId {
        RequestId::from_parts(unix_ms(), self.unique())
    }

    pub(crate) fn call(&self) -> CallId {
        CallId::from_parts(unix_ms(), self.unique())
    }

    fn unique(&self) -> u128 {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        // Of the upper half 14 bits fall away in a UUID; the counter is whole, and the time is beside it.
        u128::from(self.random) << 40 | u128::from(count)
    }
}

fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 makes poor ids, but different ones.
    now.map_or(0, |now| now.as_millis() as u64)
}

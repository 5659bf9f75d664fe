//! What waits for a thread: two lanes, each with a limit.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Which of two is done first. From each lane something is taken each time, so that neither starves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Somebody's call waits for it.
    Call,
    Other,
}

pub(super) struct Queue<J> {
    limit: usize,
    lanes: Mutex<Lanes<J>>,
    filled: Condvar,
}

struct Lanes<J> {
    call: VecDeque<J>,
    other: VecDeque<J>,
    closed: bool,
}

/// What a thread gets.
pub(super) enum Taken<J> {
    Jobs(Vec<J>),
    /// Nothing came in time.
    Nothing,
    /// Nothing comes any more.
    Closed,
}

impl<J> Queue<J> {
    /// A queue that takes `limit` jobs in each lane.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            lanes: Mutex::new(Lanes {
                call: VecDeque::new(),
                other: VecDeque::new(),
                closed: false,
            }),
            filled: Condvar::new(),
        }
    }

    /// Adds a job at the end of its lane; false when the lane is full or the queue is closed.
    pub(super) fn push(&self, lane: Lane, job: J) -> bool {
        let mut lanes = self.lanes();
        if lanes.closed {
            return false;
        }
        let queue = match lane {
            Lane::Call => &mut lanes.call,
            Lane::Other => &mut lanes.other,
        };
        if queue.len() >= self.limit {
            return false;
        }
        queue.push_back(job);
        drop(lanes);
        self.filled.notify_one();
        true
    }

    /// Waits for jobs until `until`, and takes at most so many of each lane, those of the calls first.
    pub(super) fn take(&self, calls_max: usize, others_max: usize, until: Instant) -> Taken<J> {
        let mut lanes = self.lanes();
        loop {
            if !lanes.call.is_empty() || !lanes.other.is_empty() {
                let calls = lanes.call.len().min(calls_max);
                let others = lanes.other.len().min(others_max);
                let mut jobs: Vec<J> = lanes.call.drain(..calls).collect();
                jobs.extend(lanes.other.drain(..others));
                return Taken::Jobs(jobs);
            }
            if lanes.closed {
                return Taken::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            let waited = self.filled.wait_timeout(lanes, left);
            lanes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes nothing more; what waits is still done.
    pub(super) fn close(&self) {
        self.lanes().closed = true;
        self.filled.notify_all();
    }

    /// How many jobs wait.
    pub(super) fn len(&self) -> usize {
        let lanes = self.lanes();
        lanes.call.len() + lanes.other.len()
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes<J>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn take(queue: &Queue<u32>, calls_max: usize, others_max: usize) -> Vec<u32> {
        match queue.take(calls_max, others_max, Instant::now()) {
            Taken::Jobs(jobs) => jobs,
            Taken::Nothing | Taken::Closed => Vec::new(),
        }
    }

    #[test]
    fn calls_come_first_and_neither_lane_starves() {
        let queue = Queue::new(8);
        for job in 0..4 {
            assert!(queue.push(Lane::Other, job));
            assert!(queue.push(Lane::Call, 10 + job));
        }
        assert_eq!(take(&queue, 3, 1), [10, 11, 12, 0]);
        assert_eq!(take(&queue, 3, 1), [13, 1]);
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn full_lane_refuses_at_once_and_leaves_the_other_one_open() {
        let queue = Queue::new(1);
        assert!(queue.push(Lane::Other, 1));
        assert!(!queue.push(Lane::Other, 2));
        assert!(queue.push(Lane::Call, 3));
    }

    #[test]
    fn closed_queue_gives_what_it_has_and_then_ends() {
        let queue = Queue::new(2);
        assert!(queue.push(Lane::Call, 1));
        queue.close();
        assert!(!queue.push(Lane::Call, 2));
        assert_eq!(take(&queue, 2, 2), [1]);
        let later = Instant::now() + Duration::from_secs(60);
        assert!(matches!(queue.take(2, 2, later), Taken::Closed));
    }
}

//! The one thread that writes: it takes whatever waits, runs it as one transaction, and answers when that is on the disk.
//!
//! Each job has a savepoint of its own, so that what is refused to one does not concern the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::desk::Desk;
use super::fault::Fault;
use super::log::Log;
use super::prune::Prune;
use super::queue::{Queue, Taken};
use crate::store::StoreError;

/// Jobs that share a transaction at most, of each lane.
const CALLS_MAX: usize = 256;
const OTHERS_MAX: usize = 64;
/// Transactions begin this far apart at least: what comes in between shares the next one, so that 200 calls a second need less
/// than two transactions each. Whoever comes after a pause does not wait.
const APART: Duration = Duration::from_millis(2);

/// Something to write.
pub(super) trait Job: Send {
    /// Does it, within a transaction; false to take back whatever it has done. May be asked again, when the transaction was lost.
    fn run(&mut self, desk: &mut Desk) -> bool;
    /// Answers, once the transaction is on the disk or has failed.
    fn answer(self: Box<Self>, stored: Result<(), StoreError>);
}

/// The job that calls a function and sends its result.
pub(super) struct Task<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    to: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F: FnMut(&mut Desk) -> Result<T, E>> Task<T, E, F> {
    pub(super) fn new(work: F, to: oneshot::Sender<Result<T, E>>) -> Self {
        Self {
            work,
            result: None,
            to,
        }
    }
}

impl<T, E, F> Job for Task<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Desk) -> Result<T, E> + Send,
{
    fn run(&mut self, desk: &mut Desk) -> bool {
        let result = (self.work)(desk);
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn answer(self: Box<Self>, stored: Result<(), StoreError>) {
        let result = match (self.result, stored) {
            (Some(Err(refused)), _) => Err(refused),
            (_, Err(error)) => Err(E::from(error)),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(E::from(StoreError::Unavailable("it was not tried".into()))),
        };
        // Whoever asked may have given up waiting; what is stored stays stored.
        let _ = self.to.send(result);
    }
}

/// What the thread has done and does.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) transactions: AtomicU64,
    /// Jobs in the transaction that is under way.
    pub(super) under_way: AtomicUsize,
}

pub(super) type Jobs = Queue<Box<dyn Job>>;

/// Works until the queue is closed and empty.
pub(super) fn run(
    mut desk: Desk,
    jobs: &Arc<Jobs>,
    mut prune: Prune,
    log: &Log,
    fault: &Fault,
    progress: &Progress,
) {
    let _closing = Closing(jobs, log);
    let mut began = None;
    loop {
        match jobs.take(CALLS_MAX, OTHERS_MAX, prune.due()) {
            Taken::Jobs(taken) => {
                let taken = gather(taken, jobs, began);
                began = Some(Instant::now());
                progress.under_way.store(taken.len(), Ordering::Relaxed);
                transact(&mut desk, taken, fault);
                progress.under_way.store(0, Ordering::Relaxed);
                progress.transactions.fetch_add(1, Ordering::Relaxed);
            }
            Taken::Nothing => {}
            Taken::Closed => break,
        }
        if prune.due() <= Instant::now() {
            prune.step(&mut desk);
        }
        log.look_after(&desk.connection);
    }
    log.close();
    let truncated = desk
        .connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = truncated {
        tracing::warn!(%error, "the write-ahead log stays as it is until the next start");
    }
}

/// Closes the queue when the thread ends, however it ends: nobody waits for nobody.
struct Closing<'a>(&'a Arc<Jobs>, &'a Log);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.1.close();
    }
}

/// Waits until it is time for the next transaction, and adds what has come by then.
fn gather(
    mut taken: Vec<Box<dyn Job>>,
    jobs: &Arc<Jobs>,
    began: Option<Instant>,
) -> Vec<Box<dyn Job>> {
    let wait = began.map_or(Duration::ZERO, |began: Instant| {
        (began + APART).saturating_duration_since(Instant::now())
    });
    if !wait.is_zero() {
        std::thread::sleep(wait);
        if let Taken::Jobs(more) = jobs.take(CALLS_MAX, OTHERS_MAX, Instant::now()) {
            taken.extend(more);
        }
    }
    taken
}

/// Runs the jobs as one transaction and answers them.
fn transact(desk: &mut Desk, mut jobs: Vec<Box<dyn Job>>, fault: &Fault) {
    let began = fault
        .meet()
        .and_then(|()| Ok(desk.execute("BEGIN IMMEDIATE", ())?));
    if let Err(error) = began {
        return answer(jobs, &Err(error));
    }
    for job in &mut jobs {
        if let Err(error) = run_one(desk, job) {
            roll_back(desk);
            return answer(jobs, &Err(error));
        }
        // SQLite takes everything back by itself when a disk fails or a file is full.
        if desk.connection.is_autocommit() {
            desk.forget();
            return run_again(desk, jobs, fault);
        }
    }
    let stored = desk.execute("COMMIT", ()).map(drop);
    if stored.is_err() {
        roll_back(desk);
    }
    answer(jobs, &stored.map_err(StoreError::from));
}

/// Runs a job within a savepoint. An error means that the transaction is of no use any more.
fn run_one(desk: &mut Desk, job: &mut Box<dyn Job>) -> Result<(), StoreError> {
    desk.execute("SAVEPOINT job", ())?;
    if !job.run(desk) {
        desk.forget();
        if desk.connection.is_autocommit() {
            return Ok(());
        }
        desk.execute("ROLLBACK TO job", ())?;
    }
    desk.execute("RELEASE job", ())?;
    Ok(())
}

/// One job has brought the transaction down: each gets one of its own.
fn run_again(desk: &mut Desk, mut jobs: Vec<Box<dyn Job>>, fault: &Fault) {
    if jobs.len() == 1 {
        let lost = StoreError::Unavailable("the transaction was taken back".to_owned());
        return answer(jobs, &Err(lost));
    }
    for job in jobs.drain(..) {
        transact(desk, vec![job], fault);
    }
}

fn roll_back(desk: &mut Desk) {
    desk.forget();
    // Fails when SQLite has rolled back already, which is as good.
    let _ = desk.execute("ROLLBACK", ());
}

fn answer(jobs: Vec<Box<dyn Job>>, stored: &Result<(), StoreError>) {
    for job in jobs {
        job.answer(stored.clone());
    }
}

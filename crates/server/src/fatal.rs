//! The end of a process that could only go on by half. Whoever watches over it starts it again, and the next one goes on with
//! all calls.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What the process ends with (EX_SOFTWARE of sysexits.h).
const EXIT_CODE: i32 = 70;
/// A pipe that nobody reads does not keep the process for longer.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Says why, and ends the process.
pub(crate) fn end_process(why: &str) -> ! {
    let line = format!("error: {why}; the process ends, to be started again\n");
    let (done, written) = mpsc::channel();
    // Not through the log, whose lines are written later.
    thread::spawn(move || {
        let _ = std::io::stderr().write_all(line.as_bytes());
        let _ = done.send(());
    });
    let _ = written.recv_timeout(LAST_WORDS);
    std::process::exit(EXIT_CODE)
}

/// Does the work of a thread without which the others are of no use: a panic in it ends the process.
pub(crate) fn vital<T>(thread: &str, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| end_process(&format!("the thread {thread} has failed")))
}

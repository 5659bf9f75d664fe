//! Structured logs on standard error. Secrets, tokens and session descriptions are never logged.
//!
//! Nobody waits for whoever reads them: lines go to a thread of their own, and when it does not get rid of them (a pipe
//! that nobody empties), further ones are dropped and counted.

use std::io::{self, IsTerminal as _};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// These crates trace whole frames, and with them tokens: not even `trace` makes them speak.
const SILENT: [&str; 3] = ["tungstenite=warn", "tokio_tungstenite=warn", "hyper=info"];
/// Lines that wait for the reader; a few megabytes.
const LINES_MAX: usize = 16 * 1024;

/// At its end the process waits so long for the reader of its log.
const LAST_LINES: Duration = Duration::from_secs(2);

/// The log that was started. What waits is written when this goes.
pub(crate) struct Log {
    lost: ErrorCounter,
    writer: Option<WorkerGuard>,
}

impl Drop for Log {
    fn drop(&mut self) {
        let writer = self.writer.take();
        let (written, wait) = mpsc::channel();
        // On a thread of its own: when nobody reads, this never ends, and the process ends without it.
        std::thread::spawn(move || {
            drop(writer);
            written.send(())
        });
        let _ = wait.recv_timeout(LAST_LINES);
    }
}

impl Log {
    /// Counts the lines that were dropped.
    pub(crate) fn lost(&self) -> ErrorCounter {
        self.lost.clone()
    }
}

/// From here on, what is traced is written.
pub(crate) fn start(config: &Config) -> Result<Log> {
    let mut filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("{:?} is not a log filter; try info", config.log))?;
    for silent in SILENT {
        filter = filter.add_directive(silent.parse()?);
    }
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES_MAX)
        .lossy(true)
        .thread_name("hullo-log")
        .finish(io::stderr());
    let lost = writer.error_counter();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(writer);
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    if !config.strangers.is_empty() {
        let names = config.strangers.join(", ");
        tracing::info!(names, "nothing here reads these variables");
    }
    Ok(Log {
        lost,
        writer: Some(guard),
    })
}

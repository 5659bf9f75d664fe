//! Structured logs on standard error. Secrets, tokens and session descriptions are never logged.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// These crates trace whole frames, and with them tokens: not even `trace` makes them speak.
const SILENT: [&str; 3] = ["tungstenite=warn", "tokio_tungstenite=warn", "hyper=info"];

/// From here on, what is traced is written.
pub(crate) fn start(config: &Config) -> Result<()> {
    let mut filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("{:?} is not a log filter; try info", config.log))?;
    for silent in SILENT {
        filter = filter.add_directive(silent.parse()?);
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

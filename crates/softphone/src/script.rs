//! For scripts: events go out as JSON lines, and commands come in by lines.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use hullo_client::{Error, Event};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use tokio::sync::mpsc;

use crate::keys::{self, Wish};

pub(crate) struct Script;

impl Script {
    /// Reads commands until standard input is closed.
    pub(crate) fn begin(wishes: mpsc::UnboundedSender<Wish>) -> Self {
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdin()).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                match keys::command(&line) {
                    // The phone may be gone.
                    Some(wish) => _ = wishes.send(wish),
                    None if line.trim().is_empty() => {}
                    None => eprintln!("there is no command {line:?}: see `hullo call --help`"),
                }
            }
        });
        Self
    }

    /// An event, as the SDKs have it.
    pub(crate) fn take(&mut self, event: &Event) -> Result<()> {
        say(&serde_json::to_string(event)?)
    }

    pub(crate) fn complain(&mut self, error: &Error) {
        let refused = json!({
            "event": "refused",
            "kind": error.kind(),
            "message": error.to_string(),
        });
        // Whoever reads has gone, which the next event shows.
        let _ = say(&refused.to_string());
    }
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("nobody reads the events")
}

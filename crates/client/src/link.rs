//! One connection to the server, in a task of its own: it is opened, sends and receives, and is closed, and whoever drives the
//! state machine waits for none of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::transport::{Connection, Transport};

/// A connection that is not there by then has failed.
const CONNECT: Duration = Duration::from_secs(5);
/// A frame that has not gone out by then does not go out.
const SEND: Duration = Duration::from_secs(10);
/// A server that does not answer a close by then is left alone.
const CLOSE: Duration = Duration::from_secs(2);

/// What has happened to the connection of that number.
pub(crate) struct LinkEvent {
    pub(crate) number: u64,
    pub(crate) what: What,
}

pub(crate) enum What {
    Opened,
    Frame(String),
    Closed,
}

/// A connection; closed when it is dropped, after what was sent has gone out.
pub(crate) struct Link {
    pub(crate) number: u64,
    outgoing: mpsc::UnboundedSender<String>,
    task: JoinHandle<()>,
}

impl Link {
    pub(crate) fn open<T: Transport>(
        transport: Arc<T>,
        number: u64,
        events: mpsc::Sender<LinkEvent>,
    ) -> Self {
        let (outgoing, frames) = mpsc::unbounded_channel();
        Self {
            number,
            outgoing,
            task: tokio::spawn(run(transport, frames, Reporter { number, events })),
        }
    }

    pub(crate) fn send(&self, frame: String) {
        // A connection that is closed has said so.
        let _ = self.outgoing.send(frame);
    }

    /// Closes it, and waits until it is.
    pub(crate) async fn close(self) {
        drop(self.outgoing);
        let _ = self.task.await;
    }
}

/// Says what has happened.
struct Reporter {
    number: u64,
    events: mpsc::Sender<LinkEvent>,
}

impl Reporter {
    async fn say(&self, what: What) {
        let number = self.number;
        // Nobody may be there any more who wants to know.
        let _ = self.events.send(LinkEvent { number, what }).await;
    }
}

async fn run<T: Transport>(
    transport: Arc<T>,
    mut frames: mpsc::UnboundedReceiver<String>,
    report: Reporter,
) {
    let opening = timeout(CONNECT, transport.connect());
    let opened = tokio::select! {
        opened = opening => opened,
        // Nothing is sent before it is open: it is not wanted any more.
        _ = frames.recv() => return,
    };
    let mut connection = match opened {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            tracing::debug!(%error, "no connection to the server");
            return report.say(What::Closed).await;
        }
        Err(_) => {
            tracing::debug!("no connection to the server in time");
            return report.say(What::Closed).await;
        }
    };
    report.say(What::Opened).await;
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else {
                    let _ = timeout(CLOSE, connection.close()).await;
                    return;
                };
                if !matches!(timeout(SEND, connection.send(frame)).await, Ok(Ok(()))) {
                    break;
                }
            }
            frame = connection.receive() => match frame {
                Some(text) => report.say(What::Frame(text)).await,
                None => break,
            },
        }
    }
    report.say(What::Closed).await;
}

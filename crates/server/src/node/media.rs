//! The media plane's shell: one thread owns the SFU and its UDP sockets. Commands come from the actors, facts go back to
//! them. The thread sleeps until a command, a datagram or a deadline.

mod command;
mod interfaces;
mod offers;
mod plane;
mod sockets;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use hullo_core::hub::RoomCommand;
use hullo_protocol::{AppKey, CallId};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::fact::Fact;
use super::fault::{Fault, Part};
use super::pulse::Pulse;
use super::session_queue::SessionHandle;
use crate::fatal;
use crate::metrics::Metrics;
use command::Command;
use hullo_sfu::Config;
use offers::{Offers, ReadOffer};
use plane::Plane;
pub(crate) use sockets::MediaSockets;
use sockets::Sockets;

/// Commands and datagrams that are taken in one go, before what came out of them is sent.
const BATCH: usize = 64;

/// The way to the media thread.
pub(crate) struct Media {
    commands: mpsc::UnboundedSender<Command>,
    pulse: Arc<Pulse>,
}

/// The way of one app to the media thread.
pub(super) struct AppMedia {
    app: AppKey,
    facts: mpsc::UnboundedSender<Fact>,
    commands: mpsc::UnboundedSender<Command>,
    /// The rooms that it has there.
    open: BTreeSet<CallId>,
}

/// What comes to the media thread from others.
struct Inbox {
    commands: mpsc::UnboundedReceiver<Command>,
    offers: mpsc::UnboundedReceiver<ReadOffer>,
}

impl Media {
    /// Starts the thread. It ends when this and all that came out of it are gone.
    pub(crate) fn start(sockets: MediaSockets, metrics: Arc<Metrics>) -> io::Result<Self> {
        // Unbounded, so that an actor never waits for media; each command answers a request, which are limited by session.
        let (commands, inbox) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let config = Config::new(sockets.announced());
        let (offers, read) = Offers::start(&config)?;
        let plane = Plane::new(config, offers);
        let pulse = Arc::new(Pulse::new());
        let own_pulse = pulse.clone();
        std::thread::Builder::new()
            .name("hullo-media".to_owned())
            .spawn(move || {
                let inbox = Inbox {
                    commands: inbox,
                    offers: read,
                };
                // Without media every call is mute. The next process goes on with all calls; this one could not.
                let work = serve(runtime, plane, sockets, inbox, &metrics, &own_pulse);
                fatal::vital("that forwards media", work);
            })?;
        Ok(Self { commands, pulse })
    }

    /// How the thread is doing.
    pub(super) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    pub(super) fn of_app(&self, app: AppKey, facts: mpsc::UnboundedSender<Fact>) -> AppMedia {
        AppMedia {
            app,
            facts,
            commands: self.commands.clone(),
            open: BTreeSet::new(),
        }
    }
}

impl AppMedia {
    /// Has the thread carry out a command of the hub; the answer to an offer goes to `asker`.
    pub(super) fn command(
        &mut self,
        call_id: CallId,
        command: RoomCommand,
        asker: Option<SessionHandle>,
    ) {
        if command == RoomCommand::Open {
            self.open.insert(call_id);
        } else if command == RoomCommand::Close {
            self.open.remove(&call_id);
        }
        let sent = self.commands.send(Command {
            app: self.app.clone(),
            call_id,
            command,
            asker,
            facts: self.facts.clone(),
        });
        if sent.is_err() {
            tracing::error!(%call_id, "the media thread has ended");
        }
    }
}

impl Drop for AppMedia {
    /// The next actor of the app knows nothing of the rooms of one that has failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for call_id in std::mem::take(&mut self.open) {
                self.command(call_id, RoomCommand::Close, None);
            }
        }
    }
}

fn serve(
    runtime: Runtime,
    plane: Plane,
    sockets: MediaSockets,
    inbox: Inbox,
    metrics: &Metrics,
    pulse: &Pulse,
) -> impl FnOnce() {
    move || {
        runtime.block_on(async {
            match sockets.open() {
                Ok(sockets) => run(plane, sockets, inbox, metrics, pulse).await,
                Err(error) => {
                    fatal::end_process(&format!("the media sockets cannot be used: {error}"))
                }
            }
        });
    }
}

async fn run(
    mut plane: Plane,
    sockets: Sockets,
    mut inbox: Inbox,
    metrics: &Metrics,
    pulse: &Pulse,
) {
    let fault = Fault::from_environment(Part::Media);
    let mut buffer = vec![0; sockets::DATAGRAM_BYTES_MAX];
    let buffers = sockets.buffers();
    buffers.report();
    metrics.media.set_buffers(buffers.receive, buffers.send);
    loop {
        while let Some(datagram) = plane.poll_transmit() {
            match sockets.send(&datagram) {
                Ok(()) => drop(metrics.media.sent.inc()),
                Err(reason) => metrics.media.count_unsent(reason),
            }
        }
        metrics
            .media
            .follow(&plane.metrics(), plane.offers_refused());
        let deadline = plane.poll_timeout();
        pulse.rest();
        tokio::select! {
            command = inbox.commands.recv() => {
                pulse.work();
                fault.meet();
                let Some(command) = command else { return };
                plane.carry_out(command, Instant::now());
                for _ in 1..BATCH {
                    let Ok(command) = inbox.commands.try_recv() else { break };
                    plane.carry_out(command, Instant::now());
                }
            }
            Some(offer) = inbox.offers.recv() => {
                pulse.work();
                plane.answer_offer(offer, Instant::now());
            }
            () = sockets.readable() => {
                pulse.work();
                let now = Instant::now();
                for _ in 0..BATCH {
                    let Some(arrived) = sockets.try_receive(&mut buffer) else { break };
                    metrics.media.received.inc();
                    let bytes = &buffer[..arrived.bytes];
                    plane.receive(arrived.from, arrived.to, bytes, now);
                }
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now).into()), if deadline.is_some() => {
                pulse.work();
                plane.handle_timeout(Instant::now());
            }
        }
    }
}

//! The server's steps: handle a batch, store it, deliver its outputs; and the media plane beside it.

use hullo_core::Time;

use super::{World, WorldEvent, observe};
use crate::network::SocketId;
use crate::observation::Observation;
use crate::server::{ServerInput, ServerOutput};

/// Most inputs in one batch.
const BATCH_SIZE_MAX: u64 = 6;

impl World {
    pub(super) fn server_starts(&mut self) {
        if self.server.process.is_none() {
            self.server.start(self.now);
            self.observe(&Observation::Restored);
            self.schedule_hub_timer();
        }
    }

    /// Something arrives at the server's shell.
    pub(super) fn server_receives(&mut self, input: ServerInput) {
        let failing = self.scenario.tokens_run_out && self.now < self.store_fails_until;
        let outputs = self.server.receive(input, self.now, failing);
        if let Some(process) = &self.server.process {
            let epoch = process.epoch;
            self.handle_server_outputs(epoch, outputs);
            let at = self.now.plus_ms(self.rng.server.pick(0..=2));
            self.queue.schedule(at, WorldEvent::ServerHandles(epoch));
        }
    }

    pub(super) fn server_handles(&mut self, epoch: u64) {
        if !self.runs(epoch) {
            return;
        }
        let size_max = self.rng.server.pick(1..=BATCH_SIZE_MAX) as usize;
        let (now, server) = (self.now, &mut self.server);
        let (checker, trace, stats) = (&mut self.checker, &mut self.trace, &mut self.stats);
        let mut sink =
            |observation: &Observation<'_>| observe(checker, trace, stats, now, observation);
        let beside = server.handle_beside(now, &mut sink);
        let begins = server.handle_batch(size_max, now, &mut sink);
        self.handle_server_outputs(epoch, beside);
        if !begins {
            self.schedule_hub_timer();
            return;
        }
        self.batch_stored = false;
        let (took_ms, stored) = if self.server.batch_writes() {
            self.transaction()
        } else {
            (0, true)
        };
        let at = self.now.plus_ms(took_ms);
        self.queue
            .schedule(at, WorldEvent::BatchStored(epoch, stored));
    }

    /// How long the transaction takes and whether it succeeds.
    fn transaction(&mut self) -> (u64, bool) {
        let dice = &mut self.rng.server;
        let took_ms = if self.now < self.store_slow_until {
            dice.pick(200..=2_000)
        } else {
            dice.pick(0..=4)
        };
        (took_ms, self.now >= self.store_fails_until)
    }

    pub(super) fn batch_stored(&mut self, epoch: u64, stored: bool) {
        if !self.runs(epoch) {
            return;
        }
        let wrote = self.server.batch_writes();
        let (now, server) = (self.now, &mut self.server);
        let (checker, trace, stats) = (&mut self.checker, &mut self.trace, &mut self.stats);
        let mut sink =
            |observation: &Observation<'_>| observe(checker, trace, stats, now, observation);
        if stored {
            server.store_batch(now, &mut sink);
            self.batch_stored = true;
            let crashes = self.scenario.crashing && self.calm_at.is_none() && wrote;
            if crashes && self.rng.server.chance(3) {
                self.crash_server();
                return;
            }
            let at = self.now.plus_ms(self.rng.server.pick(0..=1));
            self.queue.schedule(at, WorldEvent::BatchDelivered(epoch));
        } else {
            let outputs = server.fail_batch(&mut sink);
            self.stats.count_fault("transaction failed");
            self.handle_server_outputs(epoch, outputs);
            self.go_on(epoch);
        }
    }

    pub(super) fn batch_delivered(&mut self, epoch: u64) {
        if !self.runs(epoch) {
            return;
        }
        let (now, server) = (self.now, &mut self.server);
        let (checker, trace, stats) = (&mut self.checker, &mut self.trace, &mut self.stats);
        let mut sink =
            |observation: &Observation<'_>| observe(checker, trace, stats, now, observation);
        let outputs = server.deliver_batch(&mut sink);
        self.batch_stored = false;
        self.handle_server_outputs(epoch, outputs);
        self.go_on(epoch);
    }

    /// The next batch, if something waits, and the next timer.
    fn go_on(&mut self, epoch: u64) {
        if let Some(process) = &self.server.process
            && process.has_input()
        {
            self.queue
                .schedule(self.now, WorldEvent::ServerHandles(epoch));
        }
        self.schedule_hub_timer();
    }

    fn handle_server_outputs(&mut self, epoch: u64, outputs: Vec<ServerOutput>) {
        for output in outputs {
            match output {
                ServerOutput::Send {
                    socket,
                    text,
                    event,
                } => self.server_sends(socket, text, event),
                ServerOutput::Close { socket } => self.server_closes(socket),
                ServerOutput::Answer { socket, text } => {
                    let at = self.now.plus_ms(self.rng.server.pick(0..=5));
                    self.queue
                        .schedule(at, WorldEvent::AnswerReady(epoch, socket, text));
                }
            }
        }
    }

    pub(super) fn answer_ready(&mut self, epoch: u64, socket: SocketId, text: String) {
        if self.runs(epoch) {
            self.server_sends(socket, text, false);
        }
    }

    fn schedule_hub_timer(&mut self) {
        /// Pause before a deadline whose batch failed is tried again.
        const RETRY_MS: u64 = 100;
        let Some(process) = &self.server.process else {
            return;
        };
        if let Some(due) = process.timer() {
            let at: Time = if due <= self.now {
                self.now.plus_ms(RETRY_MS)
            } else {
                due
            };
            self.queue.schedule(at, WorldEvent::HubTimer(process.epoch));
        }
    }

    pub(super) fn hub_timer(&mut self, epoch: u64) {
        if !self.runs(epoch) {
            return;
        }
        let due = self.server.process.as_ref().and_then(|it| it.timer());
        if due.is_some_and(|due| due <= self.now) {
            self.server_receives(ServerInput::Timer);
        }
    }

    /// Looks at the media packets of every peer, on both ends.
    pub(super) fn poll_media(&mut self) {
        let now = self.now;
        let devices = &mut self.devices;
        let mut flowing = vec![false; devices.len()];
        let mut events = Vec::new();
        if let Some(process) = &mut self.server.process {
            events = process.media_plane.poll(now, |epoch, peer, remote| {
                let device = &mut devices[remote.device];
                let page = crate::observation::Page {
                    device: remote.device,
                    number: remote.page,
                };
                let passes = device.has_open(page) && device.media_passes(now);
                let connection = device.browser.connection(remote.number);
                let flows = passes
                    && connection
                        .is_some_and(|connection| connection.answered == Some((epoch, peer)));
                flowing[remote.device] |= flows;
                flows
            });
            if self.rng.server.chance(30) {
                let quality = process
                    .media_plane
                    .quality(|device| devices[device].accid.clone());
                events.extend(quality);
                let pick = self.rng.server.pick(0..=1_000);
                events.extend(process.media_plane.speakers(pick));
            }
        }
        for (call_id, event) in events {
            self.server_receives(ServerInput::Media(call_id, event));
        }
        for (device, flows) in flowing.into_iter().enumerate() {
            if self.now >= self.devices[device].asleep_until {
                self.advance_ice(device, flows);
            }
        }
    }

    pub(super) fn runs(&self, epoch: u64) -> bool {
        let process = self.server.process.as_ref();
        process.is_some_and(|process| process.epoch == epoch)
    }
}

//! What breaks, when, and how it all heals in the end.

use hullo_core::Time;
use hullo_core::endpoint::Input;

use super::{World, WorldEvent, observe};
use crate::network::SocketId;
use crate::observation::Observation;

/// What can break by itself.
#[derive(Debug, Clone, Copy)]
enum Break {
    Connection,
    Path,
    Server,
    StoreFails,
    StoreSlow,
    Tokens { disable: bool },
}

impl World {
    pub(super) fn schedule_fault(&mut self) {
        let at = self.now.plus_ms(self.rng.faults.pick(500..=12_000));
        self.queue.schedule(at, WorldEvent::Fault);
    }

    pub(super) fn fault(&mut self) {
        if self.calm_at.is_some() {
            return;
        }
        let weight = |on: bool, weight: u32| if on { weight } else { 0 };
        let Self { scenario, .. } = &*self;
        let breaks = [
            (weight(scenario.breaking, 5), Break::Connection),
            (weight(scenario.breaking, 3), Break::Path),
            (weight(scenario.crashing, 3), Break::Server),
            (weight(scenario.store_failing, 2), Break::StoreFails),
            (weight(scenario.store_failing, 2), Break::StoreSlow),
            (
                weight(scenario.tokens_run_out, 3),
                Break::Tokens { disable: false },
            ),
            (
                weight(scenario.tokens_run_out, 1),
                Break::Tokens { disable: true },
            ),
        ];
        match self.rng.faults.weighted(&breaks) {
            None => {}
            Some(Break::Connection) => {
                let ids: Vec<SocketId> = self.sockets.keys().copied().collect();
                if !ids.is_empty() {
                    let id = ids[self.rng.faults.index(ids.len())];
                    self.reset_socket(id);
                }
            }
            Some(Break::Path) => {
                let device = self.rng.faults.index(self.devices.len());
                self.lose_path(device);
            }
            Some(Break::Server) => self.crash_server(),
            Some(Break::Tokens { disable }) => self.revoke_tokens(disable),
            Some(Break::StoreFails) => {
                let until = self.now.plus_ms(self.rng.faults.pick(100..=6_000));
                self.store_fails_until = until;
                self.observe(&Observation::Fault {
                    what: "store fails",
                });
            }
            Some(Break::StoreSlow) => {
                let until = self.now.plus_ms(self.rng.faults.pick(500..=8_000));
                self.store_slow_until = until;
                self.stats.count_fault("store slow");
                self.observe(&Observation::Fault { what: "store slow" });
            }
        }
        self.schedule_fault();
    }

    /// The process dies, wherever it is between handling, storing and delivering; it is started again after a while.
    pub(super) fn crash_server(&mut self) {
        if self.server.process.is_none() {
            return;
        }
        self.stats.count_fault("server crashed");
        let stored = std::mem::take(&mut self.batch_stored);
        if stored {
            self.stats
                .count_fault("server crashed between storing and delivering");
        }
        let (now, server) = (self.now, &mut self.server);
        let (checker, trace, stats) = (&mut self.checker, &mut self.trace, &mut self.stats);
        let mut sink =
            |observation: &Observation<'_>| observe(checker, trace, stats, now, observation);
        server.crash(stored, &mut sink);
        let notified = self.rng.faults.chance(700);
        self.break_all_sockets(notified);
        let down_ms = if self.rng.faults.chance(150) {
            self.rng.faults.pick(20_000..=60_000)
        } else {
            self.rng.faults.pick(100..=8_000)
        };
        self.queue
            .schedule(self.now.plus_ms(down_ms), WorldEvent::ServerStarts);
    }

    /// A device's path to the server is cut for a while: for signalling, for media, or for both.
    pub(super) fn lose_path(&mut self, device: usize) {
        let dice = &mut self.rng.faults;
        let length_ms = if dice.chance(250) {
            dice.pick(15_000..=50_000)
        } else {
            dice.pick(300..=12_000)
        };
        let until = self.now.plus_ms(length_ms);
        let which = dice.index(4);
        let device = &mut self.devices[device];
        let what = match which {
            0 => "signalling cut",
            1 => "media cut",
            _ => "network cut",
        };
        if which != 1 {
            device.signal_blocked_until = device.signal_blocked_until.max(until);
        }
        if which != 0 {
            device.media_blocked_until = device.media_blocked_until.max(until);
        }
        self.stats.count_fault(what);
        let line = format!("{}: {what} for {length_ms} ms", device.accid);
        self.observe(&Observation::Fault { what: &line });
    }

    /// The lid is closed: nothing on the device runs until it is opened again.
    pub(super) fn fall_asleep(&mut self, device: usize) {
        let length_ms = self.rng.faults.pick(1_000..=60_000);
        self.devices[device].asleep_until = self.now.plus_ms(length_ms);
        self.stats.count_fault("device asleep");
        let line = format!("{}: asleep for {length_ms} ms", self.devices[device].accid);
        self.observe(&Observation::Fault { what: &line });
        let page = self.devices[device].page();
        self.observe(&Observation::PageSleeps { page });
    }

    /// The network heals, the server stays up, the people stop: some hang up, some let it ring, some walk away.
    pub(super) fn calm(&mut self) {
        self.calm_at = Some(self.now);
        self.store_fails_until = self.store_fails_until.min(self.now);
        self.store_slow_until = self.store_slow_until.min(self.now);
        for accid in &self.accounts {
            self.server.accounts.set_disabled(accid, false);
        }
        self.server_starts();
        self.observe(&Observation::Fault {
            what: "everything heals, people stop",
        });
        for device in 0..self.devices.len() {
            let healed = |until: Time| until.min(self.now);
            let this = &self.devices[device];
            let (signal, media, asleep) = (
                healed(this.signal_blocked_until),
                healed(this.media_blocked_until),
                healed(this.asleep_until),
            );
            let was_away = this.asleep_until > self.now || this.signal_blocked_until > self.now;
            let this = &mut self.devices[device];
            this.signal_blocked_until = signal;
            this.media_blocked_until = media;
            this.asleep_until = asleep;
            if this.endpoint.is_some() && self.rng.people.chance(120) {
                self.devices[device].abandoned = true;
                self.page_gone(device);
            } else if was_away && self.rng.people.chance(500) {
                self.give(device, Input::NetworkChanged);
            }
        }
        // Whatever waited for a path tries it now; timers of sleepers fire.
        for (id, socket) in &self.sockets {
            let device = &self.devices[socket.device];
            if !socket.client_open && device.socket == Some(*id) {
                self.queue
                    .schedule(self.now, WorldEvent::SocketConnects(*id));
            }
            for to in [crate::network::End::Client, crate::network::End::Server] {
                self.queue
                    .schedule(self.now, WorldEvent::FramesArrive(*id, to));
            }
        }
        for device in &mut self.devices {
            if device.endpoint.is_some() {
                device.wake_at = Some(self.now);
                self.queue
                    .schedule(self.now, WorldEvent::PageWakes(device.page()));
            }
        }
    }
}

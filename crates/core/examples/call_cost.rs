//! What a call costs its hub: `cargo run --release -p hullo-core --example call_cost`.
//!
//! Calls of 2, 10, 30 and 100 people are set up (one after the other, 20 ms apart, and all within a moment), run for a minute
//! (quality every two seconds, one person in ten mutes every five) and ended. CPU is that of the hub and of writing its
//! events as JSON once each; frames and bytes are what all sessions together are sent.

use std::time::{Duration, Instant};

use hullo_core::Time;
use hullo_core::hub::{
    BusyPolicy, Config, DevicePolicy, Hub, Input, Known, MediaEvent, Output, PeerId, RoomCommand,
    SMALL_CALL, SessionId,
};
use hullo_protocol::*;

/// What a phase of a call has cost.
#[derive(Default)]
struct Cost {
    cpu: Duration,
    frames: usize,
    bytes: usize,
    writes: usize,
}

struct World {
    hub: Hub,
    now: Time,
    next_id: u64,
    call_id: CallId,
    peers: Vec<PeerId>,
    cost: Cost,
}

impl World {
    fn new() -> Self {
        let config = Config {
            secure: false,
            connect_ms: CONNECT_MS,
            grace_ms: GRACE_MS,
            switch_ms: SWITCH_MS,
            busy: BusyPolicy::Reject,
            devices: DevicePolicy::All,
            small_call: SMALL_CALL,
            remembered_bytes: hullo_core::hub::REMEMBERED_BYTES,
        };
        let now = Time(1_000_000);
        Self {
            hub: Hub::restore(config, Vec::new(), MessageId(1), now),
            now,
            next_id: 1,
            call_id: CallId::from_u128(7 << 64),
            peers: Vec::new(),
            cost: Cost::default(),
        }
    }

    /// Handles one input as a batch of its own, or with the ones before it.
    fn feed(&mut self, inputs: Vec<Input>) {
        let began = Instant::now();
        let mut outputs = Vec::new();
        for input in inputs {
            outputs.extend(self.hub.handle(input, self.now));
        }
        outputs.extend(self.hub.poll_news());
        self.hub.commit();
        for output in outputs {
            self.carry_out(&output);
        }
        self.cost.cpu += began.elapsed();
    }

    fn carry_out(&mut self, output: &Output) {
        let (receivers, text) = match output {
            Output::Notify { sessions, event } => (sessions.len(), serde_json::to_vec(event)),
            Output::Reply { reply, .. } => (1, serde_json::to_vec(reply)),
            Output::Welcome { snapshot, .. } => (1, serde_json::to_vec(snapshot)),
            Output::Write(_) => {
                self.cost.writes += 1;
                return;
            }
            Output::Room { command, .. } => {
                if let RoomCommand::Negotiate { peer, .. } = command {
                    self.peers.push(*peer);
                }
                return;
            }
            Output::Close { .. } => return,
        };
        let bytes = text.map_or(0, |text| text.len());
        self.cost.frames += receivers;
        self.cost.bytes += receivers * bytes;
    }

    /// Lets time pass.
    fn pass(&mut self, ms: u64) {
        let until = self.now.plus_ms(ms);
        while let Some(due) = self.hub.poll_timeout().filter(|due| *due <= until) {
            self.now = due.max(self.now);
            self.feed(vec![Input::Timeout]);
        }
        self.now = until;
    }

    fn request(&mut self, person: usize, command: Command) -> Input {
        self.next_id += 1;
        Input::Request {
            session: SessionId(person as u64),
            request: Request {
                id: self.next_id,
                request_id: Some(RequestId::from_u128(u128::from(self.next_id))),
                command,
            },
            known: Known::default(),
        }
    }

    fn dial(&mut self, accids: &[Accid]) {
        for (person, accid) in accids.iter().enumerate() {
            let connected = Input::Connected {
                session: SessionId(person as u64),
                accid: accid.clone(),
                device: DeviceInfo {
                    id: DeviceId::parse(&format!("device-{person}")).expect("a device id"),
                    platform: Platform::Web,
                    sdk_version: None,
                },
                request: 1,
                calls: Vec::new(),
            };
            self.feed(vec![connected]);
        }
        self.cost = Cost::default();
        let dial = Command::StartCall(StartCall {
            call_id: self.call_id,
            group: (accids.len() > 2).then(GroupTerms::default),
            callees: accids[1..].to_vec(),
            media: Media::Video,
            attachment: None,
            ring_ms: None,
            room_token: None,
        });
        let dial = self.request(0, dial);
        self.feed(vec![dial]);
    }

    /// One rings, offers media, and accepts.
    fn enter(&mut self, person: usize) -> Vec<Input> {
        let call_id = self.call_id;
        let sdp =
            format!("v=0\r\no=- {person} 1 IN IP4 127.0.0.1\r\na=fingerprint:sha-256 {person}\r\n");
        let mut commands = vec![Command::OfferMedia { call_id, sdp }];
        if person > 0 {
            commands.insert(0, Command::Ring { call_id });
            commands.push(Command::Accept {
                call_id,
                room_token: None,
                other: None,
            });
        }
        commands
            .into_iter()
            .map(|command| self.request(person, command))
            .collect()
    }

    fn connect_new_peers(&mut self) {
        let call_id = self.call_id;
        let connected = std::mem::take(&mut self.peers).into_iter();
        let connected = connected.map(|peer| Input::Media {
            call_id,
            event: MediaEvent::Connected(peer),
        });
        let connected = connected.collect();
        self.feed(connected);
    }

    fn take_cost(&mut self) -> Cost {
        std::mem::take(&mut self.cost)
    }

    fn talk_a_minute(&mut self, accids: &[Accid]) {
        let call_id = self.call_id;
        for second in 0..60usize {
            if second % 2 == 0 {
                let reports = accids.iter().map(|accid| QualityReport {
                    accid: accid.clone(),
                    up: Quality::Excellent,
                    down: Quality::Good,
                    rtt_ms: Some(40),
                    jitter_ms: Some(3),
                    loss_up_permille: Some(1),
                    loss_down_permille: Some(2),
                });
                let event = MediaEvent::Quality(reports.collect());
                self.feed(vec![Input::Media { call_id, event }]);
            }
            if second % 5 == 0 {
                for person in (0..accids.len()).step_by(10) {
                    let set = Command::SetMedia {
                        call_id,
                        audio: match second % 10 {
                            0 => DeviceState::On,
                            _ => DeviceState::Off,
                        },
                        video: DeviceState::On,
                        screen: None,
                    };
                    let set = self.request(person, set);
                    self.feed(vec![set]);
                    self.pass(5);
                }
            }
            self.pass(1_000);
        }
    }
}

fn show(people: usize, what: &str, cost: &Cost) {
    println!(
        "| {people} | {what} | {:.2} | {} | {:.1} | {} |",
        cost.cpu.as_secs_f64() * 1_000.0,
        cost.frames,
        cost.bytes as f64 / 1_024.0,
        cost.writes
    );
}

fn main() {
    println!("| people | phase | CPU ms | frames | KiB | writes |");
    println!("|---|---|---|---|---|---|");
    for people in [2, 10, 30, 100] {
        let accids: Vec<Accid> = (0..people)
            .map(|person| Accid::parse(&format!("person-{person}")).expect("an accid"))
            .collect();
        let mut world = World::new();
        world.dial(&accids);
        for person in 0..people {
            let inputs = world.enter(person);
            for input in inputs {
                world.feed(vec![input]);
            }
            world.connect_new_peers();
            world.pass(20);
        }
        world.pass(1_000);
        show(people, "set up, one after the other", &world.take_cost());
        world.talk_a_minute(&accids);
        show(people, "a minute", &world.take_cost());
        let end = world.request(
            0,
            Command::End {
                call_id: world.call_id,
            },
        );
        world.feed(vec![end]);
        show(people, "end", &world.take_cost());

        let mut world = World::new();
        world.dial(&accids);
        let mut inputs = Vec::new();
        for person in 0..people {
            inputs.extend(world.enter(person));
        }
        world.feed(inputs);
        world.connect_new_peers();
        world.pass(1_000);
        show(people, "set up, all at once", &world.take_cost());
    }
}

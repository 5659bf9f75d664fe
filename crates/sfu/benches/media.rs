//! What the media plane costs, in virtual time with real clients; only the processor time within the SFU counts. The lowest of
//! several runs is shown, because the machine has other things to do.
//!
//! `cargo bench -p hullo-sfu` prints one JSON object a line: `connect` (a first offer answered), `check` (a signed check from a
//! port that was never seen, after `n` of them) and `forward` (a packet to one receiver).
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a benchmark that unwraps nothing fails, as it should; it uses a part of the tests' client"
)]

#[path = "../tests/room/client.rs"]
mod client;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use client::Client;
use hullo_sfu::{Config, Output, PeerId, RoomId, Sfu, SlotKind, Uid};

const ADDRESS: ([u8; 4], u16) = ([192, 0, 2, 1], 3478);
const TICK: Duration = Duration::from_millis(20);

/// The media plane, the time in it, and its clients.
struct Bench {
    sfu: Sfu,
    now: Instant,
    spent: Duration,
    clients: Vec<Client>,
    /// Datagrams that are handed over before what came out is taken.
    batch: usize,
}

impl Bench {
    fn new(batch: usize) -> Self {
        let now = Instant::now();
        Self {
            sfu: Sfu::new(Config::new(vec![SocketAddr::from(ADDRESS)]), now),
            now,
            spent: Duration::ZERO,
            clients: Vec::new(),
            batch,
        }
    }

    fn measured<T>(&mut self, work: impl FnOnce(&mut Sfu) -> T) -> T {
        let began = cpu_time();
        let done = work(&mut self.sfu);
        self.spent += cpu_time() - began;
        done
    }

    fn join(&mut self, room: RoomId, n: u64, audio: usize, video: usize) {
        let peer = PeerId(n);
        let address = SocketAddr::from(([203, 0, 113, 5], 10_000 + u16::try_from(n).unwrap()));
        let mut client = Client::new(peer, Uid(n), address, self.now);
        let (offer, pending) = client.offer_slots(audio, video);
        self.sfu.open(room);
        let now = self.now;
        let answer = self.measured(|sfu| sfu.negotiate(room, peer, Uid(n), &offer, now).unwrap());
        client.accept(&answer, pending);
        self.clients.push(client);
    }

    /// One tick: what the clients have to send arrives at once, and what comes out of that too.
    fn tick(&mut self) {
        self.now += TICK;
        let now = self.now;
        let mut arriving = Vec::new();
        for client in &mut self.clients {
            client.handle_timeout(now);
            let from = client.outside;
            arriving.extend(client.drain(now).into_iter().map(|sent| (from, sent.bytes)));
        }
        let to = SocketAddr::from(ADDRESS);
        let batch = self.batch;
        let outgoing = self.measured(|sfu| {
            let mut outgoing = Vec::new();
            for some in arriving.chunks(batch) {
                for (from, bytes) in some {
                    sfu.handle_datagram(*from, to, bytes, now);
                }
                outgoing.extend(std::iter::from_fn(|| sfu.poll_output()));
            }
            sfu.handle_timeout(now);
            outgoing.extend(std::iter::from_fn(|| sfu.poll_output()));
            outgoing
        });
        for output in outgoing {
            if let Output::Transmit {
                to: client, bytes, ..
            } = output
            {
                let index = usize::from(client.port() - 10_001);
                if let Some(client) = self.clients.get_mut(index) {
                    client.handle_datagram(to, &bytes, now);
                    client.received.clear();
                }
            }
        }
    }

    fn ticks(&mut self, ticks: usize) {
        for _ in 0..ticks {
            self.tick();
        }
    }
}

/// What this thread has used of a processor: a clock would count what others use as well.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Microseconds to answer a first offer.
fn connect() {
    let runs = (0..5).map(|_| {
        let mut bench = Bench::new(1);
        (1..=100).for_each(|n| bench.join(RoomId(1), n, 1, 1));
        bench.spent / 100
    });
    let us = runs.min().unwrap().as_secs_f64() * 1e6;
    println!("{{\"bench\": \"connect\", \"us\": {us:.0}}}");
}

/// Microseconds for each signed check of one peer from new ports, and how many datagrams it made the SFU send.
fn check() {
    let mut bench = Bench::new(1);
    bench.join(RoomId(1), 1, 1, 1);
    bench.ticks(100);
    let bytes = bench.clients[0].signed_check();
    let to = SocketAddr::from(ADDRESS);
    let mut sent = 0;
    for n in 1..=10_000_u16 {
        let from = SocketAddr::from(([198, 51, 100, 7], n));
        bench.now += Duration::from_micros(500);
        let now = bench.now;
        sent += bench.measured(|sfu| {
            sfu.handle_datagram(from, to, &bytes, now);
            std::iter::from_fn(|| sfu.poll_output()).count()
        });
        if n % 2_000 == 0 {
            let us = bench.spent.as_secs_f64() * 1e6 / 2_000.0;
            println!("{{\"bench\": \"check\", \"n\": {n}, \"us\": {us:.1}, \"sent\": {sent}}}");
            bench.spent = Duration::ZERO;
        }
    }
}

/// Nanoseconds for each packet to one receiver, of `senders` among `people` who each send one packet of sound and three of
/// pictures in 20 ms.
fn forward(rooms: u64, people: u64, senders: u64, kinds: &[(SlotKind, usize)], batch: usize) {
    let mut bench = Bench::new(batch);
    for room in 0..rooms {
        for n in 1..=people {
            let slots = usize::try_from(senders.min(15)).unwrap();
            bench.join(
                RoomId(u128::from(room)),
                room * people + n,
                slots.min(8),
                slots,
            );
        }
    }
    bench.ticks(100);
    for room in 0..rooms {
        for n in 1..=people {
            let peer = PeerId(room * people + n);
            bench.sfu.admit(RoomId(u128::from(room)), peer, bench.now);
        }
    }
    bench.ticks(10);
    let mut best = f64::MAX;
    for _ in 0..5 {
        let before = bench.sfu.metrics().packets_forwarded;
        bench.spent = Duration::ZERO;
        for _ in 0..25 {
            let now = bench.now;
            for client in &mut bench.clients {
                if (client.peer.0 - 1) % people >= senders {
                    continue;
                }
                for (kind, packets) in kinds {
                    for _ in 0..*packets {
                        client.write(*kind, now);
                        client.handle_timeout(now);
                    }
                }
            }
            bench.tick();
        }
        let forwarded = bench.sfu.metrics().packets_forwarded - before;
        best = best.min(bench.spent.as_secs_f64() * 1e9 / forwarded as f64);
    }
    let what = if kinds.len() == 1 { "sound" } else { "all" };
    println!(
        "{{\"bench\": \"forward\", \"rooms\": {rooms}, \"people\": {people}, \"senders\": {senders}, \"what\": \"{what}\", \
         \"batch\": {batch}, \"ns\": {best:.0}}}"
    );
}

fn main() {
    connect();
    check();
    let all = [(SlotKind::Audio, 1), (SlotKind::Video, 3)];
    let sound = [(SlotKind::Audio, 1)];
    for batch in [1, 64] {
        forward(1, 50, 1, &all, batch);
        forward(1, 10, 10, &all, batch);
        forward(10, 2, 2, &all, batch);
        forward(50, 2, 2, &sound, batch);
    }
}

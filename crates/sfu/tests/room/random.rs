//! Anything in any order: after each step, slots follow the subscriptions, and media flows through the announced slots.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hullo_sfu::{PeerId, SlotKind};

use crate::world::{Seeded, World};

const STEPS: u64 = 150;
const PEERS_MAX: usize = 7;
const SLOTS_MAX: usize = 6;

/// What is known of a peer from what was done to it.
#[derive(Default)]
struct Known {
    audio_slots: usize,
    video_slots: usize,
    held: bool,
    subscription: Option<Vec<u64>>,
}

struct Life {
    world: World,
    seeded: Seeded,
    /// By number: peer and uid are the same.
    known: BTreeMap<u64, Known>,
    next: u64,
}

impl Life {
    fn below(&mut self, bound: usize) -> usize {
        self.seeded.below(bound as u64) as usize
    }

    fn any(&mut self) -> u64 {
        let at = self.below(self.known.len());
        *self.known.keys().nth(at).unwrap()
    }

    fn join(&mut self) {
        let n = self.next;
        self.next += 1;
        let (audio_slots, video_slots) = (1 + self.below(3), 1 + self.below(3));
        // Sometimes it subscribes before it is there.
        let subscription = (self.below(3) == 0).then(|| self.any_subscription());
        if let Some(subscription) = &subscription {
            self.world.subscribe(PeerId(n), subscription);
        }
        self.world.join_group(n, audio_slots, video_slots);
        let known = Known {
            audio_slots,
            video_slots,
            held: false,
            subscription,
        };
        self.known.insert(n, known);
    }

    /// Some who are there, some who are not, some twice.
    fn any_subscription(&mut self) -> Vec<u64> {
        let length = self.below(6);
        (0..length)
            .map(|_| 1 + self.seeded.below(self.next + 1))
            .collect()
    }

    fn step(&mut self) {
        let n = self.any();
        let peer = PeerId(n);
        match self.below(8) {
            0 | 1 if self.known.len() < PEERS_MAX => self.join(),
            2 if self.known.len() > 2 => {
                self.world.remove(peer);
                self.world.clients.remove(&peer);
                self.known.remove(&n);
            }
            3 | 4 => {
                let subscription = self.any_subscription();
                self.world.subscribe(peer, &subscription);
                self.known.get_mut(&n).unwrap().subscription = Some(subscription);
            }
            5 => {
                let known = self.known.get_mut(&n).unwrap();
                known.held = !known.held;
                let held = known.held;
                self.world.hold(peer, held);
            }
            6 => {
                let known = self.known.get_mut(&n).unwrap();
                if known.video_slots < SLOTS_MAX {
                    known.audio_slots += 1;
                    known.video_slots += 1;
                    self.world.offer_more_slots(peer, 1, 1);
                }
            }
            _ => {
                let level = -10 * (1 + self.below(9)) as i8;
                self.world.speak(&[(peer, level)], 12);
            }
        }
        self.world.run_for(Duration::from_millis(200));
    }

    fn check_slots(&self, seed: u64) {
        for (n, known) in &self.known {
            let others: BTreeSet<u64> = self.known.keys().copied().filter(|o| o != n).collect();
            for (kind, slots) in [
                (SlotKind::Audio, known.audio_slots),
                (SlotKind::Video, known.video_slots),
            ] {
                let announced = self.world.slots_of(PeerId(*n), kind);
                assert_eq!(announced.len(), slots, "seed {seed}, {n}");
                let with_one: Vec<u64> = announced.into_iter().flatten().collect();
                let uids: BTreeSet<u64> = with_one.iter().copied().collect();
                assert_eq!(uids.len(), with_one.len(), "seed {seed}: {n} has one twice");
                assert!(uids.is_subset(&others), "seed {seed}: {n} has {uids:?}");
                if kind == SlotKind::Audio && others.len() <= slots {
                    assert_eq!(uids, others, "seed {seed}: {n} does not hear all");
                }
                if kind == SlotKind::Video {
                    self.check_video(*n, known, &uids, &others, seed);
                }
            }
        }
    }

    fn check_video(
        &self,
        n: u64,
        known: &Known,
        shown: &BTreeSet<u64>,
        others: &BTreeSet<u64>,
        seed: u64,
    ) {
        let Some(subscription) = &known.subscription else {
            let most = others.len().min(known.video_slots);
            return assert_eq!(shown.len(), most, "seed {seed}: {n} is shown {shown:?}");
        };
        let mut due = BTreeSet::new();
        for uid in subscription.iter().filter(|uid| others.contains(uid)) {
            if due.len() < known.video_slots {
                due.insert(*uid);
            }
        }
        assert_eq!(*shown, due, "seed {seed}: {n} wants {subscription:?}");
    }

    /// Everyone sends one packet; it arrives through the slots that were announced, and nowhere else.
    fn check_flow(&mut self, seed: u64) {
        let peers: Vec<PeerId> = self.known.keys().map(|n| PeerId(*n)).collect();
        for peer in &peers {
            self.world.client(*peer).received.clear();
        }
        self.world.send(&peers, &[SlotKind::Video], 1);
        self.world.run_for(Duration::from_millis(100));
        for (n, known) in &self.known {
            let announced = self.world.slots_of(PeerId(*n), SlotKind::Video);
            let mut due: Vec<u64> = announced.into_iter().flatten().collect();
            due.retain(|uid| !known.held && !self.known[uid].held);
            due.sort_unstable();
            let received = self.world.clients[&PeerId(*n)].received_of(SlotKind::Video);
            let mut from: Vec<u64> = received.iter().map(|r| u64::from(r.payload[7])).collect();
            from.sort_unstable();
            assert_eq!(from, due, "seed {seed}: to {n}");
        }
    }
}

#[test]
fn after_any_steps_in_any_order_slots_follow_subscriptions_and_carry() {
    for seed in 1..=4 {
        let mut life = Life {
            world: World::new(),
            seeded: Seeded(seed),
            known: BTreeMap::new(),
            next: 1,
        };
        life.join();
        life.join();
        for _ in 0..STEPS {
            life.step();
            life.check_slots(seed);
            life.check_flow(seed);
        }
        assert!(life.next > 10, "hardly anybody came");
        assert_eq!(life.world.sfu.metrics().peers_failed, 0);
    }
}

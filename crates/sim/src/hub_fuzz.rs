//! Fuzzing the hub: a seed's worth of inputs straight at it, without endpoints, network or sense.
//!
//! A world's endpoints are polite: they ask only what makes sense to them. Here sessions come and go, any account asks
//! anything about any call, request ids are used again, media reports come for peers that are gone, batches fail and the
//! process dies, many times more densely than in a [`crate::world`]. The invariants of the server and the reference model are
//! checked as they are there.

mod draw;

use std::collections::{BTreeMap, VecDeque};

use hullo_core::Time;
use hullo_core::hub::{
    Config, Hub, Input, Output, PeerId, RoomCommand, RoomGrant, SessionId, Write,
};
use hullo_protocol::{Accid, CallId, Command, RequestId};

use crate::checker::Checker;
use crate::clock::START;
use crate::dice::Dice;
use crate::digest::Digest;
use crate::invariant::Violation;
use crate::observation::{Delivery, Leftovers, Observation};
use crate::run_stats::RunStats;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::trace::{Keep, Trace};

/// Inputs of one seed.
const INPUTS: u32 = 300;
/// After the last of them everything must end within this many timeouts.
const TIMEOUTS_MAX: u32 = 200;

/// A request that may come again.
type Replayable = ((Accid, usize), RequestId, Command, Option<RoomGrant>);

/// A hub that is fuzzed.
pub struct HubFuzz {
    now: Time,
    dice: Dice,
    config: Config,
    accounts: Vec<Accid>,
    hub: Hub,
    store: Store,
    sessions: BTreeMap<SessionId, (Accid, usize)>,
    /// Those that came with the batch under way.
    arriving: Vec<SessionId>,
    next_session: u64,
    next_id: u64,
    calls: Vec<CallId>,
    replayable: VecDeque<Replayable>,
    peers: Vec<(CallId, PeerId)>,
    /// What the batch under way gives.
    outputs: Vec<Output>,
    checker: Checker,
    trace: Option<Trace>,
    pub stats: RunStats,
}

impl HubFuzz {
    /// The inputs of `seed`.
    pub fn new(seed: u64, keep: Keep) -> Self {
        // The name is older than the type; with another one every seed would draw something else.
        Self::with_dice(Dice::new(seed, "storm"), keep)
    }

    /// The inputs that these dice draw.
    pub fn with_dice(mut dice: Dice, keep: Keep) -> Self {
        let scenario = Scenario::draw(&mut dice);
        let accounts: Vec<Accid> = ["alice", "bob", "carol", "dave"]
            .iter()
            .filter_map(|name| Accid::parse(name).ok())
            .collect();
        let store = Store::default();
        let hub = Hub::restore(
            scenario.config.clone(),
            Vec::new(),
            store.next_message(),
            START,
        );
        Self {
            now: START,
            checker: Checker::new(&scenario, Vec::new(), keep),
            config: scenario.config,
            dice,
            accounts,
            hub,
            store,
            sessions: BTreeMap::new(),
            arriving: Vec::new(),
            next_session: 1,
            next_id: 1,
            calls: Vec::new(),
            replayable: VecDeque::new(),
            peers: Vec::new(),
            outputs: Vec::new(),
            trace: (keep == Keep::Trace).then(Trace::default),
            stats: RunStats::default(),
        }
    }

    /// Feeds the hub all inputs, then lets everything calm down.
    pub fn run(&mut self) -> Result<(), Violation> {
        for _ in 0..INPUTS {
            if self.dice.are_spent() {
                break;
            }
            self.pass_time();
            let input = self.draw_input();
            if self.is_for_the_hub(&input) {
                self.handle(input);
            }
            if self.dice.chance(600) {
                self.end_batch();
            }
            if let Some(violation) = self.checker.violation() {
                return Err(violation);
            }
        }
        self.commit();
        self.calm_down();
        self.checker.violation().map_or(Ok(()), Err)
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn digest(&self) -> Digest {
        self.checker.digest()
    }

    pub fn trace(&self) -> &[String] {
        self.trace.as_ref().map_or(&[], Trace::lines)
    }

    fn pass_time(&mut self) {
        // A batch is stored and delivered within moments.
        let batch_open = !self.outputs.is_empty();
        let ms = match self.dice.index(20) {
            _ if batch_open => self.dice.pick(0..=50),
            0 => self.dice.pick(5_000..=40_000),
            1..=4 => self.dice.pick(100..=5_000),
            _ => self.dice.pick(0..=50),
        };
        let until = self.now.plus_ms(ms);
        // The shell calls in time, most of the time; the hub must also cope when it is late.
        while let Some(due) = self.hub.poll_timeout().filter(|due| *due <= until) {
            if self.dice.chance(100) {
                break;
            }
            self.now = self.now.max(due);
            self.handle(Input::Timeout);
            self.commit();
        }
        self.now = until;
    }

    /// The shell itself refuses a dial under a name that is stored and that the hub has forgotten.
    fn is_for_the_hub(&self, input: &Input) -> bool {
        let Input::Request { request, .. } = input else {
            return true;
        };
        let Command::StartCall(start) = &request.command else {
            return true;
        };
        !self.store.has(start.call_id) || self.hub.remembers(start.call_id)
    }

    fn handle(&mut self, input: Input) {
        self.stats.operations += 1;
        let outputs = self.hub.handle(input.clone(), self.now);
        let timer = self.hub.poll_timeout();
        self.observe(&Observation::Handled {
            input: &input,
            outputs: &outputs,
            timer,
        });
        self.outputs.extend(outputs);
    }

    /// Mostly the batch is stored and delivered; now and then it fails, or the process dies before or after it is stored.
    fn end_batch(&mut self) {
        self.outputs.extend(self.hub.poll_news());
        let writes = self.writes();
        match self.dice.index(40) {
            0..=3 if !writes.is_empty() => {
                self.outputs.clear();
                self.hub.rollback();
                self.observe(&Observation::RolledBack);
                self.stats.count_fault("transaction failed");
                // The shell closes those whose welcome was rolled back.
                for session in std::mem::take(&mut self.arriving) {
                    if self.sessions.remove(&session).is_some() {
                        self.handle(Input::Disconnected { session });
                    }
                }
            }
            4 => {
                self.outputs.clear();
                self.observe(&Observation::RolledBack);
                self.crash();
            }
            5 => {
                self.store.apply(&writes);
                self.outputs.clear();
                self.observe(&Observation::Committed { writes: &writes });
                self.crash();
            }
            _ => self.commit(),
        }
    }

    fn writes(&self) -> Vec<Write> {
        let writes = self.outputs.iter().filter_map(|output| match output {
            Output::Write(write) => Some(write.clone()),
            _ => None,
        });
        writes.collect()
    }

    fn commit(&mut self) {
        self.outputs.extend(self.hub.poll_news());
        let writes = self.writes();
        self.store.apply(&writes);
        for write in &writes {
            if let Write::End { record, .. } = write {
                self.stats.count_record(record);
            }
        }
        self.observe(&Observation::Committed { writes: &writes });
        self.hub.commit();
        self.arriving.clear();
        for output in std::mem::take(&mut self.outputs) {
            self.deliver(&output);
        }
    }

    fn deliver(&mut self, output: &Output) {
        let (session, delivery) = match output {
            Output::Write(_) => return,
            Output::Welcome {
                session, snapshot, ..
            } => (*session, Delivery::Welcome(snapshot)),
            Output::Reply { session, reply } => (*session, Delivery::Reply(reply)),
            Output::Notify { sessions, event } => {
                for session in sessions {
                    self.observe_delivery(*session, Delivery::Event(event));
                }
                return;
            }
            Output::Close { session, .. } => {
                self.sessions.remove(session);
                return;
            }
            Output::Room { call_id, command } => {
                if let RoomCommand::Negotiate { peer, .. } = command {
                    self.peers.push((*call_id, *peer));
                }
                let call_id = *call_id;
                self.observe(&Observation::Commanded { call_id, command });
                return;
            }
        };
        self.observe_delivery(session, delivery);
    }

    fn observe_delivery(&mut self, session: SessionId, delivery: Delivery<'_>) {
        if let Some((accid, _)) = self.sessions.get(&session).cloned() {
            let accid = &accid;
            self.observe(&Observation::Delivered {
                session,
                accid,
                delivery,
            });
        }
    }

    fn crash(&mut self) {
        self.stats.count_fault("server crashed");
        self.sessions.clear();
        self.arriving.clear();
        self.peers.clear();
        self.observe(&Observation::Crashed);
        self.hub = Hub::restore(
            self.config.clone(),
            self.store.restorable(self.now),
            self.store.next_message(),
            self.now,
        );
        self.observe(&Observation::Restored);
    }

    /// Everyone goes; time must end every call.
    fn calm_down(&mut self) {
        let sessions: Vec<SessionId> = self.sessions.keys().copied().collect();
        self.sessions.clear();
        for session in sessions {
            self.handle(Input::Disconnected { session });
        }
        self.commit();
        for _ in 0..TIMEOUTS_MAX {
            if self.store.live().next().is_none() {
                break;
            }
            let Some(due) = self.hub.poll_timeout() else {
                break;
            };
            self.now = self.now.max(due);
            self.handle(Input::Timeout);
            self.commit();
        }
        let left = Leftovers {
            live_calls: self.store.live().map(|call| call.call_id).collect(),
            ..Leftovers::default()
        };
        self.observe(&Observation::RunOver { left: &left });
        self.stats.worlds += 1;
        self.stats.virtual_ms += self.now.since(START);
    }

    fn observe(&mut self, observation: &Observation<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.push(self.now, observation);
        }
        self.checker.observe(self.now, observation);
    }
}

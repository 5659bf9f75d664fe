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
    Config, Hub, Input, Output, PeerId, RoomCommand, RoomGrant, Runner, SessionId, Step,
    Unanswered, Write,
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
    runner: Runner,
    store: Store,
    sessions: BTreeMap<SessionId, (Accid, usize)>,
    next_session: u64,
    next_id: u64,
    calls: Vec<CallId>,
    replayable: VecDeque<Replayable>,
    peers: Vec<(CallId, PeerId)>,
    checker: Checker,
    trace: Option<Trace>,
    pub stats: RunStats,
}

/// A [`Step`], kept until it can be shown.
enum Seen {
    Handled(Box<Input>, Vec<Output>, Option<Time>),
    TakenBack,
}

impl From<Step<'_>> for Seen {
    fn from(step: Step<'_>) -> Self {
        match step {
            Step::Handled {
                input,
                outputs,
                timer,
            } => Self::Handled(Box::new(input.clone()), outputs.to_vec(), timer),
            Step::TakenBack => Self::TakenBack,
        }
    }
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
            runner: Runner::new(hub),
            store,
            sessions: BTreeMap::new(),
            next_session: 1,
            next_id: 1,
            calls: Vec::new(),
            replayable: VecDeque::new(),
            peers: Vec::new(),
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
            self.receive(input);
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
        let batch_open = self.runner.waiting() + self.runner.waiting_facts() > 0;
        let ms = match self.dice.index(20) {
            _ if batch_open => self.dice.pick(0..=50),
            0 => self.dice.pick(5_000..=40_000),
            1..=4 => self.dice.pick(100..=5_000),
            _ => self.dice.pick(0..=50),
        };
        let until = self.now.plus_ms(ms);
        // The shell calls in time, most of the time; the hub must also cope when it is late.
        while let Some(due) = self.runner.poll_timeout().filter(|due| *due <= until) {
            if self.dice.chance(100) {
                break;
            }
            self.now = self.now.max(due);
            self.receive(Input::Timeout);
            self.commit();
        }
        self.now = until;
    }

    fn receive(&mut self, input: Input) {
        self.stats.operations += 1;
        self.runner.receive(input);
    }

    /// Handles what waits; returns what is to be stored.
    fn begin(&mut self) -> Vec<Write> {
        let mut steps = Vec::new();
        let now = self.now;
        let begun = self
            .runner
            .begin(usize::MAX, now, &mut |step| steps.push(Seen::from(step)));
        self.observe_steps(steps);
        begun.unwrap_or_default()
    }

    /// Mostly the batch is stored and delivered; now and then it fails, or the process dies before or after it is stored.
    fn end_batch(&mut self) {
        let writes = self.begin();
        match self.dice.index(40) {
            0..=3 if !writes.is_empty() => {
                let unanswered = self.runner.failed();
                self.observe(&Observation::RolledBack);
                self.stats.count_fault("transaction failed");
                // The shell closes those whose welcome was rolled back.
                for Unanswered { session, login, .. } in unanswered {
                    if login && self.sessions.remove(&session).is_some() {
                        self.receive(Input::Disconnected { session });
                    }
                }
            }
            4 => {
                self.observe(&Observation::RolledBack);
                self.crash();
            }
            5 => {
                self.store(writes);
                self.crash();
            }
            _ => {
                self.store(writes);
                self.tell();
            }
        }
    }

    /// Stores the batch, if need be once more without the dials under names that are taken.
    fn store(&mut self, mut writes: Vec<Write>) {
        while let Err(taken) = self.store.apply(&writes) {
            self.stats.count_fault("name of a call taken");
            let mut steps = Vec::new();
            let now = self.now;
            writes = self
                .runner
                .taken(&taken, now, &mut |step| steps.push(Seen::from(step)));
            self.observe_steps(steps);
        }
        for write in &writes {
            if let Write::End { record, .. } = write {
                self.stats.count_record(record);
            }
        }
        self.observe(&Observation::Committed { writes: &writes });
    }

    fn tell(&mut self) {
        for output in self.runner.committed() {
            self.deliver(&output);
        }
    }

    fn commit(&mut self) {
        let writes = self.begin();
        self.store(writes);
        self.tell();
    }

    fn observe_steps(&mut self, steps: Vec<Seen>) {
        for step in steps {
            match step {
                Seen::Handled(input, outputs, timer) => {
                    self.observe(&Observation::Handled {
                        input: &input,
                        outputs: &outputs,
                        timer,
                    });
                }
                Seen::TakenBack => self.observe(&Observation::TakenBack),
            }
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
        self.peers.clear();
        self.observe(&Observation::Crashed);
        self.runner = Runner::new(Hub::restore(
            self.config.clone(),
            self.store.restorable(self.now),
            self.store.next_message(),
            self.now,
        ));
        self.observe(&Observation::Restored);
    }

    /// Everyone goes; time must end every call.
    fn calm_down(&mut self) {
        let sessions: Vec<SessionId> = self.sessions.keys().copied().collect();
        self.sessions.clear();
        for session in sessions {
            self.receive(Input::Disconnected { session });
        }
        self.commit();
        for _ in 0..TIMEOUTS_MAX {
            if self.store.live().next().is_none() {
                break;
            }
            let Some(due) = self.runner.poll_timeout() else {
                break;
            };
            self.now = self.now.max(due);
            self.receive(Input::Timeout);
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

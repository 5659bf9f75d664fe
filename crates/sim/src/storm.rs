//! A storm of inputs straight at the hub: no endpoints, no network, no sense.
//!
//! A world's endpoints are polite: they ask only what makes sense to them. Here sessions come and go, any account asks
//! anything about any call, request ids are used again, media reports come for peers that are gone, batches fail and the
//! process dies, many times more densely than in a [`crate::world`]. The invariants of the server and the reference model
//! watch as they do there.

use std::collections::{BTreeMap, VecDeque};

use hullo_core::Time;
use hullo_core::hub::{
    Config, Hub, Input, MediaEvent, Output, PeerId, RoomCommand, RoomGrant, SessionId, Write,
};
use hullo_protocol::{
    Accid, CallId, Command, DeviceId, DeviceInfo, ErrorKind, GroupTerms, InviteMode, InviteMore,
    JoinMode, Media, OtherCall, Platform, RefusedInvite, Request, RequestId, StartCall, Token, Uid,
};

use crate::dice::Dice;
use crate::fact::{Fact, Leftovers, Telling, Trace};
use crate::invariants::{Violation, Watch};
use crate::plane::{Remote, offer};
use crate::scenario::Scenario;
use crate::store::Store;
use crate::tally::Tally;
use crate::world::START;

/// Inputs of one storm.
const INPUTS: u32 = 300;
/// After the storm everything must end within this many timeouts.
const TIMEOUTS_MAX: u32 = 200;

/// What the devices of an account run on.
const PLATFORMS: [Platform; 3] = [Platform::Web, Platform::Ios, Platform::Desktop];
/// An account that does not exist.
const NOBODY: &str = "nobody";
/// The one group there is.
const GROUP: &str = "team";

/// How many requests may be repeated.
const REPEATABLE_MAX: usize = 12;

/// A request that may come again.
type Asked = ((Accid, usize), RequestId, Command, Option<RoomGrant>);

/// A hub in a storm.
pub struct Storm {
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
    asked: VecDeque<Asked>,
    peers: Vec<(CallId, PeerId)>,
    /// What the batch under way gives.
    outputs: Vec<Output>,
    watch: Watch,
    trace: Option<Trace>,
    /// What has been simulated.
    pub tally: Tally,
}

impl Storm {
    /// The storm of `seed`.
    pub fn new(seed: u64, traced: bool) -> Self {
        let mut dice = Dice::new(seed, "storm");
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
            watch: Watch::new(&scenario, Vec::new()),
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
            asked: VecDeque::new(),
            peers: Vec::new(),
            outputs: Vec::new(),
            trace: traced.then(Trace::default),
            tally: Tally::default(),
        }
    }

    /// Lets it rage, then calm down.
    pub fn run(&mut self) -> Result<(), Violation> {
        for _ in 0..INPUTS {
            self.pass_time();
            let input = self.draw_input();
            if self.is_for_the_hub(&input) {
                self.handle(input);
            }
            if self.dice.chance(600) {
                self.end_batch();
            }
            if let Some(violation) = self.watch.violation() {
                return Err(violation);
            }
        }
        self.keep();
        self.calm_down();
        self.watch.violation().map_or(Ok(()), Err)
    }

    /// When it is.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The trace so far.
    pub fn trace(&self) -> &[String] {
        self.trace.as_ref().map_or(&[], Trace::lines)
    }

    fn pass_time(&mut self) {
        // A batch is stored and told within moments.
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
            self.keep();
        }
        self.now = until;
    }

    fn draw_input(&mut self) -> Input {
        match self.dice.index(100) {
            0..=7 => self.connect(),
            8..=10 => match self.any_session() {
                Some(session) => {
                    self.sessions.remove(&session);
                    Input::Disconnected { session }
                }
                None => self.connect(),
            },
            11..=24 => self.media(),
            25 => match self.dice.index(4) {
                0 => Input::SignOut {
                    accid: self.accounts[self.dice.index(self.accounts.len())].clone(),
                },
                _ => Input::Timeout,
            },
            _ => self.request(),
        }
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

    fn connect(&mut self) -> Input {
        let index = self.dice.index(self.accounts.len());
        let accid = self.accounts[index].clone();
        let device = self.dice.index(PLATFORMS.len());
        let session = SessionId(self.next_session);
        self.next_session += 1;
        // The newer session replaces the older one of the same device.
        let own = (accid.clone(), device);
        self.sessions.retain(|_, of| *of != own);
        self.sessions.insert(session, own);
        self.arriving.push(session);
        let id = match DeviceId::parse(&format!("{accid}-{device}")) {
            Ok(id) => id,
            Err(error) => panic!("an account's name and a number are a device id: {error}"),
        };
        Input::Connected {
            session,
            accid,
            device: DeviceInfo {
                id,
                platform: PLATFORMS[device],
                sdk_version: None,
            },
            request: 0,
            calls: self.calls.iter().rev().take(3).copied().collect(),
        }
    }

    fn any_session(&mut self) -> Option<SessionId> {
        let all: Vec<SessionId> = self.sessions.keys().copied().collect();
        (!all.is_empty()).then(|| all[self.dice.index(all.len())])
    }

    fn media(&mut self) -> Input {
        if self.peers.is_empty() {
            return Input::Timeout;
        }
        let (call_id, peer) = self.peers[self.dice.index(self.peers.len())];
        let event = match self.dice.index(6) {
            0..=2 => MediaEvent::Connected(peer),
            3 => MediaEvent::Lost(peer),
            4 => MediaEvent::Recovered(peer),
            _ => MediaEvent::Failed(peer),
        };
        Input::Media { call_id, event }
    }

    fn request(&mut self) -> Input {
        let Some(session) = self.any_session() else {
            return self.connect();
        };
        let own = self.sessions[&session].clone();
        let id = self.next_id;
        self.next_id += 1;
        let asked = self.earlier_request(&own).unwrap_or_else(|| {
            let (command, grant) = self.draw_command();
            let request_id = RequestId::from_u128(u128::from(id));
            (own, request_id, command, grant)
        });
        if self.asked.len() >= REPEATABLE_MAX {
            self.asked.pop_front();
        }
        self.asked.push_back(asked.clone());
        let (_, request_id, command, grant) = asked;
        Input::Request {
            session,
            request: Request {
                id,
                request_id: Some(request_id),
                command,
            },
            grant,
            refused: nobody().into_iter().collect(),
        }
    }

    /// Now and then, something that this device has asked already.
    fn earlier_request(&mut self, device: &(Accid, usize)) -> Option<Asked> {
        if !self.dice.chance(150) {
            return None;
        }
        let own: Vec<&Asked> = self.asked.iter().filter(|(of, ..)| of == device).collect();
        let index = (!own.is_empty()).then(|| self.dice.index(own.len()))?;
        self.tally.count_fault("request repeated");
        Some(own[index].clone())
    }

    fn draw_command(&mut self) -> (Command, Option<RoomGrant>) {
        if self.calls.is_empty() || self.dice.chance(180) {
            return self.dial();
        }
        // One of the newest: the others are over.
        let newest = self.calls.len().min(4);
        let call_id = self.calls[self.calls.len() - 1 - self.dice.index(newest)];
        let media = if self.dice.chance(500) {
            Media::Audio
        } else {
            Media::Video
        };
        let command = match self.dice.index(24) {
            0 => Command::Ring { call_id },
            1..=4 => Command::Accept {
                call_id,
                room_token: None,
                other: [None, Some(OtherCall::End), Some(OtherCall::Hold)][self.dice.index(3)],
            },
            5 => Command::Reject {
                call_id,
                without_token: self.dice.chance(200),
            },
            6 => Command::Cancel { call_id },
            7 => Command::Hangup { call_id },
            8 => Command::Switch { call_id, media },
            9 => Command::AnswerSwitch {
                call_id,
                agree: self.dice.chance(700),
            },
            10 => Command::CallSnapshot { call_id },
            11..=12 => Command::OfferMedia {
                call_id,
                sdp: offer(Remote {
                    device: self.dice.index(2),
                    page: 1,
                    number: 1,
                    audio: 1,
                    video: 1,
                }),
            },
            13 => Command::SetMedia {
                call_id,
                audio: self.dice.chance(500),
                video: self.dice.chance(500),
            },
            14 => Command::End { call_id },
            15..=16 => Command::Invite(InviteMore {
                call_id,
                callees: self.some_accounts(),
                attachment: None,
                ring_ms: self.dice.chance(800).then_some(8_000),
            }),
            17..=18 => Command::Join {
                call_id,
                room_token: None,
            },
            19 => Command::Continue { call_id },
            20 => Command::Hold {
                call_id,
                held: self.dice.chance(600),
            },
            21 => self.query(call_id),
            22 => Command::Subscribe {
                call_id,
                videos: vec![Uid(2), Uid(1)],
            },
            _ => match self.dice.index(4) {
                0 => Command::Logout,
                1 => Command::ReportFirstFrame { call_id, ms: 300 },
                2 => Command::WatchPresence {
                    accids: self.some_accounts(),
                },
                _ => Command::Ping,
            },
        };
        let uid = Uid(self.dice.pick(1..=4));
        let grant = self.dice.chance(900).then_some(RoomGrant { call_id, uid });
        (command, grant)
    }

    fn query(&mut self, call_id: CallId) -> Command {
        let by_name = self.dice.chance(500);
        Command::Query {
            call_id: by_name.then_some(call_id),
            group_id: (!by_name).then(|| GROUP.to_owned()),
        }
    }

    /// One to three accounts, oneself and one that does not exist among them at times, and one twice.
    fn some_accounts(&mut self) -> Vec<Accid> {
        let count = self.dice.pick(1..=3);
        let mut all = self.accounts.clone();
        all.extend(Accid::parse(NOBODY).ok());
        (0..count)
            .map(|_| all[self.dice.index(all.len())].clone())
            .collect()
    }

    fn dial(&mut self) -> (Command, Option<RoomGrant>) {
        let bits = u128::from(self.dice.seed());
        let call_id = CallId::from_parts(self.now.0, bits);
        self.calls.push(call_id);
        let group = self.dice.chance(500).then(|| GroupTerms {
            group_id: self.dice.chance(700).then(|| GROUP.to_owned()),
            invite_mode: [InviteMode::Everyone, InviteMode::Caller][self.dice.index(2)],
            join_mode: [JoinMode::Invited, JoinMode::Everyone][self.dice.index(2)],
        });
        let callees = match group {
            Some(_) => self.some_accounts(),
            None => vec![self.accounts[self.dice.index(self.accounts.len())].clone()],
        };
        let start = StartCall {
            call_id,
            callees,
            group,
            media: Media::Video,
            attachment: None,
            ring_ms: self.dice.chance(800).then_some(8_000),
            room_token: Some(Token::from("checked by the shell".to_owned())),
        };
        let uid = Uid(1);
        let grant = self.dice.chance(900).then_some(RoomGrant { call_id, uid });
        (Command::StartCall(start), grant)
    }

    fn handle(&mut self, input: Input) {
        self.tally.operations += 1;
        let outputs = self.hub.handle(input.clone(), self.now);
        let timer = self.hub.poll_timeout();
        self.fact(&Fact::Handled {
            input: &input,
            outputs: &outputs,
            timer,
        });
        self.outputs.extend(outputs);
    }

    /// Mostly the batch is stored and told; now and then it fails, or the process dies before or after it is stored.
    fn end_batch(&mut self) {
        let writes = self.writes();
        match self.dice.index(40) {
            0..=3 if !writes.is_empty() => {
                self.outputs.clear();
                self.hub.rollback();
                self.fact(&Fact::Dropped);
                self.tally.count_fault("transaction failed");
                // The shell closes those whose welcome was dropped.
                for session in std::mem::take(&mut self.arriving) {
                    if self.sessions.remove(&session).is_some() {
                        self.handle(Input::Disconnected { session });
                    }
                }
            }
            4 => {
                self.outputs.clear();
                self.fact(&Fact::Dropped);
                self.crash();
            }
            5 => {
                self.store.apply(&writes);
                self.outputs.clear();
                self.fact(&Fact::Kept { writes: &writes });
                self.crash();
            }
            _ => self.keep(),
        }
    }

    fn writes(&self) -> Vec<Write> {
        let writes = self.outputs.iter().filter_map(|output| match output {
            Output::Write(write) => Some(write.clone()),
            _ => None,
        });
        writes.collect()
    }

    fn keep(&mut self) {
        let writes = self.writes();
        self.store.apply(&writes);
        for write in &writes {
            if let Write::End { record, .. } = write {
                self.tally.count_record(record);
            }
        }
        self.fact(&Fact::Kept { writes: &writes });
        self.hub.commit();
        self.arriving.clear();
        for output in std::mem::take(&mut self.outputs) {
            self.tell(&output);
        }
    }

    fn tell(&mut self, output: &Output) {
        let (session, telling) = match output {
            Output::Write(_) => return,
            Output::Welcome {
                session, snapshot, ..
            } => (*session, Telling::Welcome(snapshot)),
            Output::Reply { session, reply } => (*session, Telling::Reply(reply)),
            Output::Notify { session, event } => (*session, Telling::Event(event)),
            Output::Close { session, .. } => {
                self.sessions.remove(session);
                return;
            }
            Output::Room { call_id, command } => {
                if let RoomCommand::Negotiate { peer, .. } = command {
                    self.peers.push((*call_id, *peer));
                }
                let call_id = *call_id;
                self.fact(&Fact::Commanded { call_id, command });
                return;
            }
        };
        if let Some((accid, _)) = self.sessions.get(&session).cloned() {
            let accid = &accid;
            self.fact(&Fact::Told {
                session,
                accid,
                telling,
            });
        }
    }

    fn crash(&mut self) {
        self.tally.count_fault("server crashed");
        self.sessions.clear();
        self.arriving.clear();
        self.peers.clear();
        self.fact(&Fact::Crashed);
        self.hub = Hub::restore(
            self.config.clone(),
            self.store.restorable(self.now),
            self.store.next_message(),
            self.now,
        );
        self.fact(&Fact::Restored);
    }

    /// Everyone goes; time must end every call.
    fn calm_down(&mut self) {
        let sessions: Vec<SessionId> = self.sessions.keys().copied().collect();
        self.sessions.clear();
        for session in sessions {
            self.handle(Input::Disconnected { session });
        }
        self.keep();
        for _ in 0..TIMEOUTS_MAX {
            if self.store.live().next().is_none() {
                break;
            }
            let Some(due) = self.hub.poll_timeout() else {
                break;
            };
            self.now = self.now.max(due);
            self.handle(Input::Timeout);
            self.keep();
        }
        let left = Leftovers {
            live_calls: self.store.live().map(|call| call.call_id).collect(),
            ..Leftovers::default()
        };
        self.fact(&Fact::RunOver { left: &left });
        self.tally.worlds += 1;
        self.tally.virtual_ms += self.now.since(START);
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.push(self.now, fact);
        }
        self.watch.observe(self.now, fact);
    }
}

/// Whom the shell has found that no call can reach.
fn nobody() -> Option<RefusedInvite> {
    let kind = ErrorKind::AccountNotFound;
    let accid = Accid::parse(NOBODY).ok()?;
    Some(RefusedInvite { accid, kind })
}

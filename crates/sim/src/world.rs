//! One world: its devices, its server, its network, and the order in which things happen in it.

mod faults;
mod pages;
mod screens;
mod serving;
mod tokens;
mod wire;

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::endpoint::{Output, State};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, DeviceId, Platform, SlotKind};

use crate::checker::Checker;
use crate::clock::{Clock, START};
use crate::device::Device;
use crate::dice::Dice;
use crate::digest::Digest;
use crate::event_queue::EventQueue;
use crate::invariant::Violation;
use crate::network::{End, Socket, SocketId};
use crate::observation::{EndpointView, Leftovers, Observation, Page};
use crate::run_stats::RunStats;
use crate::scenario::Scenario;
use crate::server::{LoginToken, Server};
use crate::trace::{Keep, Trace};

/// How long after the network has healed and the people have stopped everything must have ended: the longest ring time,
/// a grace time, and a minute for reconnecting.
const WIND_DOWN_MS: u64 = 120_000 + 30_000 + 60_000;
/// How often media, keep-alives and endpoints are inspected.
const TICK_MS: u64 = 500;
/// More steps than any sound world takes by itself, and for each decision of a person; beyond, machines chase each other.
const STEPS_MAX: u64 = 200_000;
const STEPS_PER_DECISION_MAX: u64 = 200;

#[derive(Debug)]
enum WorldEvent {
    /// A person decides.
    PersonDecides(Page),
    /// A page's timer fires.
    PageWakes(Page),
    PageOpens(usize),
    /// A connection's offer is ready.
    OfferReady(Page, u32),
    /// The app's token handler answers.
    TokenGiven(Page, CallId, Result<String, String>),
    /// The app's backend gives a login token, or does not.
    LoginTokenGiven(Page, Result<LoginToken, String>),
    /// A disabled account may sign in again.
    AccountEnabled(Accid),
    /// A device could not be opened.
    DeviceFails(Page, SlotKind),
    DeviceOpens(Page, SlotKind),
    /// The person who was asked for the screen this time has chosen.
    ScreenChosen(Page, u32),
    /// The person presses the browser's button that ends the share of this choice.
    ScreenEnded(Page, u32),
    /// A connection attempt has reached the server.
    SocketConnects(SocketId),
    /// Frames may have arrived.
    FramesArrive(SocketId, End),
    /// The server takes its next batch.
    ServerHandles(u64),
    /// The transaction is over.
    BatchStored(u64, bool),
    /// The shell carries the batch out.
    BatchDelivered(u64),
    /// The hub's deadline.
    HubTimer(u64),
    /// The media plane has an answer.
    AnswerReady(u64, SocketId, String),
    /// The server is started again.
    ServerStarts,
    /// ICE has had its time.
    IceDue,
    /// Time passes.
    Tick,
    /// Something breaks.
    Fault,
    /// The network heals and the people stop.
    Calm,
}

/// A random number generator for each concern.
struct RngSet {
    network: Dice,
    people: Dice,
    faults: Dice,
    server: Dice,
    devices: Dice,
    screens: Dice,
}

/// A world, from its seed to its end.
pub struct World {
    now: Time,
    queue: EventQueue<WorldEvent>,
    rng: RngSet,
    scenario: Scenario,
    /// Whether people share their screens.
    screens: bool,
    accounts: Vec<Accid>,
    devices: Vec<Device>,
    sockets: BTreeMap<SocketId, Socket>,
    next_socket: u64,
    server: Server,
    /// The batch under way is stored already.
    batch_stored: bool,
    store_fails_until: Time,
    store_slow_until: Time,
    calm_at: Option<Time>,
    quiet_ticks: u32,
    over: bool,
    checker: Checker,
    trace: Option<Trace>,
    pub stats: RunStats,
}

impl World {
    /// The world of `seed`; `keep` is what to keep of its history.
    pub fn new(seed: u64, keep: Keep) -> Self {
        let scenario = Scenario::draw(&mut Dice::new(seed, "scenario"));
        let names = ["alice", "bob", "carol", "dave", "erin"];
        let accounts: Vec<Accid> = names
            .iter()
            .take(scenario.devices.len())
            .filter_map(|name| Accid::parse(name).ok())
            .collect();
        let devices = make_devices(&scenario, &accounts, &mut Dice::new(seed, "clocks"));
        let server = Server::new(scenario.config.clone(), accounts.clone());
        let mut world = Self {
            now: START,
            queue: EventQueue::default(),
            rng: RngSet {
                network: Dice::new(seed, "network"),
                people: Dice::new(seed, "people"),
                faults: Dice::new(seed, "faults"),
                server: Dice::new(seed, "server"),
                devices: Dice::new(seed, "devices"),
                screens: Dice::new(seed, "screens"),
            },
            screens: false,
            checker: Checker::new(
                &scenario,
                devices.iter().map(|it| it.accid.clone()).collect(),
                keep,
            ),
            accounts,
            devices,
            sockets: BTreeMap::new(),
            next_socket: 1,
            server,
            batch_stored: false,
            store_fails_until: Time(0),
            store_slow_until: Time(0),
            calm_at: None,
            quiet_ticks: 0,
            over: false,
            trace: (keep == Keep::Trace).then(Trace::default),
            stats: RunStats::default(),
            scenario,
        };
        world.begin();
        world
    }

    /// Lets everything happen, until the end or the first violation.
    pub fn run(&mut self) -> Result<(), Violation> {
        let (mut steps, mut steps_max) = (0, STEPS_MAX);
        while !self.over {
            let Some((at, event)) = self.queue.pop() else {
                break;
            };
            self.now = at;
            if matches!(event, WorldEvent::PersonDecides(_)) {
                steps_max += STEPS_PER_DECISION_MAX;
            }
            self.handle(event);
            if let Some(violation) = self.checker.violation() {
                let what = violation.to_string();
                self.observe(&Observation::Fault { what: &what });
                return Err(violation);
            }
            steps += 1;
            if steps > steps_max {
                return Err(Violation {
                    invariant: "bounded_work",
                    at,
                    what: format!("more than {steps_max} steps: two machines chase each other"),
                });
            }
        }
        self.stats.worlds += 1;
        self.stats.virtual_ms += self.now.since(START);
        Ok(())
    }

    pub fn digest(&self) -> Digest {
        self.checker.digest()
    }

    pub fn trace(&self) -> &[String] {
        self.trace.as_ref().map_or(&[], Trace::lines)
    }

    pub fn now(&self) -> Time {
        self.now
    }

    fn begin(&mut self) {
        self.screens = self.rng.screens.chance(300);
        self.server_starts();
        for index in 0..self.devices.len() {
            // A second device is often taken up later.
            let first = index == 0 || self.devices[index - 1].accid != self.devices[index].accid;
            let late = !first && self.rng.people.chance(600);
            let latest = if late {
                self.scenario.people_ms / 2
            } else {
                2_000
            };
            let at = self.now.plus_ms(self.rng.people.pick(0..=latest));
            self.queue.schedule(at, WorldEvent::PageOpens(index));
        }
        self.queue.schedule(self.now, WorldEvent::Tick);
        self.schedule_fault();
        let calm_at = self.now.plus_ms(self.scenario.people_ms);
        self.queue.schedule(calm_at, WorldEvent::Calm);
    }

    fn handle(&mut self, event: WorldEvent) {
        match event {
            WorldEvent::PersonDecides(page) => self.person_decides(page),
            WorldEvent::PageWakes(page) => self.page_wakes(page),
            WorldEvent::PageOpens(device) => self.page_opens(device),
            WorldEvent::OfferReady(page, number) => self.offer_ready(page, number),
            WorldEvent::TokenGiven(page, call_id, result) => {
                self.token_given(page, call_id, result);
            }
            WorldEvent::LoginTokenGiven(page, result) => self.login_token_given(page, result),
            WorldEvent::AccountEnabled(accid) => self.server.accounts.set_disabled(&accid, false),
            WorldEvent::DeviceFails(page, kind) => self.device_fails(page, kind),
            WorldEvent::DeviceOpens(page, kind) => self.device_opens(page, kind),
            WorldEvent::ScreenChosen(page, time) => self.screen_chosen(page, time),
            WorldEvent::ScreenEnded(page, time) => self.screen_ended(page, time),
            WorldEvent::SocketConnects(socket) => self.socket_connects(socket),
            WorldEvent::FramesArrive(socket, to) => self.frames_arrive(socket, to),
            WorldEvent::ServerHandles(epoch) => self.server_handles(epoch),
            WorldEvent::BatchStored(epoch, stored) => self.batch_stored(epoch, stored),
            WorldEvent::BatchDelivered(epoch) => self.batch_delivered(epoch),
            WorldEvent::HubTimer(epoch) => self.hub_timer(epoch),
            WorldEvent::AnswerReady(epoch, socket, text) => self.answer_ready(epoch, socket, text),
            WorldEvent::ServerStarts => self.server_starts(),
            WorldEvent::IceDue => self.poll_media(),
            WorldEvent::Tick => self.tick(),
            WorldEvent::Fault => self.fault(),
            WorldEvent::Calm => self.calm(),
        }
    }

    /// Time passes: packets flow or do not, keep-alives are missed, every endpoint is inspected.
    fn tick(&mut self) {
        self.poll_media();
        self.check_keep_alives();
        self.expire_sessions();
        self.look_for_revoked_sessions();
        for index in 0..self.devices.len() {
            self.inspect(index, false);
        }
        if let Some(calm_at) = self.calm_at {
            let left = self.leftovers();
            let quiet = left == Leftovers::default();
            self.quiet_ticks = if quiet { self.quiet_ticks + 1 } else { 0 };
            // Ten quiet seconds: nothing that was under way has brought anything back.
            let at_rest = self.quiet_ticks >= 20;
            if at_rest || self.now.since(calm_at) >= WIND_DOWN_MS {
                self.observe(&Observation::RunOver { left: &left });
                self.over = true;
                return;
            }
        }
        self.queue
            .schedule(self.now.plus_ms(TICK_MS), WorldEvent::Tick);
    }

    fn leftovers(&self) -> Leftovers {
        let pages = self.devices.iter().filter_map(|device| {
            let endpoint = device.endpoint.as_ref()?;
            Some((device.page(), endpoint.state()))
        });
        Leftovers {
            busy_pages: pages.filter(|(_, state)| *state != State::Idle).collect(),
            live_calls: self.server.store.live().map(|call| call.call_id).collect(),
            open_rooms: self
                .server
                .process
                .iter()
                .flat_map(|process| process.media_plane.rooms())
                .collect(),
            open_tickets: self.checker.open_tickets(),
        }
    }

    /// Shows an endpoint to the invariants.
    fn inspect(&mut self, index: usize, after_input: bool) {
        let device = &self.devices[index];
        let Some(endpoint) = &device.endpoint else {
            return;
        };
        if self.now < device.asleep_until {
            return;
        }
        let view = EndpointView {
            state: endpoint.state(),
            call: endpoint.call(),
            waiting: device.shown.waiting.as_ref(),
            held: device.shown.held.as_ref(),
            timer: endpoint.poll_timeout().map(|at| device.clock.when(at)),
            reachable_since: self.reachable_since(device),
            after_input,
        };
        let page = device.page();
        // Not `self.observe`: the view borrows the endpoint. Views are not traced.
        self.checker
            .observe(self.now, &Observation::Inspected { page, view });
    }

    fn reachable_since(&self, device: &Device) -> Option<Time> {
        let socket = self.sockets.get(&device.socket?)?;
        let welcomed_at = device.welcomed_at?;
        let clear_at = device
            .path_clear_at()
            .max(self.store_fails_until)
            .max(self.store_slow_until);
        let open = socket.client_open
            && socket.server_open
            && !socket.is_broken()
            && self.server.process.is_some();
        (open && clear_at <= self.now).then_some(clear_at.max(welcomed_at))
    }

    fn observe(&mut self, observation: &Observation<'_>) {
        observe(
            &mut self.checker,
            &mut self.trace,
            &mut self.stats,
            self.now,
            observation,
        );
    }
}

fn make_devices(scenario: &Scenario, accounts: &[Accid], dice: &mut Dice) -> Vec<Device> {
    /// What an account's devices run on, in this order.
    const PLATFORMS: [Platform; 3] = [Platform::Web, Platform::Ios, Platform::Desktop];
    let mut devices = Vec::new();
    for (accid, count) in accounts.iter().zip(&scenario.devices) {
        for (number, platform) in (1..).zip(PLATFORMS).take(*count) {
            let Ok(id) = DeviceId::parse(&format!("{accid}-{number}")) else {
                continue;
            };
            let hours = i64::try_from(dice.pick(0..=48)).unwrap_or(0) - 24;
            let clock = Clock {
                offset_ms: hours * 3_600_000,
                drift_ppm: i64::try_from(dice.pick(0..=400)).unwrap_or(0) - 200,
            };
            let clock = if scenario.skewed {
                clock
            } else {
                Clock::default()
            };
            let index = devices.len();
            devices.push(Device::new(index, accid.clone(), id, platform, clock));
        }
    }
    devices
}

/// Shows an observation to the invariants, the trace and the stats; apart from `World` so that its other fields can be borrowed.
fn observe(
    checker: &mut Checker,
    trace: &mut Option<Trace>,
    stats: &mut RunStats,
    now: Time,
    observation: &Observation<'_>,
) {
    if let Some(trace) = trace {
        trace.push(now, observation);
    }
    match observation {
        Observation::OpStarted { .. } => stats.operations += 1,
        Observation::Emitted {
            output: Output::Send { .. },
            ..
        } => stats.frames += 1,
        Observation::Emitted {
            output: Output::Event { event },
            ..
        } => stats.count_event(event),
        Observation::Delivered { .. } => stats.frames += 1,
        Observation::Committed { writes } => {
            for write in *writes {
                if let Write::End { record, .. } = write {
                    stats.count_record(record);
                }
            }
        }
        _ => {}
    }
    checker.observe(now, observation);
}

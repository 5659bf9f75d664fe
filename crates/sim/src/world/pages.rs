//! Pages: endpoints with their sockets, media, timers and the people in front of them.

use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, Input, MediaEvent, Op, Output, State, Value};
use hullo_protocol::{CallId, CallKind, DeviceFailure, DeviceState, SlotKind};

use super::{World, WorldEvent, observe};
use crate::browser::{Flags, Ice, Reaction};
use crate::device::Shown;
use crate::media_plane::{Remote, offer};
use crate::observation::{Observation, Page};
use crate::person::{self, Action, Scene};

/// Silence after which a browser reports a connection disconnected, and failed.
const DISCONNECTED_MS: u64 = 3_000;
const FAILED_MS: u64 = 15_000;
/// How long a browser takes to open a device, and a person to plug in one that is missing.
const OPENING_MS: u64 = 1;
const PLUGGING_MS: u64 = 4_000;

impl World {
    /// Someone opens the page and, soon, does something with it.
    pub(super) fn page_opens(&mut self, device: usize) {
        if self.devices[device].abandoned || self.devices[device].endpoint.is_some() {
            return;
        }
        let seed = self.rng.devices.seed();
        let page = self.devices[device].open_page(seed);
        let this = &self.devices[device];
        let (accid, id) = (this.accid.clone(), this.id.clone());
        self.observe(&Observation::PageOpened {
            page,
            accid: &accid,
            device: &id,
        });
        self.schedule_person(page, 200);
    }

    /// The page is gone, with the endpoint's last word; that and the socket's close may or may not reach the server.
    pub(super) fn page_gone(&mut self, device: usize) {
        let page = self.devices[device].page();
        self.give(device, Input::PageHidden);
        let Some(socket) = self.devices[device].close_page() else {
            self.observe(&Observation::PageGone { page });
            return;
        };
        if self.rng.faults.chance(700) {
            self.client_closes(socket);
        } else if let Some(socket) = self.sockets.get_mut(&socket) {
            socket.client_open = false;
        }
        self.observe(&Observation::PageGone { page });
    }

    /// Gives an endpoint an input and carries out what it wants.
    pub(super) fn give(&mut self, device: usize, input: Input) {
        let now = self.now;
        let page = self.devices[device].page();
        let reading = self.devices[device].clock.read(now);
        let Some(endpoint) = &mut self.devices[device].endpoint else {
            return;
        };
        let outputs = endpoint.handle(input, reading);
        for output in &outputs {
            let observation = Observation::Emitted { page, output };
            observe(
                &mut self.checker,
                &mut self.trace,
                &mut self.stats,
                now,
                &observation,
            );
        }
        for output in outputs {
            self.carry_out(device, page, output);
        }
        self.inspect(device, true);
        self.schedule_wake(device);
    }

    fn carry_out(&mut self, device: usize, page: Page, output: Output) {
        match output {
            Output::OpenSocket => self.open_socket(device),
            Output::CloseSocket => self.close_socket(device),
            Output::Send { text } => self.client_sends(device, text),
            Output::Media { command } => {
                let reaction = self.devices[device].browser.command(&command, self.now);
                self.react(page, reaction);
            }
            Output::Complete {
                ticket,
                error,
                value,
            } => {
                let device = &mut self.devices[device];
                if let Some(Value::Found { calls }) = value {
                    device.found = calls.iter().map(|found| found.call_id).collect();
                }
                if error.is_some() && device.login_ticket == Some(ticket) {
                    device.signed_in = false;
                }
            }
            Output::KeepCursor { cursor, .. } => self.devices[device].cursor = Some(cursor),
            Output::AskLoginToken => self.ask_login_token(page),
            Output::AskToken { call_id, uid } => self.ask_token(device, page, call_id, uid),
            Output::Event { event } => self.app_event(device, page, &event),
        }
    }

    fn react(&mut self, page: Page, reaction: Reaction) {
        let dice = &mut self.rng.devices;
        match reaction {
            Reaction::None => {}
            Reaction::Offer(number) => {
                let at = self.now.plus_ms(dice.pick(2..=120));
                self.queue
                    .schedule(at, WorldEvent::OfferReady(page, number));
            }
            Reaction::Check => {
                let at = self.now.plus_ms(dice.pick(20..=400));
                self.queue.schedule(at, WorldEvent::IceDue);
            }
            Reaction::Opened(Flags {
                audio,
                video,
                screen,
            }) => {
                for (opened, kind) in [(audio, SlotKind::Audio), (video, SlotKind::Video)] {
                    if !opened {
                        continue;
                    }
                    let mut opens_at = self.now.plus_ms(OPENING_MS);
                    if self.scenario.poor_devices && dice.chance(60) {
                        let at = self.now.plus_ms(dice.pick(1..=300));
                        self.queue.schedule(at, WorldEvent::DeviceFails(page, kind));
                        opens_at = at.plus_ms(PLUGGING_MS);
                    }
                    self.queue
                        .schedule(opens_at, WorldEvent::DeviceOpens(page, kind));
                }
                if screen {
                    self.ask_for_screen(page);
                }
            }
        }
    }

    fn ask_token(&mut self, device: usize, page: Page, call_id: CallId, uid: hullo_protocol::Uid) {
        let dice = &mut self.rng.devices;
        let poor = self.scenario.poor_devices;
        if poor && dice.chance(40) {
            self.stats.count_fault("token handler never answers");
            return;
        }
        let result = if poor && dice.chance(80) {
            self.stats.count_fault("token handler fails");
            Err("the backend is down".to_owned())
        } else if poor && dice.chance(60) {
            self.stats.count_fault("token refused");
            Ok("forged".to_owned())
        } else {
            let accid = &self.devices[device].accid;
            Ok(crate::server::room_token(call_id, accid, uid))
        };
        let at = self.now.plus_ms(dice.pick(5..=800));
        self.queue
            .schedule(at, WorldEvent::TokenGiven(page, call_id, result));
    }

    fn app_event(&mut self, device: usize, page: Page, event: &AppEvent) {
        match event {
            AppEvent::Invited { .. }
            | AppEvent::CallWaiting { .. }
            | AppEvent::SwitchAsked { .. } => self.schedule_person(page, 1_500),
            AppEvent::Changed {
                held,
                waiting,
                elsewhere,
                ..
            } => {
                self.devices[device].shown = Shown {
                    held: held.clone(),
                    waiting: waiting.clone(),
                    elsewhere: elsewhere.clone(),
                };
            }
            AppEvent::Disconnect { .. } => self.devices[device].signed_in = false,
            AppEvent::TokenExpiring { .. } | AppEvent::TokenExpired
                if !self.devices[device].provider =>
            {
                self.ask_login_token(page);
            }
            _ => {}
        }
    }

    fn schedule_wake(&mut self, device: usize) {
        let Some(endpoint) = &self.devices[device].endpoint else {
            return;
        };
        let Some(due) = endpoint.poll_timeout() else {
            return;
        };
        let due = self.devices[device].clock.when(due);
        // A browser's timer never comes early, and late at times: background tabs are throttled to a second.
        let late_ms = if self.scenario.poor_devices {
            self.rng.devices.pick(0..=1_000)
        } else {
            self.rng.devices.pick(0..=4)
        };
        let at = due.max(self.now).plus_ms(late_ms);
        let device = &mut self.devices[device];
        if device.wake_at.is_none_or(|scheduled| at < scheduled) {
            device.wake_at = Some(at);
            self.queue
                .schedule(at, WorldEvent::PageWakes(device.page()));
        }
    }

    pub(super) fn page_wakes(&mut self, page: Page) {
        let device = &mut self.devices[page.device];
        if !device.has_open(page) || device.wake_at != Some(self.now) {
            return;
        }
        if device.asleep_until > self.now {
            device.wake_at = Some(device.asleep_until);
            self.queue
                .schedule(device.asleep_until, WorldEvent::PageWakes(page));
            return;
        }
        device.wake_at = None;
        let due = device
            .endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.poll_timeout())
            .map(|due| device.clock.when(due));
        match due {
            Some(due) if due <= self.now => self.give(page.device, Input::Timeout),
            _ => self.schedule_wake(page.device),
        }
    }

    pub(super) fn socket_opened(&mut self, device: usize) {
        self.give(device, Input::SocketOpened);
    }

    pub(super) fn socket_closed(&mut self, device: usize) {
        self.devices[device].welcomed_at = None;
        self.give(device, Input::SocketClosed);
    }

    pub(super) fn frame_received(&mut self, device: usize, text: String) {
        if text.contains("\"logged_in\"") {
            self.devices[device].welcomed_at = Some(self.now);
        }
        self.give(device, Input::Frame { text });
    }

    pub(super) fn offer_ready(&mut self, page: Page, number: u32) {
        let device = &mut self.devices[page.device];
        if !device.has_open(page) {
            return;
        }
        let Some(connection) = device.browser.connection(number) else {
            return;
        };
        let (audio, video, screen) = connection.lines;
        let sdp = offer(Remote {
            device: page.device,
            page: page.number,
            number,
            audio,
            video,
            screen,
        });
        let event = MediaEvent::Offered { peer: number, sdp };
        self.give(page.device, Input::Media { event });
    }

    pub(super) fn token_given(
        &mut self,
        page: Page,
        call_id: CallId,
        result: Result<String, String>,
    ) {
        if self.devices[page.device].has_open(page) {
            let (token, error) = match result {
                Ok(token) => (Some(token), None),
                Err(error) => (None, Some(error)),
            };
            let input = Input::Token {
                call_id,
                token: token.map(Into::into),
                error,
            };
            self.give(page.device, input);
        }
    }

    pub(super) fn device_fails(&mut self, page: Page, kind: SlotKind) {
        if self.devices[page.device].has_open(page) {
            self.stats.count_fault("device cannot be opened");
            let failure = match self.rng.devices.chance(500) {
                true => DeviceFailure::Denied,
                false => DeviceFailure::Busy,
            };
            let event = MediaEvent::Device {
                kind,
                state: DeviceState::Failed,
                failure: Some(failure),
                message: Some("the simulator said no".to_owned()),
            };
            self.give(page.device, Input::Media { event });
        }
    }

    /// A device is there at last, wanted still or not.
    pub(super) fn device_opens(&mut self, page: Page, kind: SlotKind) {
        if self.devices[page.device].has_open(page) {
            let event = MediaEvent::Device {
                kind,
                state: DeviceState::On,
                failure: None,
                message: None,
            };
            self.give(page.device, Input::Media { event });
        }
    }

    /// Moves a page's connection between the states of ICE; returns what the browser reports.
    pub(super) fn advance_ice(&mut self, device: usize, flows: bool) {
        let now = self.now;
        let Some(connection) = self.devices[device].browser.current() else {
            return;
        };
        let peer = connection.number;
        let event = match (connection.state, flows) {
            (Ice::New(_) | Ice::Disconnected(_) | Ice::Failed, true) => {
                connection.state = Ice::Connected;
                MediaEvent::Connected { peer }
            }
            (Ice::Connected, true) => match connection.video_mid.clone() {
                Some(mid) if !connection.pictured => {
                    connection.pictured = true;
                    let (width, height) = (640, 480);
                    MediaEvent::FirstVideoFrame {
                        peer,
                        mid,
                        width,
                        height,
                    }
                }
                _ => return,
            },
            (Ice::Connected, false) => {
                connection.state = Ice::Disconnected(now);
                MediaEvent::Disconnected { peer }
            }
            (Ice::Disconnected(since), false)
                if now.since(since) >= FAILED_MS - DISCONNECTED_MS =>
            {
                connection.state = Ice::Failed;
                MediaEvent::Failed { peer }
            }
            (Ice::New(since), false)
                if connection.answered.is_some() && now.since(since) >= FAILED_MS =>
            {
                connection.state = Ice::Failed;
                MediaEvent::Failed { peer }
            }
            _ => return,
        };
        self.give(device, Input::Media { event });
    }

    /// A person looks at the screen and does something.
    pub(super) fn person_decides(&mut self, page: Page) {
        let device = &self.devices[page.device];
        let Some(endpoint) = device.endpoint.as_ref().filter(|_| device.has_open(page)) else {
            return;
        };
        if self.now < device.asleep_until {
            let at = device.asleep_until.plus_ms(100);
            self.queue.schedule(at, WorldEvent::PersonDecides(page));
            return;
        }
        let scene = Scene {
            state: endpoint.state(),
            call: endpoint.call(),
            signed_in: device.signed_in,
            me: &device.accid,
            shown: &device.shown,
            found: &device.found,
            running: &self.running_groups(),
            accounts: &self.accounts,
            clumsy: self.scenario.clumsy,
        };
        let action = match self.calm_at {
            Some(_) => person::wind_down(scene.state),
            None => person::choose(&scene, &mut self.rng.people),
        };
        let state = scene.state;
        self.schedule_person(page, self.scenario.pause_ms_max);
        self.act(page.device, action);
        self.share_or_not(page, state);
    }

    /// The group calls that there are: people talk about them.
    fn running_groups(&self) -> Vec<CallId> {
        let live = self.server.store.live();
        live.filter(|call| call.kind == CallKind::Group)
            .map(|call| call.call_id)
            .collect()
    }

    /// Schedules a person's next look at the screen.
    fn schedule_person(&mut self, page: Page, pause_ms_max: u64) {
        let pause_ms = if self.scenario.in_step {
            // Everyone acts on the full second, so that actions collide.
            let to_second = 1_000 - self.now.0 % 1_000;
            to_second + 1_000 * self.rng.people.pick(0..=pause_ms_max / 2_000)
        } else {
            self.rng.people.pick(1..=pause_ms_max)
        };
        let at: Time = self.now.plus_ms(pause_ms);
        self.queue.schedule(at, WorldEvent::PersonDecides(page));
    }

    pub(super) fn act(&mut self, device: usize, action: Action) {
        match action {
            Action::Wait => {}
            Action::Start(op) => self.start_op(device, op),
            Action::SignIn => self.sign_in(device),
            Action::Reload => {
                self.stats.count_fault("page reloaded");
                self.page_gone(device);
                let at = self.now.plus_ms(self.rng.people.pick(200..=4_000));
                self.queue.schedule(at, WorldEvent::PageOpens(device));
            }
            Action::CloseApp => {
                self.stats.count_fault("app closed for a while");
                self.page_gone(device);
                let at = self.now.plus_ms(self.rng.people.pick(3_000..=30_000));
                self.queue.schedule(at, WorldEvent::PageOpens(device));
            }
            Action::Sleep => self.fall_asleep(device),
            Action::LoseNetwork => self.lose_path(device),
            Action::ChangeNetwork => {
                self.stats.count_fault("network changed");
                self.give(device, Input::NetworkChanged);
            }
        }
    }

    fn sign_in(&mut self, device: usize) {
        let wrong = self.rng.people.chance(20);
        let accid = self.devices[device].accid.clone();
        let token = match wrong {
            true => "wrong".to_owned(),
            false => self.fresh_login_token(&accid).to_string(),
        };
        self.devices[device].signed_in = !wrong;
        self.devices[device].provider =
            self.scenario.tokens_run_out && self.rng.devices.chance(700);
        self.log_in(device, &token);
    }

    pub(super) fn start_op(&mut self, device: usize, op: Op) {
        let this = &mut self.devices[device];
        let Some(endpoint) = &this.endpoint else {
            return;
        };
        let state: State = endpoint.state();
        let ticket = this.next_ticket;
        this.next_ticket += 1;
        if op == Op::Logout {
            this.signed_in = false;
        }
        if matches!(op, Op::Login { .. }) {
            this.login_ticket = Some(ticket);
        }
        let page = this.page();
        self.observe(&Observation::OpStarted {
            page,
            ticket,
            op: &op,
            state,
        });
        self.give(device, Input::Op { ticket, op });
    }
}

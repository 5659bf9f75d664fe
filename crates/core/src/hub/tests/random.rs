//! Whatever comes in whatever order: what must always hold, holds.

use std::collections::BTreeSet;

use hullo_protocol::*;
use proptest::prelude::*;

use super::super::calls::Calls;
use super::super::*;
use super::Shell;
use super::shell::{CONFIG, accid, device, invite_more, sdp, start, start_group};

const ACCOUNTS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Something that may happen; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Login(usize, usize),
    Disconnect(usize),
    SignOut(usize),
    Dial(usize, usize, Media),
    /// Dials those whose bits are set.
    DialGroup(usize, u8, JoinMode),
    Invite(usize, usize, u8),
    Ask(usize, usize, Ask),
    /// Asks again what was asked before.
    Repeat(usize, usize),
    Offer(usize, usize, usize),
    Media(usize, PeerEvent),
    Pass(u64),
    Restart(u64),
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    Ring,
    Accept,
    Reject,
    Cancel,
    HangUp,
    Switch(Media),
    AnswerSwitch(bool),
    Set(DeviceState, DeviceState, Option<bool>),
    AcceptWith(OtherCall),
    End,
    Join,
    Continue,
    Hold(bool),
    Logout,
}

#[derive(Debug, Clone, Copy)]
enum PeerEvent {
    Connected,
    Lost,
    Recovered,
    Failed,
}

impl PeerEvent {
    fn of(self, peer: PeerId) -> MediaEvent {
        match self {
            Self::Connected => MediaEvent::Connected(peer),
            Self::Lost => MediaEvent::Lost(peer),
            Self::Recovered => MediaEvent::Recovered(peer),
            Self::Failed => MediaEvent::Failed(peer),
        }
    }
}

fn media() -> impl Strategy<Value = Media> {
    prop_oneof![Just(Media::Audio), Just(Media::Video)]
}

fn device_state() -> impl Strategy<Value = DeviceState> {
    prop_oneof![
        Just(DeviceState::Off),
        Just(DeviceState::Asking),
        Just(DeviceState::On),
        Just(DeviceState::Failed),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        2 => Just(Ask::Ring),
        6 => Just(Ask::Accept),
        1 => Just(Ask::Reject),
        1 => Just(Ask::Cancel),
        1 => Just(Ask::HangUp),
        3 => media().prop_map(Ask::Switch),
        3 => any::<bool>().prop_map(Ask::AnswerSwitch),
        2 => (device_state(), device_state(), any::<Option<bool>>()).prop_map(
            |(audio, video, screen)| Ask::Set(audio, video, screen)
        ),
        3 => Just(Ask::AcceptWith(OtherCall::End)),
        3 => Just(Ask::AcceptWith(OtherCall::Hold)),
        1 => Just(Ask::End),
        2 => Just(Ask::Join),
        2 => Just(Ask::Continue),
        2 => any::<bool>().prop_map(Ask::Hold),
        1 => Just(Ask::Logout),
    ]
}

fn peer_event() -> impl Strategy<Value = PeerEvent> {
    prop_oneof![
        4 => Just(PeerEvent::Connected),
        1 => Just(PeerEvent::Lost),
        1 => Just(PeerEvent::Recovered),
        1 => Just(PeerEvent::Failed),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..64usize;
    prop_oneof![
        6 => (0..4usize, 0..2usize).prop_map(|(who, on)| Step::Login(who, on)),
        2 => n.clone().prop_map(Step::Disconnect),
        1 => (0..4usize).prop_map(Step::SignOut),
        6 => (n.clone(), 0..4usize, media()).prop_map(|(s, who, m)| Step::Dial(s, who, m)),
        4 => (n.clone(), any::<u8>(), any::<bool>()).prop_map(|(s, who, open)| {
            let join_mode = if open { JoinMode::Everyone } else { JoinMode::Invited };
            Step::DialGroup(s, who, join_mode)
        }),
        3 => (n.clone(), n.clone(), any::<u8>()).prop_map(|(s, c, who)| Step::Invite(s, c, who)),
        16 => (n.clone(), n.clone(), ask()).prop_map(|(s, c, a)| Step::Ask(s, c, a)),
        2 => (n.clone(), n.clone()).prop_map(|(s, r)| Step::Repeat(s, r)),
        6 => (n.clone(), n.clone(), 0..3usize).prop_map(|(s, c, name)| Step::Offer(s, c, name)),
        6 => (n, peer_event()).prop_map(|(p, what)| Step::Media(p, what)),
        4 => (0..40_000u64).prop_map(Step::Pass),
        1 => (0..40_000u64).prop_map(Step::Restart),
    ]
}

fn policies() -> impl Strategy<Value = (BusyPolicy, DevicePolicy)> {
    let busy = prop_oneof![Just(BusyPolicy::Reject), Just(BusyPolicy::Ring)];
    let devices = prop_oneof![
        4 => Just(DevicePolicy::All),
        1 => Just(DevicePolicy::DesktopAndMobile),
        1 => Just(DevicePolicy::One),
    ];
    (busy, devices)
}

/// A shell and what a step can choose from.
struct World {
    shell: Shell,
    sessions: Vec<SessionId>,
    calls: Vec<CallId>,
    asked: Vec<Request>,
}

impl World {
    fn choose<T: Clone>(from: &[T], index: usize) -> Option<T> {
        from.get(index.checked_rem(from.len())?).cloned()
    }

    /// The input of a step that is one; the others are carried out.
    fn input(&mut self, step: Step) -> Option<Input> {
        match step {
            Step::Login(who, on) => Some(self.login(who, on)),
            Step::Disconnect(index) => {
                let session = Self::choose(&self.sessions, index)?;
                self.sessions.retain(|id| *id != session);
                Some(Input::Disconnected { session })
            }
            Step::SignOut(who) => Some(Input::SignOut {
                accid: accid(ACCOUNTS[who]),
            }),
            Step::Dial(index, who, media) => {
                let dial = start(self.fresh_call(), ACCOUNTS[who], media);
                self.request(index, Command::StartCall(dial))
            }
            Step::DialGroup(index, who, join_mode) => {
                let mut dial = start_group(self.fresh_call(), &chosen(who));
                dial.group = Some(GroupTerms {
                    join_mode,
                    ..GroupTerms::default()
                });
                self.request(index, Command::StartCall(dial))
            }
            Step::Invite(index, call, who) => {
                let call_id = Self::choose(&self.calls, call)?;
                let more = invite_more(call_id, &chosen(who));
                self.request(index, Command::Invite(more))
            }
            Step::Ask(index, call, ask) => {
                let call_id = Self::choose(&self.calls, call)?;
                self.request(index, command(ask, call_id))
            }
            Step::Repeat(index, which) => self.repeat(index, which),
            Step::Offer(index, call, name) => {
                let call_id = Self::choose(&self.calls, call)?;
                let sdp = sdp(["A", "BB", "CCC"][name], 1);
                self.request(index, Command::OfferMedia { call_id, sdp })
            }
            Step::Media(index, what) => {
                let (call_id, peer) = Self::choose(&self.peers(), index)?;
                let event = what.of(peer);
                Some(Input::Media { call_id, event })
            }
            Step::Pass(ms) => {
                self.shell.pass(ms);
                None
            }
            Step::Restart(ms) => {
                self.shell.restart(ms);
                self.sessions.clear();
                None
            }
        }
    }

    fn login(&mut self, who: usize, on: usize) -> Input {
        let session = SessionId(self.shell.fresh());
        self.sessions.push(session);
        Input::Connected {
            session,
            accid: accid(ACCOUNTS[who]),
            device: device(&format!("{}{on}", ACCOUNTS[who])),
            request: 0,
            calls: self.calls.clone(),
        }
    }

    fn fresh_call(&mut self) -> CallId {
        let call_id = self.shell.fresh_call();
        self.calls.push(call_id);
        call_id
    }

    fn repeat(&mut self, index: usize, which: usize) -> Option<Input> {
        let session = Self::choose(&self.sessions, index)?;
        let request = Request {
            id: self.shell.fresh(),
            ..Self::choose(&self.asked, which)?
        };
        Some(Input::Request {
            session,
            request,
            known: Known::default(),
        })
    }

    fn request(&mut self, session: usize, command: Command) -> Option<Input> {
        let session = Self::choose(&self.sessions, session)?;
        let request = Request {
            id: self.shell.fresh(),
            request_id: Some(self.shell.fresh_request()),
            command,
        };
        self.asked.push(request.clone());
        Some(Input::Request {
            session,
            request,
            known: Known::default(),
        })
    }

    fn peers(&self) -> Vec<(CallId, PeerId)> {
        let rooms = self.shell.rooms.iter();
        rooms
            .filter_map(|(call_id, command)| match command {
                RoomCommand::Negotiate { peer, .. } => Some((*call_id, *peer)),
                _ => None,
            })
            .collect()
    }

    /// Takes the step once in a batch that cannot be stored, and checks that the calls are as they were.
    fn take_in_vain(&mut self, input: Input) {
        let hub = &mut self.shell.runner.hub;
        let (before, next_message) = (hub.calls.clone(), hub.next_message);
        hub.handle(input.clone(), self.shell.now);
        hub.poll_news();
        hub.rollback();
        assert_eq!(hub.calls, before, "calls, indexes and rooms");
        assert_eq!(hub.next_message, next_message);
        if let Input::Connected { session, .. } = input {
            // Its login was answered `storage_unavailable`; it goes.
            self.shell.feed(Input::Disconnected { session });
            self.sessions.retain(|id| *id != session);
        }
    }

    fn check(&self) {
        let mut active = BTreeSet::new();
        let mut rung = BTreeSet::new();
        let mut rebuilt = Calls::new(CONFIG.grace_ms, CONFIG.remembered_bytes);
        for call in self.shell.calls.values().filter(|call| !call.is_ended()) {
            let uids: BTreeSet<Uid> = call.participants.iter().map(|p| p.uid).collect();
            assert_eq!(uids.len(), call.participants.len(), "uids are unique");
            let count = |of: fn(ParticipantState) -> bool| {
                call.participants.iter().filter(|p| of(p.state)).count()
            };
            let in_call = count(ParticipantState::is_in_call);
            let alone = in_call == 1 && count(ParticipantState::is_pending) == 0;
            assert!(in_call > 0 && !alone, "nobody is left to talk to");
            let mut sharers = call.participants.iter().filter(|own| own.screen);
            let may_share = sharers
                .clone()
                .all(|own| own.state.is_in_call() && !own.held);
            assert!(may_share && sharers.nth(1).is_none(), "one screen");
            for own in call.participants.iter().filter(|p| !p.state.is_over()) {
                let accid = own.accid.clone();
                let is_active = own.state.is_in_call() && !own.held;
                assert!(
                    !is_active || active.insert(accid.clone()),
                    "{accid} is active in two calls"
                );
                let rings = own.state.is_pending();
                assert!(!rings || rung.insert(accid), "rung for two calls");
            }
        }
        for entry in self.shell.runner.hub.calls.all() {
            let call = &entry.call;
            if !call.is_ended() && self.shell.calls[&call.call_id].version == call.version {
                assert_eq!(self.shell.calls[&call.call_id], **call, "stored as it is");
            }
            assert_eq!(call.record().is_some(), call.is_ended());
            rebuilt.put(entry.clone());
        }
        rebuilt.commit();
        assert_eq!(
            rebuilt, self.shell.runner.hub.calls,
            "indexes follow from the calls"
        );
        for (call_id, call) in &self.shell.calls {
            let records = self.shell.records.iter().filter(|r| r.call_id == *call_id);
            assert_eq!(records.count(), usize::from(call.is_ended()));
        }
    }
}

fn chosen(bits: u8) -> Vec<&'static str> {
    let named = ACCOUNTS.iter().enumerate();
    named
        .filter(|(bit, _)| bits & (1 << bit) != 0)
        .map(|(_, name)| *name)
        .collect()
}

fn command(ask: Ask, call_id: CallId) -> Command {
    match ask {
        Ask::Ring => Command::Ring { call_id },
        Ask::Accept => Command::Accept {
            call_id,
            room_token: None,
            other: None,
        },
        Ask::AcceptWith(other) => Command::Accept {
            call_id,
            room_token: None,
            other: Some(other),
        },
        Ask::End => Command::End { call_id },
        Ask::Join => Command::Join {
            call_id,
            room_token: None,
        },
        Ask::Continue => Command::Continue { call_id },
        Ask::Hold(held) => Command::Hold { call_id, held },
        Ask::Reject => Command::Reject {
            call_id,
            without_token: false,
        },
        Ask::Cancel => Command::Cancel { call_id },
        Ask::HangUp => Command::Hangup { call_id },
        Ask::Switch(media) => Command::Switch { call_id, media },
        Ask::AnswerSwitch(agree) => Command::AnswerSwitch { call_id, agree },
        Ask::Set(audio, video, screen) => Command::SetMedia {
            call_id,
            audio,
            video,
            screen,
        },
        Ask::Logout => Command::Logout,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// The shell itself checks what each output must be; see `shell.rs`.
    #[test]
    fn invariants_hold_and_everything_ends(
        policies in policies(),
        small_call in 0..4usize,
        steps in prop::collection::vec((step(), prop::bool::weighted(0.2)), 1..80)
    ) {
        let (busy, devices) = policies;
        let mut world = World {
            shell: Shell::with(Config { busy, devices, small_call, ..CONFIG }),
            sessions: Vec::new(),
            calls: Vec::new(),
            asked: Vec::new(),
        };
        for (step, in_vain) in steps {
            let login = matches!(step, Step::Login(..));
            if let Some(input) = world.input(step) {
                if in_vain {
                    world.take_in_vain(input.clone());
                }
                if !(in_vain && login) {
                    world.shell.feed(input);
                }
            }
            world.check();
        }
        for session in std::mem::take(&mut world.sessions) {
            world.shell.disconnect(session);
        }
        world.shell.pass(20 * 60_000);
        world.check();
        prop_assert!(world.shell.calls.values().all(Call::is_ended));
        prop_assert_eq!(&world.shell.runner.hub.calls, &Calls::new(CONFIG.grace_ms, CONFIG.remembered_bytes));
        prop_assert!(world.shell.runner.hub.peer_health.is_empty());
        prop_assert_eq!(world.shell.runner.hub.poll_timeout(), None);
    }
}

//! The model believes what a real hub does, and doubts a hub that was tampered with or works by other rules.

use hullo_core::hub::{BusyPolicy, Hub, Known, MediaEvent, PeerId, RoomGrant};
use hullo_protocol::{
    DeviceInfo, EndReason, ErrorKind, GroupTerms, Media, MessageId, OtherCall, ParticipantState,
    Platform, Reply, Request, RequestId, StartCall,
};

use super::*;
use crate::testing::{CALL, OTHER_CALL, accid};

const ALICE: SessionId = SessionId(1);
const BOB: SessionId = SessionId(2);
const CAROL: SessionId = SessionId(3);

const CONFIG: Config = Config {
    small_call: hullo_core::hub::SMALL_CALL,
    secure: false,
    connect_ms: 15_000,
    grace_ms: 30_000,
    switch_ms: 15_000,
    busy: BusyPolicy::Reject,
    devices: DevicePolicy::All,
    remembered_bytes: hullo_core::hub::REMEMBERED_BYTES,
};

/// What a hub was given and gave, and when.
type Step = (Time, Input, Vec<Output>);

/// A hub that keeps a history.
struct History {
    hub: Hub,
    now: Time,
    steps: Vec<Step>,
}

impl History {
    fn new(config: Config) -> Self {
        let hub = Hub::restore(config, Vec::new(), MessageId(1), Time(0));
        let mut history = Self {
            hub,
            now: Time(0),
            steps: Vec::new(),
        };
        for (session, name) in [(ALICE, "alice"), (BOB, "bob"), (CAROL, "carol")] {
            history.login(session, name, 1);
        }
        history
    }

    fn feed(&mut self, input: Input) {
        let outputs = self.hub.handle(input.clone(), self.now);
        self.hub.commit();
        self.steps.push((self.now, input, outputs));
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        self.feed(Input::Timeout);
    }

    fn login(&mut self, session: SessionId, name: &str, device: u32) {
        self.feed(Input::Connected {
            session,
            accid: accid(name),
            device: DeviceInfo {
                id: DeviceId::parse(&format!("{name}-{device}")).unwrap(),
                platform: Platform::Web,
                sdk_version: None,
            },
            request: 1,
            calls: Vec::new(),
        });
    }

    fn ask(&mut self, session: SessionId, command: Command) {
        let id = self.steps.len() as u64;
        let request = Request {
            id,
            request_id: Some(RequestId::from_u128(u128::from(id))),
            command,
        };
        self.feed(Input::Request {
            session,
            request,
            known: Known {
                grant: None::<RoomGrant>,
                ..Known::default()
            },
        });
    }

    fn dial(&mut self, session: SessionId, call_id: CallId, callees: &[&str]) {
        let group = (callees.len() > 1).then(GroupTerms::default);
        self.ask(
            session,
            Command::StartCall(StartCall {
                call_id,
                callees: callees.iter().map(|name| accid(name)).collect(),
                group,
                media: Media::Audio,
                attachment: None,
                ring_ms: None,
                room_token: None,
            }),
        );
    }

    fn accept(&mut self, session: SessionId, call_id: CallId, other: Option<OtherCall>) {
        self.ask(
            session,
            Command::Accept {
                call_id,
                room_token: None,
                other,
            },
        );
    }

    /// Where the model that works by `config` first doubts this history.
    fn doubted(&self, config: Config) -> Option<(usize, String)> {
        let mut reference = Reference::new(config);
        self.steps
            .iter()
            .enumerate()
            .find_map(|(index, (now, input, outputs))| {
                let doubt = reference.handled(input, outputs, *now).err()?;
                Some((index, doubt))
            })
            .or_else(|| {
                reference.before = None;
                None
            })
    }

    fn last(&mut self) -> &mut Vec<Output> {
        &mut self.steps.last_mut().unwrap().2
    }
}

fn record(outputs: &mut [Output]) -> &mut CallRecord {
    outputs
        .iter_mut()
        .find_map(|output| match output {
            Output::Write(Write::End { record, .. }) => Some(&mut **record),
            _ => None,
        })
        .unwrap()
}

fn answer(outputs: &mut [Output], result: Result<Success, ErrorKind>) {
    for output in outputs {
        if let Output::Reply { reply, .. } = output {
            *reply = Reply::new(reply.re, result.clone().map_err(Into::into));
        }
    }
}

/// alice has called bob and carol; bob has answered.
fn talking(config: Config) -> History {
    let mut history = History::new(config);
    history.dial(ALICE, CALL, &["bob", "carol"]);
    history.accept(BOB, CALL, None);
    history
}

/// bob has rejected alice's call.
fn rejected() -> History {
    let mut history = History::new(CONFIG);
    history.dial(ALICE, CALL, &["bob"]);
    history.ask(
        BOB,
        Command::Reject {
            call_id: CALL,
            without_token: false,
        },
    );
    history
}

#[test]
fn what_a_hub_does_is_believed() {
    let ring = Config {
        busy: BusyPolicy::Ring,
        devices: DevicePolicy::One,
        ..CONFIG
    };
    let mut history = talking(ring.clone());
    history.dial(CAROL, OTHER_CALL, &["bob"]);
    history.ask(
        CAROL,
        Command::Reject {
            call_id: CALL,
            without_token: false,
        },
    );
    history.dial(CAROL, OTHER_CALL, &["bob"]);
    history.accept(BOB, OTHER_CALL, Some(OtherCall::Hold));
    history.ask(
        CAROL,
        Command::Hangup {
            call_id: OTHER_CALL,
        },
    );
    history.ask(
        BOB,
        Command::Hold {
            call_id: CALL,
            held: false,
        },
    );
    history.login(SessionId(4), "alice", 2);
    history.pass(20_000);
    assert_eq!(history.doubted(ring), None);
    assert_eq!(rejected().doubted(CONFIG), None);
}

#[test]
fn rejected_call_must_end_as_rejected_by_the_callee() {
    let with = |tamper: fn(&mut Vec<Output>)| {
        let mut history = rejected();
        tamper(history.last());
        history.doubted(CONFIG).is_some()
    };
    assert!(!with(|_| {}));
    assert!(with(|outputs| record(outputs).reason = EndReason::Cancelled));
    assert!(with(
        |outputs| record(outputs).ended_by = Some(accid("alice"))
    ));
    assert!(with(
        |outputs| record(outputs).outcomes[0].state = ParticipantState::Busy
    ));
    assert!(with(
        |outputs| outputs.retain(|it| !matches!(it, Output::Write(_)))
    ));
}

#[test]
fn ring_that_is_too_short_or_too_long_is_doubted() {
    let mut history = History::new(CONFIG);
    history.dial(ALICE, CALL, &["bob"]);
    history.pass(30_000);
    assert_eq!(history.doubted(CONFIG), None);
    let index = history.steps.len() - 1;
    history.steps[index].0 = Time(29_999);
    assert!(history.doubted(CONFIG).is_some());
    history.steps[index] = (Time(30_000), Input::Timeout, Vec::new());
    assert!(history.doubted(CONFIG).is_some());
}

#[test]
fn untrue_refusal_is_doubted() {
    for kind in [
        ErrorKind::InviteCancelled,
        ErrorKind::AlreadyAccepted,
        ErrorKind::InviteExpired,
        ErrorKind::CallOver,
        ErrorKind::AlreadyInCall,
    ] {
        let mut history = History::new(CONFIG);
        history.dial(ALICE, CALL, &["bob"]);
        history.accept(BOB, CALL, None);
        history
            .last()
            .retain(|it| matches!(it, Output::Reply { .. }));
        answer(history.last(), Err(kind));
        assert!(history.doubted(CONFIG).is_some(), "{kind:?}");
    }
}

#[test]
fn acceptance_without_its_effect_is_doubted() {
    let mut history = talking(CONFIG);
    history.ask(ALICE, Command::Cancel { call_id: CALL });
    assert_eq!(history.doubted(CONFIG), None, "it is refused");
    answer(history.last(), Ok(Success::Done));
    assert!(history.doubted(CONFIG).is_some());
}

#[test]
fn effect_that_nobody_asked_for_is_doubted() {
    let mut history = talking(CONFIG);
    history.ask(BOB, Command::Hangup { call_id: CALL });
    assert_eq!(history.doubted(CONFIG), None);
    let (_, input, _) = history.steps.last_mut().unwrap();
    *input = Input::Timeout;
    assert!(history.doubted(CONFIG).is_some());
}

#[test]
fn hub_by_other_rules_is_doubted() {
    let busy = |policy| Config {
        busy: policy,
        ..CONFIG
    };
    let mut waiting = talking(busy(BusyPolicy::Ring));
    waiting.ask(
        CAROL,
        Command::Reject {
            call_id: CALL,
            without_token: false,
        },
    );
    waiting.dial(CAROL, OTHER_CALL, &["bob"]);
    assert_eq!(waiting.doubted(busy(BusyPolicy::Ring)), None);
    assert!(waiting.doubted(busy(BusyPolicy::Reject)).is_some());

    let devices = |policy| Config {
        devices: policy,
        ..CONFIG
    };
    let mut kicked = talking(devices(DevicePolicy::One));
    kicked.login(SessionId(4), "bob", 2);
    assert_eq!(kicked.doubted(devices(DevicePolicy::One)), None);
    assert!(kicked.doubted(devices(DevicePolicy::All)).is_some());
    let mut tolerated = talking(CONFIG);
    tolerated.login(SessionId(4), "bob", 2);
    assert!(tolerated.doubted(devices(DevicePolicy::One)).is_some());

    let grace = |grace_ms| Config {
        grace_ms,
        connect_ms: 60_000,
        ..CONFIG
    };
    let mut lost = talking(grace(1_000));
    lost.feed(Input::Disconnected { session: BOB });
    lost.pass(1_000);
    assert_eq!(lost.doubted(grace(1_000)), None);
    assert!(lost.doubted(grace(2_000)).is_some());
    let mut missed = talking(grace(9_000));
    missed.feed(Input::Disconnected { session: BOB });
    missed.pass(4_000);
    assert_eq!(missed.doubted(grace(9_000)), None);
    assert!(missed.doubted(grace(1_000)).is_some());
}

#[test]
fn media_that_never_connects_ends_a_part_in_time_and_not_before() {
    let mut history = talking(CONFIG);
    history.feed(Input::Media {
        call_id: CALL,
        event: MediaEvent::Connected(PeerId(1)),
    });
    history.pass(15_000);
    assert_eq!(history.doubted(CONFIG), None);
    let index = history.steps.len() - 1;
    history.steps[index].0 = Time(14_999);
    assert!(history.doubted(CONFIG).is_some());
}

#[test]
fn what_was_rolled_back_has_not_happened() {
    let history = rejected();
    let mut reference = Reference::new(CONFIG);
    let (last, before) = history.steps.split_last().unwrap();
    for (now, input, outputs) in before {
        reference.handled(input, outputs, *now).unwrap();
    }
    let at = |reference: &mut Reference, observation: Observation<'_>| {
        reference.observe(Time(0), &observation)
    };
    at(&mut reference, Observation::Committed { writes: &[] }).unwrap();
    reference.handled(&last.1, &last.2, last.0).unwrap();
    at(&mut reference, Observation::RolledBack).unwrap();
    // Rejected for the first time, as far as the model is concerned.
    reference.handled(&last.1, &last.2, last.0).unwrap();
}

//! The hot paths of hub and wire, for counting their instructions: `cargo xtask test counts` runs each part of this program
//! under callgrind, which collects inside [`measured`] only, and holds the count against `docs/performance/counts.json`.

// It runs in the tests only, on values of its own.
#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use hullo_core::Time;
use hullo_core::hub::{BusyPolicy, Config, DevicePolicy, Hub, Input, Known, Output, SessionId};
use hullo_protocol::{
    Accid, CONNECT_MS, CallId, Command, DeviceId, DeviceInfo, DeviceState, GRACE_MS, GroupTerms,
    Media, MessageId, Platform, Request, RequestId, SWITCH_MS, ServerFrame, StartCall,
};

/// How often each part is done; what is told is for one.
const TIMES: u64 = 50;
const NOW: Time = Time(1_000_000);

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("hub_call") => call_of_two(),
        Some("hub_change_of_100") => change_of_100(),
        Some("request_parse") => parse_request(),
        Some("event_encode") => encode_events(),
        Some("event_read") => read_events(),
        other => panic!("there is no part {other:?}"),
    }
}

/// What callgrind collects: its name is in `xtask/src/counts.rs`.
#[inline(never)]
fn measured<T>(work: impl FnOnce() -> T) -> T {
    black_box(work())
}

/// A call from the dial to the record, with what is said of it.
fn call_of_two() {
    let mut people = People::new(2);
    measured(|| {
        for number in 0..TIMES {
            let call_id = CallId::from_u128(u128::from(number) + 1);
            people.ask(0, dial(call_id, 1));
            people.ask(1, Command::Ring { call_id });
            people.ask(1, accept(call_id));
            people.ask(0, Command::Hangup { call_id });
        }
    });
}

/// One of a hundred switches the microphone off and on.
fn change_of_100() {
    let (mut people, call_id) = People::in_a_call(100);
    measured(|| {
        for number in 0..TIMES {
            let audio = match number % 2 {
                0 => DeviceState::Off,
                _ => DeviceState::On,
            };
            people.ask(
                5,
                Command::SetMedia {
                    call_id,
                    audio,
                    video: DeviceState::On,
                    screen: None,
                },
            );
        }
    });
}

fn parse_request() {
    let request = Request {
        id: 7,
        request_id: Some(RequestId::from_u128(9)),
        command: dial(CallId::from_u128(1), 1),
    };
    let text = serde_json::to_string(&request).unwrap();
    measured(|| {
        for _ in 0..TIMES {
            black_box(serde_json::from_str::<Request>(black_box(&text)).unwrap());
        }
    });
}

/// What a call of two makes its hub say.
fn frames() -> Vec<ServerFrame> {
    let mut people = People::new(2);
    let call_id = CallId::from_u128(1);
    let mut frames = people.ask(0, dial(call_id, 1));
    frames.extend(people.ask(1, Command::Ring { call_id }));
    frames.extend(people.ask(1, accept(call_id)));
    frames.extend(people.ask(0, Command::Hangup { call_id }));
    frames
}

fn encode_events() {
    let frames = frames();
    measured(|| {
        for _ in 0..TIMES {
            for frame in &frames {
                black_box(serde_json::to_string(black_box(frame)).unwrap());
            }
        }
    });
}

fn read_events() {
    let frames = frames();
    let texts: Vec<String> = frames
        .iter()
        .map(|frame| serde_json::to_string(frame).unwrap())
        .collect();
    measured(|| {
        for _ in 0..TIMES {
            for text in &texts {
                black_box(ServerFrame::read(black_box(text)).unwrap());
            }
        }
    });
}

fn accid(number: usize) -> Accid {
    Accid::parse(&format!("person-{number}")).unwrap()
}

fn dial(call_id: CallId, callees: usize) -> Command {
    Command::StartCall(StartCall {
        call_id,
        callees: (1..=callees).map(accid).collect(),
        group: (callees > 1).then(GroupTerms::default),
        media: Media::Video,
        attachment: None,
        ring_ms: None,
        room_token: None,
    })
}

fn accept(call_id: CallId) -> Command {
    Command::Accept {
        call_id,
        room_token: None,
        other: None,
    }
}

/// Accounts at a hub, each with a session of its number.
struct People {
    hub: Hub,
    asked: u64,
}

impl People {
    fn new(count: usize) -> Self {
        let config = Config {
            secure: false,
            connect_ms: CONNECT_MS,
            grace_ms: GRACE_MS,
            switch_ms: SWITCH_MS,
            busy: BusyPolicy::Reject,
            devices: DevicePolicy::All,
            remembered_bytes: hullo_core::hub::REMEMBERED_BYTES,
            small_call: hullo_core::hub::SMALL_CALL,
        };
        let mut hub = Hub::restore(config, Vec::new(), MessageId(1), NOW);
        for number in 0..count {
            let connected = Input::Connected {
                session: SessionId(number as u64),
                accid: accid(number),
                device: DeviceInfo {
                    id: DeviceId::parse("device").unwrap(),
                    platform: Platform::Web,
                    sdk_version: None,
                },
                request: 0,
                calls: Vec::new(),
            };
            hub.handle(connected, NOW);
            hub.poll_news();
            hub.commit();
        }
        Self { hub, asked: 0 }
    }

    fn in_a_call(count: usize) -> (Self, CallId) {
        let mut people = Self::new(count);
        let call_id = CallId::from_u128(1);
        people.ask(0, dial(call_id, count - 1));
        for number in 1..count {
            people.ask(number, accept(call_id));
        }
        (people, call_id)
    }

    /// Asks and commits; what is said of it.
    fn ask(&mut self, number: usize, command: Command) -> Vec<ServerFrame> {
        self.asked += 1;
        let input = Input::Request {
            session: SessionId(number as u64),
            request: Request {
                id: self.asked,
                request_id: Some(RequestId::from_u128(u128::from(self.asked))),
                command,
            },
            known: Known::default(),
        };
        let mut outputs = self.hub.handle(input, NOW);
        outputs.extend(self.hub.poll_news());
        self.hub.commit();
        let frames = outputs.into_iter().filter_map(|output| match output {
            Output::Reply { reply, .. } => {
                assert!(reply.error.is_none(), "{reply:?}");
                Some(ServerFrame::Reply(reply))
            }
            Output::Notify { event, .. } => Some(ServerFrame::Event(event)),
            _ => None,
        });
        frames.collect()
    }
}

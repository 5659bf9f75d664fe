//! What clients send: frames that a hub handles, and inputs that make no sense.

use hullo_core::Time;
use hullo_core::hub::{BusyPolicy, Config, DevicePolicy, Hub, Input, Known, Output, SessionId};
use hullo_protocol::{Accid, DeviceId, DeviceInfo, MessageId, Platform, Request, ServerFrame};
use hullo_sim::Keep;
use hullo_sim::dice::Dice;
use hullo_sim::hub_fuzz::HubFuzz;

const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// Each line is a frame from one of three clients, told by its first byte. Whatever is a request, the hub answers; whatever the
/// server says is read by a client as it was meant.
pub(crate) fn client_frames(data: &[u8]) {
    let config = Config {
        secure: false,
        connect_ms: hullo_protocol::CONNECT_MS,
        grace_ms: hullo_protocol::GRACE_MS,
        switch_ms: hullo_protocol::SWITCH_MS,
        busy: BusyPolicy::Ring,
        devices: DevicePolicy::All,
        small_call: hullo_core::hub::SMALL_CALL,
        remembered_bytes: hullo_core::hub::REMEMBERED_BYTES,
    };
    let mut now = Time(1_000_000);
    let mut hub = Hub::restore(config, Vec::new(), MessageId(1), now);
    for (number, name) in ACCOUNTS.iter().enumerate() {
        let (Ok(accid), Ok(id)) = (Accid::parse(name), DeviceId::parse(name)) else {
            unreachable!("these are valid names");
        };
        let connected = Input::Connected {
            session: SessionId(number as u64),
            accid,
            device: DeviceInfo {
                id,
                platform: Platform::Web,
                sdk_version: None,
            },
            request: 0,
            calls: Vec::new(),
        };
        feed(&mut hub, connected, now);
    }
    for line in data.split(|byte| *byte == b'\n') {
        let Some((first, frame)) = line.split_first() else {
            continue;
        };
        let Ok(text) = std::str::from_utf8(frame) else {
            continue;
        };
        let Ok(request) = serde_json::from_str::<Request>(text) else {
            continue;
        };
        let again = serde_json::to_string(&request).expect("a request can be written");
        let same: Request = serde_json::from_str(&again).expect("and read again");
        assert_eq!(same, request);
        now = now.plus_ms(u64::from(*first));
        let input = Input::Request {
            session: SessionId(u64::from(*first) % 3),
            request,
            known: Known::default(),
        };
        feed(&mut hub, input, now);
        while hub.poll_timeout().is_some_and(|due| due <= now) {
            feed(&mut hub, Input::Timeout, now);
        }
    }
}

fn feed(hub: &mut Hub, input: Input, now: Time) {
    let mut outputs = hub.handle(input, now);
    outputs.extend(hub.poll_news());
    for output in outputs {
        let frame = match output {
            Output::Reply { reply, .. } => ServerFrame::Reply(reply),
            Output::Notify { event, .. } => ServerFrame::Event(event),
            _ => continue,
        };
        let text = serde_json::to_string(&frame).expect("a frame can be written");
        let read = ServerFrame::read(&text).expect("a client reads what the server says");
        assert_eq!(read, frame, "{text}");
    }
    hub.commit();
}

/// Inputs of any kind, drawn by the bytes, with the invariants and the reference model of the simulator beside the hub.
pub(crate) fn inputs(data: &[u8]) {
    let mut fuzz = HubFuzz::with_dice(Dice::from_bytes(data.to_vec()), Keep::Counts);
    if let Err(violation) = fuzz.run() {
        panic!("{violation}");
    }
}

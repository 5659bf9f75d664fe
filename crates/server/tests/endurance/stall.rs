//! A disk that stalls for ten seconds: who changes calls waits, and nobody else notices.

use std::time::{Duration, Instant};

use hullo_core::endpoint::{DevicePresets, Op, State};
use hullo_protocol::{CallId, Command, Media, Success};
use str0m::Rtc;
use str0m::media::{Direction, MediaKind};

use crate::client::{Client, accept, new_call_id, request_id, start};
use crate::device::Device;
use crate::eventually::{eventually, pause};
use crate::fleet::{Fleet, quiet};
use crate::program::Options;

/// Longer than an endpoint waits for a sign of life after it has asked something.
const STALL: Duration = Duration::from_secs(10);
const IDLE: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn storage_that_stalls_for_ten_seconds_costs_nobody_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let fault = folder.path().join("fault");
    let options = with_fault(fault.to_str().unwrap());
    // The last two of these endpoints call, the others rest.
    let fleet = Fleet::start_with(options, IDLE + 2, false).await;
    let server = fleet.server();
    let ([mut alice, mut bob], call_id) = talking(server).await;
    let mut carol = server.login("carol").await;
    let pings = "hullo_requests_total{op=\"session.ping\",outcome=\"ok\"}";
    let pings_before = server.metric(pings).await;

    std::fs::write(&fault, "stall").unwrap();
    let end = Instant::now() + STALL;
    let dial = carol
        .send(request_id(), start(new_call_id(), "person-0"))
        .await;
    let (caller, callee) = (&fleet.devices[IDLE], &fleet.devices[IDLE + 1]);
    eventually("the dial waits", async || {
        (server.metric("hullo_store_writes_waiting").await >= 1.0).then_some(())
    })
    .await;
    let mut questions = 0;
    while Instant::now() + Duration::from_secs(2) < end {
        go_on(&mut alice, &mut bob, call_id).await;
        questions += 1;
        if questions == 4 {
            caller.ask(call(callee));
        }
        // As people ask, not as a program does.
        pause(Duration::from_millis(500)).await;
    }
    let (_, readiness) = server.ask_operator("/readyz").await;
    assert!(readiness.contains("\"calls\":\"ok\""), "{readiness}");
    pause(end.saturating_duration_since(Instant::now())).await;
    assert!(
        server.metric("hullo_store_writes_waiting").await >= 1.0,
        "nothing was stored meanwhile"
    );
    let answered = server.metric(pings).await - pings_before;
    std::fs::write(&fault, "").unwrap();

    assert!(
        carol.reply(dial).await.error.is_none(),
        "it was late, not lost"
    );
    eventually("the other call rings", async || {
        (callee.state() == State::Called).then_some(())
    })
    .await;
    // Each pings after ten seconds in which it has heard nothing.
    assert!(
        answered >= (IDLE / 2) as f64,
        "{answered} pings were answered"
    );
    assert!(
        fleet.all(|seen| seen.connections == 1),
        "somebody was cut off"
    );
    let signed_in = (IDLE + 2 + 3) as f64;
    assert_eq!(server.metric("hullo_sessions").await, signed_in);
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    bob.call_ended(call_id).await;
    println!(
        "{questions} rounds of questions and {answered} pings were answered while the storage stalled"
    );
}

/// Here dials wait, however long; that they may be refused is seen in `server/overload`.
fn with_fault(fault: &str) -> Options {
    let mut options = quiet();
    for (name, set) in &mut options.environment {
        if *name == "HULLO_LIMIT" {
            set.push_str(",behind_for_ms=60000");
        }
    }
    let fault = ("HULLO_TEST_STORE_FAULT", fault.to_owned());
    options.environment.push(fault);
    options
}

/// Alice and Bob talk.
async fn talking(server: &crate::program::Server) -> ([Client; 2], CallId) {
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    ([alice, bob], call_id)
}

fn call(callee: &Device) -> Op {
    Op::Call {
        accid: callee.accid.clone(),
        media: Media::Audio,
        attachment: None,
        timeout_ms: None,
        presets: DevicePresets::NONE,
    }
}

/// What a call that goes on asks of the server.
async fn go_on(alice: &mut Client, bob: &mut Client, call_id: CallId) {
    let query = Command::Query {
        call_id: Some(call_id),
        group_id: None,
    };
    let found = bob.ask(query).await;
    assert!(matches!(found, Ok(Success::Found { .. })), "{found:?}");
    alice.ask(Command::CallSnapshot { call_id }).await.unwrap();
    let sdp = offer();
    let answer = alice.ask(Command::OfferMedia { call_id, sdp }).await;
    assert!(matches!(answer, Ok(Success::Answer { .. })), "{answer:?}");
    let subscribe = Command::Subscribe {
        call_id,
        videos: Vec::new(),
    };
    assert_eq!(alice.ask(subscribe).await, Ok(Success::Done));
    let accids = vec![crate::client::accid("bob")];
    alice.ask(Command::WatchPresence { accids }).await.unwrap();
}

/// An offer of a connection that comes to nothing.
fn offer() -> String {
    let mut rtc = Rtc::new(Instant::now());
    let mut changes = rtc.sdp_api();
    for kind in [MediaKind::Audio, MediaKind::Video] {
        changes.add_media(kind, Direction::SendRecv, None, None, None);
    }
    let (offer, _) = changes.apply().unwrap();
    offer.to_sdp_string()
}

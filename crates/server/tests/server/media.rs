//! Media connections through the real UDP port: what the media plane sees reaches the call.

use std::time::{Duration, Instant};

use hullo_protocol::{
    CallId, Command, Event, MessageBody, ParticipantState, Quality, RecordStatus, SlotKind,
    Success, Uid,
};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Input, Output, Rtc};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;
use tokio::time::{Instant as TokioInstant, sleep_until};

use crate::client::{Client, accept, accid, new_call_id, start};
use crate::eventually::eventually;
use crate::program::Server;

/// A media connection like a browser's, which runs until it is dropped.
pub(crate) struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    /// Offers sound and picture for a call, and takes the answer.
    pub(crate) async fn open(client: &mut Client, call_id: CallId) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut rtc = Rtc::new(Instant::now());
        let local = Candidate::host(socket.local_addr().unwrap(), "udp").unwrap();
        rtc.add_local_candidate(local).unwrap();
        let (sdp, pending) = offer(&mut rtc);
        let asked = client.ask(Command::OfferMedia { call_id, sdp }).await;
        let Ok(Success::Answer { sdp }) = asked else {
            panic!("no answer: {asked:?}");
        };
        let answer = SdpAnswer::from_sdp_string(&sdp).unwrap();
        rtc.sdp_api().accept_answer(pending, answer).unwrap();
        Self(tokio::spawn(run(rtc, socket)))
    }
}

fn offer(rtc: &mut Rtc) -> (String, SdpPendingOffer) {
    let mut changes = rtc.sdp_api();
    for kind in [MediaKind::Audio, MediaKind::Video] {
        changes.add_media(kind, Direction::SendRecv, None, None, None);
    }
    let (offer, pending) = changes.apply().unwrap();
    (offer.to_sdp_string(), pending)
}

async fn run(mut rtc: Rtc, socket: UdpSocket) {
    let local = socket.local_addr().unwrap();
    let mut buffer = vec![0; 2000];
    loop {
        let deadline = match rtc.poll_output().unwrap() {
            Output::Transmit(datagram) => {
                socket
                    .send_to(&datagram.contents, datagram.destination)
                    .await
                    .unwrap();
                continue;
            }
            Output::Event(_) => continue,
            Output::Timeout(deadline) => deadline,
        };
        tokio::select! {
            () = sleep_until(TokioInstant::from_std(deadline)) => {
                rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
            }
            arrived = socket.recv_from(&mut buffer) => {
                let (bytes, from) = arrived.unwrap();
                let bytes = &buffer[..bytes];
                let receive = Receive::new(Protocol::Udp, from, local, bytes).unwrap();
                let input = Input::Receive(Instant::now(), receive);
                rtc.handle_input(input).unwrap();
            }
        }
    }
}

pub(crate) async fn joined(client: &mut Client, wanted: &str) {
    let wanted = accid(wanted);
    client
        .event(|event| match event {
            Event::CallChanged { delta, .. } => delta
                .participants
                .iter()
                .any(|one| one.accid == wanted && one.state == ParticipantState::Joined)
                .then_some(()),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn participants_whose_media_connects_join_and_get_slots_and_quality() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let alices = Connection::open(&mut alice, call_id).await;
    bob.invited().await;
    let bobs = Connection::open(&mut bob, call_id).await;
    // A slot of each kind carries the caller, while it rings.
    bob.event(|event| match event {
        Event::MediaSlots { slots, .. } => {
            let taken = slots.iter().filter(|slot| slot.uid == Some(Uid(1)));
            let kinds: Vec<SlotKind> = taken.map(|slot| slot.kind).collect();
            (kinds == [SlotKind::Audio, SlotKind::Video]).then_some(())
        }
        _ => None,
    })
    .await;

    bob.ask(accept(call_id)).await.unwrap();
    joined(&mut alice, "bob").await;
    joined(&mut bob, "alice").await;
    eventually("both connections are counted", async || {
        (server.metric("hullo_media_peers").await == 2.0).then_some(())
    })
    .await;
    let reports = alice
        .event(|event| match event {
            Event::MediaQuality { reports, .. } if reports.len() == 2 => Some(reports.clone()),
            _ => None,
        })
        .await;
    assert_eq!(reports[0].accid, accid("alice"));
    assert_eq!(reports[1].accid, accid("bob"));
    assert_ne!(reports[0].up, Quality::Down);

    bob.ask(Command::Hangup { call_id }).await.unwrap();
    let MessageBody::Call(summary) = alice.message().await.body;
    assert_eq!(summary.status, RecordStatus::Complete);
    let longest = summary.caller_ms.max(summary.callee_ms);
    let took = summary.ended_at_ms - summary.accepted_at_ms.unwrap();
    assert!((1..=took).contains(&longest), "{longest} of {took}");
    eventually("the room is closed", async || {
        (server.metric("hullo_media_rooms").await == 0.0).then_some(())
    })
    .await;
    drop((alices, bobs));
}

#[tokio::test]
async fn media_that_falls_silent_is_reported_to_the_other_side() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let _alices = Connection::open(&mut alice, call_id).await;
    bob.invited().await;
    let bobs = Connection::open(&mut bob, call_id).await;
    bob.ask(accept(call_id)).await.unwrap();
    joined(&mut alice, "bob").await;
    drop(bobs);
    let silent_after = Instant::now();
    alice
        .event(|event| match event {
            Event::CallChanged { delta, .. } => delta
                .participants
                .iter()
                .any(|one| one.accid == accid("bob") && one.reconnecting)
                .then_some(()),
            _ => None,
        })
        .await;
    assert!(silent_after.elapsed() > Duration::from_secs(1));
}

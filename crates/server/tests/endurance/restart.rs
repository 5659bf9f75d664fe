//! A server that is killed while everyone talks.

use std::time::Instant;

use hullo_core::endpoint::{DevicePresets, Op, State};
use hullo_protocol::Media;

use crate::eventually::eventually;
use crate::fleet::Fleet;

const DEVICES: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn every_active_call_goes_on_after_a_restart_under_load() {
    let mut fleet = Fleet::start(DEVICES, false).await;
    for pair in fleet.devices.chunks(2) {
        pair[0].ask(Op::Call {
            accid: pair[1].accid.clone(),
            media: Media::Video,
            attachment: None,
            timeout_ms: None,
            presets: DevicePresets::NONE,
        });
    }
    eventually("all ring", async || {
        let callees = fleet.devices.iter().skip(1).step_by(2);
        let mut ringing = callees.filter(|device| device.state() == State::Called);
        (ringing.by_ref().count() == DEVICES / 2).then_some(())
    })
    .await;
    for device in fleet.devices.iter().skip(1).step_by(2) {
        device.ask(Op::ACCEPT);
    }
    eventually("all talk", async || {
        fleet
            .all(|seen| seen.joined && !seen.reconnecting)
            .then_some(())
    })
    .await;
    let calls: Vec<_> = fleet
        .devices
        .iter()
        .map(|device| device.seen.lock().unwrap().call)
        .collect();
    let killed_at = Instant::now();
    fleet.kill_and_start();
    let started_ms = killed_at.elapsed().as_millis();
    eventually("all are back", async || {
        fleet
            .all(|seen| seen.joined && !seen.reconnecting)
            .then_some(())
    })
    .await;
    println!(
        "{} active calls of {DEVICES} devices went on; the server was up after {started_ms} ms, the last device back \
         after {} ms",
        DEVICES / 2,
        killed_at.elapsed().as_millis()
    );
    for (device, call) in fleet.devices.iter().zip(calls) {
        assert_eq!(device.seen.lock().unwrap().call, call, "the same call");
    }
    fleet.hang_up().await;
    fleet.await_completions().await;
    let records = fleet.account_for_every_call().await;
    assert_eq!(records.len(), DEVICES / 2);
    assert!(
        records
            .values()
            .all(|record| record["status"] == "complete")
    );
}

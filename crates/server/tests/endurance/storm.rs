//! A server that is killed at random moments while a hundred devices call at random.

use std::time::{Duration, Instant};

use hullo_core::endpoint::{DevicePresets, Op, State};
use hullo_protocol::{GroupTerms, Media};

use crate::eventually::eventually;
use crate::fleet::Fleet;
use crate::setting;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_accounted_for_when_the_server_is_killed_again_and_again() {
    let seconds = setting("HULLO_STORM_SECONDS", 15);
    let mut fleet = Fleet::start(84, true).await;
    let mut dice = Dice(setting("HULLO_STORM_SEED", 7));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    let mut kill_at = Instant::now() + Duration::from_millis(dice.below(3_000) + 1_000);
    let (mut kills, mut backs) = (0, Vec::new());
    while Instant::now() < end {
        ticks.tick().await;
        act(&fleet, &mut dice);
        if Instant::now() >= kill_at {
            let active = fleet.count(|seen| seen.joined);
            let killed_at = Instant::now();
            fleet.kill_and_start();
            kills += 1;
            eventually("all are connected again", async || {
                (fleet.server().metric("hullo_sessions").await as usize == fleet.devices.len())
                    .then_some(())
            })
            .await;
            backs.push((active, killed_at.elapsed().as_millis()));
            kill_at = Instant::now() + Duration::from_millis(dice.below(3_000) + 1_000);
        }
    }
    fleet.hang_up().await;
    fleet.await_completions().await;
    let records = fleet.account_for_every_call().await;
    await_no_live_call(&fleet).await;
    let groups = records.values().filter(|record| record["kind"] == "group");
    let asked: u64 = fleet
        .devices
        .iter()
        .map(|d| d.seen.lock().unwrap().asked)
        .sum();
    let (groups, devices) = (groups.count(), fleet.devices.len());
    println!(
        "{} calls ({groups} of groups), {asked} operations of {devices} devices, {kills} kills in {seconds} s; each call \
         has one record",
        records.len()
    );
    backs.sort_by_key(|(_, ms)| *ms);
    if let (Some(median), Some(worst)) = (backs.get(backs.len() / 2), backs.last()) {
        println!(
            "all devices connected again after a kill: median {} ms, worst {} ms",
            median.1, worst.1
        );
    }
    let most = backs.iter().map(|(active, _)| *active).max().unwrap_or(0);
    println!("at most {most} devices were in active calls when the server was killed");
    assert!(records.len() > 20 && kills > 2, "it was a storm");
}

/// Waits until the server's figures know of no call that is not over.
pub(crate) async fn await_no_live_call(fleet: &Fleet) {
    eventually("no call is live", async || {
        let mut live = 0.0;
        for state in ["ringing", "active"] {
            let name = format!(
                "hullo_calls{{app=\"{}\",state=\"{state}\"}}",
                fleet.server().app_key
            );
            live += fleet.server().metric(&name).await;
        }
        (live == 0.0).then_some(())
    })
    .await;
}

/// Somebody does something that a person in its state might.
pub(crate) fn act(fleet: &Fleet, dice: &mut Dice) {
    let device = &fleet.devices[dice.below(fleet.devices.len() as u64) as usize];
    let mut other = || {
        fleet.devices[dice.below(fleet.devices.len() as u64) as usize]
            .accid
            .clone()
    };
    let (first, second, third) = (other(), other(), other());
    let media = Media::Audio;
    let op = match (device.state(), dice.below(20)) {
        (State::Idle, 0..4) => Op::GroupCall {
            accids: vec![first, second, third],
            media,
            terms: GroupTerms::default(),
            attachment: None,
            timeout_ms: Some(5_000),
            presets: DevicePresets::NONE,
        },
        (State::Idle, 4..12) => Op::Call {
            accid: first,
            media,
            attachment: None,
            timeout_ms: Some(5_000),
            presets: DevicePresets::NONE,
        },
        (State::Calling, 0) => Op::Cancel,
        (State::Called, 0..8) => Op::ACCEPT,
        (State::Called, 8) => Op::Reject,
        (State::InCall, 0) => Op::Hangup,
        (State::InCall, 1) => Op::Leave,
        (State::InCall, 2) => Op::GroupInvite {
            accids: vec![first],
            attachment: None,
            timeout_ms: Some(5_000),
        },
        _ => return,
    };
    device.ask(op);
}

/// SplitMix64: the same numbers for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// Up to so many bytes.
    pub(crate) fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.below(256) as u8).collect()
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

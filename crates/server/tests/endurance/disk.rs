//! A disk that stalls, fails and fills while many devices call at random. What could not be stored has not happened, and everyone
//! knows it; nobody loses the connection, and every call has its record.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::eventually::eventually;
use crate::fleet::{Fleet, quiet};
use crate::setting;
use crate::storm::{Dice, act, await_no_live_call};

/// Pages of 4 KiB that the database may still grow by when it is to fill.
const PAGES_LEFT: u64 = 24;
/// How much longer the disk may go on being bad.
const LATER: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_accounted_for_when_the_disk_stalls_fails_and_fills() {
    let seconds = setting("HULLO_DISK_SECONDS", 12);
    let folder = tempfile::tempdir().unwrap();
    let fault = folder.path().join("fault");
    let mut options = quiet();
    let path = fault.to_str().unwrap().to_owned();
    options.environment.push(("HULLO_TEST_STORE_FAULT", path));
    let mut fleet = Fleet::start_with(options, 40, true).await;
    let mut dice = Dice(setting("HULLO_STORM_SEED", 11));

    let (stalls, failures) = storm(&fleet, &mut dice, &fault, seconds).await;
    let refused = fleet.refused_by_the_store();
    assert!(refused > 0, "{failures} failures have refused something");
    assert!(
        fleet.all(|seen| seen.connections == 1),
        "nobody was cut off by {stalls} stalls and {failures} failures"
    );

    fill(&mut fleet, &mut dice).await;
    fleet.hang_up().await;
    fleet.await_completions().await;
    let records = fleet.account_for_every_call().await;
    await_no_live_call(&fleet).await;
    println!(
        "{} calls, {stalls} stalls, {failures} failures in {seconds} s, then a full disk; {} operations were refused by the \
         store; each call has one record",
        records.len(),
        fleet.refused_by_the_store()
    );
    assert!(records.len() > 10 && stalls > 0 && failures > 0);
}

/// People call; now and then the disk stalls or fails for a while.
async fn storm(fleet: &Fleet, dice: &mut Dice, fault: &Path, seconds: u64) -> (u32, u32) {
    let end = Instant::now() + Duration::from_secs(seconds);
    // On a slow machine it takes longer until both have happened and somebody has noticed.
    let latest = end + LATER;
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    let (mut stalls, mut failures) = (0, 0);
    let mut change_at = Instant::now() + Duration::from_millis(500);
    let mut is_good = true;
    let has_happened = |stalls, failures| stalls > 0 && failures > 0;
    while Instant::now() < end
        || Instant::now() < latest
            && !(has_happened(stalls, failures) && fleet.refused_by_the_store() > 0)
    {
        ticks.tick().await;
        act(fleet, dice);
        if Instant::now() < change_at {
            continue;
        }
        let word = match (is_good, dice.below(2)) {
            (false, _) => "",
            (true, 0) => {
                stalls += 1;
                "stall"
            }
            (true, _) => {
                failures += 1;
                "fail"
            }
        };
        is_good = !is_good;
        std::fs::write(fault, word).unwrap();
        change_at = Instant::now() + Duration::from_millis(200 + dice.below(1_500));
    }
    std::fs::write(fault, "").unwrap();
    (stalls, failures)
}

/// The database may not grow any more; people go on until the store refuses, and then there is room again.
async fn fill(fleet: &mut Fleet, dice: &mut Dice) {
    let bytes = std::fs::metadata(fleet.server().database()).unwrap().len();
    let pages = (bytes / 4096 + PAGES_LEFT).to_string();
    let whole = fleet.options.clone();
    fleet
        .options
        .environment
        .push(("HULLO_DB_MAX_PAGES", pages));
    fleet.kill_and_start();
    let before = fleet.refused_by_the_store();
    eventually("the database is full", async || {
        for _ in 0..20 {
            act(fleet, dice);
        }
        (fleet.refused_by_the_store() > before).then_some(())
    })
    .await;
    fleet.options = whole;
    fleet.kill_and_start();
    eventually("all are connected again", async || {
        let sessions = fleet.server().metric("hullo_sessions").await;
        (sessions as usize == fleet.devices.len()).then_some(())
    })
    .await;
}

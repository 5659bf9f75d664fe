//! What a call costs in the store: written as the hub writes it, four batches each, of several apps at once. Prints CPU, bytes and
//! batches per transaction (`--nocapture`); `HULLO_TEST_RATE` calls a second for `HULLO_TEST_SECONDS` make a measurement of it:
//!
//! ```sh
//! HULLO_TEST_RATE=200 HULLO_TEST_SECONDS=10 cargo test --release -p hullo-server --bin hullo cost -- --nocapture
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, CallState, DeviceId, MessageId};

use super::{Open, Sqlite};
use crate::store::Store;
use crate::store::conformance::{accid, dial, shop};
use crate::store::vault::Vault;

/// Who calls whom: 400 pairs.
const PAIRS: u64 = 400;

fn number(name: &str, or: u64) -> u64 {
    let named = std::env::var(name).ok();
    named.map_or(or, |text| text.parse().unwrap())
}

/// User and system time of this process in clock ticks of 10 ms.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let behind = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = behind.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Bytes that this process has handed to the system, and the part of it that goes to a disk.
fn written() -> (u64, u64) {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let value = |name: &str| {
        let line = io.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    (value("wchar"), value("write_bytes"))
}

async fn one_call(store: Arc<Sqlite>, app: hullo_protocol::AppKey, n: u64) {
    let person = |n: u64| accid(&format!("person-{n:05}"));
    // Ids grow with time, as those that clients make.
    let id = (u128::from(1_700_000_000_000 + n) << 80) | u128::from(n.wrapping_mul(0x9e37_79b9));
    let mut dial = dial(id);
    (dial.caller, dial.callees) = (person(2 * (n % PAIRS)), vec![person(2 * (n % PAIRS) + 1)]);
    dial.attachment = None;
    let (caller, callee): (Accid, Accid) = (dial.caller.clone(), dial.callees[0].clone());
    let device = |name: &str| DeviceId::parse(name).unwrap();
    let mut call = Call::dial(dial, Time(1_000));
    let commit = async |write| store.commit(&app, [write].into()).await.unwrap();
    commit(Write::Call(Arc::new(call.clone()))).await;
    call.ring(&callee, &device("b")).unwrap();
    call.version += 1;
    commit(Write::Call(Arc::new(call.clone()))).await;
    call.accept(&callee, &device("b"), None, 15_000, Time(2_000))
        .unwrap();
    call.version += 1;
    commit(Write::Call(Arc::new(call.clone()))).await;
    call.hang_up(&caller, &device("d"), Time(3_000)).unwrap();
    call.version += 1;
    assert_eq!(call.state, CallState::Ended, "{:?}", CallId::from_u128(id));
    let record = call.record().unwrap();
    commit(Write::End {
        messages: call.messages(&record, MessageId(n)),
        record: Box::new(record),
        call: Arc::new(call),
    })
    .await;
}

#[tokio::test]
async fn cost_of_a_call_is_a_few_pages_and_a_share_of_a_transaction() {
    let (rate, seconds) = (
        number("HULLO_TEST_RATE", 500),
        number("HULLO_TEST_SECONDS", 1),
    );
    let folder = tempfile::tempdir_in(std::env::temp_dir()).unwrap();
    let vault = Vault::open(None, &folder.path().join("hullo.key")).unwrap();
    let file = folder.path().join("hullo.db");
    let store = Arc::new(Sqlite::open(&file, Open::Alone, None, vault).unwrap());
    let app = shop("shop");
    store.create_app(&app, 1).await.unwrap();

    let (began, cpu, before) = (Instant::now(), ticks(), written());
    let mut waiting = tokio::task::JoinSet::new();
    let calls = rate * seconds;
    for n in 1..=calls {
        let at = began + Duration::from_micros(1_000_000 * n / rate);
        tokio::time::sleep_until(at.into()).await;
        waiting.spawn(one_call(store.clone(), app.key.clone(), n));
    }
    waiting.join_all().await;
    let (took, cpu, after) = (began.elapsed(), ticks() - cpu, written());
    let transactions = store.stats().transactions;
    println!(
        "{calls} calls at {rate}/s in {took:.1?}: {} us of CPU, {} bytes written, {} to the disk, {:.2} transactions each",
        cpu * 10_000 / calls,
        (after.0 - before.0) / calls,
        (after.1 - before.1) / calls,
        transactions as f64 / calls as f64,
    );
    assert!(transactions <= 4 * calls + 2, "{transactions} transactions");
    let query = crate::store::RecordQuery {
        accid: None,
        before: None,
        limit: crate::store::conformance::rows(u32::MAX),
    };
    let page = store.records(&app.key, query).await.unwrap();
    assert_eq!(page.records.len() as u64, calls);
}

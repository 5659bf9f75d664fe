//! A past for a database: calls that ended long ago, stored as the hub stores them. To see what a login and a start cost after so
//! many; what is under the hood of `hullo app fill`.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use hullo_core::Time;
use hullo_core::call::{Call, Dial};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, AppKey, CallId, DeviceId, Media, MessageId, RING_MS_DEFAULT};

use crate::store::Store;

/// Calls that share a transaction.
const BATCH: u64 = 500;
/// Between two calls: they are as many in a day as a busy app has.
const APART_MS: u64 = 200;
/// The newest of them ended so long ago.
const AGO_MS: u64 = 3_600_000;
/// Recent ones have all ended since.
const RECENT_MS: u64 = 200_000;

/// What past to make.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Past {
    /// How many calls
    #[arg(long)]
    calls: u64,
    /// Between how many accounts
    #[arg(long, default_value_t = 1000)]
    people: u64,
    /// What their accids begin with
    #[arg(long, default_value = "load")]
    prefix: String,
    /// All of them have just ended
    #[arg(long)]
    recent: bool,
}

/// Stores a past between the accounts `load-0`, `load-1`, ...
pub(crate) async fn fill(
    store: &Arc<dyn Store>,
    app: &AppKey,
    past: &Past,
    now: Time,
) -> Result<()> {
    let Past { calls, people, .. } = *past;
    let device = DeviceId::parse("fill")?;
    let mut next_message = store.next_message(app).await?;
    let prefix = &past.prefix;
    let (span_ms, ago_ms) = match past.recent {
        true => (RECENT_MS, 1_000),
        false => (calls * APART_MS, AGO_MS),
    };
    let first_ms = now.0.saturating_sub(ago_ms + span_ms);
    for batch in 0..calls.div_ceil(BATCH) {
        let mut writes = Vec::new();
        for number in batch * BATCH..((batch + 1) * BATCH).min(calls) {
            let pair = number % (people / 2).max(1);
            let names = [2 * pair, 2 * pair + 1].map(|n| Accid::parse(&format!("{prefix}-{n}")));
            let [caller, callee] = names;
            let at = Time(first_ms + number * span_ms / calls);
            let (caller, callee) = (caller?, callee?);
            let call = past_call(number, caller, callee, &device, at)?;
            let record = call.record().context("a call that is over has a record")?;
            let messages = call.messages(&record, next_message);
            next_message = MessageId(next_message.0 + messages.len() as u64);
            writes.push(Write::End {
                call: Arc::new(call),
                record: Box::new(record),
                messages,
            });
        }
        store.commit(app, writes.into()).await?;
    }
    Ok(())
}

fn past_call(
    number: u64,
    caller: Accid,
    callee: Accid,
    device: &DeviceId,
    at: Time,
) -> Result<Call> {
    // A version 7 UUID: the time, and a number that is nobody else's.
    let id = (u128::from(at.0) << 80) | (7 << 76) | (2 << 62) | u128::from(number);
    let dial = Dial {
        call_id: CallId::from_u128(id),
        caller: caller.clone(),
        device: device.clone(),
        callees: vec![callee.clone()],
        group: None,
        media: Media::Audio,
        attachment: None,
        ring_ms: RING_MS_DEFAULT,
        secure: false,
    };
    let mut call = Call::dial(dial, at);
    call.ring(&callee, device)?;
    call.accept(
        &callee,
        device,
        None,
        hullo_protocol::CONNECT_MS,
        at.plus_ms(20),
    )?;
    call.hang_up(&caller, device, at.plus_ms(40))?;
    Ok(call)
}

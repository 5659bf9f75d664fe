//! What the server needs of memory, over many calls.

use std::time::Instant;

use hullo_protocol::Command;

use crate::client::{Client, new_call_id, start};
use crate::fleet::{create_account, quiet};
use crate::program::Server;
use crate::setting;

/// Pairs that call at the same time: the server commits what comes together at once. So many that none of them comes near
/// the limit of requests of one session.
const PAIRS: u64 = 200;
/// What a call may leave behind that ended within the last five minutes, and what all of them may: `REMEMBERED_BYTES`, and half
/// as much for what the allocator needs beside.
const REMEMBERED_CALL_BYTES: u64 = 2_560;
const REMEMBERED_KB_MAX: u64 = 96 * 1024;
/// What else may come on top of what it was after a fifth of the calls.
const GROWTH_KB_MAX: u64 = 8 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_the_calls() {
    let calls = setting("HULLO_MEMORY_CALLS", 10_000);
    let server = Server::start_with(quiet()).await;
    let mut pairs = Vec::new();
    for number in 0..PAIRS as usize {
        let caller = create_account(&server, 2 * number).await;
        let callee = create_account(&server, 2 * number + 1).await;
        let caller = server.login(&caller).await;
        pairs.push((caller, server.login(&callee).await, callee));
    }
    let began = Instant::now();
    let mut figures = Vec::new();
    for tenth in 1..=10 {
        let each = calls / 10 / PAIRS;
        let mut tasks = Vec::new();
        for (caller, called, name) in pairs.drain(..) {
            tasks.push(tokio::spawn(call_often(caller, called, name, each)));
        }
        for task in tasks {
            pairs.push(task.await.unwrap());
        }
        let kb = resident_kb(&server);
        println!(
            "{:>7} calls, {kb:>7} KB resident, {:>5} s",
            tenth * each * PAIRS,
            began.elapsed().as_secs()
        );
        figures.push(kb);
    }
    let growth = figures[9].saturating_sub(figures[1]);
    let since = calls * 8 / 10;
    let remembered = (since * REMEMBERED_CALL_BYTES / 1024).min(REMEMBERED_KB_MAX);
    let allowed = remembered + GROWTH_KB_MAX;
    assert!(growth < allowed, "{growth} KB more: {figures:?}");
}

/// Dials; the other side rejects every second call, and takes the others, which are hung up.
async fn call_often(
    mut caller: Client,
    mut called: Client,
    name: String,
    times: u64,
) -> (Client, Client, String) {
    for time in 0..times {
        let call_id = new_call_id();
        caller.ask(start(call_id, &name)).await.unwrap();
        called.invited().await;
        if time % 2 == 0 {
            called
                .ask(Command::Reject {
                    call_id,
                    without_token: false,
                })
                .await
                .unwrap();
        } else {
            called.ask(crate::client::accept(call_id)).await.unwrap();
            caller.ask(Command::Hangup { call_id }).await.unwrap();
        }
        caller.events.clear();
        called.events.clear();
    }
    (caller, called, name)
}

fn resident_kb(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.unwrap().trim().trim_end_matches(" kB");
    kb.trim().parse().unwrap()
}

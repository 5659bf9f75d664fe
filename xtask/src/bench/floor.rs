//! Floors: what the machine itself takes, measured in the same run.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::server::{Bench, LOAD_CORE, SERVER_CORE, pinned};

/// How often the disk is asked.
const SYNCS: usize = 300;

/// `fdatasync` of 8 KiB, appended, as a small transaction does.
pub(super) fn disk(bench: &Bench) -> Result<Value> {
    std::fs::create_dir_all(&bench.folder)?;
    let path = bench.folder.join("floor");
    let mut file = File::create(&path)?;
    let block = [7; 8 * 1024];
    let mut took = Vec::new();
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        took.push(began.elapsed());
    }
    std::fs::remove_file(&path)?;
    took.sort_unstable();
    let at = |permille: usize| took[(took.len() - 1) * permille / 1000].as_secs_f64() * 1e6;
    Ok(json!({ "p50_us": at(500), "p99_us": at(990) }))
}

/// A bare WebSocket server of the same stack that carries the frames of a call and does nothing else: 4 in, 13 out.
pub(super) fn echo(bench: &Bench, calls_per_s: u32) -> Result<Value> {
    let mut server = pinned(SERVER_CORE, &bench.floor)
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", bench.floor.display()))?;
    let output = server.stdout.take().context("the floor has no output")?;
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
    let before = cpu_us(server.id());
    let driven = pinned(LOAD_CORE, &bench.floor)
        .args(["drive", line.trim(), &calls_per_s.to_string(), "5"])
        .output();
    let used = cpu_us(server.id()) - before;
    server.kill()?;
    server.wait()?;
    let text = String::from_utf8(driven?.stdout)?;
    let calls: f64 = text.trim().parse().context("the floor was not driven")?;
    Ok(json!({ "calls": calls, "us": used / calls.max(1.0) }))
}

/// User and system time of a process.
fn cpu_us(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    // USER_HZ is 100.
    Duration::from_millis(10).as_secs_f64() * 1e6 * ticks
}

//! The figures: what is run for each.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::floor;
use super::server::{Bench, LOAD_CORE, Server, pinned};

/// One figure.
pub(super) struct Run {
    pub(super) name: &'static str,
    pub(super) measure: fn(&Bench) -> Result<Value>,
}

const fn run(name: &'static str, measure: fn(&Bench) -> Result<Value>) -> Run {
    Run { name, measure }
}

pub(super) static RUNS: [Run; 26] = [
    run("floor_disk", floor::disk),
    run("floor_echo_200", |bench| floor::echo(bench, 200)),
    run("floor_echo_1000", |bench| floor::echo(bench, 1000)),
    run("start", start),
    run("calls_200", |bench| at_rate(bench, 200)),
    run("calls_500", |bench| at_rate(bench, 500)),
    run("calls_1000", |bench| at_rate(bench, 1000)),
    run("calls_1600", |bench| at_rate(bench, 1600)),
    run("calls_4000", |bench| at_rate(bench, 4000)),
    run("counts_200", counts),
    run("closed_1", |bench| closed(bench, 1, 1)),
    run("closed_64", |bench| closed(bench, 64, 1)),
    run("closed_256", |bench| closed(bench, 256, 1)),
    run("apps_8", |bench| closed(bench, 256, 8)),
    run("apps_32", |bench| closed(bench, 256, 32)),
    run("login_0", |bench| login(bench, 0)),
    run("login_20000", |bench| login(bench, 20_000)),
    run("login_500000", |bench| login(bench, 500_000)),
    run("start_recent_20000", |bench| start_recent(bench, 20_000)),
    run("whole_closed_30", |bench| whole(bench, &["--closed", "30"])),
    run("whole_1000", |bench| whole(bench, &["--rate", "1000"])),
    run("idle_1000", |bench| idle(bench, 1000)),
    run("idle_9000", |bench| idle(bench, 9000)),
    run("group_10", |bench| group(bench, 10)),
    run("group_30", |bench| group(bench, 30)),
    run("group_100", |bench| group(bench, 100)),
];

impl Bench {
    fn fresh(&self, apps: usize) -> Result<Server> {
        Server::fresh(&self.server, &self.folder.join("data"), apps)
    }

    /// Runs the load; its report.
    fn load(&self, server: &Server, arguments: &[&str]) -> Result<Value> {
        let mut load = self.start_load(server, arguments);
        println!("$ hullo load {}", arguments.join(" "));
        let status = load.status().context("cannot start the load")?;
        let report = std::fs::read_to_string(self.report())
            .with_context(|| format!("the load failed ({status})"))?;
        let mut report: Value = serde_json::from_str(&report)?;
        if !status.success() {
            report["error"] = format!("the load failed ({status})").into();
        }
        Ok(report)
    }

    fn report(&self) -> PathBuf {
        self.folder.join("report.json")
    }

    fn start_load(&self, server: &Server, arguments: &[&str]) -> Command {
        // The report of an earlier run is not this one's.
        let _ = std::fs::remove_file(self.report());
        let mut load = pinned(LOAD_CORE, &self.load);
        load.arg("load")
            .args(arguments)
            .args(["--url", &format!("http://{}", server.address)])
            .args(["--pid", &server.pid().to_string()])
            .arg("--json")
            .arg(self.report())
            .env("HULLO_LOAD_APP", &server.apps);
        load
    }
}

/// Empty: start to the first answer, several times, and memory.
fn start(bench: &Bench) -> Result<Value> {
    let mut server = bench.fresh(1)?;
    let new_ms = server.start_ms;
    let mut again = Vec::new();
    for _ in 0..5 {
        server = server.again(&bench.server)?;
        again.push(server.start_ms);
    }
    again.sort_by(f64::total_cmp);
    Ok(json!({ "new_ms": new_ms, "again_ms": again[2], "rss_bytes": server.rss_bytes() }))
}

/// Open loop. A pair is in a call for 40 ms and what the server takes; at the edge that is half a second.
fn at_rate(bench: &Bench, rate: u32) -> Result<Value> {
    let server = bench.fresh(1)?;
    // Past the edge there are as many again that the server does not take, and that wait a second.
    let pairs = if rate > 2000 { rate } else { rate / 2 };
    let pairs = pairs.max(200).to_string();
    bench.load(
        &server,
        &[
            "calls",
            "--rate",
            &rate.to_string(),
            "--pairs",
            &pairs,
            "--seconds",
            "8",
        ],
    )
}

/// More pairs than calls: one session may send 20 requests a second.
const CLOSED_PAIRS: &str = "1000";

fn closed(bench: &Bench, calls: u32, apps: usize) -> Result<Value> {
    let server = bench.fresh(apps)?;
    let calls = calls.to_string();
    bench.load(
        &server,
        &[
            "calls",
            "--closed",
            &calls,
            "--pairs",
            CLOSED_PAIRS,
            "--seconds",
            "6",
            "--warmup",
            "1",
        ],
    )
}

/// What is counted in the kernel, in a run of its own: counting slows.
const EVENTS: [&str; 6] = [
    "syscalls:sys_enter_fdatasync",
    "syscalls:sys_enter_fsync",
    "syscalls:sys_enter_pwrite64",
    "syscalls:sys_enter_futex",
    "syscalls:sys_enter_sendto",
    "context-switches",
];

/// Per call at 200 a second: syncs, writes, futexes, switches, bytes to the disk.
fn counts(bench: &Bench) -> Result<Value> {
    let server = bench.fresh(1)?;
    let arguments = ["calls", "--rate", "200", "--pairs", "200", "--seconds", "8"];
    let mut load = bench.start_load(&server, &arguments).spawn()?;
    // From the middle of the run: accounts, logins and warm-up are over by then.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let seconds = 3;
    let output = Command::new("perf")
        .args(["stat", "-x", ",", "-e", &EVENTS.join(","), "-p"])
        .arg(server.pid().to_string())
        .args(["--", "sleep", &seconds.to_string()])
        .output();
    let status = load.wait()?;
    if !status.success() {
        bail!("the load failed ({status})");
    }
    let output = output.context("perf is missing")?;
    let text = String::from_utf8(output.stderr)?;
    let report: Value = serde_json::from_str(&std::fs::read_to_string(bench.report())?)?;
    let per_second = report["per_second"].as_f64().unwrap_or(0.0);
    let mut figure = json!({
        "written_bytes": report["server"]["written_bytes"],
        "frames_in": report["frames_in"].as_f64().unwrap_or(0.0) / report["completed"].as_f64().unwrap_or(1.0),
    });
    for event in EVENTS {
        let line = text.lines().find(|line| line.contains(event));
        let count = line.and_then(|line| line.split(',').next()?.parse::<f64>().ok());
        let name = event.rsplit("sys_enter_").next().unwrap_or(event);
        figure[name] = count
            .map(|count| count / (per_second * f64::from(seconds)))
            .into();
    }
    let syncs = ["fdatasync", "fsync"].map(|name| figure[name].as_f64().unwrap_or(0.0));
    figure["syncs"] = syncs.iter().sum::<f64>().into();
    Ok(figure)
}

/// Signing in after so many calls, and starting with them in the database.
fn login(bench: &Bench, past: u32) -> Result<Value> {
    let server = bench
        .fresh(1)?
        .with_past(&bench.server, past, false)?
        .again(&bench.server)?;
    let start_ms = server.start_ms;
    let report = bench.load(
        &server,
        &[
            "idle",
            "--sessions",
            "400",
            "--logins-at-once",
            "4",
            "--seconds",
            "1",
        ],
    )?;
    Ok(json!({
        "past_calls": past,
        "start_ms": start_ms,
        "login_us": report["server"]["login_us"],
        "latency": report["latencies"]["login"],
        "errors": report["errors"],
    }))
}

/// Starting with so many calls that have just ended: they are taken into memory, for their answers may be asked for again.
fn start_recent(bench: &Bench, past: u32) -> Result<Value> {
    let server = bench.fresh(1)?.with_past(&bench.server, past, true)?;
    Ok(json!({ "past_calls": past, "start_ms": server.start_ms, "rss_bytes": server.rss_bytes() }))
}

/// Whole calls, with ICE and DTLS on both sides.
fn whole(bench: &Bench, how: &[&str]) -> Result<Value> {
    let server = bench.fresh(1)?;
    let common = ["calls", "--offers", "--pairs", "1000", "--seconds", "6"];
    bench.load(&server, &[&common[..], how].concat())
}

fn idle(bench: &Bench, sessions: u32) -> Result<Value> {
    let server = bench.fresh(1)?;
    let sessions = sessions.to_string();
    bench.load(
        &server,
        &["idle", "--sessions", &sessions, "--seconds", "15"],
    )
}

/// A call of so many people, one after the other.
fn group(bench: &Bench, people: u32) -> Result<Value> {
    let server = bench.fresh(1)?;
    let people = people.to_string();
    let mut report = bench.load(
        &server,
        &[
            "calls",
            "--group",
            &people,
            "--closed",
            "1",
            "--pairs",
            "1",
            "--seconds",
            "8",
            "--warmup",
            "0",
            "--patience",
            "60",
        ],
    )?;
    let frames = report["frames_in"].as_f64().unwrap_or(0.0);
    let completed = report["completed"].as_f64().unwrap_or(1.0);
    report["frames_per_call"] = (frames / completed).into();
    report["bytes_per_call"] = (report["bytes_in"].as_f64().unwrap_or(0.0) / completed).into();
    Ok(report)
}

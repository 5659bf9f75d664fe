//! `cargo xtask bench`: what a call, a session and a login cost the server on one core, beside floors of the same machine in the
//! same run; and what a browser downloads. Writes JSON and [docs/performance.md](../../docs/performance.md).
//!
//! The server runs on core 0 and the load on core 1. Every figure has a fresh server with a fresh database, unless it says
//! otherwise. A shared machine shows in the floors: compare ratios within one run, not figures of two.

mod floor;
mod page;
mod runs;
mod server;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use crate::command::{self, cargo, output_of, program, root, target_folder};
use crate::{setup, web};
use server::Bench;

/// Seeds for the simulator: enough to run for seconds in release.
const SEEDS: u32 = 5_000;

/// No figure is begun after so long: what is left keeps the figure it had.
const BOUND: Duration = Duration::from_secs(14 * 60);

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the figures whose name contains this; those of the JSON that are not measured again stay
    #[arg(long)]
    only: Option<String>,
    /// A built server, to compare with another version; built from here when absent
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// What the figures of `--server` belong to
    #[arg(long, value_name = "COMMIT", requires = "server")]
    commit: Option<String>,
    /// Where the figures go
    #[arg(
        long,
        value_name = "FILE",
        default_value = "docs/performance/today.json"
    )]
    json: PathBuf,
    /// Only write the page from the figures that are there
    #[arg(long)]
    page: bool,
}

/// Measures, and writes the figures and the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let file = root().join(&options.json);
    if !options.page {
        measure(options, &file)?;
    }
    page::write()
}

/// What `cargo xtask bench sizes` prints: bundles, and worlds in a second.
fn sizes() -> Result<Value> {
    setup::build_tools()?;
    web::build()?;
    command::run(&mut cargo(["build", "--release", "--package=hullo-sim"]))?;
    let sim = target_folder().join("release/hullo-sim");
    let started = Instant::now();
    command::run(&mut program(
        &sim.to_string_lossy(),
        ["--seeds", &SEEDS.to_string()],
    ))?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(json!({ "sim_seeds_per_s": f64::from(SEEDS) / seconds }))
}

fn measure(options: &Options, file: &Path) -> Result<()> {
    let wanted = |name: &str| {
        options
            .only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    };
    let mut figures = read(file)?;
    let commit = match &options.commit {
        Some(commit) => commit.clone(),
        None => output_of(&mut program("git", ["rev-parse", "--short", "HEAD"]))?
            .trim()
            .to_owned(),
    };
    figures.insert("commit".into(), commit.into());
    let date = output_of(&mut program("date", ["-u", "+%F %H:%M UTC"]))?;
    figures.insert("date".into(), date.trim().into());
    figures.insert("machine".into(), machine().into());

    let bench = build(options)?;
    let began = Instant::now();
    let runs: &[runs::Run] = &runs::RUNS;
    for run in runs {
        if !wanted(run.name) {
            continue;
        }
        if began.elapsed() > BOUND {
            println!("no time is left for {}", run.name);
            continue;
        }
        println!("\n=== {} ===", run.name);
        let figure = (run.measure)(&bench).with_context(|| format!("cannot measure {}", run.name));
        // One figure that cannot be had must not cost the others.
        let figure = figure.unwrap_or_else(|error| json!({ "error": format!("{error:#}") }));
        println!("{figure}");
        figures.insert(run.name.into(), figure);
        write(file, &figures)?;
    }
    if wanted("sizes") && options.only.is_some() {
        figures.insert("sizes".into(), sizes()?);
    }
    println!("bench: {:.0} s", began.elapsed().as_secs_f64());
    write(file, &figures)
}

fn build(options: &Options) -> Result<Bench> {
    command::run(&mut cargo([
        "build",
        "--release",
        "--package=hullo-server",
        "--package=hullo-load",
        "--example=floor",
        "--bin=hullo",
    ]))?;
    let own = target_folder().join("release/hullo");
    let bench = Bench {
        server: options.server.clone().unwrap_or_else(|| own.clone()),
        load: own,
        floor: target_folder().join("release/examples/floor"),
        folder: target_folder().join("bench"),
    };
    if !bench.server.is_file() {
        bail!("there is no program {}", bench.server.display());
    }
    Ok(bench)
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("a CPU without a name", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores of {name}, Linux {}", kernel.trim())
}

fn read(file: &Path) -> Result<Map<String, Value>> {
    match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} has no figures", file.display())),
        Err(_) => Ok(Map::new()),
    }
}

fn write(file: &Path, figures: &Map<String, Value>) -> Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(figures)?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

//! The generated part of `docs/performance.md`: a table of before, today, aim and floor. What is written by hand around it stays.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command::root;

const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- Made by `cargo xtask bench`: from here -->";
const END: &str = "<!-- to here -->";

/// One line of the table.
struct Row {
    what: &'static str,
    /// Where its figure is: names joined by `/`.
    path: &'static str,
    unit: &'static str,
    /// What it is multiplied by, to be in that unit.
    scale: f64,
    aim: &'static str,
    /// The figure that cannot be undercut on this machine, in the same unit.
    floor: Option<&'static str>,
}

const fn row(what: &'static str, path: &'static str, unit: &'static str, aim: &'static str) -> Row {
    Row {
        what,
        path,
        unit,
        scale: 1.0,
        aim,
        floor: None,
    }
}

const fn scaled(row: Row, scale: f64) -> Row {
    Row { scale, ..row }
}

const fn over(row: Row, floor: &'static str) -> Row {
    Row {
        floor: Some(floor),
        ..row
    }
}

/// The aims are those of the issue: Kamailio's unstored call at the same rate on the same kind of machine.
static ROWS: [Row; 50] = [
    over(
        row(
            "stored call, 200/s: CPU",
            "calls_200/server/us",
            "us",
            "658",
        ),
        "floor_echo_200/us",
    ),
    row("500/s: CPU", "calls_500/server/us", "us", "383"),
    over(
        row("1,000/s: CPU", "calls_1000/server/us", "us", "333"),
        "floor_echo_1000/us",
    ),
    row("1,600/s: CPU", "calls_1600/server/us", "us", "217"),
    row(
        "4,000/s: done each second",
        "calls_4000/per_second",
        "/s",
        "4,000",
    ),
    row("4,000/s: CPU", "calls_4000/server/us", "us", "153"),
    row(
        "4,000/s: dials that were refused",
        "calls_4000/refused",
        "",
        "",
    ),
    row("4,000/s: calls that failed", "calls_4000/failed", "", "0"),
    row(
        "closed loop of 1: done each second",
        "closed_1/per_second",
        "/s",
        "",
    ),
    row("closed loop of 64", "closed_64/per_second", "/s", ""),
    row("closed loop of 256", "closed_256/per_second", "/s", "4,000"),
    row(
        "the same over 8 apps",
        "apps_8/per_second",
        "/s",
        "as over 1",
    ),
    row(
        "the same over 32 apps",
        "apps_32/per_second",
        "/s",
        "as over 1",
    ),
    row(
        "200/s: start to invited, p50",
        "calls_200/latencies/start_to_invited/p50_ms",
        "ms",
        "",
    ),
    row(
        "start to invited, p99",
        "calls_200/latencies/start_to_invited/p99_ms",
        "ms",
        "",
    ),
    row(
        "accept to the caller, p99",
        "calls_200/latencies/accept_to_caller/p99_ms",
        "ms",
        "5",
    ),
    row(
        "hang-up to the record, p50",
        "calls_200/latencies/hangup_to_record/p50_ms",
        "ms",
        "2",
    ),
    row(
        "1,000/s: start to invited, p99",
        "calls_1000/latencies/start_to_invited/p99_ms",
        "ms",
        "5",
    ),
    row(
        "accept to the caller, p99",
        "calls_1000/latencies/accept_to_caller/p99_ms",
        "ms",
        "5",
    ),
    row(
        "hang-up to the record, p50",
        "calls_1000/latencies/hangup_to_record/p50_ms",
        "ms",
        "2",
    ),
    row(
        "per call at 200/s: fdatasync and fsync",
        "counts_200/syncs",
        "",
        "2",
    ),
    scaled(
        row("bytes to the disk", "counts_200/written_bytes", "KB", "10"),
        1e-3,
    ),
    row("pwrite", "counts_200/pwrite64", "", ""),
    row("futex", "counts_200/futex", "", ""),
    row("context switches", "counts_200/context-switches", "", "20"),
    row("frames to the clients", "counts_200/frames_in", "", ""),
    scaled(
        row("login, no past calls: CPU", "login_0/login_us", "ms", "0.3"),
        1e-3,
    ),
    scaled(
        row(
            "login, 20,000 past calls",
            "login_20000/login_us",
            "ms",
            "0.3",
        ),
        1e-3,
    ),
    scaled(
        row(
            "login, 500,000 past calls",
            "login_500000/login_us",
            "ms",
            "0.3",
        ),
        1e-3,
    ),
    row("start, no past calls", "login_0/start_ms", "ms", "57"),
    row(
        "start, 20,000 past calls",
        "login_20000/start_ms",
        "ms",
        "57",
    ),
    row(
        "start, 500,000 past calls",
        "login_500000/start_ms",
        "ms",
        "57",
    ),
    row(
        "start, 20,000 calls that have just ended",
        "start_recent_20000/start_ms",
        "ms",
        "57",
    ),
    scaled(
        row(
            "whole call, 30 at once: CPU",
            "whole_closed_30/server/us",
            "ms",
            "2.3",
        ),
        1e-3,
    ),
    row("done each second", "whole_closed_30/per_second", "/s", ""),
    row(
        "whole calls, 1,000/s: done each second",
        "whole_1000/per_second",
        "/s",
        "1,000",
    ),
    scaled(row("CPU", "whole_1000/server/us", "ms", "2.3"), 1e-3),
    row("calls that failed", "whole_1000/failed", "", "0"),
    scaled(
        row("memory of an empty server", "start/rss_bytes", "MB", "17"),
        1e-6,
    ),
    scaled(
        row(
            "idle session of 1,000: memory",
            "idle_1000/server/bytes_per_session",
            "KB",
            "10.2",
        ),
        1e-3,
    ),
    scaled(
        row(
            "idle session of 9,000: memory",
            "idle_9000/server/bytes_per_session",
            "KB",
            "10.2",
        ),
        1e-3,
    ),
    row(
        "idle session: CPU in 15 s",
        "idle_9000/server/resting/us",
        "us",
        "",
    ),
    scaled(row("call of 10: CPU", "group_10/server/us", "ms", ""), 1e-3),
    scaled(
        row("bytes to its people", "group_10/bytes_per_call", "KB", ""),
        1e-3,
    ),
    scaled(row("call of 30: CPU", "group_30/server/us", "ms", ""), 1e-3),
    scaled(
        row("bytes to its people", "group_30/bytes_per_call", "KB", ""),
        1e-3,
    ),
    scaled(
        row("call of 100: CPU", "group_100/server/us", "ms", "300"),
        1e-3,
    ),
    scaled(
        row("bytes to its people", "group_100/bytes_per_call", "KB", ""),
        1e-3,
    ),
    row(
        "frames to its people",
        "group_100/frames_per_call",
        "",
        "3,000",
    ),
    row(
        "disk: fdatasync of 8 KiB, p50",
        "floor_disk/p50_us",
        "us",
        "",
    ),
];

/// Writes the page again, or for the first time.
pub(super) fn write() -> Result<()> {
    let file = root().join(PAGE);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {PAGE}"))?;
    let (before, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("{PAGE} has no line `{BEGIN}`"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{PAGE} has no line `{END}`"))?;
    let table = table(&read("before"), &read("today"));
    fs::write(&file, format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

fn read(name: &str) -> Value {
    let file = root().join(format!("docs/performance/{name}.json"));
    let text = fs::read_to_string(file).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn table(before: &Value, today: &Value) -> String {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("?").to_owned();
    let mut table = format!(
        "Before: {} ({}). Today: {} ({}), {}.\n\n",
        text(before, "commit"),
        text(before, "date"),
        text(today, "commit"),
        text(today, "date"),
        text(today, "machine")
    );
    table.push_str("| figure | before | today | aim | floor |\n|---|---|---|---|---|\n");
    for row in &ROWS {
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            row.what,
            row.show(figure(before, row.path)),
            row.show(figure(today, row.path)),
            row.aim,
            row.floor
                .map_or(String::new(), |path| row.show(figure(today, path)))
        );
    }
    table
}

fn figure(figures: &Value, path: &str) -> Option<f64> {
    path.split('/')
        .fold(figures, |value, name| &value[name])
        .as_f64()
}

impl Row {
    fn show(&self, figure: Option<f64>) -> String {
        let Some(figure) = figure.map(|figure| figure * self.scale) else {
            return "—".to_owned();
        };
        let number = match figure.abs() {
            100.0.. => format!("{figure:.0}"),
            10.0.. => format!("{figure:.1}"),
            _ => format!("{figure:.2}"),
        };
        match self.unit {
            "" | "/s" => format!("{number}{}", self.unit),
            unit => format!("{number} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn table_shows_before_and_today_beside_aim_and_floor() {
        let before = json!({ "commit": "a", "calls_200": { "server": { "us": 1555.4 } } });
        let today = json!({
            "commit": "b",
            "calls_200": { "server": { "us": 601.2 } },
            "floor_echo_200": { "us": 98.76 },
        });
        let table = table(&before, &today);
        assert!(table.contains("| stored call, 200/s: CPU | 1555 us | 601 us | 658 | 98.8 us |"));
        assert!(table.contains("| 500/s: CPU | — | — | 383 |  |"));
    }
}

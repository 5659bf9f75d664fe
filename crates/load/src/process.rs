//! What a process of this machine has used, from `/proc` (Linux).

use std::fs;

use anyhow::{Context as _, Result};

/// What a process has used since it began.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    pub(crate) user_ticks: u64,
    pub(crate) system_ticks: u64,
    pub(crate) switches: u64,
    pub(crate) written_bytes: u64,
    pub(crate) rss_bytes: u64,
}

impl Usage {
    /// `USER_HZ`: what Linux counts CPU time in towards programs, on every architecture that Rust knows.
    pub(crate) const TICKS_PER_S: f64 = 100.0;

    pub(crate) fn of(pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
            .with_context(|| format!("there is no process {pid} in /proc"))?;
        // The second field is a name in parentheses that may hold anything; `state` is the first after it.
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .map_or("", |(_, rest)| rest)
            .split_whitespace()
            .collect();
        let field = |at: usize| {
            fields
                .get(at)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0)
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        // Absent where one may not look; then it counts as none.
        let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
        Ok(Self {
            user_ticks: field(11),
            system_ticks: field(12),
            switches: switches(pid),
            written_bytes: number(&io, "write_bytes:"),
            rss_bytes: number(&status, "VmRSS:") * 1024,
        })
    }
}

/// Of all its threads: the process has no sum.
fn switches(pid: u32) -> u64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    let status = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("status"));
    threads
        .filter_map(|entry| status(entry.ok()?).ok())
        .map(|text| {
            number(&text, "voluntary_ctxt_switches:") + number(&text, "nonvoluntary_ctxt_switches:")
        })
        .sum()
}

fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn process_sees_its_own_memory() {
        let own = Usage::of(std::process::id()).unwrap();
        assert!(own.rss_bytes > 100_000, "{own:?}");
        assert!(Usage::of(u32::MAX).is_err());
    }
}

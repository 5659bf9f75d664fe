//! What the system says of the process, read when somebody asks.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use tracing_appender::non_blocking::ErrorCounter;

/// The process itself: memory, files, log.
pub(crate) struct Process {
    pub(crate) files_max: usize,
    pub(crate) lost_log_lines: ErrorCounter,
}

impl fmt::Debug for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Process").finish_non_exhaustive()
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let gauges = [
            (
                "memory_bytes",
                "Memory of the process (resident)",
                resident_bytes(),
            ),
            (
                "open_files",
                "Files that the process has open",
                open_files().map(|count| count as u64),
            ),
            (
                "open_files_max",
                "Files that it may have open",
                Some(self.files_max as u64),
            ),
        ];
        for (name, help, value) in gauges {
            // What this system does not say is not shown.
            let Some(value) = value else { continue };
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            let gauge = ConstGauge::new(value);
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        let lost = ConstCounter::new(self.lost_log_lines.dropped_lines() as u64);
        let help = "Log lines that were dropped because nobody read them";
        let metric = encoder.encode_descriptor("log_lines_lost", help, None, lost.metric_type())?;
        lost.encode(metric)
    }
}

/// How many files the process has open, on systems that tell.
pub(crate) fn open_files() -> Option<usize> {
    // The listing itself is one of them.
    let listed = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some(listed.saturating_sub(1))
}

/// `VmRSS: 1234 kB` (proc_pid_status(5)).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_tells_memory_and_files() {
        assert!(resident_bytes().unwrap() > 1024 * 1024);
        let before = open_files().unwrap();
        assert!(before >= 3);
    }
}

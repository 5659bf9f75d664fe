//! How well a participant was connected, summed up as the reports come.

use hullo_protocol::{Accid, Quality, QualityReport, QualitySummary};
use serde::{Deserialize, Serialize};

use super::{Call, Participant};

/// The grades of the reference's scale, by their numbers.
const GRADES: [Quality; 7] = [
    Quality::Unknown,
    Quality::Excellent,
    Quality::Good,
    Quality::Poor,
    Quality::Bad,
    Quality::VeryBad,
    Quality::Down,
];

/// How often each grade was reported in each direction, and what else goes into the summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityStats {
    #[serde(default)]
    up: [u32; GRADES.len()],
    #[serde(default)]
    down: [u32; GRADES.len()],
    #[serde(default)]
    reconnects: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_frame_ms: Option<u32>,
}

impl QualityStats {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn count_reconnect(&mut self) {
        self.reconnects = self.reconnects.saturating_add(1);
    }

    fn count(&mut self, report: &QualityReport) {
        for (counts, grade) in [(&mut self.up, report.up), (&mut self.down, report.down)] {
            if let Some(count) = counts.get_mut(grade as usize) {
                *count = count.saturating_add(1);
            }
        }
    }

    fn summary(&self, accid: &Accid) -> QualitySummary {
        QualitySummary {
            accid: accid.clone(),
            median_up: median(&self.up),
            worst_up: worst(&self.up),
            median_down: median(&self.down),
            worst_down: worst(&self.down),
            reconnects: self.reconnects,
            first_frame_ms: self.first_frame_ms,
        }
    }
}

impl Call {
    /// Adds a report to the summary. Nobody is told and nothing is stored for it: it goes with the next change.
    pub fn count_quality(&mut self, reports: &[QualityReport]) {
        for report in reports {
            if let Ok(participant) = self.participant_mut(&report.accid) {
                participant.quality.count(report);
            }
        }
    }

    /// Keeps when the account's first picture of another was shown; the first word counts.
    pub fn count_first_frame(&mut self, by: &Accid, ms: u32) {
        if let Ok(participant) = self.participant_mut(by) {
            participant.quality.first_frame_ms.get_or_insert(ms);
        }
    }

    /// The summaries of those who were ever connected.
    pub(super) fn quality_summaries(&self) -> Vec<QualitySummary> {
        let connected = |p: &&Participant| p.joined_at.is_some() || p.spent_ms > 0;
        let connected = self.participants.iter().filter(connected);
        connected.map(|p| p.quality.summary(&p.accid)).collect()
    }
}

/// The middle of the known grades; the better of two.
fn median(counts: &[u32; GRADES.len()]) -> Quality {
    let total: u64 = known(counts).map(|(_, count)| u64::from(count)).sum();
    let mut seen = 0;
    for (grade, count) in known(counts) {
        seen += u64::from(count);
        if seen > 0 && 2 * seen >= total {
            return grade;
        }
    }
    Quality::Unknown
}

fn worst(counts: &[u32; GRADES.len()]) -> Quality {
    let reported = known(counts).filter(|(_, count)| *count > 0);
    reported.last().map_or(Quality::Unknown, |(grade, _)| grade)
}

fn known(counts: &[u32; GRADES.len()]) -> impl Iterator<Item = (Quality, u32)> {
    GRADES.into_iter().zip(counts.iter().copied()).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(up: [u32; 7]) -> QualitySummary {
        let stats = QualityStats {
            up,
            ..QualityStats::default()
        };
        stats.summary(&Accid::parse("bob").unwrap())
    }

    #[test]
    fn median_is_the_middle_of_what_is_known() {
        assert_eq!(summary([9, 0, 0, 0, 0, 0, 0]).median_up, Quality::Unknown);
        assert_eq!(summary([9, 3, 1, 1, 0, 0, 0]).median_up, Quality::Excellent);
        assert_eq!(summary([0, 1, 1, 1, 0, 0, 0]).median_up, Quality::Good);
        assert_eq!(summary([0, 1, 0, 0, 0, 5, 0]).median_up, Quality::VeryBad);
    }

    #[test]
    fn worst_is_the_worst_that_was_reported() {
        assert_eq!(summary([9, 0, 0, 0, 0, 0, 0]).worst_up, Quality::Unknown);
        assert_eq!(summary([0, 9, 0, 1, 0, 0, 0]).worst_up, Quality::Poor);
        assert_eq!(summary([0, 9, 0, 1, 0, 0, 1]).worst_up, Quality::Down);
    }
}

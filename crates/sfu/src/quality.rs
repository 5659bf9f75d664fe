//! Network quality on the reference's scale, from loss and round trip.

use hullo_protocol::{Quality, Uid};

/// How well one participant is connected.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityReport {
    /// Whose.
    pub uid: Uid,
    /// From it to here.
    pub up: Quality,
    /// From here to it.
    pub down: Quality,
    /// Round trip in milliseconds, once known.
    pub rtt_ms: Option<u32>,
    /// Lost on the way here, per thousand packets, once known.
    pub loss_up_permille: Option<u32>,
    /// Lost on the way there, per thousand packets, once known.
    pub loss_down_permille: Option<u32>,
}

/// What a path was measured to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path {
    pub(crate) loss: Option<f32>,
    pub(crate) rtt_ms: Option<u32>,
}

/// Bounds of the grades: loss in per cent and round trip in ms that are still within each.
const GRADES: [(Quality, f32, u32); 4] = [
    (Quality::Excellent, 1.0, 150),
    (Quality::Good, 3.0, 300),
    (Quality::Poor, 8.0, 500),
    (Quality::Bad, 20.0, 1_000),
];

impl Path {
    pub(crate) fn grade(self) -> Quality {
        if self.loss.is_none() && self.rtt_ms.is_none() {
            return Quality::Unknown;
        }
        let loss = self.loss.unwrap_or(0.0) * 100.0;
        let rtt = self.rtt_ms.unwrap_or(0);
        let within = GRADES
            .iter()
            .find(|(_, loss_max, rtt_max)| loss <= *loss_max && rtt <= *rtt_max);
        within.map_or(Quality::VeryBad, |(quality, ..)| *quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(loss: Option<f32>, rtt_ms: Option<u32>) -> Quality {
        Path { loss, rtt_ms }.grade()
    }

    #[test]
    fn the_worse_of_loss_and_round_trip_decides() {
        assert_eq!(grade(None, None), Quality::Unknown);
        assert_eq!(grade(Some(0.0), Some(20)), Quality::Excellent);
        assert_eq!(grade(Some(0.02), Some(20)), Quality::Good);
        assert_eq!(grade(Some(0.0), Some(400)), Quality::Poor);
        assert_eq!(grade(Some(0.15), None), Quality::Bad);
        assert_eq!(grade(Some(0.5), Some(20)), Quality::VeryBad);
    }
}

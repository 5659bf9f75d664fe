//! The world's time, and a device's clock, which is wrong and runs a little too fast or too slow.

use hullo_core::Time;

/// When every world begins.
pub const START: Time = Time(1_700_000_000_000);

/// How a device's clock differs from the world's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// How far ahead it is when the world begins, in milliseconds.
    pub offset_ms: i64,
    /// How many millionths too fast it runs.
    pub drift_ppm: i64,
}

impl Clock {
    /// What it reads at `now`.
    pub fn read(&self, now: Time) -> Time {
        let since_ms = i64::try_from(now.since(START)).unwrap_or(i64::MAX);
        let drift_ms = since_ms.saturating_mul(self.drift_ppm) / 1_000_000;
        let reading = i64::try_from(now.0).unwrap_or(i64::MAX);
        let reading = reading
            .saturating_add(drift_ms)
            .saturating_add(self.offset_ms);
        Time(u64::try_from(reading).unwrap_or(0))
    }

    /// When it reads `reading`, or has just passed it.
    pub fn when(&self, reading: Time) -> Time {
        let reading_at_start = self.read(START);
        let ran_ms = reading.since(reading_at_start);
        // A clock that runs `p` millionths too fast reads `n` milliseconds after about `n - n * p / 10^6` of them.
        let drift_ms = i64::try_from(ran_ms).unwrap_or(i64::MAX) / 1_000_000 * self.drift_ppm;
        let near = ran_ms.saturating_add_signed(-drift_ms).saturating_sub(2);
        let mut now = START.plus_ms(near.saturating_sub(near / 1_000));
        // The estimate is a little early; the difference is at most a thousandth.
        let mut step = (near / 1_000).max(4);
        while step > 0 {
            if self.read(now.plus_ms(step)) < reading {
                now = now.plus_ms(step);
            } else {
                step /= 2;
            }
        }
        if self.read(now) < reading {
            now = now.plus_ms(1);
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadline_is_met_in_the_first_millisecond_in_which_the_clock_reads_it() {
        for offset_ms in [-86_400_000, 0, 3_600_000] {
            for drift_ppm in [-200, 0, 200] {
                let clock = Clock {
                    offset_ms,
                    drift_ppm,
                };
                for after_ms in [0, 1, 999, 5_000, 61_234, 3_600_000] {
                    let reading = clock.read(START).plus_ms(after_ms);
                    let met = clock.when(reading);
                    assert!(clock.read(met) >= reading, "{clock:?} {after_ms}");
                    let before = Time(met.0 - 1);
                    assert!(
                        met == START || clock.read(before) < reading,
                        "{clock:?} {after_ms}"
                    );
                }
            }
        }
    }
}

//! Time as both machines see it.

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, by a clock that never steps back.
///
/// The server takes the wall clock once at its start and counts on monotonically, so that neither machine ever sees the
/// wall clock jump; deadlines that are stored stay meaningful after a restart.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub u64);

impl Time {
    /// This many milliseconds later.
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This many milliseconds earlier, but not before the epoch.
    pub const fn minus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// Milliseconds from `earlier` to here; 0 when `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

//! SQLite's integers are signed. Times and counters of ours stay far below 2^63.

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The numbers of an app's records (`records.seq`): greater than the first, at most the second.
pub(super) fn records_of(app: i64) -> (i64, i64) {
    const EACH: i64 = 1 << 40;
    (app * EACH, app * EACH + (EACH - 1))
}

pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

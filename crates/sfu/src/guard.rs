//! The wall between str0m and everybody but the peer it works for.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// str0m fails fast by panic; a panic is an error of that peer alone.
pub(crate) fn guarded<T, E: std::fmt::Display>(
    f: impl FnOnce() -> Result<T, E>,
) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("str0m panicked".into()),
    }
}

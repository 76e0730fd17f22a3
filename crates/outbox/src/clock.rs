//! Time as a store counts it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, by the clock that all users of an outbox share; or a number of milliseconds.
pub type Millis = i64;

/// A duration in milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> Millis {
    // A quarter, so that the sum of two of them is no overflow.
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}

/// The time of this machine; nothing before 1970.
pub(super) fn of_machine() -> Option<Millis> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().map(millis)
}

//! Time as the processes share it.

/// Milliseconds on a monotonic clock.
pub type Millis = u64;

/// Times have 40 bits, which is 34 years since the machine started.
pub(crate) const MAX_TIME: Millis = (1 << 40) - 1;

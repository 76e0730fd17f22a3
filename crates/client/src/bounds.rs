//! How large an answer may be, and how long the network may be silent.

use std::time::Duration;

/// The longest time that the kernel holds what the other side has not acknowledged, on Linux. Then a request
/// that was given up, by a process that may be gone, can no longer arrive after a newer one.
pub const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// The shortest: two lost packets on a slow link are no dead connection.
pub(crate) const UNACKNOWLEDGED_AT_LEAST: Duration = Duration::from_millis(500);

/// Bytes of a body.
pub(crate) const BODY_LIMIT: usize = 8 << 20;
/// Bytes of a head.
pub(crate) const HEAD_LIMIT: usize = 256 << 10;
/// Lines of a head. Room for them all is made twice for each head, 1xx included, at 32 bytes each. Two arrays of
/// 24 KiB are cheap everywhere; at 1024 lines musl's malloc maps them and unmaps them each time, 22 µs a head
/// instead of 1.4, and a server that floods `100 Continue` held a call for 46 s; at 4096 glibc's asks the kernel.
pub(crate) const HEAD_LINES_LIMIT: usize = 768;

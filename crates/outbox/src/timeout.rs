//! How a store is opened, and how long it takes.

use std::time::{Duration, Instant};

/// How long operations wait, for a server or for another transaction.
#[derive(Clone, Copy, Debug)]
pub enum Timeout {
    /// Each operation by itself, such as one statement.
    Each(Duration),
    /// All of them together.
    Until(Instant),
}

impl Timeout {
    /// How long an operation that begins now may wait.
    #[must_use]
    pub fn left(self) -> Duration {
        match self {
            Self::Each(timeout) => timeout,
            Self::Until(deadline) => deadline.saturating_duration_since(Instant::now()),
        }
    }

    /// When an operation that begins now must end.
    pub(super) fn deadline(self) -> Instant {
        match self {
            Self::Each(timeout) => Instant::now() + timeout,
            Self::Until(deadline) => deadline,
        }
    }
}

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Of opening it, and of all operations until [`Store::set_timeout`](super::store::Store::set_timeout).
    pub timeout: Timeout,
    /// Whether to create an outbox that does not exist yet.
    pub create: bool,
}

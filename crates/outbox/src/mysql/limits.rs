//! The limits of a session on the server's side.
//!
//! The server must give up before the connection does, or the error would not name the lock, and a
//! statement that nobody waits for would keep its thread: behind LOCK TABLES for a day.

use std::fmt;
use std::time::Duration;

/// A shorter timeout would end before a healthy server responds.
pub(super) const SHORTEST: Duration = Duration::from_millis(100);

/// In whole seconds, as the server takes them, so that they seldom change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Limits {
    seconds: u64,
}

impl Limits {
    /// For statements that may take `timeout`.
    pub(super) fn within(timeout: Duration) -> Self {
        Self {
            seconds: timeout.as_secs().saturating_add(1).min(1_000_000),
        }
    }

    /// How long a statement waits for a lock.
    pub(super) fn lock_wait(self) -> Duration {
        Duration::from_secs((self.seconds / 2).clamp(1, 50))
    }
}

/// The statement that sets them.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lock_wait = self.lock_wait().as_secs();
        let seconds = self.seconds;
        // MariaDB reads the first comment as a setting, MySQL the second.
        write!(
            f,
            "SET SESSION innodb_lock_wait_timeout = {lock_wait}, lock_wait_timeout = {lock_wait} \
             /*M! , max_statement_time = {seconds} */ /*!80000 , max_execution_time = {seconds}000 */"
        )
    }
}

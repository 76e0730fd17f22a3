//! Whether to log that nothing empties an outbox: `deferred` calls succeed without a worker, too.
//!
//! Looking costs a query, so a process looks once a minute, and it logs once an hour. The times are not
//! shared: each process of a pool logs.

use std::time::{Duration, Instant};

/// The age of a pending record from which on it is logged. The longest delay between two attempts is as
/// long.
const OLD: Duration = Duration::from_secs(15 * 60);

const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
const BETWEEN_LINES: Duration = Duration::from_secs(60 * 60);

/// When one process looks at an outbox again.
#[derive(Default)]
pub struct Backlog {
    next: Option<Instant>,
}

impl Backlog {
    /// Looks when it is time to. `look` gives the age of the oldest pending record. Returns it when it is
    /// to be logged.
    pub fn age_to_log(
        &mut self,
        now: Instant,
        look: impl FnOnce() -> Option<Duration>,
    ) -> Option<Duration> {
        if self.next.is_some_and(|next| now < next) {
            return None;
        }
        let age = look().filter(|age| *age >= OLD);
        let pause = if age.is_some() {
            BETWEEN_LINES
        } else {
            BETWEEN_LOOKS
        };
        self.next = Some(now + pause);
        age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_once_a_minute_and_logs_once_an_hour() {
        let mut backlog = Backlog::default();
        let begun = Instant::now();
        let mut looks = Vec::new();
        let mut lines = Vec::new();
        for second in 0..3 * 60 * 60 {
            let now = begun + Duration::from_secs(second);
            let age = Duration::from_secs(second);
            let to_log = backlog.age_to_log(now, || {
                looks.push(second);
                Some(age)
            });
            if let Some(logged) = to_log {
                assert_eq!(logged, age);
                lines.push(second);
            }
        }
        assert_eq!(lines, [900, 4_500, 8_100]);
        let until_old: Vec<u64> = (0..=15).map(|minute| minute * 60).collect();
        assert_eq!(looks, [until_old, vec![4_500, 8_100]].concat());
    }

    #[test]
    fn an_empty_outbox_is_not_logged() {
        let mut backlog = Backlog::default();
        assert_eq!(backlog.age_to_log(Instant::now(), || None), None);
    }
}

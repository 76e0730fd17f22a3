//! Whether an endpoint, or a key pair, is worth trying.
//!
//! It counts as down after two failures of different orders with no success between them, or when it
//! asks to be left alone (`Retry-After`). One order that fails again and again is not enough: its own
//! delay holds it back, and others must not wait for it. While the gate is down one record at a time
//! goes out, a probe, after delays that double as those of a record do; the first answer that says
//! otherwise opens it.

use super::retry::Policy;
use super::store::Millis;

/// How many different orders must fail.
const LIMIT: u32 = 2;

/// The longest delay between two probes: what is kept for a long time comes soon after the end.
const LONGEST: Millis = 60_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Circuit {
    /// Failures without a success since; while it is down, of probes alone.
    pub failures: u32,
    /// The order that failed last, to tell one from several.
    pub order: i64,
    /// While it is down: when the next record may go out. 0 while it is up.
    pub due: Millis,
}

/// What an attempt has shown of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    Up,
    /// With the time it asked to be left alone.
    Down {
        retry_after: Option<Millis>,
    },
    /// The attempt did not get that far.
    Nothing,
}

/// An attempt, as far as a gate asks about it.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    pub shown: Shown,
    /// It was the one that may go out while the gate is down.
    pub probe: bool,
    pub order: i64,
    /// From 0 to 1.
    pub jitter: f64,
}

impl Circuit {
    #[must_use]
    pub fn is_down(self) -> bool {
        self.due != 0
    }

    /// After an attempt.
    #[must_use]
    pub fn after(self, seen: Observed, policy: &Policy, now: Millis) -> Self {
        match seen.shown {
            Shown::Up => Self::default(),
            // The probe's turn is the next one's.
            Shown::Nothing if seen.probe && self.is_down() => Self { due: now, ..self },
            Shown::Nothing => self,
            Shown::Down { retry_after } => self.failed(seen, retry_after, policy, now),
        }
    }

    fn failed(
        self,
        seen: Observed,
        retry_after: Option<Millis>,
        policy: &Policy,
        now: Millis,
    ) -> Self {
        // What was under way when it went down says nothing new.
        let counts = if self.is_down() {
            seen.probe
        } else {
            self.failures == 0 || self.order != seen.order
        };
        let failures = self.failures.saturating_add(u32::from(counts));
        let mut due = if self.is_down() && seen.probe {
            now
        } else {
            self.due
        };
        if counts && failures >= LIMIT {
            let policy = Policy {
                longest: policy.longest.min(LONGEST),
                ..*policy
            };
            due = due.max(now + policy.delay(failures - 1, seen.jitter));
        }
        if let Some(delay) = retry_after
            && delay > 0
        {
            due = due.max(now + delay);
        }
        Self {
            failures,
            order: seen.order,
            due,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 10_000;

    fn fail(gate: Circuit, order: i64, probe: bool, retry_after: Option<Millis>) -> Circuit {
        let seen = Observed {
            shown: Shown::Down { retry_after },
            probe,
            order,
            jitter: 1.0,
        };
        gate.after(seen, &Policy::default(), NOW)
    }

    fn down() -> Circuit {
        fail(fail(Circuit::default(), 1, false, None), 2, false, None)
    }

    #[test]
    fn one_order_alone_does_not_close_it() {
        let mut gate = Circuit::default();
        for _ in 0..100 {
            gate = fail(gate, 7, false, None);
            assert!(!gate.is_down());
        }
        assert_eq!(fail(gate, 8, false, None).due, NOW + 1_000);
    }

    #[test]
    fn probes_come_at_doubling_delays_of_a_minute_at_most() {
        let mut gate = down();
        let mut delays = Vec::new();
        for _ in 0..8 {
            delays.push(gate.due - NOW);
            gate = fail(gate, 2, true, None);
        }
        assert_eq!(
            delays,
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
        );
    }

    #[test]
    fn what_was_under_way_when_it_went_down_says_nothing_new() {
        let gate = down();
        for order in 3..100 {
            assert_eq!(fail(gate, order, false, None).due, gate.due);
        }
    }

    #[test]
    fn it_leaves_alone_who_asks_for_it() {
        let gate = fail(Circuit::default(), 1, false, Some(30_000));
        assert_eq!(gate.due, NOW + 30_000);
        // Another answer does not shorten it.
        assert_eq!(fail(gate, 2, false, Some(5_000)).due, NOW + 30_000);
    }

    #[test]
    fn a_success_opens_it_and_a_probe_that_was_not_made_leaves_its_turn() {
        let seen = |shown| Observed {
            shown,
            probe: true,
            order: 1,
            jitter: 0.0,
        };
        let policy = Policy::default();
        let gate = Circuit {
            due: 99_000,
            ..down()
        };
        assert!(!gate.after(seen(Shown::Up), &policy, NOW).is_down());
        assert_eq!(gate.after(seen(Shown::Nothing), &policy, NOW).due, NOW);
    }
}

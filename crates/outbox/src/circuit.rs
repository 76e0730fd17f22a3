//! Whether an endpoint, or a key pair, is worth trying.
//!
//! ```text
//!             two orders fail, or five are refused, with no
//!             success between them, or Retry-After       `due` has come
//!   closed ───────────────────────────────────► open ────────────────────► half-open
//!     ▲                                           ▲                         │      │
//!     │                                           └── the probe fails ──────┘      │
//!     └────────────────── any attempt succeeds ────────────────────────────────────┘
//! ```
//!
//! An endpoint that refuses five different orders and accepts none between them is suspect: a bad
//! deployment there answers 422 to all. Those five stay refused, and so does each probe that is refused.
//!
//! One order that fails again and again does not open a circuit: its own delay holds it back, and others
//! must not wait for it. Half-open, one record goes out: the probe. The delays between probes double as
//! those between the attempts of a record do.

use super::clock::Millis;
use super::retry::Policy;

/// How many failures of different orders open a circuit.
const LIMIT: u32 = 2;

/// How many refusals of different orders make an endpoint suspect, and open its circuit.
const SUSPECT: u32 = 5;

/// Longest time that `Retry-After` holds a circuit open: it may be a mistake, or meant for one order.
const LONGEST_RETRY_AFTER: Millis = 5 * 60_000;

/// Longest delay between probes, so that a backlog starts to drain within a minute of recovery.
const LONGEST: Millis = 60_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Circuit {
    /// Failures and refusals since the last success; while the circuit is open, of probes alone.
    pub failures: u32,
    /// The order that failed last, to tell one order from several.
    pub failed_order: i64,
    /// When the next probe may go out; 0 while the circuit is closed.
    pub due: Millis,
}

/// The result of an attempt for an endpoint or a key pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    Success,
    Failure {
        /// The delay that the answer asked for.
        retry_after: Option<Millis>,
    },
    /// The order was refused, by an endpoint that may refuse them all.
    Refusal,
    /// The attempt did not get that far.
    None,
}

/// An attempt, as far as it concerns a circuit.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    pub signal: Signal,
    /// The attempt was the probe of the open circuit.
    pub probe: bool,
    pub order: i64,
    /// From 0 to 1.
    pub jitter: f64,
}

impl Circuit {
    /// Open or half-open.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.due != 0
    }

    /// The circuit after an attempt.
    #[must_use]
    pub fn after(self, observation: Observation, policy: &Policy, now: Millis) -> Self {
        match observation.signal {
            Signal::Success => Self::default(),
            // The next record may be the probe at once.
            Signal::None if observation.probe && self.is_open() => Self { due: now, ..self },
            Signal::None => self,
            Signal::Failure { retry_after } => {
                self.failed(observation, LIMIT, retry_after, policy, now)
            }
            Signal::Refusal => self.failed(observation, SUSPECT, None, policy, now),
        }
    }

    fn failed(
        self,
        observation: Observation,
        limit: u32,
        retry_after: Option<Millis>,
        policy: &Policy,
        now: Millis,
    ) -> Self {
        // Attempts that were under way when the circuit opened say nothing new.
        let counts = if self.is_open() {
            observation.probe
        } else {
            self.failures == 0 || self.failed_order != observation.order
        };
        let failures = self.failures.saturating_add(u32::from(counts));
        let mut due = if self.is_open() && observation.probe {
            now
        } else {
            self.due
        };
        if counts && (self.is_open() || failures >= limit) {
            let policy = Policy {
                longest: policy.longest.min(LONGEST),
                ..*policy
            };
            due = due.max(now + policy.delay(failures.saturating_sub(1), observation.jitter));
        }
        if let Some(delay) = retry_after
            && delay > 0
        {
            due = due.max(now + delay.min(LONGEST_RETRY_AFTER));
        }
        Self {
            failures,
            failed_order: observation.order,
            due,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 10_000;

    fn fail(circuit: Circuit, order: i64, probe: bool, retry_after: Option<Millis>) -> Circuit {
        let observation = Observation {
            signal: Signal::Failure { retry_after },
            probe,
            order,
            jitter: 1.0,
        };
        circuit.after(observation, &Policy::default(), NOW)
    }

    fn open() -> Circuit {
        fail(fail(Circuit::default(), 1, false, None), 2, false, None)
    }

    #[test]
    fn one_order_alone_does_not_open_it() {
        let mut circuit = Circuit::default();
        for _ in 0..100 {
            circuit = fail(circuit, 7, false, None);
            assert!(!circuit.is_open());
        }
        assert_eq!(fail(circuit, 8, false, None).due, NOW + 1_000);
    }

    #[test]
    fn probes_come_at_doubling_delays_of_a_minute_at_most() {
        let mut circuit = open();
        let mut delays = Vec::new();
        for _ in 0..8 {
            delays.push(circuit.due - NOW);
            circuit = fail(circuit, 2, true, None);
        }
        assert_eq!(
            delays,
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
        );
    }

    #[test]
    fn attempts_under_way_when_it_opened_say_nothing_new() {
        let circuit = open();
        for order in 3..100 {
            assert_eq!(fail(circuit, order, false, None).due, circuit.due);
        }
    }

    #[test]
    fn retry_after_opens_it_for_that_long() {
        let circuit = fail(Circuit::default(), 1, false, Some(30_000));
        assert_eq!(circuit.due, NOW + 30_000);
        // Another answer does not shorten it.
        assert_eq!(fail(circuit, 2, false, Some(5_000)).due, NOW + 30_000);
    }

    #[test]
    fn retry_after_does_not_put_a_probe_off_for_a_day() {
        let circuit = fail(Circuit::default(), 1, false, Some(86_400_000));
        assert_eq!(circuit.due, NOW + 300_000);
    }

    #[test]
    fn five_refused_orders_in_a_row_make_an_endpoint_suspect() {
        let refuse = |circuit: Circuit, order, probe| {
            let observation = Observation {
                signal: Signal::Refusal,
                probe,
                order,
                jitter: 1.0,
            };
            circuit.after(observation, &Policy::default(), NOW)
        };
        let mut circuit = Circuit::default();
        for order in [1, 2, 3, 4, 4, 4] {
            circuit = refuse(circuit, order, false);
            assert!(!circuit.is_open());
        }
        circuit = refuse(circuit, 5, false);
        assert!(circuit.is_open());
        // A refused probe proves nothing.
        assert!(refuse(circuit, 6, true).due > circuit.due);
    }

    #[test]
    fn a_success_closes_it_and_a_probe_that_was_not_sent_makes_room_for_the_next() {
        let probe = |signal| Observation {
            signal,
            probe: true,
            order: 1,
            jitter: 0.0,
        };
        let policy = Policy::default();
        let circuit = Circuit {
            due: 99_000,
            ..open()
        };
        let after = |signal| circuit.after(probe(signal), &policy, NOW);
        assert!(!after(Signal::Success).is_open());
        assert_eq!(after(Signal::None).due, NOW);
    }
}

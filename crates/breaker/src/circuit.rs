//! Whether an endpoint is worth an attempt: the pure part.
//!
//! A circuit is 64 bits, so that a compare-exchange applies [`Circuit::after`].

use crate::clock::{MAX_TIME, Millis};
use crate::crowd::{Crowd, LATE};

/// How many endpoint failures in a row open a circuit.
const LIMIT: u8 = 2;

/// A failure that took longer counts where there is no outbox. A quicker one, such as a refused
/// connection, costs the pool nothing, and the next attempt may be the one that arrives.
const SLOW: Millis = 1_000;

/// The first hold-off; it doubles with each probe that fails.
const FIRST_HOLD_OFF: Millis = 1_000;

/// Longest hold-off with an outbox, so that deliveries start within a minute of recovery.
pub(crate) const LONGEST_HOLD_OFF: Millis = 60_000;

/// Longest hold-off without an outbox, where each call that is held back is an order lost.
const LONGEST_HOLD_OFF_WITHOUT_OUTBOX: Millis = 10_000;

const MAX_FAILED_PROBES: u8 = 15;

/// The circuit of an endpoint. The default is closed.
///
/// With an outbox and without one, the same circuit may be open or closed: slow failures alone open it
/// for calls without an outbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Circuit {
    /// Endpoint failures in a row, up to [`LIMIT`].
    failures: u8,
    /// Those of the last failures in a row that were slow, up to [`LIMIT`].
    slow_failures: u8,
    /// Probes that failed since the circuit opened, up to [`MAX_FAILED_PROBES`].
    failed_probes: u8,
    /// Closed: when it closed. Open: when it opened or the last probe failed. Half-open: when the probe
    /// in flight started; 0 while there is none.
    changed: Millis,
    /// The slot of the process whose attempt is the probe.
    probe: Option<u16>,
}

/// A probe, told from an earlier one of the same process by when it started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Probe {
    /// The slot of its process.
    pub(crate) slot: u16,
    pub(crate) started: Millis,
}

impl Probe {
    /// The process has no slot, or its slot has an outer call.
    pub(crate) const NO_SLOT: u16 = u16::MAX - 1;
}

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    Try,
    /// The attempt is the probe of the circuit, if no other call becomes it first.
    Probe,
    /// The circuit is open or half-open.
    Hold {
        until: Millis,
    },
    /// The circuit is closed, and calls that wait hold a share of the pool.
    HoldCrowded {
        until: Millis,
    },
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The endpoint responded: it took the order, or refused it or its keys.
    Answered,
    /// The failure's scope is the endpoint.
    EndpointFailed,
    /// The attempt says nothing about the endpoint: it was never made.
    Unknown,
}

/// An attempt that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observation {
    pub(crate) end: End,
    pub(crate) started: Millis,
    /// The attempt was this probe.
    pub(crate) probe: Option<Probe>,
}

impl Circuit {
    /// Open or half-open.
    pub(crate) fn is_open(self, with_outbox: bool) -> bool {
        let failures = if with_outbox {
            self.failures
        } else {
            self.slow_failures
        };
        failures >= LIMIT
    }

    /// When the hold-off ends and one call probes.
    pub(crate) fn due(self, with_outbox: bool) -> Millis {
        let longest = if with_outbox {
            LONGEST_HOLD_OFF
        } else {
            LONGEST_HOLD_OFF_WITHOUT_OUTBOX
        };
        self.changed + (FIRST_HOLD_OFF << self.failed_probes).min(longest)
    }

    /// The probe in flight.
    pub(crate) fn probe(self) -> Option<Probe> {
        let started = self.changed;
        self.probe.map(|slot| Probe { slot, started })
    }

    /// Decides a call. `probe_lost`: the process of the probe in flight is dead, or the probe too old.
    pub(crate) fn decide(
        self,
        crowd: &Crowd,
        probe_lost: bool,
        with_outbox: bool,
        now: Millis,
    ) -> Decision {
        if !self.is_open(with_outbox) {
            return if crowd.holds_back(with_outbox) {
                Decision::HoldCrowded { until: now + LATE }
            } else {
                Decision::Try
            };
        }
        let due = self.due(with_outbox);
        match self.probe {
            // It ends soon; when, its process alone knows.
            Some(_) if !probe_lost => Decision::Hold {
                until: now + FIRST_HOLD_OFF,
            },
            None if now < due => Decision::Hold { until: due },
            _ => Decision::Probe,
        }
    }

    /// The circuit with a probe in flight.
    pub(crate) fn probed_by(self, probe: Probe) -> Self {
        Self {
            changed: probe.started,
            probe: Some(probe.slot),
            ..self
        }
    }

    /// The circuit after an attempt.
    pub(crate) fn after(self, observation: Observation, now: Millis) -> Self {
        let is_probe = observation.probe.is_some() && observation.probe == self.probe();
        match observation.end {
            End::Answered => Self {
                changed: if self.is_open(true) {
                    now
                } else {
                    self.changed
                },
                ..Self::default()
            },
            // The next call may be the probe at once.
            End::Unknown if is_probe => Self {
                changed: 0,
                probe: None,
                ..self
            },
            End::Unknown => self,
            End::EndpointFailed => {
                let slow = now.saturating_sub(observation.started) > SLOW;
                if is_probe {
                    self.after_failed_probe(slow, now)
                } else {
                    self.after_failure(observation.started, slow, now)
                }
            }
        }
    }

    /// Quick or slow, a probe that fails prolongs the outage.
    fn after_failed_probe(self, slow: bool, now: Millis) -> Self {
        Self {
            slow_failures: (self.slow_failures + u8::from(slow)).min(LIMIT),
            failed_probes: (self.failed_probes + 1).min(MAX_FAILED_PROBES),
            changed: now,
            probe: None,
            ..self
        }
    }

    fn after_failure(self, started: Millis, slow: bool, now: Millis) -> Self {
        // Attempts that were in flight when the circuit opened or closed say nothing new.
        if self.is_open(false) || (!self.is_open(true) && started < self.changed) {
            return self;
        }
        let after = Self {
            failures: (self.failures + 1).min(LIMIT),
            slow_failures: if slow { self.slow_failures + 1 } else { 0 },
            ..self
        };
        let opens = [true, false]
            .into_iter()
            .any(|outbox| after.is_open(outbox) && !self.is_open(outbox));
        // A probe in flight, of a call with an outbox, is the probe of those without one, too.
        if !opens || self.probe.is_some() {
            return after;
        }
        Self {
            failed_probes: 0,
            changed: now,
            ..after
        }
    }

    /// The circuit as 64 bits: zero for one that has always been closed.
    pub(crate) fn to_bits(self) -> u64 {
        let probe = self.probe.map_or(0, |slot| slot + 1);
        (self.changed & MAX_TIME) << 24
            | u64::from(probe) << 8
            | u64::from(self.failed_probes) << 4
            | u64::from(self.slow_failures) << 2
            | u64::from(self.failures)
    }

    pub(crate) fn from_bits(bits: u64) -> Self {
        let [.., low] = bits.to_be_bytes();
        let [.., high, middle, _] = bits.to_be_bytes();
        Self {
            failures: low & 3,
            slow_failures: low >> 2 & 3,
            failed_probes: low >> 4,
            changed: bits >> 24,
            probe: u16::from_be_bytes([high, middle]).checked_sub(1),
        }
    }
}

#[cfg(test)]
mod tests;

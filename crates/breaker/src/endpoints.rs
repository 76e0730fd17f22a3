//! The endpoints of a page, and what is known of each.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use crate::circuit::{Circuit, End, Observation};
use crate::clock::Millis;
use crate::crowd;

/// Endpoints with a circuit. Calls to further ones are never held back.
const ENDPOINTS: usize = 16;

/// An endpoint without calls for so long may give its place to another one.
const UNUSED: Millis = 10 * 60_000;

#[repr(C)]
pub(crate) struct Endpoints([Endpoint; ENDPOINTS]);

#[repr(C)]
pub(crate) struct Endpoint {
    /// A hash of scheme, host and port; 0 for none.
    origin: AtomicU64,
    circuit: AtomicU64,
    /// Advisory: when the circuit opened.
    pub(crate) since: AtomicU64,
    /// Advisory: how long a recent response took, and when the last one arrived.
    pub(crate) response_time: AtomicU64,
    pub(crate) answered: AtomicU64,
    /// Advisory: when the last call began or ended.
    pub(crate) used: AtomicU64,
}

/// A change for the log: a circuit opens and closes once, however many calls there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transition {
    Opened { until: Millis },
    Closed { since: Millis },
}

impl Endpoint {
    const fn new() -> Self {
        Self {
            origin: AtomicU64::new(0),
            circuit: AtomicU64::new(0),
            since: AtomicU64::new(0),
            response_time: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }
    }

    pub(crate) fn is_of(&self, origin: u64) -> bool {
        self.origin.load(Acquire) == key(origin)
    }

    pub(crate) fn circuit(&self) -> Circuit {
        Circuit::from_bits(self.circuit.load(Acquire))
    }

    /// Sets the circuit unless another process has changed it.
    pub(crate) fn exchange(&self, before: Circuit, after: Circuit) -> bool {
        before == after
            || self
                .circuit
                .compare_exchange(before.to_bits(), after.to_bits(), AcqRel, Acquire)
                .is_ok()
    }

    /// The end of an attempt. The transition is one of the circuit as such calls see it.
    pub(crate) fn observe(
        &self,
        observation: Observation,
        with_outbox: bool,
        now: Millis,
    ) -> Option<Transition> {
        let (before, after) = loop {
            let before = self.circuit();
            let after = before.after(observation, now);
            if self.exchange(before, after) {
                break (before, after);
            }
        };
        if observation.end == End::Answered {
            let elapsed = now.saturating_sub(observation.started);
            let before = self.response_time.load(Relaxed);
            let after = crowd::response_time(before, elapsed);
            self.response_time.store(after, Relaxed);
            self.answered.store(now, Relaxed);
        }
        match (before.is_open(with_outbox), after.is_open(with_outbox)) {
            (false, true) => {
                self.since.store(now, Relaxed);
                // The responses before an outage say nothing about those after it.
                self.response_time.store(0, Relaxed);
                let until = after.due(with_outbox);
                Some(Transition::Opened { until })
            }
            (true, false) => {
                let since = self.since.load(Relaxed);
                Some(Transition::Closed { since })
            }
            _ => None,
        }
    }
}

impl Endpoints {
    pub(crate) const fn new() -> Self {
        Self([const { Endpoint::new() }; ENDPOINTS])
    }

    pub(crate) fn get(&self, index: u8) -> Option<&Endpoint> {
        self.0.get(usize::from(index))
    }

    pub(crate) fn find(&self, origin: u64) -> Option<(u8, &Endpoint)> {
        (0..)
            .zip(&self.0)
            .find(|(_, endpoint)| endpoint.is_of(origin))
    }

    /// The endpoint's place, the first free one, or that of the endpoint unused for longest.
    pub(crate) fn find_or_claim(&self, origin: u64, now: Millis) -> Option<(u8, &Endpoint)> {
        if let Some(found) = self.find(origin) {
            return Some(found);
        }
        // A place is never free again, so two processes with the same origin come to the same place.
        for (index, endpoint) in (0..).zip(&self.0) {
            let word = &endpoint.origin;
            match word.compare_exchange(0, key(origin), AcqRel, Acquire) {
                Ok(_) => return Some((index, endpoint)),
                Err(taken) if taken == key(origin) => return Some((index, endpoint)),
                Err(_) => {}
            }
        }
        let oldest = self
            .0
            .iter()
            .min_by_key(|endpoint| endpoint.used.load(Relaxed))?;
        let other = oldest.origin.load(Acquire);
        if now.saturating_sub(oldest.used.load(Relaxed)) < UNUSED {
            return None;
        }
        oldest.used.store(now, Relaxed);
        oldest.circuit.store(0, Release);
        oldest.response_time.store(0, Relaxed);
        let _ = oldest
            .origin
            .compare_exchange(other, key(origin), AcqRel, Acquire);
        // Another process may have put the origin into another place meanwhile: the first one counts.
        self.find(origin)
    }
}

/// The word of an origin: 0 is free.
fn key(origin: u64) -> u64 {
    origin.max(1)
}

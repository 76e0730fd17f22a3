//! The memory that the processes share.
//!
//! Each word is written by a compare-exchange or is advisory, and no word depends on another one for its
//! validity. A process that is killed between two of them leaves at most a call in flight, which its death
//! or its age ends.

use std::sync::atomic::Ordering::Relaxed;

use crate::circuit::{Circuit, Decision, End, LONGEST_HOLD_OFF, Observation, Probe};
use crate::clock::Millis;
use crate::crowd::{Crowd, LATE};
use crate::endpoints::{Endpoints, Transition};
use crate::processes::{InFlight, Process, Processes};

/// The memory that the processes of a server share. It is valid when all bytes are zero.
#[repr(C)]
pub struct Page {
    endpoints: Endpoints,
    processes: Processes,
}

/// A call that asks whether it may try.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// A hash of the endpoint's scheme, host and port.
    pub origin: u64,
    pub process: Process,
    /// How long the attempt may take.
    pub limit: Millis,
    /// An outbox keeps the order when the call is held back.
    pub with_outbox: bool,
    /// The response has left, and the outbox keeps the order: the attempt must not take the last process of
    /// the pool from the next page.
    pub spares_last_process: bool,
}

/// The answer to a call.
#[derive(Debug)]
pub enum Entry {
    /// Send, then give the pass back to [`Page::leave`].
    Try(Pass),
    Held(Held),
}

/// An attempt in flight. One that is never given back ends by the death of its process or by its age.
#[derive(Debug)]
#[must_use]
pub struct Pass {
    origin: u64,
    with_outbox: bool,
    call: InFlight,
    /// Where the call is recorded.
    slot: Option<u16>,
    probe: Option<Probe>,
}

impl Pass {
    /// The attempt is the probe of a half-open circuit.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.probe.is_some()
    }
}

/// Why a call is held back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Any state but closed.
    pub state: State,
    /// When the circuit opened, or the oldest call in flight started.
    pub since: Millis,
    /// When another call may try, at the earliest.
    pub until: Millis,
    /// The circuit opened just now, because processes were killed while they waited.
    pub opened: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Closed,
    Crowded,
    Open,
    HalfOpen,
}

/// The state of an endpoint, to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View {
    pub state: State,
    /// When the circuit opened, or the oldest call in flight of a crowd started.
    pub since: Option<Millis>,
    /// When the next probe is due; only while the circuit is open.
    pub until: Option<Millis>,
    /// The processes of the pool, and its calls in flight.
    pub crowd: Crowd,
}

impl Default for Page {
    fn default() -> Self {
        Self::new()
    }
}

impl Page {
    #[must_use]
    pub const fn new() -> Self {
        Self {
            endpoints: Endpoints::new(),
            processes: Processes::new(),
        }
    }

    /// Registers a process, once, before its first request. The size of a pool is the number of its
    /// processes that live.
    pub fn start(&self, process: Process, is_alive: impl Fn(u32) -> bool) {
        self.processes.started(process, &is_alive);
    }

    /// Whether a call may try. It may be made inside another call.
    pub fn enter(&self, call: &Call, now: Millis, is_alive: impl Fn(u32) -> bool) -> Entry {
        let mut pass = Pass {
            origin: call.origin,
            with_outbox: call.with_outbox,
            call: InFlight {
                started: now,
                limit: call.limit,
                circuit: 0,
            },
            slot: None,
            probe: None,
        };
        let Some((index, endpoint)) = self.endpoints.find_or_claim(call.origin, now) else {
            return Entry::Try(pass);
        };
        endpoint.used.store(now, Relaxed);
        pass.call.circuit = index;
        let slot = self.processes.slot(call.process, &is_alive);
        let count = || {
            let response_time = endpoint.response_time.load(Relaxed);
            let counts = |process: Process| process.pool == call.process.pool;
            self.processes.crowd(index, response_time, now, counts)
        };
        let mut crowd = count();
        let mut opened = false;
        if crowd.is_close() {
            opened = self.bury(index, call.with_outbox, now, &is_alive);
            crowd = count();
        }
        loop {
            let mut circuit = endpoint.circuit();
            let mut lost = self.has_lost_probe(circuit, index, now, &is_alive);
            if lost {
                self.bury(index, call.with_outbox, now, &is_alive);
                circuit = endpoint.circuit();
                lost = self.has_lost_probe(circuit, index, now, &is_alive);
            }
            let decision = circuit.decide(&crowd, lost, call.with_outbox, now);
            let (state, since, until) = match decision {
                Decision::Try | Decision::Probe => {
                    // Before the probe is announced: others take a probe that is not in flight for lost.
                    pass.slot = pass
                        .slot
                        .or_else(|| slot.filter(|slot| self.processes.begin(*slot, pass.call)));
                    if decision == Decision::Try {
                        // Counted with this call: of two that come together, both see the other.
                        if !(call.spares_last_process && count().is_full()) {
                            return Entry::Try(pass);
                        }
                        let oldest = crowd.oldest.unwrap_or(now);
                        return self.held(pass, State::Crowded, (oldest, now + LATE), opened);
                    }
                    let probe = Probe {
                        slot: pass.slot.unwrap_or(Probe::NO_SLOT),
                        started: now,
                    };
                    if endpoint.exchange(circuit, circuit.probed_by(probe)) {
                        pass.probe = Some(probe);
                        return Entry::Try(pass);
                    }
                    continue;
                }
                Decision::Hold { until } => {
                    let state = open_state(circuit, call.with_outbox, now);
                    (state, endpoint.since.load(Relaxed), until)
                }
                Decision::HoldCrowded { until } => {
                    (State::Crowded, crowd.oldest.unwrap_or(now), until)
                }
            };
            return self.held(pass, state, (since, until), opened);
        }
    }

    fn held(
        &self,
        pass: Pass,
        state: State,
        (since, until): (Millis, Millis),
        opened: bool,
    ) -> Entry {
        if let Some(slot) = pass.slot {
            self.processes.end(slot, pass.call);
        }
        Entry::Held(Held {
            state,
            since,
            until,
            opened,
        })
    }

    /// Ends an attempt. The transition is one of the circuit as calls like this one see it.
    pub fn leave(&self, pass: Pass, end: End, now: Millis) -> Option<Transition> {
        let Pass { call, probe, .. } = pass;
        let endpoint = self.endpoints.get(call.circuit);
        let transition = endpoint
            .filter(|endpoint| endpoint.is_of(pass.origin))
            .and_then(|endpoint| {
                endpoint.used.store(now, Relaxed);
                let started = call.started;
                let observation = Observation {
                    end,
                    started,
                    probe,
                };
                endpoint.observe(observation, pass.with_outbox, now)
            });
        // Last: others take a probe that is not in flight for lost.
        if let Some(slot) = pass.slot {
            self.processes.end(slot, call);
        }
        transition
    }

    /// The state of an endpoint for the calls of a pool.
    pub fn look(
        &self,
        (origin, pool): (u64, u32),
        with_outbox: bool,
        now: Millis,
        is_alive: impl Fn(u32) -> bool,
    ) -> View {
        let Some((index, endpoint)) = self.endpoints.find(origin) else {
            return View {
                state: State::Closed,
                since: None,
                until: None,
                crowd: Crowd::default(),
            };
        };
        let response_time = endpoint.response_time.load(Relaxed);
        let counts = |process: Process| process.pool == pool && is_alive(process.id);
        let crowd = self.processes.crowd(index, response_time, now, counts);
        let circuit = endpoint.circuit();
        let (state, since) = if circuit.is_open(with_outbox) {
            let since = endpoint.since.load(Relaxed);
            (open_state(circuit, with_outbox, now), Some(since))
        } else if crowd.holds_back(with_outbox) {
            (State::Crowded, crowd.oldest)
        } else {
            (State::Closed, None)
        };
        View {
            state,
            since,
            until: (state == State::Open).then(|| circuit.due(with_outbox)),
            crowd,
        }
    }

    fn has_lost_probe(
        &self,
        circuit: Circuit,
        index: u8,
        now: Millis,
        is_alive: &impl Fn(u32) -> bool,
    ) -> bool {
        circuit.probe().is_some_and(|Probe { slot, started }| {
            if slot == Probe::NO_SLOT {
                return now > started + LONGEST_HOLD_OFF;
            }
            let call = (index, started);
            !self.processes.is_in_flight(slot, call, is_alive, now)
        })
    }

    /// Frees the slots of dead processes. One that was killed while it waited for long, as php-fpm's
    /// `request_terminate_timeout` does, counts as a failure of the endpoint: where that is shorter than the
    /// limit of a call, no attempt would ever end in another way. Returns whether that opened the circuit.
    fn bury(
        &self,
        index: u8,
        with_outbox: bool,
        now: Millis,
        is_alive: &impl Fn(u32) -> bool,
    ) -> bool {
        let mut opened = false;
        self.processes.free_dead(is_alive, now, |slot, call| {
            let Some(endpoint) = self.endpoints.get(call.circuit) else {
                return;
            };
            let started = call.started;
            // When it was killed is not known. A response meanwhile makes an outage unlikely.
            let waited =
                now.saturating_sub(started) > LATE && endpoint.answered.load(Relaxed) <= started;
            let observation = Observation {
                end: if waited {
                    End::EndpointFailed
                } else {
                    End::Unknown
                },
                started,
                probe: Some(Probe { slot, started }),
            };
            let transition = endpoint.observe(observation, with_outbox, now);
            opened |= call.circuit == index && transition.is_some();
        });
        opened
    }
}

fn open_state(circuit: Circuit, with_outbox: bool, now: Millis) -> State {
    if circuit.probe().is_some() || now >= circuit.due(with_outbox) {
        State::HalfOpen
    } else {
        State::Open
    }
}

//! The processes of a server and their calls in flight: one slot for each process.
//!
//! A process has one call in flight, so its slot holds it, and a process that is killed leaves nothing
//! else behind. The slot of a dead process is freed when that matters: when calls seem to hold much of the
//! pool, when the process was the probe, when the table is full, and when the next process has the same id.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

use crate::clock::{MAX_TIME, Millis};
use crate::crowd::Crowd;

/// Slots. A process beyond them is not counted, neither as one of the pool nor as waiting.
const SLOTS: usize = 1_024;

/// Time that a call may take beyond its limit, before its slot counts as left behind. The id of a dead
/// process may belong to a stranger that lives.
const GRACE: Millis = 3_000;

/// A process of the server. With a thread-safe PHP, each thread is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Process {
    /// Not 0.
    pub id: u32,
    /// Two pools under one php-fpm share the memory, but not their processes.
    pub pool: u32,
}

impl Process {
    fn to_bits(self) -> u64 {
        u64::from(self.id) << 32 | u64::from(self.pool)
    }

    fn from_bits(bits: u64) -> Option<Self> {
        let [id, pool] = [bits >> 32, bits & u64::from(u32::MAX)].map(u32::try_from);
        let (Ok(id), Ok(pool)) = (id, pool) else {
            return None;
        };
        (id != 0).then_some(Self { id, pool })
    }
}

/// A call in flight: 40 bits of its start, 19 of its limit in tenths of a second, 5 of its circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct InFlight {
    pub(crate) started: Millis,
    pub(crate) limit: Millis,
    /// Below 31.
    pub(crate) circuit: u8,
}

impl InFlight {
    fn to_bits(self) -> u64 {
        let tenths = self.limit.div_ceil(100).min((1 << 19) - 1);
        (self.started & MAX_TIME) << 24 | tenths << 5 | u64::from(self.circuit + 1)
    }

    fn from_bits(bits: u64) -> Option<Self> {
        let circuit = u8::try_from(bits & 31).ok()?.checked_sub(1)?;
        Some(Self {
            started: bits >> 24,
            limit: (bits >> 5 & ((1 << 19) - 1)) * 100,
            circuit,
        })
    }

    fn is_left_behind(self, now: Millis) -> bool {
        now > self.started + self.limit + GRACE
    }
}

/// A process and its call in flight, each 0 for none.
#[repr(C)]
struct Slot {
    process: AtomicU64,
    call: AtomicU64,
}

impl Slot {
    const fn new() -> Self {
        Self {
            process: AtomicU64::new(0),
            call: AtomicU64::new(0),
        }
    }

    fn process(&self) -> Option<Process> {
        Process::from_bits(self.process.load(Acquire))
    }

    fn call(&self, now: Millis) -> Option<InFlight> {
        let call = InFlight::from_bits(self.call.load(Acquire))?;
        (!call.is_left_behind(now)).then_some(call)
    }

    /// Whether this process has freed the slot; another one may be quicker.
    fn free_if(&self, is_dead: impl Fn(Process) -> bool) -> bool {
        let bits = self.process.load(Acquire);
        Process::from_bits(bits).is_some_and(is_dead)
            && self
                .process
                .compare_exchange(bits, 0, AcqRel, Acquire)
                .is_ok()
    }
}

#[repr(C)]
pub(crate) struct Processes {
    /// Slots in use lie below.
    end: AtomicU64,
    slots: [Slot; SLOTS],
}

impl Processes {
    pub(crate) const fn new() -> Self {
        Self {
            end: AtomicU64::new(0),
            slots: [const { Slot::new() }; SLOTS],
        }
    }

    fn in_use(&self) -> impl Iterator<Item = &Slot> {
        let end = usize::try_from(self.end.load(Acquire)).unwrap_or(SLOTS);
        self.slots.iter().take(end)
    }

    /// The slot of a process, which gets one if any is free.
    pub(crate) fn slot(&self, process: Process, is_alive: &impl Fn(u32) -> bool) -> Option<u16> {
        let bits = process.to_bits();
        let known = self
            .in_use()
            .position(|slot| slot.process.load(Acquire) == bits);
        let place = known.or_else(|| self.claim(bits)).or_else(|| {
            for slot in self.in_use() {
                slot.free_if(|process| !is_alive(process.id));
            }
            self.claim(bits)
        })?;
        u16::try_from(place).ok()
    }

    fn claim(&self, bits: u64) -> Option<usize> {
        let place = self.slots.iter().position(|slot| {
            let claimed = slot
                .process
                .compare_exchange(0, bits, AcqRel, Acquire)
                .is_ok();
            if claimed {
                slot.call.store(0, Release);
            }
            claimed
        })?;
        self.end.fetch_max(place as u64 + 1, AcqRel);
        Some(place)
    }

    /// A process has just started: what a dead one with the same id has left behind is freed.
    pub(crate) fn started(&self, process: Process, is_alive: &impl Fn(u32) -> bool) {
        for slot in self.in_use() {
            slot.free_if(|dead| dead.id == process.id);
        }
        self.slot(process, is_alive);
    }

    fn get(&self, slot: u16) -> Option<&Slot> {
        self.slots.get(usize::from(slot))
    }

    /// Puts a call into its process's slot, unless an outer call is there.
    pub(crate) fn begin(&self, slot: u16, call: InFlight) -> bool {
        let Some(slot) = self.get(slot) else {
            return false;
        };
        let before = slot.call.load(Acquire);
        let outer = InFlight::from_bits(before);
        outer.is_none_or(|outer| outer.is_left_behind(call.started))
            && slot
                .call
                .compare_exchange(before, call.to_bits(), AcqRel, Acquire)
                .is_ok()
    }

    pub(crate) fn end(&self, slot: u16, call: InFlight) {
        if let Some(slot) = self.get(slot) {
            let _ = slot
                .call
                .compare_exchange(call.to_bits(), 0, AcqRel, Acquire);
        }
    }

    /// Whether the call that started then is in flight in a process that lives.
    pub(crate) fn is_in_flight(
        &self,
        slot: u16,
        (circuit, started): (u8, Millis),
        is_alive: &impl Fn(u32) -> bool,
        now: Millis,
    ) -> bool {
        self.get(slot).is_some_and(|slot| {
            let process = slot.process();
            slot.call(now)
                .is_some_and(|call| (call.circuit, call.started) == (circuit, started))
                && process.is_some_and(|process| is_alive(process.id))
        })
    }

    /// Counts processes of a pool, and their calls to an endpoint.
    pub(crate) fn crowd(
        &self,
        circuit: u8,
        response_time: Millis,
        now: Millis,
        counts: impl Fn(Process) -> bool,
    ) -> Crowd {
        let mut crowd = Crowd::default();
        for slot in self.in_use() {
            if slot.process().is_some_and(&counts) {
                let call = slot.call(now).filter(|call| call.circuit == circuit);
                crowd.add(call.map(|call| call.started), response_time, now);
            }
        }
        crowd
    }

    /// Frees the slots of dead processes, and reports the calls that they died in.
    pub(crate) fn free_dead(
        &self,
        is_alive: &impl Fn(u32) -> bool,
        now: Millis,
        mut report: impl FnMut(u16, InFlight),
    ) {
        for (place, slot) in (0..).zip(self.in_use()) {
            let call = slot.call(now);
            if slot.free_if(|process| !is_alive(process.id))
                && let Some(call) = call
            {
                report(place, call);
            }
        }
    }
}

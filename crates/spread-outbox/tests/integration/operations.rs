//! Random operations on a store.

use outbox::clock::Millis;
use outbox::store::{FailureScope, LastError, Outcome, State};

const STEPS: usize = 60;

pub(crate) const LEASE: Millis = 20_000;
const HOUR: Millis = 3_600_000;
pub(crate) const DAY: Millis = 24 * HOUR;

/// An operation. Records and leases are counted back from the newest, and round again, so that a sequence
/// still makes sense when some of its operations are removed.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Enqueue {
        endpoint: usize,
        key: usize,
        order: usize,
        lease: Option<Millis>,
    },
    Claim {
        limit: usize,
        keys: usize,
        lease: Millis,
    },
    Complete(Vec<(usize, Outcome, f64)>),
    Clock(Millis),
    Expire {
        age: Millis,
    },
    Retry {
        record: usize,
        force: bool,
    },
    Discard {
        record: usize,
    },
    Purge {
        state: State,
        age: Millis,
    },
    Reopen,
    Checkpoint,
    /// The update of a lease arrives at SPREAD, if its sender may send it.
    Send {
        lease: usize,
    },
    /// The sender of a lease could not write that its update was delivered, and does now.
    Written {
        lease: usize,
    },
    /// An update is delivered without the outbox.
    Without {
        endpoint: usize,
        key: usize,
        order: usize,
    },
    /// The process that delivered one writes that down.
    Write,
    /// It is killed before it can.
    Forget,
    BackUp,
    Restore,
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn millis(&mut self, end: Millis) -> Millis {
        (self.next() % end as u64) as Millis
    }

    /// Few values, so that they meet; and now and then any.
    fn jitter(&mut self) -> f64 {
        match self.below(4) {
            0 => 0.0,
            1 => 1.0,
            _ => self.below(1_000) as f64 / 1_000.0,
        }
    }

    /// `mood`: which failure is frequent; with 3 nothing succeeds.
    fn outcome(&mut self, mood: usize) -> Outcome {
        let last_error = LastError {
            status: self.below(600) as u16,
            sentence: format!("error {}", self.below(10)),
        };
        let endpoint = FailureScope::Endpoint { retry_after: None };
        let key_pair = FailureScope::KeyPair { retry_after: None };
        let retry_after = Some([0, 500, 30_000, DAY][self.below(4)]);
        let scope = match (mood, self.below(9)) {
            (_, 0) => FailureScope::Order,
            (_, 1) => key_pair,
            (_, 2) => FailureScope::Endpoint { retry_after },
            (_, 3) => FailureScope::KeyPair { retry_after },
            (_, 4) | (0 | 3, _) => endpoint,
            (1, _) => key_pair,
            _ => FailureScope::Order,
        };
        match self.below(10) {
            0..=2 if mood < 3 => Outcome::Delivered,
            0..=7 => Outcome::Failed { scope, last_error },
            8 => Outcome::Refused(last_error),
            _ => Outcome::Released,
        }
    }

    fn clock(&mut self) -> Millis {
        match self.below(20) {
            0..=7 => self.millis(3_000),
            8..=12 => LEASE,
            13 => self.millis(20 * 60_000),
            14 => self.millis(2 * HOUR),
            15 => self.millis(2 * DAY),
            16 => self.millis(9 * DAY),
            17 => -self.millis(60_000),
            18 => -self.millis(2 * DAY),
            _ => -self.millis(365 * DAY),
        }
    }

    /// `endpoints`, `keys` and `orders`: how many of them.
    fn op(&mut self, mood: usize, endpoints: usize, keys: usize, orders: usize) -> Op {
        match self.below(120) {
            0..=24 => Op::Enqueue {
                endpoint: self.below(endpoints),
                key: self.below(keys),
                order: self.below(orders + 1),
                lease: (self.below(3) == 0).then(|| LEASE + self.millis(2)),
            },
            25..=49 => Op::Claim {
                limit: [0, 1, 1, 2, 3, 10, usize::MAX][self.below(7)],
                keys: if self.below(3) == 0 { self.below(8) } else { 7 },
                lease: [LEASE, LEASE, 5_000, HOUR][self.below(4)],
            },
            50..=74 => {
                let count = 1 + self.below(3);
                let one = |random: &mut Self| {
                    let span = [1, 2, 4, 10, 1_000][random.below(5)];
                    (random.below(span), random.outcome(mood), random.jitter())
                };
                Op::Complete((0..count).map(|_| one(self)).collect())
            }
            75..=88 => Op::Clock(self.clock()),
            89 | 90 => Op::Expire { age: self.age() },
            91..=93 => Op::Retry {
                record: self.below(30),
                force: self.below(3) == 0,
            },
            94..=96 => Op::Discard {
                record: self.below(30),
            },
            97 => Op::Purge {
                state: State::ALL[self.below(3)],
                age: self.age(),
            },
            98 => Op::Reopen,
            99 => Op::Checkpoint,
            100..=105 => Op::Send {
                lease: self.below(4),
            },
            106..=108 => Op::Written {
                lease: self.below(4),
            },
            109..=112 => Op::Without {
                endpoint: self.below(endpoints),
                key: self.below(keys),
                order: 1 + self.below(orders),
            },
            113..=116 => Op::Write,
            117 => Op::Forget,
            118 => Op::BackUp,
            _ => Op::Restore,
        }
    }

    fn age(&mut self) -> Millis {
        [-1, 0, 1_000, HOUR, DAY][self.below(5)]
    }
}

/// The operations of a seed.
pub(crate) fn ops(seed: u64) -> Vec<Op> {
    let random = &mut Random(seed);
    let mood = random.below(4);
    let (endpoints, keys, orders) = (
        1 + random.below(3),
        1 + random.below(3),
        1 + random.below(4),
    );
    (0..STEPS)
        .map(|_| random.op(mood, endpoints, keys, orders))
        .collect()
}

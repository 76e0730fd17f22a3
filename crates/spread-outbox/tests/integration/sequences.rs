//! Random operations on a store and, at the same time, on a model of it: what they hold is compared
//! after each. A failure prints its seed and the fewest operations that still show it;
//! `SPREAD_SEED=<n>` runs that one again.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::mariadb::MariaDb;
use crate::model::{Checked, ENDPOINTS, KEYS, Model, Name, order_id};
use crate::stores::{OPENING, Scratch, address};
use outbox::open;
use outbox::retry::{FARTHEST, MAX_AGE, Policy};
use outbox::store::{
    ClaimRequest, Completion, FailureScope, Filter, LastError, LeaseRequest, Millis, Outcome,
    Record, State, Store, Update,
};

const SEQUENCES: u64 = 1_000;
const SEQUENCES_ON_MYSQL: u64 = 60;
const STEPS: usize = 60;

const START: Millis = 1_700_000_000_000;
const LEASE: Millis = 20_000;
const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;

/// How a store is to be opened.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Empty,
    AsItWasLeft,
}

type Factory<'f> = &'f mut dyn FnMut(Open) -> Box<dyn Store>;

/// What is done. Records and leases are counted from the newest, and round again, so that a sequence
/// makes sense with any of its operations left out.
#[derive(Clone, Debug)]
enum Op {
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
    Settle(Vec<(usize, Outcome, f64)>),
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
    Rest,
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

    /// `mood`: what goes wrong most; with 3 nothing goes well.
    fn outcome(&mut self, mood: usize) -> Outcome {
        let note = LastError {
            status: self.below(600) as u16,
            sentence: format!("note {}", self.below(10)),
        };
        let endpoint = FailureScope::Endpoint { retry_after: None };
        let fault = match (mood, self.below(8)) {
            (_, 0) => FailureScope::Order,
            (_, 1) => FailureScope::KeyPair,
            (_, 2) => FailureScope::Endpoint {
                retry_after: Some([0, 500, 30_000, DAY][self.below(4)]),
            },
            (_, 3) | (0 | 3, _) => endpoint,
            (1, _) => FailureScope::KeyPair,
            _ => FailureScope::Order,
        };
        match self.below(10) {
            0..=2 if mood < 3 => Outcome::Delivered,
            0..=7 => Outcome::Failed { fault, note },
            8 => Outcome::Refused(note),
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
        match self.below(100) {
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
                Op::Settle((0..count).map(|_| one(self)).collect())
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
            _ => Op::Rest,
        }
    }

    fn age(&mut self) -> Millis {
        [-1, 0, 1_000, HOUR, DAY][self.below(5)]
    }
}

/// The operations of a seed.
fn ops(seed: u64) -> Vec<Op> {
    let random = &mut Random(seed);
    let mood = random.below(4);
    let (endpoints, keys, orders) = (
        1 + random.below(3),
        1 + random.below(3),
        1 + random.below(3),
    );
    (0..STEPS)
        .map(|_| random.op(mood, endpoints, keys, orders))
        .collect()
}

/// The one that is `back` from the newest.
fn from_newest<T>(all: &[T], back: usize) -> Option<&T> {
    all.len()
        .checked_sub(1)
        .map(|last| &all[last - back % all.len()])
}

fn said(error: outbox::StoreError) -> String {
    error.to_string()
}

fn same<T: PartialEq + Debug>(what: &str, store: &T, model: &T) -> Checked {
    check!(
        store == model,
        "{what}\n  store: {store:?}\n  model: {model:?}"
    );
    Ok(())
}

const ALL: Filter<'_> = Filter {
    state: None,
    order_id: None,
    after: 0,
    limit: usize::MAX,
};

/// A store and its model.
struct Pair<'f> {
    store: Option<Box<dyn Store>>,
    factory: Factory<'f>,
    model: Model,
    now: Millis,
    token: i64,
    /// What the store lists, when the operation had to ask.
    listed: Option<Vec<Record>>,
}

impl Pair<'_> {
    fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut().unwrap().as_mut()
    }

    /// ClaimResult with the keys whose bits are set in `keys`.
    fn claim(
        &mut self,
        limit: usize,
        keys: usize,
        lease: Millis,
        age: Millis,
    ) -> Result<usize, String> {
        self.token += 1;
        let keys = (0..3).filter(|key| keys & (1 << key) != 0);
        let wanted = ClaimRequest {
            limit,
            public_keys: &keys.map(|key| KEYS[key].to_vec()).collect::<Vec<_>>(),
            term: LeaseRequest {
                token: self.token,
                until: self.now + lease,
            },
            oldest: self.now - age,
        };
        let now = self.now;
        let claims = self.store().claim(&wanted, now).map_err(said)?;
        let after = self.store().list(&ALL, now).map_err(said)?;
        self.model.claim(&wanted, now, &claims, &after)?;
        self.listed = Some(after);
        Ok(claims.claimed.len())
    }

    fn complete(&mut self, settled: &[Completion]) -> Checked {
        self.listed = None;
        let (now, policy) = (self.now, Policy::default());
        let ours = self.store().complete(settled, &policy, now).map_err(said)?;
        same(
            "settled",
            &ours,
            &self.model.complete(settled, &policy, now)?,
        )
    }

    fn step(&mut self, number: usize, op: &Op) -> Checked {
        let now = self.now;
        match *op {
            Op::Enqueue {
                endpoint,
                key,
                order,
                lease,
            } => {
                self.token += 1;
                let body = format!("body {number}").into_bytes();
                let order_id = order_id(order);
                let update = Update {
                    endpoint: ENDPOINTS[endpoint],
                    public_key: KEYS[key],
                    order_id: &order_id,
                    body: &body,
                };
                let term = lease.map(|lease| LeaseRequest {
                    token: self.token,
                    until: now + lease,
                });
                let lease = self.store().enqueue(&update, term, now).map_err(said)?;
                let newest = self.store().list(&ALL, now).map_err(said)?;
                let id = newest.last().map_or(0, |record| record.id);
                let name = Name {
                    endpoint,
                    key,
                    order,
                    alone: 0,
                };
                self.model.enqueue(name, &body, term, now, id, lease)?;
                self.listed = Some(newest);
            }
            Op::Claim { limit, keys, lease } => {
                self.claim(limit, keys, lease, MAX_AGE)?;
            }
            Op::Settle(ref ends) => {
                let settled: Vec<Completion> = ends
                    .iter()
                    .filter_map(|(back, outcome, jitter)| {
                        Some(Completion {
                            lease: from_newest(&self.model.leases, *back)?.lease,
                            outcome: outcome.clone(),
                            jitter: *jitter,
                        })
                    })
                    .collect();
                self.complete(&settled)?;
            }
            Op::Clock(step) => {
                self.now += step;
                self.model.clock(self.now);
            }
            Op::Expire { age } => {
                let expired = self.store().expire(now - age, now).map_err(said)?;
                same("expired", &expired, &self.model.expire(now - age, now))?;
            }
            Op::Retry { record, force } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let change = self.store().retry(id, force, now).map_err(said)?;
                    same("retried", &change, &self.model.retry(id, force, now))?;
                }
            }
            Op::Discard { record } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let change = self.store().discard(id, now).map_err(said)?;
                    same("discarded", &change, &self.model.discard(id, now))?;
                }
            }
            Op::Purge { state, age } => {
                let purged = self.store().purge(state, now - age, now).map_err(said)?;
                same("purged", &purged, &self.model.purge(state, now - age))?;
            }
            Op::Reopen => {
                self.store = None;
                self.store = Some((self.factory)(Open::AsItWasLeft));
            }
            Op::Rest => self.store().checkpoint().map_err(said)?,
        }
        self.compare()?;
        match op {
            Op::Claim { .. } | Op::Settle(_) | Op::Retry { .. } => self.compare_gates(),
            _ => Ok(()),
        }
    }

    /// What is in the store is as the model says.
    fn compare(&mut self) -> Checked {
        let now = self.now;
        let list = match self.listed.take() {
            Some(list) => list,
            None => self.store().list(&ALL, now).map_err(said)?,
        };
        same("list", &list, &self.model.list(now))?;
        // Found by its order as well.
        let middle = from_newest(&list, list.len() / 2);
        if let Some(Record { order_id, .. }) = middle.filter(|record| !record.order_id.is_empty()) {
            let of_order = Filter {
                order_id: Some(order_id),
                ..ALL
            };
            let found = self.store().list(&of_order, now).map_err(said)?;
            let all = list.iter().filter(|record| &record.order_id == order_id);
            same("list of an order", &found, &all.cloned().collect())?;
        }
        let counts = self.store().counts(now).map_err(said)?;
        same("counts", &counts, &self.model.counts(now))?;
        self.model.nothing_is_lost()
    }

    /// Gates and times are as the model says.
    fn compare_gates(&mut self) -> Checked {
        let now = self.now;
        let accounts = self.store().key_pairs(now).map_err(said)?;
        same("accounts", &accounts, &self.model.key_pairs(now))?;
        let due = self
            .store()
            .next_due(&KEYS.map(<[u8]>::to_vec))
            .map_err(said)?;
        same("next due", &due, &self.model.next_due())
    }

    /// From here on all goes well: everything that waits must be delivered in due time.
    fn drain(&mut self) -> Checked {
        let begun = self.now;
        while self.model.counts(self.now).pending > 0 {
            let first = self.model.leases.len();
            if self.claim(10, 7, LEASE, 100 * 365 * DAY)? == 0 {
                let due = self
                    .model
                    .next_due()
                    .ok_or("something waits and is never due")?;
                check!(due > self.now, "something is due and not claimed");
                self.now = due;
                self.model.clock(due);
                check!(
                    due <= begun + FARTHEST,
                    "something is not due for {} ms",
                    due - begun
                );
            }
            let settled: Vec<Completion> = self.model.leases[first..]
                .iter()
                .map(|given| Completion {
                    lease: given.lease,
                    outcome: Outcome::Delivered,
                    jitter: 0.0,
                })
                .collect();
            self.complete(&settled)?;
            self.compare_gates()?;
            self.compare()?;
        }
        Ok(())
    }
}

/// Runs `ops` on an empty store; where they fail, and how.
fn run(ops: &[Op], factory: Factory<'_>) -> Result<(), (usize, String)> {
    let store = Some(factory(Open::Empty));
    let mut pair = Pair {
        store,
        factory,
        model: Model::default(),
        now: START,
        token: 0,
        listed: None,
    };
    for (number, op) in ops.iter().enumerate() {
        pair.step(number, op).map_err(|error| (number, error))?;
    }
    pair.drain().map_err(|error| (ops.len(), error))
}

/// Runs what `seed` says; panics with the fewest operations that fail.
fn sequence(seed: u64, factory: Factory<'_>) {
    let mut ops = ops(seed);
    let Err((mut step, mut error)) = run(&ops, factory) else {
        return;
    };
    loop {
        ops.truncate(step + 1);
        let before = ops.len();
        let mut place = before;
        while place > 0 {
            place -= 1;
            let mut fewer = ops.clone();
            fewer.remove(place);
            if let Err(failure) = run(&fewer, factory) {
                (step, error) = failure;
                ops = fewer;
                ops.truncate(step + 1);
                place = place.min(ops.len());
            }
        }
        if ops.len() == before {
            break;
        }
    }
    let trace: Vec<String> = ops.iter().map(|op| format!("  {op:?}")).collect();
    panic!("SPREAD_SEED={seed}: {error}\n\n{}", trace.join("\n"));
}

/// Runs `count` sequences, or the one that is asked for.
fn sequences(count: u64, factory: Factory<'_>) {
    if let Ok(seed) = std::env::var("SPREAD_SEED") {
        return sequence(seed.parse().unwrap(), factory);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let base = now.as_nanos() as u64;
    for number in 0..count {
        sequence(base.wrapping_add(number), factory);
    }
}

fn sqlite(count: u64) {
    let scratch = Scratch::fast();
    let mut number = 0;
    sequences(count, &mut |how| {
        if how == Open::Empty {
            number += 1;
            std::fs::remove_dir_all(&scratch.0).unwrap();
            std::fs::create_dir(&scratch.0).unwrap();
        }
        let path = scratch.0.join(format!("{number}.db"));
        let text = format!("sqlite:{}?synchronous=normal", path.display());
        open(&address(&text), OPENING).unwrap()
    });
}

// Two, for two processors.

#[test]
fn sqlite_does_what_the_model_does() {
    sqlite(SEQUENCES / 2);
}

#[test]
fn sqlite_does_what_the_model_does_again() {
    sqlite(SEQUENCES / 2);
}

#[test]
fn mysql_does_what_the_model_does() {
    let Some(server) = MariaDb::own() else { return };
    let mut database = String::new();
    sequences(SEQUENCES_ON_MYSQL, &mut |how| {
        if how == Open::Empty {
            database = server.database();
        }
        open(&address(&database), OPENING).unwrap()
    });
}

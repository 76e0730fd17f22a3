//! Random operations on a store and on a model of it: both must hold the same after each. A failure prints
//! its seed and the fewest operations that still fail; `SPREAD_SEED=<n>` runs that sequence again.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::mariadb::MariaDb;
use crate::model::{Checked, ENDPOINTS, KEYS, Model, Name, check, method, order_id};
use crate::operations::{DAY, LEASE, Op, ops};
use crate::stores::{OPENING, Scratch, address};
use outbox::clock::Millis;
use outbox::open;
use outbox::retry::{FARTHEST, MAX_AGE, Policy};
use outbox::store::{
    ClaimRequest, Completion, Filter, LeaseRequest, Outcome, Record, Store, Update,
};

const SEQUENCES: u64 = 1_000;
const SEQUENCES_ON_MYSQL: u64 = 60;

const START: Millis = 1_700_000_000_000;

/// Which store a factory opens.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Empty,
    AsItWasLeft,
}

type Factory<'f> = &'f mut dyn FnMut(Open) -> Box<dyn Store>;

/// The item that is `back` from the newest.
fn from_newest<T>(all: &[T], back: usize) -> Option<&T> {
    all.len()
        .checked_sub(1)
        .map(|last| &all[last - back % all.len()])
}

fn text(error: outbox::StoreError) -> String {
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
    /// What the store lists, when the operation listed it.
    listed: Option<Vec<Record>>,
}

impl Pair<'_> {
    fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut().unwrap().as_mut()
    }

    /// Claims with the keys whose bits are set in `keys`.
    fn claim(
        &mut self,
        limit: usize,
        keys: usize,
        lease: Millis,
        age: Millis,
    ) -> Result<usize, String> {
        self.token += 1;
        let keys = (0..3).filter(|key| keys & (1 << key) != 0);
        let request = ClaimRequest {
            limit,
            public_keys: &keys.map(|key| KEYS[key].to_vec()).collect::<Vec<_>>(),
            lease: LeaseRequest {
                token: self.token,
                until: self.now + lease,
            },
            oldest: self.now - age,
        };
        let now = self.now;
        let result = self.store().claim(&request, now).map_err(text)?;
        let after = self.store().list(&ALL, now).map_err(text)?;
        self.model.claim(&request, now, &result, &after)?;
        self.listed = Some(after);
        Ok(result.claimed.len())
    }

    fn complete(&mut self, completions: &[Completion]) -> Checked {
        self.listed = None;
        let (now, policy) = (self.now, Policy::default());
        let in_time = self
            .store()
            .complete(completions, &policy, now)
            .map_err(text)?;
        same(
            "completions",
            &in_time,
            &self.model.complete(completions, &policy, now)?,
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
                    method: method(order),
                    order_id: &order_id,
                    body: &body,
                };
                let request = lease.map(|lease| LeaseRequest {
                    token: self.token,
                    until: now + lease,
                });
                let lease = self.store().enqueue(&update, request, now).map_err(text)?;
                let newest = self.store().list(&ALL, now).map_err(text)?;
                let id = newest.last().map_or(0, |record| record.id);
                let name = Name {
                    endpoint,
                    key,
                    order,
                    record: 0,
                };
                self.model.enqueue(name, &body, request, now, id, lease)?;
                self.listed = Some(newest);
            }
            Op::Claim { limit, keys, lease } => {
                self.claim(limit, keys, lease, MAX_AGE)?;
            }
            Op::Complete(ref ends) => {
                let completions: Vec<Completion> = ends
                    .iter()
                    .filter_map(|(back, outcome, jitter)| {
                        Some(Completion {
                            lease: from_newest(&self.model.leases, *back)?.lease,
                            outcome: outcome.clone(),
                            jitter: *jitter,
                        })
                    })
                    .collect();
                self.complete(&completions)?;
            }
            Op::Clock(step) => {
                self.now += step;
                self.model.clock(self.now);
            }
            Op::Expire { age } => {
                let expired = self.store().expire(now - age, now).map_err(text)?;
                same("expired", &expired, &self.model.expire(now - age, now))?;
            }
            Op::Retry { record, force } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let change = self.store().retry(id, force, now).map_err(text)?;
                    same("retried", &change, &self.model.retry(id, force, now))?;
                }
            }
            Op::Discard { record } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let change = self.store().discard(id, now).map_err(text)?;
                    same("discarded", &change, &self.model.discard(id, now))?;
                }
            }
            Op::Purge { state, age } => {
                let purged = self.store().purge(state, now - age, now).map_err(text)?;
                same("purged", &purged, &self.model.purge(state, now - age))?;
            }
            Op::Reopen => {
                self.store = None;
                self.store = Some((self.factory)(Open::AsItWasLeft));
            }
            Op::Checkpoint => self.store().checkpoint().map_err(text)?,
        }
        self.compare()?;
        match op {
            Op::Claim { .. } | Op::Complete(_) | Op::Retry { .. } => self.compare_circuits(),
            _ => Ok(()),
        }
    }

    /// The store holds the records that the model holds.
    fn compare(&mut self) -> Checked {
        let now = self.now;
        let list = match self.listed.take() {
            Some(list) => list,
            None => self.store().list(&ALL, now).map_err(text)?,
        };
        same("list", &list, &self.model.list(now))?;
        // An order's records are found by its id as well.
        let middle = from_newest(&list, list.len() / 2);
        if let Some(Record { order_id, .. }) = middle.filter(|record| !record.order_id.is_empty()) {
            let of_order = Filter {
                order_id: Some(order_id),
                ..ALL
            };
            let found = self.store().list(&of_order, now).map_err(text)?;
            let all = list.iter().filter(|record| &record.order_id == order_id);
            same("list of an order", &found, &all.cloned().collect())?;
        }
        let counts = self.store().counts(now).map_err(text)?;
        same("counts", &counts, &self.model.counts(now))?;
        self.model.nothing_is_lost()
    }

    /// The store has the circuits and due times that the model has.
    fn compare_circuits(&mut self) -> Checked {
        let now = self.now;
        let key_pairs = self.store().key_pairs(now).map_err(text)?;
        same("key pairs", &key_pairs, &self.model.key_pairs(now))?;
        let due = self
            .store()
            .next_due(&KEYS.map(<[u8]>::to_vec))
            .map_err(text)?;
        same("next due", &due, &self.model.next_due())
    }

    /// From here on each attempt succeeds: all pending records must be delivered in due time.
    fn drain(&mut self) -> Checked {
        let begun = self.now;
        while self.model.counts(self.now).pending > 0 {
            let first = self.model.leases.len();
            if self.claim(10, 7, LEASE, 100 * 365 * DAY)? == 0 {
                let due = self
                    .model
                    .next_due()
                    .ok_or("a record is pending and never due")?;
                check!(due > self.now, "a record is due and not claimed");
                self.now = due;
                self.model.clock(due);
                check!(
                    due <= begun + FARTHEST,
                    "a record is not due for {} ms",
                    due - begun
                );
            }
            let completions: Vec<Completion> = self.model.leases[first..]
                .iter()
                .map(|given| Completion {
                    lease: given.lease,
                    outcome: Outcome::Delivered,
                    jitter: 0.0,
                })
                .collect();
            self.complete(&completions)?;
            self.compare_circuits()?;
            self.compare()?;
        }
        Ok(())
    }
}

/// Runs `ops` on an empty store. An error has the number of the operation that failed.
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

/// Runs the operations of `seed`; panics with the fewest of them that fail.
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

/// Runs `count` sequences, or the one that `SPREAD_SEED` names.
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

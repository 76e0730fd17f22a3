//! A store beside its model, and SPREAD beside both.

use std::fmt::Debug;

use super::places::Place;
use crate::model::{Arrivals, Checked, ENDPOINTS, KEYS, Model, Name, check, method, order_id};
use crate::operations::{DAY, LEASE, Op};
use outbox::clock::Millis;
use outbox::retry::{FARTHEST, MAX_AGE, Policy};
use outbox::store::{
    Change, ClaimRequest, Completion, Delivered, Filter, LeaseRequest, Outcome, Record, Store,
    Update,
};

const START: Millis = 1_700_000_000_000;

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
pub(super) struct Pair<'p> {
    store: Option<Box<dyn Store>>,
    place: &'p mut dyn Place,
    model: Model,
    arrivals: Arrivals,
    /// The model of the last backup.
    backup: Option<Model>,
    now: Millis,
    token: i64,
    /// What the store lists, when the operation listed it.
    listed: Option<Vec<Record>>,
}

impl<'p> Pair<'p> {
    /// On an empty store.
    pub(super) fn new(place: &'p mut dyn Place) -> Self {
        place.next();
        let store = Some(place.open());
        Self {
            store,
            place,
            model: Model::default(),
            arrivals: Arrivals::default(),
            backup: None,
            now: START,
            token: 0,
            listed: None,
        }
    }

    fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut().unwrap().as_mut()
    }

    /// Claims with the keys whose bits are set in `keys`. How many records, and how many orders ended.
    fn claim(
        &mut self,
        limit: usize,
        keys: usize,
        lease: Millis,
        age: Millis,
    ) -> Result<(usize, usize), String> {
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
        let key_pairs = self.store().key_pairs(now).map_err(text)?;
        let ended = self
            .model
            .claim(&request, now, &result, &after, &key_pairs)?;
        self.listed = Some(after);
        Ok((result.claimed.len(), ended))
    }

    fn complete(&mut self, completions: &[Completion]) -> Result<Vec<bool>, String> {
        self.listed = None;
        let (now, policy) = (self.now, Policy::default());
        let in_time = self
            .store()
            .complete(completions, &policy, now)
            .map_err(text)?;
        let expected = self.model.complete(completions, &policy, now)?;
        same("completions", &in_time, &expected)?;
        Ok(in_time)
    }

    /// The update of a lease arrives, if its sender may send it; whether it has arrived by now.
    fn send(&mut self, lease: usize) -> bool {
        let given = &mut self.model.leases[lease];
        if given.may_send() {
            given.sent = true;
            self.arrivals.arrived(given.name, given.number, given.step);
        }
        given.sent
    }

    /// The lease that is `back` from the newest.
    fn lease(&self, back: usize) -> Option<usize> {
        let count = self.model.leases.len();
        count.checked_sub(1).map(|last| last - back % count)
    }

    fn pass(&mut self, time: Millis) {
        self.now += time;
        self.model.clock(self.now);
        self.arrivals.pass(time);
    }

    fn supersede(&mut self, name: Name, accepted_before: Millis, record: Option<i64>) -> Checked {
        let now = self.now;
        let delivered = Delivered {
            update: Update {
                endpoint: ENDPOINTS[name.endpoint],
                public_key: KEYS[name.key],
                method: method(name.order),
                order_id: &order_id(name.order),
                body: b"",
            },
            accepted_before,
            record,
        };
        let dropped = self.store().supersede(&delivered, now).map_err(text)?;
        let expected = self.model.supersede(name, accepted_before, record, now);
        same("superseded", &dropped, &expected)
    }

    /// Writes the oldest note; whether there was one.
    fn write(&mut self) -> Result<bool, String> {
        let Some(note) = self.arrivals.write(self.model.step) else {
            return Ok(false);
        };
        self.supersede(note.name, self.now - note.elapsed, None)?;
        let numbers = self.model.numbers(note.name);
        let older = numbers.filter(|number| *number < note.number);
        self.arrivals.left(older.collect());
        Ok(true)
    }

    pub(super) fn step(&mut self, number: usize, op: &Op) -> Checked {
        self.model.step = number;
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
                self.arrivals.accepted(name, number);
                self.listed = Some(newest);
            }
            Op::Claim { limit, keys, lease } => {
                self.claim(limit, keys, lease, MAX_AGE)?;
            }
            Op::Complete(ref ends) => {
                let mut completions = Vec::new();
                for (back, outcome, jitter) in ends {
                    let Some(index) = self.lease(*back) else {
                        break;
                    };
                    let mut outcome = outcome.clone();
                    if matches!(outcome, Outcome::Delivered) && !self.send(index) {
                        outcome = Outcome::Released;
                    }
                    completions.push(Completion {
                        lease: self.model.leases[index].lease,
                        outcome,
                        jitter: *jitter,
                    });
                }
                self.complete(&completions)?;
            }
            Op::Clock(step) if step < 0 => {
                self.now += step;
                self.arrivals.set_back.push(number);
            }
            Op::Clock(step) => self.pass(step),
            Op::Expire { age } => {
                let expired = self.store().expire(now - age, now).map_err(text)?;
                same("expired", &expired, &self.model.expire(now - age, now))?;
            }
            Op::Retry { record, force } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let forced = self.model.forced(id);
                    let change = self.store().retry(id, force, now).map_err(text)?;
                    same("retried", &change, &self.model.retry(id, force, now))?;
                    if change == Change::Done {
                        self.arrivals.forced.extend(forced);
                    }
                }
            }
            Op::Discard { record } => {
                if let Some(&id) = from_newest(&self.model.ids(), record) {
                    let change = self.store().discard(id, now).map_err(text)?;
                    same("discarded", &change, &self.model.discard(id, now))?;
                    self.arrivals.removed.append(&mut self.model.removed);
                }
            }
            Op::Purge { state, age } => {
                let purged = self.store().purge(state, now - age, now).map_err(text)?;
                same("purged", &purged, &self.model.purge(state, now - age))?;
                self.arrivals.removed.append(&mut self.model.removed);
            }
            Op::Reopen => {
                self.store = None;
                self.store = Some(self.place.open());
            }
            Op::Checkpoint => self.store().checkpoint().map_err(text)?,
            Op::Send { lease } => {
                if let Some(index) = self.lease(lease) {
                    self.send(index);
                }
            }
            Op::Written { lease } => {
                if let Some(index) = self.lease(lease)
                    && self.send(index)
                {
                    let given = self.model.leases[index].clone();
                    let completion = Completion {
                        lease: given.lease,
                        outcome: Outcome::Delivered,
                        jitter: 0.0,
                    };
                    // As `unwritten.rs` does.
                    if self.complete(&[completion])? == [false] && given.name.order != 0 {
                        let record = Some(given.lease.record);
                        self.supersede(given.name, given.accepted + 1, record)?;
                    }
                }
            }
            Op::Without {
                endpoint,
                key,
                order,
            } => {
                // The calls before it took time.
                self.pass(1);
                let name = Name {
                    endpoint,
                    key,
                    order,
                    record: 0,
                };
                self.arrivals.arrived_without(name, number);
            }
            Op::Write => {
                self.write()?;
            }
            Op::Forget => {
                self.arrivals.notes.pop();
            }
            Op::BackUp => {
                self.place.back_up();
                self.backup = Some(self.model.clone());
            }
            Op::Restore => {
                if let Some(backup) = &self.backup {
                    let notices = self.place.restore();
                    self.model.restore(backup);
                    self.arrivals.restored(number);
                    let lost =
                        matches!(self.store().next_due(&[]), Err(outbox::StoreError::Lost(_)));
                    same("noticed", &lost, &notices)?;
                    self.store = Some(self.place.open());
                }
            }
        }
        self.compare()?;
        match op {
            Op::Claim { .. }
            | Op::Complete(_)
            | Op::Retry { .. }
            | Op::Written { .. }
            | Op::Write
            | Op::Restore => self.compare_circuits(),
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
    pub(super) fn drain(&mut self, step: usize) -> Checked {
        self.model.step = step;
        while self.write()? {
            self.compare()?;
        }
        let begun = self.now;
        while self.model.counts(self.now).pending > 0 {
            let first = self.model.leases.len();
            if self.claim(10, 7, LEASE, 100 * 365 * DAY)? == (0, 0) {
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
            for lease in first..self.model.leases.len() {
                self.send(lease);
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
        self.arrivals.last_wins(&self.model.dead_lettered())
    }
}

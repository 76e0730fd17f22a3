//! A model of a store, as simple as can be: a list of records and a list of orders, both searched from the
//! beginning. The store chooses which heads a claim takes; the model knows which it may take.

mod arrivals;
mod claim;
mod reads;
mod supersede;

use methods::{METHODS, Method, Subject};
use outbox::circuit::{Circuit, Observation, Signal};
use outbox::clock::Millis;
use outbox::retry::Policy;
use outbox::store::{
    Change, Completion, FailureScope, LastError, Lease, LeaseRequest, Outcome, State,
};

pub(crate) use arrivals::Arrivals;

pub(crate) const ENDPOINTS: [&str; 3] = [
    "https://a.example/",
    "https://b.example/",
    "https://c.example/",
];
pub(crate) const KEYS: [&[u8]; 3] = [b"shop", b"other", b"third"];

/// Returns from the function with an error unless `that` is true.
macro_rules! check {
    ($that:expr, $($words:tt)+) => {
        if !$that {
            return Err(format!($($words)+));
        }
    };
}

pub(crate) use check;

pub(crate) type Checked = Result<(), String>;

/// The name of an order; one without order id has one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Name {
    pub(crate) endpoint: usize,
    pub(crate) key: usize,
    /// The order id, 0 for none.
    pub(crate) order: usize,
    /// The record, where there is no order id; else 0.
    pub(crate) record: i64,
}

#[derive(Clone, Debug)]
struct Stored {
    id: i64,
    name: Name,
    state: State,
    accepted: Millis,
    age_start: Millis,
    attempts: u32,
    last_error: LastError,
    body: Vec<u8>,
}

impl Stored {
    fn number(&self) -> usize {
        number_of(&self.body)
    }

    fn too_old(&self, oldest: Millis) -> bool {
        self.age_start < oldest && self.attempts > 0
    }
}

/// An order that has records.
#[derive(Clone, Debug)]
struct Order {
    name: Name,
    /// As its last lease named it.
    id: i64,
    due: Option<Millis>,
    /// Of the last lease, even after it expired, until the next one.
    token: Option<i64>,
}

impl Order {
    fn in_flight(&self, now: Millis) -> bool {
        self.token.is_some() && self.due.is_some_and(|due| due > now)
    }
}

/// A lease that was given.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) lease: Lease,
    pub(crate) name: Name,
    /// When it expires.
    until: Millis,
    /// It is the endpoint's probe: not completed, and not expired.
    probes: bool,
    /// The step that made the update, and the one that gave the lease.
    pub(crate) number: usize,
    pub(crate) step: usize,
    pub(crate) accepted: Millis,
    /// It has expired, whatever the clock shows later.
    over: bool,
    pub(crate) sent: bool,
    done: bool,
}

impl Given {
    /// Its sender sends only while it lasts.
    pub(crate) fn may_send(&self) -> bool {
        !self.sent && !self.over && !self.done
    }
}

/// Why a record is no longer there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gone {
    Delivered,
    Discarded,
    Purged,
    Superseded,
}

#[derive(Clone, Default)]
pub(crate) struct Model {
    records: Vec<Stored>,
    orders: Vec<Order>,
    endpoints: [Circuit; 3],
    key_pairs: [[Circuit; 3]; 3],
    /// Endpoints and key pairs that were ever used.
    used: [[bool; 3]; 3],
    /// Orders that failed at an endpoint, or were refused there, since its last success.
    failing: [Vec<i64>; 3],
    pub(crate) leases: Vec<Given>,
    gone: Vec<(i64, Name, Gone)>,
    /// Dead-lettered records with lower ids are older than a delivered update.
    overtaken: Vec<(Name, i64)>,
    accepted: usize,
    newest: i64,
    /// The numbers of updates that a person removed, until they are taken.
    pub(crate) removed: Vec<usize>,
    /// The number of the operation.
    pub(crate) step: usize,
}

impl Model {
    /// Ids of records that are or were there.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let there = self.records.iter().map(|record| record.id);
        let mut ids: Vec<i64> = there.chain(self.gone.iter().map(|(id, ..)| *id)).collect();
        ids.sort_unstable();
        ids
    }

    fn order(&mut self, name: Name) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.name == name)
    }

    fn pending(&self, name: Name) -> impl Iterator<Item = &Stored> {
        self.records
            .iter()
            .filter(move |record| record.name == name && record.state == State::Pending)
    }

    fn name_of(&self, id: i64) -> Option<Name> {
        let record = self.records.iter().find(|record| record.id == id);
        record.map(|record| record.name)
    }

    fn record(&mut self, id: i64) -> Option<&mut Stored> {
        self.records.iter_mut().find(|record| record.id == id)
    }

    /// Updates the order after a record was deleted or dead-lettered.
    fn reconcile(&mut self, name: Name, next: Option<Millis>) {
        let pending = self.pending(name).next().is_some();
        let any = self.records.iter().any(|record| record.name == name);
        if !any {
            self.orders.retain(|order| order.name != name);
        } else if let Some(order) = self.order(name) {
            match next {
                _ if !pending => (order.due, order.token) = (None, None),
                Some(due) => (order.due, order.token) = (Some(due), None),
                None => {}
            }
        }
    }

    /// The clock shows `now`: an expired lease stays expired when the clock is set back later.
    pub(crate) fn clock(&mut self, now: Millis) {
        for given in &mut self.leases {
            given.over |= given.until <= now;
            given.probes &= !given.over;
        }
    }

    pub(crate) fn enqueue(
        &mut self,
        mut name: Name,
        body: &[u8],
        request: Option<LeaseRequest>,
        now: Millis,
        id: i64,
        lease: Option<Lease>,
    ) -> Checked {
        check!(id > self.newest, "record {id} is before {}", self.newest);
        self.newest = id;
        self.accepted += 1;
        self.used[name.endpoint][name.key] = true;
        if name.order == 0 {
            name.record = id;
        }
        // Not while a superseded record is in flight, either.
        let free = self.order(name).is_none_or(|order| order.due.is_none());
        check!(
            lease.is_some() == (free && request.is_some()),
            "lease {lease:?}, the order is free: {free}"
        );
        self.records.push(Stored {
            id,
            name,
            state: State::Pending,
            accepted: now,
            age_start: now,
            attempts: 0,
            last_error: LastError::default(),
            body: body.to_vec(),
        });
        if self.order(name).is_none() {
            self.orders.push(Order {
                name,
                id: 0,
                due: None,
                token: None,
            });
        }
        let order = self.order(name).unwrap();
        if free {
            order.due = Some(request.map_or(now, |request| request.until));
            order.token = request.map(|request| request.token);
        }
        if let (Some(lease), Some(request)) = (lease, request) {
            check!(
                (lease.record, lease.token, lease.probe) == (id, request.token, false),
                "wrong {lease:?}"
            );
            order.id = lease.order;
            self.leases.push(Given {
                lease,
                name,
                until: request.until,
                probes: false,
                number: number_of(body),
                step: self.step,
                accepted: now,
                over: false,
                sent: false,
                done: false,
            });
        }
        Ok(())
    }

    pub(crate) fn complete(
        &mut self,
        completions: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>, String> {
        let ends: Vec<Option<Millis>> = completions
            .iter()
            .map(|one| self.complete_record(one, policy, now))
            .collect();
        for (one, end) in completions.iter().zip(&ends) {
            if let Some(end) = end {
                self.update_circuits(one, *end, policy, now)?;
            }
        }
        Ok(ends.iter().map(Option::is_some).collect())
    }

    /// When the lease expires or expired, if it was still the order's.
    fn complete_record(
        &mut self,
        completion: &Completion,
        policy: &Policy,
        now: Millis,
    ) -> Option<Millis> {
        let (id, token) = (completion.lease.record, completion.lease.token);
        let given = self
            .leases
            .iter_mut()
            .find(|given| given.lease.record == id && given.lease.token == token)
            .unwrap();
        given.probes = false;
        given.done = true;
        let name = given.name;
        let order = self
            .order(name)
            .filter(|order| order.token == Some(token))?;
        let end = order.due;
        match &completion.outcome {
            Outcome::Released => (order.due, order.token) = (Some(now), None),
            Outcome::Delivered => {
                self.records.retain(|record| record.id != id);
                self.gone.retain(|(gone, ..)| *gone != id);
                self.gone.push((id, name, Gone::Delivered));
                self.reconcile(name, Some(now));
            }
            Outcome::Refused(error) => {
                if let Some(record) = self.record(id) {
                    record.state = State::Refused;
                    record.attempts += 1;
                    record.last_error = error.clone();
                }
                self.reconcile(name, Some(now));
            }
            Outcome::Failed { scope, last_error } => {
                let mut attempts = 1;
                if let Some(record) = self.record(id) {
                    record.attempts += 1;
                    record.last_error = last_error.clone();
                    attempts = record.attempts;
                }
                let mut delay = policy.delay(attempts, completion.jitter);
                if let Some(retry_after) = scope.retry_after() {
                    delay = delay.max(retry_after);
                }
                self.reconcile(name, Some(now + delay));
            }
        }
        end
    }

    fn update_circuits(
        &mut self,
        completion: &Completion,
        end: Millis,
        policy: &Policy,
        now: Millis,
    ) -> Checked {
        let (lease, jitter) = (completion.lease, completion.jitter);
        let (endpoint, key_pair) = match completion.outcome {
            Outcome::Delivered => (Signal::Success, Signal::Success),
            Outcome::Refused(_) => (Signal::Refusal, Signal::Success),
            Outcome::Failed {
                scope: FailureScope::KeyPair { retry_after },
                ..
            } => (Signal::Success, Signal::Failure { retry_after }),
            Outcome::Failed {
                scope: FailureScope::Endpoint { retry_after },
                ..
            } => {
                let key_pair =
                    retry_after.map_or(Signal::None, |_| Signal::Failure { retry_after });
                (Signal::Failure { retry_after: None }, key_pair)
            }
            _ => (Signal::None, Signal::None),
        };
        let given = self
            .leases
            .iter()
            .find(|given| given.lease == lease)
            .unwrap();
        let (of, key) = (given.name.endpoint, given.name.key);
        let circuits = [
            (&mut self.endpoints[of], endpoint),
            (&mut self.key_pairs[of][key], key_pair),
        ];
        for (circuit, signal) in circuits {
            let observation = Observation {
                signal,
                // A probe ends when its lease does.
                probe: lease.probe && circuit.due == end,
                order: lease.order,
                jitter,
            };
            *circuit = circuit.after(observation, policy, now);
        }
        let failing = &mut self.failing[of];
        match endpoint {
            Signal::Success => failing.clear(),
            Signal::Failure { .. } | Signal::Refusal => failing.push(lease.order),
            Signal::None => {}
        }
        let several = failing.iter().any(|order| *order != lease.order);
        let open = self.endpoints[of].is_open();
        check!(
            !open || several || matches!(endpoint, Signal::None),
            "one order opened the circuit of its endpoint"
        );
        if !open {
            self.closed(of);
        }
        Ok(())
    }

    /// The circuit of an endpoint has closed: attempts under way are no longer its probe.
    fn closed(&mut self, endpoint: usize) {
        let probes = self
            .leases
            .iter_mut()
            .filter(|given| given.name.endpoint == endpoint);
        probes.for_each(|given| given.probes = false);
    }

    pub(crate) fn expire(&mut self, oldest: Millis, now: Millis) -> u64 {
        let old: Vec<(i64, Name)> = self
            .records
            .iter()
            .filter(|record| record.state == State::Pending && record.too_old(oldest))
            .map(|record| (record.id, record.name))
            .collect();
        let mut expired = 0;
        for (id, name) in old {
            if self.order(name).is_some_and(|order| !order.in_flight(now)) {
                self.record(id).unwrap().state = State::Expired;
                self.reconcile(name, None);
                expired += 1;
            }
        }
        expired
    }

    pub(crate) fn retry(&mut self, id: i64, force: bool, now: Millis) -> Change {
        let Some(name) = self.name_of(id) else {
            return Change::NotFound;
        };
        let overtaken = self.is_overtaken(id, name);
        let order = self.order(name).unwrap();
        if order.in_flight(now) {
            return Change::InFlight;
        }
        let is_pending = self.pending(name).any(|record| record.id == id);
        if !is_pending && overtaken && !force {
            return Change::Overtaken;
        }
        let order = self.order(name).unwrap();
        (order.due, order.token) = (Some(now), None);
        let record = self.record(id).unwrap();
        (record.state, record.age_start, record.attempts) = (State::Pending, now, 0);
        for circuit in [
            &mut self.endpoints[name.endpoint],
            &mut self.key_pairs[name.endpoint][name.key],
        ] {
            (circuit.due, circuit.failures) = (0, 0);
        }
        self.closed(name.endpoint);
        Change::Done
    }

    pub(crate) fn discard(&mut self, id: i64, now: Millis) -> Change {
        let Some(name) = self.name_of(id) else {
            return Change::NotFound;
        };
        let is_pending = self.pending(name).any(|record| record.id == id);
        if is_pending && self.order(name).unwrap().in_flight(now) {
            return Change::InFlight;
        }
        self.remove(id, name, Gone::Discarded);
        Change::Done
    }

    pub(crate) fn purge(&mut self, state: State, before: Millis) -> u64 {
        let old: Vec<(i64, Name)> = self
            .records
            .iter()
            .filter(|record| {
                record.state == state && state != State::Pending && record.accepted < before
            })
            .map(|record| (record.id, record.name))
            .collect();
        for (id, name) in &old {
            self.remove(*id, *name, Gone::Purged);
        }
        old.len() as u64
    }

    fn remove(&mut self, id: i64, name: Name, why: Gone) {
        let removed = self.records.iter().filter(|record| record.id == id);
        self.removed.extend(removed.map(Stored::number));
        self.records.retain(|record| record.id != id);
        self.gone.push((id, name, why));
        self.reconcile(name, None);
    }
}

/// The number of the step whose update this is.
fn number_of(body: &[u8]) -> usize {
    let text = String::from_utf8_lossy(body);
    text.trim_start_matches("body ").parse().unwrap()
}

/// Long ones too, and none.
#[must_use]
pub(crate) fn order_id(order: usize) -> Vec<u8> {
    match order {
        0 => Vec::new(),
        1 => b"A".to_vec(),
        2 | 4 => b"a".to_vec(),
        _ => vec![0xff, b' '],
    }
}

/// The last one is an account, with the id of an order.
#[must_use]
pub(crate) fn method(order: usize) -> &'static Method {
    METHODS[order % METHODS.len()..]
        .iter()
        .find(|method| (method.subject == Subject::Account) == (order == 4))
        .unwrap_or(&METHODS[1])
}

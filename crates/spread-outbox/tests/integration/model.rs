//! What a store should hold, as simply as it can be said: a list of records and a list of orders, both
//! searched from the beginning. Which heads a claim takes is left to the store; the model says which it
//! may take.

use outbox::circuit::{Circuit, Observed, Shown};
use outbox::retry::{FARTHEST, Policy, SETTLED_CLOCK};
use outbox::store::{
    Change, ClaimRequest, ClaimResult, Completion, Counts, FailureScope, KeyPair, LastError, Lease,
    LeaseRequest, Millis, Outcome, Record, State,
};

pub(crate) const ENDPOINTS: [&str; 3] = [
    "https://a.example/",
    "https://b.example/",
    "https://c.example/",
];
pub(crate) const KEYS: [&[u8]; 3] = [b"shop", b"other", b"third"];

/// Ends the function with what went wrong.
#[macro_export]
macro_rules! check {
    ($that:expr, $($words:tt)+) => {
        if !$that {
            return Err(format!($($words)+));
        }
    };
}

pub(crate) type Checked = Result<(), String>;

/// An order; without a name it is that of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Name {
    pub(crate) endpoint: usize,
    pub(crate) key: usize,
    /// The order id, 0 for none.
    pub(crate) order: usize,
    /// The record, where there is no order id.
    pub(crate) alone: i64,
}

#[derive(Clone, Debug)]
struct Kept {
    id: i64,
    name: Name,
    state: State,
    accepted: Millis,
    since: Millis,
    attempts: u32,
    note: LastError,
    body: Vec<u8>,
}

/// An order of which there are records.
#[derive(Clone, Debug)]
struct Order {
    name: Name,
    due: Option<Millis>,
    /// Whose lease it is, even after its end, until somebody else has it.
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
    name: Name,
    /// When it ends.
    until: Millis,
    /// It was the endpoint's probe, and is until something has come of it or its time is over.
    probes: bool,
}

/// A record that is no longer there, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gone {
    Delivered,
    Discarded,
    Purged,
}

#[derive(Default)]
pub(crate) struct Model {
    records: Vec<Kept>,
    orders: Vec<Order>,
    endpoints: [Circuit; 3],
    accounts: [[Circuit; 3]; 3],
    /// Endpoints and keys that were ever used.
    used: [[bool; 3]; 3],
    /// Orders that have failed at an endpoint since it was last known to be up, and whether it has
    /// asked to be left alone since.
    failing: [(Vec<i64>, bool); 3],
    pub(crate) leases: Vec<Given>,
    gone: Vec<(i64, Name, Gone)>,
    accepted: usize,
    newest: i64,
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

    fn pending(&self, name: Name) -> impl Iterator<Item = &Kept> {
        self.records
            .iter()
            .filter(move |record| record.name == name && record.state == State::Pending)
    }

    fn name_of(&self, id: i64) -> Option<Name> {
        let record = self.records.iter().find(|record| record.id == id);
        record.map(|record| record.name)
    }

    fn record(&mut self, id: i64) -> Option<&mut Kept> {
        self.records.iter_mut().find(|record| record.id == id)
    }

    /// After a record of the order has left the waiting ones.
    fn tidy(&mut self, name: Name, next: Option<Millis>) {
        let waiting = self.pending(name).next().is_some();
        let any = self.records.iter().any(|record| record.name == name);
        if !any {
            self.orders.retain(|order| order.name != name);
        } else if let Some(order) = self.order(name) {
            match next {
                _ if !waiting => (order.due, order.token) = (None, None),
                Some(due) => (order.due, order.token) = (Some(due), None),
                None => {}
            }
        }
    }

    /// Time has come to `now`: what ended by it does not begin again when the clock is set back.
    pub(crate) fn clock(&mut self, now: Millis) {
        for given in &mut self.leases {
            given.probes &= given.until > now;
        }
    }

    pub(crate) fn enqueue(
        &mut self,
        mut name: Name,
        body: &[u8],
        term: Option<LeaseRequest>,
        now: Millis,
        id: i64,
        lease: Option<Lease>,
    ) -> Checked {
        check!(id > self.newest, "record {id} is before {}", self.newest);
        self.newest = id;
        self.accepted += 1;
        self.used[name.endpoint][name.key] = true;
        if name.order == 0 {
            name.alone = id;
        }
        let free = self.pending(name).next().is_none();
        check!(
            lease.is_some() == (free && term.is_some()),
            "lease {lease:?}, the order is free: {free}"
        );
        self.records.push(Kept {
            id,
            name,
            state: State::Pending,
            accepted: now,
            since: now,
            attempts: 0,
            note: LastError::default(),
            body: body.to_vec(),
        });
        if self.order(name).is_none() {
            self.orders.push(Order {
                name,
                due: None,
                token: None,
            });
        }
        let order = self.order(name).unwrap();
        if free {
            order.due = Some(term.map_or(now, |term| term.until));
            order.token = term.map(|term| term.token);
        }
        if let (Some(lease), Some(term)) = (lease, term) {
            check!(
                (lease.record, lease.token, lease.probe) == (id, term.token, false),
                "wrong {lease:?}"
            );
            self.leases.push(Given {
                lease,
                name,
                until: term.until,
                probes: false,
            });
        }
        Ok(())
    }

    /// What is due so far ahead that only a clock that was set back explains it, is due soon.
    fn set_back(&mut self, now: Millis) {
        let soon = now + SETTLED_CLOCK;
        let cut = |due: &mut Millis, to: Millis| {
            if *due > now + FARTHEST {
                *due = to;
            }
        };
        let orders = self
            .orders
            .iter_mut()
            .filter_map(|order| order.due.as_mut());
        let gates = self
            .endpoints
            .iter_mut()
            .chain(self.accounts.as_flattened_mut());
        orders.for_each(|due| cut(due, soon));
        gates.for_each(|gate| cut(&mut gate.due, soon + 1));
        self.leases
            .iter_mut()
            .for_each(|given| cut(&mut given.until, soon));
    }

    /// `after`: what the store lists after the claim.
    pub(crate) fn claim(
        &mut self,
        wanted: &ClaimRequest<'_>,
        now: Millis,
        claims: &ClaimResult,
        after: &[Record],
    ) -> Checked {
        self.set_back(now);
        check!(
            claims.claimed.len() <= wanted.limit,
            "more than was asked for"
        );
        let may = |name: Name, gates: &Self| {
            wanted.public_keys.iter().any(|key| key == KEYS[name.key])
                && gates.endpoints[name.endpoint].due <= now
                && gates.accounts[name.endpoint][name.key].due <= now
        };
        let due: Vec<(Name, Millis)> = self
            .orders
            .iter()
            .filter_map(|order| Some((order.name, order.due?)))
            .filter(|(name, due)| *due <= now && may(*name, self))
            .collect();
        // What was too old, if its order was looked at.
        let mut expired = 0;
        let mut looked_at = Vec::new();
        for record in after.iter().filter(|record| record.state == State::Expired) {
            let old = self.record(record.id).ok_or("an unknown record expired")?;
            if old.state != State::Pending {
                continue;
            }
            check!(old.since < wanted.oldest, "{} was not too old", old.id);
            old.state = State::Expired;
            let (id, name) = (old.id, old.name);
            check!(
                due.iter().any(|(due, _)| *due == name),
                "{id} expired, and was not due"
            );
            expired += 1;
            looked_at.push(name);
        }
        check!(
            claims.expired == expired,
            "{} expired, not {expired}",
            claims.expired
        );
        for name in looked_at {
            let claimed = claims
                .claimed
                .iter()
                .any(|one| self.name_of(one.lease.record) == Some(name));
            check!(
                claimed || self.pending(name).next().is_none(),
                "an order was looked at, and not its first fresh record taken"
            );
            self.tidy(name, None);
        }
        let fresh = |name: Name| {
            self.pending(name)
                .next()
                .is_some_and(|head| head.since >= wanted.oldest)
        };
        let left: Vec<(Name, Millis)> = due
            .iter()
            .copied()
            .filter(|(name, _)| fresh(*name))
            .collect();
        check!(
            left.is_empty() || wanted.limit == 0 || expired > 0 || !claims.claimed.is_empty(),
            "{} orders are due and none was claimed: {left:?}",
            left.len()
        );
        let mut taken: Vec<(Name, Millis)> = Vec::new();
        for one in &claims.claimed {
            let lease = one.lease;
            let Some(name) = self.name_of(lease.record) else {
                return Err(format!("{} was claimed, and is not there", lease.record));
            };
            let Some(due) = left.iter().find(|(due, _)| *due == name) else {
                return Err(format!(
                    "{} was claimed, and its order is not due",
                    lease.record
                ));
            };
            check!(
                taken.iter().all(|(other, _)| *other != name),
                "two records of an order were claimed"
            );
            let (endpoint, account) = (
                self.endpoints[name.endpoint].is_down(),
                self.accounts[name.endpoint][name.key].is_down(),
            );
            let other = taken.iter().any(|(other, _)| {
                other.endpoint == name.endpoint && (endpoint || account && other.key == name.key)
            });
            check!(!other, "more than a probe was claimed");
            check!(
                !endpoint
                    || !self
                        .leases
                        .iter()
                        .any(|given| given.probes && given.name.endpoint == name.endpoint),
                "{} is a second probe of its endpoint",
                lease.record
            );
            let head = self.pending(name).next().unwrap();
            check!(
                head.id == lease.record,
                "{} was claimed before {}",
                lease.record,
                head.id
            );
            check!(
                one.body == head.body
                    && one.attempts == head.attempts
                    && one.endpoint == ENDPOINTS[name.endpoint]
                    && one.public_key == KEYS[name.key]
                    && one.order_id == order_id(name.order)
                    && lease.token == wanted.term.token
                    && lease.probe == (endpoint || account),
                "{} was claimed, and is not as it was",
                lease.record
            );
            taken.push(*due);
        }
        // Who waits longest comes first.
        for (name, due) in &left {
            let newer = taken.iter().any(|(other, since)| {
                (other.endpoint, other.key) == (name.endpoint, name.key) && since > due
            });
            let too = taken.iter().any(|(other, _)| other == name);
            check!(too || !newer, "{name:?} was passed over");
        }
        for (one, (name, _)) in claims.claimed.iter().zip(&taken) {
            let LeaseRequest { token, until } = wanted.term;
            let order = self.order(*name).unwrap();
            (order.due, order.token) = (Some(until), Some(token));
            let down = self.endpoints[name.endpoint].is_down();
            let gates = [
                &mut self.endpoints[name.endpoint],
                &mut self.accounts[name.endpoint][name.key],
            ];
            for gate in gates.into_iter().filter(|gate| gate.is_down()) {
                gate.due = until;
            }
            self.leases.push(Given {
                lease: one.lease,
                name: *name,
                until,
                probes: down,
            });
        }
        Ok(())
    }

    pub(crate) fn complete(
        &mut self,
        settled: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>, String> {
        let ends: Vec<Option<Millis>> = settled
            .iter()
            .map(|one| self.settle_one(one, policy, now))
            .collect();
        for (one, end) in settled.iter().zip(&ends) {
            if let Some(end) = end {
                self.update_circuits(one, *end, policy, now)?;
            }
        }
        Ok(ends.iter().map(Option::is_some).collect())
    }

    /// When the lease ends or ended, if it was still the order's.
    fn settle_one(&mut self, settled: &Completion, policy: &Policy, now: Millis) -> Option<Millis> {
        let (id, token) = (settled.lease.record, settled.lease.token);
        let given = self
            .leases
            .iter_mut()
            .find(|given| given.lease.record == id && given.lease.token == token)
            .unwrap();
        given.probes = false;
        let name = given.name;
        let order = self
            .order(name)
            .filter(|order| order.token == Some(token))?;
        let end = order.due;
        match &settled.outcome {
            Outcome::Released => (order.due, order.token) = (Some(now), None),
            Outcome::Delivered => {
                self.records.retain(|record| record.id != id);
                self.gone.retain(|(gone, ..)| *gone != id);
                self.gone.push((id, name, Gone::Delivered));
                self.tidy(name, Some(now));
            }
            Outcome::Refused(note) => {
                if let Some(record) = self.record(id) {
                    record.state = State::Refused;
                    record.attempts += 1;
                    record.note = note.clone();
                }
                self.tidy(name, Some(now));
            }
            Outcome::Failed { fault, note } => {
                let mut attempts = 1;
                if let Some(record) = self.record(id) {
                    record.attempts += 1;
                    record.note = note.clone();
                    attempts = record.attempts;
                }
                let mut delay = policy.delay(attempts, settled.jitter);
                if let FailureScope::Endpoint {
                    retry_after: Some(asked_for),
                } = fault
                {
                    delay = delay.max(*asked_for);
                }
                self.tidy(name, Some(now + delay));
            }
        }
        end
    }

    fn update_circuits(
        &mut self,
        settled: &Completion,
        end: Millis,
        policy: &Policy,
        now: Millis,
    ) -> Checked {
        let (lease, jitter) = (settled.lease, settled.jitter);
        let (endpoint, account) = match settled.outcome {
            Outcome::Released => (Shown::Nothing, Shown::Nothing),
            Outcome::Failed {
                fault: FailureScope::KeyPair,
                ..
            } => (Shown::Up, Shown::Down { retry_after: None }),
            Outcome::Failed {
                fault: FailureScope::Endpoint { retry_after },
                ..
            } => (Shown::Down { retry_after }, Shown::Nothing),
            _ => (Shown::Up, Shown::Up),
        };
        let given = self
            .leases
            .iter()
            .find(|given| given.lease == lease)
            .unwrap();
        let (of, key) = (given.name.endpoint, given.name.key);
        let gates = [
            (&mut self.endpoints[of], endpoint),
            (&mut self.accounts[of][key], account),
        ];
        for (gate, shown) in gates {
            let seen = Observed {
                shown,
                // Its turn ends when its lease does.
                probe: lease.probe && gate.due == end,
                order: lease.order,
                jitter,
            };
            *gate = gate.after(seen, policy, now);
        }
        let (failing, asked) = &mut self.failing[of];
        match endpoint {
            Shown::Up => {
                failing.clear();
                *asked = false;
            }
            Shown::Down { retry_after } => {
                failing.push(lease.order);
                *asked |= retry_after.is_some_and(|delay| delay > 0);
            }
            Shown::Nothing => {}
        }
        let several = failing.iter().any(|order| *order != lease.order);
        let down = self.endpoints[of].is_down();
        check!(
            !down || *asked || several || matches!(endpoint, Shown::Nothing),
            "an endpoint is down because of one order"
        );
        if !down {
            self.opened(of);
        }
        Ok(())
    }

    /// Probes that are under way are no longer alone.
    fn opened(&mut self, endpoint: usize) {
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
            .filter(|record| record.state == State::Pending && record.since < oldest)
            .map(|record| (record.id, record.name))
            .collect();
        let mut expired = 0;
        for (id, name) in old {
            if self.order(name).is_some_and(|order| !order.in_flight(now)) {
                self.record(id).unwrap().state = State::Expired;
                self.tidy(name, None);
                expired += 1;
            }
        }
        expired
    }

    pub(crate) fn retry(&mut self, id: i64, force: bool, now: Millis) -> Change {
        let Some(name) = self.name_of(id) else {
            return Change::NotFound;
        };
        let overtaken = self
            .gone
            .iter()
            .any(|gone| gone.0 > id && gone.1 == name && gone.2 == Gone::Delivered);
        let order = self.order(name).unwrap();
        if order.in_flight(now) {
            return Change::InFlight;
        }
        let waits = self.pending(name).any(|record| record.id == id);
        if !waits && overtaken && !force {
            return Change::Overtaken;
        }
        let order = self.order(name).unwrap();
        (order.due, order.token) = (Some(now), None);
        let record = self.record(id).unwrap();
        (record.state, record.since, record.attempts) = (State::Pending, now, 0);
        for gate in [
            &mut self.endpoints[name.endpoint],
            &mut self.accounts[name.endpoint][name.key],
        ] {
            (gate.due, gate.failures) = (0, 0);
        }
        self.opened(name.endpoint);
        Change::Done
    }

    pub(crate) fn discard(&mut self, id: i64, now: Millis) -> Change {
        let Some(name) = self.name_of(id) else {
            return Change::NotFound;
        };
        let waits = self.pending(name).any(|record| record.id == id);
        if waits && self.order(name).unwrap().in_flight(now) {
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
        self.records.retain(|record| record.id != id);
        self.gone.push((id, name, why));
        self.tidy(name, None);
    }

    pub(crate) fn list(&self, now: Millis) -> Vec<Record> {
        let record = |record: &Kept| {
            let waiting = record.state == State::Pending;
            let head = self.pending(record.name).next().map(|head| head.id);
            let order = self
                .orders
                .iter()
                .find(|order| order.name == record.name)
                .unwrap();
            Record {
                id: record.id,
                state: record.state,
                in_flight: head == Some(record.id) && order.in_flight(now),
                endpoint: ENDPOINTS[record.name.endpoint].to_owned(),
                public_key: KEYS[record.name.key].to_vec(),
                order_id: order_id(record.name.order),
                accepted: record.accepted,
                due: order.due.filter(|_| waiting),
                attempts: record.attempts,
                note: record.note.clone(),
                size: record.body.len() as u64,
            }
        };
        self.records.iter().map(record).collect()
    }

    pub(crate) fn counts(&self, now: Millis) -> Counts {
        let count = |state: State| {
            self.records
                .iter()
                .filter(|record| record.state == state)
                .count() as u64
        };
        let waiting = self
            .records
            .iter()
            .filter(|record| record.state == State::Pending);
        Counts {
            pending: count(State::Pending),
            in_flight: self
                .orders
                .iter()
                .filter(|order| order.in_flight(now))
                .count() as u64,
            refused: count(State::Refused),
            expired: count(State::Expired),
            oldest: waiting.map(|record| record.accepted).next(),
        }
    }

    pub(crate) fn key_pairs(&self, now: Millis) -> Vec<KeyPair> {
        let mut accounts = Vec::new();
        for (endpoint, used) in self.used.iter().enumerate() {
            for (key, _) in used.iter().enumerate().filter(|(_, used)| **used) {
                let down = |gate: Circuit| gate.is_down().then(|| gate.due.max(now));
                let orders = self.orders.iter().filter(|order| {
                    (order.name.endpoint, order.name.key) == (endpoint, key) && order.due.is_some()
                });
                accounts.push(KeyPair {
                    endpoint: ENDPOINTS[endpoint].to_owned(),
                    public_key: KEYS[key].to_vec(),
                    orders: orders.count() as u64,
                    endpoint_down_until: down(self.endpoints[endpoint]),
                    keys_down_until: down(self.accounts[endpoint][key]),
                });
            }
        }
        accounts.sort_by(|a, b| (&a.endpoint, &a.public_key).cmp(&(&b.endpoint, &b.public_key)));
        accounts
    }

    pub(crate) fn next_due(&self) -> Option<Millis> {
        let due = |order: &Order| {
            let Name { endpoint, key, .. } = order.name;
            let gates = self.endpoints[endpoint]
                .due
                .max(self.accounts[endpoint][key].due);
            Some(order.due?.max(gates))
        };
        self.orders.iter().filter_map(due).min()
    }

    /// Each record that was accepted is there, or is gone for one reason.
    pub(crate) fn nothing_is_lost(&self) -> Checked {
        let mut ids = self.ids();
        ids.dedup();
        check!(
            ids.len() == self.accepted && self.records.len() + self.gone.len() == self.accepted,
            "{} records were accepted, {} are known",
            self.accepted,
            ids.len()
        );
        Ok(())
    }
}

/// Long ones too, and none.
#[must_use]
pub(crate) fn order_id(order: usize) -> Vec<u8> {
    match order {
        0 => Vec::new(),
        1 => b"A".to_vec(),
        2 => b"a".to_vec(),
        _ => vec![0xff, b' '],
    }
}

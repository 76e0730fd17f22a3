//! Random calls, workers, deaths, clocks and hands on a store, beside a model that is as simple as can be.
//! A failure prints its seed and what was done: SPREAD_SEED=n runs that one sequence again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod outbox;

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use outbox::mariadb::MariaDb;
use outbox::{OPENING, Scratch, address};
use spread::outbox::retry::{FARTHEST, Policy, SETTLED_CLOCK};
use spread::outbox::store::{
    Change, Counts, Fault, Filter, Lease, Millis, Note, Outcome, Record, Settled, State, Store,
    Term, Update, Wanted,
};
use spread::outbox::{Address, open};

const ENDPOINTS: [&str; 2] = ["https://one.example/", "https://two.example/"];
const KEYS: [&str; 2] = ["red", "blue"];
const ORDERS: [&str; 4] = ["", "a", "b", "c"];
const MAX_AGE: Millis = 3_000_000;

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn millis(&mut self, bound: Millis) -> Millis {
        Millis::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    #[allow(clippy::cast_precision_loss)]
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An order as the model knows it; the last part tells updates without order id apart.
type Order = (&'static str, &'static str, &'static str, i64);

struct Kept {
    order: Order,
    state: State,
    since: Millis,
    attempts: u32,
}

#[derive(Default)]
struct Model {
    kept: BTreeMap<i64, Kept>,
    /// Token, end.
    leases: HashMap<Order, (i64, Millis)>,
    /// The newest record delivered, while the order has records.
    delivered: HashMap<Order, i64>,
    /// Records that a 2xx was seen of.
    seen: Vec<i64>,
}

impl Model {
    fn head(&self, order: &Order) -> Option<i64> {
        let waits = |kept: &Kept| kept.order == *order && kept.state == State::Waiting;
        self.kept
            .iter()
            .find(|(_, kept)| waits(kept))
            .map(|(id, _)| *id)
    }

    fn in_flight(&self, order: &Order, now: Millis) -> bool {
        self.leases.get(order).is_some_and(|(_, end)| *end > now)
    }

    /// After a record has left the waiting ones.
    fn tidy(&mut self, order: Order) {
        if self.head(&order).is_none() {
            self.leases.remove(&order);
        }
        if self.kept.values().all(|kept| kept.order != order) {
            self.delivered.remove(&order);
        }
    }

    fn counts(&self, now: Millis) -> Counts {
        let count = |state| {
            let of = |kept: &&Kept| kept.state == state;
            u64::try_from(self.kept.values().filter(of).count()).unwrap()
        };
        let leased = self.leases.values().filter(|(_, end)| *end > now).count();
        Counts {
            waiting: count(State::Waiting),
            in_flight: u64::try_from(leased).unwrap(),
            refused: count(State::Refused),
            expired: count(State::Expired),
            oldest: None,
        }
    }
}

/// One sequence. When it is dropped in a panic it says how to have it again.
struct Run<'s> {
    seed: u64,
    random: Random,
    store: &'s mut dyn Store,
    now: Millis,
    model: Model,
    /// Every lease there ever was, with its order.
    leases: Vec<(Lease, Order)>,
    last: i64,
    token: i64,
    trace: Vec<String>,
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for step in &self.trace {
                println!("{step}");
            }
            println!("SPREAD_SEED={}", self.seed);
        }
    }
}

fn note() -> Note {
    Note {
        status: 503,
        sentence: "busy".into(),
    }
}

fn all(after: i64) -> Filter<'static> {
    Filter {
        after,
        limit: 10_000,
        ..Filter::default()
    }
}

impl Run<'_> {
    fn say(&mut self, step: String) {
        self.trace.push(format!("{} {step}", self.now));
    }

    fn term(&mut self) -> Term {
        self.token += 1;
        Term {
            token: self.token,
            until: self.now + 1_000 + self.random.millis(20_000),
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..=5 => self.enqueue(),
            6..=9 => self.claim(),
            10..=13 => self.settle(),
            14 => {
                let step = self.random.of(&[1, 500, 5_000, 30_000, 1_000_000]);
                self.now += self.random.millis(step) + 1;
            }
            15 => {
                // A clock that was wrong, or is now.
                let jump = self
                    .random
                    .of(&[-31_536_000_000, -60_000, -1_000, 4_000_000]);
                self.now += jump;
                self.say(format!("the clock jumps by {jump}"));
            }
            16 => self.expire(),
            17 => self.retry(),
            18 => self.discard(),
            _ => self.purge(),
        }
        // Not after each step: looking takes longer than doing.
        if self.random.below(4) == 0 {
            self.compare();
        }
    }

    fn enqueue(&mut self) {
        let endpoint = self.random.of(&ENDPOINTS);
        let key = self.random.of(&KEYS);
        let id = self.random.of(&ORDERS);
        let term = (self.random.below(2) == 0).then(|| self.term());
        // Unlike any other: updates without order id are told apart by it.
        let body = format!("{}", self.trace.len());
        let update = Update {
            endpoint,
            public_key: key.as_bytes(),
            order_id: id.as_bytes(),
            body: body.as_bytes(),
        };
        self.say(format!(
            "enqueue {endpoint} {key} {id:?} {term:?}",
            term = term.map(|t| t.until)
        ));
        let lease = self.store.enqueue(&update, term, self.now).unwrap();
        let new = self.store.list(&all(self.last), self.now).unwrap();
        assert_eq!(new.len(), 1, "one record is new");
        self.last = new[0].id;
        let order = (endpoint, key, id, if id.is_empty() { self.last } else { 0 });
        // Whatever waits, due or in flight, comes first.
        let free = self.model.head(&order).is_none();
        assert_eq!(lease.is_some(), free && term.is_some());
        self.model.kept.insert(
            self.last,
            Kept {
                order,
                state: State::Waiting,
                since: self.now,
                attempts: 0,
            },
        );
        if let (Some(lease), Some(term)) = (lease, term) {
            assert_eq!(lease.record, self.last);
            self.model.leases.insert(order, (term.token, term.until));
            self.leases.push((lease, order));
        }
    }

    fn claim(&mut self) {
        let keys: Vec<Vec<u8>> = match self.random.below(3) {
            0 => vec![self.random.of(&KEYS).into()],
            _ => KEYS.iter().map(|key| (*key).into()).collect(),
        };
        let term = self.term();
        let wanted = Wanted {
            limit: 1 + self.random.below(5),
            public_keys: &keys,
            term,
            oldest: self.now - MAX_AGE,
        };
        self.say(format!("claim {} until {}", wanted.limit, term.until));
        // Leases from before the clock was set back end soon.
        for (_, end) in self.model.leases.values_mut() {
            if *end > self.now + FARTHEST {
                *end = self.now + SETTLED_CLOCK;
            }
        }
        let gates = self.store.accounts(self.now).unwrap();
        let claims = self.store.claim(&wanted, self.now).unwrap();
        assert!(claims.claimed.len() <= wanted.limit);
        self.aside(wanted.oldest);
        for down in gates
            .iter()
            .filter(|gate| gate.endpoint_down_until.is_some())
        {
            let sent = claims
                .claimed
                .iter()
                .filter(|one| one.endpoint == down.endpoint);
            assert!(sent.count() <= 1, "{} is down", down.endpoint);
        }
        for claimed in claims.claimed {
            let id = claimed.lease.record;
            assert!(!self.model.seen.contains(&id), "{id} was delivered");
            let kept = &self.model.kept[&id];
            let order = kept.order;
            assert_eq!(self.model.head(&order), Some(id), "an older one waits");
            assert!(
                !self.model.in_flight(&order, self.now),
                "{order:?} is in flight"
            );
            assert!(kept.since >= wanted.oldest, "{id} is too old");
            assert_eq!(claimed.attempts, kept.attempts);
            assert!(keys.contains(&claimed.public_key));
            self.model.leases.insert(order, (term.token, term.until));
            self.leases.push((claimed.lease, order));
        }
    }

    fn settle(&mut self) {
        if self.leases.is_empty() {
            return;
        }
        let mut batch = Vec::new();
        for _ in 0..=self.random.below(3) {
            // Mostly what was claimed last; now and then something long gone.
            let count = self.leases.len();
            let from = if self.random.below(4) == 0 {
                0
            } else {
                count.saturating_sub(4)
            };
            let (lease, order) = self.leases[from + self.random.below(count - from)];
            if batch
                .iter()
                .any(|(settled, _): &(Settled, Order)| settled.lease.order == lease.order)
            {
                continue;
            }
            let retry_after = (self.random.below(2) == 0).then_some(7_000);
            let outcome = match self.random.below(8) {
                0..=2 => Outcome::Delivered,
                3 => Outcome::Refused(note()),
                4 => Outcome::Released,
                other => Outcome::Failed {
                    fault: match other {
                        5 => Fault::Order,
                        6 => Fault::Account,
                        _ => Fault::Endpoint { retry_after },
                    },
                    note: note(),
                },
            };
            self.say(format!("settle {} {outcome:?}", lease.record));
            let jitter = self.random.fraction();
            batch.push((
                Settled {
                    lease,
                    outcome,
                    jitter,
                },
                order,
            ));
        }
        let settled: Vec<Settled> = batch.iter().map(|(settled, _)| settled.clone()).collect();
        let ours = self
            .store
            .settle(&settled, &Policy::default(), self.now)
            .unwrap();
        for ((settled, order), ours) in batch.into_iter().zip(ours) {
            let lease = settled.lease;
            let current = self.model.leases.get(&order).map(|(token, _)| *token);
            assert_eq!(
                ours,
                current == Some(lease.token),
                "record {}",
                lease.record
            );
            if !ours {
                continue;
            }
            self.model.leases.remove(&order);
            let kept = self.model.kept.get_mut(&lease.record);
            match settled.outcome {
                Outcome::Delivered => {
                    self.model.seen.push(lease.record);
                    self.model.kept.remove(&lease.record);
                    let newest = self.model.delivered.entry(order).or_default();
                    *newest = lease.record.max(*newest);
                }
                Outcome::Refused(_) => {
                    if let Some(kept) = kept {
                        kept.state = State::Refused;
                        kept.attempts += 1;
                    }
                }
                Outcome::Failed { .. } => {
                    if let Some(kept) = kept {
                        kept.attempts += 1;
                    }
                }
                Outcome::Released => {}
            }
            self.model.tidy(order);
        }
    }

    /// What the store has set aside as too old must be that, and not in flight.
    fn aside(&mut self, oldest: Millis) {
        for record in self.store.list(&all(0), self.now).unwrap() {
            let kept = &self.model.kept[&record.id];
            if record.state == State::Expired && kept.state == State::Waiting {
                let order = kept.order;
                assert!(kept.since < oldest, "{} is not too old", record.id);
                assert!(!self.model.in_flight(&order, self.now));
                if let Some(kept) = self.model.kept.get_mut(&record.id) {
                    kept.state = State::Expired;
                }
                self.model.tidy(order);
            }
        }
    }

    fn expire(&mut self) {
        let oldest = self.now - MAX_AGE;
        self.say("expire".into());
        self.store.expire(oldest, self.now).unwrap();
        self.aside(oldest);
    }

    fn some_record(&mut self) -> i64 {
        let ids: Vec<i64> = self.model.kept.keys().copied().collect();
        match ids.len() {
            0 => 999_999,
            count => ids[self.random.below(count)],
        }
    }

    fn retry(&mut self) {
        let id = self.some_record();
        let force = self.random.below(4) == 0;
        self.say(format!("retry {id} {force}"));
        let change = self.store.retry(id, force, self.now).unwrap();
        let Some(kept) = self.model.kept.get(&id) else {
            assert_eq!(change, Change::NotFound);
            return;
        };
        let order = kept.order;
        let newest = self.model.delivered.get(&order).copied().unwrap_or(0);
        let expected = if self.model.in_flight(&order, self.now) {
            Change::InFlight
        } else if kept.state != State::Waiting && newest > id && !force {
            Change::Overtaken
        } else {
            Change::Done
        };
        assert_eq!(change, expected);
        if change == Change::Done {
            let now = self.now;
            if let Some(kept) = self.model.kept.get_mut(&id) {
                kept.state = State::Waiting;
                kept.since = now;
                kept.attempts = 0;
            }
            self.model.leases.remove(&order);
        }
    }

    fn discard(&mut self) {
        let id = self.some_record();
        self.say(format!("discard {id}"));
        let change = self.store.discard(id, self.now).unwrap();
        let Some(kept) = self.model.kept.get(&id) else {
            assert_eq!(change, Change::NotFound);
            return;
        };
        let order = kept.order;
        let waiting = kept.state == State::Waiting;
        if waiting && self.model.in_flight(&order, self.now) {
            assert_eq!(change, Change::InFlight);
            return;
        }
        assert_eq!(change, Change::Done);
        self.model.kept.remove(&id);
        self.model.tidy(order);
    }

    fn purge(&mut self) {
        let state = self.random.of(&State::ALL);
        self.say(format!("purge {state:?}"));
        let purged = self.store.purge(state, self.now, self.now).unwrap();
        let before = self.model.kept.len();
        let orders: Vec<Order> = self.model.kept.values().map(|kept| kept.order).collect();
        let gone: Vec<i64> = self
            .store
            .list(&all(0), self.now)
            .unwrap()
            .iter()
            .map(|r| r.id)
            .collect();
        self.model.kept.retain(|id, kept| {
            let there = gone.contains(id);
            assert!(
                there || (kept.state == state && state != State::Waiting),
                "{id} is lost"
            );
            there
        });
        assert_eq!(
            before - self.model.kept.len(),
            usize::try_from(purged).unwrap()
        );
        for order in orders {
            self.model.tidy(order);
        }
    }

    fn compare(&mut self) {
        let listed = self.store.list(&all(0), self.now).unwrap();
        let ids: Vec<i64> = listed.iter().map(|record| record.id).collect();
        let kept: Vec<i64> = self.model.kept.keys().copied().collect();
        assert_eq!(ids, kept, "what is there");
        for Record {
            id,
            state,
            in_flight,
            attempts,
            order_id,
            ..
        } in listed
        {
            let kept = &self.model.kept[&id];
            assert_eq!(
                (state, attempts),
                (kept.state, kept.attempts),
                "record {id}"
            );
            assert_eq!(order_id, kept.order.2.as_bytes());
            let flies = self.model.head(&kept.order) == Some(id)
                && self.model.in_flight(&kept.order, self.now);
            assert_eq!(in_flight, flies, "record {id}");
        }
        let mut counts = self.store.counts(self.now).unwrap();
        counts.oldest = None;
        assert_eq!(counts, self.model.counts(self.now));
    }

    /// Nothing is stuck: with time and a worker all that waits is delivered, each order's in its order.
    fn finish(&mut self) {
        let keys: Vec<Vec<u8>> = KEYS.iter().map(|key| (*key).into()).collect();
        let mut last: HashMap<Order, i64> = HashMap::new();
        for _ in 0..500 {
            let Some(due) = self.store.next_due(&keys).unwrap() else {
                break;
            };
            self.now = self.now.max(due);
            let term = self.term();
            let wanted = Wanted {
                limit: 50,
                public_keys: &keys,
                term,
                oldest: Millis::MIN,
            };
            let claimed = self.store.claim(&wanted, self.now).unwrap().claimed;
            let mut settled = Vec::new();
            for one in claimed {
                let id = one.lease.record;
                let kept = self.model.kept.remove(&id).unwrap();
                let before = last.insert(kept.order, id).unwrap_or(0);
                assert!(before < id, "{id} after {before}");
                settled.push(Settled {
                    lease: one.lease,
                    outcome: Outcome::Delivered,
                    jitter: 0.5,
                });
            }
            let ours = self
                .store
                .settle(&settled, &Policy::default(), self.now)
                .unwrap();
            assert!(ours.iter().all(|ours| *ours));
        }
        let left = self
            .model
            .kept
            .values()
            .filter(|kept| kept.state == State::Waiting);
        assert_eq!(left.count(), 0, "stuck");
        assert_eq!(self.store.counts(self.now).unwrap().waiting, 0);
    }
}

fn sequences(count: u64, mut address: impl FnMut() -> Address, again: u64) {
    let (base, count) = match env::var("SPREAD_SEED") {
        Ok(seed) => (seed.parse().unwrap(), 1),
        Err(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            (u64::try_from(now.as_millis()).unwrap() * 10_000, count)
        }
    };
    let mut store: Option<Box<dyn Store + Send>> = None;
    let mut place = address();
    for number in 0..count {
        // What an earlier sequence left is in the way of none but the model.
        if number % again == 0 {
            place = address();
            store = None;
        }
        let store = match &mut store {
            Some(store) => store,
            empty => empty.insert(open(&place, OPENING).unwrap()),
        };
        let left: Vec<i64> = {
            let now = Millis::MAX / 4;
            store
                .list(&all(0), now)
                .unwrap()
                .iter()
                .map(|r| r.id)
                .collect()
        };
        for id in left {
            store.discard(id, Millis::MAX / 4).unwrap();
        }
        let seed = base + number;
        let mut run = Run {
            seed,
            random: Random(seed),
            store: store.as_mut(),
            now: 1_700_000_000_000,
            model: Model::default(),
            leases: Vec::new(),
            last: 0,
            token: 0,
            trace: Vec::new(),
        };
        for _ in 0..25 {
            run.step();
        }
        run.compare();
        run.finish();
    }
}

#[test]
fn sqlite_does_as_the_model_does() {
    let scratch = Scratch::fast();
    let mut number = 0;
    sequences(
        2_000,
        || {
            number += 1;
            let path = scratch.0.join(format!("{number}.db"));
            address(&format!("sqlite:{}?synchronous=normal", path.display()))
        },
        500,
    );
}

#[test]
fn mysql_does_as_the_model_does() {
    if let Some(server) = MariaDb::own() {
        sequences(100, || address(&server.database()), 1_000);
    }
}

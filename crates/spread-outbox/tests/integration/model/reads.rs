//! What a store must return of its records, orders and circuits.

use outbox::circuit::Circuit;
use outbox::clock::Millis;
use outbox::store::{Counts, KeyPair, Record, State};

use super::{Checked, ENDPOINTS, KEYS, Model, Name, Order, Stored, check, method, order_id};

impl Model {
    pub(crate) fn list(&self, now: Millis) -> Vec<Record> {
        let record = |record: &Stored| {
            let is_pending = record.state == State::Pending;
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
                method: method(record.name.order),
                order_id: order_id(record.name.order),
                accepted: record.accepted,
                due: order.due.filter(|_| is_pending),
                attempts: record.attempts,
                last_error: record.last_error.clone(),
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
        let pending = self
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
            oldest: pending.map(|record| record.accepted).next(),
        }
    }

    pub(crate) fn key_pairs(&self, now: Millis) -> Vec<KeyPair> {
        let mut key_pairs = Vec::new();
        for (endpoint, used) in self.used.iter().enumerate() {
            for (key, _) in used.iter().enumerate().filter(|(_, used)| **used) {
                let open_until = |circuit: Circuit| circuit.is_open().then(|| circuit.due.max(now));
                let orders = self.orders.iter().filter(|order| {
                    (order.name.endpoint, order.name.key) == (endpoint, key) && order.due.is_some()
                });
                key_pairs.push(KeyPair {
                    endpoint: ENDPOINTS[endpoint].to_owned(),
                    public_key: KEYS[key].to_vec(),
                    orders: orders.count() as u64,
                    endpoint_open_until: open_until(self.endpoints[endpoint]),
                    key_pair_open_until: open_until(self.key_pairs[endpoint][key]),
                });
            }
        }
        key_pairs.sort_by(|a, b| (&a.endpoint, &a.public_key).cmp(&(&b.endpoint, &b.public_key)));
        key_pairs
    }

    pub(crate) fn next_due(&self) -> Option<Millis> {
        let due = |order: &Order| {
            let Name { endpoint, key, .. } = order.name;
            let circuits = self.endpoints[endpoint]
                .due
                .max(self.key_pairs[endpoint][key].due);
            Some(order.due?.max(circuits))
        };
        self.orders.iter().filter_map(due).min()
    }

    /// Each accepted record is there, or is gone for one reason.
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

//! Which records a claim may take.

use outbox::clock::Millis;
use outbox::retry::{FARTHEST, SET_BACK_DELAY};
use outbox::store::{ClaimRequest, ClaimResult, KeyPair, LeaseRequest, Record, State};

use super::{ENDPOINTS, Given, KEYS, Model, Name, check, order_id};

impl Model {
    /// A due time so far ahead that only a clock that was set back explains it is moved to soon.
    fn set_back(&mut self, now: Millis) {
        let soon = now + SET_BACK_DELAY;
        let cut = |due: &mut Millis, to: Millis| {
            if *due > now + FARTHEST {
                *due = to;
            }
        };
        let orders = self
            .orders
            .iter_mut()
            .filter_map(|order| order.due.as_mut());
        let circuits = self
            .endpoints
            .iter_mut()
            .chain(self.key_pairs.as_flattened_mut());
        orders.for_each(|due| cut(due, soon));
        circuits.for_each(|circuit| cut(&mut circuit.due, soon + 1));
        self.leases
            .iter_mut()
            .for_each(|given| cut(&mut given.until, soon));
    }

    /// Orders without pending records, whose last one was superseded in flight, end when a claim looks at
    /// them. The store chooses which: those that have been due longest. Returns how many.
    fn ended(&mut self, due: &[(Name, Millis)], key_pairs: &[KeyPair]) -> Result<usize, String> {
        let mut ended = 0;
        for key_pair in key_pairs {
            let is_of = |name: Name| {
                ENDPOINTS[name.endpoint] == key_pair.endpoint
                    && KEYS[name.key] == key_pair.public_key
            };
            let mut empty = Vec::new();
            let mut orders = 0;
            for order in self.orders.iter().filter(|order| is_of(order.name)) {
                orders += u64::from(order.due.is_some());
                let is_due = due.iter().any(|(due, _)| *due == order.name);
                if is_due && self.pending(order.name).next().is_none() && order.due.is_some() {
                    empty.push((order.due, order.id, order.name));
                }
            }
            empty.sort_unstable_by_key(|(due, id, _)| (*due, *id));
            let fewer = (orders - key_pair.orders.min(orders)) as usize;
            check!(
                fewer <= empty.len() && orders >= key_pair.orders,
                "{} orders are pending, not {orders}",
                key_pair.orders
            );
            for (.., name) in &empty[..fewer] {
                self.reconcile(*name, None);
            }
            ended += fewer;
        }
        Ok(ended)
    }

    /// `after`, `key_pairs`: what the store lists after the claim. Returns how many orders ended without a
    /// record to claim.
    pub(crate) fn claim(
        &mut self,
        request: &ClaimRequest<'_>,
        now: Millis,
        result: &ClaimResult,
        after: &[Record],
        key_pairs: &[KeyPair],
    ) -> Result<usize, String> {
        self.set_back(now);
        check!(
            result.claimed.len() <= request.limit,
            "more than the limit was claimed"
        );
        let may = |name: Name, model: &Self| {
            request.public_keys.iter().any(|key| key == KEYS[name.key])
                && model.endpoints[name.endpoint].due <= now
                && model.key_pairs[name.endpoint][name.key].due <= now
        };
        let due: Vec<(Name, Millis)> = self
            .orders
            .iter()
            .filter_map(|order| Some((order.name, order.due?)))
            .filter(|(name, due)| *due <= now && may(*name, self))
            .collect();
        // Only orders that the claim looked at can have expired records.
        let mut expired = 0;
        let mut looked_at = Vec::new();
        for record in after.iter().filter(|record| record.state == State::Expired) {
            let old = self.record(record.id).ok_or("an unknown record expired")?;
            if old.state != State::Pending {
                continue;
            }
            check!(old.too_old(request.oldest), "{} was not too old", old.id);
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
            result.expired == expired,
            "{} expired, not {expired}",
            result.expired
        );
        for name in looked_at {
            let claimed = result
                .claimed
                .iter()
                .any(|one| self.name_of(one.lease.record) == Some(name));
            check!(
                claimed || self.pending(name).next().is_none(),
                "an order was looked at, and not its first fresh record taken"
            );
            self.reconcile(name, None);
        }
        let ended = self.ended(&due, key_pairs)?;
        let fresh = |name: Name| {
            self.pending(name)
                .next()
                .is_some_and(|head| !head.too_old(request.oldest))
        };
        let left: Vec<(Name, Millis)> = due
            .iter()
            .copied()
            .filter(|(name, _)| fresh(*name))
            .collect();
        check!(
            left.is_empty()
                || request.limit == 0
                || expired > 0
                || ended > 0
                || !result.claimed.is_empty(),
            "{} orders are due and none was claimed: {left:?}",
            left.len()
        );
        let mut taken: Vec<(Name, Millis)> = Vec::new();
        for one in &result.claimed {
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
            let (endpoint, key_pair) = (
                self.endpoints[name.endpoint].is_open(),
                self.key_pairs[name.endpoint][name.key].is_open(),
            );
            let other = taken.iter().any(|(other, _)| {
                other.endpoint == name.endpoint && (endpoint || key_pair && other.key == name.key)
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
                    && lease.token == request.lease.token
                    && lease.probe == (endpoint || key_pair),
                "{} was claimed with other values than it has",
                lease.record
            );
            taken.push(*due);
        }
        // The order that has been due longest comes first.
        for (name, due) in &left {
            let newer = taken.iter().any(|(other, other_due)| {
                (other.endpoint, other.key) == (name.endpoint, name.key) && other_due > due
            });
            let too = taken.iter().any(|(other, _)| other == name);
            check!(too || !newer, "{name:?} was passed over");
        }
        for (one, (name, _)) in result.claimed.iter().zip(&taken) {
            let LeaseRequest { token, until } = request.lease;
            let order = self.order(*name).unwrap();
            (order.due, order.token) = (Some(until), Some(token));
            order.id = one.lease.order;
            let open = self.endpoints[name.endpoint].is_open();
            let circuits = [
                &mut self.endpoints[name.endpoint],
                &mut self.key_pairs[name.endpoint][name.key],
            ];
            for circuit in circuits.into_iter().filter(|circuit| circuit.is_open()) {
                circuit.due = until;
            }
            let step = self.step;
            let record = self.record(one.lease.record).unwrap();
            let (number, accepted) = (record.number(), record.accepted);
            self.leases.push(Given {
                lease: one.lease,
                name: *name,
                until,
                probes: open,
                number,
                step,
                accepted,
                over: false,
                sent: false,
                done: false,
            });
        }
        Ok(ended)
    }
}

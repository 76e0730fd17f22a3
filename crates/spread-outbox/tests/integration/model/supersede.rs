//! Updates that overtook others, and backups that were put back.

use outbox::clock::Millis;
use outbox::store::State;

use super::{Gone, Model, Name, Stored};

impl Model {
    pub(super) fn is_overtaken(&self, id: i64, name: Name) -> bool {
        let delivered = self.gone.iter().filter(|gone| gone.2 == Gone::Delivered);
        let delivered = delivered.map(|(gone, of, _)| (*of, *gone));
        let mut newer = delivered.chain(self.overtaken.iter().copied());
        newer.any(|(of, newer)| of == name && newer > id)
    }

    /// The number of the update of a record that `retry --force` sends after a newer one.
    pub(crate) fn forced(&self, id: i64) -> Option<usize> {
        let record = self.records.iter().find(|record| record.id == id)?;
        self.is_overtaken(id, record.name).then(|| record.number())
    }

    pub(crate) fn supersede(
        &mut self,
        name: Name,
        accepted_before: Millis,
        newest: Option<i64>,
        now: Millis,
    ) -> u64 {
        self.used[name.endpoint][name.key] = true;
        let Some(order) = self.order(name) else {
            return 0;
        };
        let in_flight = order.in_flight(now);
        // By their sequence: the clock may have been ahead when an earlier one was stored.
        let last = self.records.iter().rfind(|record| {
            record.name == name
                && record.id <= newest.unwrap_or(i64::MAX)
                && record.accepted < accepted_before
        });
        let Some(last) = last.map(|record| record.id) else {
            return 0;
        };
        let heads = self.pending(name).take_while(|record| record.id <= last);
        let heads: Vec<i64> = heads.map(|record| record.id).collect();
        for id in &heads {
            self.records.retain(|record| record.id != *id);
            self.gone.push((*id, name, Gone::Superseded));
        }
        if !heads.is_empty() && !in_flight {
            self.reconcile(name, Some(now));
        }
        let dead_lettered = self.records.iter().rfind(|record| {
            record.name == name && record.state != State::Pending && record.id <= last
        });
        if let Some(id) = dead_lettered.map(|record| record.id) {
            self.overtaken.push((name, id + 1));
        }
        heads.len() as u64
    }

    /// The numbers of an order's updates that are there.
    pub(crate) fn numbers(&self, name: Name) -> impl Iterator<Item = usize> {
        let of_order = self
            .records
            .iter()
            .filter(move |record| record.name == name);
        of_order.map(Stored::number)
    }

    /// The backup has all but the senders, which know nothing of it.
    pub(crate) fn restore(&mut self, backup: &Self) {
        let leases = std::mem::take(&mut self.leases);
        let step = self.step;
        *self = backup.clone();
        (self.leases, self.step) = (leases, step);
        for given in &mut self.leases {
            given.probes = false;
        }
    }

    pub(crate) fn dead_lettered(&self) -> Vec<usize> {
        let dead_lettered = self
            .records
            .iter()
            .filter(|record| record.state != State::Pending);
        dead_lettered.map(Stored::number).collect()
    }
}

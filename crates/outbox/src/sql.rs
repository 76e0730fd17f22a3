//! The store in SQL, for both databases. What they do differently is behind [`Database`].
//!
//! Who touches the records of an order first locks the order's row: MySQL locks rows, SQLite has one
//! writer at a time. Gates are locked last, and a claim never waits for an order (`SKIP LOCKED`), so
//! that transactions seldom wait in a circle; MySQL ends one of those that do, and it is run again.

mod circuits;
mod claim;
mod complete;
mod look;
mod order;

use super::database::{Database, Result, Upsert, Value};
use super::retry::{FARTHEST, Policy};
use super::store::{
    Change, ClaimRequest, ClaimResult, Completion, Counts, Filter, KeyPair, Lease, LeaseRequest,
    Millis, Outcome, Record, State, Store, StoreError, Update,
};
use claim::{Times, claim, set_back, times};
use complete::{complete_record, update_circuits};
use order::{append, delete, expire, lock, lock_of, order_number, schedule, tidy};

/// How many records [`Store::expire`] and [`Store::purge`] take in one transaction.
const BATCH: i64 = 500;

/// The accounts that a connection remembers.
const KNOWN_LIMIT: usize = 64;

/// The store.
pub(super) struct Sql<D> {
    database: D,
    /// Endpoint, public key, ids of endpoint and account. They are never deleted.
    known: Vec<(String, Vec<u8>, i64, i64)>,
}

impl<D: Database> Sql<D> {
    pub(super) fn new(database: D) -> Self {
        Self {
            database,
            known: Vec::new(),
        }
    }

    /// The ids of an endpoint and of an account with it.
    fn account(&mut self, update: &Update<'_>) -> Result<(i64, i64)> {
        let known = self.known.iter().find(|(endpoint, public_key, ..)| {
            endpoint == update.endpoint && public_key == update.public_key
        });
        if let Some((_, _, endpoint, account)) = known {
            return Ok((*endpoint, *account));
        }
        let (endpoint, account) = self.database.transaction(false, |db| {
            let endpoint = db.upsert(Upsert::Endpoint, &[Value::Text(update.endpoint)])?;
            let account = db.upsert(
                Upsert::KeyPair,
                &[Value::Int(endpoint), Value::Bytes(update.public_key)],
            )?;
            Ok((endpoint, account))
        })?;
        if self.known.len() == KNOWN_LIMIT {
            self.known.clear();
        }
        let (url, public_key) = (update.endpoint.to_owned(), update.public_key.to_owned());
        self.known.push((url, public_key, endpoint, account));
        Ok((endpoint, account))
    }
}

impl<D: Database> Store for Sql<D> {
    fn now(&mut self) -> Result<Millis> {
        self.database.now()
    }

    fn enqueue(
        &mut self,
        update: &Update<'_>,
        term: Option<LeaseRequest>,
        now: Millis,
    ) -> Result<Option<Lease>> {
        if term.is_some() {
            self.database.present()?;
        }
        let (endpoint, account) = self.account(update)?;
        let order = order_number(account, update, now);
        let term = term.map(|term| term.within_reach(now));
        // What is sent at once is promised only when that has failed: see `settle`.
        let lease = self.database.transaction(term.is_none(), |db| {
            let first = match term {
                Some(term) => (term.until, Some(term.token)),
                None => (now, None),
            };
            let (record, alone) = append(db, account, order, update, first, now)?;
            Ok(term.filter(|_| alone).map(|term| Lease {
                record,
                order,
                account,
                endpoint,
                token: term.token,
                probe: false,
            }))
        })?;
        // Kept behind an earlier update, which is a promise after all. Should the disk not confirm it, it is
        // kept all the same: to be told otherwise, the caller would send it, before the earlier one.
        if D::PROMISES && term.is_some() && lease.is_none() {
            let promised = self.database.transaction(true, |db| {
                db.execute(
                    "UPDATE spread_key_pairs SET public_key = public_key WHERE id = ?",
                    &[Value::Int(account)],
                )
            });
            if let Err(lost @ StoreError::Lost(_)) = promised {
                return Err(lost);
            }
        }
        Ok(lease)
    }

    fn claim(&mut self, wanted: &ClaimRequest<'_>, now: Millis) -> Result<ClaimResult> {
        let wanted = &ClaimRequest {
            term: wanted.term.within_reach(now),
            ..*wanted
        };
        // Without a transaction first: an idle worker writes nothing.
        let times = times(&mut self.database)?;
        if times.iter().any(|times| times.last > now + FARTHEST) {
            self.database.transaction(false, |db| set_back(db, now))?;
        }
        let due = |times: &Times| {
            times.due.is_some_and(|due| due <= now)
                && wanted.public_keys.contains(&times.public_key)
        };
        if !times.iter().any(due) {
            return Ok(ClaimResult::default());
        }
        self.database
            .transaction(false, |db| claim(db, wanted, now))
    }

    fn complete(
        &mut self,
        settled: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>> {
        // In one order everywhere, or two workers could wait for each other.
        let mut by_order: Vec<usize> = (0..settled.len()).collect();
        by_order.sort_by_key(|&index| settled.get(index).map(|settled| settled.lease.order));
        let promise = settled
            .iter()
            .any(|settled| !matches!(settled.outcome, Outcome::Delivered));
        self.database.transaction(promise, |db| {
            let mut ends = vec![None; settled.len()];
            for &index in &by_order {
                if let (Some(settled), Some(end)) = (settled.get(index), ends.get_mut(index)) {
                    *end = complete_record(db, settled, policy, now)?;
                }
            }
            for (settled, end) in settled.iter().zip(&ends) {
                if let Some(end) = end {
                    update_circuits(db, settled, *end, policy, now)?;
                }
            }
            Ok(ends.iter().map(Option::is_some).collect())
        })
    }

    fn expire(&mut self, oldest: Millis, now: Millis) -> Result<u64> {
        // Ids grow with time: when the first records are not too old, none is.
        let first = self.database.query(
            "SELECT id, parent, since FROM spread_records WHERE state = 0 ORDER BY id LIMIT ?",
            &[Value::Int(BATCH)],
        )?;
        let old = first.iter().filter(|row| row.int(2) < oldest);
        let mut old: Vec<(i64, i64)> = old.map(|row| (row.int(1), row.int(0))).collect();
        if old.is_empty() {
            return Ok(0);
        }
        old.sort_unstable();
        self.database.transaction(false, |db| {
            let mut expired = 0;
            for &(order, id) in &old {
                let locked = lock(db, order)?.filter(|order| !order.in_flight(now));
                let Some(locked) = locked else {
                    continue;
                };
                if expire(db, id, oldest)? > 0 {
                    expired += 1;
                    tidy(db, order, locked.alone, id, None)?;
                }
            }
            Ok(expired)
        })
    }

    fn next_due(&mut self, public_keys: &[Vec<u8>]) -> Result<Option<Millis>> {
        let known = |times: &Times| public_keys.contains(&times.public_key);
        let times = times(&mut self.database)?.into_iter().filter(known);
        Ok(times.filter_map(|times| times.due).min())
    }

    fn counts(&mut self, now: Millis) -> Result<Counts> {
        look::counts(&mut self.database, now)
    }

    fn key_pairs(&mut self, now: Millis) -> Result<Vec<KeyPair>> {
        look::key_pairs(&mut self.database, now)
    }

    fn list(&mut self, filter: &Filter<'_>, now: Millis) -> Result<Vec<Record>> {
        look::list(&mut self.database, filter, now)
    }

    fn body(&mut self, id: i64) -> Result<Option<Vec<u8>>> {
        let rows = self.database.query(
            "SELECT body FROM spread_records WHERE id = ?",
            &[Value::Int(id)],
        )?;
        Ok(rows.into_iter().next().map(|mut row| row.bytes(0)))
    }

    fn retry(&mut self, id: i64, force: bool, now: Millis) -> Result<Change> {
        self.database.transaction(true, |db| {
            let Some((order, locked, state)) = lock_of(db, id)? else {
                return Ok(Change::NotFound);
            };
            if locked.in_flight(now) {
                return Ok(Change::InFlight);
            }
            if state != State::Pending && locked.delivered > id && !force {
                return Ok(Change::Overtaken);
            }
            db.execute(
                "UPDATE spread_records SET state = 0, since = ?, attempts = 0 WHERE id = ?",
                &[Value::Int(now), Value::Int(id)],
            )?;
            schedule(db, order, Some(now), None)?;
            db.execute(
                "UPDATE spread_key_pairs SET due = 0, failures = 0 WHERE id = ?",
                &[Value::Int(locked.account)],
            )?;
            db.execute(
                "UPDATE spread_endpoints SET due = 0, failures = 0 WHERE id = \
                 (SELECT endpoint FROM spread_key_pairs WHERE id = ?)",
                &[Value::Int(locked.account)],
            )?;
            Ok(Change::Done)
        })
    }

    fn discard(&mut self, id: i64, now: Millis) -> Result<Change> {
        self.database.transaction(false, |db| {
            let Some((order, locked, state)) = lock_of(db, id)? else {
                return Ok(Change::NotFound);
            };
            if state == State::Pending && locked.in_flight(now) {
                return Ok(Change::InFlight);
            }
            delete(db, id)?;
            tidy(db, order, locked.alone, id, None)?;
            Ok(Change::Done)
        })
    }

    fn purge(&mut self, state: State, before: Millis, _: Millis) -> Result<u64> {
        if state == State::Pending {
            return Ok(0);
        }
        let mut purged = 0;
        loop {
            let old = self.database.query(
                "SELECT id, parent FROM spread_records WHERE state <> 0 AND state = ? AND accepted < ? \
                 ORDER BY id LIMIT ?",
                &[
                    Value::Int(state as i64),
                    Value::Int(before),
                    Value::Int(BATCH),
                ],
            )?;
            if old.is_empty() {
                break;
            }
            let mut old: Vec<(i64, i64)> = old.iter().map(|row| (row.int(1), row.int(0))).collect();
            old.sort_unstable();
            purged += self.database.transaction(false, |db| {
                let mut deleted = 0;
                for &(order, id) in &old {
                    let alone = lock(db, order)?.and_then(|order| order.alone);
                    deleted += db.execute(
                        "DELETE FROM spread_records WHERE id = ? AND state <> 0",
                        &[Value::Int(id)],
                    )?;
                    tidy(db, order, alone, id, None)?;
                }
                Ok(deleted)
            })?;
        }
        if purged > 0 {
            self.database.shrink()?;
        }
        Ok(purged)
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.database.checkpoint()
    }
}

//! The store in SQL, for both databases; [`Database`] hides what they do differently.
//!
//! Whoever touches the records of an order first locks the order's row: MySQL locks rows, SQLite has one
//! writer at a time. Circuits are locked last, and a claim never waits for an order (`SKIP LOCKED`), so
//! that deadlocks are rare; MySQL ends one of the transactions in a deadlock, and it is run again.

mod circuits;
mod claim;
mod complete;
mod ids;
mod import;
mod look;
mod manage;
mod order;
mod pending;
mod supersede;
#[cfg(test)]
mod tests;

use super::clock::Millis;
use super::database::{Database, Durability, Result};
use super::error::StoreError;
use super::retry::{FARTHEST, Policy};
use super::store::{
    Change, ClaimRequest, ClaimResult, Claimed, Completion, Counts, Delivered, Filter, Imported,
    KeyPair, Lease, LeaseRequest, Outcome, Record, State, Store, Update,
};
use super::timeout::Timeout;
use claim::DueTimes;
use ids::Ids;
use pending::Append;

/// How many key pairs a connection remembers.
const KNOWN_LIMIT: usize = 64;

/// The store.
pub(super) struct Sql<D> {
    database: D,
    known: Vec<KnownKeyPair>,
}

/// A key pair whose ids were read before. They never change while the connection lasts.
struct KnownKeyPair {
    endpoint: String,
    public_key: Vec<u8>,
    ids: Ids,
}

impl<D: Database> Sql<D> {
    pub(super) fn new(database: D) -> Self {
        Self {
            database,
            known: Vec::new(),
        }
    }

    /// Runs a transaction with the ids of an endpoint and a key pair.
    fn with_ids<T>(
        &mut self,
        endpoint: &str,
        public_key: &[u8],
        durability: Durability,
        mut work: impl FnMut(&mut D, Ids) -> Result<T>,
    ) -> Result<T> {
        loop {
            let ids = self.ids(endpoint, public_key)?;
            let done = self.database.transaction(durability, |db| {
                // The transaction may have begun on a new connection, where the ids are others.
                if db.connection() != ids.connection {
                    return Ok(None);
                }
                work(db, ids).map(Some)
            })?;
            if let Some(done) = done {
                return Ok(done);
            }
        }
    }

    fn ids(&mut self, endpoint: &str, public_key: &[u8]) -> Result<Ids> {
        let connection = self.database.connection();
        self.known
            .retain(|known| known.ids.connection == connection);
        let known = self
            .known
            .iter()
            .find(|known| known.endpoint == endpoint && known.public_key == public_key);
        if let Some(known) = known {
            return Ok(known.ids);
        }
        let ids = match ids::read(&mut self.database, endpoint, public_key)? {
            Some(ids) => ids,
            None => ids::insert(&mut self.database, endpoint, public_key)?,
        };
        if self.known.len() == KNOWN_LIMIT {
            self.known.clear();
        }
        self.known.push(KnownKeyPair {
            endpoint: endpoint.to_owned(),
            public_key: public_key.to_owned(),
            ids,
        });
        Ok(ids)
    }
}

impl<D: Database> Store for Sql<D> {
    fn set_timeout(&mut self, timeout: Timeout) {
        self.database.set_timeout(timeout);
    }

    fn now(&mut self) -> Result<Millis> {
        self.database.now()
    }

    fn enqueue(
        &mut self,
        update: &Update<'_>,
        lease: Option<LeaseRequest>,
        now: Millis,
    ) -> Result<Option<Lease>> {
        let durability = if lease.is_some() {
            self.database.still_at_path()?;
            // Durable only when sending it has failed: see `complete`.
            Durability::Relaxed
        } else {
            Durability::Durable
        };
        let request = lease.map(|lease| lease.within_reach(now));
        let (appended, order, ids) = loop {
            self.database.ready()?;
            let ids = self.ids(update.endpoint, update.public_key)?;
            let order = order::id(ids.key_pair, update, now);
            let append = Append::new((ids.key_pair, order), update, request, now);
            let appended =
                pending::append(&mut self.database, durability, ids.connection, &append)?;
            if let Some(appended) = appended {
                break (appended, order, ids);
            }
            // The connection is another one, where the ids are others.
        };
        let lease = request.filter(|_| appended.sole).map(|request| Lease {
            record: appended.record,
            order,
            key_pair: ids.key_pair,
            endpoint: ids.endpoint,
            token: request.token,
            probe: false,
        });
        // Queued behind an earlier update, so it is not sent now. When the disk fails to confirm it, it is
        // queued all the same: after an error the caller would send it, before the earlier update.
        if request.is_some()
            && lease.is_none()
            && let Err(lost @ StoreError::Lost(_)) = self.database.sync()
        {
            return Err(lost);
        }
        Ok(lease)
    }

    fn import(
        &mut self,
        updates: &[Update<'_>],
        name: &[u8],
        imported: &Imported,
        now: Millis,
    ) -> Result<()> {
        loop {
            self.database.ready()?;
            let mut ids = Vec::with_capacity(updates.len());
            for update in updates {
                ids.push(self.ids(update.endpoint, update.public_key)?);
            }
            let connection = self.database.connection();
            if ids.iter().all(|ids| ids.connection == connection)
                && import::import(
                    &mut self.database,
                    connection,
                    &ids,
                    updates,
                    (name, imported),
                    now,
                )?
            {
                return Ok(());
            }
        }
    }

    fn imported(&mut self, name: &[u8]) -> Result<Option<Imported>> {
        import::imported(&mut self.database, name)
    }

    fn claim(&mut self, request: &ClaimRequest<'_>, now: Millis) -> Result<ClaimResult> {
        let request = &ClaimRequest {
            lease: request.lease.within_reach(now),
            ..*request
        };
        // Without a transaction first: an idle worker writes nothing.
        let times = claim::due_times(&mut self.database)?;
        if times.iter().any(|times| times.last > now + FARTHEST) {
            self.database
                .transaction(Durability::Relaxed, |db| claim::set_back(db, now))?;
        }
        let is_due = |times: &DueTimes| {
            times.first.is_some_and(|due| due <= now)
                && request.public_keys.contains(&times.public_key)
        };
        if !times.iter().any(is_due) {
            return Ok(ClaimResult::default());
        }
        self.database
            .transaction(Durability::Relaxed, |db| claim::claim(db, request, now))
    }

    fn claim_order(
        &mut self,
        update: &Update<'_>,
        accepted: Millis,
        lease: LeaseRequest,
        now: Millis,
    ) -> Result<Option<Claimed>> {
        let lease = lease.within_reach(now);
        let Update {
            endpoint,
            public_key,
            ..
        } = *update;
        self.with_ids(endpoint, public_key, Durability::Relaxed, |db, ids| {
            let order = order::id(ids.key_pair, update, accepted);
            claim::claim_order(db, ids, update, order, lease, now)
        })
    }

    fn complete(
        &mut self,
        completions: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>> {
        let all_delivered = completions
            .iter()
            .all(|completion| matches!(completion.outcome, Outcome::Delivered));
        let durability = if all_delivered {
            Durability::Relaxed
        } else {
            Durability::Durable
        };
        self.database.transaction(durability, |db| {
            complete::complete(db, completions, policy, now)
        })
    }

    fn supersede(&mut self, delivered: &Delivered<'_>, now: Millis) -> Result<u64> {
        let Update {
            endpoint,
            public_key,
            ..
        } = delivered.update;
        // A power cut must not bring an older update back.
        self.with_ids(endpoint, public_key, Durability::Durable, |db, ids| {
            supersede::supersede(db, ids.key_pair, delivered, now)
        })
    }

    fn expire(&mut self, oldest: Millis, now: Millis) -> Result<u64> {
        manage::expire(&mut self.database, oldest, now)
    }

    fn next_due(&mut self, public_keys: &[Vec<u8>]) -> Result<Option<Millis>> {
        let known = |times: &DueTimes| public_keys.contains(&times.public_key);
        let times = claim::due_times(&mut self.database)?;
        let times = times.into_iter().filter(known);
        Ok(times.filter_map(|times| times.first).min())
    }

    fn counts(&mut self, now: Millis) -> Result<Counts> {
        look::counts(&mut self.database, now)
    }

    fn oldest_pending(&mut self) -> Result<Option<Millis>> {
        look::oldest_pending(&mut self.database)
    }

    fn key_pairs(&mut self, now: Millis) -> Result<Vec<KeyPair>> {
        look::key_pairs(&mut self.database, now)
    }

    fn list(&mut self, filter: &Filter<'_>, now: Millis) -> Result<Vec<Record>> {
        look::list(&mut self.database, filter, now)
    }

    fn body(&mut self, id: i64) -> Result<Option<Vec<u8>>> {
        look::body(&mut self.database, id)
    }

    fn retry(&mut self, id: i64, force: bool, now: Millis) -> Result<Change> {
        manage::retry(&mut self.database, id, force, now)
    }

    fn discard(&mut self, id: i64, now: Millis) -> Result<Change> {
        manage::discard(&mut self.database, id, now)
    }

    fn purge(&mut self, state: State, before: Millis, _: Millis) -> Result<u64> {
        manage::purge(&mut self.database, state, before)
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.database.checkpoint()
    }
}

//! Changes by age or by a person: expire, retry, discard, purge.

use super::super::clock::Millis;
use super::super::database::{Database, Durability, Result, Row, Value};
use super::super::store::{Change, State};
use super::order::{lock, lock_of_record, schedule};
use super::pending;

/// How many records one transaction expires or purges.
const BATCH: i64 = 500;

/// A record and its order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    order: i64,
    record: i64,
}

impl Place {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            order: row.int("parent")?,
            record: row.int("id")?,
        })
    }
}

pub(super) fn expire<D: Database>(db: &mut D, oldest: Millis, now: Millis) -> Result<u64> {
    // Ids grow with time: when the first records that were sent are not too old, none is.
    let first = db.query(
        "SELECT id, parent, age_start FROM spread_records WHERE state = 0 AND attempts > 0 \
         ORDER BY id LIMIT ?",
        &[Value::Int(BATCH)],
    )?;
    let mut old = Vec::new();
    for row in &first {
        if row.int::<Millis>("age_start")? < oldest {
            old.push(Place::of(row)?);
        }
    }
    if old.is_empty() {
        return Ok(0);
    }
    old.sort_unstable();
    db.transaction(Durability::Relaxed, |db| {
        let mut expired = 0;
        for place in &old {
            let order = lock(db, place.order)?.filter(|order| !order.in_flight(now));
            let Some(order) = order else {
                continue;
            };
            if pending::expire(db, place.record, oldest)? > 0 {
                expired += 1;
                order.reconcile(db, place.record, None)?;
            }
        }
        Ok(expired)
    })
}

pub(super) fn retry<D: Database>(db: &mut D, id: i64, force: bool, now: Millis) -> Result<Change> {
    db.transaction(Durability::Durable, |db| {
        let Some((order, state)) = lock_of_record(db, id)? else {
            return Ok(Change::NotFound);
        };
        if order.in_flight(now) {
            return Ok(Change::InFlight);
        }
        if state != State::Pending && order.delivered > id && !force {
            return Ok(Change::Overtaken);
        }
        db.execute(
            "UPDATE spread_records SET state = 0, age_start = ?, attempts = 0 WHERE id = ?",
            &[Value::Int(now), Value::Int(id)],
        )?;
        schedule(db, order.id, Some(now), None)?;
        db.execute(
            "UPDATE spread_key_pairs SET due = 0, failures = 0 WHERE id = ?",
            &[Value::Int(order.key_pair)],
        )?;
        db.execute(
            "UPDATE spread_endpoints SET due = 0, failures = 0 WHERE id = \
             (SELECT endpoint FROM spread_key_pairs WHERE id = ?)",
            &[Value::Int(order.key_pair)],
        )?;
        Ok(Change::Done)
    })
}

pub(super) fn discard<D: Database>(db: &mut D, id: i64, now: Millis) -> Result<Change> {
    db.transaction(Durability::Relaxed, |db| {
        let Some((order, state)) = lock_of_record(db, id)? else {
            return Ok(Change::NotFound);
        };
        if state == State::Pending && order.in_flight(now) {
            return Ok(Change::InFlight);
        }
        pending::delete(db, id)?;
        order.reconcile(db, id, None)?;
        Ok(Change::Done)
    })
}

pub(super) fn purge<D: Database>(db: &mut D, state: State, before: Millis) -> Result<u64> {
    if state == State::Pending {
        return Ok(0);
    }
    let mut purged = 0;
    loop {
        let old = db.query(
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
        let mut old = old.iter().map(Place::of).collect::<Result<Vec<_>>>()?;
        old.sort_unstable();
        purged += db.transaction(Durability::Relaxed, |db| {
            let mut deleted = 0;
            for place in &old {
                let order = lock(db, place.order)?;
                deleted += db.execute(
                    "DELETE FROM spread_records WHERE id = ? AND state <> 0",
                    &[Value::Int(place.record)],
                )?;
                if let Some(order) = order {
                    order.reconcile(db, place.record, None)?;
                }
            }
            Ok(deleted)
        })?;
    }
    if purged > 0 {
        db.shrink()?;
    }
    Ok(purged)
}

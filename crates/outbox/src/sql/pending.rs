//! The pending records of an order, and which of them is its head.
//!
//! A record that comes while none is pending is the order's `sole_pending`: only the order's row leads to
//! it, and no index holds it. All other records of the order, the dead-lettered ones included, are
//! `queued`, and an index leads to them. Both kinds can be pending at once: newer records queue behind the
//! sole one, and a retried one queues before it. The head is the pending record with the lowest id.
//!
//! Only this file knows of the two places.

use super::super::clock::Millis;
use super::super::database::{Database, Durability, Result, Row, Statement, Value};
use super::super::error::StoreError;
use super::super::store::{LastError, LeaseRequest, State, Update, method_from_number};
use super::order::{Order, schedule};
use methods::Method;

/// Columns of a SELECT from `spread_orders o`, for [`head_of`].
macro_rules! head_columns {
    () => {
        "o.sole_pending AS sole_pending, (SELECT MIN(q.id) FROM spread_records q WHERE q.parent = o.id \
         AND q.queued = 1 AND q.state = 0) AS first_queued"
    };
}

/// Conditions on `spread_records r` that find, one after the other, all records of the order whose id is
/// the next parameter. Two, because one SELECT with both would read every record.
macro_rules! of_order {
    (queued) => {
        "r.parent = ? AND r.queued = 1"
    };
    (sole_pending) => {
        "r.id = (SELECT sole_pending FROM spread_orders WHERE id = ?)"
    };
}

pub(super) use {head_columns, of_order};

/// The id of the head that a row with [`head_columns`] names.
pub(super) fn head_of(row: &Row) -> Result<Option<i64>> {
    let (sole, queued) = (
        row.maybe_int("sole_pending")?,
        row.maybe_int("first_queued")?,
    );
    Ok(sole.into_iter().chain(queued).min())
}

/// A record that was appended.
pub(super) struct Appended {
    pub(super) record: i64,
    /// No other record of the order was pending.
    pub(super) sole: bool,
}

/// The statements that append an update to its order. When no other record is pending, the order is leased
/// as `lease` says, or due at once.
pub(super) struct Append<'u> {
    find: [Value<'u>; 2],
    insert: [Value<'u>; 6],
    schedule: [Value<'u>; 4],
}

impl<'u> Append<'u> {
    pub(super) fn new(
        (key_pair, order): (i64, i64),
        update: &Update<'u>,
        lease: Option<LeaseRequest>,
        now: Millis,
    ) -> Self {
        let (key_pair, order) = (Value::Int(key_pair), Value::Int(order));
        Self {
            find: [order, key_pair],
            insert: [
                Value::Int(i64::from(update.method.number)),
                Value::Bytes(update.order_id),
                Value::Int(now),
                Value::Int(now),
                Value::Bytes(update.body),
                order,
            ],
            schedule: [
                key_pair,
                Value::Int(lease.map_or(now, |lease| lease.until)),
                lease.map(|lease| lease.token).into(),
                order,
            ],
        }
    }

    pub(super) fn statements<D: Database>(&self) -> [Statement<'_>; 3] {
        // Found or inserted, the order's row is locked from here on.
        let find = if D::LOCKS_ROWS {
            "INSERT INTO spread_orders (id, key_pair) VALUES (?, ?) ON DUPLICATE KEY UPDATE key_pair = key_pair"
        } else {
            "INSERT INTO spread_orders (id, key_pair) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
        };
        // An order is due exactly while a record is pending.
        let insert = "INSERT INTO spread_records (parent, queued, method, order_id, state, accepted, age_start, \
                      attempts, status, last_error, body) SELECT id, due IS NOT NULL, ?, ?, 0, ?, ?, 0, 0, '', ? \
                      FROM spread_orders WHERE id = ?";
        let schedule = if D::LOCKS_ROWS {
            "UPDATE spread_orders SET key_pair = ?, due = ?, token = ?, sole_pending = LAST_INSERT_ID() \
             WHERE id = ? AND due IS NULL"
        } else {
            "UPDATE spread_orders SET key_pair = ?, due = ?, token = ?, sole_pending = last_insert_rowid() \
             WHERE id = ? AND due IS NULL"
        };
        [
            (find, &self.find),
            (insert, &self.insert),
            (schedule, &self.schedule),
        ]
    }
}

/// Appends an update to its order. Nothing when the connection is no longer `connection`.
pub(super) fn append<D: Database>(
    db: &mut D,
    durability: Durability,
    connection: u64,
    append: &Append<'_>,
) -> Result<Option<Appended>> {
    let done = db.batch(durability, connection, &append.statements::<D>())?;
    match done.as_deref() {
        None => Ok(None),
        Some([_, inserted, scheduled, ..]) => Ok(Some(Appended {
            record: inserted.id,
            sole: scheduled.changed == 1,
        })),
        Some(_) => Err(StoreError::Failed("a statement returned no result".into())),
    }
}

const HEAD_OF_ORDER: &str = concat!(
    "SELECT ",
    head_columns!(),
    " FROM spread_orders o WHERE o.id = ?"
);

/// The head of an order, to be sent.
pub(super) struct Head {
    pub(super) record: i64,
    pub(super) attempts: u32,
    pub(super) method: &'static Method,
    pub(super) order_id: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// The head of a locked order, after heads older than `oldest` have expired; `expired` counts those. A head
/// that was never sent does not expire: the worker was away, or its clock is wrong.
pub(super) fn head<D: Database>(
    db: &mut D,
    order: i64,
    oldest: Millis,
    expired: &mut u64,
) -> Result<Option<Head>> {
    loop {
        let row = db.query_first(HEAD_OF_ORDER, &[Value::Int(order)])?;
        let Some(row) = row else {
            return Ok(None);
        };
        let Some(record) = head_of(&row)? else {
            // Superseded under the lease of a sender that has died since.
            reconcile(db, order, None, 0, None)?;
            return Ok(None);
        };
        let mut head = db.query_one(
            "SELECT attempts, body, age_start, method, order_id FROM spread_records WHERE id = ?",
            &[Value::Int(record)],
        )?;
        let attempts = head.int("attempts")?;
        if attempts == 0 || head.int::<Millis>("age_start")? >= oldest {
            return Ok(Some(Head {
                record,
                attempts,
                method: method_from_number(head.int("method")?)?,
                order_id: head.bytes("order_id")?,
                body: head.bytes("body")?,
            }));
        }
        *expired += expire(db, record, oldest)?;
        reconcile(db, order, row.maybe_int("sole_pending")?, record, None)?;
    }
}

/// Moves a pending record that was sent to `expired` if its age began before `oldest`; how many that were.
pub(super) fn expire<D: Database>(db: &mut D, record: i64, oldest: Millis) -> Result<u64> {
    db.execute(
        "UPDATE spread_records SET state = 2, queued = 1 WHERE id = ? AND state = 0 AND attempts > 0 \
         AND age_start < ?",
        &[Value::Int(record), Value::Int(oldest)],
    )
}

/// Moves a record to `refused`.
pub(super) fn refuse<D: Database>(db: &mut D, record: i64, error: &LastError) -> Result<()> {
    db.execute(
        "UPDATE spread_records SET state = 1, queued = 1, attempts = attempts + 1, status = ?, \
         last_error = ? WHERE id = ?",
        &[
            Value::Int(i64::from(error.status)),
            Value::Text(&error.sentence),
            Value::Int(record),
        ],
    )?;
    Ok(())
}

pub(super) fn delete<D: Database>(db: &mut D, record: i64) -> Result<()> {
    db.execute(
        "DELETE FROM spread_records WHERE id = ?",
        &[Value::Int(record)],
    )?;
    Ok(())
}

/// The remaining records of an order.
#[derive(PartialEq)]
pub(super) enum Remaining {
    Pending,
    DeadLettered,
    Nothing,
}

/// The head of an order, and when it was accepted.
pub(super) struct AcceptedHead {
    pub(super) record: i64,
    pub(super) accepted: Millis,
}

impl Order {
    pub(super) fn head<D: Database>(&self, db: &mut D) -> Result<Option<AcceptedHead>> {
        let row = db.query_first(HEAD_OF_ORDER, &[Value::Int(self.id)])?;
        let Some(record) = row.as_ref().map(head_of).transpose()?.flatten() else {
            return Ok(None);
        };
        let sql = "SELECT accepted FROM spread_records WHERE id = ?";
        let accepted = db.query_one(sql, &[Value::Int(record)])?.int("accepted")?;
        Ok(Some(AcceptedHead { record, accepted }))
    }

    /// Deletes the head and leaves when the order is due. The caller reconciles the order.
    pub(super) fn delete_head<D: Database>(&mut self, db: &mut D, head: i64) -> Result<()> {
        delete(db, head)?;
        if self.sole_pending == Some(head) {
            self.sole_pending = None;
            db.execute(
                "UPDATE spread_orders SET sole_pending = NULL WHERE id = ?",
                &[Value::Int(self.id)],
            )?;
        }
        Ok(())
    }

    /// See [`reconcile`].
    pub(super) fn reconcile<D: Database>(
        &self,
        db: &mut D,
        gone: i64,
        next: Option<Millis>,
    ) -> Result<Remaining> {
        reconcile(db, self.id, self.sole_pending, gone, next)
    }
}

/// Updates an order's row, which had `sole_pending`, after the record `gone` has been deleted or
/// dead-lettered. The order is then due at `next`, or as before when that is nothing; not due when no
/// record is pending; and deleted with its last record.
fn reconcile<D: Database>(
    db: &mut D,
    order: i64,
    sole_pending: Option<i64>,
    gone: i64,
    next: Option<Millis>,
) -> Result<Remaining> {
    let remaining = if sole_pending.is_some_and(|sole| sole != gone) {
        Remaining::Pending
    } else {
        let row = db.query_first(
            "SELECT state FROM spread_records WHERE parent = ? AND queued = 1 ORDER BY state LIMIT 1",
            &[Value::Int(order)],
        )?;
        let state = row.map(|row| State::from_number(row.int("state")?));
        match state.transpose()? {
            Some(State::Pending) => Remaining::Pending,
            Some(State::Refused | State::Expired) => Remaining::DeadLettered,
            None => Remaining::Nothing,
        }
    };
    if remaining == Remaining::Nothing {
        db.execute(
            "DELETE FROM spread_orders WHERE id = ?",
            &[Value::Int(order)],
        )?;
        return Ok(remaining);
    }
    if sole_pending == Some(gone) {
        db.execute(
            "UPDATE spread_orders SET sole_pending = NULL WHERE id = ?",
            &[Value::Int(order)],
        )?;
    }
    if remaining == Remaining::DeadLettered {
        schedule(db, order, None, None)?;
    } else if next.is_some() {
        schedule(db, order, next, None)?;
    }
    Ok(remaining)
}

//! An order's row and its records.

use sha2::{Digest as _, Sha256};

use super::super::database::{Database, Result, Row, Value, locking};
use super::super::store::{Millis, State, Token, Update};

/// The id of an order's row. An update without order id is an order of its own; the same one, in the same
/// millisecond, may be taken for that.
pub(super) fn order_number(account: i64, update: &Update<'_>, now: Millis) -> i64 {
    let mut digest = Sha256::new_with_prefix(account.to_be_bytes());
    if update.order_id.is_empty() {
        digest.update(b"at");
        digest.update(now.to_be_bytes());
        digest.update(update.body);
    } else {
        digest.update(b"id");
        digest.update(update.order_id);
    }
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) & i64::MAX
}

/// Adds an update to its order, whose row is made or found, and locked. The record's id, and whether it is
/// the only one that waits or is in flight: then the order is due, or leased, as `first` says.
pub(super) fn append<D: Database>(
    db: &mut D,
    account: i64,
    order: i64,
    update: &Update<'_>,
    first: (Millis, Option<Token>),
    now: Millis,
) -> Result<(i64, bool)> {
    if D::LOCKS_ROWS {
        // Found or made, the row is locked from here on.
        db.execute(
            "INSERT INTO spread_orders (id, account) VALUES (?, ?) ON DUPLICATE KEY UPDATE account = account",
            &[Value::Int(order), Value::Int(account)],
        )?;
    }
    let rows = db.query(
        "SELECT due FROM spread_orders WHERE id = ?",
        &[Value::Int(order)],
    )?;
    let found = rows.first();
    let alone = found.is_none_or(|row| row.maybe_int(0).is_none());
    let record = db.insert(
        "INSERT INTO spread_records (parent, queued, order_id, state, accepted, since, attempts, status, note, \
         body) VALUES (?, ?, ?, 0, ?, ?, 0, 0, '', ?)",
        &[
            Value::Int(order),
            Value::Int(i64::from(!alone)),
            Value::Bytes(update.order_id),
            Value::Int(now),
            Value::Int(now),
            Value::Bytes(update.body),
        ],
    )?;
    if alone {
        let sql = if found.is_none() {
            "INSERT INTO spread_orders (account, due, token, alone, id) VALUES (?, ?, ?, ?, ?)"
        } else {
            "UPDATE spread_orders SET account = ?, due = ?, token = ?, alone = ? WHERE id = ?"
        };
        db.execute(
            sql,
            &[
                Value::Int(account),
                Value::Int(first.0),
                maybe(first.1),
                Value::Int(record),
                Value::Int(order),
            ],
        )?;
    }
    Ok((record, alone))
}

pub(super) fn maybe(number: Option<i64>) -> Value<'static> {
    number.map_or(Value::Null, Value::Int)
}

/// An order's row.
pub(super) struct Order {
    pub(super) account: i64,
    pub(super) due: Option<Millis>,
    pub(super) token: Option<i64>,
    /// The newest record that was delivered, as long as an older one is set aside.
    pub(super) delivered: i64,
    /// The record that came when none waited, while it waits.
    pub(super) alone: Option<i64>,
}

impl Order {
    pub(super) fn in_flight(&self, now: Millis) -> bool {
        self.token.is_some() && self.due.is_some_and(|end| end > now)
    }
}

pub(super) fn lock<D: Database>(db: &mut D, order: i64) -> Result<Option<Order>> {
    let rows = db.query(
        locking!(
            D,
            "SELECT account, due, token, delivered, alone FROM spread_orders WHERE id = ?"
        ),
        &[Value::Int(order)],
    )?;
    Ok(rows.first().map(|row| Order {
        account: row.int(0),
        due: row.maybe_int(1),
        token: row.maybe_int(2),
        delivered: row.int(3),
        alone: row.maybe_int(4),
    }))
}

pub(super) fn schedule<D: Database>(
    db: &mut D,
    order: i64,
    due: Option<Millis>,
    token: Option<i64>,
) -> Result<()> {
    db.execute(
        "UPDATE spread_orders SET due = ?, token = ? WHERE id = ?",
        &[maybe(due), maybe(token), Value::Int(order)],
    )?;
    Ok(())
}

/// The order of a record, locked, and the state that the record has then.
pub(super) fn lock_of<D: Database>(db: &mut D, id: i64) -> Result<Option<(i64, Order, State)>> {
    let Some((order, _)) = parent(db, id)? else {
        return Ok(None);
    };
    let locked = lock(db, order)?;
    let after = parent(db, id)?;
    Ok(locked
        .zip(after)
        .map(|(locked, (_, state))| (order, locked, state)))
}

/// The order and the state of a record.
fn parent<D: Database>(db: &mut D, id: i64) -> Result<Option<(i64, State)>> {
    let rows = db.query(
        "SELECT parent, state FROM spread_records WHERE id = ?",
        &[Value::Int(id)],
    )?;
    Ok(rows
        .first()
        .map(|row| (row.int(0), State::from_number(row.int(1)))))
}

pub(super) fn delete<D: Database>(db: &mut D, id: i64) -> Result<()> {
    db.execute("DELETE FROM spread_records WHERE id = ?", &[Value::Int(id)])?;
    Ok(())
}

/// The first record of an order that waits and is not too old; those that are, are set aside.
pub(super) fn head<D: Database>(
    db: &mut D,
    order: i64,
    mut alone: Option<i64>,
    oldest: Millis,
    expired: &mut u64,
) -> Result<Option<Row>> {
    loop {
        // One that was retried can be older than the one that is alone.
        let queued = db.query(
            "SELECT MIN(id) FROM spread_records WHERE parent = ? AND queued = 1 AND state = 0",
            &[Value::Int(order)],
        )?;
        let queued = queued.first().and_then(|row| row.maybe_int(0));
        let Some(first) = queued.into_iter().chain(alone).min() else {
            return Ok(None);
        };
        let rows = db.query(
            "SELECT id, attempts, body, since, order_id FROM spread_records WHERE id = ?",
            &[Value::Int(first)],
        )?;
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        if row.int(3) >= oldest {
            return Ok(Some(row));
        }
        *expired += expire(db, first, oldest)?;
        tidy(db, order, alone, first, None)?;
        alone = alone.filter(|alone| *alone != first);
    }
}

/// Sets a waiting record aside because it came before `oldest`; how many it was.
pub(super) fn expire<D: Database>(db: &mut D, id: i64, oldest: Millis) -> Result<u64> {
    db.execute(
        "UPDATE spread_records SET state = 2, queued = 1 WHERE id = ? AND state = 0 AND since < ?",
        &[Value::Int(id), Value::Int(oldest)],
    )
}

/// Brings an order's row, which had `alone`, up to date after `gone` has left its waiting records: due at
/// `next` for the next one (unchanged when that is nothing), not due when none waits, gone with its last
/// record.
pub(super) fn tidy<D: Database>(
    db: &mut D,
    order: i64,
    alone: Option<i64>,
    gone: i64,
    next: Option<Millis>,
) -> Result<Left> {
    let left = if alone.is_some_and(|alone| alone != gone) {
        Left::Pending
    } else {
        let rows = db.query(
            "SELECT state FROM spread_records WHERE parent = ? AND queued = 1 ORDER BY state LIMIT 1",
            &[Value::Int(order)],
        )?;
        match rows.first().map(|row| State::from_number(row.int(0))) {
            Some(State::Pending) => Left::Pending,
            Some(_) => Left::SetAside,
            None => Left::Nothing,
        }
    };
    if left == Left::Nothing {
        db.execute(
            "DELETE FROM spread_orders WHERE id = ?",
            &[Value::Int(order)],
        )?;
        return Ok(left);
    }
    if alone == Some(gone) {
        db.execute(
            "UPDATE spread_orders SET alone = NULL WHERE id = ?",
            &[Value::Int(order)],
        )?;
    }
    if left == Left::SetAside {
        schedule(db, order, None, None)?;
    } else if next.is_some() {
        schedule(db, order, next, None)?;
    }
    Ok(left)
}

/// What is left of an order.
#[derive(PartialEq)]
pub(super) enum Left {
    Pending,
    SetAside,
    Nothing,
}

//! The row of an order, or of an account: both have one sequence each.

use sha2::{Digest as _, Sha256};

use super::super::clock::Millis;
use super::super::database::{Database, Result, Value, locking};
use super::super::store::{State, Token, Update};
use methods::Subject;

/// The id of an order's row. An update without order id gets an order for itself; the same update of the
/// same millisecond may share it.
pub(super) fn id(key_pair: i64, update: &Update<'_>, now: Millis) -> i64 {
    if !update.order_id.is_empty() {
        return id_of(key_pair, update.method.subject, update.order_id);
    }
    let mut digest = Sha256::new_with_prefix(key_pair.to_be_bytes());
    digest.update(b"at");
    digest.update(now.to_be_bytes());
    digest.update(update.body);
    row_id(digest)
}

/// The same for the id of an order or an account, which is not empty.
pub(super) fn id_of(key_pair: i64, subject: Subject, id: &[u8]) -> i64 {
    let mut digest = Sha256::new_with_prefix(key_pair.to_be_bytes());
    digest.update(match subject {
        Subject::Order => b"id",
        Subject::Account => b"ac",
    });
    digest.update(id);
    row_id(digest)
}

fn row_id(digest: Sha256) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) & i64::MAX
}

/// An order's row.
pub(super) struct Order {
    pub(super) id: i64,
    pub(super) key_pair: i64,
    pub(super) due: Option<Millis>,
    pub(super) token: Option<Token>,
    /// The newest delivered record, while an older one is dead-lettered.
    pub(super) delivered: i64,
    /// See `pending.rs`.
    pub(super) sole_pending: Option<i64>,
}

impl Order {
    pub(super) fn in_flight(&self, now: Millis) -> bool {
        self.token.is_some() && self.due.is_some_and(|end| end > now)
    }
}

/// Reads and locks an order's row.
pub(super) fn lock<D: Database>(db: &mut D, id: i64) -> Result<Option<Order>> {
    let row = db.query_first(
        locking!(
            D,
            "SELECT key_pair, due, token, delivered, sole_pending FROM spread_orders WHERE id = ?"
        ),
        &[Value::Int(id)],
    )?;
    row.map(|row| {
        Ok(Order {
            id,
            key_pair: row.int("key_pair")?,
            due: row.maybe_int("due")?,
            token: row.maybe_int("token")?,
            delivered: row.int("delivered")?,
            sole_pending: row.maybe_int("sole_pending")?,
        })
    })
    .transpose()
}

/// Locks the order of a record; with the state that the record has then.
pub(super) fn lock_of_record<D: Database>(
    db: &mut D,
    record: i64,
) -> Result<Option<(Order, State)>> {
    let Some((order, _)) = order_and_state(db, record)? else {
        return Ok(None);
    };
    let order = lock(db, order)?;
    let after = order_and_state(db, record)?;
    Ok(order.zip(after).map(|(order, (_, state))| (order, state)))
}

fn order_and_state<D: Database>(db: &mut D, record: i64) -> Result<Option<(i64, State)>> {
    let row = db.query_first(
        "SELECT parent, state FROM spread_records WHERE id = ?",
        &[Value::Int(record)],
    )?;
    row.map(|row| Ok((row.int("parent")?, State::from_number(row.int("state")?)?)))
        .transpose()
}

/// Sets when an order is due; with a token, when its lease expires.
pub(super) fn schedule<D: Database>(
    db: &mut D,
    id: i64,
    due: Option<Millis>,
    token: Option<Token>,
) -> Result<()> {
    db.execute(
        "UPDATE spread_orders SET due = ?, token = ? WHERE id = ?",
        &[due.into(), token.into(), Value::Int(id)],
    )?;
    Ok(())
}

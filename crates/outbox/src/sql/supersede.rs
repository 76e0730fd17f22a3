//! An update was delivered past its record, or past the outbox: older ones must not be sent after it.

use super::super::clock::Millis;
use super::super::database::{Database, Result, Value};
use super::super::store::Delivered;
use super::order::{self, Order, lock};
use super::pending;

pub(super) fn supersede<D: Database>(
    db: &mut D,
    key_pair: i64,
    delivered: &Delivered<'_>,
    now: Millis,
) -> Result<u64> {
    let id = order::id(key_pair, &delivered.update, now);
    let Some(mut order) = lock(db, id)? else {
        return Ok(0);
    };
    let Some(last) = last_older(db, &order, delivered)? else {
        return Ok(0);
    };
    let mut deleted = 0;
    while let Some(head) = order.head(db)? {
        if head.record > last {
            break;
        }
        order.delete_head(db, head.record)?;
        deleted += 1;
        // While another sender has the head, the order stays leased: a newer update must not go out
        // beside it. Its completion finds the record gone.
        if !order.in_flight(now)
            && order.reconcile(db, head.record, Some(now))? == pending::Remaining::Nothing
        {
            return Ok(deleted);
        }
    }
    // A person must not retry an older one by mistake either.
    let row = db.query_one(
        "SELECT MAX(id) AS older FROM spread_records WHERE parent = ? AND queued = 1 AND state <> 0 AND id <= ?",
        &[Value::Int(order.id), Value::Int(last)],
    )?;
    if let Some(older) = row.maybe_int("older")? {
        db.execute(
            "UPDATE spread_orders SET delivered = ? WHERE id = ? AND delivered < ?",
            &[
                Value::Int(older + 1),
                Value::Int(order.id),
                Value::Int(older + 1),
            ],
        )?;
    }
    Ok(deleted)
}

/// The last record that is older. All before it are older, too, whatever their times: they were stored earlier,
/// when the clock may have been ahead.
fn last_older<D: Database>(
    db: &mut D,
    order: &Order,
    delivered: &Delivered<'_>,
) -> Result<Option<i64>> {
    let newest = delivered.record.unwrap_or(i64::MAX);
    let row = db.query_one(
        "SELECT MAX(id) AS older FROM spread_records WHERE parent = ? AND queued = 1 AND accepted < ? AND id <= ?",
        &[
            Value::Int(order.id),
            Value::Int(delivered.accepted_before),
            Value::Int(newest),
        ],
    )?;
    // The head may be a record that is not queued.
    let head = order
        .head(db)?
        .filter(|head| head.record <= newest && head.accepted < delivered.accepted_before);
    Ok(row.maybe_int("older")?.max(head.map(|head| head.record)))
}

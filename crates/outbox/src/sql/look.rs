//! Reading: counts, key pairs, lists and bodies, for `spread-outbox` and monitoring.

use super::super::clock::Millis;
use super::super::database::{Database, Result, Row, Value};
use super::super::store::{Counts, Filter, KeyPair, LastError, Record, State, method_from_number};
use super::order;
use super::pending::{head_columns, head_of, of_order};
use methods::Subject;

pub(super) fn counts<D: Database>(db: &mut D, now: Millis) -> Result<Counts> {
    let all: u64 = db
        .query_one("SELECT COUNT(*) AS number FROM spread_records", &[])?
        .int("number")?;
    let (mut refused, mut expired) = (0, 0);
    let dead_lettered = db.query(
        "SELECT state, COUNT(*) AS number FROM spread_records WHERE state <> 0 GROUP BY state",
        &[],
    )?;
    for row in dead_lettered {
        match State::from_number(row.int("state")?)? {
            State::Pending => {}
            State::Refused => refused = row.int("number")?,
            State::Expired => expired = row.int("number")?,
        }
    }
    let leased = db.query_one(
        "SELECT COUNT(*) AS number FROM spread_orders WHERE token IS NOT NULL AND due > ?",
        &[Value::Int(now)],
    )?;
    Ok(Counts {
        // Others may write between the queries.
        pending: all.saturating_sub(refused + expired),
        in_flight: leased.int("number")?,
        refused,
        expired,
        oldest: oldest_pending(db)?,
    })
}

pub(super) fn oldest_pending<D: Database>(db: &mut D) -> Result<Option<Millis>> {
    let oldest = db.query_first(
        "SELECT accepted FROM spread_records WHERE state = 0 ORDER BY id LIMIT 1",
        &[],
    )?;
    oldest.map(|row| row.int("accepted")).transpose()
}

pub(super) fn key_pairs<D: Database>(db: &mut D, now: Millis) -> Result<Vec<KeyPair>> {
    let rows = db.query(
        "SELECT e.url AS url, k.public_key AS public_key, e.due AS endpoint_due, k.due AS key_pair_due, \
         (SELECT COUNT(*) FROM spread_orders o WHERE o.key_pair = k.id AND o.due IS NOT NULL) AS orders \
         FROM spread_key_pairs k JOIN spread_endpoints e ON e.id = k.endpoint ORDER BY e.url, k.public_key",
        &[],
    )?;
    let open_until = |due: Millis| (due != 0).then(|| due.max(now));
    let key_pair = |mut row: Row| {
        Ok(KeyPair {
            endpoint: row.text("url")?,
            public_key: row.bytes("public_key")?,
            orders: row.int("orders")?,
            endpoint_open_until: open_until(row.int("endpoint_due")?),
            key_pair_open_until: open_until(row.int("key_pair_due")?),
        })
    };
    rows.into_iter().map(key_pair).collect()
}

pub(super) fn body<D: Database>(db: &mut D, id: i64) -> Result<Option<Vec<u8>>> {
    let row = db.query_first(
        "SELECT body FROM spread_records WHERE id = ?",
        &[Value::Int(id)],
    )?;
    row.map(|mut row| row.bytes("body")).transpose()
}

/// The records with ids above the first parameter; [`record`] reads the rows.
macro_rules! select {
    ($($condition:tt)*) => {
        concat!(
            "SELECT r.id AS id, r.state AS state, e.url AS url, k.public_key AS public_key, \
             r.method AS method, r.order_id AS order_id, r.accepted AS accepted, o.due AS due, o.token AS token, \
             r.attempts AS attempts, r.status AS status, r.last_error AS last_error, \
             LENGTH(r.body) AS size, ",
            head_columns!(),
            " FROM spread_records r JOIN spread_orders o ON o.id = r.parent \
             JOIN spread_key_pairs k ON k.id = o.key_pair \
             JOIN spread_endpoints e ON e.id = k.endpoint WHERE r.id > ?",
            $($condition)*
            " ORDER BY r.id LIMIT ?"
        )
    };
}

fn record(mut row: Row, now: Millis) -> Result<Record> {
    let id = row.int("id")?;
    let state = State::from_number(row.int("state")?)?;
    let is_pending = state == State::Pending;
    let due = row.maybe_int("due")?;
    let leased = row.maybe_int("token")?.is_some() && due.is_some_and(|end| end > now);
    Ok(Record {
        id,
        state,
        in_flight: is_pending && leased && head_of(&row)? == Some(id),
        endpoint: row.text("url")?,
        public_key: row.bytes("public_key")?,
        method: method_from_number(row.int("method")?)?,
        order_id: row.bytes("order_id")?,
        accepted: row.int("accepted")?,
        due: due.filter(|_| is_pending),
        attempts: row.int("attempts")?,
        last_error: LastError {
            status: row.int("status")?,
            sentence: row.text("last_error")?,
        },
        size: row.int("size")?,
    })
}

pub(super) fn list<D: Database>(
    db: &mut D,
    filter: &Filter<'_>,
    now: Millis,
) -> Result<Vec<Record>> {
    if let Some(order_id) = filter.order_id {
        return list_order(db, order_id, filter, now);
    }
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let (after, limit) = (Value::Int(filter.after), Value::Int(limit));
    let rows = match filter.state {
        None => db.query(select!(), &[after, limit]),
        Some(State::Pending) => db.query(select!(" AND r.state = 0",), &[after, limit]),
        Some(state) => db.query(
            select!(" AND r.state <> 0 AND r.state = ?",),
            &[after, Value::Int(state as i64), limit],
        ),
    }?;
    rows.into_iter().map(|row| record(row, now)).collect()
}

/// The records of an order and of an account with this id, which may be one of each key pair.
fn list_order<D: Database>(
    db: &mut D,
    order_id: &[u8],
    filter: &Filter<'_>,
    now: Millis,
) -> Result<Vec<Record>> {
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let mut orders = Vec::new();
    for row in db.query("SELECT id FROM spread_key_pairs", &[])? {
        let key_pair = row.int("id")?;
        orders.extend(Subject::ALL.map(|subject| order::id_of(key_pair, subject, order_id)));
    }
    let mut records = Vec::new();
    for order in orders {
        let values = [
            Value::Int(filter.after),
            Value::Int(order),
            Value::Int(limit),
        ];
        for sql in [
            select!(" AND ", of_order!(queued),),
            select!(" AND ", of_order!(sole_pending),),
        ] {
            for row in db.query(sql, &values)? {
                records.push(record(row, now)?);
            }
        }
    }
    records.retain(|record| {
        record.order_id == order_id && filter.state.is_none_or(|state| record.state == state)
    });
    records.sort_by_key(|record| record.id);
    records.truncate(filter.limit);
    Ok(records)
}

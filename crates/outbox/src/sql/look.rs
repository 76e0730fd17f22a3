//! Looking: what `spread-outbox` and whoever watches it are shown.

use super::super::database::{Database, Result, Row, Value};
use super::super::store::{Counts, Filter, KeyPair, LastError, Millis, Record, State, Update};
use super::order::order_number;

pub(super) fn counts<D: Database>(db: &mut D, now: Millis) -> Result<Counts> {
    let mut counts = Counts::default();
    let all = db.query("SELECT COUNT(*) FROM spread_records", &[])?;
    let aside = db.query(
        "SELECT state, COUNT(*) FROM spread_records WHERE state <> 0 GROUP BY state",
        &[],
    )?;
    for row in aside {
        match State::from_number(row.int(0)) {
            State::Pending => {}
            State::Refused => counts.refused = row.count(1),
            State::Expired => counts.expired = row.count(1),
        }
    }
    let all = all.first().map_or(0, |row| row.count(0));
    counts.pending = all.saturating_sub(counts.refused + counts.expired);
    let oldest = db.query(
        "SELECT accepted FROM spread_records WHERE state = 0 ORDER BY id LIMIT 1",
        &[],
    )?;
    counts.oldest = oldest.first().and_then(|row| row.maybe_int(0));
    let leased = db.query(
        "SELECT COUNT(*) FROM spread_orders WHERE token IS NOT NULL AND due > ?",
        &[Value::Int(now)],
    )?;
    counts.in_flight = leased.first().map_or(0, |row| row.count(0));
    Ok(counts)
}

pub(super) fn key_pairs<D: Database>(db: &mut D, now: Millis) -> Result<Vec<KeyPair>> {
    let rows = db.query(
        "SELECT e.url, a.public_key, e.due, a.due, (SELECT COUNT(*) FROM spread_orders o WHERE \
         o.account = a.id AND o.due IS NOT NULL) FROM spread_key_pairs a JOIN spread_endpoints e ON \
         e.id = a.endpoint ORDER BY e.url, a.public_key",
        &[],
    )?;
    let down = |due: Millis| (due != 0).then(|| due.max(now));
    Ok(rows
        .into_iter()
        .map(|mut row| KeyPair {
            endpoint: row.text(0),
            public_key: row.bytes(1),
            endpoint_down_until: down(row.int(2)),
            keys_down_until: down(row.int(3)),
            orders: row.count(4),
        })
        .collect())
}

pub(super) fn list<D: Database>(
    db: &mut D,
    filter: &Filter<'_>,
    now: Millis,
) -> Result<Vec<Record>> {
    macro_rules! select {
        ($where:literal) => {
            concat!(
                "SELECT r.id, r.state, e.url, a.public_key, r.order_id, r.accepted, o.due, o.token, \
                 r.attempts, r.status, r.note, LENGTH(r.body), (SELECT MIN(h.id) FROM spread_records h \
                 WHERE h.parent = o.id AND h.queued = 1 AND h.state = 0), o.alone FROM spread_records r JOIN spread_orders o ON \
                 o.id = r.parent JOIN spread_key_pairs a ON a.id = o.account JOIN spread_endpoints e ON \
                 e.id = a.endpoint WHERE r.id > ?",
                $where,
                " ORDER BY r.id LIMIT ?"
            )
        };
    }
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let (after, limit) = (Value::Int(filter.after), Value::Int(limit));
    let Some(order_id) = filter.order_id else {
        let rows = match filter.state {
            None => db.query(select!(""), &[after, limit]),
            Some(State::Pending) => db.query(select!(" AND r.state = 0"), &[after, limit]),
            Some(state) => db.query(
                select!(" AND r.state <> 0 AND r.state = ?"),
                &[after, Value::Int(state as i64), limit],
            ),
        }?;
        return Ok(rows.into_iter().map(|row| record(row, now)).collect());
    };
    let update = Update {
        endpoint: "",
        public_key: b"",
        order_id,
        body: b"",
    };
    let accounts = db.query("SELECT id FROM spread_key_pairs", &[])?;
    let mut records = Vec::new();
    for account in accounts {
        let order = order_number(account.int(0), &update, now);
        let queued = db.query(
            select!(" AND r.parent = ? AND r.queued = 1"),
            &[after, Value::Int(order), limit],
        )?;
        let alone = db.query(
            select!(" AND r.id = (SELECT alone FROM spread_orders WHERE id = ?)"),
            &[after, Value::Int(order), limit],
        )?;
        let rows = queued.into_iter().chain(alone);
        records.extend(rows.map(|row| record(row, now)));
    }
    records.retain(|record| {
        record.order_id == order_id && filter.state.is_none_or(|state| record.state == state)
    });
    records.sort_by_key(|record| record.id);
    records.truncate(filter.limit);
    Ok(records)
}

/// A row of [`Store::list`].
fn record(mut row: Row, now: Millis) -> Record {
    let state = State::from_number(row.int(1));
    let waiting = state == State::Pending;
    let head = row.maybe_int(12).into_iter().chain(row.maybe_int(13)).min();
    let head = head == Some(row.int(0));
    let leased = row.maybe_int(7).is_some() && row.int(6) > now;
    Record {
        id: row.int(0),
        state,
        in_flight: waiting && head && leased,
        endpoint: row.text(2),
        public_key: row.bytes(3),
        order_id: row.bytes(4),
        accepted: row.int(5),
        due: row.maybe_int(6).filter(|_| waiting),
        attempts: u32::try_from(row.int(8)).unwrap_or(0),
        note: LastError {
            status: u16::try_from(row.int(9)).unwrap_or(0),
            sentence: row.text(10),
        },
        size: row.count(11),
    }
}

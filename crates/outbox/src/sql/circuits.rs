//! The gates of endpoints and key pairs, in their rows.

use super::super::circuit::Circuit;
use super::super::database::{Database, Result, Row, Value, locking};

/// An account with its gates.
pub(super) struct Guarded {
    pub(super) account: i64,
    pub(super) endpoint: i64,
    pub(super) url: String,
    pub(super) public_key: Vec<u8>,
    pub(super) of_endpoint: Circuit,
    pub(super) of_account: Circuit,
}

pub(super) fn gated<D: Database>(db: &mut D) -> Result<Vec<Guarded>> {
    let rows = db.query(
        "SELECT a.id, e.id, e.url, a.public_key, e.failures, e.failed_order, e.due, a.failures, \
         a.failed_order, a.due FROM spread_key_pairs a JOIN spread_endpoints e ON e.id = a.endpoint \
         ORDER BY a.id",
        &[],
    )?;
    Ok(rows
        .into_iter()
        .map(|mut row| Guarded {
            account: row.int(0),
            endpoint: row.int(1),
            url: row.text(2),
            public_key: row.bytes(3),
            of_endpoint: gate(&row, 4),
            of_account: gate(&row, 7),
        })
        .collect())
}

pub(super) fn gate(row: &Row, first: usize) -> Circuit {
    Circuit {
        failures: u32::try_from(row.int(first)).unwrap_or(u32::MAX),
        order: row.int(first + 1),
        due: row.int(first + 2),
    }
}

/// The gates of an account's endpoint and of its keys. Locked.
pub(super) fn gates<D: Database>(db: &mut D, account: i64) -> Result<Option<(Circuit, Circuit)>> {
    let rows = db.query(
        locking!(
            D,
            "SELECT e.failures, e.failed_order, e.due, a.failures, a.failed_order, a.due \
             FROM spread_key_pairs a JOIN spread_endpoints e ON e.id = a.endpoint WHERE a.id = ?"
        ),
        &[Value::Int(account)],
    )?;
    Ok(rows.first().map(|row| (gate(row, 0), gate(row, 3))))
}

pub(super) fn gate_values(gate: Circuit, id: i64) -> [Value<'static>; 4] {
    [
        Value::Int(i64::from(gate.failures)),
        Value::Int(gate.order),
        Value::Int(gate.due),
        Value::Int(id),
    ]
}

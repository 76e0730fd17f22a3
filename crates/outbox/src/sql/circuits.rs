//! The circuits of endpoints and key pairs, in their rows.

use super::super::circuit::Circuit;
use super::super::database::{Database, Result, Row, Value, locking};

/// The circuits that stand before a record.
#[derive(Clone, Copy)]
pub(super) struct Circuits {
    pub(super) endpoint: Circuit,
    pub(super) key_pair: Circuit,
}

impl Circuits {
    /// Whether a record that goes out now is a probe.
    pub(super) fn any_open(self) -> bool {
        self.endpoint.is_open() || self.key_pair.is_open()
    }
}

/// Columns of a SELECT from `spread_key_pairs k` and `spread_endpoints e`, for [`circuits`].
macro_rules! circuit_columns {
    () => {
        "e.failures AS endpoint_failures, e.failed_order AS endpoint_failed_order, e.due AS endpoint_due, \
         k.failures AS key_pair_failures, k.failed_order AS key_pair_failed_order, k.due AS key_pair_due \
         FROM spread_key_pairs k JOIN spread_endpoints e ON e.id = k.endpoint"
    };
}

fn circuits(row: &Row) -> Result<Circuits> {
    Ok(Circuits {
        endpoint: Circuit {
            failures: row.int("endpoint_failures")?,
            failed_order: row.int("endpoint_failed_order")?,
            due: row.int("endpoint_due")?,
        },
        key_pair: Circuit {
            failures: row.int("key_pair_failures")?,
            failed_order: row.int("key_pair_failed_order")?,
            due: row.int("key_pair_due")?,
        },
    })
}

/// A key pair and its circuits.
pub(super) struct GuardedKeyPair {
    pub(super) id: i64,
    pub(super) endpoint: i64,
    pub(super) url: String,
    pub(super) public_key: Vec<u8>,
    pub(super) circuits: Circuits,
}

pub(super) fn guarded_key_pairs<D: Database>(db: &mut D) -> Result<Vec<GuardedKeyPair>> {
    let rows = db.query(
        concat!(
            "SELECT k.id AS id, e.id AS endpoint, e.url AS url, k.public_key AS public_key, ",
            circuit_columns!(),
            " ORDER BY k.id"
        ),
        &[],
    )?;
    let key_pair = |mut row: Row| {
        Ok(GuardedKeyPair {
            id: row.int("id")?,
            endpoint: row.int("endpoint")?,
            url: row.text("url")?,
            public_key: row.bytes("public_key")?,
            circuits: circuits(&row)?,
        })
    };
    rows.into_iter().map(key_pair).collect()
}

/// Reads and locks the circuits of a key pair and of its endpoint.
pub(super) fn lock_circuits<D: Database>(db: &mut D, key_pair: i64) -> Result<Option<Circuits>> {
    let row = db.query_first(
        locking!(D, "SELECT ", circuit_columns!(), " WHERE k.id = ?"),
        &[Value::Int(key_pair)],
    )?;
    row.as_ref().map(circuits).transpose()
}

pub(super) fn write_endpoint<D: Database>(db: &mut D, id: i64, circuit: Circuit) -> Result<()> {
    db.execute(
        "UPDATE spread_endpoints SET failures = ?, failed_order = ?, due = ? WHERE id = ?",
        &values(circuit, id),
    )?;
    Ok(())
}

pub(super) fn write_key_pair<D: Database>(db: &mut D, id: i64, circuit: Circuit) -> Result<()> {
    db.execute(
        "UPDATE spread_key_pairs SET failures = ?, failed_order = ?, due = ? WHERE id = ?",
        &values(circuit, id),
    )?;
    Ok(())
}

fn values(circuit: Circuit, id: i64) -> [Value<'static>; 4] {
    [
        Value::Int(i64::from(circuit.failures)),
        Value::Int(circuit.failed_order),
        Value::Int(circuit.due),
        Value::Int(id),
    ]
}

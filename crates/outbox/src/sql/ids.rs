//! The ids of an endpoint and a key pair.

use super::super::database::{Database, Durability, Result, Upsert, Value};

#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) endpoint: i64,
    pub(super) key_pair: i64,
    /// The connection that they were read from.
    pub(super) connection: u64,
}

/// The ids, when they are known to the database.
pub(super) fn read<D: Database>(
    db: &mut D,
    endpoint: &str,
    public_key: &[u8],
) -> Result<Option<Ids>> {
    let row = db.query_first(
        "SELECT k.id AS key_pair, k.endpoint AS endpoint FROM spread_key_pairs k \
         JOIN spread_endpoints e ON e.id = k.endpoint WHERE e.url = ? AND k.public_key = ?",
        &[Value::Text(endpoint), Value::Bytes(public_key)],
    )?;
    row.map(|row| {
        Ok(Ids {
            endpoint: row.int("endpoint")?,
            key_pair: row.int("key_pair")?,
            connection: db.connection(),
        })
    })
    .transpose()
}

pub(super) fn insert<D: Database>(db: &mut D, endpoint: &str, public_key: &[u8]) -> Result<Ids> {
    db.transaction(Durability::Relaxed, |db| {
        let endpoint = db.upsert(Upsert::Endpoint, &[Value::Text(endpoint)])?;
        let key_pair = db.upsert(
            Upsert::KeyPair,
            &[Value::Int(endpoint), Value::Bytes(public_key)],
        )?;
        Ok(Ids {
            endpoint,
            key_pair,
            connection: db.connection(),
        })
    })
}

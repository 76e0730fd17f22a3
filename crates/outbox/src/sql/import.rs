//! Updates that come from a file, many in one transaction, and how far each file was read.

use super::super::clock::Millis;
use super::super::database::{Database, Durability, Result, Statement, Value};
use super::super::store::{Imported, Update};
use super::ids::Ids;
use super::order;
use super::pending::Append;

/// Appends `updates`, with the ids of each, and notes how far the import has come. False when the connection
/// is no longer `connection`: nothing is done then.
pub(super) fn import<D: Database>(
    db: &mut D,
    connection: u64,
    ids: &[Ids],
    updates: &[Update<'_>],
    (name, imported): (&[u8], &Imported),
    now: Millis,
) -> Result<bool> {
    let appends: Vec<Append<'_>> = updates
        .iter()
        .zip(ids)
        .map(|(update, ids)| {
            let order = order::id(ids.key_pair, update, now);
            Append::new((ids.key_pair, order), update, None, now)
        })
        .collect();
    let position = [
        Value::Bytes(name),
        Value::Int(imported.rows),
        Value::Bytes(&imported.digest),
    ];
    let mut statements: Vec<Statement<'_>> =
        appends.iter().flat_map(Append::statements::<D>).collect();
    if !name.is_empty() {
        statements.push((
            "REPLACE INTO spread_imports (name, imported, digest) VALUES (?, ?, ?)",
            &position,
        ));
    }
    if statements.is_empty() {
        return Ok(true);
    }
    Ok(db
        .batch(Durability::Durable, connection, &statements)?
        .is_some())
}

pub(super) fn imported<D: Database>(db: &mut D, name: &[u8]) -> Result<Option<Imported>> {
    let row = db.query_first(
        "SELECT imported, digest FROM spread_imports WHERE name = ?",
        &[Value::Bytes(name)],
    )?;
    row.map(|mut row| {
        Ok(Imported {
            rows: row.int("imported")?,
            digest: row.bytes("digest")?,
        })
    })
    .transpose()
}

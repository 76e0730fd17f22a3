//! Brings the schema of a server's database up to date.

use std::time::{Duration, Instant};

use mysql::Error;
use mysql::prelude::Queryable as _;

use super::super::database::Result;
use super::super::error::StoreError;
use super::super::schema;
use super::codes;
use super::connection::Connection;

/// How often the lock on the schema is tried while another process has it.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// Takes the missing steps; an outbox that does not exist yet is created only with `create`.
pub(super) fn migrate(connection: &mut Connection, create: bool) -> Result<()> {
    let known = i64::try_from(schema::MYSQL.len()).unwrap_or(i64::MAX);
    match version(connection)? {
        Some(found) if found == known => return Ok(()),
        Some(found) if found > known => return Err(StoreError::Newer { found, known }),
        None if !create => {
            return Err(StoreError::Open("the database has no outbox yet".into()));
        }
        _ => {}
    }
    let end = connection.deadline();
    while !lock(connection)? {
        if Instant::now() >= end {
            let reason = "timed out waiting for another process that changes the schema";
            return Err(StoreError::Open(reason.into()));
        }
        std::thread::sleep(LOCK_POLL);
    }
    let outcome = take_steps(connection, known);
    let unlocked =
        connection.run(|open| open.query_drop("SELECT RELEASE_LOCK('spread_outbox_schema')"));
    outcome.and(unlocked)
}

/// Does not wait: the connection would give up before the server does.
fn lock(connection: &mut Connection) -> Result<bool> {
    let lock = "SELECT GET_LOCK('spread_outbox_schema', 0)";
    let locked = connection.run(|open| open.query_first::<Option<i64>, _>(lock))?;
    Ok(locked.flatten() == Some(1))
}

fn take_steps(connection: &mut Connection, known: i64) -> Result<()> {
    define(
        connection,
        "CREATE TABLE IF NOT EXISTS spread_schema (version INT NOT NULL PRIMARY KEY) ENGINE = InnoDB",
    )?;
    // Older versions created it without, and group replication then refuses its first row.
    define(
        connection,
        "ALTER TABLE spread_schema ADD PRIMARY KEY (version)",
    )?;
    let found = match version(connection)? {
        Some(found) if found > known => return Err(StoreError::Newer { found, known }),
        Some(found) => found,
        None => {
            let first = "INSERT INTO spread_schema (version) VALUES (0)";
            connection.run(|open| open.query_drop(first))?;
            0
        }
    };
    for (number, step) in (1_i64..).zip(schema::MYSQL) {
        if number <= found {
            continue;
        }
        for statement in step {
            define(connection, statement)?;
        }
        let taken = format!("UPDATE spread_schema SET version = {number}");
        connection.run(|open| open.query_drop(&taken))?;
    }
    Ok(())
}

/// Runs a statement that defines a table. Each commits by itself, so an interrupted step has done some of
/// them already.
fn define(connection: &mut Connection, statement: &str) -> Result<()> {
    connection.run(|open| match open.query_drop(statement) {
        Err(Error::MySqlError(error)) if codes::exists_already(error.code) => Ok(()),
        outcome => outcome,
    })
}

/// How many steps of the schema were taken; nothing when there is no schema.
fn version(connection: &mut Connection) -> Result<Option<i64>> {
    connection.run(
        |open| match open.query_first("SELECT version FROM spread_schema") {
            Err(Error::MySqlError(error)) if codes::is_no_such_table(error.code) => Ok(None),
            outcome => outcome,
        },
    )
}

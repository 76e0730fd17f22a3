//! MySQL 8.0 and later, MariaDB 10.6 and later: one outbox for several web nodes.
//!
//! Chosen: the crate `mysql`, which is synchronous, as a PHP call is. One connection, made again when it
//! is gone. What a commit survives is the server's choice (`innodb_flush_log_at_trx_commit`).
//!
//! Several machines compare due times and leases, so they use the database's time: it is queried once in
//! a while, and this machine's monotonic clock counts on from there.

mod codes;
mod connect;
mod connection;
mod limits;
mod migrate;
mod reason;
mod routes;
mod text;

use std::rc::Rc;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;
use mysql::{Conn, Value as Sent};

use super::address::Server;
use super::clock::{Millis, millis};
use super::database::{Cell, Database, Done, Durability, Result, Row, Statement, Upsert, Value};
use super::error::StoreError;
use super::timeout::{Opening, Timeout};
use connection::Connection;

/// How long this machine counts on before it queries the database's time again.
const CLOCK_LIFE: Duration = Duration::from_secs(60);

/// How often a transaction runs that conflicts with others.
const TRIES: u32 = 20;

pub(super) struct Mysql {
    connection: Connection,
    clock: Option<Clock>,
    in_transaction: bool,
}

/// The time of the server that a connection leads to.
struct Clock {
    connection: u64,
    queried: Instant,
    then: Millis,
}

impl Mysql {
    pub(super) fn open(server: &Server, opening: Opening) -> Result<Self> {
        let mut connection = Connection::new(server, opening.timeout);
        match migrate::migrate(&mut connection, opening.create) {
            Err(_) if connection.can_run_again() => {
                migrate::migrate(&mut connection, opening.create)?;
            }
            outcome => outcome?,
        }
        Ok(Self {
            connection,
            clock: None,
            in_transaction: false,
        })
    }

    /// Runs a transaction, and runs it again when it conflicted with another one.
    fn repeat<T>(&mut self, mut transaction: impl FnMut(&mut Self) -> Result<T>) -> Result<T> {
        let (deadline, mut tries) = (self.connection.deadline(), 1);
        loop {
            let error = match transaction(self) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let conflict = self.connection.rollback();
            if conflict.is_none_or(|wait| Instant::now() + wait >= deadline) || tries == TRIES {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(u64::from(tries)));
            tries += 1;
        }
    }

    /// Runs `work` and commits.
    fn work_and_commit<T>(&mut self, work: &mut impl FnMut(&mut Self) -> Result<T>) -> Result<T> {
        self.in_transaction = true;
        let outcome = work(self);
        self.in_transaction = false;
        let value = outcome?;
        self.connection.commit()?;
        Ok(value)
    }
}

fn done(changed: u64, id: u64) -> Result<Done> {
    let id =
        i64::try_from(id).map_err(|_| StoreError::Failed(format!("the id {id} is too large")))?;
    Ok(Done { changed, id })
}

fn sent(values: &[Value<'_>]) -> Vec<Sent> {
    let one = |value: &Value<'_>| match value {
        Value::Null => Sent::NULL,
        Value::Int(number) => Sent::Int(*number),
        Value::Bytes(bytes) => Sent::Bytes(bytes.to_vec()),
        Value::Text(text) => Sent::Bytes(text.as_bytes().to_vec()),
    };
    values.iter().map(one).collect()
}

fn cell(value: Sent) -> Cell {
    match value {
        Sent::NULL => Cell::Null,
        Sent::Int(number) => Cell::Int(number),
        Sent::UInt(number) => i64::try_from(number).map_or(Cell::Other, Cell::Int),
        Sent::Bytes(bytes) => Cell::Bytes(bytes),
        _ => Cell::Other,
    }
}

impl Database for Mysql {
    const LOCKS_ROWS: bool = true;

    fn set_timeout(&mut self, timeout: Timeout) {
        self.connection.set_timeout(timeout);
    }

    fn now(&mut self) -> Result<Millis> {
        if let Some(clock) = &self.clock
            && self.connection.open_number() == Some(clock.connection)
            && clock.queried.elapsed() < CLOCK_LIFE
        {
            return Ok(clock.then + millis(clock.queried.elapsed()));
        }
        let time = "SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED)";
        // Of the query alone: before it the connection may have been lost, and made again.
        let (queried, then) = self.connection.run_or_reconnect(|open| {
            let begun = Instant::now();
            let then = open.query_first::<Millis, _>(time)?;
            Ok((begun + begun.elapsed() / 2, then))
        })?;
        let then = then.ok_or_else(|| StoreError::Failed("the server returns no time".into()))?;
        self.clock = Some(Clock {
            connection: self.connection.number(),
            queried,
            then,
        });
        Ok(then + millis(queried.elapsed()))
    }

    fn connection(&self) -> u64 {
        self.connection.number()
    }

    /// Others connect to the same server.
    fn still_at_path(&mut self) -> Result<()> {
        Ok(())
    }

    /// The server decides how durable a commit is.
    fn transaction<T>(
        &mut self,
        _durability: Durability,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.repeat(|database| {
            database.connection.begin()?;
            database.work_and_commit(&mut work)
        })
    }

    /// Each commit is as durable as the server makes it.
    fn sync(&mut self) -> Result<()> {
        Ok(())
    }

    fn ready(&mut self) -> Result<()> {
        self.connection.ready()
    }

    fn batch(
        &mut self,
        _durability: Durability,
        connection: u64,
        statements: &[Statement<'_>],
    ) -> Result<Option<Vec<Done>>> {
        let batch = text::batch(statements);
        self.repeat(|database| {
            let Some(results) = database.connection.batch(connection, &batch)? else {
                return Ok(None);
            };
            let done = results.into_iter().map(|(changed, id)| done(changed, id));
            let done = done.collect::<Result<_>>()?;
            database.connection.commit()?;
            Ok(Some(done))
        })
    }

    fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Done> {
        let (changed, id) = self.connection.run(|open| {
            open.exec_drop(sql, sent(values))?;
            Ok((open.affected_rows(), open.last_insert_id()))
        })?;
        done(changed, id)
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let read = |open: &mut Conn| {
            let rows = open.exec_iter(sql, sent(values))?;
            let columns = rows.columns();
            let names: Vec<String> = columns
                .as_ref()
                .iter()
                .map(|column| column.name_str().into_owned())
                .collect();
            let names: Rc<[String]> = names.into();
            rows.map(|row| {
                Ok(Row::new(
                    &names,
                    row?.unwrap().into_iter().map(cell).collect(),
                ))
            })
            .collect()
        };
        if self.in_transaction {
            return self.connection.run(read);
        }
        self.connection.run_or_reconnect(read)
    }

    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64> {
        let (find, insert) = match upsert {
            Upsert::Endpoint => (
                "SELECT id FROM spread_endpoints WHERE url = ?",
                "INSERT INTO spread_endpoints (url) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
            ),
            Upsert::KeyPair => (
                "SELECT id FROM spread_key_pairs WHERE endpoint = ? AND public_key = ?",
                "INSERT INTO spread_key_pairs (endpoint, public_key) VALUES (?, ?) \
                 ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
            ),
        };
        match self.query_first(find, values)? {
            Some(row) => row.int("id"),
            None => self.insert(insert, values),
        }
    }

    fn checkpoint(&mut self) -> Result<()> {
        Ok(())
    }

    fn shrink(&mut self) -> Result<()> {
        Ok(())
    }
}

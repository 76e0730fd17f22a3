//! MySQL 8.0 and later, MariaDB 10.6 and later: one outbox for several web nodes.
//!
//! Chosen: the crate `mysql`, which is synchronous, as a PHP call is. One connection, made anew when it is
//! gone. What a commit survives is the server's choice (`innodb_flush_log_at_trx_commit`).
//!
//! Due times and leases are compared by several machines, so they are the database's time: asked for once
//! in a while, and counted on from there by this machine's monotonic clock.

mod connect;

use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;
use mysql::{Conn, Error, Value as Sent};

use super::address::Server;
use super::call::millis;
use super::database::{Cell, Database, Row, Upsert, Value};
use super::open::Opening;
use super::schema;
use super::store::{Millis, StoreError};

/// How long the database's time is counted on before it is asked for again.
const CLOCK_LIFE: Duration = Duration::from_secs(60);

/// How often a transaction that was in another one's way is run.
const TRIES: u32 = 20;

// What the server says when one transaction is in another one's way, and the last can be run again.
const LOCK_WAIT: u16 = 1205;
const DEADLOCK: u16 = 1213;
const CHANGED: u16 = 1020;

/// What a server says when it ends a connection: it is shutting down, it could not read or write, somebody
/// killed the connection (MariaDB, MySQL), it was idle for too long (MySQL).
const GOODBYES: [u16; 8] = [1053, 1158, 1159, 1160, 1161, 1927, 3169, 4031];

type Result<T> = std::result::Result<T, StoreError>;

pub(super) struct Mysql {
    server: Server,
    patience: Duration,
    connection: Option<Conn>,
    clock: Option<(Instant, Millis)>,
    in_transaction: bool,
    /// Why a statement of the running transaction failed, when it can be run again.
    in_the_way: bool,
}

impl Mysql {
    pub(super) fn open(server: &Server, opening: Opening) -> Result<Self> {
        let mut database = Self {
            server: server.clone(),
            patience: opening.patience,
            connection: None,
            clock: None,
            in_transaction: false,
            in_the_way: false,
        };
        database.migrate(opening.create)?;
        Ok(database)
    }

    /// The connection, made when there is none.
    fn connection(&mut self) -> Result<&mut Conn> {
        if self.connection.is_none() {
            self.connection = Some(connect::connect(&self.server, self.patience)?);
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            None => Err(StoreError::Lost("it was closed".into())),
        }
    }

    /// Brings the schema up to date; nothing is changed when it is.
    fn migrate(&mut self, create: bool) -> Result<()> {
        let known = i64::try_from(schema::MYSQL.len()).unwrap_or(i64::MAX);
        match self.version()? {
            Some(found) if found == known => return Ok(()),
            Some(found) if found > known => return Err(StoreError::Newer { found, known }),
            None if !create => {
                return Err(StoreError::Open("the database has no outbox yet".into()));
            }
            _ => {}
        }
        // One at a time. Statements that define tables commit by themselves, so what a step that was cut
        // short has done already is passed over.
        let end = Instant::now() + self.patience;
        while !self.lock_schema()? {
            if Instant::now() >= end {
                let reason = "another process is changing its schema";
                return Err(StoreError::Open(reason.into()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let outcome = self.take_steps(known);
        let unlocked = self
            .run(|connection| connection.query_drop("SELECT RELEASE_LOCK('spread_outbox_schema')"));
        outcome.and(unlocked)
    }

    /// Does not wait: the connection would give up before the server does.
    fn lock_schema(&mut self) -> Result<bool> {
        let lock = "SELECT GET_LOCK('spread_outbox_schema', 0)";
        let locked = self.run(|connection| connection.query_first::<Option<i64>, _>(lock))?;
        Ok(locked.flatten() == Some(1))
    }

    fn take_steps(&mut self, known: i64) -> Result<()> {
        self.define(
            "CREATE TABLE IF NOT EXISTS spread_schema (version INT NOT NULL) ENGINE = InnoDB",
        )?;
        let found = self.version()?;
        match found {
            None => self.run(|connection| {
                connection.query_drop("INSERT INTO spread_schema (version) VALUES (0)")
            })?,
            Some(found) if found > known => return Err(StoreError::Newer { found, known }),
            Some(_) => {}
        }
        let done = usize::try_from(found.unwrap_or(0)).unwrap_or(0);
        for (number, step) in (1_i64..).zip(schema::MYSQL).skip(done) {
            for statement in step {
                self.define(statement)?;
            }
            let written = format!("UPDATE spread_schema SET version = {number}");
            self.run(|connection| connection.query_drop(&written))?;
        }
        Ok(())
    }

    fn define(&mut self, statement: &str) -> Result<()> {
        const THERE_ALREADY: [u16; 3] = [1050, 1060, 1061];
        self.run(|connection| match connection.query_drop(statement) {
            Err(Error::MySqlError(error)) if THERE_ALREADY.contains(&error.code) => Ok(()),
            outcome => outcome,
        })
    }

    /// The steps of the schema that were taken; nothing when there is none.
    fn version(&mut self) -> Result<Option<i64>> {
        const NO_SUCH_TABLE: u16 = 1146;
        self.run(|connection| {
            let version = "SELECT version FROM spread_schema";
            match connection.query_first(version) {
                Err(Error::MySqlError(error)) if error.code == NO_SUCH_TABLE => Ok(None),
                outcome => outcome,
            }
        })
    }

    /// Runs one thing on the connection; one that is gone is dropped.
    fn run<T>(&mut self, work: impl FnOnce(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        let connection = self.connection()?;
        match connect::guarded(|| work(connection)) {
            Ok(value) => Ok(value),
            Err(Error::MySqlError(error)) if !GOODBYES.contains(&error.code) => {
                self.in_the_way = matches!(error.code, LOCK_WAIT | DEADLOCK | CHANGED);
                Err(StoreError::Failed(connect::reason(
                    &self.server,
                    &Error::MySqlError(error),
                )))
            }
            Err(error) => {
                self.connection = None;
                Err(StoreError::Lost(connect::reason(&self.server, &error)))
            }
        }
    }

    /// Runs what changes nothing, outside a transaction: a connection that died while it was idle is made
    /// anew.
    fn run_anew<T>(&mut self, work: impl Fn(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        let fresh = self.connection.is_none();
        match self.run(&work) {
            Err(StoreError::Lost(_)) if !fresh => self.run(&work),
            outcome => outcome,
        }
    }

    /// Runs `work` and commits.
    fn commit<T>(&mut self, work: &mut impl FnMut(&mut Self) -> Result<T>) -> Result<T> {
        self.in_transaction = true;
        let outcome = work(self).and_then(|value| {
            self.run(|connection| connection.query_drop("COMMIT"))?;
            Ok(value)
        });
        self.in_transaction = false;
        outcome
    }

    fn rollback(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && connect::guarded(|| connection.query_drop("ROLLBACK")).is_ok()
        {
            self.connection = Some(connection);
        }
    }
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

impl Database for Mysql {
    const LOCKS_ROWS: bool = true;
    const PROMISES: bool = false;

    fn now(&mut self) -> Result<Millis> {
        if let Some((asked, then)) = self.clock
            && asked.elapsed() < CLOCK_LIFE
        {
            return Ok(then + millis(asked.elapsed()));
        }
        let begun = Instant::now();
        let ask = "SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED)";
        let answer = self.run_anew(|connection| connection.query_first::<Millis, _>(ask));
        let asked = begun + begun.elapsed() / 2;
        let then = answer?.ok_or_else(|| StoreError::Failed("it does not tell the time".into()))?;
        self.clock = Some((asked, then));
        Ok(then + millis(asked.elapsed()))
    }

    fn present(&mut self) -> Result<()> {
        Ok(())
    }

    fn transaction<T>(
        &mut self,
        _promise: bool,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let (begun, mut tries) = (Instant::now(), 1);
        loop {
            self.run_anew(|connection| connection.query_drop("START TRANSACTION"))?;
            self.in_the_way = false;
            let error = match self.commit(&mut work) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            self.rollback();
            if !self.in_the_way || tries == TRIES || begun.elapsed() >= self.patience {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(u64::from(tries)));
            tries += 1;
        }
    }

    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.run(|connection| {
            connection.exec_drop(sql, sent(values))?;
            Ok(connection.affected_rows())
        })
    }

    fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64> {
        self.run(|connection| {
            connection.exec_drop(sql, sent(values))?;
            Ok(i64::try_from(connection.last_insert_id()).unwrap_or(0))
        })
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let read = |connection: &mut Conn| {
            let mut rows = Vec::new();
            for row in connection.exec_iter(sql, sent(values))? {
                let cells = row?.unwrap().into_iter().map(|value| match value {
                    Sent::Int(number) => Cell::Int(number),
                    Sent::UInt(number) => Cell::Int(i64::try_from(number).unwrap_or(i64::MAX)),
                    Sent::Bytes(bytes) => Cell::Bytes(bytes),
                    _ => Cell::Null,
                });
                rows.push(Row(cells.collect()));
            }
            Ok(rows)
        };
        if self.in_transaction {
            return self.run(read);
        }
        self.run_anew(read)
    }

    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64> {
        let (find, make) = match upsert {
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
        if let Some(Row(cells)) = self.query(find, values)?.first()
            && let Some(Cell::Int(id)) = cells.first()
        {
            return Ok(*id);
        }
        self.insert(make, values)
    }

    fn checkpoint(&mut self) -> Result<()> {
        Ok(())
    }

    fn shrink(&mut self) -> Result<()> {
        Ok(())
    }
}

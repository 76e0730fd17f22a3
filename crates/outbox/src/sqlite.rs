//! SQLite: one file on one machine, and no server.
//!
//! In WAL mode a commit appends to the log of changes; with `synchronous=FULL` it also waits until the log
//! is on the disk. Durable commits use `FULL` (an update that was accepted and not sent), all others use
//! `NORMAL`: an update that is being sent and a record that is deleted need only survive the death of a
//! process, which takes nothing from the log. At worst a power cut brings a delivered record back, and it
//! is sent a second time.
//!
//! A connection must not cross a fork, not even to be closed by the child: SQLite's locks belong to the
//! process, and its list of open files would make the child believe that it holds its parent's. See
//! `src/drain.rs` of the extension.

mod creation;
mod ownership;
mod reason;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement};

use super::address::Synchronous;
use super::clock::{self, Millis};
use super::database::{Cell, Database, Done, Durability, Result, Row, Upsert, Value};
use super::error::StoreError;
use super::schema;
use super::timeout::{Opening, Timeout};
use client::error::printable;

/// How often a lock is tried while another connection has it. Short: SQLite's own waits grow to 100 ms, and
/// the connection that has waited longest would wait longest.
const LOCK_POLL: Duration = Duration::from_millis(1);

pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Device and inode, to see that the file is still the one at its path.
    identity: (u64, u64),
    /// The same of the log of changes, once it is there. Another program removes it when this process has
    /// lost its locks: POSIX drops them when any part of the process closes the file, such as PHP's `copy()`.
    log: Option<(u64, u64)>,
    synchronous: Synchronous,
    /// The current durability of commits.
    durability: Durability,
    timeout: Timeout,
}

impl Sqlite {
    pub(super) fn open(path: &Path, synchronous: Synchronous, opening: Opening) -> Result<Self> {
        if opening.create {
            creation::create(path, opening.timeout.left())
                .map_err(|error| StoreError::Open(reason::of_file(path, &error)))?;
        }
        let file = identity(path)
            .ok_or_else(|| StoreError::Open(format!("there is no file {}", printable(path))))?;
        ownership::check(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|error| StoreError::Open(reason::of(path, &error)))?;
        let mut database = Self {
            connection,
            path: path.to_owned(),
            identity: file,
            log: None,
            synchronous,
            durability: Durability::Relaxed,
            timeout: opening.timeout,
        };
        database.prepare().map_err(|error| match error {
            StoreError::Failed(reason) => StoreError::Open(reason),
            other => other,
        })?;
        database.log = identity(&log_of(path));
        Ok(database)
    }

    fn prepare(&mut self) -> Result<()> {
        // Else SQLite's own waits come first, five seconds of them.
        self.wait(|database| database.connection.busy_timeout(Duration::ZERO))?;
        self.connection.set_prepared_statement_cache_capacity(64);
        // A statement is planned once, not for each value of its LIMIT.
        let stable = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
        self.wait(|database| database.connection.set_db_config(stable, true))?;
        // Pages of half the usual size: a commit writes some of them whole, and an order fits.
        let settings = "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                        PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
                        PRAGMA journal_size_limit = 67108864;";
        self.wait(|database| database.connection.execute_batch(settings))?;
        let known = i64::try_from(schema::SQLITE.len()).unwrap_or(i64::MAX);
        if self.version()? == known {
            return Ok(());
        }
        self.transaction(Durability::Durable, |database| {
            // Another process may have done it meanwhile.
            let found = database.version()?;
            if found > known {
                return Err(StoreError::Newer { found, known });
            }
            let done = usize::try_from(found).map_err(|_| {
                StoreError::Failed(format!("the schema has the unknown version {found}"))
            })?;
            for step in schema::SQLITE.iter().skip(done) {
                database
                    .connection
                    .execute_batch(step)
                    .map_err(|error| database.failure(&error))?;
            }
            database.set_version(known)
        })
    }

    /// How many steps of the schema were taken.
    fn version(&mut self) -> Result<i64> {
        self.wait(|database| {
            let version = "user_version";
            database
                .connection
                .pragma_query_value(None, version, |row| row.get(0))
        })
    }

    fn set_version(&mut self, version: i64) -> Result<()> {
        self.connection
            .pragma_update(None, "user_version", version)
            .map_err(|error| self.failure(&error))
    }

    /// Runs `work` until no other connection has the lock it needs, or the time is over.
    fn wait<T>(&mut self, mut work: impl FnMut(&mut Self) -> rusqlite::Result<T>) -> Result<T> {
        let deadline = self.timeout.deadline();
        loop {
            match work(self) {
                Err(error) if reason::is_busy(&error) && Instant::now() < deadline => {
                    std::thread::sleep(LOCK_POLL);
                }
                outcome => return outcome.map_err(|error| self.failure(&error)),
            }
        }
    }

    fn set_durability(&mut self, wanted: Durability) -> Result<()> {
        let wanted = match self.synchronous {
            Synchronous::Full => wanted,
            Synchronous::Normal => Durability::Relaxed,
        };
        if wanted != self.durability {
            self.run_plain(match wanted {
                Durability::Durable => "PRAGMA synchronous = FULL",
                Durability::Relaxed => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability = wanted;
        }
        Ok(())
    }

    pub(super) fn begin(&mut self, durability: Durability) -> Result<()> {
        if durability == Durability::Durable {
            self.still_at_path()?;
        }
        self.set_durability(durability)?;
        self.wait(|database| {
            let mut begin = database.connection.prepare_cached("BEGIN IMMEDIATE")?;
            begin.raw_execute().map(drop)
        })
    }

    /// Commits after a success. Whatever happens, no transaction stays open.
    pub(super) fn end<T>(&mut self, outcome: Result<T>) -> Result<T> {
        let outcome = outcome.and_then(|value| self.run_plain("COMMIT").map(|()| value));
        if outcome.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        outcome
    }

    /// Runs a statement without parameters, whatever it returns.
    fn run_plain(&mut self, sql: &'static str) -> Result<()> {
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        };
        run().map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Failed(reason::of(&self.path, error))
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino()))
}

/// The log of changes of the file at `path`.
fn log_of(path: &Path) -> PathBuf {
    creation::beside(path, "-wal")
}

impl Drop for Sqlite {
    /// A log that others no longer see must not be written into the file at its end.
    fn drop(&mut self) {
        if self.still_at_path().is_err() {
            let kept = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.connection.set_db_config(kept, true);
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> rusqlite::Result<()> {
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

impl Database for Sqlite {
    const LOCKS_ROWS: bool = false;

    fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    fn now(&mut self) -> Result<Millis> {
        clock::of_machine()
            .ok_or_else(|| StoreError::Failed("the system clock is before 1970".into()))
    }

    /// A file that was deleted or replaced would take updates and never give them back.
    fn still_at_path(&mut self) -> Result<()> {
        let log = || identity(&log_of(&self.path));
        if identity(&self.path) == Some(self.identity)
            && self.log.is_none_or(|known| log() == Some(known))
        {
            return Ok(());
        }
        Err(StoreError::Lost(format!(
            "{} was moved or replaced",
            printable(&self.path)
        )))
    }

    fn transaction<T>(
        &mut self,
        durability: Durability,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.begin(durability)?;
        let outcome = work(self);
        self.end(outcome)
    }

    /// A durable commit syncs all of the log. It must write something: the schema's version, as it is.
    fn sync(&mut self) -> Result<()> {
        if self.synchronous == Synchronous::Normal {
            return self.still_at_path();
        }
        self.transaction(Durability::Durable, |database| {
            let version = database.version()?;
            database.set_version(version)
        })
    }

    fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Done> {
        let run = || -> rusqlite::Result<usize> {
            let mut statement = self.connection.prepare_cached(sql)?;
            bind(&mut statement, values)?;
            statement.raw_execute()
        };
        let changed = run().map_err(|error| self.failure(&error))?;
        Ok(Done {
            changed: changed as u64,
            id: self.connection.last_insert_rowid(),
        })
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let run = |database: &mut Self| -> rusqlite::Result<Vec<Row>> {
            let mut statement = database.connection.prepare_cached(sql)?;
            let names: Vec<String> = statement.column_names().map(String::from).collect();
            let names: Rc<[String]> = names.into();
            bind(&mut statement, values)?;
            let mut rows = statement.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let cell = |index| {
                    Ok(match row.get_ref(index)? {
                        ValueRef::Null => Cell::Null,
                        ValueRef::Integer(number) => Cell::Int(number),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                            Cell::Bytes(bytes.to_vec())
                        }
                        ValueRef::Real(_) => Cell::Other,
                    })
                };
                let cells = (0..names.len()).map(cell);
                found.push(Row::new(&names, cells.collect::<rusqlite::Result<_>>()?));
            }
            Ok(found)
        };
        if self.connection.is_autocommit() {
            self.still_at_path()?;
        }
        // Outside a transaction another connection may have a lock, such as one that empties the log.
        self.wait(run)
    }

    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64> {
        // One writer at a time: nobody comes between the two.
        let (find, insert) = match upsert {
            Upsert::Endpoint => (
                "SELECT id FROM spread_endpoints WHERE url = ?",
                "INSERT INTO spread_endpoints (url) VALUES (?)",
            ),
            Upsert::KeyPair => (
                "SELECT id FROM spread_key_pairs WHERE endpoint = ? AND public_key = ?",
                "INSERT INTO spread_key_pairs (endpoint, public_key) VALUES (?, ?)",
            ),
        };
        match self.query_first(find, values)? {
            Some(row) => row.int("id"),
            None => self.insert(insert, values),
        }
    }

    fn checkpoint(&mut self) -> Result<()> {
        // Does not wait for readers and writers; the next checkpoint does what this one leaves.
        self.run_plain("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn shrink(&mut self) -> Result<()> {
        // Rewrites the file while others wait. Not done by each commit (auto_vacuum): that would write one
        // page more.
        let _ = self.wait(|database| database.connection.execute_batch("VACUUM"));
        self.checkpoint()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

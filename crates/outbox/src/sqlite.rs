//! SQLite: one file on one machine, and nothing to run.
//!
//! In WAL mode a commit appends to the log of changes. With `synchronous=FULL` it also waits until the
//! disk has it; that is chosen for the commits that make a promise (an update that was accepted and not
//! sent), and `NORMAL` for all others: an update that is being sent, and a record that is deleted,
//! need only survive the death of a process, which takes nothing from the log. What a power cut can
//! cost is then a record that was delivered and comes back: it is sent a second time.
//!
//! A connection must not cross a fork, not even to be closed by the child: SQLite's locks are the
//! process's, and its list of open files would tell the child that it holds those of the parent. See
//! `php/outbox.rs`.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};

use super::address::Synchronous;
use super::database::{Cell, Database, Row, Upsert, Value};
use super::open::Opening;
use super::schema;
use super::store::{Millis, StoreError};
use client::error::printable;

/// What one look at the lock waits when somebody else writes. Short: SQLite's own waits grow to 100 ms,
/// and who has waited long would wait longest.
const TURN: Duration = Duration::from_millis(1);

type Result<T> = std::result::Result<T, StoreError>;

pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Device and inode, to see that the file is still the one at its path.
    identity: (u64, u64),
    synchronous: Synchronous,
    /// Whether commits wait for the disk at the moment.
    full: bool,
    patience: Duration,
}

impl Sqlite {
    pub(super) fn open(path: &Path, synchronous: Synchronous, opening: Opening) -> Result<Self> {
        if opening.create {
            // Before SQLite would make it, readable by others; the files beside it get the same mode.
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)
                .map_err(|error| StoreError::Open(file_reason(path, &error)))?;
        }
        let identity = identity(path)
            .ok_or_else(|| StoreError::Open(format!("there is no file {}", printable(path))))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        let connection = opened.map_err(|error| StoreError::Open(reason(path, &error)))?;
        let mut database = Self {
            connection,
            path: path.to_owned(),
            identity,
            synchronous,
            full: false,
            patience: opening.patience,
        };
        database.prepare().map_err(|error| match error {
            StoreError::Failed(reason) => StoreError::Open(reason),
            other => other,
        })?;
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
        self.transaction(true, |database| {
            // Another process may have done it meanwhile.
            let found = database.version()?;
            if found > known {
                return Err(StoreError::Newer { found, known });
            }
            let done = usize::try_from(found).unwrap_or(0);
            for step in schema::SQLITE.iter().skip(done) {
                database
                    .connection
                    .execute_batch(step)
                    .map_err(|error| database.failure(&error))?;
            }
            database
                .connection
                .pragma_update(None, "user_version", known)
                .map_err(|error| database.failure(&error))
        })
    }

    /// The steps of the schema that were taken.
    fn version(&mut self) -> Result<i64> {
        self.wait(|database| {
            let version = "user_version";
            database
                .connection
                .pragma_query_value(None, version, |row| row.get(0))
        })
    }

    /// Runs `work` until nobody else is in its way, or patience ends.
    fn wait<T>(&mut self, mut work: impl FnMut(&mut Self) -> rusqlite::Result<T>) -> Result<T> {
        let begun = std::time::Instant::now();
        loop {
            match work(self) {
                Err(error) if is_busy(&error) && begun.elapsed() < self.patience => {
                    std::thread::sleep(TURN);
                }
                outcome => return outcome.map_err(|error| self.failure(&error)),
            }
        }
    }

    fn wait_for_the_disk(&mut self, promise: bool) -> Result<()> {
        let full = promise && self.synchronous == Synchronous::Full;
        if full != self.full {
            let setting = if full {
                "PRAGMA synchronous = FULL"
            } else {
                "PRAGMA synchronous = NORMAL"
            };
            self.batch(setting)?;
            self.full = full;
        }
        Ok(())
    }

    fn batch(&mut self, sql: &'static str) -> Result<()> {
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        };
        run().map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Failed(reason(&self.path, error))
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.dev(), facts.ino()))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn file_reason(path: &Path, error: &io::Error) -> String {
    let who = match error.kind() {
        io::ErrorKind::PermissionDenied => ": check who may write there",
        io::ErrorKind::NotFound => ": its directory must exist",
        _ => "",
    };
    format!("{}: {}{who}", printable(path), error.kind())
}

/// What SQLite says, without any value of a statement.
fn reason(path: &Path, error: &rusqlite::Error) -> String {
    let what = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "others have been writing to it for too long"
        }
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::ReadOnly) => "it is read-only for this user",
        Some(ErrorCode::CannotOpen) => {
            "it cannot be opened: check who may write to it and to its directory"
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            "this user may not use it"
        }
        Some(ErrorCode::NotADatabase) => "it is not an SQLite database",
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged: see sqlite3's .recover",
        Some(ErrorCode::SystemIoFailure) => "the disk fails, or is full",
        Some(ErrorCode::OutOfMemory) => "no memory is left",
        _ => "SQLite refuses a statement: is it a spread outbox?",
    };
    format!("{}: {what}", printable(path))
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
    const PROMISES: bool = true;

    fn now(&mut self) -> Result<Millis> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(since.map_or(0, super::call::millis))
    }

    /// The file at the path must be the one that is open: one that was deleted or replaced would take
    /// updates and never give them back.
    fn present(&mut self) -> Result<()> {
        if identity(&self.path) == Some(self.identity) {
            return Ok(());
        }
        Err(StoreError::Lost(format!(
            "{} was moved or replaced",
            printable(&self.path)
        )))
    }

    fn transaction<T>(
        &mut self,
        promise: bool,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if promise {
            self.present()?;
        }
        self.wait_for_the_disk(promise)?;
        self.wait(|database| {
            let mut begin = database.connection.prepare_cached("BEGIN IMMEDIATE")?;
            begin.raw_execute().map(drop)
        })?;
        // Whatever happens from here on, no transaction stays open.
        let outcome = work(self).and_then(|value| self.batch("COMMIT").map(|()| value));
        if outcome.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        outcome
    }

    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let run = || -> rusqlite::Result<usize> {
            let mut statement = self.connection.prepare_cached(sql)?;
            bind(&mut statement, values)?;
            statement.raw_execute()
        };
        let changed = run().map_err(|error| self.failure(&error))?;
        Ok(u64::try_from(changed).unwrap_or(0))
    }

    fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64> {
        self.execute(sql, values)?;
        Ok(self.connection.last_insert_rowid())
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let run = |database: &mut Self| -> rusqlite::Result<Vec<Row>> {
            let mut statement = database.connection.prepare_cached(sql)?;
            let columns = statement.column_count();
            bind(&mut statement, values)?;
            let mut rows = statement.raw_query();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let mut cells = Vec::with_capacity(columns);
                for column in 0..columns {
                    cells.push(match row.get_ref(column)? {
                        ValueRef::Integer(number) => Cell::Int(number),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                            Cell::Bytes(bytes.to_vec())
                        }
                        ValueRef::Null | ValueRef::Real(_) => Cell::Null,
                    });
                }
                found.push(Row(cells));
            }
            Ok(found)
        };
        if self.connection.is_autocommit() {
            self.present()?;
        }
        // Outside a transaction somebody may be in the way, such as one who clears the log.
        self.wait(run)
    }

    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64> {
        // One writer at a time: nobody comes between the two.
        let (find, make) = match upsert {
            Upsert::Endpoint => (
                "SELECT id FROM spread_endpoints WHERE url = ?",
                "INSERT INTO spread_endpoints (url) VALUES (?)",
            ),
            Upsert::KeyPair => (
                "SELECT id FROM spread_key_pairs WHERE endpoint = ? AND public_key = ?",
                "INSERT INTO spread_key_pairs (endpoint, public_key) VALUES (?, ?)",
            ),
        };
        match self.query(find, values)?.first() {
            Some(Row(cells)) => match cells.first() {
                Some(Cell::Int(id)) => Ok(*id),
                _ => Err(StoreError::Failed("an id is not a number".into())),
            },
            None => self.insert(make, values),
        }
    }

    fn checkpoint(&mut self) -> Result<()> {
        // Who is reading or writing at this moment is not disturbed: then it is for the next time.
        self.batch("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn shrink(&mut self) -> Result<()> {
        // Rewrites the file, while others wait. Not kept up to date all the time (auto_vacuum): that is a
        // page more in each commit.
        let _ = self.wait(|database| database.connection.execute_batch("VACUUM"));
        self.checkpoint()
    }
}

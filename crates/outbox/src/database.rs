//! What `sql.rs` asks of a database: [`Database`], which `sqlite.rs` and `mysql.rs` implement.

use super::store::{Millis, StoreError};

/// A parameter.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    Null,
    Int(i64),
    Bytes(&'v [u8]),
    Text(&'v str),
}

/// A column of a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Bytes(Vec<u8>),
}

/// A row.
pub(super) struct Row(pub(super) Vec<Cell>);

impl Row {
    pub(super) fn int(&self, column: usize) -> i64 {
        self.maybe_int(column).unwrap_or(0)
    }

    pub(super) fn maybe_int(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Cell::Int(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn count(&self, column: usize) -> u64 {
        u64::try_from(self.int(column)).unwrap_or(0)
    }

    pub(super) fn bytes(&mut self, column: usize) -> Vec<u8> {
        match self.0.get_mut(column) {
            Some(Cell::Bytes(bytes)) => std::mem::take(bytes),
            _ => Vec::new(),
        }
    }

    pub(super) fn text(&mut self, column: usize) -> String {
        String::from_utf8_lossy(&self.bytes(column)).into_owned()
    }
}

pub(super) type Result<T> = std::result::Result<T, StoreError>;

/// A connection.
pub(super) trait Database {
    /// Whether rows are locked one by one; else a transaction has the database for itself.
    const LOCKS_ROWS: bool;

    /// Whether only some transactions survive a power cut: those that make a promise.
    const PROMISES: bool;

    /// The time by the clock that all users of this database share.
    fn now(&mut self) -> Result<Millis>;

    /// What is stored now will be found by others. Transactions that make a promise, and queries outside of
    /// any, look by themselves.
    fn present(&mut self) -> Result<()>;

    /// Runs `work` in one transaction, again when the database says that another one was in its way.
    /// `promise`: who called is told that something is kept, so that it must survive a power cut.
    fn transaction<T>(
        &mut self,
        promise: bool,
        work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T>;

    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64>;

    /// Runs an INSERT; the id it gave.
    fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64>;

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>>;

    /// The id of the row that has these values, which are unique; made when there is none.
    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64>;

    /// See `Store::rest`.
    fn checkpoint(&mut self) -> Result<()>;

    /// Gives back room after a purge, unless others are in the way.
    fn shrink(&mut self) -> Result<()>;
}

/// The rows that [`Database::upsert`] finds or makes. They are never deleted.
#[derive(Clone, Copy)]
pub(super) enum Upsert {
    /// By `url`.
    Endpoint,
    /// By `endpoint`, `public_key`.
    KeyPair,
}

/// A SELECT that locks the rows it finds, where rows are locked.
macro_rules! locking {
    ($database:ident, $sql:literal) => {
        if $database::LOCKS_ROWS {
            concat!($sql, " FOR UPDATE")
        } else {
            $sql
        }
    };
}

/// A SELECT that locks the rows it finds and passes over those that are locked.
macro_rules! skipping {
    ($database:ident, $sql:literal) => {
        if $database::LOCKS_ROWS {
            concat!($sql, " FOR UPDATE SKIP LOCKED")
        } else {
            $sql
        }
    };
}

pub(super) use {locking, skipping};

//! The database behind `sql.rs`: [`Database`], which `sqlite.rs` and `mysql.rs` implement.

use std::rc::Rc;

use super::clock::Millis;
use super::error::StoreError;
use super::timeout::Timeout;

pub(super) type Result<T> = std::result::Result<T, StoreError>;

/// A parameter.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    Null,
    Int(i64),
    Bytes(&'v [u8]),
    Text(&'v str),
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }
}

/// One column of a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Bytes(Vec<u8>),
    /// A type that no column of the schema has.
    Other,
}

/// A row, read by the names that its SELECT gives to its columns. A missing column, a wrong type or a
/// number out of range is an error: the schema is not the one this code knows.
pub(super) struct Row {
    names: Rc<[String]>,
    cells: Vec<Cell>,
}

impl Row {
    pub(super) fn new(names: &Rc<[String]>, cells: Vec<Cell>) -> Self {
        Self {
            names: Rc::clone(names),
            cells,
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// A number that may be NULL.
    pub(super) fn maybe_int(&self, name: &str) -> Result<Option<i64>> {
        match self.index(name).and_then(|index| self.cells.get(index)) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unexpected(name)),
        }
    }

    /// A number, within the range of `T`.
    pub(super) fn int<T: TryFrom<i64>>(&self, name: &str) -> Result<T> {
        self.maybe_int(name)?
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| unexpected(name))
    }

    /// Moves the bytes out: they can be read once.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Vec<u8>> {
        let index = self.index(name);
        let cell = index.and_then(|index| self.cells.get_mut(index));
        match cell.map(|cell| std::mem::replace(cell, Cell::Other)) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            _ => Err(unexpected(name)),
        }
    }

    /// As [`Row::bytes`], when they are UTF-8.
    pub(super) fn text(&mut self, name: &str) -> Result<String> {
        String::from_utf8(self.bytes(name)?).map_err(|_| unexpected(name))
    }
}

fn unexpected(name: &str) -> StoreError {
    StoreError::Failed(format!("the column {name} has an unexpected value"))
}

/// Whether a commit survives a power cut. The death of a process loses nothing either way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// A power cut as well, from the moment that the commit returns.
    Durable,
    /// A power cut may take the last seconds.
    Relaxed,
}

/// A statement of a batch, with its parameters.
pub(super) type Statement<'s> = (&'static str, &'s [Value<'s>]);

/// What a statement did.
pub(super) struct Done {
    /// How many rows it changed.
    pub(super) changed: u64,
    /// The last id that an INSERT gave.
    pub(super) id: i64,
}

/// A connection.
pub(super) trait Database {
    /// Whether rows are locked one by one; else a transaction has the database for itself.
    const LOCKS_ROWS: bool;

    /// See [`Store::set_timeout`](super::store::Store::set_timeout).
    fn set_timeout(&mut self, timeout: Timeout);

    /// The time by the clock that all users of this database share.
    fn now(&mut self) -> Result<Millis>;

    /// Another number after each new connection: it may lead to a restored database, or to another server.
    fn connection(&self) -> u64 {
        0
    }

    /// Fails when the open database is no longer the one that others find at its path. Durable
    /// transactions, and queries outside of any, check it themselves.
    fn still_at_path(&mut self) -> Result<()>;

    /// Runs `work` in one transaction, and runs it again when it conflicted with another one.
    fn transaction<T>(
        &mut self,
        durability: Durability,
        work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T>;

    /// Makes all earlier commits durable.
    fn sync(&mut self) -> Result<()>;

    /// Makes sure that the connection is there, for a batch.
    fn ready(&mut self) -> Result<()> {
        Ok(())
    }

    /// Runs statements in one transaction, all of them in one round trip where there is a server. Nothing
    /// when [`Database::connection`] is no longer `connection`.
    fn batch(
        &mut self,
        durability: Durability,
        connection: u64,
        statements: &[Statement<'_>],
    ) -> Result<Option<Vec<Done>>> {
        self.transaction(durability, |db| {
            if db.connection() != connection {
                return Ok(None);
            }
            let done = statements.iter().map(|(sql, values)| db.run(sql, values));
            done.collect::<Result<_>>().map(Some)
        })
    }

    fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Done>;

    /// Runs a statement and returns how many rows it changed.
    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        Ok(self.run(sql, values)?.changed)
    }

    /// Runs an INSERT and returns the id it gave.
    fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64> {
        Ok(self.run(sql, values)?.id)
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>>;

    /// The first row, if there is one.
    fn query_first(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// The row of a query that always has one.
    fn query_one(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Row> {
        self.query_first(sql, values)?
            .ok_or_else(|| StoreError::Failed("a query returned no row".into()))
    }

    /// The id of the row with these values, which are unique; inserts it when there is none.
    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64>;

    /// See [`Store::checkpoint`](super::store::Store::checkpoint).
    fn checkpoint(&mut self) -> Result<()>;

    /// Gives room back after a purge, unless others are using the database.
    fn shrink(&mut self) -> Result<()>;
}

/// The rows that [`Database::upsert`] finds or inserts. They are never deleted.
#[derive(Clone, Copy)]
pub(super) enum Upsert {
    /// By `url`.
    Endpoint,
    /// By `endpoint`, `public_key`.
    KeyPair,
}

/// A SELECT that locks the rows it finds, where rows are locked.
macro_rules! locking {
    ($database:ident, $($sql:tt)+) => {
        if $database::LOCKS_ROWS {
            concat!($($sql)+, " FOR UPDATE")
        } else {
            concat!($($sql)+)
        }
    };
}

/// A SELECT that locks the rows it finds and skips those that are locked.
macro_rules! skipping {
    ($database:ident, $($sql:tt)+) => {
        if $database::LOCKS_ROWS {
            concat!($($sql)+, " FOR UPDATE SKIP LOCKED")
        } else {
            concat!($($sql)+)
        }
    };
}

pub(super) use {locking, skipping};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row() -> Row {
        let names: Rc<[String]> = ["number", "none", "text", "float", "latin"]
            .map(String::from)
            .into();
        let cells = vec![
            Cell::Int(-1),
            Cell::Null,
            Cell::Bytes(b"text".to_vec()),
            Cell::Other,
            Cell::Bytes(b"\xe9".to_vec()),
        ];
        Row::new(&names, cells)
    }

    #[test]
    fn columns_are_read_by_name_and_type() {
        let mut row = row();
        assert_eq!(row.int::<i64>("number").unwrap(), -1);
        assert_eq!(row.maybe_int("number").unwrap(), Some(-1));
        assert_eq!(row.maybe_int("none").unwrap(), None);
        assert_eq!(row.text("text").unwrap(), "text");
        assert_eq!(row.bytes("latin").unwrap(), b"\xe9");
    }

    #[test]
    fn anything_else_is_an_error() {
        let mut row = row();
        assert!(row.int::<u64>("number").is_err());
        for name in ["none", "text", "float", "missing"] {
            assert!(row.int::<i64>(name).is_err(), "{name}");
        }
        for name in ["text", "float", "missing"] {
            assert!(row.maybe_int(name).is_err(), "{name}");
        }
        for name in ["number", "none", "float", "missing", "latin"] {
            assert!(row.text(name).is_err(), "{name}");
        }
        assert!(row.bytes("text").is_ok());
        assert!(row.bytes("text").is_err(), "read twice");
    }
}

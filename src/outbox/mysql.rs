//! MySQL and MariaDB.

use super::address::Server;
use super::open::Opening;
use super::sql::{Database, Row, Upsert, Value};
use super::store::{Millis, StoreError};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) struct Mysql {}

impl Mysql {
    pub(super) fn open(_server: &Server, _opening: Opening) -> Result<Self> {
        Err(StoreError::Open("not yet".into()))
    }
}

impl Database for Mysql {
    const LOCKS_ROWS: bool = true;
    const PROMISES: bool = false;

    fn now(&mut self) -> Result<Millis> {
        Err(StoreError::Open("not yet".into()))
    }

    fn transaction<T>(
        &mut self,
        _promise: bool,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        work(self)
    }

    fn execute(&mut self, _sql: &'static str, _values: &[Value<'_>]) -> Result<u64> {
        Ok(0)
    }

    fn insert(&mut self, _sql: &'static str, _values: &[Value<'_>]) -> Result<i64> {
        Ok(0)
    }

    fn query(&mut self, _sql: &'static str, _values: &[Value<'_>]) -> Result<Vec<Row>> {
        Ok(Vec::new())
    }

    fn upsert(&mut self, _upsert: Upsert, _values: &[Value<'_>]) -> Result<i64> {
        Ok(0)
    }

    fn rest(&mut self) -> Result<()> {
        Ok(())
    }

    fn shrink(&mut self) -> Result<()> {
        Ok(())
    }
}

//! A database whose disk does not confirm a commit.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::super::address::Synchronous;
use super::super::clock::Millis;
use super::super::database::{Database, Done, Durability, Result, Row, Upsert, Value};
use super::super::error::StoreError;
use super::super::sqlite::Sqlite;
use super::super::store::{LeaseRequest, Store as _, Update};
use super::super::timeout::{Opening, Timeout};
use super::Sql;

struct Unconfirmed {
    database: Sqlite,
    error: StoreError,
}

impl Database for Unconfirmed {
    const LOCKS_ROWS: bool = Sqlite::LOCKS_ROWS;

    fn set_timeout(&mut self, timeout: Timeout) {
        self.database.set_timeout(timeout);
    }

    fn now(&mut self) -> Result<Millis> {
        self.database.now()
    }

    fn still_at_path(&mut self) -> Result<()> {
        self.database.still_at_path()
    }

    fn transaction<T>(
        &mut self,
        durability: Durability,
        mut work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.database.begin(durability)?;
        let outcome = work(self);
        self.database.end(outcome)
    }

    fn sync(&mut self) -> Result<()> {
        Err(self.error.clone())
    }

    fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Done> {
        self.database.run(sql, values)
    }

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.database.query(sql, values)
    }

    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64> {
        self.database.upsert(upsert, values)
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.database.checkpoint()
    }

    fn shrink(&mut self) -> Result<()> {
        self.database.shrink()
    }
}

/// The result of queuing an update behind another one, and how many are pending then.
fn queue_behind(error: StoreError) -> (Result<bool>, u64) {
    let path = std::env::temp_dir().join(format!("spread-unconfirmed-{}.db", std::process::id()));
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_secs(5)),
        create: true,
    };
    let database = Sqlite::open(&path, Synchronous::Full, opening).unwrap();
    let mut store = Sql::new(Unconfirmed { database, error });
    let update = Update {
        endpoint: "https://spread.example/",
        public_key: b"shop",
        method: methods::UPDATE_ORDER,
        order_id: b"a",
        body: b"body",
    };
    let request = LeaseRequest {
        token: 1,
        until: 1_000,
    };
    let first = store.enqueue(&update, Some(request), 1).unwrap();
    assert!(first.is_some());
    let second = store.enqueue(&update, Some(request), 2);
    let pending = store.counts(2).unwrap().pending;
    drop(store);
    std::fs::remove_file(&path).unwrap();
    (second.map(|lease| lease.is_some()), pending)
}

#[test]
fn an_unconfirmed_update_behind_another_one_is_queued_all_the_same() {
    let (outcome, pending) = queue_behind(StoreError::Failed("the disk fails".into()));
    assert!(matches!(outcome, Ok(false)), "{outcome:?}");
    assert_eq!(pending, 2);
    // The file is gone, and the record with it: the caller must know.
    let (outcome, _) = queue_behind(StoreError::Lost("moved".into()));
    assert!(matches!(outcome, Err(StoreError::Lost(_))), "{outcome:?}");
}

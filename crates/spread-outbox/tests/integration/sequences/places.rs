//! Where the stores of the sequences are, with a backup of each.

use std::fs;
use std::path::PathBuf;

use crate::mariadb::MariaDb;
use crate::stores::{OPENING, Scratch, address};
use mysql::Conn;
use mysql::prelude::Queryable as _;
use outbox::{Store, open};

/// Where the stores of the sequences are.
pub(super) trait Place {
    /// An empty one for the next sequence.
    fn next(&mut self);
    fn open(&mut self) -> Box<dyn Store>;
    fn back_up(&mut self);
    /// Puts the backup back while a store is open. Whether the store notices.
    fn restore(&mut self) -> bool;
}

/// Files in a directory.
pub(super) struct Files {
    scratch: Scratch,
    number: usize,
}

impl Files {
    pub(super) fn new(scratch: Scratch) -> Self {
        Self { scratch, number: 0 }
    }

    fn path(&self) -> PathBuf {
        self.scratch.0.join(format!("{}.db", self.number))
    }

    fn log(&self, end: &str) -> PathBuf {
        self.path().with_extension(format!("db{end}"))
    }

    fn copy(&self) -> PathBuf {
        self.scratch.0.join("backup")
    }
}

impl Place for Files {
    fn next(&mut self) {
        self.number += 1;
        fs::remove_dir_all(&self.scratch.0).unwrap();
        fs::create_dir(&self.scratch.0).unwrap();
    }

    fn open(&mut self) -> Box<dyn Store> {
        let text = format!("sqlite:{}?synchronous=normal", self.path().display());
        open(&address(&text), OPENING).unwrap()
    }

    fn back_up(&mut self) {
        let _ = fs::remove_file(self.copy());
        let database = rusqlite::Connection::open(self.path()).unwrap();
        let copy = self.copy().display().to_string();
        database.execute("VACUUM INTO ?", [copy]).unwrap();
    }

    fn restore(&mut self) -> bool {
        let new = self.copy().with_extension("new");
        fs::copy(self.copy(), &new).unwrap();
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(self.log(end));
        }
        fs::rename(&new, self.path()).unwrap();
        true
    }
}

/// Databases on one server.
pub(super) struct Databases {
    server: MariaDb,
    /// Holds the backup, in temporary tables.
    root: Conn,
    address: String,
}

impl Databases {
    pub(super) fn new(server: MariaDb) -> Self {
        Self {
            root: server.root(),
            address: String::new(),
            server,
        }
    }

    /// Runs statements for each table: `{kept}` and `{backup}` are its names in them.
    fn for_each_table(&mut self, statements: &[&str]) {
        let database = self.address.rsplit('/').next().unwrap();
        for table in ["endpoints", "key_pairs", "orders", "records"] {
            for statement in statements {
                let statement = statement
                    .replace("{kept}", &format!("{database}.spread_{table}"))
                    .replace("{backup}", &format!("backup_{table}"));
                self.root.query_drop(statement).unwrap();
            }
        }
    }
}

impl Place for Databases {
    fn next(&mut self) {
        self.address = self.server.database();
    }

    fn open(&mut self) -> Box<dyn Store> {
        open(&address(&self.address), OPENING).unwrap()
    }

    fn back_up(&mut self) {
        self.for_each_table(&[
            "DROP TEMPORARY TABLE IF EXISTS {backup}",
            "CREATE TEMPORARY TABLE {backup} AS SELECT * FROM {kept}",
        ]);
    }

    /// A store remembers ids for as long as its connection lasts: a restore ends the connections.
    fn restore(&mut self) -> bool {
        self.for_each_table(&[
            "DELETE FROM {kept}",
            "INSERT INTO {kept} SELECT * FROM {backup}",
        ]);
        false
    }
}

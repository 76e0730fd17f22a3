//! Outboxes that an older or a newer version created, and the files of a new one.

use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use mysql::Conn;
use mysql::prelude::Queryable as _;
use rusqlite::Connection;

use crate::mariadb::MariaDb;
use crate::stores::{OPENING, Scratch, address, update};
use methods::UPDATE_ORDER;
use outbox::retry::Policy;
use outbox::store::{ClaimRequest, Completion, Filter, LeaseRequest, Outcome, State, Update};
use outbox::{Address, Opening, StoreError, open};

/// The first schema, as it was released, with a pending record and a refused one.
const SQLITE_1: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE spread_endpoints (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);
    CREATE TABLE spread_key_pairs (id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,
        public_key BLOB NOT NULL, UNIQUE (endpoint, public_key));
    CREATE TABLE spread_orders (id INTEGER PRIMARY KEY, key_pair INTEGER NOT NULL, due INTEGER,
        token INTEGER, sole_pending INTEGER, delivered INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX spread_orders_due ON spread_orders (key_pair, due);
    CREATE TABLE spread_records (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER NOT NULL, queued INTEGER NOT NULL,
        order_id BLOB NOT NULL, state INTEGER NOT NULL, accepted INTEGER NOT NULL,
        age_start INTEGER NOT NULL, attempts INTEGER NOT NULL, status INTEGER NOT NULL,
        last_error TEXT NOT NULL, body BLOB NOT NULL);
    CREATE INDEX spread_records_queued ON spread_records (parent, state) WHERE queued = 1;
    CREATE INDEX spread_records_dead_lettered ON spread_records (state) WHERE state <> 0;
    PRAGMA user_version = 1;";

const MYSQL_1: [&str; 6] = [
    "CREATE TABLE spread_endpoints (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        url VARBINARY(2000) NOT NULL UNIQUE) ENGINE = InnoDB",
    "CREATE TABLE spread_key_pairs (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        endpoint BIGINT NOT NULL, public_key VARBINARY(500) NOT NULL,
        UNIQUE (endpoint, public_key)) ENGINE = InnoDB",
    "CREATE TABLE spread_orders (id BIGINT NOT NULL PRIMARY KEY, key_pair BIGINT NOT NULL,
        due BIGINT, token BIGINT, sole_pending BIGINT, delivered BIGINT NOT NULL DEFAULT 0,
        KEY spread_orders_due (key_pair, due)) ENGINE = InnoDB",
    "CREATE TABLE spread_records (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        parent BIGINT NOT NULL, queued TINYINT NOT NULL, order_id BLOB NOT NULL, state TINYINT NOT NULL,
        accepted BIGINT NOT NULL, age_start BIGINT NOT NULL, attempts INT NOT NULL,
        status SMALLINT NOT NULL, last_error BLOB NOT NULL, body LONGBLOB NOT NULL,
        KEY spread_records_queued (parent, queued, state), KEY spread_records_dead_lettered (state)) ENGINE = InnoDB",
    "CREATE TABLE spread_schema (version INT NOT NULL) ENGINE = InnoDB",
    "INSERT INTO spread_schema VALUES (1)",
];

const ROWS: [&str; 5] = [
    "INSERT INTO spread_endpoints (id, url) VALUES (1, 'https://spread.example/api')",
    "INSERT INTO spread_key_pairs (id, endpoint, public_key) VALUES (1, 1, 'shop')",
    "INSERT INTO spread_orders (id, key_pair, due, sole_pending) VALUES (17, 1, 5, 4), (18, 1, NULL, NULL)",
    "INSERT INTO spread_records (id, parent, queued, order_id, state, accepted, age_start, attempts, status, \
     last_error, body) VALUES (4, 17, 0, 'a', 0, 5, 5, 2, 503, 'busy', 'old body')",
    "INSERT INTO spread_records (id, parent, queued, order_id, state, accepted, age_start, attempts, status, \
     last_error, body) VALUES (3, 18, 1, 'b', 1, 4, 4, 1, 422, 'no', 'refused body')",
];

/// The steps from the first schema to the second.
const STEP_2: [&str; 6] = [
    "ALTER TABLE spread_endpoints ADD COLUMN failures INT NOT NULL DEFAULT 0",
    "ALTER TABLE spread_endpoints ADD COLUMN failed_order BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE spread_endpoints ADD COLUMN due BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE spread_key_pairs ADD COLUMN failures INT NOT NULL DEFAULT 0",
    "ALTER TABLE spread_key_pairs ADD COLUMN failed_order BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE spread_key_pairs ADD COLUMN due BIGINT NOT NULL DEFAULT 0",
];

/// The step from the second schema to the third.
const STEP_3: &str = "ALTER TABLE spread_records ADD COLUMN method INT NOT NULL DEFAULT 0";

/// A database with the first schema, and a connection that uses it.
fn first_schema(server: &MariaDb) -> (String, Conn) {
    let base = server.database();
    let name = base.rsplit('/').next().unwrap();
    let mut root = server.root();
    root.query_drop(format!("USE {name}")).unwrap();
    for statement in MYSQL_1.iter().chain(&ROWS) {
        root.query_drop(statement).unwrap();
    }
    (base, root)
}

fn is_usable(address: &Address) {
    let mut store = open(address, OPENING).unwrap();
    let all = Filter {
        limit: 10,
        ..Filter::default()
    };
    let records = store.list(&all, 10).unwrap();
    assert!(records.iter().all(|one| one.method == UPDATE_ORDER));
    let states: Vec<_> = records.iter().map(|one| (one.id, one.state)).collect();
    assert_eq!(states, [(3, State::Refused), (4, State::Pending)]);
    let request = ClaimRequest {
        limit: 10,
        public_keys: &[b"shop".to_vec()],
        lease: LeaseRequest {
            token: 9,
            until: 1_000,
        },
        oldest: 0,
    };
    let claimed = store.claim(&request, 10).unwrap().claimed;
    assert_eq!((claimed.len(), &*claimed[0].body), (1, &b"old body"[..]));
    assert_eq!((claimed[0].attempts, &*claimed[0].order_id), (2, &b"a"[..]));
    let completion = Completion {
        lease: claimed[0].lease,
        outcome: Outcome::Delivered,
        jitter: 0.0,
    };
    assert_eq!(
        store
            .complete(&[completion], &Policy::default(), 20)
            .unwrap(),
        [true]
    );
    assert_eq!(claimed[0].method, UPDATE_ORDER);
    let create = Update {
        method: methods::by_name(b"createOrder").unwrap(),
        ..update("c", "new")
    };
    store.enqueue(&create, None, 30).unwrap();
    let claimed = store.claim(&request, 40).unwrap().claimed;
    assert_eq!((claimed.len(), claimed[0].method), (1, create.method));
}

#[test]
fn the_first_schema_opens_in_this_one() {
    opens(1, &[]);
}

#[test]
fn the_second_schema_opens_in_this_one() {
    opens(2, &STEP_2);
}

#[test]
fn the_third_schema_opens_in_this_one() {
    opens(3, &[&STEP_2[..], &[STEP_3]].concat());
}

/// An outbox with the first schema, after these statements that make it another, is usable.
fn opens(version: i64, statements: &[&str]) {
    let scratch = Scratch::new();
    let file = Connection::open(scratch.0.join("outbox.db")).unwrap();
    file.execute_batch(SQLITE_1).unwrap();
    for statement in statements {
        file.execute_batch(statement).unwrap();
    }
    file.pragma_update(None, "user_version", version).unwrap();
    for row in ROWS {
        // As this code writes them, and not as SQLite reads a literal.
        let row = row.replace("'shop'", "CAST('shop' AS BLOB)");
        file.execute_batch(&row).unwrap();
    }
    file.execute_batch(
        "UPDATE spread_records SET order_id = CAST(order_id AS BLOB), body = CAST(body AS BLOB)",
    )
    .unwrap();
    drop(file);
    is_usable(&scratch.address());
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let (base, mut root) = first_schema(server);
    for statement in statements {
        root.query_drop(statement).unwrap();
    }
    let reached = format!("UPDATE spread_schema SET version = {version}");
    root.query_drop(reached).unwrap();
    is_usable(&address(&base));
}

#[test]
fn an_interrupted_step_is_finished() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let (base, mut root) = first_schema(server);
    root.query_drop(
        "ALTER TABLE spread_endpoints ADD COLUMN failures INT NOT NULL DEFAULT 0, ADD COLUMN \
         failed_order BIGINT NOT NULL DEFAULT 0, ADD COLUMN due BIGINT NOT NULL DEFAULT 0",
    )
    .unwrap();
    is_usable(&address(&base));
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let refused = |address: &Address| {
        assert!(matches!(
            open(address, OPENING).err(),
            Some(StoreError::Newer {
                found: 99,
                known: 4
            })
        ));
    };
    let scratch = Scratch::new();
    open(&scratch.address(), OPENING).unwrap();
    let file = Connection::open(scratch.0.join("outbox.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    refused(&scratch.address());
    let version: i64 = file
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    open(&address(&base), OPENING).unwrap();
    let name = base.rsplit('/').next().unwrap();
    let newer = format!("UPDATE {name}.spread_schema SET version = 99");
    let mut root = server.root();
    root.query_drop(newer).unwrap();
    // A table that a newer version has dropped is not created again.
    root.query_drop(format!("DROP TABLE {name}.spread_endpoints"))
        .unwrap();
    refused(&address(&base));
    let tables: Vec<String> = root.query(format!("SHOW TABLES FROM {name}")).unwrap();
    let left = [
        "spread_imports",
        "spread_key_pairs",
        "spread_orders",
        "spread_records",
        "spread_schema",
    ];
    assert_eq!(tables, left);
    let version = format!("SELECT version FROM {name}.spread_schema");
    assert_eq!(root.query::<i64, _>(version).unwrap(), [99]);
}

#[test]
fn many_open_a_new_outbox_at_once() {
    let at_once = |address: &Address| {
        thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || {
                    let mut store = open(address, OPENING).unwrap();
                    let order = number.to_string();
                    store.enqueue(&update(&order, "x"), None, 1).unwrap();
                });
            }
        });
        let mut store = open(address, OPENING).unwrap();
        assert_eq!(store.counts(1).unwrap().pending, 8);
    };
    let scratch = Scratch::new();
    at_once(&scratch.address());
    if let Some(server) = MariaDb::shared() {
        at_once(&address(&server.database()));
    }
}

#[test]
fn the_files_are_the_owners_alone() {
    let scratch = Scratch::new();
    let missing = open(
        &scratch.address(),
        Opening {
            create: false,
            ..OPENING
        },
    );
    assert!(matches!(missing.err(), Some(StoreError::Open(_))));
    assert_eq!(scratch.0.read_dir().unwrap().count(), 0);
    let mut store = open(&scratch.address(), OPENING).unwrap();
    store.enqueue(&update("a", "x"), None, 1).unwrap();
    let mut names = Vec::new();
    for file in scratch.0.read_dir().unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["outbox.db", "outbox.db-shm", "outbox.db-wal"]);
}

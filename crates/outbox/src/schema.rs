//! The tables, in numbered steps for each database. A released step never changes: a change is a new
//! step. Opening a database brings it up to date, and fails when it has more steps than this code knows.
//!
//! ```text
//!   endpoints ◄── key_pairs ◄── orders ◄── records
//!   a URL         a public      one or     one update
//!                 key there     more
//! ```
//!
//! | column | meaning |
//! |---|---|
//! | `orders.id` | a digest of the key pair and the order's id or the account's, found without another index. Should two orders ever have the same digest, they are one here and delay each other |
//! | `orders.due` | when the order's head may be claimed; in flight, when the lease expires; NULL when nothing is pending |
//! | `orders.token` | the token of the lease |
//! | `orders.sole_pending` | the record that came when none was pending, while it is pending; all others of the order are `queued`: see `sql/pending.rs` |
//! | `orders.delivered` | the newest delivered record, while older ones are dead-lettered |
//! | `records.method` | the number of the method in the table of the crate `methods`; 0 for `updateOrder` |
//! | `records.order_id` | the id of the order or the account; of an account without `external_id` a keyed hash of its e-mail address |
//! | `records.age_start` | when the age of a record begins to count: a retry sets it again |
//! | `imports.imported`, `imports.digest` | how many rows of a file were imported, and a digest of them |
//! | `failures`, `failed_order`, `due` | the circuit of an endpoint or a key pair: see `circuit.rs` |
//!
//! A commit costs the pages that it writes, 3 to 5 µs each with SQLite. An update that comes and goes is
//! therefore in as few indexes as possible: those of queued and of dead-lettered records do not hold it.

/// The steps for SQLite.
pub(super) const SQLITE: [&str; 4] = [
    "CREATE TABLE spread_endpoints (
        id INTEGER PRIMARY KEY,
        url TEXT NOT NULL UNIQUE
    );
    CREATE TABLE spread_key_pairs (
        id INTEGER PRIMARY KEY,
        endpoint INTEGER NOT NULL,
        public_key BLOB NOT NULL,
        UNIQUE (endpoint, public_key)
    );
    CREATE TABLE spread_orders (
        id INTEGER PRIMARY KEY,
        key_pair INTEGER NOT NULL,
        due INTEGER,
        token INTEGER,
        sole_pending INTEGER,
        delivered INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX spread_orders_due ON spread_orders (key_pair, due);
    CREATE TABLE spread_records (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        parent INTEGER NOT NULL,
        queued INTEGER NOT NULL,
        order_id BLOB NOT NULL,
        state INTEGER NOT NULL,
        accepted INTEGER NOT NULL,
        age_start INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        status INTEGER NOT NULL,
        last_error TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX spread_records_queued ON spread_records (parent, state) WHERE queued = 1;
    CREATE INDEX spread_records_dead_lettered ON spread_records (state) WHERE state <> 0;",
    "ALTER TABLE spread_endpoints ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_endpoints ADD COLUMN failed_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_endpoints ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN failed_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN due INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE spread_records ADD COLUMN method INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE spread_imports (
        name BLOB PRIMARY KEY,
        imported INTEGER NOT NULL,
        digest BLOB NOT NULL
    );",
];

/// The steps for MySQL and MariaDB, statement by statement: each commits by itself there. The row format is
/// explicit because an index on a URL is too long for COMPACT, which a server may have as its default.
pub(super) const MYSQL: [&[&str]; 4] = [
    &[
        "CREATE TABLE spread_endpoints (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            url VARBINARY(2000) NOT NULL UNIQUE
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC",
        "CREATE TABLE spread_key_pairs (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            endpoint BIGINT NOT NULL,
            public_key VARBINARY(500) NOT NULL,
            UNIQUE (endpoint, public_key)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC",
        "CREATE TABLE spread_orders (
            id BIGINT NOT NULL PRIMARY KEY,
            key_pair BIGINT NOT NULL,
            due BIGINT,
            token BIGINT,
            sole_pending BIGINT,
            delivered BIGINT NOT NULL DEFAULT 0,
            KEY spread_orders_due (key_pair, due)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC",
        "CREATE TABLE spread_records (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            parent BIGINT NOT NULL,
            queued TINYINT NOT NULL,
            order_id BLOB NOT NULL,
            state TINYINT NOT NULL,
            accepted BIGINT NOT NULL,
            age_start BIGINT NOT NULL,
            attempts INT NOT NULL,
            status SMALLINT NOT NULL,
            last_error BLOB NOT NULL,
            body LONGBLOB NOT NULL,
            KEY spread_records_queued (parent, queued, state),
            KEY spread_records_dead_lettered (state)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC",
    ],
    &[
        "ALTER TABLE spread_endpoints
            ADD COLUMN failures INT NOT NULL DEFAULT 0,
            ADD COLUMN failed_order BIGINT NOT NULL DEFAULT 0,
            ADD COLUMN due BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE spread_key_pairs
            ADD COLUMN failures INT NOT NULL DEFAULT 0,
            ADD COLUMN failed_order BIGINT NOT NULL DEFAULT 0,
            ADD COLUMN due BIGINT NOT NULL DEFAULT 0",
    ],
    &["ALTER TABLE spread_records ADD COLUMN method TINYINT NOT NULL DEFAULT 0"],
    &["CREATE TABLE spread_imports (
        name VARBINARY(500) NOT NULL PRIMARY KEY,
        imported BIGINT NOT NULL,
        digest VARBINARY(64) NOT NULL
    ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC"],
];

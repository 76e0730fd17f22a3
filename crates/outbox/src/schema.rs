//! The tables, in numbered steps for each database. A step that was released is never changed: what is
//! new is a new step. A database is brought up to date when it is opened, and refused when it has more
//! steps than this code knows.
//!
//! ```text
//!   endpoints ◄── accounts ◄── orders ◄── records
//!   a URL         a public     one or     one update
//!                 key there    more
//! ```
//!
//! `orders.id` is a digest of the account and the order's id: it is found without an index of its own. Two
//! orders with the same digest, should that ever be, are one here and wait for each other.
//! `orders.due`: when the order's head may be claimed; in flight, when the lease ends; NULL when
//! nothing waits. `orders.token`: whose lease it is. `orders.alone`: the record that came when none waited,
//! while it waits; all others of the order are `queued`. `orders.delivered`: the newest delivered record,
//! while older ones are set aside. `records.since`: from when the age counts, which a retry renews.
//! `failures`, `failed_order` and `due` of endpoints and accounts are their gates.
//!
//! What a commit costs is the pages that it writes, 3 to 5 µs each with SQLite: so an update that comes and
//! goes is in as few indexes as possible: those of what is queued and of what is set aside do not hold it.

/// The steps for SQLite.
pub(super) const SQLITE: [&str; 2] = [
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
        account INTEGER NOT NULL,
        due INTEGER,
        token INTEGER,
        alone INTEGER,
        delivered INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX spread_orders_due ON spread_orders (account, due);
    CREATE TABLE spread_records (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        parent INTEGER NOT NULL,
        queued INTEGER NOT NULL,
        order_id BLOB NOT NULL,
        state INTEGER NOT NULL,
        accepted INTEGER NOT NULL,
        since INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        status INTEGER NOT NULL,
        note TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX spread_records_queued ON spread_records (parent, state) WHERE queued = 1;
    CREATE INDEX spread_records_aside ON spread_records (state) WHERE state <> 0;",
    "ALTER TABLE spread_endpoints ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_endpoints ADD COLUMN failed_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_endpoints ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN failed_order INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE spread_key_pairs ADD COLUMN due INTEGER NOT NULL DEFAULT 0;",
];

/// The steps for MySQL and MariaDB, statement by statement: each commits by itself there.
pub(super) const MYSQL: [&[&str]; 2] = [
    &[
        "CREATE TABLE spread_endpoints (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            url VARBINARY(2000) NOT NULL UNIQUE
        ) ENGINE = InnoDB",
        "CREATE TABLE spread_key_pairs (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            endpoint BIGINT NOT NULL,
            public_key VARBINARY(500) NOT NULL,
            UNIQUE (endpoint, public_key)
        ) ENGINE = InnoDB",
        "CREATE TABLE spread_orders (
            id BIGINT NOT NULL PRIMARY KEY,
            account BIGINT NOT NULL,
            due BIGINT,
            token BIGINT,
            alone BIGINT,
            delivered BIGINT NOT NULL DEFAULT 0,
            KEY spread_orders_due (account, due)
        ) ENGINE = InnoDB",
        "CREATE TABLE spread_records (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            parent BIGINT NOT NULL,
            queued TINYINT NOT NULL,
            order_id BLOB NOT NULL,
            state TINYINT NOT NULL,
            accepted BIGINT NOT NULL,
            since BIGINT NOT NULL,
            attempts INT NOT NULL,
            status SMALLINT NOT NULL,
            note BLOB NOT NULL,
            body LONGBLOB NOT NULL,
            KEY spread_records_queued (parent, queued, state),
            KEY spread_records_aside (state)
        ) ENGINE = InnoDB",
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
];

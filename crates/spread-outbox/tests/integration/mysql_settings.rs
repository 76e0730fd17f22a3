//! Servers with other settings and other users than usual.

use mysql::prelude::Queryable as _;

use crate::mariadb::MariaDb;
use crate::mysql_stores::{opened, refusal};
use crate::stores::update;

/// Enqueues an order in a new outbox.
fn enqueues(base: &str) {
    let mut store = opened(base);
    let now = store.now().unwrap();
    store.enqueue(&update("a", "1"), None, now).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, 1);
}

#[test]
fn servers_with_other_settings_work_or_say_what_to_change() {
    let Some(server) = MariaDb::with(&["--log-bin=log", "--binlog-format=MIXED"]) else {
        return;
    };
    let mut root = server.root();
    let mut set = |what: &str| root.query_drop(format!("SET GLOBAL {what}")).unwrap();

    let (force_keys, privilege) = if server.is_mysql() {
        ("sql_require_primary_key", "SESSION_VARIABLES_ADMIN")
    } else {
        ("innodb_force_primary_key", "BINLOG ADMIN")
    };
    set(&format!("{force_keys} = 1"));
    enqueues(&server.database());
    set(&format!("{force_keys} = 0"));

    set("innodb_default_row_format = compact");
    enqueues(&server.database());
    set("innodb_default_row_format = dynamic");

    set("binlog_format = STATEMENT");
    let base = server.database();
    let sentence = refusal(&base);
    assert!(
        sentence.contains("binlog_format is STATEMENT: set it"),
        "{sentence}"
    );
    let grant = format!("GRANT {privilege} ON *.* TO 'shop'@'%'");
    server.root().query_drop(grant).unwrap();
    enqueues(&base);
    // An outbox that exists, on a connection of another process.
    let mut store = opened(&base);
    let now = store.now().unwrap();
    store.enqueue(&update("b", "1"), None, now).unwrap();
}

#[test]
fn a_schema_table_without_a_primary_key_gets_one() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let name = base.rsplit('/').next().unwrap();
    // As a failed attempt of an older version leaves it behind.
    let mut root = server.root();
    let create = format!("CREATE TABLE {name}.spread_schema (version INT NOT NULL)");
    root.query_drop(create).unwrap();
    enqueues(&base);
    let keys = format!("SHOW KEYS FROM {name}.spread_schema");
    let keys: Vec<mysql::Row> = root.query(keys).unwrap();
    assert_eq!(keys.len(), 1);
}

#[test]
fn users_of_mariadbs_plugins_are_served_or_their_plugin_is_named() {
    let Some(server) = MariaDb::shared().filter(|server| !server.is_mysql()) else {
        return;
    };
    let mut root = server.root();
    for statement in [
        "INSTALL SONAME 'auth_ed25519'",
        "CREATE USER 'curve'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('p@ss')",
        "GRANT ALL ON `spread%`.* TO 'curve'@'%'",
        "INSTALL SONAME 'auth_pam'",
        "CREATE USER 'modules'@'%' IDENTIFIED VIA pam",
    ] {
        root.query_drop(statement).unwrap();
    }
    let base = server.database();
    let of = |user: &str| base.replace("shop:p%40ss%2Fw%3Ard", user);
    enqueues(&of("curve:p%40ss"));
    let sentence = refusal(&of("curve:p%40ss2"));
    assert!(sentence.contains("refuses the user"), "{sentence}");
    let sentence = refusal(&of("modules:p%40ss"));
    assert!(sentence.contains("authenticates by "), "{sentence}");
}

use super::*;

#[test]
fn a_sync_writes_to_the_log_and_changes_nothing() {
    let path = std::env::temp_dir().join(format!("spread-sync-{}.db", std::process::id()));
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_secs(5)),
        create: true,
    };
    for (synchronous, writes) in [(Synchronous::Full, true), (Synchronous::Normal, false)] {
        let mut database = Sqlite::open(&path, synchronous, opening).unwrap();
        // Of a newer version, whose schema this one must not take back.
        database.set_version(99).unwrap();
        let log = path.with_extension("db-wal");
        let before = std::fs::metadata(&log).unwrap().len();
        database.sync().unwrap();
        assert_eq!(std::fs::metadata(&log).unwrap().len() > before, writes);
        assert_eq!(database.version().unwrap(), 99);
        drop(database);
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_log_that_another_program_removed_takes_no_update() {
    let path = std::env::temp_dir().join(format!("spread-log-{}.db", std::process::id()));
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_secs(5)),
        create: true,
    };
    let opened = || Sqlite::open(&path, Synchronous::Full, opening).unwrap();
    let insert = |database: &mut Sqlite, id| {
        let sql = "INSERT INTO spread_orders (id, key_pair) VALUES (?, 1)";
        database.transaction(Durability::Durable, |database| {
            database.execute(sql, &[Value::Int(id)])
        })
    };
    let mut database = opened();
    insert(&mut database, 1).unwrap();
    // As the last program that closes the file does.
    database.checkpoint().unwrap();
    for end in ["-wal", "-shm"] {
        let mut beside = path.clone().into_os_string();
        beside.push(end);
        std::fs::remove_file(beside).unwrap();
    }
    let outcome = insert(&mut database, 2);
    assert!(matches!(outcome, Err(StoreError::Lost(_))), "{outcome:?}");

    drop(database);
    let mut database = opened();
    insert(&mut database, 2).unwrap();
    let count = "SELECT count(*) AS count FROM spread_orders";
    let count: i64 = database
        .query_one(count, &[])
        .unwrap()
        .int("count")
        .unwrap();
    assert_eq!(count, 2);
    drop(database);
    std::fs::remove_file(&path).unwrap();
}

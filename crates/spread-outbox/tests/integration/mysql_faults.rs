//! Faults that only a server has: TLS, refusals, dead connections, locks.

use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;

use crate::mariadb::MariaDb;
use crate::mysql_proxy::{proxy, without_tls};
use crate::mysql_stores::{claim, opened, refusal};
use crate::stores::{OPENING, address, update};
use outbox::store::{Filter, LeaseRequest, State, Store};
use outbox::{Opening, StoreError, Timeout, open};

/// Ends the connections to the database at `base`, as an administrator would.
fn kill(server: &MariaDb, base: &str) {
    let name = base.rsplit('/').next().unwrap();
    let mut root = server.root();
    let query = format!("SELECT id FROM information_schema.processlist WHERE db = '{name}'");
    let ids: Vec<u64> = root.query(query).unwrap();
    assert!(!ids.is_empty());
    for id in ids {
        root.query_drop(format!("KILL {id}")).unwrap();
    }
}

#[test]
fn tls_is_as_strict_as_its_mode() {
    // Not the shared one: its TLS connections are counted.
    let Some(server) = MariaDb::own() else {
        return;
    };
    let base = server.database();
    let file = |name: &str| server.file(name).display().to_string();
    let (ca, other) = (file("ca.pem"), file("other.pem"));
    let mut before = 0;
    for mode in [
        "ssl-mode=disabled".to_owned(),
        "ssl-mode=preferred".into(),
        "ssl-mode=required".into(),
        format!("ssl-mode=verify-ca&ssl-ca={ca}"),
        format!("ssl-mode=verify-identity&ssl-ca={ca}"),
    ] {
        let mut store = opened(&format!("{base}?{mode}"));
        let now = store.now().unwrap();
        store.enqueue(&update("a", "1"), None, now).unwrap();
        let encrypted: u64 = server
            .root()
            .query_first("SHOW GLOBAL STATUS LIKE 'Ssl_accepts'")
            .unwrap()
            .map(|(_, count): (String, u64)| count)
            .unwrap();
        assert_eq!(encrypted > before, mode != "ssl-mode=disabled", "{mode}");
        before = encrypted;
    }
    for mode in [
        format!("ssl-mode=verify-ca&ssl-ca={other}"),
        format!("ssl-mode=verify-identity&ssl-ca={other}"),
        "ssl-mode=verify-ca".into(),
    ] {
        let sentence = refusal(&format!("{base}?{mode}"));
        assert!(sentence.contains("TLS"), "{sentence}");
    }
    // The certificate is for 127.0.0.1 and says nothing of localhost.
    let elsewhere = base.replace("@127.0.0.1:", "@localhost:");
    opened(&format!("{elsewhere}?ssl-mode=verify-ca&ssl-ca={ca}"));
    let sentence = refusal(&format!("{elsewhere}?ssl-mode=verify-identity&ssl-ca={ca}"));
    assert!(sentence.contains("TLS"), "{sentence}");
    let sentence = refusal(&format!("{base}?ssl-mode=verify-ca&ssl-ca={ca}.not"));
    assert!(sentence.contains("ssl-ca: /"), "{sentence}");
    opened(&format!("{base}?ssl-mode=required&ssl-ca={ca}.not"));
    // A server that offers none.
    static NEVER: AtomicU16 = AtomicU16::new(0);
    let port = proxy(server.port, without_tls, &NEVER);
    let plain = base.replace(&server.port.to_string(), &port.to_string());
    opened(&plain);
    opened(&format!("{plain}?ssl-mode=preferred"));
    for mode in ["required", "verify-ca", "verify-identity"] {
        let sentence = refusal(&format!("{plain}?ssl-mode={mode}"));
        assert!(sentence.contains("offers no TLS"), "{sentence}");
    }
    // A socket needs no TLS.
    let socket = file("socket");
    assert!(Path::new(&socket).exists());
    opened(&format!("{base}?socket={socket}"));
}

#[test]
fn refusals_say_what_to_look_at() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let sentence = refusal(&base.replace("p%40ss", "wrong"));
    assert!(
        sentence.contains("refuses the user or the password"),
        "{sentence}"
    );
    let sentence = refusal(&base.replace("/spread_", "/spread_none_"));
    assert!(sentence.contains("there is no such database"), "{sentence}");
    let sentence = refusal("mysql://shop:p%40ss@127.0.0.1:1/spread");
    assert!(sentence.contains("127.0.0.1:1"), "{sentence}");
    let opening = Opening {
        create: false,
        ..OPENING
    };
    let error = open(&address(&base), opening).err().unwrap().to_string();
    assert!(error.contains("no outbox yet"), "{error}");
}

#[test]
fn a_user_may_have_any_name() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let mut root = server.root();
    for statement in [
        "CREATE USER 'sh@p: 100%/é'@'%' IDENTIFIED BY 'p@ss?#%25'",
        "GRANT ALL ON `spread%`.* TO 'sh@p: 100%/é'@'%'",
    ] {
        root.query_drop(statement).unwrap();
    }
    let base = server.database();
    let any = base.replace(
        "shop:p%40ss%2Fw%3Ard",
        "sh%40p%3A%20100%25%2F%C3%A9:p%40ss%3F%23%2525",
    );
    let mut store = opened(&any);
    let now = store.now().unwrap();
    store.enqueue(&update("a", "1"), None, now).unwrap();
    refusal(&any.replace("%2525", "%25"));
}

#[test]
fn a_connection_that_died_while_it_was_idle_is_made_again() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let mut store = opened(&base);
    let now = store.now().unwrap();
    store.enqueue(&update("a", "1"), None, now).unwrap();
    let mut works = |what: &str, call: &dyn Fn(&mut dyn Store) -> Result<(), StoreError>| {
        kill(server, &base);
        let outcome = call(store.as_mut());
        assert!(outcome.is_ok(), "{what}: {outcome:?}");
    };
    works("enqueue", &|store| {
        store.enqueue(&update("a", "2"), None, now).map(drop)
    });
    works("counts", &|store| {
        store
            .counts(now)
            .map(|counts| assert_eq!(counts.pending, 2))
    });
    works("claim", &|store| {
        claim(store, 9).map(|result| assert_eq!(result.claimed.len(), 1))
    });
    works("key_pairs", &|store| store.key_pairs(now).map(drop));
    works("expire", &|store| store.expire(0, now).map(drop));
    works("next_due", &|store| {
        store.next_due(&[b"shop".to_vec()]).map(drop)
    });
    works("list", &|store| {
        store.list(&Filter::default(), now).map(drop)
    });
    works("body", &|store| store.body(1).map(drop));
    works("retry", &|store| store.retry(999, false, now).map(drop));
    works("purge", &|store| {
        store.purge(State::Refused, now, now).map(drop)
    });
}

#[test]
fn a_new_connection_may_lead_to_other_ids() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let mut store = opened(&base);
    let now = store.now().unwrap();
    let shop = update("a", "1");
    let mut other = update("a", "1");
    other.endpoint = "https://other.example/api";
    other.public_key = b"other";
    for update in [&shop, &other] {
        store.enqueue(update, None, now).unwrap();
    }
    // A backup is restored, or another server has taken over.
    kill(server, &base);
    let name = base.rsplit('/').next().unwrap();
    let mut root = server.root();
    root.query_drop(format!("DROP DATABASE {name}")).unwrap();
    root.query_drop(format!("CREATE DATABASE {name}")).unwrap();
    let mut restored = opened(&base);
    for update in [&other, &shop] {
        restored.enqueue(update, None, now).unwrap();
    }
    let request = LeaseRequest {
        token: 7,
        until: now + 60_000,
    };
    let mine = update("b", "2");
    let lease = store.enqueue(&mine, Some(request), now).unwrap().unwrap();
    let filter = Filter {
        order_id: Some(b"b"),
        limit: 10,
        ..Filter::default()
    };
    let record = &restored.list(&filter, now).unwrap()[0];
    assert_eq!(
        (&*record.endpoint, &*record.public_key),
        (shop.endpoint, shop.public_key)
    );
    // The order is the one that others find.
    let behind = restored.enqueue(&update("b", "3"), Some(request), now);
    assert!(behind.unwrap().is_none());
    assert_eq!(lease.record, record.id);
}

#[test]
fn a_connection_that_the_server_ends_is_made_again() {
    static GOODBYE: AtomicU16 = AtomicU16::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let port = proxy(server.port, without_tls, &GOODBYE);
    let base = base.replace(&server.port.to_string(), &port.to_string());
    let mut store = opened(&base);
    let now = store.now().unwrap();
    // Idle for too long (MySQL), killed (MariaDB, MySQL), shutting down.
    let codes = [4031, 1927, 3169, 1053];
    for code in codes {
        GOODBYE.store(code, Ordering::Relaxed);
        let outcome = store.enqueue(&update("a", "1"), None, now);
        assert!(outcome.is_ok(), "{code}: {outcome:?}");
        GOODBYE.store(code, Ordering::Relaxed);
        let outcome = store.counts(now);
        assert!(outcome.is_ok(), "{code}: {outcome:?}");
    }
    let enqueued = u64::try_from(codes.len()).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, enqueued);
}

#[test]
fn an_update_whose_connection_ends_before_its_commit_is_recorded_once() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let mut store = opened(&base);
    let now = store.now().unwrap();
    store.enqueue(&update("a", "1"), None, now).unwrap();
    let mut holder = server.root();
    holder.query_drop(hold(&base)).unwrap();
    thread::scope(|scope| {
        let enqueued = scope.spawn(|| store.enqueue(&update("a", "2"), None, now));
        thread::sleep(Duration::from_millis(300));
        let name = base.rsplit('/').next().unwrap();
        let mut root = server.root();
        let query = format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{name}' AND user = 'shop'"
        );
        let id: u64 = root.query_first(query).unwrap().unwrap();
        root.query_drop(format!("KILL {id}")).unwrap();
        drop(holder);
        enqueued.join().unwrap().unwrap();
    });
    assert_eq!(store.counts(now).unwrap().pending, 2);
}

/// Locks all orders, as a node does that died inside a transaction before the server has noticed.
fn hold(base: &str) -> String {
    let name = base.rsplit('/').next().unwrap();
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN; \
         SELECT id FROM {name}.spread_orders FOR UPDATE"
    )
}

#[test]
fn the_wait_for_a_lock_ends_at_the_timeout() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let timeout = Duration::from_secs(2);
    let opening = Opening {
        timeout: Timeout::Each(timeout),
        ..OPENING
    };
    let mut store = open(&address(&base), opening).unwrap();
    let now = store.now().unwrap();
    store.enqueue(&update("a", "1"), None, now).unwrap();
    let mut holder = server.root();
    holder.query_drop(hold(&base)).unwrap();
    let begun = Instant::now();
    let error = store.enqueue(&update("a", "2"), None, now).unwrap_err();
    let waited = begun.elapsed();
    assert!(matches!(error, StoreError::Failed(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains("timed out waiting for another transaction's lock"),
        "{error}"
    );
    assert!(waited < timeout * 2, "{waited:?}");
    // Another order is not locked.
    store.enqueue(&update("b", "3"), None, now).unwrap();
    drop(holder);
    store.enqueue(&update("a", "2"), None, now).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, 3);

    // The lock on the schema.
    let mut holder = server.root();
    let lock = "SELECT GET_LOCK('spread_outbox_schema', 10)";
    holder.query_drop(lock).unwrap();
    let new = server.database();
    let begun = Instant::now();
    let error = open(&address(&new), opening).err().unwrap();
    let waited = begun.elapsed();
    assert!(error.to_string().contains("changes the schema"), "{error}");
    assert!(waited < timeout * 2, "{waited:?}");
    drop(holder);
    open(&address(&new), opening).unwrap();
}

#[test]
fn statements_that_the_client_has_given_up_end_on_the_server() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let name = base.rsplit('/').next().unwrap();
    let now = opened(&base).now().unwrap();
    // As a dump does.
    let mut holder = server.root();
    let lock = format!(
        "LOCK TABLES {name}.spread_endpoints WRITE, {name}.spread_orders WRITE, \
         {name}.spread_records WRITE"
    );
    holder.query_drop(lock).unwrap();
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_millis(500)),
        ..OPENING
    };
    for _ in 0..3 {
        let mut store = open(&address(&base), opening).unwrap();
        store.enqueue(&update("a", "1"), None, now).unwrap_err();
    }
    let waiting = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{name}' AND user = 'shop'"
    );
    let end = Instant::now() + Duration::from_secs(5);
    let mut root = server.root();
    while root.query_first::<u64, _>(&waiting).unwrap() != Some(0) {
        assert!(Instant::now() < end, "threads are left");
        thread::sleep(Duration::from_millis(50));
    }
}

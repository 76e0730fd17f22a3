//! What only a server can do to an outbox: TLS, refusals, dead connections, a crash, many at once.

use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;

use crate::mariadb::MariaDb;
use crate::stores::{OPENING, address, update};
use outbox::open::Opening;
use outbox::retry::Policy;
use outbox::store::{
    ClaimRequest, ClaimResult, Completion, Filter, LeaseRequest, Outcome, State, Store, StoreError,
};
use outbox::{entropy, open};

/// In milliseconds.
const LEASE: i64 = 5_000;

fn opened(text: &str) -> Box<dyn Store + Send> {
    open(&address(text), OPENING).unwrap()
}

/// The same, when the server may be away for a moment.
fn opened_at_last(text: &str) -> Box<dyn Store + Send> {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        match open(&address(text), OPENING) {
            Ok(store) => return store,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn refusal(text: &str) -> String {
    let opening = Opening {
        patience: Duration::from_secs(2),
        create: true,
    };
    let Err(error) = open(&address(text), opening) else {
        panic!("{text} can be opened")
    };
    let sentence = error.to_string();
    assert!(!sentence.contains("p@ss"), "{sentence}");
    sentence
}

fn claim(store: &mut dyn Store, limit: usize) -> Result<ClaimResult, StoreError> {
    let now = store.now()?;
    let wanted = ClaimRequest {
        limit,
        public_keys: &[b"shop".to_vec()],
        term: LeaseRequest {
            token: entropy::draw().token,
            until: now + LEASE,
        },
        oldest: 0,
    };
    store.claim(&wanted, now)
}

fn deliver(store: &mut dyn Store, claims: &ClaimResult) -> Result<(), StoreError> {
    let settled: Vec<Completion> = claims
        .claimed
        .iter()
        .map(|claimed| Completion {
            lease: claimed.lease,
            outcome: Outcome::Delivered,
            jitter: 0.5,
        })
        .collect();
    let now = store.now()?;
    store.complete(&settled, &Policy::default(), now).map(drop)
}

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

/// Where the version ends that a server's greeting holds after header and protocol.
fn version_end(greeting: &[u8]) -> usize {
    5 + greeting[5..].iter().position(|byte| *byte == 0).unwrap()
}

/// Takes the offer of TLS out of the greeting.
fn without_tls(before: usize, greeting: &mut [u8]) {
    if before > 0 {
        return;
    }
    const CLIENT_SSL: u8 = 8;
    // Thread, scramble and filler; the higher byte.
    let capabilities = version_end(greeting) + 1 + 4 + 9 + 1;
    greeting[capabilities] &= !CLIENT_SSL;
}

/// Stands between a client and the server, whose words it says as `edit` has them, which is told how many
/// came before. When `goodbye` is set to an error, the next command gets that for an answer, and the connection
/// ends.
fn between(
    server: u16,
    edit: impl Fn(usize, &mut [u8]) + Clone + Send + 'static,
    goodbye: &'static AtomicU16,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let edit = edit.clone();
            thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                let mut before = 0;
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    edit(before, &mut bytes[..count]);
                    before += 1;
                    if to.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Both);
            });
            let (mut from, mut to) = (client, server);
            thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    let code = goodbye.swap(0, Ordering::Relaxed);
                    if code != 0 {
                        let [low, high] = code.to_le_bytes();
                        let mut packet = vec![12, 0, 0, 1, 0xff, low, high];
                        packet.extend_from_slice(b"#HY000bye");
                        from.write_all(&packet).unwrap();
                        break;
                    }
                    if to.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    });
    port
}

#[test]
fn tls_is_as_strict_as_its_mode() {
    // One of its own: its TLS connections are counted.
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
    let port = between(server.port, without_tls, &NEVER);
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
    let said = refusal(&base.replace("p%40ss", "wrong"));
    assert!(said.contains("refuses the user or the password"), "{said}");
    let said = refusal(&base.replace("/spread_", "/spread_none_"));
    assert!(said.contains("there is no such database"), "{said}");
    let said = refusal("mysql://shop:p%40ss@127.0.0.1:1/spread");
    assert!(said.contains("127.0.0.1:1"), "{said}");
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
fn a_connection_that_died_while_it_was_idle_is_made_anew() {
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
        claim(store, 9).map(|claims| assert_eq!(claims.claimed.len(), 1))
    });
    works("accounts", &|store| store.key_pairs(now).map(drop));
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
fn a_server_that_says_goodbye_is_connected_to_anew() {
    static GOODBYE: AtomicU16 = AtomicU16::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let port = between(server.port, without_tls, &GOODBYE);
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
    let kept = u64::try_from(codes.len()).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, kept);
}

#[test]
fn a_connection_that_ends_inside_a_transaction_is_lost_and_nothing_is_done_twice() {
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
        let kept = scope.spawn(|| store.enqueue(&update("a", "2"), None, now));
        thread::sleep(Duration::from_millis(300));
        let name = base.rsplit('/').next().unwrap();
        let mut root = server.root();
        let query = format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{name}' AND user = 'shop'"
        );
        let id: u64 = root.query_first(query).unwrap().unwrap();
        root.query_drop(format!("KILL {id}")).unwrap();
        let outcome = kept.join().unwrap();
        assert!(matches!(outcome, Err(StoreError::Lost(_))), "{outcome:?}");
    });
    drop(holder);
    assert_eq!(store.counts(now).unwrap().pending, 1);
    store.enqueue(&update("a", "2"), None, now).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, 2);
}

/// Locks every order, as a node would that has died in the middle and is not missed yet.
fn hold(base: &str) -> String {
    let name = base.rsplit('/').next().unwrap();
    format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN; \
         SELECT id FROM {name}.spread_orders FOR UPDATE"
    )
}

#[test]
fn who_is_in_the_way_is_waited_for_with_patience() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let patience = Duration::from_secs(2);
    let opening = Opening {
        patience,
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
    assert!(error.to_string().contains("in the way"), "{error}");
    assert!(waited < patience * 2, "{waited:?}");
    // Others are not.
    store.enqueue(&update("b", "3"), None, now).unwrap();
    drop(holder);
    store.enqueue(&update("a", "2"), None, now).unwrap();
    assert_eq!(store.counts(now).unwrap().pending, 3);

    // Who changes the schema, as well.
    let mut holder = server.root();
    let lock = "SELECT GET_LOCK('spread_outbox_schema', 10)";
    holder.query_drop(lock).unwrap();
    let new = server.database();
    let begun = Instant::now();
    let error = open(&address(&new), opening).err().unwrap();
    let waited = begun.elapsed();
    assert!(error.to_string().contains("changing its schema"), "{error}");
    assert!(waited < patience * 2, "{waited:?}");
    drop(holder);
    open(&address(&new), opening).unwrap();
}

#[test]
fn two_that_claim_at_once_never_get_the_same_order() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let mut store = opened(&base);
    let now = store.now().unwrap();
    for number in 0..500 {
        let order = format!("o{number}");
        store.enqueue(&update(&order, "x"), None, now).unwrap();
    }
    let (both, left) = (Barrier::new(2), Instant::now() + Duration::from_secs(20));
    let one = || {
        let mut store = opened(&base);
        let mut orders = Vec::new();
        both.wait();
        loop {
            let claims = claim(store.as_mut(), 20).unwrap();
            orders.extend(claims.claimed.into_iter().map(|one| one.order_id));
            let now = store.now().unwrap();
            if store.counts(now).unwrap().in_flight == 500 {
                return orders;
            }
            assert!(Instant::now() < left, "some were never claimed");
        }
    };
    let claimed = thread::scope(|scope| {
        let both = [scope.spawn(one), scope.spawn(one)];
        both.map(|one| one.join().unwrap())
    });
    assert!(claimed.iter().all(|one| !one.is_empty()));
    let different: HashSet<_> = claimed.iter().flatten().collect();
    assert_eq!(claimed.iter().map(Vec::len).sum::<usize>(), 500);
    assert_eq!(different.len(), 500);
}

#[test]
fn nodes_agree_on_the_time() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let (mut one, mut another) = (opened(&base), opened(&base));
    for _ in 0..5 {
        let difference = one.now().unwrap() - another.now().unwrap();
        assert!(difference.abs() < 100, "{difference} ms");
    }
}

/// Four nodes keep updates of the same few orders while two workers deliver them.
fn storm(base: &str, updates: usize, restart: impl FnOnce()) {
    let done = AtomicBool::new(false);
    let delivered = thread::scope(|scope| {
        let nodes: Vec<_> = (0..4)
            .map(|node| {
                scope.spawn(move || {
                    let mut store = opened_at_last(base);
                    let mut kept = Vec::new();
                    for number in 0..updates {
                        let order = format!("o{}", number % 3);
                        let body = format!("{node} {number}");
                        let now = store.now();
                        let now = now.unwrap_or_default();
                        if now != 0 && store.enqueue(&update(&order, &body), None, now).is_ok() {
                            kept.push((order, body));
                        }
                    }
                    kept
                })
            })
            .collect();
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let done = &done;
                scope.spawn(move || {
                    let mut store = opened_at_last(base);
                    let mut delivered = Vec::new();
                    let end = Instant::now() + Duration::from_secs(60);
                    loop {
                        assert!(Instant::now() < end, "something is stuck");
                        let over = done.load(Ordering::Relaxed);
                        let Ok(claims) = claim(store.as_mut(), 4) else {
                            thread::sleep(Duration::from_millis(20));
                            continue;
                        };
                        if claims.claimed.is_empty() {
                            let now = store.now().unwrap_or_default();
                            let waiting = store.counts(now).map_or(1, |counts| counts.pending);
                            if over && waiting == 0 {
                                return delivered;
                            }
                            thread::sleep(Duration::from_millis(2));
                            continue;
                        }
                        for claimed in &claims.claimed {
                            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                            let place = (Instant::now(), claimed.lease.record);
                            delivered.push((place, text(&claimed.order_id), text(&claimed.body)));
                        }
                        // What was sent and cannot be settled is sent again when its lease ends.
                        let _ = deliver(store.as_mut(), &claims);
                    }
                })
            })
            .collect();
        restart();
        let kept: Vec<_> = nodes
            .into_iter()
            .flat_map(|node| node.join().unwrap())
            .collect();
        done.store(true, Ordering::Relaxed);
        let mut delivered: Vec<_> = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect();
        for (_, body) in &kept {
            assert!(
                delivered.iter().any(|(_, _, sent)| sent == body),
                "{body} was kept and not delivered"
            );
        }
        delivered.sort_by_key(|(place, ..)| *place);
        delivered
    });
    // Of an order, the ids grow from one delivery to the next (or stay, where one was repeated).
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut calls: HashMap<(&str, &str), usize> = HashMap::new();
    for ((_, record), order, body) in &delivered {
        let before = last.insert(order, *record).unwrap_or(0);
        assert!(before <= *record, "{order}: {record} after {before}");
        // And those of one node come in the order of its calls.
        let (node, number) = body.split_once(' ').unwrap();
        let number: usize = number.parse().unwrap();
        let before = calls.insert((order, node), number).unwrap_or(0);
        assert!(before <= number, "{order}: call {number} after {before}");
    }
}

#[test]
fn many_nodes_and_workers_keep_the_order() {
    if let Some(server) = MariaDb::shared() {
        storm(&server.database(), 100, || {});
    }
}

#[test]
fn a_server_that_crashes_loses_nothing_that_was_kept() {
    // One of its own: other tests would not like it.
    if let Some(server) = MariaDb::own() {
        storm(&server.database(), 150, || {
            for _ in 0..2 {
                thread::sleep(Duration::from_millis(150));
                server.kill_and_restart(Duration::from_millis(100));
            }
        });
    }
}

#[test]
fn the_client_reads_the_servers_version() {
    // By what stands in the place of the crate regex: see trimmed/regex.
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let mut root = server.root();
    let version: String = root.query_first("SELECT VERSION()").unwrap().unwrap();
    let (major, minor, patch) = root.server_version();
    let read = format!("{major}.{minor}.{patch}-");
    // MariaDB puts the first of these before its own when it greets.
    let greeting = format!("5.5.5-{version}");
    assert!(
        greeting.starts_with(&read) || version.starts_with(&read),
        "{version} was read as {read}"
    );
}

#[test]
fn a_server_of_a_version_that_cannot_be_read_is_refused() {
    static NONE: AtomicU16 = AtomicU16::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let through = between(
        server.port,
        |before, greeting| {
            if before == 0 {
                let end = version_end(greeting);
                greeting[5..end].fill(b'x');
            }
        },
        &NONE,
    );
    let text = server.database();
    let said = refusal(&text.replace(&server.port.to_string(), &through.to_string()));
    assert!(said.contains("does not speak as MySQL does"), "{said}");
}

#[test]
fn a_server_that_talks_nonsense_is_an_error() {
    static NONE: AtomicU16 = AtomicU16::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let text = server.database();
    drop(opened(&text));
    let seed = std::env::var("SPREAD_SEED").map_or_else(
        |_| entropy::draw().token.unsigned_abs(),
        |seed| seed.parse().unwrap(),
    );
    println!("SPREAD_SEED={seed}");
    let state = Arc::new(Mutex::new(seed | 1));
    let nonsense = move |before: usize, words: &mut [u8]| {
        without_tls(before, words);
        let mut state = state.lock().unwrap();
        let mut below = |limit: usize| {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            usize::try_from(*state >> 33).unwrap() % limit
        };
        if below(12) == 0 {
            for _ in 0..=below(3) {
                let place = below(words.len());
                words[place] = [0, 1, 0x7f, 0xfb, 0xfe, 0xff][below(6)];
            }
        }
    };
    let through = between(server.port, nonsense, &NONE);
    let text = text.replace(&server.port.to_string(), &through.to_string());
    let opening = Opening {
        patience: Duration::from_millis(100),
        create: true,
    };
    let (begun, mut failed) = (Instant::now(), 0);
    for round in 0..300 {
        let outcome = open(&address(&text), opening).and_then(|mut store| {
            let now = store.now()?;
            let id = round.to_string();
            store.enqueue(&update(&id, "body"), None, now)?;
            store.list(
                &Filter {
                    limit: 5,
                    ..Filter::default()
                },
                now,
            )?;
            claim(store.as_mut(), 3).map(drop)
        });
        failed += i32::from(outcome.is_err());
    }
    assert!(failed > 0);
    // 100 ms for each wait, and a few of them in a round.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(150), "{took:?}");
}

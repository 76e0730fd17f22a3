//! Servers that do not speak the protocol as they should.

use std::sync::atomic::AtomicU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;

use crate::mariadb::MariaDb;
use crate::mysql_proxy::{proxy, version_end, without_tls};
use crate::mysql_stores::{claim, opened, refusal};
use crate::stores::{address, update};
use outbox::store::Filter;
use outbox::{Opening, Timeout, entropy, open};

#[test]
fn the_client_reads_the_servers_version() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let mut root = server.root();
    let version: String = root.query_first("SELECT VERSION()").unwrap().unwrap();
    let (major, minor, patch) = root.server_version();
    let read = format!("{major}.{minor}.{patch}-");
    // MariaDB's greeting has a prefix.
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
    let through = proxy(
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
    let sentence = refusal(&text.replace(&server.port.to_string(), &through.to_string()));
    assert!(
        sentence.contains("does not speak the MySQL protocol"),
        "{sentence}"
    );
}

#[test]
fn nonsense_from_a_server_is_an_error() {
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
    let nonsense = move |before: usize, bytes: &mut [u8]| {
        without_tls(before, bytes);
        let mut state = state.lock().unwrap();
        let mut below = |limit: usize| {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            usize::try_from(*state >> 33).unwrap() % limit
        };
        if below(12) == 0 {
            for _ in 0..=below(3) {
                let place = below(bytes.len());
                bytes[place] = [0, 1, 0x7f, 0xfb, 0xfe, 0xff][below(6)];
            }
        }
    };
    let through = proxy(server.port, nonsense, &NONE);
    let text = text.replace(&server.port.to_string(), &through.to_string());
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_millis(100)),
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
    // Each wait takes 100 ms, and a round has a few of them.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(150), "{took:?}");
}

//! How many round trips a call costs.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::mariadb::MariaDb;
use crate::mysql_proxy::{counting_proxy, proxy, without_tls};
use crate::mysql_stores::opened;
use crate::stores::update;
use outbox::call::{self, CallOutcome, Delivery};
use outbox::entropy;
use outbox::store::LeaseRequest;
use outbox::unwritten::Unwritten;

/// The requests that pass through a proxy during a call.
fn round_trips(requests: &AtomicUsize, call: impl FnOnce()) -> usize {
    requests.store(0, Ordering::Relaxed);
    call();
    requests.load(Ordering::Relaxed)
}

#[test]
fn an_update_is_recorded_in_two_round_trips_on_an_open_connection() {
    static NEVER: AtomicU16 = AtomicU16::new(0);
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    drop(opened(&base));
    let port = counting_proxy(server.port, without_tls, &NEVER, &REQUESTS);
    let through = base.replace(&server.port.to_string(), &port.to_string());
    let deferred = |store: &mut dyn outbox::Store, order: &str| {
        let outcome = call::update(
            store,
            &mut Unwritten::default(),
            &update(order, "body"),
            Delivery::Deferred,
            Duration::from_secs(10),
            entropy::draw(),
            |_| panic!("a deferred update was sent"),
        );
        assert!(matches!(outcome, Ok(CallOutcome::Queued)));
    };
    deferred(opened(&base).as_mut(), "a");
    let mut store = None;
    let first = round_trips(&REQUESTS, || {
        let store = store.insert(opened(&through));
        deferred(store.as_mut(), "a");
    });
    println!("{first} round trips on a new connection");
    assert!(first <= 10, "{first}");
    let mut store = store.unwrap();
    for order in ["a", "a", "b"] {
        let count = round_trips(&REQUESTS, || deferred(store.as_mut(), order));
        assert_eq!(count, 2, "{order}");
    }
    let now = store.now().unwrap();
    let request = LeaseRequest {
        token: 7,
        until: now + 60_000,
    };
    for (order, leased) in [("c", true), ("c", false)] {
        let count = round_trips(&REQUESTS, || {
            let lease = store.enqueue(&update(order, "body"), Some(request), now);
            assert_eq!(lease.unwrap().is_some(), leased);
        });
        assert_eq!(count, 2);
    }
    assert_eq!(store.counts(now).unwrap().pending, 7);
}

#[test]
fn the_time_of_a_server_is_forgotten_with_its_connection() {
    static GOODBYE: AtomicU16 = AtomicU16::new(0);
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let port = counting_proxy(server.port, without_tls, &GOODBYE, &REQUESTS);
    let mut store = opened(&base.replace(&server.port.to_string(), &port.to_string()));
    let now = store.now().unwrap();
    let again = round_trips(&REQUESTS, || assert!(store.now().unwrap() >= now));
    assert_eq!(again, 0);
    // The server shuts down; perhaps another one takes over.
    GOODBYE.store(1053, Ordering::Relaxed);
    store.counts(now).unwrap();
    let after = round_trips(&REQUESTS, || assert!(store.now().unwrap() >= now));
    assert_eq!(after, 1);
}

#[test]
fn the_time_of_a_server_is_exact_after_a_slow_connect() {
    const GREETING: Duration = Duration::from_millis(1_200);
    static GOODBYE: AtomicU16 = AtomicU16::new(0);
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let base = server.database();
    let slow = |before: usize, answer: &mut [u8]| {
        without_tls(before, answer);
        if before == 0 {
            thread::sleep(GREETING);
        }
    };
    let port = proxy(server.port, slow, &GOODBYE);
    let mut store = opened(&base.replace(&server.port.to_string(), &port.to_string()));
    let mut exact = opened(&base);
    let now = store.now().unwrap();
    // The time is forgotten with a connection, and the next one is lost while the time is read again.
    GOODBYE.store(1053, Ordering::Relaxed);
    store.counts(now).unwrap();
    GOODBYE.store(1053, Ordering::Relaxed);
    let off = store.now().unwrap() - exact.now().unwrap();
    assert_eq!(GOODBYE.load(Ordering::Relaxed), 0);
    assert!(off.abs() < 400, "{off} ms");
}

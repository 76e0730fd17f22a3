//! Many nodes and workers on one server, and a server that crashes while they work.

use std::collections::{HashMap, HashSet};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::mariadb::MariaDb;
use crate::mysql_stores::{claim, opened};
use crate::stores::{OPENING, address, update};
use outbox::retry::Policy;
use outbox::store::{ClaimResult, Completion, Outcome, Store};
use outbox::{StoreError, open};

/// The same, on a server that may be down for a moment.
fn opened_in_time(text: &str) -> Box<dyn Store + Send> {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        match open(&address(text), OPENING) {
            Ok(store) => return store,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn deliver(store: &mut dyn Store, result: &ClaimResult) -> Result<(), StoreError> {
    let completions: Vec<Completion> = result
        .claimed
        .iter()
        .map(|claimed| Completion {
            lease: claimed.lease,
            outcome: Outcome::Delivered,
            jitter: 0.5,
        })
        .collect();
    let now = store.now()?;
    store
        .complete(&completions, &Policy::default(), now)
        .map(drop)
}

#[test]
fn two_workers_never_claim_the_same_order() {
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
            let result = claim(store.as_mut(), 20).unwrap();
            orders.extend(result.claimed.into_iter().map(|one| one.order_id));
            let now = store.now().unwrap();
            if store.counts(now).unwrap().in_flight == 500 {
                return orders;
            }
            assert!(Instant::now() < left, "some orders were never claimed");
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

/// Four nodes enqueue updates of the same few orders while two workers deliver them.
fn storm(base: &str, updates: usize, restart: impl FnOnce()) {
    let done = AtomicBool::new(false);
    let delivered = thread::scope(|scope| {
        let nodes: Vec<_> = (0..4)
            .map(|node| {
                scope.spawn(move || {
                    let mut store = opened_in_time(base);
                    let mut enqueued = Vec::new();
                    for number in 0..updates {
                        let order = format!("o{}", number % 3);
                        let body = format!("{node} {number}");
                        let now = store.now();
                        let now = now.unwrap_or_default();
                        if now != 0 && store.enqueue(&update(&order, &body), None, now).is_ok() {
                            enqueued.push((order, body));
                        }
                    }
                    enqueued
                })
            })
            .collect();
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let done = &done;
                scope.spawn(move || {
                    let mut store = opened_in_time(base);
                    let mut delivered = Vec::new();
                    let end = Instant::now() + Duration::from_secs(60);
                    loop {
                        assert!(Instant::now() < end, "a record is stuck");
                        let over = done.load(Ordering::Relaxed);
                        let Ok(result) = claim(store.as_mut(), 4) else {
                            thread::sleep(Duration::from_millis(20));
                            continue;
                        };
                        if result.claimed.is_empty() {
                            let now = store.now().unwrap_or_default();
                            let pending = store.counts(now).map_or(1, |counts| counts.pending);
                            if over && pending == 0 {
                                return delivered;
                            }
                            thread::sleep(Duration::from_millis(2));
                            continue;
                        }
                        for claimed in &result.claimed {
                            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                            let place = (Instant::now(), claimed.lease.record);
                            delivered.push((place, text(&claimed.order_id), text(&claimed.body)));
                        }
                        // A record that was sent and cannot be completed is sent again.
                        let _ = deliver(store.as_mut(), &result);
                    }
                })
            })
            .collect();
        restart();
        let enqueued: Vec<_> = nodes
            .into_iter()
            .flat_map(|node| node.join().unwrap())
            .collect();
        done.store(true, Ordering::Relaxed);
        let mut delivered: Vec<_> = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect();
        for (_, body) in &enqueued {
            assert!(
                delivered.iter().any(|(_, _, sent)| sent == body),
                "{body} was enqueued and not delivered"
            );
        }
        delivered.sort_by_key(|(place, ..)| *place);
        delivered
    });
    // The ids of an order grow from one delivery to the next, or stay where one was repeated.
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut calls: HashMap<(&str, &str), usize> = HashMap::new();
    for ((_, record), order, body) in &delivered {
        let before = last.insert(order, *record).unwrap_or(0);
        assert!(before <= *record, "{order}: {record} after {before}");
        // Those of one node come in the sequence of its calls.
        let (node, number) = body.split_once(' ').unwrap();
        let number: usize = number.parse().unwrap();
        let before = calls.insert((order, node), number).unwrap_or(0);
        assert!(before <= number, "{order}: call {number} after {before}");
    }
}

#[test]
fn many_nodes_and_workers_keep_the_sequence() {
    if let Some(server) = MariaDb::shared() {
        storm(&server.database(), 100, || {});
    }
}

#[test]
fn a_server_that_crashes_loses_no_record() {
    // Not the shared one: other tests use that.
    if let Some(server) = MariaDb::own() {
        storm(&server.database(), 150, || {
            for _ in 0..2 {
                thread::sleep(Duration::from_millis(150));
                server.kill_and_restart(Duration::from_millis(100));
            }
        });
    }
}

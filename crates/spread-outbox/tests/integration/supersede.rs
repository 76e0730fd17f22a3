//! Updates that were delivered past their record, or past the outbox, on each store.

use crate::store_steps::{LEASE, NOW, bodies, claim, complete, enqueue, failed, last_error};
use crate::stores::{each, update};
use outbox::Store;
use outbox::clock::Millis;
use outbox::store::{Change, Delivered, FailureScope, Filter, Outcome};

fn supersede(
    store: &mut dyn Store,
    order: &str,
    accepted_before: Millis,
    record: Option<i64>,
    now: Millis,
) -> u64 {
    let delivered = Delivered {
        update: update(order, ""),
        accepted_before,
        record,
    };
    store.supersede(&delivered, now).unwrap()
}

fn later(store: &mut dyn Store, order: &str, body: &str) {
    store
        .enqueue(&update(order, body), None, NOW + 1_000)
        .unwrap();
}

#[test]
fn older_updates_of_the_order_are_dropped_and_no_others() {
    each(|store| {
        for body in ["1", "2"] {
            enqueue(store, "a", body);
            enqueue(store, "b", body);
        }
        later(store, "a", "3");
        assert_eq!(supersede(store, "a", NOW, None, NOW), 0);
        assert_eq!(supersede(store, "a", NOW + 1, None, NOW + 2_000), 2);
        assert_eq!(supersede(store, "unknown", NOW + 1, None, NOW), 0);
        let claimed = claim(store, 10, 1, NOW + 2_000);
        assert_eq!(bodies(&claimed), ["1", "3"]);
    });
}

#[test]
fn the_sequence_decides_when_the_clock_was_set_back() {
    each(|store| {
        later(store, "a", "1"); // by a clock that was ahead
        enqueue(store, "a", "2");
        later(store, "a", "3");
        assert_eq!(supersede(store, "a", NOW, None, NOW), 0);
        assert_eq!(supersede(store, "a", NOW + 1, None, NOW), 2);
        assert_eq!(bodies(&claim(store, 10, 1, NOW + 2_000)), ["3"]);

        // Behind one that SPREAD has refused, too.
        later(store, "b", "1");
        let lease = claim(store, 10, 2, NOW + 1_000)[0].lease;
        enqueue(store, "b", "2");
        assert!(complete(
            store,
            lease,
            Outcome::Refused(last_error()),
            NOW + 1_000
        ));
        assert_eq!(supersede(store, "b", NOW + 1, None, NOW), 1);
        assert_eq!(
            store.retry(lease.record, false, NOW).unwrap(),
            Change::Overtaken
        );
    });
}

#[test]
fn nothing_is_left_of_an_order_without_newer_updates() {
    each(|store| {
        for body in ["1", "2", "3"] {
            enqueue(store, "a", body);
        }
        assert_eq!(supersede(store, "a", NOW + 1, None, NOW), 3);
        assert_eq!(store.counts(NOW).unwrap(), Default::default());
        assert_eq!(store.key_pairs(NOW).unwrap()[0].orders, 0);
        enqueue(store, "a", "4");
        assert_eq!(bodies(&claim(store, 10, 1, NOW)), ["4"]);
    });
}

#[test]
fn a_newer_record_stays_whatever_its_time() {
    each(|store| {
        enqueue(store, "a", "1");
        enqueue(store, "a", "2");
        let first = claim(store, 1, 1, NOW)[0].lease;
        let after = NOW + LEASE;
        assert_eq!(supersede(store, "a", NOW + 1, Some(first.record), after), 1);
        assert_eq!(bodies(&claim(store, 10, 2, after)), ["2"]);
    });
}

/// Each way in which the sender of an older update may end.
#[test]
fn an_older_update_in_flight_is_not_sent_again() {
    let ends = [
        Some(Outcome::Delivered),
        Some(Outcome::Released),
        Some(Outcome::Refused(last_error())),
        Some(failed(FailureScope::Order)),
        // It died.
        None,
    ];
    for newer in [false, true] {
        for end in &ends {
            each(|store| {
                enqueue(store, "a", "1");
                let lease = claim(store, 1, 1, NOW)[0].lease;
                assert_eq!(supersede(store, "a", NOW + 1, None, NOW), 1);
                if newer {
                    later(store, "a", "2");
                }
                // Not beside the older one.
                assert!(claim(store, 10, 2, NOW + LEASE - 1).is_empty());
                if let Some(end) = end {
                    assert!(complete(store, lease, end.clone(), NOW + LEASE - 1));
                }
                let after = NOW + 1_000_000;
                let claimed = claim(store, 10, 3, after);
                let expected: &[&str] = if newer { &["2"] } else { &[] };
                assert_eq!(bodies(&claimed), expected);
                for one in claimed {
                    assert!(complete(store, one.lease, Outcome::Delivered, after));
                }
                assert_eq!(store.counts(after).unwrap(), Default::default());
                assert_eq!(store.key_pairs(after).unwrap()[0].orders, 0);
            });
        }
    }
}

#[test]
fn an_older_refused_update_is_not_retried_by_mistake() {
    each(|store| {
        enqueue(store, "a", "1");
        let lease = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, lease, Outcome::Refused(last_error()), NOW));
        assert_eq!(supersede(store, "a", NOW + 1, None, NOW), 0);
        let retried = store.retry(lease.record, false, NOW).unwrap();
        assert_eq!(retried, Change::Overtaken);
        // A newer one may be.
        later(store, "a", "2");
        let lease = claim(store, 1, 2, NOW + 1_000)[0].lease;
        assert!(complete(
            store,
            lease,
            Outcome::Refused(last_error()),
            NOW + 1_000
        ));
        let retried = store.retry(lease.record, false, NOW + 1_000).unwrap();
        assert_eq!(retried, Change::Done);
        let filter = Filter {
            limit: 10,
            ..Filter::default()
        };
        assert_eq!(store.list(&filter, NOW).unwrap().len(), 2);
    });
}

//! What each store must do: one suite, run on each database. `store_circuits.rs` is its other half.

use crate::store_steps::{LEASE, NOW, bodies, claim, complete, enqueue, failed, keys, last_error};
use crate::stores::{each, update};
use outbox::clock::Millis;
use outbox::store::{Change, ClaimRequest, FailureScope, Filter, LeaseRequest, Outcome, State};

#[test]
fn one_record_of_an_order_at_a_time_in_the_sequence_of_the_calls() {
    each(|store| {
        for body in ["a1", "a2", "a3"] {
            enqueue(store, "a", body);
        }
        enqueue(store, "b", "b1");
        let first = claim(store, 10, 1, NOW);
        assert_eq!(bodies(&first), ["a1", "b1"]);
        assert!(claim(store, 10, 2, NOW).is_empty());
        let a1 = first.iter().find(|one| one.body == b"a1").unwrap().lease;
        // A failed head holds its order back.
        assert!(complete(store, a1, failed(FailureScope::Order), NOW));
        assert!(claim(store, 10, 3, NOW + 999).is_empty());
        let again = claim(store, 10, 3, NOW + 1_000);
        assert_eq!(bodies(&again), ["a1"]);
        assert_eq!(again[0].attempts, 1);
        assert!(complete(
            store,
            again[0].lease,
            Outcome::Delivered,
            NOW + 1_000
        ));
        let next = claim(store, 10, 4, NOW + 1_000);
        assert_eq!(bodies(&next), ["a2"]);
        // A refused head does not.
        assert!(complete(
            store,
            next[0].lease,
            Outcome::Refused(last_error()),
            NOW + 1_000
        ));
        assert_eq!(bodies(&claim(store, 10, 5, NOW + 1_000)), ["a3"]);
    });
}

#[test]
fn updates_without_an_order_id_do_not_delay_each_other() {
    each(|store| {
        enqueue(store, "", "1");
        enqueue(store, "", "2");
        assert_eq!(bodies(&claim(store, 10, 1, NOW)), ["1", "2"]);
    });
}

#[test]
fn ids_are_bytes_and_of_any_length() {
    each(|store| {
        let long = ["x".repeat(300), "x".repeat(299) + "y"];
        for id in ["A", "a", "a ", "é", &long[0], &long[1]] {
            enqueue(store, id, id);
        }
        assert_eq!(claim(store, 10, 1, NOW).len(), 6);
    });
}

#[test]
fn a_direct_attempt_gets_the_lease_unless_an_earlier_update_is_there() {
    each(|store| {
        let request = |token| {
            Some(LeaseRequest {
                token,
                until: NOW + LEASE,
            })
        };
        let first = store.enqueue(&update("a", "1"), request(7), NOW).unwrap();
        let lease = first.unwrap();
        assert!(
            store
                .enqueue(&update("a", "2"), request(8), NOW)
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .enqueue(&update("b", "3"), request(9), NOW)
                .unwrap()
                .is_some()
        );
        assert!(claim(store, 10, 1, NOW).is_empty());
        assert_eq!(store.counts(NOW).unwrap().in_flight, 2);
        assert!(complete(store, lease, Outcome::Delivered, NOW));
        assert_eq!(bodies(&claim(store, 10, 1, NOW)), ["2"]);
    });
}

#[test]
fn an_expired_lease_goes_to_another_worker() {
    each(|store| {
        enqueue(store, "a", "1");
        let late = claim(store, 1, 1, NOW);
        assert!(claim(store, 1, 2, NOW + LEASE - 1).is_empty());
        let next = claim(store, 1, 2, NOW + LEASE);
        assert_eq!(next.len(), 1);
        for outcome in [
            Outcome::Delivered,
            Outcome::Refused(last_error()),
            Outcome::Released,
        ] {
            assert!(!complete(store, late[0].lease, outcome, NOW + LEASE));
        }
        assert!(complete(
            store,
            next[0].lease,
            Outcome::Delivered,
            NOW + LEASE
        ));
        assert!(!complete(
            store,
            late[0].lease,
            Outcome::Delivered,
            NOW + LEASE
        ));
        assert_eq!(store.counts(NOW).unwrap(), Default::default());
    });
}

#[test]
fn a_clock_that_was_set_back_delays_nothing_for_long() {
    each(|store| {
        const YEAR: Millis = 365 * 24 * 3_600_000;
        enqueue(store, "pending", "1");
        enqueue(store, "in flight", "2");
        assert_eq!(claim(store, 1, 1, NOW).len(), 1);
        // The attempt under way may finish first.
        assert!(claim(store, 10, 2, NOW - YEAR).is_empty());
        assert!(claim(store, 10, 3, NOW - YEAR + 59_999).is_empty());
        let request = ClaimRequest {
            limit: 10,
            public_keys: &keys(),
            lease: LeaseRequest {
                token: 4,
                until: NOW,
            },
            oldest: 0,
        };
        let result = store.claim(&request, NOW - YEAR + 60_000).unwrap();
        assert_eq!(result.claimed.len(), 2);
    });
}

#[test]
fn only_orders_with_known_keys_are_claimed() {
    each(|store| {
        let mut unknown = update("a", "1");
        unknown.public_key = b"unknown";
        store.enqueue(&unknown, None, NOW).unwrap();
        assert!(claim(store, 10, 1, NOW).is_empty());
        assert_eq!(store.next_due(&keys()).unwrap(), None);
    });
}

#[test]
fn records_that_are_too_old_expire_and_block_nothing() {
    each(|store| {
        enqueue(store, "a", "1");
        store.enqueue(&update("a", "2"), None, NOW + 1).unwrap();
        let first = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, first, failed(FailureScope::Order), NOW));
        // The limit of `claim` is a million.
        let now = NOW + 1_000_002;
        assert_eq!(bodies(&claim(store, 1, 2, now)), ["2"]);
        assert_eq!(store.expire(now, now).unwrap(), 0, "in flight");
        let counts = store.counts(NOW).unwrap();
        assert_eq!((counts.pending, counts.expired), (1, 1));
        enqueue(store, "b", "3");
        let third = claim(store, 1, 3, NOW)[0].lease;
        assert!(complete(store, third, failed(FailureScope::Order), NOW));
        assert_eq!(store.expire(NOW + 1, NOW).unwrap(), 1);
        assert_eq!(store.counts(NOW).unwrap().expired, 2);
    });
}

#[test]
fn a_record_that_was_never_sent_does_not_expire() {
    each(|store| {
        enqueue(store, "a", "1");
        enqueue(store, "b", "2");
        let now = NOW + 2_000_000;
        assert_eq!(store.expire(now, now).unwrap(), 0);
        let claimed = claim(store, 10, 1, now);
        assert_eq!(bodies(&claimed), ["1", "2"]);
        // Nor does one whose attempt was not made.
        assert!(complete(store, claimed[0].lease, Outcome::Released, now));
        assert!(complete(
            store,
            claimed[1].lease,
            failed(FailureScope::Order),
            now
        ));
        assert_eq!(store.expire(now, now).unwrap(), 1);
        let counts = store.counts(now).unwrap();
        assert_eq!((counts.pending, counts.expired), (1, 1));
    });
}

#[test]
fn a_person_retries_discards_and_purges() {
    each(|store| {
        enqueue(store, "a", "old");
        enqueue(store, "a", "new");
        let old = claim(store, 1, 1, NOW)[0].lease;
        assert_eq!(store.discard(old.record, NOW).unwrap(), Change::InFlight);
        assert!(complete(store, old, Outcome::Refused(last_error()), NOW));
        let new = claim(store, 1, 2, NOW)[0].lease;
        assert_eq!(
            store.retry(old.record, false, NOW).unwrap(),
            Change::InFlight
        );
        assert!(complete(store, new, Outcome::Delivered, NOW));
        // The newer update is there already.
        assert_eq!(
            store.retry(old.record, false, NOW).unwrap(),
            Change::Overtaken
        );
        assert_eq!(store.retry(old.record, true, NOW).unwrap(), Change::Done);
        let again = claim(store, 1, 3, NOW)[0].lease;
        assert!(complete(store, again, Outcome::Refused(last_error()), NOW));
        assert_eq!(store.retry(999, false, NOW).unwrap(), Change::NotFound);
        assert_eq!(store.purge(State::Pending, NOW + 1, NOW).unwrap(), 0);
        assert_eq!(store.purge(State::Refused, NOW, NOW).unwrap(), 0);
        assert_eq!(store.purge(State::Refused, NOW + 1, NOW).unwrap(), 1);
        enqueue(store, "a", "last");
        let id = store
            .list(
                &Filter {
                    limit: 1,
                    ..Filter::default()
                },
                NOW,
            )
            .unwrap()[0]
            .id;
        assert_eq!(store.discard(id, NOW).unwrap(), Change::Done);
        assert_eq!(store.counts(NOW).unwrap(), Default::default());
    });
}

#[test]
fn a_retried_record_goes_before_newer_ones() {
    each(|store| {
        enqueue(store, "a", "1");
        let first = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, first, Outcome::Refused(last_error()), NOW));
        enqueue(store, "a", "2");
        assert_eq!(store.retry(first.record, false, NOW).unwrap(), Change::Done);
        assert_eq!(bodies(&claim(store, 10, 2, NOW)), ["1"]);
    });
}

#[test]
fn records_are_listed_without_their_bodies() {
    each(|store| {
        enqueue(store, "a", "body one");
        store
            .enqueue(&update("b", "body two!"), None, NOW + 1)
            .unwrap();
        let lease = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, lease, Outcome::Refused(last_error()), NOW));
        let all = store
            .list(
                &Filter {
                    limit: 10,
                    ..Filter::default()
                },
                NOW,
            )
            .unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].last_error, last_error());
        assert_eq!((all[0].state, all[0].due), (State::Refused, None));
        assert_eq!((all[1].state, all[1].due), (State::Pending, Some(NOW + 1)));
        assert_eq!((&*all[1].order_id, all[1].size), (&b"b"[..], 9));
        let filter = Filter {
            state: Some(State::Refused),
            order_id: Some(b"a"),
            after: 0,
            limit: 10,
        };
        assert_eq!(store.list(&filter, NOW).unwrap().len(), 1);
        let filter = Filter {
            after: all[0].id,
            limit: 10,
            ..Filter::default()
        };
        assert_eq!(store.list(&filter, NOW).unwrap()[0].id, all[1].id);
        assert_eq!(store.body(all[1].id).unwrap().unwrap(), b"body two!");
        assert_eq!(store.body(999).unwrap(), None);
        let key_pairs = store.key_pairs(NOW).unwrap();
        assert_eq!(key_pairs.len(), 1);
        assert_eq!(key_pairs[0].orders, 1);
    });
}

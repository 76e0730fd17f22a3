//! What every store must do: one suite, run on each database.

use crate::stores::{each, update};
use outbox::retry::Policy;
use outbox::store::{
    Change, ClaimRequest, Claimed, Completion, FailureScope, Filter, LastError, Lease,
    LeaseRequest, Millis, Outcome, State, Store,
};

const NOW: Millis = 1_700_000_000_000;
const LEASE: Millis = 20_000;

fn keys() -> Vec<Vec<u8>> {
    vec![b"shop".to_vec(), b"other".to_vec()]
}

fn claim(store: &mut dyn Store, limit: usize, token: i64, now: Millis) -> Vec<Claimed> {
    let wanted = ClaimRequest {
        limit,
        public_keys: &keys(),
        term: LeaseRequest {
            token,
            until: now + LEASE,
        },
        oldest: now - 1_000_000,
    };
    store.claim(&wanted, now).unwrap().claimed
}

fn complete(store: &mut dyn Store, lease: Lease, outcome: Outcome, now: Millis) -> bool {
    let settled = Completion {
        lease,
        outcome,
        jitter: 1.0,
    };
    store.complete(&[settled], &Policy::default(), now).unwrap()[0]
}

fn note() -> LastError {
    LastError {
        status: 0,
        sentence: "it did not work".into(),
    }
}

fn failed(fault: FailureScope) -> Outcome {
    Outcome::Failed {
        fault,
        note: note(),
    }
}

fn bodies(claimed: &[Claimed]) -> Vec<&str> {
    let text = |claimed: &Claimed| String::from_utf8_lossy(&claimed.body).into_owned();
    let mut bodies: Vec<&str> = claimed.iter().map(|one| &*text(one).leak()).collect();
    bodies.sort_unstable();
    bodies
}

fn keep(store: &mut dyn Store, order: &str, body: &str) {
    store.enqueue(&update(order, body), None, NOW).unwrap();
}

#[test]
fn one_record_of_an_order_at_a_time_in_the_order_of_the_calls() {
    each(|store| {
        for body in ["a1", "a2", "a3"] {
            keep(store, "a", body);
        }
        keep(store, "b", "b1");
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
            Outcome::Refused(note()),
            NOW + 1_000
        ));
        assert_eq!(bodies(&claim(store, 10, 5, NOW + 1_000)), ["a3"]);
    });
}

#[test]
fn updates_without_an_order_id_do_not_wait_for_each_other() {
    each(|store| {
        keep(store, "", "1");
        keep(store, "", "2");
        assert_eq!(bodies(&claim(store, 10, 1, NOW)), ["1", "2"]);
    });
}

#[test]
fn ids_are_bytes_and_of_any_length() {
    each(|store| {
        let long = ["x".repeat(300), "x".repeat(299) + "y"];
        for id in ["A", "a", "a ", "é", &long[0], &long[1]] {
            keep(store, id, id);
        }
        assert_eq!(claim(store, 10, 1, NOW).len(), 6);
    });
}

#[test]
fn a_direct_attempt_gets_the_lease_unless_an_earlier_update_is_there() {
    each(|store| {
        let term = |token| {
            Some(LeaseRequest {
                token,
                until: NOW + LEASE,
            })
        };
        let first = store.enqueue(&update("a", "1"), term(7), NOW).unwrap();
        let lease = first.unwrap();
        assert!(
            store
                .enqueue(&update("a", "2"), term(8), NOW)
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .enqueue(&update("b", "3"), term(9), NOW)
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
fn a_lease_that_ended_is_somebody_elses() {
    each(|store| {
        keep(store, "a", "1");
        let dead = claim(store, 1, 1, NOW);
        assert!(claim(store, 1, 2, NOW + LEASE - 1).is_empty());
        let heir = claim(store, 1, 2, NOW + LEASE);
        assert_eq!(heir.len(), 1);
        for outcome in [
            Outcome::Delivered,
            Outcome::Refused(note()),
            Outcome::Released,
        ] {
            assert!(!complete(store, dead[0].lease, outcome, NOW + LEASE));
        }
        assert!(complete(
            store,
            heir[0].lease,
            Outcome::Delivered,
            NOW + LEASE
        ));
        assert!(!complete(
            store,
            dead[0].lease,
            Outcome::Delivered,
            NOW + LEASE
        ));
        assert_eq!(store.counts(NOW).unwrap(), Default::default());
    });
}

#[test]
fn an_endpoint_that_is_down_gets_one_probe() {
    each(|store| {
        for number in 0..20 {
            keep(store, &format!("o{number}"), "x");
        }
        let down = FailureScope::Endpoint { retry_after: None };
        let first = claim(store, 4, 1, NOW);
        assert_eq!(first.len(), 4);
        for one in &first {
            assert!(complete(store, one.lease, failed(down), NOW));
        }
        assert!(claim(store, 10, 2, NOW).is_empty());
        assert_eq!(store.next_due(&keys()).unwrap(), Some(NOW + 1_000));
        let probe = claim(store, 10, 3, NOW + 1_000);
        assert_eq!(probe.len(), 1);
        assert!(claim(store, 10, 4, NOW + 1_000).is_empty());
        assert!(complete(store, probe[0].lease, failed(down), NOW + 1_000));
        assert!(claim(store, 10, 5, NOW + 2_999).is_empty());
        let probe = claim(store, 10, 6, NOW + 3_000);
        assert_eq!(probe.len(), 1);
        // A probe whose worker died is made by another.
        assert!(claim(store, 10, 7, NOW + 3_000 + LEASE - 1).is_empty());
        let probe = claim(store, 10, 8, NOW + 3_000 + LEASE);
        assert_eq!(probe.len(), 1);
        let now = NOW + 3_000 + LEASE;
        assert!(complete(store, probe[0].lease, Outcome::Delivered, now));
        assert_eq!(claim(store, 100, 9, now).len(), 19);
    });
}

#[test]
fn a_probe_that_ends_late_leaves_the_next_one_alone() {
    each(|store| {
        for number in 0..4 {
            keep(store, &format!("o{number}"), "x");
        }
        let down = FailureScope::Endpoint { retry_after: None };
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(store, one.lease, failed(down), NOW));
        }
        let late = claim(store, 10, 2, NOW + 1_000);
        let now = NOW + 1_000 + LEASE;
        let next = claim(store, 10, 3, now);
        assert_eq!((late.len(), next.len()), (1, 1));
        assert_ne!(late[0].lease.record, next[0].lease.record);
        // Nobody else has its order; its turn is over all the same.
        for outcome in [failed(down), Outcome::Released] {
            complete(store, late[0].lease, outcome, now);
            assert!(claim(store, 10, 4, now + LEASE - 1).is_empty());
        }
    });
}

#[test]
fn nothing_is_claimed_when_nothing_is_asked_for() {
    each(|store| {
        keep(store, "a", "1");
        let fault = FailureScope::Endpoint {
            retry_after: Some(1_000),
        };
        let one = claim(store, 1, 1, NOW);
        assert!(complete(store, one[0].lease, failed(fault), NOW));
        assert!(claim(store, 0, 2, NOW + 1_000).is_empty());
    });
}

#[test]
fn a_clock_that_was_set_back_delays_nothing_for_long() {
    each(|store| {
        const YEAR: Millis = 365 * 24 * 3_600_000;
        keep(store, "waits", "1");
        keep(store, "flies", "2");
        assert_eq!(claim(store, 1, 1, NOW).len(), 1);
        // Who is sending at this moment may end.
        assert!(claim(store, 10, 2, NOW - YEAR).is_empty());
        assert!(claim(store, 10, 3, NOW - YEAR + 59_999).is_empty());
        let wanted = ClaimRequest {
            limit: 10,
            public_keys: &keys(),
            term: LeaseRequest {
                token: 4,
                until: NOW,
            },
            oldest: 0,
        };
        let claims = store.claim(&wanted, NOW - YEAR + 60_000).unwrap();
        assert_eq!(claims.claimed.len(), 2);
    });
}

#[test]
fn keys_that_are_refused_hold_back_their_own_orders_only() {
    each(|store| {
        for number in 0..4 {
            keep(store, &format!("o{number}"), "shop");
        }
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(
                store,
                one.lease,
                failed(FailureScope::KeyPair),
                NOW
            ));
        }
        let mut other = update("a", "other");
        other.public_key = b"other";
        store.enqueue(&other, None, NOW).unwrap();
        assert_eq!(bodies(&claim(store, 10, 2, NOW)), ["other"]);
        assert_eq!(claim(store, 10, 3, NOW + 1_000).len(), 1);
    });
}

#[test]
fn retry_after_holds_the_endpoint_back() {
    each(|store| {
        keep(store, "a", "1");
        keep(store, "b", "2");
        let one = claim(store, 1, 1, NOW);
        let fault = FailureScope::Endpoint {
            retry_after: Some(30_000),
        };
        assert!(complete(store, one[0].lease, failed(fault), NOW));
        assert!(claim(store, 10, 2, NOW + 29_999).is_empty());
        assert_eq!(claim(store, 10, 3, NOW + 30_000).len(), 1);
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
fn what_is_too_old_is_set_aside_and_blocks_nothing() {
    each(|store| {
        keep(store, "a", "1");
        store.enqueue(&update("a", "2"), None, NOW + 1).unwrap();
        // The limit of `claim` is a million.
        assert_eq!(bodies(&claim(store, 1, 1, NOW + 1_000_001)), ["2"]);
        assert_eq!(
            store.expire(NOW + 10, NOW + 1_000_001).unwrap(),
            0,
            "in flight"
        );
        let counts = store.counts(NOW).unwrap();
        assert_eq!((counts.pending, counts.expired), (1, 1));
        keep(store, "b", "3");
        assert_eq!(store.expire(NOW + 1, NOW).unwrap(), 1);
        assert_eq!(store.counts(NOW).unwrap().expired, 2);
    });
}

#[test]
fn a_person_retries_discards_and_purges() {
    each(|store| {
        keep(store, "a", "old");
        keep(store, "a", "new");
        let old = claim(store, 1, 1, NOW)[0].lease;
        assert_eq!(store.discard(old.record, NOW).unwrap(), Change::InFlight);
        assert!(complete(store, old, Outcome::Refused(note()), NOW));
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
        assert!(complete(store, again, Outcome::Refused(note()), NOW));
        assert_eq!(store.retry(999, false, NOW).unwrap(), Change::NotFound);
        assert_eq!(store.purge(State::Pending, NOW + 1, NOW).unwrap(), 0);
        assert_eq!(store.purge(State::Refused, NOW, NOW).unwrap(), 0);
        assert_eq!(store.purge(State::Refused, NOW + 1, NOW).unwrap(), 1);
        keep(store, "a", "last");
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
        keep(store, "a", "1");
        let first = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, first, Outcome::Refused(note()), NOW));
        keep(store, "a", "2");
        assert_eq!(store.retry(first.record, false, NOW).unwrap(), Change::Done);
        assert_eq!(bodies(&claim(store, 10, 2, NOW)), ["1"]);
    });
}

#[test]
fn records_are_listed_without_their_bodies() {
    each(|store| {
        keep(store, "a", "body one");
        store
            .enqueue(&update("b", "body two!"), None, NOW + 1)
            .unwrap();
        let lease = claim(store, 1, 1, NOW)[0].lease;
        assert!(complete(store, lease, Outcome::Refused(note()), NOW));
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
        assert_eq!(all[0].note, note());
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
        let accounts = store.key_pairs(NOW).unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].orders, 1);
    });
}

#[test]
fn a_clock_that_was_set_back_makes_no_lease_a_probe() {
    const HOUR: Millis = 3_600_000;
    each(|store| {
        for number in 0..3 {
            keep(store, &format!("o{number}"), "x");
        }
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(
                store,
                one.lease,
                failed(FailureScope::KeyPair),
                NOW
            ));
        }
        // One order tries the keys, for long; meanwhile the endpoint asks to be left alone.
        let wanted = ClaimRequest {
            limit: 1,
            public_keys: &keys(),
            term: LeaseRequest {
                token: 2,
                until: NOW + 20 * HOUR,
            },
            oldest: 0,
        };
        let probe = store.claim(&wanted, NOW + 1_000).unwrap().claimed;
        let term = LeaseRequest {
            token: 3,
            until: NOW + LEASE,
        };
        let direct = store.enqueue(&update("d", "x"), Some(term), NOW).unwrap();
        let fault = FailureScope::Endpoint {
            retry_after: Some(24 * HOUR),
        };
        assert!(complete(store, direct.unwrap(), failed(fault), NOW + 1_000));
        let back = NOW - 50 * HOUR;
        assert!(claim(store, 9, 4, back).is_empty());
        assert!(complete(store, probe[0].lease, Outcome::Released, back));
        assert!(claim(store, 9, 5, back).is_empty());
        assert_eq!(claim(store, 9, 6, back + 60_001).len(), 1);
    });
}

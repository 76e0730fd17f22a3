//! The circuits of endpoints and key pairs, on each database.

use crate::store_steps::{LEASE, NOW, bodies, claim, complete, enqueue, failed, keys, last_error};
use crate::stores::{each, update};
use outbox::clock::Millis;
use outbox::store::{ClaimRequest, FailureScope, LeaseRequest, Outcome};

#[test]
fn an_open_circuit_gets_one_probe() {
    each(|store| {
        for number in 0..20 {
            enqueue(store, &format!("o{number}"), "x");
        }
        let of_endpoint = FailureScope::Endpoint { retry_after: None };
        let first = claim(store, 4, 1, NOW);
        assert_eq!(first.len(), 4);
        for one in &first {
            assert!(complete(store, one.lease, failed(of_endpoint), NOW));
        }
        assert!(claim(store, 10, 2, NOW).is_empty());
        assert_eq!(store.next_due(&keys()).unwrap(), Some(NOW + 1_000));
        let probe = claim(store, 10, 3, NOW + 1_000);
        assert_eq!(probe.len(), 1);
        assert!(claim(store, 10, 4, NOW + 1_000).is_empty());
        assert!(complete(
            store,
            probe[0].lease,
            failed(of_endpoint),
            NOW + 1_000
        ));
        assert!(claim(store, 10, 5, NOW + 2_999).is_empty());
        let probe = claim(store, 10, 6, NOW + 3_000);
        assert_eq!(probe.len(), 1);
        // When the worker of a probe dies, another worker sends the probe.
        assert!(claim(store, 10, 7, NOW + 3_000 + LEASE - 1).is_empty());
        let probe = claim(store, 10, 8, NOW + 3_000 + LEASE);
        assert_eq!(probe.len(), 1);
        let now = NOW + 3_000 + LEASE;
        assert!(complete(store, probe[0].lease, Outcome::Delivered, now));
        assert_eq!(claim(store, 100, 9, now).len(), 19);
    });
}

#[test]
fn a_late_probe_does_not_disturb_the_next_one() {
    each(|store| {
        for number in 0..4 {
            enqueue(store, &format!("o{number}"), "x");
        }
        let of_endpoint = FailureScope::Endpoint { retry_after: None };
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(store, one.lease, failed(of_endpoint), NOW));
        }
        let late = claim(store, 10, 2, NOW + 1_000);
        let now = NOW + 1_000 + LEASE;
        let next = claim(store, 10, 3, now);
        assert_eq!((late.len(), next.len()), (1, 1));
        assert_ne!(late[0].lease.record, next[0].lease.record);
        // Its order has no other lease; it is no longer the probe all the same.
        for outcome in [failed(of_endpoint), Outcome::Released] {
            complete(store, late[0].lease, outcome, now);
            assert!(claim(store, 10, 4, now + LEASE - 1).is_empty());
        }
    });
}

#[test]
fn nothing_is_claimed_with_limit_0() {
    each(|store| {
        enqueue(store, "a", "1");
        let scope = FailureScope::Endpoint {
            retry_after: Some(1_000),
        };
        let one = claim(store, 1, 1, NOW);
        assert!(complete(store, one[0].lease, failed(scope), NOW));
        assert!(claim(store, 0, 2, NOW + 1_000).is_empty());
    });
}

#[test]
fn refused_keys_hold_back_only_their_own_orders() {
    each(|store| {
        for number in 0..4 {
            enqueue(store, &format!("o{number}"), "shop");
        }
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(
                store,
                one.lease,
                failed(FailureScope::KeyPair { retry_after: None }),
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
fn retry_after_holds_the_key_pair_back_and_no_other() {
    each(|store| {
        enqueue(store, "a", "1");
        enqueue(store, "b", "2");
        let one = claim(store, 1, 1, NOW);
        let retry_after = Some(30_000);
        let scope = FailureScope::KeyPair { retry_after };
        assert!(complete(store, one[0].lease, failed(scope), NOW));
        let mut other = update("c", "other");
        other.public_key = b"other";
        store.enqueue(&other, None, NOW).unwrap();
        assert_eq!(bodies(&claim(store, 10, 2, NOW + 29_999)), ["other"]);
        assert_eq!(claim(store, 10, 3, NOW + 30_000).len(), 1);
    });
}

#[test]
fn after_retry_after_of_a_day_a_probe_goes_out_in_five_minutes() {
    each(|store| {
        enqueue(store, "a", "1");
        enqueue(store, "b", "2");
        let one = claim(store, 1, 1, NOW);
        let retry_after = Some(86_400_000);
        let scope = FailureScope::KeyPair { retry_after };
        assert!(complete(store, one[0].lease, failed(scope), NOW));
        assert!(claim(store, 10, 2, NOW + 299_999).is_empty());
        // Another order: the one that was answered so waits as long as it was asked to.
        let probe = claim(store, 10, 3, NOW + 300_000);
        assert_eq!(probe.len(), 1);
        assert_ne!(probe[0].body, one[0].body);
        assert!(complete(
            store,
            probe[0].lease,
            Outcome::Delivered,
            NOW + 300_000
        ));
        assert!(claim(store, 10, 4, NOW + 400_000).is_empty());
    });
}

#[test]
fn an_endpoint_that_refuses_five_orders_in_a_row_gets_one_probe() {
    each(|store| {
        for number in 0..20 {
            enqueue(store, &format!("o{number}"), "x");
        }
        for one in claim(store, 5, 1, NOW) {
            let refused = Outcome::Refused(last_error());
            assert!(complete(store, one.lease, refused, NOW));
        }
        assert!(claim(store, 10, 2, NOW).is_empty());
        let due = store.next_due(&keys()).unwrap().unwrap();
        let probe = claim(store, 10, 3, due);
        assert_eq!(probe.len(), 1);
        assert!(complete(store, probe[0].lease, Outcome::Delivered, due));
        assert_eq!(claim(store, 100, 4, due).len(), 14);
        assert_eq!(store.counts(due).unwrap().refused, 5);
    });
}

#[test]
fn a_clock_that_was_set_back_makes_no_lease_a_probe() {
    const HOUR: Millis = 3_600_000;
    each(|store| {
        for number in 0..3 {
            enqueue(store, &format!("o{number}"), "x");
        }
        for one in claim(store, 2, 1, NOW) {
            assert!(complete(
                store,
                one.lease,
                failed(FailureScope::KeyPair { retry_after: None }),
                NOW
            ));
        }
        // A probe of the key pair takes long; meanwhile the endpoint sends Retry-After.
        let request = ClaimRequest {
            limit: 1,
            public_keys: &keys(),
            lease: LeaseRequest {
                token: 2,
                until: NOW + 20 * HOUR,
            },
            oldest: 0,
        };
        let probe = store.claim(&request, NOW + 1_000).unwrap().claimed;
        let request = LeaseRequest {
            token: 3,
            until: NOW + LEASE,
        };
        let direct = store
            .enqueue(&update("d", "x"), Some(request), NOW)
            .unwrap();
        let scope = FailureScope::Endpoint {
            retry_after: Some(24 * HOUR),
        };
        assert!(complete(store, direct.unwrap(), failed(scope), NOW + 1_000));
        let back = NOW - 50 * HOUR;
        assert!(claim(store, 9, 4, back).is_empty());
        assert!(complete(store, probe[0].lease, Outcome::Released, back));
        assert!(claim(store, 9, 5, back).is_empty());
        assert_eq!(claim(store, 9, 6, back + 60_001).len(), 1);
    });
}

//! Single operations on a store, at a fixed time and by two shops' keys.

use crate::stores::update;
use outbox::clock::Millis;
use outbox::retry::Policy;
use outbox::store::{
    ClaimRequest, Claimed, Completion, FailureScope, LastError, Lease, LeaseRequest, Outcome, Store,
};

pub(crate) const NOW: Millis = 1_700_000_000_000;
pub(crate) const LEASE: Millis = 20_000;

pub(crate) fn keys() -> Vec<Vec<u8>> {
    vec![b"shop".to_vec(), b"other".to_vec()]
}

pub(crate) fn claim(store: &mut dyn Store, limit: usize, token: i64, now: Millis) -> Vec<Claimed> {
    let request = ClaimRequest {
        limit,
        public_keys: &keys(),
        lease: LeaseRequest {
            token,
            until: now + LEASE,
        },
        oldest: now - 1_000_000,
    };
    store.claim(&request, now).unwrap().claimed
}

pub(crate) fn complete(store: &mut dyn Store, lease: Lease, outcome: Outcome, now: Millis) -> bool {
    let completion = Completion {
        lease,
        outcome,
        jitter: 1.0,
    };
    store
        .complete(&[completion], &Policy::default(), now)
        .unwrap()[0]
}

pub(crate) fn last_error() -> LastError {
    LastError {
        status: 0,
        sentence: "it did not work".into(),
    }
}

pub(crate) fn failed(scope: FailureScope) -> Outcome {
    Outcome::Failed {
        scope,
        last_error: last_error(),
    }
}

pub(crate) fn bodies(claimed: &[Claimed]) -> Vec<&str> {
    let text = |claimed: &Claimed| String::from_utf8_lossy(&claimed.body).into_owned();
    let mut bodies: Vec<&str> = claimed.iter().map(|one| &*text(one).leak()).collect();
    bodies.sort_unstable();
    bodies
}

pub(crate) fn enqueue(store: &mut dyn Store, order: &str, body: &str) {
    store.enqueue(&update(order, body), None, NOW).unwrap();
}

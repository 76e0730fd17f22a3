//! One call on each database: what it says of its record, and when it does not send.

use std::cell::Cell;
use std::time::Duration;

use crate::mariadb::MariaDb;
use crate::store_steps::{LEASE, keys};
use crate::stores::{OPENING, Scratch, address, update};
use client::answer::Answer;
use client::error::{Error, Kind, Refusal};
use outbox::call::{self, CallOutcome, Delivery, Incomplete};
use outbox::entropy;
use outbox::store::{ClaimRequest, LeaseRequest};
use outbox::unwritten::Unwritten;
use outbox::{Address, open};

const TIMEOUT: Duration = Duration::from_secs(5);

fn each(test: impl Fn(&Address)) {
    let scratch = Scratch::new();
    test(&scratch.address());
    if let Some(server) = MariaDb::shared() {
        test(&address(&server.database()));
    }
}

fn refusal() -> Error {
    Kind::Refused(Refusal {
        status: 422,
        reason: "",
        body: Default::default(),
        retry_after: None,
        schemes: Vec::new(),
        broken_rule: None,
    })
    .into()
}

/// A direct call whose lease expires while it sends: another worker claims the record.
fn overtaken(address: &Address, attempt: Result<Answer, Error>) -> CallOutcome {
    let mut store = open(address, OPENING).unwrap();
    let entropy = entropy::draw();
    let update = update("a", "1");
    let send = |_| {
        let mut other = open(address, OPENING).unwrap();
        let now = other.now().unwrap() + 3_600_000;
        let request = ClaimRequest {
            limit: 1,
            public_keys: &keys(),
            lease: LeaseRequest {
                token: 1,
                until: now + LEASE,
            },
            oldest: 0,
        };
        assert_eq!(other.claim(&request, now).unwrap().claimed.len(), 1);
        attempt
    };
    call::update(
        store.as_mut(),
        &mut Unwritten::default(),
        &update,
        Delivery::Direct,
        TIMEOUT,
        entropy,
        send,
    )
    .unwrap()
}

#[test]
fn a_call_that_lost_its_lease_says_so() {
    each(|address| {
        let refused = overtaken(address, Err(refusal()));
        assert!(matches!(
            refused,
            CallOutcome::Refused {
                incomplete: Some(Incomplete::LeaseLost),
                ..
            }
        ));
        let mut store = open(address, OPENING).unwrap();
        let now = store.now().unwrap();
        assert_eq!(store.counts(now).unwrap().refused, 0);
    });
}

#[test]
fn a_call_without_time_left_sends_nothing() {
    each(|address| {
        let mut store = open(address, OPENING).unwrap();
        let entropy = entropy::draw();
        let sent = Cell::new(false);
        let outcome = call::update(
            store.as_mut(),
            &mut Unwritten::default(),
            &update("a", "1"),
            Delivery::Direct,
            Duration::ZERO,
            entropy,
            |_| {
                sent.set(true);
                Err(refusal())
            },
        )
        .unwrap();
        assert!(matches!(outcome, CallOutcome::Queued));
        assert!(!sent.get());
        // The worker need not wait for the lease.
        let now = store.now().unwrap();
        assert!(store.next_due(&keys()).unwrap().unwrap() <= now);
        assert_eq!(store.counts(now).unwrap().in_flight, 0);
    });
}

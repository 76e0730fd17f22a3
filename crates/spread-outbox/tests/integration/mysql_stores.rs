//! Opening and using stores on a server, by its own clock.

use std::time::Duration;

use crate::stores::{OPENING, address};
use outbox::clock::Millis;
use outbox::store::{ClaimRequest, ClaimResult, LeaseRequest, Store};
use outbox::{Opening, StoreError, Timeout, entropy, open};

const LEASE: Millis = 5_000;

pub(crate) fn opened(text: &str) -> Box<dyn Store + Send> {
    open(&address(text), OPENING).unwrap()
}

pub(crate) fn refusal(text: &str) -> String {
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_secs(2)),
        create: true,
    };
    let Err(error) = open(&address(text), opening) else {
        panic!("{text} can be opened")
    };
    let sentence = error.to_string();
    assert!(!sentence.contains("p@ss"), "{sentence}");
    sentence
}

pub(crate) fn claim(store: &mut dyn Store, limit: usize) -> Result<ClaimResult, StoreError> {
    let now = store.now()?;
    let request = ClaimRequest {
        limit,
        public_keys: &[b"shop".to_vec()],
        lease: LeaseRequest {
            token: entropy::draw().token,
            until: now + LEASE,
        },
        oldest: 0,
    };
    store.claim(&request, now)
}

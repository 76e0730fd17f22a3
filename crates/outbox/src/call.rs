//! What `spread_update_order` does when there is an outbox: first keep the update, then perhaps send it.

use std::time::Duration;

use super::attempt::{self, Attempt};
use super::entropy::Entropy;
use super::retry::Policy;
use super::store::{Completion, LeaseRequest, Millis, Outcome, Store, StoreError, Update};
use client::client::{Answer, UNACKNOWLEDGED};
use client::error::{Error, OrderName};

/// What a lease lasts beyond the time an attempt may take: what the attempt has left in the kernel, which
/// can still arrive; and ten seconds for a process that was stopped for a while, or a runtime that looks at
/// its clock late.
pub const LEASE_MARGIN: Duration = UNACKNOWLEDGED.saturating_add(Duration::from_secs(10));

/// When updates are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// At once, in the call.
    Direct,
    /// By the worker.
    Deferred,
}

/// What came of a call.
pub enum Kept {
    /// It was delivered, and SPREAD's answer is this.
    Delivered(Answer),
    /// It will be delivered; with what the attempt met, if there was one.
    Pending(Option<Error>),
    /// SPREAD refused it, and the record is set aside.
    Refused(Error),
}

/// The end of a call.
pub struct Ended {
    pub kept: Kept,
    /// The record could not be brought up to date: it stays in flight until its lease ends, and is then
    /// sent again.
    pub unsettled: Option<StoreError>,
}

/// Keeps `update` and, with [`Delivery::Direct`] and no earlier update of the same order under way, has
/// `send` send it, which takes `timeout` at most.
///
/// # Errors
/// When the update could not be kept. It was not sent then.
pub fn update(
    store: &mut dyn Store,
    update: &Update<'_>,
    delivery: Delivery,
    timeout: Duration,
    chance: Entropy,
    send: impl FnOnce() -> Attempt,
) -> Result<Ended, StoreError> {
    let now = store.now()?;
    let term = (delivery == Delivery::Direct).then(|| LeaseRequest {
        token: chance.token,
        until: now + millis(timeout + LEASE_MARGIN),
    });
    let Some(lease) = store.enqueue(update, term, now)? else {
        return Ok(Ended {
            kept: Kept::Pending(None),
            unsettled: None,
        });
    };
    let attempt = attempt::examined(send());
    let outcome = attempt::outcome(&attempt, &OrderName::new(update.order_id));
    let refused = matches!(outcome, Outcome::Refused(_));
    let settled = Completion {
        lease,
        outcome,
        jitter: chance.jitter,
    };
    let unsettled = store
        .now()
        .and_then(|now| store.complete(&[settled], &Policy::default(), now))
        .err();
    Ok(Ended {
        kept: match attempt {
            Ok(answer) => Kept::Delivered(answer),
            Err(error) if refused => Kept::Refused(error),
            Err(error) => Kept::Pending(Some(error)),
        },
        unsettled,
    })
}

/// A duration in milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}

//! What `spread_update_order` does when there is an outbox: first keep the update, then perhaps send it.

use std::time::Duration;

use super::attempt::{self, Attempt};
use super::entropy::Entropy;
use super::retry::Policy;
use super::store::{Completion, LeaseRequest, Millis, Outcome, Store, StoreError, Update};
use client::UNACKNOWLEDGED;
use client::answer::Answer;
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

/// How a call ended, for its caller.
pub enum CallOutcome {
    /// SPREAD took the order and answered.
    Answered(Answer),
    /// The order was not delivered. `dead_lettered`: the outbox keeps it as refused, for a person.
    Failed { error: Error, dead_lettered: bool },
    /// It will be delivered; with the error of the attempt, if there was one.
    Queued { last_error: Option<Error> },
}

/// The end of a call.
pub struct Ended {
    pub outcome: CallOutcome,
    /// Why the lease could not be completed: the record stays in flight until the lease ends, and is
    /// then sent again.
    pub incomplete: Option<StoreError>,
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
            outcome: CallOutcome::Queued { last_error: None },
            incomplete: None,
        });
    };
    let attempt = attempt::examined(send());
    let outcome = attempt::outcome(&attempt, &OrderName::new(update.order_id));
    let refused = matches!(outcome, Outcome::Refused(_));
    let completion = Completion {
        lease,
        outcome,
        jitter: chance.jitter,
    };
    let incomplete = store
        .now()
        .and_then(|now| store.complete(&[completion], &Policy::default(), now))
        .err();
    Ok(Ended {
        outcome: match attempt {
            Ok(answer) => CallOutcome::Answered(answer),
            Err(error) if refused => CallOutcome::Failed {
                error,
                dead_lettered: incomplete.is_none(),
            },
            Err(error) => CallOutcome::Queued {
                last_error: Some(error),
            },
        },
        incomplete,
    })
}

/// A duration in milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}

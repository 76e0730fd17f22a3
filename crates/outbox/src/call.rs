//! A call of `spread_update_order` with an outbox: record the update first, then perhaps send it.

use std::time::Duration;

use super::attempt::{self, Attempt};
use super::clock::millis;
use super::entropy::Entropy;
use super::error::StoreError;
use super::retry::Policy;
use super::store::{Completion, LeaseRequest, Outcome, Store, Update};
use client::UNACKNOWLEDGED;
use client::answer::Answer;
use client::error::{Error, OrderName};

/// How much longer a lease is than an attempt: by the time that bytes of a dead attempt can still arrive
/// from the kernel, and ten seconds for a process that was stopped for a while or looks at its clock late.
pub const LEASE_MARGIN: Duration = UNACKNOWLEDGED.saturating_add(Duration::from_secs(10));

/// When updates are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// At once, in the call.
    Direct,
    /// By the worker.
    Deferred,
}

/// How a call ended.
///
/// `incomplete`: the attempt was made, but the record could not be updated. It stays in flight until its
/// lease expires, and is then sent again.
pub enum CallOutcome {
    /// The update is recorded and was not sent; the worker delivers it.
    Queued,
    /// The update was delivered, and the record deleted.
    Answered {
        answer: Answer,
        incomplete: Option<StoreError>,
    },
    /// SPREAD refused the update, and the record was moved to `refused`.
    Refused {
        error: Error,
        incomplete: Option<StoreError>,
    },
    /// The attempt failed, and the worker tries again.
    Failed {
        error: Error,
        incomplete: Option<StoreError>,
    },
}

/// Records `update`. With [`Delivery::Direct`], and unless an earlier update of the same order is pending,
/// calls `send` to send it, which takes `timeout` at most.
///
/// # Errors
/// When the update could not be recorded. It was not sent then.
pub fn update(
    store: &mut dyn Store,
    update: &Update<'_>,
    delivery: Delivery,
    timeout: Duration,
    entropy: Entropy,
    send: impl FnOnce() -> Attempt,
) -> Result<CallOutcome, StoreError> {
    let now = store.now()?;
    let request = (delivery == Delivery::Direct).then(|| LeaseRequest {
        token: entropy.token,
        until: now + millis(timeout + LEASE_MARGIN),
    });
    let Some(lease) = store.enqueue(update, request, now)? else {
        return Ok(CallOutcome::Queued);
    };
    let attempt = attempt::examined(send());
    let outcome = attempt::outcome(&attempt, &OrderName::new(update.order_id));
    let is_refused = matches!(outcome, Outcome::Refused(_));
    let completion = Completion {
        lease,
        outcome,
        jitter: entropy.jitter,
    };
    let incomplete = store
        .now()
        .and_then(|now| store.complete(&[completion], &Policy::default(), now))
        .err();
    Ok(match attempt {
        Ok(answer) => CallOutcome::Answered { answer, incomplete },
        Err(error) if is_refused => CallOutcome::Refused { error, incomplete },
        Err(error) => CallOutcome::Failed { error, incomplete },
    })
}

//! A call of `spread_update_order` with an outbox: record the update first, then perhaps send it.

use std::fmt;
use std::time::{Duration, Instant};

use super::attempt::{self, Attempt};
use super::clock::{Millis, millis};
use super::entropy::Entropy;
use super::error::StoreError;
use super::retry::Policy;
use super::store::{Completion, LeaseRequest, Outcome, Store, Timeout, Update};
use client::UNACKNOWLEDGED;
use client::answer::Answer;
use client::error::{Error, OrderName};

/// How much longer a lease is than an attempt: by the time that bytes of a dead attempt can still arrive
/// from the kernel, and ten seconds for a process that was stopped for a while or looks at its clock late.
pub const LEASE_MARGIN: Duration = UNACKNOWLEDGED.saturating_add(Duration::from_secs(10));

/// An attempt may use up the timeout. Ending the lease then gets this much, more than a healthy database
/// needs: else no circuit would open while SPREAD hangs.
const COMPLETION: Duration = Duration::from_millis(250);

/// When updates are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// At once, in the call.
    Direct,
    /// By the worker.
    Deferred,
}

/// Why a record could not be updated after its attempt.
pub enum Incomplete {
    /// It stays in flight until its lease expires, and is then sent again.
    Store(StoreError),
    /// Another sender has the record, or had it.
    LeaseLost,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "is sent again when its lease expires: {error}"),
            Self::LeaseLost => {
                f.write_str("may arrive twice: its lease expired before the attempt ended")
            }
        }
    }
}

/// How a call ended.
///
/// `incomplete`: the attempt was made, but the record could not be updated.
pub enum CallOutcome {
    /// The update is recorded and was not sent; the worker delivers it.
    Queued,
    /// The update was delivered, and the record deleted.
    Answered {
        answer: Answer,
        incomplete: Option<Incomplete>,
    },
    /// SPREAD refused the update; the record was moved to `refused`, unless `incomplete`.
    Refused {
        error: Error,
        incomplete: Option<Incomplete>,
    },
    /// The attempt failed, and the worker tries again.
    Failed {
        error: Error,
        incomplete: Option<Incomplete>,
    },
}

/// Records `update`. With [`Delivery::Direct`], and unless an earlier update of the same order is pending,
/// calls `send` to send it within what is left of `timeout`.
///
/// # Errors
/// When the update could not be recorded. It was not sent then.
pub fn update(
    store: &mut dyn Store,
    update: &Update<'_>,
    delivery: Delivery,
    timeout: Duration,
    entropy: Entropy,
    send: impl FnOnce(Duration) -> Attempt,
) -> Result<CallOutcome, StoreError> {
    let begun = Instant::now();
    let now = store.now()?;
    let until = now + millis(timeout + LEASE_MARGIN);
    let request = (delivery == Delivery::Direct).then_some(LeaseRequest {
        token: entropy.token,
        until,
    });
    let Some(lease) = store.enqueue(update, request, now)? else {
        return Ok(CallOutcome::Queued);
    };
    let rest = || Timeout::Until((begun + timeout).max(Instant::now() + COMPLETION));
    store.set_timeout(rest());
    let left = timeout.saturating_sub(begun.elapsed());
    let now = store.now()?;
    if !may_send(left, until, now) {
        let released = Completion {
            lease,
            outcome: Outcome::Released,
            jitter: entropy.jitter,
        };
        // Durable, as the record of a deferred call is.
        store.complete(&[released], &Policy::default(), now)?;
        return Ok(CallOutcome::Queued);
    }
    let attempt = attempt::examined(send(left));
    store.set_timeout(rest());
    let outcome = attempt::outcome(&attempt, &OrderName::new(update.order_id));
    let is_refused = matches!(outcome, Outcome::Refused(_));
    let completion = Completion {
        lease,
        outcome,
        jitter: entropy.jitter,
    };
    let completed = store
        .now()
        .and_then(|now| store.complete(&[completion], &Policy::default(), now));
    let incomplete = match completed {
        Ok(in_time) if in_time == [true] => None,
        Ok(_) => Some(Incomplete::LeaseLost),
        Err(error) => Some(Incomplete::Store(error)),
    };
    Ok(match attempt {
        Ok(answer) => CallOutcome::Answered { answer, incomplete },
        Err(error) if is_refused => CallOutcome::Refused { error, incomplete },
        Err(error) => CallOutcome::Failed { error, incomplete },
    })
}

/// Whether an attempt that takes `left` ends while its lease lasts. Not when the process was stopped since
/// it asked for the lease, or waited for the database for all of its time.
fn may_send(left: Duration, until: Millis, now: Millis) -> bool {
    !left.is_zero() && now + millis(left + UNACKNOWLEDGED) <= until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_could_outlast_its_lease_or_has_no_time_is_not_made() {
        let second = Duration::from_secs(1);
        let until = 100_000;
        let latest = until - millis(second + UNACKNOWLEDGED);
        assert!(may_send(second, until, latest));
        assert!(!may_send(second, until, latest + 1));
        assert!(!may_send(Duration::ZERO, until, 0));
    }
}

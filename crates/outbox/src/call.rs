//! A call of one of SPREAD's methods with an outbox: record the update first, then perhaps send it.

use std::fmt;
use std::slice;
use std::time::{Duration, Instant};

use super::attempt::{self, Attempt};
use super::clock::{Millis, millis};
use super::entropy::Entropy;
use super::error::StoreError;
use super::retry::Policy;
use super::store::{Claimed, Completion, Lease, LeaseRequest, Outcome, Store, Update};
use super::timeout::Timeout;
use super::unwritten::Unwritten;
use client::UNACKNOWLEDGED;
use client::answer::Answer;
use client::error::{Error, Kind, Names};

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
    /// By the same process, once the response has left.
    AfterResponse,
    /// By the worker.
    Deferred,
}

/// Why a record could not be updated after its attempt.
pub enum Incomplete {
    /// The outbox failed; see [`Unwritten`].
    Store(StoreError),
    /// Another sender has the record, or had it.
    LeaseLost,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(
                f,
                "the outbox records this as soon as it can be used: {error}"
            ),
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
    /// The attempt failed, and the record is gone with its file; the order could not be recorded again.
    Lost { error: Error, reason: StoreError },
}

/// Records `update`. With [`Delivery::Direct`], and unless an earlier update of the same order is pending,
/// calls `send` to send it within what is left of `timeout`. `unwritten` remembers a result that cannot be
/// recorded.
///
/// # Errors
/// When the update could not be recorded. It was not sent then.
pub fn update(
    store: &mut dyn Store,
    unwritten: &mut Unwritten,
    update: &Update<'_>,
    delivery: Delivery,
    timeout: Duration,
    entropy: Entropy,
    send: impl FnOnce(Duration) -> Attempt,
) -> Result<CallOutcome, StoreError> {
    let begun = Instant::now();
    let accepted = store.now()?;
    let until = accepted + millis(timeout + LEASE_MARGIN);
    let request = (delivery == Delivery::Direct).then_some(LeaseRequest {
        token: entropy.token,
        until,
    });
    match store.enqueue(update, request, accepted)? {
        Some(lease) => {
            let attempt = LeasedAttempt {
                update,
                accepted,
                lease,
                until,
                jitter: entropy.jitter,
            };
            attempt.make(store, unwritten, begun + timeout, send)
        }
        None => Ok(CallOutcome::Queued),
    }
}

/// Records `update` durably for [`send_recorded`]. Returns when it was accepted.
///
/// # Errors
/// When the update could not be recorded.
pub fn record(store: &mut dyn Store, update: &Update<'_>) -> Result<Millis, StoreError> {
    let accepted = store.now()?;
    store.enqueue(update, None, accepted).map(|_| accepted)
}

/// Sends the first pending update of the order of an update that was accepted at `accepted`, within
/// `timeout`. `None` when no update of it is due: another sender has it, or it has failed and is pending
/// until its next attempt.
///
/// # Errors
/// When the store fails before the attempt.
pub fn send_recorded(
    store: &mut dyn Store,
    unwritten: &mut Unwritten,
    update: &Update<'_>,
    accepted: Millis,
    timeout: Duration,
    entropy: Entropy,
    send: impl FnOnce(&Claimed, Duration) -> Attempt,
) -> Result<Option<CallOutcome>, StoreError> {
    let begun = Instant::now();
    let now = store.now()?;
    let until = now + millis(timeout + LEASE_MARGIN);
    let request = LeaseRequest {
        token: entropy.token,
        until,
    };
    let Some(claimed) = store.claim_order(update, accepted, request, now)? else {
        return Ok(None);
    };
    let attempt = LeasedAttempt {
        update,
        accepted: now,
        lease: claimed.lease,
        until,
        jitter: entropy.jitter,
    };
    let deadline = begun + timeout;
    attempt
        .make(store, unwritten, deadline, |limit| send(&claimed, limit))
        .map(Some)
}

/// An attempt under a lease.
struct LeasedAttempt<'u> {
    update: &'u Update<'u>,
    /// The record was accepted at this time or before.
    accepted: Millis,
    lease: Lease,
    until: Millis,
    jitter: f64,
}

impl LeasedAttempt<'_> {
    /// Sends until `deadline` and records the outcome.
    fn make(
        &self,
        store: &mut dyn Store,
        unwritten: &mut Unwritten,
        deadline: Instant,
        send: impl FnOnce(Duration) -> Attempt,
    ) -> Result<CallOutcome, StoreError> {
        let rest = || Timeout::Until(deadline.max(Instant::now() + COMPLETION));
        store.set_timeout(rest());
        let left = deadline.saturating_duration_since(Instant::now());
        let now = store.now()?;
        if !may_send(left, self.until, now) {
            return self.release(store, unwritten);
        }
        let attempt = attempt::examined(send(left));
        store.set_timeout(rest());
        if let Err(error) = &attempt
            && matches!(error.kind(), Kind::Held { .. })
        {
            return self.release(store, unwritten);
        }
        let outcome = attempt::outcome(&attempt, &self.update.name(), &Names::INI);
        let is_refused = matches!(outcome, Outcome::Refused(_));
        let incomplete = self.complete(store, unwritten, outcome);
        Ok(match attempt {
            Ok(answer) => CallOutcome::Answered { answer, incomplete },
            Err(error) if is_refused => CallOutcome::Refused { error, incomplete },
            Err(error) => CallOutcome::Failed { error, incomplete },
        })
    }

    /// Leaves the record to the worker, without an attempt. It is durable then, as that of a deferred call.
    ///
    /// # Errors
    /// When the record is gone with its file.
    fn release(
        &self,
        store: &mut dyn Store,
        unwritten: &mut Unwritten,
    ) -> Result<CallOutcome, StoreError> {
        match self.complete(store, unwritten, Outcome::Released) {
            Some(Incomplete::Store(lost @ StoreError::Lost(_))) => Err(lost),
            _ => Ok(CallOutcome::Queued),
        }
    }

    fn complete(
        &self,
        store: &mut dyn Store,
        unwritten: &mut Unwritten,
        outcome: Outcome,
    ) -> Option<Incomplete> {
        let completion = Completion {
            lease: self.lease,
            outcome,
            jitter: self.jitter,
        };
        let completed = store
            .now()
            .and_then(|now| store.complete(slice::from_ref(&completion), &Policy::default(), now));
        match completed {
            Ok(in_time) if in_time == [true] => None,
            Ok(_) => Some(Incomplete::LeaseLost),
            Err(error) => {
                unwritten.completed(self.update, self.accepted, completion);
                Some(Incomplete::Store(error))
            }
        }
    }
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

//! Completing a lease: the end of an attempt changes the order's row and the circuits.

use super::super::circuit::{Circuit, Observation, Signal};
use super::super::clock::Millis;
use super::super::database::{Database, Result, Value};
use super::super::retry::Policy;
use super::super::store::{Completion, FailureScope, LastError, Outcome};
use super::circuits::{Circuits, lock_circuits, write_endpoint, write_key_pair};
use super::order::{lock, schedule};
use super::pending::{Remaining, delete, refuse};

/// Ends leases. For each, whether it was still the order's.
pub(super) fn complete<D: Database>(
    db: &mut D,
    completions: &[Completion],
    policy: &Policy,
    now: Millis,
) -> Result<Vec<bool>> {
    let mut expiries = vec![None; completions.len()];
    // In one sequence everywhere, or two workers could deadlock.
    let mut by_order: Vec<(&Completion, &mut Option<Millis>)> =
        completions.iter().zip(&mut expiries).collect();
    by_order.sort_by_key(|(completion, _)| completion.lease.order);
    for (completion, expiry) in by_order {
        *expiry = complete_record(db, completion, policy, now)?;
    }
    for (completion, expiry) in completions.iter().zip(&expiries) {
        if let Some(expiry) = expiry {
            update_circuits(db, completion, *expiry, policy, now)?;
        }
    }
    Ok(expiries.iter().map(Option::is_some).collect())
}

/// Ends one lease. When it would have expired, if it was still the order's.
fn complete_record<D: Database>(
    db: &mut D,
    completion: &Completion,
    policy: &Policy,
    now: Millis,
) -> Result<Option<Millis>> {
    let lease = completion.lease;
    let Some(order) = lock(db, lease.order)? else {
        return Ok(None);
    };
    if order.token != Some(lease.token) {
        return Ok(None);
    }
    match &completion.outcome {
        Outcome::Released => schedule(db, order.id, Some(now), None)?,
        Outcome::Delivered => {
            delete(db, lease.record)?;
            if order.reconcile(db, lease.record, Some(now))? != Remaining::Nothing {
                db.execute(
                    "UPDATE spread_orders SET delivered = ? WHERE id = ? AND delivered < ?",
                    &[
                        Value::Int(lease.record),
                        Value::Int(order.id),
                        Value::Int(lease.record),
                    ],
                )?;
            }
        }
        Outcome::Refused(last_error) => {
            refuse(db, lease.record, last_error)?;
            order.reconcile(db, lease.record, Some(now))?;
        }
        Outcome::Failed { scope, last_error } => {
            let attempts = count_attempt(db, lease.record, last_error)?;
            let mut delay = policy.delay(attempts.unwrap_or(1), completion.jitter);
            if let Some(retry_after) = scope.retry_after() {
                delay = delay.max(retry_after);
            }
            if attempts.is_some() {
                schedule(db, order.id, Some(now + delay), None)?;
            } else {
                // Superseded meanwhile, or discarded after its lease had expired. The order's next
                // record must wait all the same.
                order.reconcile(db, lease.record, Some(now + delay))?;
            }
        }
    }
    Ok(order.due)
}

/// Records a failed attempt and returns how many there were; nothing when the record is gone.
fn count_attempt<D: Database>(db: &mut D, record: i64, error: &LastError) -> Result<Option<u32>> {
    db.execute(
        "UPDATE spread_records SET attempts = attempts + 1, status = ?, last_error = ? WHERE id = ?",
        &[
            Value::Int(i64::from(error.status)),
            Value::Text(&error.sentence),
            Value::Int(record),
        ],
    )?;
    let row = db.query_first(
        "SELECT attempts FROM spread_records WHERE id = ?",
        &[Value::Int(record)],
    )?;
    row.map(|row| row.int("attempts")).transpose()
}

/// Opens or closes the circuits by what an attempt has shown. `expiry`: when its lease would have expired.
fn update_circuits<D: Database>(
    db: &mut D,
    completion: &Completion,
    expiry: Millis,
    policy: &Policy,
    now: Millis,
) -> Result<()> {
    let lease = completion.lease;
    let (endpoint, key_pair) = match completion.outcome {
        Outcome::Released => (Signal::None, Signal::None),
        Outcome::Delivered => (Signal::Success, Signal::Success),
        Outcome::Refused(_) => (Signal::Refusal, Signal::Success),
        Outcome::Failed { scope, .. } => match scope {
            FailureScope::Order => (Signal::None, Signal::None),
            FailureScope::KeyPair { retry_after } => {
                (Signal::Success, Signal::Failure { retry_after })
            }
            FailureScope::Endpoint { retry_after } => (
                Signal::Failure { retry_after: None },
                match retry_after {
                    Some(_) => Signal::Failure { retry_after },
                    None => Signal::None,
                },
            ),
        },
    };
    let after = |circuit: Circuit, signal| {
        let observation = Observation {
            signal,
            // A probe ends when its lease does: else it is another record by now, or another circuit's.
            probe: lease.probe && circuit.due == expiry,
            order: lease.order,
            jitter: completion.jitter,
        };
        circuit.after(observation, policy, now)
    };
    let Some(before) = lock_circuits(db, lease.key_pair)? else {
        return Ok(());
    };
    let after = Circuits {
        endpoint: after(before.endpoint, endpoint),
        key_pair: after(before.key_pair, key_pair),
    };
    if after.endpoint != before.endpoint {
        write_endpoint(db, lease.endpoint, after.endpoint)?;
    }
    if after.key_pair != before.key_pair {
        write_key_pair(db, lease.key_pair, after.key_pair)?;
    }
    Ok(())
}

//! Settling: what an attempt's end changes in the order's row and in the gates.

use super::super::circuit::{Circuit, Observed, Shown};
use super::super::database::{Database, Result, Value};
use super::super::retry::Policy;
use super::super::store::{Completion, FailureScope, Millis, Outcome};
use super::circuits::{gate_values, gates};
use super::order::{Left, delete, lock, schedule, tidy};

/// Ends one lease; when it would have ended, if it was still the order's.
pub(super) fn complete_record<D: Database>(
    db: &mut D,
    settled: &Completion,
    policy: &Policy,
    now: Millis,
) -> Result<Option<Millis>> {
    let lease = settled.lease;
    let Some(locked) = lock(db, lease.order)? else {
        return Ok(None);
    };
    if locked.token != Some(lease.token) {
        return Ok(None);
    }
    match &settled.outcome {
        Outcome::Released => schedule(db, lease.order, Some(now), None)?,
        Outcome::Delivered => {
            delete(db, lease.record)?;
            if tidy(db, lease.order, locked.alone, lease.record, Some(now))? != Left::Nothing {
                db.execute(
                    "UPDATE spread_orders SET delivered = ? WHERE id = ? AND delivered < ?",
                    &[
                        Value::Int(lease.record),
                        Value::Int(lease.order),
                        Value::Int(lease.record),
                    ],
                )?;
            }
        }
        Outcome::Refused(note) => {
            db.execute(
                "UPDATE spread_records SET state = 1, queued = 1, attempts = attempts + 1, status = ?, note = ? \
                 WHERE id = ?",
                &[
                    Value::Int(i64::from(note.status)),
                    Value::Text(&note.sentence),
                    Value::Int(lease.record),
                ],
            )?;
            tidy(db, lease.order, locked.alone, lease.record, Some(now))?;
        }
        Outcome::Failed { fault, note } => {
            db.execute(
                "UPDATE spread_records SET attempts = attempts + 1, status = ?, note = ? WHERE id = ?",
                &[
                    Value::Int(i64::from(note.status)),
                    Value::Text(&note.sentence),
                    Value::Int(lease.record),
                ],
            )?;
            let rows = db.query(
                "SELECT attempts FROM spread_records WHERE id = ?",
                &[Value::Int(lease.record)],
            )?;
            let attempts = rows.first().map_or(1, |row| row.int(0));
            let delay = policy.delay(u32::try_from(attempts).unwrap_or(u32::MAX), settled.jitter);
            let delay = match fault {
                FailureScope::Endpoint {
                    retry_after: Some(asked_for),
                } => delay.max(*asked_for),
                _ => delay,
            };
            schedule(db, lease.order, Some(now + delay), None)?;
        }
    }
    Ok(locked.due)
}

/// Closes or opens the gates by what an attempt has shown.
pub(super) fn update_circuits<D: Database>(
    db: &mut D,
    settled: &Completion,
    end: Millis,
    policy: &Policy,
    now: Millis,
) -> Result<()> {
    let lease = settled.lease;
    let (endpoint, account) = match settled.outcome {
        Outcome::Released => (Shown::Nothing, Shown::Nothing),
        Outcome::Delivered | Outcome::Refused(_) => (Shown::Up, Shown::Up),
        Outcome::Failed { fault, .. } => match fault {
            FailureScope::Order => (Shown::Up, Shown::Up),
            FailureScope::KeyPair => (Shown::Up, Shown::Down { retry_after: None }),
            FailureScope::Endpoint { retry_after } => (Shown::Down { retry_after }, Shown::Nothing),
        },
    };
    let seen = |shown, gate: Circuit| Observed {
        shown,
        // The turn ends when the lease does: else it is another record's by now, or another gate's.
        probe: lease.probe && gate.due == end,
        order: lease.order,
        jitter: settled.jitter,
    };
    let Some((before, of_account)) = gates(db, lease.account)? else {
        return Ok(());
    };
    let after = before.after(seen(endpoint, before), policy, now);
    if after != before {
        db.execute(
            "UPDATE spread_endpoints SET failures = ?, failed_order = ?, due = ? WHERE id = ?",
            &gate_values(after, lease.endpoint),
        )?;
    }
    let before = of_account;
    let after = before.after(seen(account, before), policy, now);
    if after != before {
        db.execute(
            "UPDATE spread_key_pairs SET failures = ?, failed_order = ?, due = ? WHERE id = ?",
            &gate_values(after, lease.account),
        )?;
    }
    Ok(())
}

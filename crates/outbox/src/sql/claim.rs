//! Claiming: which heads are due, and which of them is the probe of an open circuit.

use super::super::clock::Millis;
use super::super::database::{Database, Result, Row, Value, skipping};
use super::super::retry::{FARTHEST, SET_BACK_DELAY};
use super::super::store::{ClaimRequest, ClaimResult, Claimed, Lease, LeaseRequest, Update};
use super::circuits::{GuardedKeyPair, guarded_key_pairs, lock_circuits};
use super::ids::Ids;
use super::order::{lock, schedule};
use super::pending::head;

/// When the orders of a key pair are due.
pub(super) struct DueTimes {
    pub(super) public_key: Vec<u8>,
    /// When the first can be claimed; nothing when none is pending.
    pub(super) first: Option<Millis>,
    /// The latest time in the rows of its orders and circuits.
    pub(super) last: Millis,
}

pub(super) fn due_times<D: Database>(db: &mut D) -> Result<Vec<DueTimes>> {
    let rows = db.query(
        "SELECT e.due AS endpoint_due, k.due AS key_pair_due, k.public_key AS public_key, \
         (SELECT MIN(o.due) FROM spread_orders o WHERE o.key_pair = k.id AND o.due IS NOT NULL) AS first_due, \
         (SELECT MAX(o.due) FROM spread_orders o WHERE o.key_pair = k.id) AS last_due \
         FROM spread_key_pairs k JOIN spread_endpoints e ON e.id = k.endpoint",
        &[],
    )?;
    let times = |mut row: Row| {
        let circuits: Millis = row.int("endpoint_due")?;
        let circuits = circuits.max(row.int("key_pair_due")?);
        let last = row.maybe_int("last_due")?;
        Ok(DueTimes {
            public_key: row.bytes("public_key")?,
            first: row.maybe_int("first_due")?.map(|due| due.max(circuits)),
            last: last.map_or(circuits, |last| last.max(circuits)),
        })
    };
    rows.into_iter().map(times).collect()
}

/// Leases what `request` asks for, each key pair its share.
pub(super) fn claim<D: Database>(
    db: &mut D,
    request: &ClaimRequest<'_>,
    now: Millis,
) -> Result<ClaimResult> {
    let mut result = ClaimResult::default();
    let mut left = request.limit;
    let mut key_pairs = guarded_key_pairs(db)?;
    key_pairs.retain(|key_pair| {
        request.public_keys.contains(&key_pair.public_key)
            && key_pair.circuits.endpoint.due <= now
            && key_pair.circuits.key_pair.due <= now
    });
    let mut remaining = key_pairs.len();
    let mut probed = Vec::new();
    for key_pair in key_pairs {
        let share = left.div_ceil(remaining.max(1));
        remaining -= 1;
        let endpoint_open = key_pair.circuits.endpoint.is_open();
        if endpoint_open && probed.contains(&key_pair.endpoint) {
            continue;
        }
        let share = if key_pair.circuits.any_open() {
            share.min(1)
        } else {
            share
        };
        let claimed = claim_from(db, &key_pair, share, request, now, &mut result)?;
        if endpoint_open && claimed > 0 {
            probed.push(key_pair.endpoint);
        }
        left -= claimed.min(left);
        if left == 0 {
            break;
        }
    }
    Ok(result)
}

/// Leases up to `limit` due heads of one key pair and returns how many.
fn claim_from<D: Database>(
    db: &mut D,
    key_pair: &GuardedKeyPair,
    limit: usize,
    request: &ClaimRequest<'_>,
    now: Millis,
    result: &mut ClaimResult,
) -> Result<usize> {
    let orders = db.query(
        skipping!(
            D,
            "SELECT id FROM spread_orders WHERE key_pair = ? AND due <= ? ORDER BY due LIMIT ?"
        ),
        &[
            Value::Int(key_pair.id),
            Value::Int(now),
            Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
        ],
    )?;
    let LeaseRequest { token, until } = request.lease;
    let probe = key_pair.circuits.any_open();
    let mut claimed = 0;
    for row in orders {
        let order = row.int("id")?;
        let Some(head) = head(db, order, request.oldest, &mut result.expired)? else {
            continue;
        };
        if probe && !take_probe(db, key_pair, until)? {
            return Ok(0);
        }
        schedule(db, order, Some(until), Some(token))?;
        claimed += 1;
        result.claimed.push(Claimed {
            lease: Lease {
                record: head.record,
                order,
                key_pair: key_pair.id,
                endpoint: key_pair.endpoint,
                token,
                probe,
            },
            endpoint: key_pair.url.clone(),
            public_key: key_pair.public_key.clone(),
            method: head.method,
            order_id: head.order_id,
            attempts: head.attempts,
            body: head.body,
        });
    }
    Ok(claimed)
}

/// Leases the head of one order, when it is due.
pub(super) fn claim_order<D: Database>(
    db: &mut D,
    ids: Ids,
    update: &Update<'_>,
    order: i64,
    lease: LeaseRequest,
    now: Millis,
) -> Result<Option<Claimed>> {
    let is_due = lock(db, order)?
        .and_then(|order| order.due)
        .is_some_and(|due| due <= now);
    if !is_due {
        return Ok(None);
    }
    let Some(head) = head(db, order, Millis::MIN, &mut 0)? else {
        return Ok(None);
    };
    schedule(db, order, Some(lease.until), Some(lease.token))?;
    Ok(Some(Claimed {
        lease: Lease {
            record: head.record,
            order,
            key_pair: ids.key_pair,
            endpoint: ids.endpoint,
            token: lease.token,
            probe: false,
        },
        endpoint: update.endpoint.to_owned(),
        public_key: update.public_key.to_owned(),
        method: head.method,
        order_id: head.order_id,
        attempts: head.attempts,
        body: head.body,
    }))
}

/// Makes the record that is being claimed the probe of the open circuits before it, until its lease
/// expires. False when another worker was faster: then there is no probe to take.
fn take_probe<D: Database>(db: &mut D, key_pair: &GuardedKeyPair, until: Millis) -> Result<bool> {
    let Some(now) = lock_circuits(db, key_pair.id)? else {
        return Ok(false);
    };
    let before = key_pair.circuits;
    if (now.endpoint.due, now.key_pair.due) != (before.endpoint.due, before.key_pair.due) {
        return Ok(false);
    }
    if now.endpoint.is_open() {
        db.execute(
            "UPDATE spread_endpoints SET due = ? WHERE id = ?",
            &[Value::Int(until), Value::Int(key_pair.endpoint)],
        )?;
    }
    if now.key_pair.is_open() {
        db.execute(
            "UPDATE spread_key_pairs SET due = ? WHERE id = ?",
            &[Value::Int(until), Value::Int(key_pair.id)],
        )?;
    }
    Ok(true)
}

/// The clock was set back: due times farther ahead than [`FARTHEST`] are moved to soon. Circuits a little
/// later than leases: a lease and a circuit with the same time are a probe's, and these are not.
pub(super) fn set_back<D: Database>(db: &mut D, now: Millis) -> Result<()> {
    let (soon, far) = (Value::Int(now + SET_BACK_DELAY), Value::Int(now + FARTHEST));
    for row in db.query("SELECT id FROM spread_key_pairs ORDER BY id", &[])? {
        db.execute(
            "UPDATE spread_orders SET due = ? WHERE key_pair = ? AND due > ?",
            &[soon, Value::Int(row.int("id")?), far],
        )?;
    }
    let later = Value::Int(now + SET_BACK_DELAY + 1);
    for circuits in [
        "UPDATE spread_endpoints SET due = ? WHERE due > ?",
        "UPDATE spread_key_pairs SET due = ? WHERE due > ?",
    ] {
        db.execute(circuits, &[later, far])?;
    }
    Ok(())
}

//! Claiming: which heads are due, and whose turn it is where a gate is down.

use super::super::database::{Database, Result, Row, Value, skipping};
use super::super::retry::{FARTHEST, SETTLED_CLOCK};
use super::super::store::{ClaimRequest, ClaimResult, Claimed, Lease, LeaseRequest, Millis};
use super::circuits::{Guarded, gated, gates};
use super::order::{head, schedule};

/// When something happens to the orders of an account.
pub(super) struct Times {
    pub(super) public_key: Vec<u8>,
    /// The first may be claimed; nothing when there is none.
    pub(super) due: Option<Millis>,
    /// The last time that stands on one of them, or on a gate.
    pub(super) last: Millis,
}

pub(super) fn times<D: Database>(db: &mut D) -> Result<Vec<Times>> {
    let rows = db.query(
        "SELECT e.due, a.due, a.public_key, (SELECT MIN(o.due) FROM spread_orders o WHERE \
         o.account = a.id AND o.due IS NOT NULL), (SELECT MAX(o.due) FROM spread_orders o WHERE \
         o.account = a.id) FROM spread_key_pairs a JOIN spread_endpoints e ON e.id = a.endpoint",
        &[],
    )?;
    let times = |mut row: Row| {
        let gates = row.int(0).max(row.int(1));
        Times {
            public_key: row.bytes(2),
            due: row.maybe_int(3).map(|due| due.max(gates)),
            last: row.int(4).max(gates),
        }
    };
    Ok(rows.into_iter().map(times).collect())
}

/// Leases what `wanted` asks for, each account its share.
pub(super) fn claim<D: Database>(
    db: &mut D,
    wanted: &ClaimRequest<'_>,
    now: Millis,
) -> Result<ClaimResult> {
    let mut claims = ClaimResult::default();
    let mut left = wanted.limit;
    let mut gated = gated(db)?;
    gated.retain(|known| {
        wanted.public_keys.contains(&known.public_key)
            && known.of_endpoint.due <= now
            && known.of_account.due <= now
    });
    let mut accounts = gated.len();
    let mut probed = Vec::new();
    for known in gated {
        let share = left.div_ceil(accounts.max(1));
        accounts -= 1;
        let of_endpoint = known.of_endpoint.is_down();
        if of_endpoint && probed.contains(&known.endpoint) {
            continue;
        }
        let probe = of_endpoint || known.of_account.is_down();
        let share = if probe { share.min(1) } else { share };
        let taken = claim_from(db, &known, share, wanted, now, &mut claims)?;
        if of_endpoint && taken > 0 {
            probed.push(known.endpoint);
        }
        left -= taken.min(left);
        if left == 0 {
            break;
        }
    }
    Ok(claims)
}

/// Leases up to `limit` due heads of one account; how many.
fn claim_from<D: Database>(
    db: &mut D,
    known: &Guarded,
    limit: usize,
    wanted: &ClaimRequest<'_>,
    now: Millis,
    claims: &mut ClaimResult,
) -> Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let orders = db.query(
        skipping!(
            D,
            "SELECT id, alone FROM spread_orders WHERE account = ? AND due <= ? ORDER BY due LIMIT ?"
        ),
        &[
            Value::Int(known.account),
            Value::Int(now),
            Value::Int(limit),
        ],
    )?;
    let probe = known.of_endpoint.is_down() || known.of_account.is_down();
    let mut taken = 0;
    for row in orders {
        let order = row.int(0);
        let Some(mut head) = head(
            db,
            order,
            row.maybe_int(1),
            wanted.oldest,
            &mut claims.expired,
        )?
        else {
            continue;
        };
        if probe && !take_turn(db, known, wanted.term)? {
            return Ok(0);
        }
        schedule(db, order, Some(wanted.term.until), Some(wanted.term.token))?;
        taken += 1;
        claims.claimed.push(Claimed {
            lease: Lease {
                record: head.int(0),
                order,
                account: known.account,
                endpoint: known.endpoint,
                token: wanted.term.token,
                probe,
            },
            endpoint: known.url.clone(),
            public_key: known.public_key.clone(),
            order_id: head.bytes(4),
            attempts: u32::try_from(head.int(1)).unwrap_or(0),
            body: head.bytes(2),
        });
    }
    Ok(taken)
}

/// Where a gate is down: takes the turn of the one record that may go out until `term` ends. No when
/// another worker was faster: then no turn is taken.
fn take_turn<D: Database>(db: &mut D, known: &Guarded, term: LeaseRequest) -> Result<bool> {
    let Some((of_endpoint, of_account)) = gates(db, known.account)? else {
        return Ok(false);
    };
    if (of_endpoint.due, of_account.due) != (known.of_endpoint.due, known.of_account.due) {
        return Ok(false);
    }
    let turn = |id| [Value::Int(term.until), Value::Int(id)];
    if of_endpoint.is_down() {
        db.execute(
            "UPDATE spread_endpoints SET due = ? WHERE id = ?",
            &turn(known.endpoint),
        )?;
    }
    if of_account.is_down() {
        db.execute(
            "UPDATE spread_key_pairs SET due = ? WHERE id = ?",
            &turn(known.account),
        )?;
    }
    Ok(true)
}

/// The clock was set back: what is due farther ahead than anything can be is due soon. Gates a little later
/// than leases: a lease and a gate that end together are a probe's, and these are not.
pub(super) fn set_back<D: Database>(db: &mut D, now: Millis) -> Result<()> {
    let (soon, far) = (Value::Int(now + SETTLED_CLOCK), Value::Int(now + FARTHEST));
    for account in db.query("SELECT id FROM spread_key_pairs ORDER BY id", &[])? {
        db.execute(
            "UPDATE spread_orders SET due = ? WHERE account = ? AND due > ?",
            &[soon, Value::Int(account.int(0)), far],
        )?;
    }
    let later = Value::Int(now + SETTLED_CLOCK + 1);
    for gates in [
        "UPDATE spread_endpoints SET due = ? WHERE due > ?",
        "UPDATE spread_key_pairs SET due = ? WHERE due > ?",
    ] {
        db.execute(gates, &[later, far])?;
    }
    Ok(())
}

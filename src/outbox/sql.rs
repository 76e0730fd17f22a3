//! The store in SQL, for both databases. What they do differently is behind [`Database`].
//!
//! Who touches the records of an order first locks the order's row: MySQL locks rows, SQLite has one
//! writer at a time. Gates are locked last, and a claim never waits for an order (`SKIP LOCKED`), so
//! that transactions seldom wait in a circle; MySQL ends one of those that do, and it is run again.

use sha2::{Digest as _, Sha256};

use super::gate::{Gate, Seen, Shown};
use super::retry::{FARTHEST, Policy, SETTLED_CLOCK};
use super::store::{
    Account, Change, Claimed, Claims, Counts, Fault, Filter, Lease, Millis, Note, Outcome, Record,
    Settled, State, Store, StoreError, Term, Token, Update, Wanted,
};

/// How many records [`Store::expire`] and [`Store::purge`] take in one transaction.
const BATCH: i64 = 500;

/// The accounts that a connection remembers.
const KNOWN_LIMIT: usize = 64;

/// A parameter.
#[derive(Clone, Copy)]
pub(super) enum Value<'v> {
    Null,
    Int(i64),
    Bytes(&'v [u8]),
    Text(&'v str),
}

/// A column of a row.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Bytes(Vec<u8>),
}

/// A row.
pub(super) struct Row(pub(super) Vec<Cell>);

impl Row {
    fn int(&self, column: usize) -> i64 {
        self.maybe_int(column).unwrap_or(0)
    }

    fn maybe_int(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Cell::Int(number)) => Some(*number),
            _ => None,
        }
    }

    fn count(&self, column: usize) -> u64 {
        u64::try_from(self.int(column)).unwrap_or(0)
    }

    fn bytes(&mut self, column: usize) -> Vec<u8> {
        match self.0.get_mut(column) {
            Some(Cell::Bytes(bytes)) => std::mem::take(bytes),
            _ => Vec::new(),
        }
    }

    fn text(&mut self, column: usize) -> String {
        String::from_utf8_lossy(&self.bytes(column)).into_owned()
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// A connection.
pub(super) trait Database {
    /// Whether rows are locked one by one; else a transaction has the database for itself.
    const LOCKS_ROWS: bool;

    /// Whether only some transactions survive a power cut: those that make a promise.
    const PROMISES: bool;

    /// The time by the clock that all users of this database share.
    fn now(&mut self) -> Result<Millis>;

    /// Runs `work` in one transaction, again when the database says that another one was in its way.
    /// `promise`: who called is told that something is kept, so that it must survive a power cut.
    fn transaction<T>(
        &mut self,
        promise: bool,
        work: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<T>;

    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64>;

    /// Runs an INSERT; the id it gave.
    fn insert(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<i64>;

    fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>>;

    /// The id of the row that has these values, which are unique; made when there is none.
    fn upsert(&mut self, upsert: Upsert, values: &[Value<'_>]) -> Result<i64>;

    /// See [`Store::rest`].
    fn rest(&mut self) -> Result<()>;

    /// Gives back room after a purge, unless others are in the way.
    fn shrink(&mut self) -> Result<()>;
}

/// The rows that [`Database::upsert`] finds or makes. They are never deleted.
#[derive(Clone, Copy)]
pub(super) enum Upsert {
    /// By `url`.
    Endpoint,
    /// By `endpoint`, `public_key`.
    Account,
}

/// A SELECT that locks the rows it finds, where rows are locked.
macro_rules! locking {
    ($database:ident, $sql:literal) => {
        if $database::LOCKS_ROWS {
            concat!($sql, " FOR UPDATE")
        } else {
            $sql
        }
    };
}

/// A SELECT that locks the rows it finds and passes over those that are locked.
macro_rules! skipping {
    ($database:ident, $sql:literal) => {
        if $database::LOCKS_ROWS {
            concat!($sql, " FOR UPDATE SKIP LOCKED")
        } else {
            $sql
        }
    };
}

/// The store.
pub(super) struct Sql<D> {
    database: D,
    /// Endpoint, public key, ids of endpoint and account. They are never deleted.
    known: Vec<(String, Vec<u8>, i64, i64)>,
}

impl<D: Database> Sql<D> {
    pub(super) fn new(database: D) -> Self {
        Self {
            database,
            known: Vec::new(),
        }
    }

    /// The ids of an endpoint and of an account with it.
    fn account(&mut self, update: &Update<'_>) -> Result<(i64, i64)> {
        let known = self.known.iter().find(|(endpoint, public_key, ..)| {
            endpoint == update.endpoint && public_key == update.public_key
        });
        if let Some((_, _, endpoint, account)) = known {
            return Ok((*endpoint, *account));
        }
        let (endpoint, account) = self.database.transaction(false, |db| {
            let endpoint = db.upsert(Upsert::Endpoint, &[Value::Text(update.endpoint)])?;
            let account = db.upsert(
                Upsert::Account,
                &[Value::Int(endpoint), Value::Bytes(update.public_key)],
            )?;
            Ok((endpoint, account))
        })?;
        if self.known.len() == KNOWN_LIMIT {
            self.known.clear();
        }
        let (url, public_key) = (update.endpoint.to_owned(), update.public_key.to_owned());
        self.known.push((url, public_key, endpoint, account));
        Ok((endpoint, account))
    }

    fn times(&mut self) -> Result<Vec<Times>> {
        let rows = self.database.query(
            "SELECT e.due, a.due, a.public_key, (SELECT MIN(o.due) FROM spread_orders o WHERE \
             o.account = a.id AND o.due IS NOT NULL), (SELECT MAX(o.due) FROM spread_orders o WHERE \
             o.account = a.id) FROM spread_accounts a JOIN spread_endpoints e ON e.id = a.endpoint",
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
}

/// When something happens to the orders of an account.
struct Times {
    public_key: Vec<u8>,
    /// The first may be claimed; nothing when there is none.
    due: Option<Millis>,
    /// The last time that stands on one of them, or on a gate.
    last: Millis,
}

impl<D: Database> Store for Sql<D> {
    fn now(&mut self) -> Result<Millis> {
        self.database.now()
    }

    fn enqueue(
        &mut self,
        update: &Update<'_>,
        term: Option<Term>,
        now: Millis,
    ) -> Result<Option<Lease>> {
        let (endpoint, account) = self.account(update)?;
        let order = order_number(account, update, now);
        let term = term.map(|term| term.within_reach(now));
        // What is sent at once is promised only when that has failed: see `settle`.
        let lease = self.database.transaction(term.is_none(), |db| {
            let first = match term {
                Some(term) => (term.until, Some(term.token)),
                None => (now, None),
            };
            let free = place(db, account, order, first)?;
            let record = db.insert(
                "INSERT INTO spread_records (parent, order_id, state, accepted, since, attempts, status, note, \
                 body) VALUES (?, ?, 0, ?, ?, 0, 0, '', ?)",
                &[
                    Value::Int(order),
                    Value::Bytes(update.order_id),
                    Value::Int(now),
                    Value::Int(now),
                    Value::Bytes(update.body),
                ],
            )?;
            Ok(term.filter(|_| free).map(|term| Lease {
                record,
                order,
                account,
                endpoint,
                token: term.token,
                probe: false,
            }))
        })?;
        // Kept behind an earlier update, which is a promise after all. Should the disk not confirm it, it is
        // kept all the same: to be told otherwise, the caller would send it, before the earlier one.
        if D::PROMISES && term.is_some() && lease.is_none() {
            let promised = self.database.transaction(true, |db| {
                db.execute(
                    "UPDATE spread_accounts SET public_key = public_key WHERE id = ?",
                    &[Value::Int(account)],
                )
            });
            if let Err(lost @ StoreError::Lost(_)) = promised {
                return Err(lost);
            }
        }
        Ok(lease)
    }

    fn claim(&mut self, wanted: &Wanted<'_>, now: Millis) -> Result<Claims> {
        let wanted = &Wanted {
            term: wanted.term.within_reach(now),
            ..*wanted
        };
        // Without a transaction first: an idle worker writes nothing.
        let times = self.times()?;
        if times.iter().any(|times| times.last > now + FARTHEST) {
            self.database.transaction(false, |db| set_back(db, now))?;
        }
        let due = |times: &Times| {
            times.due.is_some_and(|due| due <= now)
                && wanted.public_keys.contains(&times.public_key)
        };
        if !times.iter().any(due) {
            return Ok(Claims::default());
        }
        self.database.transaction(false, |db| {
            let mut claims = Claims::default();
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
        })
    }

    fn settle(&mut self, settled: &[Settled], policy: &Policy, now: Millis) -> Result<Vec<bool>> {
        // In one order everywhere, or two workers could wait for each other.
        let mut by_order: Vec<usize> = (0..settled.len()).collect();
        by_order.sort_by_key(|&index| settled.get(index).map(|settled| settled.lease.order));
        let promise = settled
            .iter()
            .any(|settled| !matches!(settled.outcome, Outcome::Delivered));
        self.database.transaction(promise, |db| {
            let mut ends = vec![None; settled.len()];
            for &index in &by_order {
                if let (Some(settled), Some(end)) = (settled.get(index), ends.get_mut(index)) {
                    *end = settle_record(db, settled, policy, now)?;
                }
            }
            for (settled, end) in settled.iter().zip(&ends) {
                if let Some(end) = end {
                    settle_gates(db, settled, *end, policy, now)?;
                }
            }
            Ok(ends.iter().map(Option::is_some).collect())
        })
    }

    fn expire(&mut self, oldest: Millis, now: Millis) -> Result<u64> {
        // Ids grow with time: when the first records are not too old, none is.
        let first = self.database.query(
            "SELECT id, parent, since FROM spread_records WHERE state = 0 ORDER BY id LIMIT ?",
            &[Value::Int(BATCH)],
        )?;
        let old = first.iter().filter(|row| row.int(2) < oldest);
        let mut old: Vec<(i64, i64)> = old.map(|row| (row.int(1), row.int(0))).collect();
        if old.is_empty() {
            return Ok(0);
        }
        old.sort_unstable();
        self.database.transaction(false, |db| {
            let mut expired = 0;
            for &(order, id) in &old {
                if lock(db, order)?.is_none_or(|order| order.in_flight(now)) {
                    continue;
                }
                expired += db.execute(
                    "UPDATE spread_records SET state = 2 WHERE id = ? AND state = 0 AND since < ?",
                    &[Value::Int(id), Value::Int(oldest)],
                )?;
                tidy(db, order, None)?;
            }
            Ok(expired)
        })
    }

    fn next_due(&mut self, public_keys: &[Vec<u8>]) -> Result<Option<Millis>> {
        let known = |times: &Times| public_keys.contains(&times.public_key);
        let times = self.times()?.into_iter().filter(known);
        Ok(times.filter_map(|times| times.due).min())
    }

    fn counts(&mut self, now: Millis) -> Result<Counts> {
        let mut counts = Counts::default();
        let all = self
            .database
            .query("SELECT COUNT(*) FROM spread_records", &[])?;
        let aside = self.database.query(
            "SELECT state, COUNT(*) FROM spread_records WHERE state <> 0 GROUP BY state",
            &[],
        )?;
        for row in aside {
            match State::from_number(row.int(0)) {
                State::Waiting => {}
                State::Refused => counts.refused = row.count(1),
                State::Expired => counts.expired = row.count(1),
            }
        }
        let all = all.first().map_or(0, |row| row.count(0));
        counts.waiting = all.saturating_sub(counts.refused + counts.expired);
        let oldest = self.database.query(
            "SELECT accepted FROM spread_records WHERE state = 0 ORDER BY id LIMIT 1",
            &[],
        )?;
        counts.oldest = oldest.first().and_then(|row| row.maybe_int(0));
        let leased = self.database.query(
            "SELECT COUNT(*) FROM spread_orders WHERE token IS NOT NULL AND due > ?",
            &[Value::Int(now)],
        )?;
        counts.in_flight = leased.first().map_or(0, |row| row.count(0));
        Ok(counts)
    }

    fn accounts(&mut self, now: Millis) -> Result<Vec<Account>> {
        let rows = self.database.query(
            "SELECT e.url, a.public_key, e.due, a.due, (SELECT COUNT(*) FROM spread_orders o WHERE \
             o.account = a.id AND o.due IS NOT NULL) FROM spread_accounts a JOIN spread_endpoints e ON \
             e.id = a.endpoint ORDER BY e.url, a.public_key",
            &[],
        )?;
        let down = |due: Millis| (due != 0).then(|| due.max(now));
        Ok(rows
            .into_iter()
            .map(|mut row| Account {
                endpoint: row.text(0),
                public_key: row.bytes(1),
                endpoint_down_until: down(row.int(2)),
                keys_down_until: down(row.int(3)),
                orders: row.count(4),
            })
            .collect())
    }

    fn list(&mut self, filter: &Filter<'_>, now: Millis) -> Result<Vec<Record>> {
        macro_rules! select {
            ($where:literal) => {
                concat!(
                    "SELECT r.id, r.state, e.url, a.public_key, r.order_id, r.accepted, o.due, o.token, \
                     r.attempts, r.status, r.note, LENGTH(r.body), (SELECT MIN(h.id) FROM spread_records h \
                     WHERE h.parent = o.id AND h.state = 0) FROM spread_records r JOIN spread_orders o ON \
                     o.id = r.parent JOIN spread_accounts a ON a.id = o.account JOIN spread_endpoints e ON \
                     e.id = a.endpoint WHERE r.id > ?",
                    $where,
                    " ORDER BY r.id LIMIT ?"
                )
            };
        }
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let (after, limit) = (Value::Int(filter.after), Value::Int(limit));
        let Some(order_id) = filter.order_id else {
            let rows = match filter.state {
                None => self.database.query(select!(""), &[after, limit]),
                Some(State::Waiting) => self
                    .database
                    .query(select!(" AND r.state = 0"), &[after, limit]),
                Some(state) => self.database.query(
                    select!(" AND r.state <> 0 AND r.state = ?"),
                    &[after, Value::Int(state as i64), limit],
                ),
            }?;
            return Ok(rows.into_iter().map(|row| record(row, now)).collect());
        };
        let update = Update {
            endpoint: "",
            public_key: b"",
            order_id,
            body: b"",
        };
        let accounts = self.database.query("SELECT id FROM spread_accounts", &[])?;
        let mut records = Vec::new();
        for account in accounts {
            let order = order_number(account.int(0), &update, now);
            let rows = self.database.query(
                select!(" AND r.parent = ?"),
                &[after, Value::Int(order), limit],
            )?;
            records.extend(rows.into_iter().map(|row| record(row, now)));
        }
        records.retain(|record| {
            record.order_id == order_id && filter.state.is_none_or(|state| record.state == state)
        });
        records.sort_by_key(|record| record.id);
        records.truncate(filter.limit);
        Ok(records)
    }

    fn body(&mut self, id: i64) -> Result<Option<Vec<u8>>> {
        let rows = self.database.query(
            "SELECT body FROM spread_records WHERE id = ?",
            &[Value::Int(id)],
        )?;
        Ok(rows.into_iter().next().map(|mut row| row.bytes(0)))
    }

    fn retry(&mut self, id: i64, force: bool, now: Millis) -> Result<Change> {
        self.database.transaction(true, |db| {
            let Some((order, locked, state)) = lock_of(db, id)? else {
                return Ok(Change::NotFound);
            };
            if locked.in_flight(now) {
                return Ok(Change::InFlight);
            }
            if state != State::Waiting && locked.delivered > id && !force {
                return Ok(Change::Overtaken);
            }
            db.execute(
                "UPDATE spread_records SET state = 0, since = ?, attempts = 0 WHERE id = ?",
                &[Value::Int(now), Value::Int(id)],
            )?;
            schedule(db, order, Some(now), None)?;
            db.execute(
                "UPDATE spread_accounts SET due = 0, failures = 0 WHERE id = ?",
                &[Value::Int(locked.account)],
            )?;
            db.execute(
                "UPDATE spread_endpoints SET due = 0, failures = 0 WHERE id = \
                 (SELECT endpoint FROM spread_accounts WHERE id = ?)",
                &[Value::Int(locked.account)],
            )?;
            Ok(Change::Done)
        })
    }

    fn discard(&mut self, id: i64, now: Millis) -> Result<Change> {
        self.database.transaction(false, |db| {
            let Some((order, locked, state)) = lock_of(db, id)? else {
                return Ok(Change::NotFound);
            };
            if state == State::Waiting && locked.in_flight(now) {
                return Ok(Change::InFlight);
            }
            delete(db, id)?;
            tidy(db, order, None)?;
            Ok(Change::Done)
        })
    }

    fn purge(&mut self, state: State, before: Millis, _: Millis) -> Result<u64> {
        if state == State::Waiting {
            return Ok(0);
        }
        let mut purged = 0;
        loop {
            let old = self.database.query(
                "SELECT id, parent FROM spread_records WHERE state <> 0 AND state = ? AND accepted < ? \
                 ORDER BY id LIMIT ?",
                &[
                    Value::Int(state as i64),
                    Value::Int(before),
                    Value::Int(BATCH),
                ],
            )?;
            if old.is_empty() {
                break;
            }
            let mut old: Vec<(i64, i64)> = old.iter().map(|row| (row.int(1), row.int(0))).collect();
            old.sort_unstable();
            purged += self.database.transaction(false, |db| {
                let mut deleted = 0;
                for &(order, id) in &old {
                    lock(db, order)?;
                    deleted += db.execute(
                        "DELETE FROM spread_records WHERE id = ? AND state <> 0",
                        &[Value::Int(id)],
                    )?;
                    tidy(db, order, None)?;
                }
                Ok(deleted)
            })?;
        }
        if purged > 0 {
            self.database.shrink()?;
        }
        Ok(purged)
    }

    fn rest(&mut self) -> Result<()> {
        self.database.rest()
    }
}

/// A row of [`Store::list`].
fn record(mut row: Row, now: Millis) -> Record {
    let state = State::from_number(row.int(1));
    let waiting = state == State::Waiting;
    let head = row.maybe_int(12) == Some(row.int(0));
    let leased = row.maybe_int(7).is_some() && row.int(6) > now;
    Record {
        id: row.int(0),
        state,
        in_flight: waiting && head && leased,
        endpoint: row.text(2),
        public_key: row.bytes(3),
        order_id: row.bytes(4),
        accepted: row.int(5),
        due: row.maybe_int(6).filter(|_| waiting),
        attempts: u32::try_from(row.int(8)).unwrap_or(0),
        note: Note {
            status: u16::try_from(row.int(9)).unwrap_or(0),
            sentence: row.text(10),
        },
        size: row.count(11),
    }
}

/// The id of an order's row. An update without order id is an order of its own; the same one, in the same
/// millisecond, may be taken for that.
fn order_number(account: i64, update: &Update<'_>, now: Millis) -> i64 {
    let mut digest = Sha256::new_with_prefix(account.to_be_bytes());
    if update.order_id.is_empty() {
        digest.update(b"at");
        digest.update(now.to_be_bytes());
        digest.update(update.body);
    } else {
        digest.update(b"id");
        digest.update(update.order_id);
    }
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) & i64::MAX
}

/// Makes or finds the row of an order that gets another update. Whether that is the only one that waits or
/// is in flight: then the order is due, or leased, as `first` says. Locked.
fn place<D: Database>(
    db: &mut D,
    account: i64,
    order: i64,
    first: (Millis, Option<Token>),
) -> Result<bool> {
    if D::LOCKS_ROWS {
        // Found or made, the row is locked from here on.
        db.execute(
            "INSERT INTO spread_orders (id, account) VALUES (?, ?) ON DUPLICATE KEY UPDATE account = account",
            &[Value::Int(order), Value::Int(account)],
        )?;
    }
    let rows = db.query(
        "SELECT due FROM spread_orders WHERE id = ?",
        &[Value::Int(order)],
    )?;
    let Some(row) = rows.first() else {
        db.execute(
            "INSERT INTO spread_orders (id, account, due, token) VALUES (?, ?, ?, ?)",
            &[
                Value::Int(order),
                Value::Int(account),
                Value::Int(first.0),
                maybe(first.1),
            ],
        )?;
        return Ok(true);
    };
    let free = row.maybe_int(0).is_none();
    if free {
        schedule(db, order, Some(first.0), first.1)?;
    }
    Ok(free)
}

fn maybe(number: Option<i64>) -> Value<'static> {
    number.map_or(Value::Null, Value::Int)
}

/// An order's row.
struct Order {
    account: i64,
    due: Option<Millis>,
    token: Option<i64>,
    /// The newest record that was delivered, as long as an older one is set aside.
    delivered: i64,
}

impl Order {
    fn in_flight(&self, now: Millis) -> bool {
        self.token.is_some() && self.due.is_some_and(|end| end > now)
    }
}

fn lock<D: Database>(db: &mut D, order: i64) -> Result<Option<Order>> {
    let rows = db.query(
        locking!(
            D,
            "SELECT account, due, token, delivered FROM spread_orders WHERE id = ?"
        ),
        &[Value::Int(order)],
    )?;
    Ok(rows.first().map(|row| Order {
        account: row.int(0),
        due: row.maybe_int(1),
        token: row.maybe_int(2),
        delivered: row.int(3),
    }))
}

fn schedule<D: Database>(
    db: &mut D,
    order: i64,
    due: Option<Millis>,
    token: Option<i64>,
) -> Result<()> {
    db.execute(
        "UPDATE spread_orders SET due = ?, token = ? WHERE id = ?",
        &[maybe(due), maybe(token), Value::Int(order)],
    )?;
    Ok(())
}

/// The order of a record, locked, and the state that the record has then.
fn lock_of<D: Database>(db: &mut D, id: i64) -> Result<Option<(i64, Order, State)>> {
    let Some((order, _)) = parent(db, id)? else {
        return Ok(None);
    };
    let locked = lock(db, order)?;
    let after = parent(db, id)?;
    Ok(locked
        .zip(after)
        .map(|(locked, (_, state))| (order, locked, state)))
}

/// The order and the state of a record.
fn parent<D: Database>(db: &mut D, id: i64) -> Result<Option<(i64, State)>> {
    let rows = db.query(
        "SELECT parent, state FROM spread_records WHERE id = ?",
        &[Value::Int(id)],
    )?;
    Ok(rows
        .first()
        .map(|row| (row.int(0), State::from_number(row.int(1)))))
}

fn delete<D: Database>(db: &mut D, id: i64) -> Result<()> {
    db.execute("DELETE FROM spread_records WHERE id = ?", &[Value::Int(id)])?;
    Ok(())
}

/// Brings an order's row up to date after one of its records has left the waiting ones: due at `next`
/// for the next one (unchanged when that is nothing), not due when none waits, gone with its last
/// record.
fn tidy<D: Database>(db: &mut D, order: i64, next: Option<Millis>) -> Result<Left> {
    let rows = db.query(
        "SELECT state FROM spread_records WHERE parent = ? ORDER BY state LIMIT 1",
        &[Value::Int(order)],
    )?;
    Ok(
        match rows.first().map(|row| State::from_number(row.int(0))) {
            Some(State::Waiting) => {
                if next.is_some() {
                    schedule(db, order, next, None)?;
                }
                Left::Waiting
            }
            Some(_) => {
                schedule(db, order, None, None)?;
                Left::SetAside
            }
            None => {
                db.execute(
                    "DELETE FROM spread_orders WHERE id = ?",
                    &[Value::Int(order)],
                )?;
                Left::Nothing
            }
        },
    )
}

/// What is left of an order.
#[derive(PartialEq)]
enum Left {
    Waiting,
    SetAside,
    Nothing,
}

/// The clock was set back: what is due farther ahead than anything can be is due soon. Gates a little later
/// than leases: a lease and a gate that end together are a probe's, and these are not.
fn set_back<D: Database>(db: &mut D, now: Millis) -> Result<()> {
    let (soon, far) = (Value::Int(now + SETTLED_CLOCK), Value::Int(now + FARTHEST));
    for account in db.query("SELECT id FROM spread_accounts ORDER BY id", &[])? {
        db.execute(
            "UPDATE spread_orders SET due = ? WHERE account = ? AND due > ?",
            &[soon, Value::Int(account.int(0)), far],
        )?;
    }
    let later = Value::Int(now + SETTLED_CLOCK + 1);
    for gates in [
        "UPDATE spread_endpoints SET due = ? WHERE due > ?",
        "UPDATE spread_accounts SET due = ? WHERE due > ?",
    ] {
        db.execute(gates, &[later, far])?;
    }
    Ok(())
}

/// An account with its gates.
struct Gated {
    account: i64,
    endpoint: i64,
    url: String,
    public_key: Vec<u8>,
    of_endpoint: Gate,
    of_account: Gate,
}

fn gated<D: Database>(db: &mut D) -> Result<Vec<Gated>> {
    let rows = db.query(
        "SELECT a.id, e.id, e.url, a.public_key, e.failures, e.failed_order, e.due, a.failures, \
         a.failed_order, a.due FROM spread_accounts a JOIN spread_endpoints e ON e.id = a.endpoint \
         ORDER BY a.id",
        &[],
    )?;
    Ok(rows
        .into_iter()
        .map(|mut row| Gated {
            account: row.int(0),
            endpoint: row.int(1),
            url: row.text(2),
            public_key: row.bytes(3),
            of_endpoint: gate(&row, 4),
            of_account: gate(&row, 7),
        })
        .collect())
}

fn gate(row: &Row, first: usize) -> Gate {
    Gate {
        failures: u32::try_from(row.int(first)).unwrap_or(u32::MAX),
        order: row.int(first + 1),
        due: row.int(first + 2),
    }
}

/// Leases up to `limit` due heads of one account; how many.
fn claim_from<D: Database>(
    db: &mut D,
    known: &Gated,
    limit: usize,
    wanted: &Wanted<'_>,
    now: Millis,
    claims: &mut Claims,
) -> Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let orders = db.query(
        skipping!(
            D,
            "SELECT id FROM spread_orders WHERE account = ? AND due <= ? ORDER BY due LIMIT ?"
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
        let Some(mut head) = head(db, order, wanted.oldest, &mut claims.expired)? else {
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

/// The first record of an order that waits and is not too old; those that are, are set aside.
fn head<D: Database>(
    db: &mut D,
    order: i64,
    oldest: Millis,
    expired: &mut u64,
) -> Result<Option<Row>> {
    loop {
        let rows = db.query(
            "SELECT id, attempts, body, since, order_id FROM spread_records WHERE parent = ? AND state = 0 \
             ORDER BY id LIMIT 1",
            &[Value::Int(order)],
        )?;
        let Some(row) = rows.into_iter().next() else {
            tidy(db, order, None)?;
            return Ok(None);
        };
        if row.int(3) >= oldest {
            return Ok(Some(row));
        }
        db.execute(
            "UPDATE spread_records SET state = 2 WHERE id = ?",
            &[Value::Int(row.int(0))],
        )?;
        *expired += 1;
    }
}

/// Where a gate is down: takes the turn of the one record that may go out until `term` ends. No when
/// another worker was faster: then no turn is taken.
fn take_turn<D: Database>(db: &mut D, known: &Gated, term: Term) -> Result<bool> {
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
            "UPDATE spread_accounts SET due = ? WHERE id = ?",
            &turn(known.account),
        )?;
    }
    Ok(true)
}

/// The gates of an account's endpoint and of its keys. Locked.
fn gates<D: Database>(db: &mut D, account: i64) -> Result<Option<(Gate, Gate)>> {
    let rows = db.query(
        locking!(
            D,
            "SELECT e.failures, e.failed_order, e.due, a.failures, a.failed_order, a.due \
             FROM spread_accounts a JOIN spread_endpoints e ON e.id = a.endpoint WHERE a.id = ?"
        ),
        &[Value::Int(account)],
    )?;
    Ok(rows.first().map(|row| (gate(row, 0), gate(row, 3))))
}

/// Ends one lease; when it would have ended, if it was still the order's.
fn settle_record<D: Database>(
    db: &mut D,
    settled: &Settled,
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
            if tidy(db, lease.order, Some(now))? != Left::Nothing {
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
                "UPDATE spread_records SET state = 1, attempts = attempts + 1, status = ?, note = ? \
                 WHERE id = ?",
                &[
                    Value::Int(i64::from(note.status)),
                    Value::Text(&note.sentence),
                    Value::Int(lease.record),
                ],
            )?;
            tidy(db, lease.order, Some(now))?;
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
                Fault::Endpoint {
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
fn settle_gates<D: Database>(
    db: &mut D,
    settled: &Settled,
    end: Millis,
    policy: &Policy,
    now: Millis,
) -> Result<()> {
    let lease = settled.lease;
    let (endpoint, account) = match settled.outcome {
        Outcome::Released => (Shown::Nothing, Shown::Nothing),
        Outcome::Delivered | Outcome::Refused(_) => (Shown::Up, Shown::Up),
        Outcome::Failed { fault, .. } => match fault {
            Fault::Order => (Shown::Up, Shown::Up),
            Fault::Account => (Shown::Up, Shown::Down { retry_after: None }),
            Fault::Endpoint { retry_after } => (Shown::Down { retry_after }, Shown::Nothing),
        },
    };
    let seen = |shown, gate: Gate| Seen {
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
            "UPDATE spread_accounts SET failures = ?, failed_order = ?, due = ? WHERE id = ?",
            &gate_values(after, lease.account),
        )?;
    }
    Ok(())
}

fn gate_values(gate: Gate, id: i64) -> [Value<'static>; 4] {
    [
        Value::Int(i64::from(gate.failures)),
        Value::Int(gate.order),
        Value::Int(gate.due),
        Value::Int(id),
    ]
}

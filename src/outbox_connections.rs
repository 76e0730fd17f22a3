//! A PHP process's connections to the outbox, a few for each thread.
//!
//! A connection is opened when a call needs it, and kept; one to a server until the request ends, because a
//! web server's process may then be idle for long, and the shop needs the server's connections. Beside it
//! stands what could not be written into the outbox: it is written before the next use, at the end of the
//! request or at the end of the process.
//!
//! Before a fork the forking thread closes its SQLite connections: SQLite's locks belong to the process, and
//! a child that used or closed an inherited file would release the parent's locks. A child forgets all
//! others (`ProcessOwned`).

use std::cell::Cell;
use std::mem;
use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::ClientConfig;
use client::error::Error;
use client::process_owned::ProcessOwned;
use outbox::call::{self, CallOutcome, Delivery, Incomplete};
use outbox::clock::Millis;
use outbox::store::{Claimed, Update};
use outbox::unwritten::Unwritten;
use outbox::{Address, Opening, Store, StoreError, Timeout, entropy, open};

use crate::{backlog, zend};

/// Maximum number of connections of one thread. A shop has one outbox.
const LIMIT: usize = 4;

/// An open outbox.
struct Connection {
    address: Address,
    store: Box<dyn Store + Send>,
}

/// How long the end of a request waits for a locked or unresponsive outbox.
const REQUEST_END: Duration = Duration::from_millis(250);
/// The same of the end of the process: there is no later opportunity.
const PROCESS_END: Duration = Duration::from_secs(2);

/// What could not be written into each outbox.
type UnwrittenOf = Vec<(Address, Unwritten)>;

thread_local! {
    static UNWRITTEN: Cell<Option<ProcessOwned<UnwrittenOf>>> = const { Cell::new(None) };
    static IDLE: Cell<Vec<ProcessOwned<Connection>>> = const { Cell::new(Vec::new()) };
}

/// This thread's idle connections, taken out of their slot. Those of a parent are forgotten.
fn take_idle() -> Vec<Connection> {
    let idle = IDLE.take().into_iter();
    idle.filter_map(ProcessOwned::into_owned).collect()
}

fn set_idle(idle: Vec<Connection>) {
    IDLE.set(idle.into_iter().map(ProcessOwned::new).collect());
}

/// This thread's notes, taken out of their slot. The parent writes its own.
fn take_unwritten() -> UnwrittenOf {
    let unwritten = UNWRITTEN.take().and_then(ProcessOwned::into_owned);
    unwritten.unwrap_or_default()
}

/// Runs `work` with the notes for one outbox.
fn with_unwritten<T>(address: &Address, work: impl FnOnce(&mut Unwritten) -> T) -> T {
    let mut all = take_unwritten();
    let known = all.iter().position(|(known, _)| known == address);
    let (address, mut unwritten) = match known {
        Some(index) => all.swap_remove(index),
        None => (address.clone(), Unwritten::default()),
    };
    let result = work(&mut unwritten);
    if !unwritten.is_empty() {
        all.push((address, unwritten));
    }
    if !all.is_empty() {
        UNWRITTEN.set(Some(ProcessOwned::new(all)));
    }
    result
}

/// Remembers that an update was delivered without the outbox, by a call that began at `begun`.
pub(crate) fn delivered_without(address: &Address, update: &Update<'_>, begun: Instant) {
    with_unwritten(address, |unwritten| {
        unwritten.delivered(address, update, begun)
    });
}

/// MSHUTDOWN. The last connection to an SQLite file that is closed removes what was delivered from it. That is
/// not left to the destructors of this thread: with musl they do not run at the end of a process.
pub(crate) fn end_process() {
    write_unwritten(PROCESS_END);
    drop(take_idle());
}

/// Writes what could not be written. What still cannot be is kept.
fn write_unwritten(timeout: Duration) {
    let all = take_unwritten();
    if all.is_empty() {
        return;
    }
    let addresses: Vec<Address> = all.iter().map(|(address, _)| address.clone()).collect();
    UNWRITTEN.set(Some(ProcessOwned::new(all)));
    for address in addresses {
        let timeout = Timeout::Until(Instant::now() + timeout);
        let _ = with(&address, timeout, |_, _| Ok(()));
    }
}

/// Runs in the thread that is about to fork.
extern "C" fn close_before_fork() {
    let mut idle = take_idle();
    idle.retain(|connection| !matches!(connection.address, Address::Sqlite { .. }));
    set_idle(idle);
}

/// Gives the connections to servers back.
fn close_servers() {
    let mut idle = take_idle();
    idle.retain(|connection| matches!(connection.address, Address::Sqlite { .. }));
    set_idle(idle);
}

/// RSHUTDOWN.
pub(crate) fn end_request() {
    write_unwritten(REQUEST_END);
    close_servers();
}

/// The connection to `address`, opened when there is none. It is taken out of its slot while in use: if
/// the call ends early, the next one opens another.
fn take(address: &Address, timeout: Timeout) -> Result<Connection, StoreError> {
    let mut idle = take_idle();
    let found = idle
        .iter()
        .position(|connection| connection.address == *address);
    let found = found.map(|index| idle.swap_remove(index));
    if idle.len() == LIMIT {
        idle.remove(0);
    }
    set_idle(idle);
    if let Some(mut connection) = found {
        connection.store.set_timeout(timeout);
        return Ok(connection);
    }
    zend::before_fork(close_before_fork);
    let opening = Opening {
        timeout,
        create: true,
    };
    // The server may have no connection left because this thread holds one.
    let store = open(address, opening).inspect_err(|_| close_servers())?;
    Ok(Connection {
        address: address.clone(),
        store,
    })
}

fn put_back(connection: Connection) {
    let mut idle = take_idle();
    idle.push(connection);
    set_idle(idle);
}

/// Timeout of each operation of a drain.
pub(crate) fn of_drain(config: &ClientConfig) -> Timeout {
    Timeout::Each(config.connect_timeout.min(config.timeout / 4))
}

/// Half of a call's time is for the database: the other half is left to send the order without the outbox.
fn half_of(timeout: Duration) -> Timeout {
    Timeout::Until(Instant::now() + timeout / 2)
}

/// Writes what could not be written before, then does `work` on the outbox. Does it once more on a new
/// connection when the SQLite file was moved or replaced, in which case nothing was done.
///
/// # Errors
/// When the outbox cannot be opened or written, and those of `work`.
pub(crate) fn with<T>(
    address: &Address,
    timeout: Timeout,
    mut work: impl FnMut(&mut dyn Store, &mut Unwritten) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut again = matches!(address, Address::Sqlite { .. });
    loop {
        let mut connection = take(address, timeout)?;
        let store = connection.store.as_mut();
        let outcome = with_unwritten(address, |unwritten| {
            let begun = Instant::now();
            if let Err(error) = unwritten.write(store)
                && (begun.elapsed() >= timeout.left() || matches!(error, StoreError::Lost(_)))
            {
                return Err(error);
            }
            // What failed at once may be about the note alone.
            work(store, unwritten)
        });
        match outcome {
            Err(StoreError::Lost(_)) if mem::take(&mut again) => {}
            Err(lost @ StoreError::Lost(_)) => return Err(lost),
            outcome => {
                put_back(connection);
                return outcome;
            }
        }
    }
}

/// Stores an update durably, to be sent later. Returns when it was accepted. Does not call Zend.
///
/// # Errors
/// When the update could not be stored.
pub(crate) fn record(
    address: &Address,
    config: &ClientConfig,
    update: &Update<'_>,
) -> Result<Millis, StoreError> {
    with(address, half_of(config.timeout), |store, _| {
        call::record(store, update)
    })
}

/// Sends the first pending update of an order that was stored at `accepted`, within `limit`; see [`call::send_recorded`].
///
/// # Errors
/// When the outbox fails before the attempt.
pub(crate) fn send_recorded(
    address: &Address,
    update: &Update<'_>,
    mut accepted: Millis,
    limit: Duration,
    mut send: impl FnMut(&Claimed, Duration) -> Result<Answer, Error>,
) -> Result<Option<CallOutcome>, StoreError> {
    let deadline = Instant::now() + limit;
    let entropy = entropy::draw();
    let mut is_gone = false;
    zend::with_signals_blocked(|| {
        let outcome = with(address, half_of(limit), |store, unwritten| {
            if is_gone {
                accepted = call::record(store, update)?;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let outcome =
                call::send_recorded(store, unwritten, update, accepted, left, entropy, &mut send);
            is_gone = matches!(outcome, Err(StoreError::Lost(_)));
            outcome
        })?;
        Ok(outcome.map(|outcome| keep_again(address, update, deadline, outcome)))
    })
}

/// Stores an update and, with direct delivery, sends it, within `config.timeout`. Returns the age of the
/// oldest pending record as well, when it is to be logged. Does not call Zend.
///
/// Half of that time is for the database, from opening it to the order's lease: the other half is left to
/// send the order without the outbox.
///
/// # Errors
/// When the update could not be stored. It was not sent then.
pub(crate) fn update(
    address: &Address,
    delivery: Delivery,
    config: &ClientConfig,
    update: &Update<'_>,
    mut send: impl FnMut(Duration) -> Result<Answer, Error>,
) -> Result<(CallOutcome, Option<Duration>), StoreError> {
    let begun = Instant::now();
    let entropy = entropy::draw();
    let (outcome, age) = with(address, half_of(config.timeout), |store, unwritten| {
        let left = config.timeout.saturating_sub(begun.elapsed());
        let outcome = call::update(store, unwritten, update, delivery, left, entropy, &mut send)?;
        let has_time = begun.elapsed() < config.timeout / 2;
        let age = (matches!(outcome, CallOutcome::Queued) && has_time)
            .then(|| backlog::age_to_log(address, store));
        Ok((outcome, age.flatten()))
    })?;
    let deadline = begun + config.timeout;
    let outcome = keep_again(address, update, deadline, outcome);
    Ok((outcome, age))
}

/// Stores an update again when its attempt has failed and its record is gone with its file. Not when the process was stopped for so long that newer updates may have gone out
/// meanwhile.
fn keep_again(
    address: &Address,
    update: &Update<'_>,
    deadline: Instant,
    outcome: CallOutcome,
) -> CallOutcome {
    let (error, reason) = match outcome {
        CallOutcome::Failed {
            error,
            incomplete: Some(Incomplete::Store(reason @ StoreError::Lost(_))),
        } => (error, reason),
        outcome => return outcome,
    };
    if Instant::now() >= deadline + call::LEASE_MARGIN {
        return CallOutcome::Lost { error, reason };
    }
    // The attempt may have used up the timeout; a new file is there at once, or not at all.
    let rest = deadline.max(Instant::now() + REQUEST_END);
    match with(address, Timeout::Until(rest), |store, _| {
        call::record(store, update)
    }) {
        Ok(_) => CallOutcome::Failed {
            error,
            incomplete: None,
        },
        Err(reason) => CallOutcome::Lost { error, reason },
    }
}

//! A PHP process's connections to the outbox, a few for each thread.
//!
//! A connection is opened when a call needs it, and kept. Before a fork the forking thread closes its
//! SQLite connections: SQLite's locks belong to the process, and a child that used or closed an
//! inherited file would release the parent's locks. A child forgets all others (`ProcessOwned`).

use std::cell::Cell;
use std::mem;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::{ClientConfig, Destination};
use client::error::{Error, Kind, OrderName};
use client::process_owned::ProcessOwned;
use outbox::backlog::Backlog;
use outbox::call::{self, CallOutcome, Delivery};
use outbox::store::Update;
use outbox::{Address, Opening, Store, StoreError, entropy, open};
use settings::{ErrorMode, OutboxSetting, Report};

use crate::ini::{self, Loaded};
use crate::{exceptions, zend};

/// Maximum number of connections of one thread. A shop has one outbox.
const LIMIT: usize = 4;

/// An open outbox.
struct Connection {
    address: Address,
    timeout: Duration,
    store: Box<dyn Store + Send>,
}

thread_local! {
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

/// Runs in the thread that is about to fork.
extern "C" fn close_before_fork() {
    let mut idle = take_idle();
    idle.retain(|connection| !matches!(connection.address, Address::Sqlite { .. }));
    set_idle(idle);
}

/// The connection to `address`, opened when there is none. It is taken out of its slot while in use: if
/// the call ends early, the next one opens another.
fn take(address: &Address, timeout: Duration) -> Result<Connection, StoreError> {
    let mut idle = take_idle();
    let found = idle
        .iter()
        .position(|connection| connection.address == *address && connection.timeout == timeout);
    let found = found.map(|index| idle.swap_remove(index));
    if idle.len() == LIMIT {
        idle.remove(0);
    }
    set_idle(idle);
    if let Some(connection) = found {
        return Ok(connection);
    }
    zend::before_fork(close_before_fork);
    let opening = Opening {
        timeout,
        create: true,
    };
    Ok(Connection {
        address: address.clone(),
        timeout,
        store: open(address, opening)?,
    })
}

fn put_back(connection: Connection) {
    let mut idle = take_idle();
    idle.push(connection);
    set_idle(idle);
}

/// Timeout of one operation on the outbox. An unresponsive database costs it twice, on the kept
/// connection and on a new one: half of the call's timeout is left to send the order without the outbox.
fn timeout(config: &ClientConfig) -> Duration {
    config.connect_timeout.min(config.timeout / 4)
}

/// Does `work` on the outbox, and once more on a new connection when the SQLite file was moved or
/// replaced, in which case nothing was done.
///
/// # Errors
/// When the outbox cannot be opened, and those of `work`.
pub(crate) fn with<T>(
    address: &Address,
    config: &ClientConfig,
    mut work: impl FnMut(&mut dyn Store) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut again = matches!(address, Address::Sqlite { .. });
    loop {
        let mut connection = take(address, timeout(config))?;
        match work(connection.store.as_mut()) {
            Err(StoreError::Lost(_)) if mem::take(&mut again) => {}
            Err(lost @ StoreError::Lost(_)) => return Err(lost),
            outcome => {
                put_back(connection);
                return outcome;
            }
        }
    }
}

/// How many outboxes a process remembers to have looked at.
const BACKLOGS_LIMIT: usize = 64;

static BACKLOGS: Mutex<Vec<(Address, Backlog)>> = Mutex::new(Vec::new());

/// The age of the oldest pending record, when it is to be logged. An error does not count: the update is
/// stored.
fn age_to_log(address: &Address, store: &mut dyn Store) -> Option<Duration> {
    // Another thread is looking; or was, when this process was forked.
    let mut backlogs = BACKLOGS.try_lock().ok()?;
    let known = backlogs.iter().position(|(known, _)| known == address);
    let index = known.unwrap_or_else(|| {
        if backlogs.len() == BACKLOGS_LIMIT {
            backlogs.clear();
        }
        backlogs.push((address.clone(), Backlog::default()));
        backlogs.len() - 1
    });
    let (_, backlog) = backlogs.get_mut(index)?;
    backlog.age_to_log(Instant::now(), || {
        let accepted = store.oldest_pending().ok()??;
        let age = store.now().ok()? - accepted;
        Some(Duration::from_millis(u64::try_from(age).unwrap_or(0)))
    })
}

/// Stores an update and, with direct delivery, sends it, within `config.timeout`. Returns the age of the
/// oldest pending record as well, when it is to be logged. Does not call Zend.
///
/// # Errors
/// When the update could not be stored. It was not sent then.
pub(crate) fn update(
    address: &Address,
    delivery: Delivery,
    config: &ClientConfig,
    destination: &Destination,
    order_id: &[u8],
    body: &[u8],
    send: impl FnOnce(Duration) -> Result<Answer, Error>,
) -> Result<(CallOutcome, Option<Duration>), StoreError> {
    let begun = Instant::now();
    let update = Update {
        endpoint: destination.endpoint.as_str(),
        public_key: &destination.keys.public,
        order_id,
        body,
    };
    let entropy = entropy::draw();
    let mut send = Some(send);
    with(address, config, |store| {
        let outcome = call::update(
            store,
            &update,
            delivery,
            config.timeout.saturating_sub(begun.elapsed()),
            entropy,
            |limit| match send.take() {
                Some(send) => send(limit),
                None => Err(Kind::Internal("an order was to be sent twice by one call").into()),
            },
        )?;
        // One more operation, which may reconnect.
        let has_time = begun.elapsed() + timeout(config) * 2 <= config.timeout;
        let age = (matches!(outcome, CallOutcome::Queued) && has_time)
            .then(|| age_to_log(address, store));
        Ok((outcome, age.flatten()))
    })
}

/// The outbox that the settings name. `undone`: see [`Kind::OutboxUnusable`].
///
/// # Errors
/// When they name none.
pub(crate) fn configured<'l>(
    loaded: &'l Loaded,
    undone: &'static str,
) -> Result<&'l Address, Error> {
    match &loaded.outbox {
        OutboxSetting::On(address, _) => Ok(address),
        OutboxSetting::Off => Err(unusable(undone, "spread.outbox is empty".into())),
        OutboxSetting::Invalid(expected) => Err(unusable(
            undone,
            format!("spread.outbox must be {expected}"),
        )),
    }
}

pub(crate) fn unusable(undone: &'static str, reason: String) -> Error {
    Kind::OutboxUnusable { undone, reason }.into()
}

pub(crate) fn failed(undone: &'static str, error: StoreError) -> Error {
    let reason = error.to_string();
    match error {
        StoreError::Open(_) | StoreError::Newer { .. } => unusable(undone, reason),
        StoreError::Lost(_) | StoreError::Failed(_) => Kind::OutboxFailed { undone, reason }.into(),
    }
}

/// Throws the error of a function about the outbox, whatever `spread.error_mode` says.
pub(crate) fn raise(error: Error) {
    let report = Report {
        mode: ErrorMode::Exception,
        ..ini::current().report
    };
    exceptions::raise(error, OrderName::unknown(), report, false);
}

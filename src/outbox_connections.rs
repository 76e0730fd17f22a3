//! A PHP process's connections to the outbox, a few for each thread.
//!
//! A connection is opened when a call needs it, and kept; one to a server until the request ends, because a
//! web server's process may then be idle for long, and the shop needs the server's connections. Before a fork the forking thread closes its
//! SQLite connections: SQLite's locks belong to the process, and a child that used or closed an
//! inherited file would release the parent's locks. A child forgets all others (`ProcessOwned`).

use std::cell::Cell;
use std::mem;
use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::{ClientConfig, Destination};
use client::error::{Error, Kind};
use client::process_owned::ProcessOwned;
use outbox::call::{self, CallOutcome, Delivery};
use outbox::store::Update;
use outbox::{Address, Opening, Store, StoreError, Timeout, entropy, open};

use crate::zend;

/// Maximum number of connections of one thread. A shop has one outbox.
const LIMIT: usize = 4;

/// An open outbox.
struct Connection {
    address: Address,
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

/// Gives the connections to servers back.
fn close_servers() {
    let mut idle = take_idle();
    idle.retain(|connection| matches!(connection.address, Address::Sqlite { .. }));
    set_idle(idle);
}

/// RSHUTDOWN.
pub(crate) fn end_request() {
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

/// Does `work` on the outbox, and once more on a new connection when the SQLite file was moved or
/// replaced, in which case nothing was done.
///
/// # Errors
/// When the outbox cannot be opened, and those of `work`.
pub(crate) fn with<T>(
    address: &Address,
    timeout: Timeout,
    mut work: impl FnMut(&mut dyn Store) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut again = matches!(address, Address::Sqlite { .. });
    loop {
        let mut connection = take(address, timeout)?;
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

/// Stores an update and, with direct delivery, sends it, within `config.timeout`. Does not call Zend.
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
    destination: &Destination,
    order_id: &[u8],
    body: &[u8],
    send: impl FnOnce(Duration) -> Result<Answer, Error>,
) -> Result<CallOutcome, StoreError> {
    let begun = Instant::now();
    let update = Update {
        endpoint: destination.endpoint.as_str(),
        public_key: &destination.keys.public,
        order_id,
        body,
    };
    let entropy = entropy::draw();
    let mut send = Some(send);
    let database = Timeout::Until(begun + config.timeout / 2);
    with(address, database, |store| {
        call::update(
            store,
            &update,
            delivery,
            config.timeout.saturating_sub(begun.elapsed()),
            entropy,
            |limit| match send.take() {
                Some(send) => send(limit),
                None => Err(Kind::Internal("an order was to be sent twice by one call").into()),
            },
        )
    })
}

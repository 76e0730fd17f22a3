//! The outbox of a PHP process: a connection for each thread, and `spread_outbox_drain()`.
//!
//! A connection is made when a call needs it, and kept. Before a fork the SQLite ones of the forking
//! thread are closed: its locks belong to the process, and a child that had inherited an open file could
//! neither use nor close it without the parent losing its own. A MySQL connection that was made before a
//! fork is forgotten by the child, unclosed.

use std::cell::Cell;
use std::mem;
use std::process;
use std::time::{Duration, Instant};

use ext_php_rs::args::Arg;
use ext_php_rs::builders::FunctionBuilder;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::{ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;
use std::panic::AssertUnwindSafe;

use crate::zend::{self, ArrayKey, ZendString};
use crate::{exceptions, ini};
use client::client::Answer;
use client::config::{Config, Expected, Keys};
use client::error::{Error, Kind, OrderName, printable};
use outbox::call::{self, Delivery, Ended};
use outbox::open::Opening;
use outbox::relay::{self, Relay, RelayConfig, Stats};
use outbox::retry::{MAX_AGE, Policy};
use outbox::senders::{CallingThread, Destinations};
use outbox::store::{Counts, Update};
use outbox::{Address, Store, StoreError, credentials, entropy, open};
use settings::{Draft, ErrorMode, Report};

/// The most connections of one thread. A shop has one outbox.
const OPEN_LIMIT: usize = 4;

/// Whether and where updates are kept.
#[derive(Clone)]
pub(crate) enum Outbox {
    Off,
    On(Address, Delivery),
    /// The setting does not parse.
    Broken(Expected),
}

impl Outbox {
    /// Of a draft; `broken` is what `spread.outbox` should have been.
    pub(crate) fn new(draft: &Draft, broken: Option<Expected>) -> Self {
        match (broken, draft.outbox.clone()) {
            (Some(expected), _) => Self::Broken(expected),
            (None, Some(address)) => Self::On(address, draft.delivery),
            (None, None) => Self::Off,
        }
    }
}

/// An open outbox, which belongs to one process.
struct Open {
    pid: u32,
    address: Address,
    patience: Duration,
    store: Box<dyn Store + Send>,
}

thread_local! {
    static OPEN: Cell<Vec<Open>> = const { Cell::new(Vec::new()) };
}

/// Runs in the thread that is about to fork.
extern "C" fn close_before_fork() {
    let mut kept = OPEN.take();
    kept.retain(|open| !matches!(open.address, Address::Sqlite { .. }));
    OPEN.set(kept);
}

/// The outbox at `address`, opened when it is not. It is out of its slot while it is used: whatever ends
/// the use early, the next call opens it anew.
fn take(address: &Address, patience: Duration) -> Result<Open, StoreError> {
    let mut kept = OPEN.take();
    let pid = process::id();
    for stranger in kept.extract_if(.., |open| open.pid != pid) {
        mem::forget(stranger);
    }
    let found = kept
        .iter()
        .position(|open| open.address == *address && open.patience == patience);
    let found = found.map(|index| kept.swap_remove(index));
    if kept.len() == OPEN_LIMIT {
        kept.remove(0);
    }
    OPEN.set(kept);
    if let Some(open) = found {
        return Ok(open);
    }
    zend::before_fork(close_before_fork);
    let opening = Opening {
        patience,
        create: true,
    };
    Ok(Open {
        pid,
        address: address.clone(),
        patience,
        store: open(address, opening)?,
    })
}

fn put_back(open: Open) {
    let mut kept = OPEN.take();
    kept.push(open);
    OPEN.set(kept);
}

/// How long one operation on the outbox may wait. A database that falls silent is waited for twice, once on
/// the connection and once for a new one: half of the time is then left to send the order without it.
fn patience(config: &Config) -> Duration {
    config.connect_timeout.min(config.timeout / 4)
}

/// Keeps an update and perhaps sends it, in `config.timeout` altogether: no Zend in it.
///
/// # Errors
/// When it could not be kept. It was not sent then.
pub(crate) fn update(
    address: &Address,
    delivery: Delivery,
    config: &Config,
    order_id: &[u8],
    body: &[u8],
    send: impl FnOnce(Duration) -> Result<Answer, Error>,
) -> Result<Ended, StoreError> {
    let begun = Instant::now();
    let update = Update {
        endpoint: config.endpoint.as_str(),
        public_key: &config.keys.public,
        order_id,
        body,
    };
    let chance = entropy::draw();
    let mut send = Some(send);
    let mut again = matches!(address, Address::Sqlite { .. });
    loop {
        let mut open = take(address, patience(config))?;
        let outcome = call::update(
            open.store.as_mut(),
            &update,
            delivery,
            config.timeout,
            chance,
            || match send.take() {
                Some(send) => send(config.timeout.saturating_sub(begun.elapsed())),
                None => Err(Kind::KeysMissing.into()),
            },
        );
        match outcome {
            // The file was replaced: nothing was done.
            Err(StoreError::Lost(_)) if mem::take(&mut again) => {}
            Err(error @ StoreError::Lost(_)) => return Err(error),
            outcome => {
                put_back(open);
                return outcome;
            }
        }
    }
}

/// `spread_outbox_drain()`, for registration.
pub(crate) fn drain_function() -> FunctionBuilder<'static> {
    FunctionBuilder::new("spread_outbox_drain", drain_outbox)
        .arg(Arg::new("limit", DataType::Long).default("100"))
        .arg(Arg::new("seconds", DataType::Double).default("10.0"))
        .required_args(0)
        .returns(DataType::Array, false, false)
}

zend_fastcall! {
    extern fn drain_outbox(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some(value) = drain(call) {
                *returned = value;
            }
        }));
    }
}

/// `None` when an exception is pending.
fn drain(call: &ExecuteData) -> Option<Zval> {
    let (limit, seconds) = zend::drain_arguments(call, 100, 10.0)?;
    let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0) else {
        zend::throw_argument_error(1, &ZendString::new(b"must be greater than 0"));
        return None;
    };
    if !(seconds > 0.0 && seconds <= 86_400.0) {
        let message = ZendString::new(b"must be above 0 and at most 86400");
        zend::throw_argument_error(2, &message);
        return None;
    }
    let outcome = drained(limit, Duration::from_secs_f64(seconds));
    match outcome {
        Ok((tally, counts)) => {
            let mut array = ZendHashTable::new();
            for (name, count) in [
                ("delivered", tally.delivered),
                ("failed", tally.failed),
                ("refused", tally.refused),
                ("expired", tally.expired),
                ("waiting", counts.pending),
            ] {
                let key = ArrayKey::Name(ZendString::new(name.as_bytes()));
                let mut value = Zval::new();
                value.set_long(i64::try_from(count).unwrap_or(i64::MAX));
                zend::set(&mut array, &key, value);
            }
            array.into_zval(false).ok()
        }
        Err(error) => {
            let report = Report {
                mode: ErrorMode::Exception,
                ..ini::current().report
            };
            exceptions::raise(error, OrderName::unknown(), report, "");
            None
        }
    }
}

/// One pass: no Zend from the settings on.
fn drained(limit: usize, time: Duration) -> Result<(Stats, Counts), Error> {
    let deadline = Instant::now() + time;
    let settings = ini::current();
    let unusable = |reason: String| Error::from(Kind::OutboxUnusable { reason });
    let address = match &settings.outbox {
        Outbox::On(address, _) => address,
        Outbox::Off => return Err(unusable("spread.outbox is empty".into())),
        Outbox::Broken(expected) => {
            return Err(unusable(format!("spread.outbox must be {expected}")));
        }
    };
    let config = settings.config.as_ref().map_err(Clone::clone)?;
    let mut keys = Vec::new();
    if !settings.credentials_file.is_empty() {
        let path = ini::path_of(settings.credentials_file.clone());
        keys = credentials::read(&path).map_err(|reason| {
            unusable(format!(
                "spread.credentials_file names {}, which {reason}",
                printable(&path)
            ))
        })?;
    }
    // The settings' own pair, unless the file says otherwise.
    if keys.iter().all(|pair| pair.public != config.keys.public) {
        keys.push(config.keys.clone());
    }
    zend::without_sigpipe(|| {
        let mut again = matches!(address, Address::Sqlite { .. });
        loop {
            let mut open = take(address, patience(config)).map_err(store_failure)?;
            let outcome = pass(&mut *open.store, config, &keys, limit, deadline);
            match outcome {
                // The file was replaced.
                Err(StoreError::Lost(_)) if mem::take(&mut again) => {}
                Err(error @ StoreError::Lost(_)) => return Err(store_failure(error)),
                outcome => {
                    put_back(open);
                    return outcome.map_err(store_failure);
                }
            }
        }
    })
}

fn pass(
    store: &mut dyn Store,
    config: &Config,
    keys: &[Keys],
    limit: usize,
    deadline: Instant,
) -> Result<(Stats, Counts), StoreError> {
    let mut chance = entropy::draw;
    let rules = RelayConfig {
        policy: Policy::default(),
        oldest: MAX_AGE,
        lease: config.timeout + call::LEASE_MARGIN,
    };
    let mut pass = Relay::new(rules, &mut chance);
    pass.expire(store)?;
    let mut shops = Destinations::new(config.clone(), keys.to_vec());
    let mut lane = CallingThread::new(zend::block_signals);
    relay::drain(
        &mut pass,
        store,
        &mut lane,
        &mut shops,
        limit,
        deadline,
        |_, _| true,
    )?;
    let now = store.now()?;
    Ok((pass.tally, store.counts(now)?))
}

fn store_failure(error: StoreError) -> Error {
    let reason = error.to_string();
    match error {
        StoreError::Open(_) | StoreError::Newer { .. } => Kind::OutboxUnusable { reason },
        StoreError::Lost(_) | StoreError::Failed(_) => Kind::OutboxFailed { reason },
    }
    .into()
}

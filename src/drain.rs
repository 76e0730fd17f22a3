//! `spread_outbox_drain()`: one bounded run of the relay in a PHP process.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use client::config::ClientConfig;
use client::error::{Error, Kind, OrderName, printable};
use client::keys::Keys;
use ext_php_rs::args::Arg;
use ext_php_rs::builders::FunctionBuilder;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::{ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;
use outbox::call;
use outbox::destinations::Destinations;
use outbox::relay::{self, Relay, RelayConfig, Stats};
use outbox::retry::{MAX_AGE, Policy};
use outbox::senders::CallingThread;
use outbox::store::Counts;
use outbox::{Store, StoreError, credentials, entropy};
use settings::{ErrorMode, Invalid, MAX_SECONDS, OutboxSetting, Report};

use crate::zend::{self, ArrayKey, ZendString};
use crate::{exceptions, ini, outbox_connections};

/// The function's signature, for registration.
pub(crate) fn function() -> FunctionBuilder<'static> {
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
    if !(seconds > 0.0 && seconds <= f64::from(MAX_SECONDS)) {
        let message = format!("must be above 0 and at most {MAX_SECONDS}");
        let message = ZendString::new(message.as_bytes());
        zend::throw_argument_error(2, &message);
        return None;
    }
    match drained(limit, Duration::from_secs_f64(seconds)) {
        Ok((stats, counts)) => {
            let mut array = ZendHashTable::new();
            for (name, count) in [
                ("delivered", stats.delivered),
                ("failed", stats.failed),
                ("refused", stats.refused),
                ("expired", stats.expired),
                ("pending", counts.pending),
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
            exceptions::raise(error, OrderName::unknown(), report, false);
            None
        }
    }
}

/// Runs the relay. Does not call Zend after loading the settings.
fn drained(limit: usize, time: Duration) -> Result<(Stats, Counts), Error> {
    let deadline = Instant::now() + time;
    let loaded = ini::current();
    let unusable = |reason: String| Error::from(Kind::OutboxUnusable { reason });
    let address = match &loaded.outbox {
        OutboxSetting::On(address, _) => address,
        OutboxSetting::Off => return Err(unusable("spread.outbox is empty".into())),
        OutboxSetting::Invalid(expected) => {
            return Err(unusable(format!("spread.outbox must be {expected}")));
        }
    };
    let settings = loaded.settings.as_ref().map_err(Clone::clone)?;
    let own = settings.destination()?.keys;
    let mut keys = Vec::new();
    let credentials_file = settings.credentials_file.as_ref();
    if let Some(path) = credentials_file
        .map_err(|Invalid { name, expected }| unusable(format!("{name} must be {expected}")))?
    {
        keys = credentials::read(path).map_err(|reason| {
            unusable(format!(
                "spread.credentials_file names {}, which {reason}",
                printable(path)
            ))
        })?;
    }
    // The settings' own key pair, unless the file lists that public key.
    if keys.iter().all(|pair| pair.public != own.public) {
        keys.push(own);
    }
    let config = &settings.client;
    zend::with_signals_blocked(|| {
        outbox_connections::with(address, outbox_connections::of_drain(config), |store| {
            relay_once(store, config, &keys, limit, deadline)
        })
    })
    .map_err(store_failure)
}

fn relay_once(
    store: &mut dyn Store,
    config: &ClientConfig,
    keys: &[Keys],
    limit: usize,
    deadline: Instant,
) -> Result<(Stats, Counts), StoreError> {
    let mut entropy = entropy::draw;
    let relay_config = RelayConfig {
        policy: Policy::default(),
        max_age: MAX_AGE,
        lease: config.timeout + call::LEASE_MARGIN,
    };
    let mut relay = Relay::new(relay_config, &mut entropy);
    relay.expire(store)?;
    let mut destinations = Destinations::new(config.clone(), keys.to_vec());
    let mut sender = CallingThread::new(zend::block_signals);
    relay::drain(
        &mut relay,
        store,
        &mut sender,
        &mut destinations,
        limit,
        deadline,
        |_, _| true,
    )?;
    let now = store.now()?;
    Ok((relay.stats, store.counts(now)?))
}

fn store_failure(error: StoreError) -> Error {
    let reason = error.to_string();
    match error {
        StoreError::Open(_) | StoreError::Newer { .. } => Kind::OutboxUnusable { reason },
        StoreError::Lost(_) | StoreError::Failed(_) => Kind::OutboxFailed { reason },
    }
    .into()
}

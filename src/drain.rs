//! `spread_outbox_drain()`: one bounded run of the relay in a PHP process.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use client::config::ClientConfig;
use client::error::{Error, printable};
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
use outbox::relay::{self, Bounds, Relay, RelayConfig, Stats};
use outbox::retry::{MAX_AGE, Policy};
use outbox::senders::CallingThread;
use outbox::store::Counts;
use outbox::unwritten::Unwritten;
use outbox::{Store, StoreError, credentials, entropy};
use settings::{Invalid, MAX_SECONDS};

use crate::zend::{self, ArrayKey, ZendString};
use crate::{ini, outbox_connections, outbox_errors};

const NOT_DRAINED: &str = "was not drained";

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
            outbox_errors::raise(error);
            None
        }
    }
}

/// Runs the relay. Does not call Zend after loading the settings.
fn drained(limit: usize, time: Duration) -> Result<(Stats, Counts), Error> {
    let deadline = Instant::now() + time;
    let loaded = ini::current();
    let unusable = |reason| outbox_errors::unusable(NOT_DRAINED, reason);
    let address = outbox_errors::configured(&loaded, NOT_DRAINED)?;
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
        let timeout = outbox_connections::of_drain(config);
        outbox_connections::with(address, timeout, |store, unwritten| {
            relay_once(store, unwritten, config, &keys, limit, deadline)
        })
    })
    .map_err(|error| outbox_errors::failed(NOT_DRAINED, error))
}

fn relay_once(
    store: &mut dyn Store,
    unwritten: &mut Unwritten,
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
    let mut sender = CallingThread::default();
    let drained = relay::drain(
        &mut relay,
        store,
        &mut sender,
        &mut destinations,
        Bounds {
            limit,
            deadline,
            rate: None,
        },
        |_, _| true,
    );
    unwritten.completions(relay.take_incomplete());
    drained?;
    let now = store.now()?;
    Ok((relay.stats, store.counts(now)?))
}

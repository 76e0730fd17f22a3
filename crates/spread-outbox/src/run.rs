//! `run`: delivers until a signal ends it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use outbox::destinations::Destinations;
use outbox::relay::{Relay, Tick};
use outbox::senders::{SenderPool, Senders as _};
use outbox::{Store, StoreError, entropy};

use crate::arguments::RunArguments;
use crate::configuration::{Configuration, relay_config};
use crate::failure::Failure;
use crate::key_ring::KeyRing;
use crate::log_limiter::LogLimiter;
use crate::logging;
use crate::reconnecting_store::ReconnectingStore;
use crate::signals::Signals;
use crate::text::number;

/// How often maintenance is done: records expire, circuits are looked at.
const MAINTENANCE: Duration = Duration::from_secs(60);

const SHORTEST_POLL: Duration = Duration::from_millis(10);

pub(crate) fn run(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    logging::start(&arguments.log);
    let configuration = Configuration::load(&arguments.outbox, &arguments.sending)?;
    let (mut keys, mut destinations) = KeyRing::new(&configuration)?;
    let connections = usize::from(arguments.delivery.connections);
    let mut senders = SenderPool::new(connections).map_err(Failure::Threads)?;
    let waker = senders.waker();
    let signals = Signals::listen(move || waker.wake())?;
    let config = relay_config(&arguments.delivery, configuration.client.timeout);
    let mut draw = entropy::draw;
    let mut relay = Relay::new(config, &mut draw);
    let mut store = ReconnectingStore::new(&configuration.address);
    let mut limiter = LogLimiter::default();
    let mut maintained = None::<Instant>;
    // Something was sent since the last checkpoint.
    let mut busy = false;
    tracing::info!(
        "spread-outbox {} delivers the orders in {}",
        env!("CARGO_PKG_VERSION"),
        configuration.address
    );
    loop {
        let stop = signals.stop();
        if stop {
            senders.stop();
        }
        let reload = signals.take_reload();
        if reload {
            client::reload();
            tracing::info!("SIGHUP: the certificate authorities are read again");
        }
        let due = maintained.is_none_or(|last| last.elapsed() >= MAINTENANCE);
        if (due || reload)
            && let Some(changed) = keys.reload(reload)
        {
            destinations = changed;
        }
        let mut wait = arguments.poll.max(SHORTEST_POLL);
        let tick = store.with(|store| {
            if due {
                maintain(&mut relay, store, &mut limiter, &destinations)?;
            }
            let room = if stop { 0 } else { usize::MAX };
            let tick = relay.tick(store, &mut senders, &mut destinations, room)?;
            if tick.started == 0 && senders.in_flight() == 0 && busy {
                busy = false;
                store.checkpoint()?;
            }
            Ok(tick)
        });
        match tick {
            Some(Tick {
                started,
                failed_attempts,
            }) => {
                if due {
                    maintained = Some(Instant::now());
                }
                busy |= started > 0;
                limiter.failed_attempts(&failed_attempts);
                if stop && senders.in_flight() == 0 && !relay.has_incomplete() {
                    break;
                }
            }
            None if stop && senders.in_flight() == 0 => break,
            None => wait = store.pause(),
        }
        if !relay.has_incomplete() || store.is_lost() {
            relay.collect(senders.finished(wait));
        }
    }
    let stats = relay.stats;
    tracing::info!(
        "stopped: {} delivered, {} attempts lost their lease",
        number(stats.delivered),
        number(stats.late)
    );
    if relay.has_incomplete() {
        tracing::error!(
            "some delivered orders could not be marked as delivered; they will be sent again when \
             their leases expire"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn maintain(
    relay: &mut Relay<'_>,
    store: &mut dyn Store,
    limiter: &mut LogLimiter,
    destinations: &Destinations,
) -> Result<(), StoreError> {
    let expired = relay.expire(store)?;
    if expired > 0 {
        tracing::error!("{} records exceeded --max-age and expired", number(expired));
    }
    let now = store.now()?;
    limiter.key_pairs(&store.key_pairs(now)?, &destinations.public_keys());
    Ok(())
}

//! `drain`: delivers what is due, and ends.

use std::process::ExitCode;
use std::time::Instant;

use outbox::entropy;
use outbox::relay::{self, Bounds, Relay};
use outbox::senders::SenderPool;
use serde_json::json;

use crate::arguments::DrainArguments;
use crate::configuration::{Configuration, relay_config};
use crate::failure::Failure;
use crate::key_ring::KeyRing;
use crate::log_limiter::LogLimiter;
use crate::logging;
use crate::open::open;
use crate::output;
use crate::progress::Progress;
use crate::signals::Signals;
use crate::text::number;

/// The exit status when orders are still pending or have expired.
const NOT_DELIVERED: u8 = 3;

pub(crate) fn drain(arguments: &DrainArguments) -> Result<ExitCode, Failure> {
    logging::start(&arguments.log);
    let configuration = Configuration::load(&arguments.outbox, &arguments.sending)?;
    let (_, mut destinations) = KeyRing::new(&configuration)?;
    let mut store = open(&configuration.address, true)?;
    let connections = usize::from(arguments.delivery.connections);
    let mut senders = SenderPool::new(connections).map_err(Failure::Threads)?;
    let waker = senders.waker();
    let signals = Signals::listen(move || waker.wake())?;
    let deadline = Instant::now() + arguments.seconds;
    let limit = arguments
        .limit
        .and_then(|limit| usize::try_from(limit).ok());
    let config = relay_config(&arguments.delivery, configuration.client.timeout);
    let mut draw = entropy::draw;
    let mut relay = Relay::new(config, &mut draw);
    relay.expire(store.as_mut())?;
    let now = store.now()?;
    let progress = Progress::new(store.counts(now)?.pending);
    let mut limiter = LogLimiter::default();
    let drained = relay::drain(
        &mut relay,
        store.as_mut(),
        &mut senders,
        &mut destinations,
        Bounds {
            limit: limit.unwrap_or(usize::MAX),
            deadline,
            rate: arguments.rate,
        },
        |stats, failed| {
            if !failed.is_empty() {
                progress.without(|| limiter.failed_attempts(&failed));
            }
            progress.show(stats);
            !signals.stop()
        },
    );
    progress.clear();
    drained?;
    store.checkpoint()?;
    let now = store.now()?;
    limiter.key_pairs(&store.key_pairs(now)?, &destinations.public_keys());
    let pending = store.counts(now)?.pending;
    let stats = relay.stats;
    if arguments.json.json {
        output::print_json(&json!({
            "delivered": stats.delivered,
            "failed": stats.failed,
            "refused": stats.refused,
            "expired": stats.expired,
            "lost_lease": stats.late,
            "pending": pending,
        }))?;
    } else {
        output::print(&format!(
            "{} delivered, {} failed, {} refused, {} expired, {} pending\n",
            number(stats.delivered),
            number(stats.failed),
            number(stats.refused),
            number(stats.expired),
            number(pending)
        ))?;
    }
    Ok(match (pending, stats.expired) {
        (0, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_DELIVERED),
    })
}

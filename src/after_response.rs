//! `spread.delivery = after_response`: orders and accounts that are sent when the request has ended.
//!
//! ```text
//!   call ──► record (with an outbox) ──► postpone ──► true
//!   RSHUTDOWN: close the session ──► hand the response over ──► send, in the sequence of the calls
//! ```
//!
//! RSHUTDOWN also runs after exit(), a fatal error, an uncaught exception and `max_execution_time`. User
//! code, destructors and shutdown functions are over by then.

use std::cell::Cell;
use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use client::config::{ClientConfig, Destination};
use client::error::{Error, SubjectName};
use client::process_owned::ProcessOwned;
use methods::Method;
use outbox::Address;
use outbox::call::CallOutcome;
use outbox::clock::Millis;
use outbox::store::Update;
use settings::Report;

use crate::circuit_breaker::Caller;
use crate::exceptions::NO_LONGER_KEPT;
use crate::exchange::{Breaker, exchange};
use crate::zend::{self, ZendString};
use crate::{circuit_breaker, exceptions, log, outbox_connections};

/// A script that reports many orders must not fill the memory: beyond these the call sends what is there.
const LIMIT: usize = 1_000;
const SIZE_LIMIT: usize = 32 << 20;
/// The same of a script that runs for long, whose end may be far away (a worker script, a consumer).
const AGE_LIMIT: Duration = Duration::from_secs(60);

/// An order or account to be sent when the request has ended.
pub(crate) struct Postponed {
    pub(crate) config: ClientConfig,
    pub(crate) destination: Destination,
    pub(crate) method: &'static Method,
    /// The id of the order or the account; empty when it has none.
    pub(crate) order_id: Vec<u8>,
    pub(crate) report: Report,
    pub(crate) circuit_breaker: bool,
    /// The first documented rule that the order breaks, for the message of a refusal.
    pub(crate) broken_rule: Option<String>,
    pub(crate) body: Vec<u8>,
    /// When the call began.
    pub(crate) begun: Instant,
    pub(crate) place: Place,
}

/// Where a postponed order is kept until then.
pub(crate) enum Place {
    /// In this process alone; with the outbox that could not be written, if there is one.
    Memory(Option<Address>),
    /// In the outbox, which accepted it at that time.
    Outbox(Address, Millis),
}

thread_local! {
    /// A child that is forked in the request leaves these to its parent.
    static POSTPONED: Cell<Option<ProcessOwned<VecDeque<Postponed>>>> = const { Cell::new(None) };
}

fn take() -> VecDeque<Postponed> {
    let postponed = POSTPONED.take().and_then(ProcessOwned::into_owned);
    postponed.unwrap_or_default()
}

fn put_back(orders: VecDeque<Postponed>) {
    if !orders.is_empty() {
        POSTPONED.set(Some(ProcessOwned::new(orders)));
    }
}

/// Keeps an order for the end of the request. Sends the earlier ones first when there are too many.
pub(crate) fn postpone(order: Postponed) {
    let mut orders = take();
    let size: usize = orders.iter().map(|order| order.body.len()).sum();
    let oldest = orders.front().map(|order| order.begun.elapsed());
    if orders.len() >= LIMIT || size >= SIZE_LIMIT || oldest.is_some_and(|age| age >= AGE_LIMIT) {
        send_all(&mem::take(&mut orders));
    }
    orders.push_back(order);
    put_back(orders);
}

/// Sends what is postponed when an update of this order or account is: a call that sends at once must not
/// overtake it.
pub(crate) fn send_before(update: &Update<'_>) {
    let orders = take();
    let waits = |order: &Postponed| {
        matches!(order.place, Place::Memory(_)) && update.is_in_sequence_with(&order.update())
    };
    if orders.iter().any(waits) {
        send_all(&orders);
    } else {
        put_back(orders);
    }
}

/// RSHUTDOWN.
pub(crate) fn end_request() {
    let orders = take();
    if orders.is_empty() {
        return;
    }
    put_back(orders);
    zend::finish_response();
    // A session handler may have called as well.
    send_all(&take());
}

/// Sends all postponed orders within one `spread.timeout`, the first one's, and logs failures.
fn send_all(orders: &VecDeque<Postponed>) {
    let begun = Instant::now();
    let Some(timeout) = orders.front().map(|order| order.config.timeout) else {
        return;
    };
    let left = || timeout.saturating_sub(begun.elapsed());
    let mut sent = Vec::new();
    for order in orders {
        match &order.place {
            Place::Memory(outbox) => order.log(send_from_memory(order, outbox.as_ref(), left())),
            Place::Outbox(address, accepted) => {
                if send_from_outbox(order, address, *accepted, left()) {
                    sent.push((order, address, *accepted));
                }
            }
        }
    }
    // Where an earlier request had left updates of an order, those went out first.
    for (order, address, accepted) in sent {
        while send_from_outbox(order, address, accepted, left()) {}
    }
    if orders.iter().any(|order| order.report.log) {
        zend::at_end(circuit_breaker::log);
    }
}

/// Sends an order within `limit`. Returns the line to be logged.
fn send_from_memory(
    order: &Postponed,
    outbox: Option<&Address>,
    limit: Duration,
) -> Option<String> {
    let Postponed {
        config,
        destination,
        ..
    } = order;
    if limit.is_zero() {
        let name = order.name();
        let timeout = config.timeout.as_secs_f64();
        return Some(format!(
            "spread: {name} was not sent: the orders before it took {timeout} s ({})",
            config.names.timeout
        ));
    }
    let breaker = Breaker::new(order.circuit_breaker, Caller::WithoutOutbox);
    let attempt = exchange(
        config,
        destination,
        order.method,
        breaker,
        &order.body,
        limit,
    );
    // An answer that cannot be decoded is a failure, as in a call.
    match outbox::attempt::examined(attempt) {
        Ok(_) => {
            if let Some(address) = outbox {
                outbox_connections::delivered_without(address, &order.update(), order.begun);
            }
            None
        }
        Err(error) => Some(order.failure(error, "")),
    }
}

/// Sends the first pending update of an order within `limit`. False when there is none to be sent now; the
/// worker delivers what is left.
fn send_from_outbox(
    order: &Postponed,
    address: &Address,
    accepted: Millis,
    limit: Duration,
) -> bool {
    let Postponed {
        config,
        destination,
        ..
    } = order;
    // An attempt that is cut off may arrive all the same, and the worker sends the order again.
    if limit < config.timeout / 2 {
        return false;
    }
    let breaker = Breaker::new(order.circuit_breaker, Caller::AfterResponse);
    let outcome = outbox_connections::send_recorded(
        address,
        &order.update(),
        accepted,
        limit,
        // The first pending one may be of another method.
        |claimed, limit| {
            let (method, body) = (claimed.method, &claimed.body);
            exchange(config, destination, method, breaker, body, limit)
        },
    );
    let incomplete = match outcome {
        Ok(Some(CallOutcome::Answered { incomplete, .. })) => incomplete,
        Ok(Some(CallOutcome::Refused { error, incomplete })) => {
            let consequence = if incomplete.is_none() {
                exceptions::KEPT_AS_REFUSED
            } else {
                ""
            };
            order.log(Some(order.failure(error, consequence)));
            incomplete
        }
        Ok(Some(CallOutcome::Failed { error, .. })) => {
            order.log(Some(order.failure(error, exceptions::KEPT)));
            return false;
        }
        Ok(Some(CallOutcome::Lost { error, reason })) => {
            let name = order.name();
            order.log(Some(format!("spread: {name} {NO_LONGER_KEPT}: {reason}")));
            order.log(Some(order.failure(error, "")));
            return false;
        }
        Ok(Some(CallOutcome::Queued) | None) | Err(_) => return false,
    };
    let name = order.name();
    order.log(incomplete.map(|reason| format!("spread: {name} was sent, and {reason}")));
    true
}

impl Postponed {
    fn name(&self) -> SubjectName {
        SubjectName::new(self.method.subject, &self.order_id)
    }

    fn update(&self) -> Update<'_> {
        Update {
            endpoint: self.destination.endpoint.as_str(),
            public_key: &self.destination.keys.public,
            method: self.method,
            order_id: &self.order_id,
            body: &self.body,
        }
    }

    fn log(&self, line: Option<String>) {
        if let Some(line) = line
            && self.report.log
        {
            zend::at_end(|| log::write(&ZendString::new(line.as_bytes())));
        }
    }

    fn failure(&self, mut error: Error, consequence: &str) -> String {
        error.name_broken_rule(|| self.broken_rule.clone());
        let sentence = error.sentence(&self.name(), &self.config.names);
        format!("spread: {sentence}{consequence}")
    }
}

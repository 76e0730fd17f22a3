//! One call: an encoded order goes out, its outcome is reported as the settings want it.
//!
//! ```text
//!   body ──► send: outbox or straight to the client ──► Sent ──► report ──► mixed, warning or exception
//! ```
//!
//! A call into Zend may not return (a fatal error jumps away), so nothing calls it between the order's
//! id and the outcome, and what is Rust's stands in a guard afterwards.

use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::{ClientConfig, Destination};
use client::error::{Error, Kind, OrderName};
use client::runtime;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::BailoutGuard;
use outbox::call::CallOutcome;
use settings::{OutboxSetting, Report};

use crate::zend::{self, Table, Value, ZendString};
use crate::{decode, exceptions, outbox_connections, validate};

/// How a call ended.
pub(crate) struct Sent {
    outcome: CallOutcome,
    /// What else is to be logged about the order.
    notice: Option<String>,
}

impl From<Result<Answer, Error>> for Sent {
    fn from(sent: Result<Answer, Error>) -> Self {
        Self {
            outcome: match sent {
                Ok(answer) => CallOutcome::Answered(answer),
                Err(error) => CallOutcome::Failed {
                    error,
                    dead_lettered: false,
                },
            },
            notice: None,
        }
    }
}

/// Sends an order, through the outbox when there is one.
pub(crate) fn send(
    config: &ClientConfig,
    destination: &Destination,
    outbox: &OutboxSetting,
    body: &ZendString,
    data: &Table,
    request: &Table,
) -> Sent {
    let body = body.as_bytes();
    let plain = |limit| Sent::from(exchange(config, destination, body, limit));
    let (address, delivery) = match outbox {
        OutboxSetting::Off => return plain(config.timeout),
        OutboxSetting::Invalid(expected) => {
            return Sent {
                notice: Some(format!(
                    "was sent without the outbox: spread.outbox must be {expected}"
                )),
                ..plain(config.timeout)
            };
        }
        OutboxSetting::On(address, delivery) => (address, *delivery),
    };
    let id = order_id(data, request).unwrap_or_default();
    let begun = Instant::now();
    let kept = zend::with_signals_blocked(|| {
        outbox_connections::update(address, delivery, config, destination, &id, body, |limit| {
            exchange(config, destination, body, limit)
        })
    });
    match kept {
        Ok(ended) => Sent {
            outcome: ended.outcome,
            notice: ended
                .incomplete
                .map(|error| format!("was sent, and is sent again when its lease ends: {error}")),
        },
        // A shop without its outbox is as one that never had any.
        Err(error) => Sent {
            notice: Some(format!("was sent without the outbox: {error}")),
            ..plain(config.timeout.saturating_sub(begun.elapsed()))
        },
    }
}

/// The network part.
fn exchange(
    config: &ClientConfig,
    destination: &Destination,
    body: &[u8],
    limit: Duration,
) -> Result<Answer, Error> {
    zend::with_signals_blocked(|| {
        runtime::send(zend::block_signals, limit, config, destination, body)
    })
}

/// What the caller gets.
pub(crate) fn report(sent: Sent, data: &Table, request: &Table, report: Report) -> Zval {
    let Sent { outcome, notice } = sent;
    let outcome = BailoutGuard::new(outcome);
    if let Some(notice) = notice
        && report.log
    {
        let line = format!("spread: {} {notice}", order_name(data, request));
        let line = ZendString::new(line.as_bytes());
        drop(notice);
        zend::log(&line);
    }
    let (mut error, dead_lettered) = match outcome.into_inner() {
        CallOutcome::Answered(answer) => match decoded(answer) {
            Ok(value) => {
                zend::forget_last_error();
                return value;
            }
            Err(error) => (error, false),
        },
        CallOutcome::Failed {
            error,
            dead_lettered,
        } => (error, dead_lettered),
        CallOutcome::Queued { last_error: None } => {
            zend::forget_last_error();
            return true.into();
        }
        CallOutcome::Queued {
            last_error: Some(error),
        } => {
            exceptions::note(error, order_name(data, request), report);
            return true.into();
        }
    };
    error.name_broken_rule(|| validate::first_error(data, request));
    exceptions::raise(error, order_name(data, request), report, dead_lettered)
}

fn decoded(answer: Answer) -> Result<Zval, Error> {
    let status = answer.status;
    // Copied into PHP's memory before anything is built of it: what a fatal error leaves behind
    // there is PHP's to take back.
    let answer = BailoutGuard::new(answer);
    let body = ZendString::new(&answer.body);
    drop(answer);
    decode::answer(body).map_err(|why| Kind::Undecodable { status, why }.into())
}

/// The order as messages name it.
fn order_name(data: &Table, request: &Table) -> OrderName {
    order_id(data, request).map_or_else(OrderName::unknown, |id| OrderName::new(&id))
}

/// The id that SPREAD knows the order by, as it is sent.
fn order_id(data: &Table, request: &Table) -> Option<Vec<u8>> {
    [request, data]
        .into_iter()
        .find_map(|table| match table.get("order_idorder") {
            Some(Value::Text(id)) if !id.is_empty() => Some(id.to_vec()),
            Some(Value::Integer(id)) => Some(id.to_string().into_bytes()),
            Some(Value::Float(id)) => Some(ZendString::from_float(id).as_bytes().to_vec()),
            _ => None,
        })
}

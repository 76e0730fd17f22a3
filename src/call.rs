//! One call: sends an encoded order and reports the outcome in the configured error mode.
//!
//! ```text
//!   body ──► send: outbox or straight to the client ──► Sent ──► report ──► mixed, warning or exception
//! ```
//!
//! A call into Zend may never return: a fatal error unwinds with longjmp(). So Zend is not called
//! between reading the order's id and the outcome, and Rust values are held in a guard after that.

use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::{ClientConfig, Destination};
use client::error::{Error, Kind, OrderName};
use client::runtime;
use codec::answer::undecodable;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::BailoutGuard;
use outbox::call::CallOutcome;
use settings::{OutboxSetting, Report};

use crate::zend::{self, Table, Value, ZendString};
use crate::{decode, exceptions, log, outbox_connections, validate};

/// The outcome of a call.
pub(crate) struct Sent {
    outcome: Outcome,
    /// An additional log line about the order.
    notice: Option<String>,
    /// The age of the oldest pending record, when it is to be logged.
    backlog: Option<Duration>,
}

/// The outcome for the caller, with an outbox or without.
enum Outcome {
    Answered(Answer),
    /// `dead_lettered`: the outbox keeps the order as refused.
    Failed {
        error: Error,
        dead_lettered: bool,
    },
    /// The outbox will deliver it; with the error of the attempt, if there was one.
    Queued {
        last_error: Option<Error>,
    },
}

impl From<Result<Answer, Error>> for Sent {
    fn from(sent: Result<Answer, Error>) -> Self {
        Self {
            outcome: match sent {
                Ok(answer) => Outcome::Answered(answer),
                Err(error) => Outcome::Failed {
                    error,
                    dead_lettered: false,
                },
            },
            notice: None,
            backlog: None,
        }
    }
}

impl From<CallOutcome> for Sent {
    fn from(recorded: CallOutcome) -> Self {
        let (outcome, incomplete) = match recorded {
            CallOutcome::Lost { error, reason } => {
                return Self {
                    outcome: Outcome::Failed {
                        error,
                        dead_lettered: false,
                    },
                    notice: Some(format!("is no longer in the outbox: {reason}")),
                    backlog: None,
                };
            }
            CallOutcome::Queued => (Outcome::Queued { last_error: None }, None),
            CallOutcome::Answered { answer, incomplete } => (Outcome::Answered(answer), incomplete),
            CallOutcome::Refused { error, incomplete } => {
                let dead_lettered = incomplete.is_none();
                let outcome = Outcome::Failed {
                    error,
                    dead_lettered,
                };
                (outcome, incomplete)
            }
            CallOutcome::Failed { error, incomplete } => {
                let last_error = Some(error);
                (Outcome::Queued { last_error }, incomplete)
            }
        };
        let notice = |incomplete| format!("was sent, and {incomplete}");
        Self {
            outcome,
            notice: incomplete.map(notice),
            backlog: None,
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
    let recorded = zend::with_signals_blocked(|| {
        outbox_connections::update(address, delivery, config, destination, &id, body, |limit| {
            exchange(config, destination, body, limit)
        })
    });
    match recorded {
        Ok((recorded, backlog)) => Sent {
            backlog,
            ..Sent::from(recorded)
        },
        // An outbox that is unavailable must not stop orders.
        Err(error) => {
            let sent = exchange(
                config,
                destination,
                body,
                config.timeout.saturating_sub(begun.elapsed()),
            );
            if let Ok(answer) = &sent
                && undecodable(&answer.body).is_none()
            {
                outbox_connections::delivered_without(address, destination, &id, begun);
            }
            Sent {
                notice: Some(format!("was sent without the outbox: {error}")),
                ..Sent::from(sent)
            }
        }
    }
}

/// Sends the order over the network.
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

/// Reports the outcome and returns the function's return value.
pub(crate) fn report(sent: Sent, data: &Table, request: &Table, report: Report) -> Zval {
    let Sent {
        outcome,
        notice,
        backlog,
    } = sent;
    let outcome = BailoutGuard::new(outcome);
    if let Some(notice) = notice
        && report.log
    {
        let line = format!("spread: {} {notice}", order_name(data, request));
        let line = ZendString::new(line.as_bytes());
        drop(notice);
        log::write(&line);
    }
    if let Some(age) = backlog
        && report.log
    {
        let line = format!(
            "spread: the oldest order in the outbox has been pending for {} min; check that the worker \
             runs, and what `spread-outbox status` says",
            age.as_secs() / 60
        );
        let text = ZendString::new(line.as_bytes());
        drop(line);
        log::write(&text);
    }
    let (mut error, dead_lettered) = match outcome.into_inner() {
        Outcome::Answered(answer) => match decoded(answer) {
            Ok(value) => {
                zend::forget_last_error();
                return value;
            }
            Err(error) => (error, false),
        },
        Outcome::Failed {
            error,
            dead_lettered,
        } => (error, dead_lettered),
        Outcome::Queued { last_error: None } => {
            zend::forget_last_error();
            return true.into();
        }
        Outcome::Queued {
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
    // Copied into PHP's memory before it is decoded: PHP frees its memory after a fatal error.
    let answer = BailoutGuard::new(answer);
    let body = ZendString::new(&answer.body);
    drop(answer);
    decode::answer(body).map_err(|why| Kind::Undecodable { status, why }.into())
}

/// The order's name in messages.
fn order_name(data: &Table, request: &Table) -> OrderName {
    order_id(data, request).map_or_else(OrderName::unknown, |id| OrderName::new(&id))
}

/// The order's id in SPREAD, as sent.
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

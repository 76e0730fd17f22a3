//! One call: sends an encoded order and reports the outcome in the configured error mode.
//!
//! ```text
//!   body ──► send: outbox or straight to the client ──► Sent ──► report ──► mixed, warning or exception
//! ```
//!
//! A call into Zend may never return: a fatal error unwinds with longjmp(). So Zend is not called
//! between reading the order's id and the outcome, and Rust values are held in a guard after that.

use std::fmt;
use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::Destination;
use client::error::{Error, Kind, OrderName};
use codec::answer::undecodable;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::BailoutGuard;
use outbox::call::{CallOutcome, Delivery};
use settings::{OutboxSetting, Report, Settings};

use crate::after_response::{self, Place, Postponed};
use crate::circuit_breaker::Caller;
use crate::exchange::{Breaker, exchange};
use crate::zend::{self, Table, Value, ZendString};
use crate::{circuit_breaker, decode, exceptions, log, outbox_connections, validate};

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

/// An order, ready to be sent.
pub(crate) struct Order<'o> {
    pub(crate) settings: &'o Settings,
    pub(crate) destination: &'o Destination,
    pub(crate) outbox: &'o OutboxSetting,
    pub(crate) report: Report,
    pub(crate) body: &'o ZendString,
    pub(crate) data: &'o Table,
    pub(crate) request: &'o Table,
}

impl Order<'_> {
    /// Sends the order as `spread.delivery` says, through the outbox when there is one.
    pub(crate) fn send(&self) -> Sent {
        let id = order_id(self.data, self.request).unwrap_or_default();
        // User code may run after RSHUTDOWN, in a session handler: nothing would be sent later.
        if self.settings.delivery == Delivery::AfterResponse && zend::in_request() {
            return self.postpone(id);
        }
        let begun = Instant::now();
        after_response::send_before(self.destination, &id);
        let config = &self.settings.client;
        let body = self.body.as_bytes();
        let left = || config.timeout.saturating_sub(begun.elapsed());
        let breaker = |caller| Breaker::new(self.settings.circuit_breaker, caller);
        let without = || breaker(Caller::WithoutOutbox);
        let exchanged = || exchange(config, self.destination, without(), body, left());
        let address = match self.outbox {
            OutboxSetting::Off => return Sent::from(exchanged()),
            OutboxSetting::Invalid(expected) => {
                return Sent {
                    notice: Some(without_outbox("was", format_args!("{SETTING} {expected}"))),
                    ..Sent::from(exchanged())
                };
            }
            OutboxSetting::On(address) => address,
        };
        let recorded = zend::with_signals_blocked(|| {
            outbox_connections::update(
                address,
                self.settings.delivery,
                config,
                self.destination,
                &id,
                body,
                |limit| {
                    let breaker = breaker(Caller::WithOutbox);
                    exchange(config, self.destination, breaker, body, limit)
                },
            )
        });
        match recorded {
            Ok((recorded, backlog)) => Sent {
                backlog,
                ..Sent::from(recorded)
            },
            // An outbox that is unavailable must not stop orders.
            Err(error) => {
                let sent = exchanged();
                if let Ok(answer) = &sent
                    && undecodable(&answer.body).is_none()
                {
                    outbox_connections::delivered_without(address, self.destination, &id, begun);
                }
                Sent {
                    notice: Some(without_outbox("was", format_args!("{error}"))),
                    ..Sent::from(sent)
                }
            }
        }
    }

    /// Records the order, when there is an outbox, and leaves it to the end of the request.
    fn postpone(&self, order_id: Vec<u8>) -> Sent {
        let begun = Instant::now();
        let config = &self.settings.client;
        let body = self.body.as_bytes();
        let mut notice = None;
        let place = match self.outbox {
            OutboxSetting::Off => Place::Memory(None),
            OutboxSetting::Invalid(expected) => {
                notice = Some(without_outbox("is", format_args!("{SETTING} {expected}")));
                Place::Memory(None)
            }
            OutboxSetting::On(address) => {
                let recorded = zend::with_signals_blocked(|| {
                    outbox_connections::record(address, config, self.destination, &order_id, body)
                });
                match recorded {
                    Ok(accepted) => Place::Outbox(address.clone(), accepted),
                    Err(error) => {
                        notice = Some(without_outbox("is", format_args!("{error}")));
                        Place::Memory(Some(address.clone()))
                    }
                }
            }
        };
        // The body of a recorded order is read from the outbox; it is needed to find one without an id.
        let body = match place {
            Place::Outbox(..) if !order_id.is_empty() => Vec::new(),
            _ => body.to_vec(),
        };
        after_response::postpone(Postponed {
            config: config.clone(),
            destination: self.destination.clone(),
            order_id,
            report: self.report,
            circuit_breaker: self.settings.circuit_breaker,
            broken_rule: validate::first_error(self.data, self.request),
            body,
            begun,
            place,
        });
        Sent {
            outcome: Outcome::Queued { last_error: None },
            notice,
            backlog: None,
        }
    }
}

/// What a value of `spread.outbox` must be follows.
const SETTING: &str = "spread.outbox must be";

fn without_outbox(verb: &str, reason: fmt::Arguments<'_>) -> String {
    format!("{verb} sent without the outbox: {reason}")
}

/// Reports the outcome and returns the function's return value.
pub(crate) fn report(sent: Sent, data: &Table, request: &Table, report: Report) -> Zval {
    let Sent {
        outcome,
        notice,
        backlog,
    } = sent;
    let outcome = BailoutGuard::new(outcome);
    if report.log {
        circuit_breaker::log();
    }
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

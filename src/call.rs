//! One call: sends an encoded order or account and reports the outcome in the configured error mode.
//!
//! ```text
//!   body ──► send: outbox or straight to the client ──► Sent ──► report ──► mixed, warning or exception
//! ```
//!
//! A call into Zend may never return: a fatal error unwinds with longjmp(). So Zend is not called
//! between reading the id and the outcome, and Rust values are held in a guard after that.

use std::fmt;
use std::time::{Duration, Instant};

use client::answer::Answer;
use client::config::Destination;
use client::error::{Error, Kind, SubjectName};
use client::keys::Keys;
use codec::answer::undecodable;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::BailoutGuard;
use methods::{Method, Subject};
use outbox::call::{CallOutcome, Delivery};
use outbox::store::Update;
use settings::{OutboxSetting, Report, Settings};

use crate::after_response::{self, Place, Postponed};
use crate::circuit_breaker::Caller;
use crate::exceptions::NO_LONGER_KEPT;
use crate::exchange::{Breaker, exchange};
use crate::zend::{self, Table, Value, ZendString};
use crate::{circuit_breaker, decode, exceptions, log, outbox_connections, validate};

/// The outcome of a call.
pub(crate) struct Sent {
    outcome: Outcome,
    /// An additional log line about the order or account.
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
                    notice: Some(format!("{NO_LONGER_KEPT}: {reason}")),
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

/// A call, ready to be sent.
pub(crate) struct Call<'c> {
    pub(crate) settings: &'c Settings,
    /// The configured endpoint.
    pub(crate) destination: &'c Destination,
    pub(crate) outbox: &'c OutboxSetting,
    pub(crate) report: Report,
    pub(crate) method: &'static Method,
    /// See [`subject_id`].
    pub(crate) id: &'c [u8],
    pub(crate) body: &'c ZendString,
    pub(crate) data: &'c Table,
    pub(crate) request: &'c Table,
}

impl Call<'_> {
    /// Sends the order or account as `spread.delivery` says, through the outbox when there is one.
    pub(crate) fn send(&self) -> Sent {
        // Before anything is recorded.
        if let Err(error) = self.destination.of(self.method) {
            return Sent::from(Err(error));
        }
        // User code may run after RSHUTDOWN, in a session handler: nothing would be sent later.
        if self.settings.delivery == Delivery::AfterResponse && zend::in_request() {
            return self.postpone();
        }
        let begun = Instant::now();
        let update = self.update();
        after_response::send_before(&update);
        let config = &self.settings.client;
        let body = self.body.as_bytes();
        let left = || config.timeout.saturating_sub(begun.elapsed());
        let breaker = |caller| Breaker::new(self.settings.circuit_breaker, caller);
        let without = || breaker(Caller::WithoutOutbox);
        let (destination, method) = (self.destination, self.method);
        let exchanged = || exchange(config, destination, method, without(), body, left());
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
            outbox_connections::update(address, self.settings.delivery, config, &update, |limit| {
                let breaker = breaker(Caller::WithOutbox);
                exchange(config, destination, method, breaker, body, limit)
            })
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
                    outbox_connections::delivered_without(address, &update, begun);
                }
                Sent {
                    notice: Some(without_outbox("was", format_args!("{error}"))),
                    ..Sent::from(sent)
                }
            }
        }
    }

    fn update(&self) -> Update<'_> {
        Update {
            endpoint: self.destination.endpoint.as_str(),
            public_key: &self.destination.keys.public,
            method: self.method,
            order_id: self.id,
            body: self.body.as_bytes(),
        }
    }

    /// Records the call, when there is an outbox, and leaves it to the end of the request.
    fn postpone(&self) -> Sent {
        let begun = Instant::now();
        let config = &self.settings.client;
        let mut notice = None;
        let place = match self.outbox {
            OutboxSetting::Off => Place::Memory(None),
            OutboxSetting::Invalid(expected) => {
                notice = Some(without_outbox("is", format_args!("{SETTING} {expected}")));
                Place::Memory(None)
            }
            OutboxSetting::On(address) => {
                let recorded = zend::with_signals_blocked(|| {
                    outbox_connections::record(address, config, &self.update())
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
        after_response::postpone(Postponed {
            config: config.clone(),
            destination: self.destination.clone(),
            method: self.method,
            order_id: self.id.to_vec(),
            report: self.report,
            circuit_breaker: self.settings.circuit_breaker,
            broken_rule: validate::first_error(self.method, self.data, self.request),
            body: self.body.as_bytes().to_vec(),
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
pub(crate) fn report(
    sent: Sent,
    method: &'static Method,
    id: Vec<u8>,
    data: &Table,
    request: &Table,
    report: Report,
) -> Zval {
    let id = BailoutGuard::new(id);
    let name = || SubjectName::new(method.subject, id.get());
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
        let line = format!("spread: {} {notice}", name());
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
            exceptions::note(error, name(), report);
            return true.into();
        }
    };
    error.name_broken_rule(|| validate::first_error(method, data, request));
    exceptions::raise(error, name(), report, dead_lettered)
}

fn decoded(answer: Answer) -> Result<Zval, Error> {
    let status = answer.status;
    // Copied into PHP's memory before it is decoded: PHP frees its memory after a fatal error.
    let answer = BailoutGuard::new(answer);
    let body = ZendString::new(&answer.body);
    drop(answer);
    decode::answer(body).map_err(|why| Kind::Undecodable { status, why }.into())
}

/// The id of the order or the account, by which messages and the outbox know it; empty when it has none. An
/// account's e-mail address is hashed with the private key, so that it is in neither.
pub(crate) fn subject_id(
    method: &Method,
    keys: Option<&Keys>,
    data: &Table,
    request: &Table,
) -> Vec<u8> {
    match method.subject {
        Subject::Order => as_sent(request, "order_idorder")
            .or_else(|| as_sent(data, "order_idorder"))
            .unwrap_or_default(),
        Subject::Account => {
            let id = as_sent(data, "external_id").unwrap_or_default();
            let email = as_sent(data, "customer_email").unwrap_or_default();
            match keys {
                Some(keys) => keys.account_id(&id, &email),
                None => id,
            }
        }
    }
}

/// A scalar field, as it is sent.
fn as_sent(table: &Table, field: &str) -> Option<Vec<u8>> {
    match table.get(field) {
        Some(Value::Text(id)) if !id.is_empty() => Some(id.to_vec()),
        Some(Value::Integer(id)) => Some(id.to_string().into_bytes()),
        Some(Value::Float(id)) => Some(ZendString::from_float(id).as_bytes().to_vec()),
        _ => None,
    }
}

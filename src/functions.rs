//! The functions, a few lines each: read, call, build.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use ext_php_rs::args::Arg;
use ext_php_rs::builders::{FunctionBuilder, ModuleBuilder};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{BailoutGuard, ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;

use crate::drain::Outbox;
use crate::zend::{self, Handler, Table, Value, ZendString};
use crate::{decode, drain, encode, exceptions, ini, validate};
use client::client::Answer;
use client::config::Config;
use client::error::{Error, Kind, OrderName};
use client::runtime;
use outbox::call::{self, Kept};
use settings::Report;

/// The functions that take `$data` and `$request`.
const ORDER_FUNCTIONS: [(&str, Handler, DataType); 3] = [
    ("spread_update_order", update_order, DataType::Mixed),
    ("spread_encode_order", encode_order, DataType::String),
    ("spread_validate_order", validate_order, DataType::Array),
];

pub(crate) fn register(mut module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    for (name, handler, returns) in ORDER_FUNCTIONS {
        let function = FunctionBuilder::new(name, handler)
            .arg(Arg::new("data", DataType::Array))
            .arg(Arg::new("request", DataType::Array))
            .required_args(2)
            .returns(returns, false, false);
        module = module.function(function);
    }
    let last_error = FunctionBuilder::new("spread_last_error", last_error)
        .required_args(0)
        .returns(DataType::object("Spread\\Exception"), false, true);
    module
        .function(last_error)
        .function(drain::drain_function())
}

/// An order is personal data: a trace must not show it. At MINIT.
pub(crate) fn mark_sensitive_parameters() {
    for (name, _, _) in ORDER_FUNCTIONS {
        zend::mark_sensitive(name, &[1, 2]);
    }
}

zend_fastcall! {
    extern fn update_order(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some(value) = update(call) {
                *returned = value;
            }
        }));
    }
}

zend_fastcall! {
    extern fn encode_order(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some([data, request]) = zend::arrays(call)
                && let Some(body) = encode::body(&data, &request)
            {
                *returned = body.into_zval();
            }
        }));
    }
}

zend_fastcall! {
    extern fn validate_order(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some([data, request]) = zend::arrays(call) {
                *returned = validate::findings(&data, &request);
            }
        }));
    }
}

zend_fastcall! {
    extern fn last_error(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if zend::arrays::<0>(call).is_some() {
                *returned = zend::last_error();
            }
        }));
    }
}

/// `None` when an exception is pending.
fn update(call: &ExecuteData) -> Option<Zval> {
    let [data, request] = zend::arrays(call)?;
    let body = encode::body(&data, &request)?;

    let settings = ini::current();
    let report = settings.report;
    let ended = match &settings.config {
        Ok(config) => send(config, &settings.outbox, &body, &data, &request),
        Err(error) => Ended::from(Err(error.clone())),
    };
    drop(settings);
    drop(body);

    Some(deliver(ended, &data, &request, report))
}

/// What came of an order.
pub(crate) struct Ended {
    kept: Kept,
    /// What else is to be logged about the order.
    trouble: Option<String>,
    /// There is a record of a refused order.
    set_aside: bool,
}

impl From<Result<Answer, Error>> for Ended {
    fn from(sent: Result<Answer, Error>) -> Self {
        Self {
            kept: match sent {
                Ok(answer) => Kept::Delivered(answer),
                Err(error) => Kept::Refused(error),
            },
            trouble: None,
            set_aside: false,
        }
    }
}

/// What the caller gets.
pub(crate) fn deliver(ended: Ended, data: &Table, request: &Table, report: Report) -> Zval {
    let Ended {
        kept,
        trouble,
        set_aside,
    } = ended;
    // Logging may not return: what is Rust's is guarded.
    let kept = BailoutGuard::new(kept);
    if let Some(trouble) = trouble
        && report.log
    {
        let line = format!("spread: {} {trouble}", order_name(data, request));
        let line = ZendString::new(line.as_bytes());
        drop(trouble);
        zend::log(&line);
    }
    let kept = kept.into_inner();
    let sent = match kept {
        Kept::Delivered(answer) => decoded(answer),
        Kept::Refused(error) => Err(error),
        Kept::Pending(None) => {
            zend::forget_last_error();
            return true.into();
        }
        Kept::Pending(Some(error)) => {
            exceptions::note(error, order_name(data, request), report);
            return true.into();
        }
    };
    match sent {
        Ok(value) => {
            zend::forget_last_error();
            value
        }
        Err(mut error) => {
            error.name_broken_rule(|| validate::first_error(data, request));
            let aside = if set_aside {
                "; the order is set aside in the outbox"
            } else {
                ""
            };
            exceptions::raise(error, order_name(data, request), report, aside)
        }
    }
}

/// Sends an order, through the outbox when there is one. No Zend from the order's id on.
pub(crate) fn send(
    config: &Config,
    outbox: &Outbox,
    body: &ZendString,
    data: &Table,
    request: &Table,
) -> Ended {
    let Outbox::On(address, delivery) = outbox else {
        let mut ended = Ended::from(exchange(config, body.as_bytes(), config.timeout));
        if let Outbox::Broken(expected) = outbox {
            ended.trouble = Some(format!(
                "was sent without the outbox: spread.outbox must be {expected}"
            ));
        }
        return ended;
    };
    let id = order_id(data, request).unwrap_or_default();
    let begun = Instant::now();
    let body = body.as_bytes();
    let kept = zend::without_sigpipe(|| {
        drain::update(address, *delivery, config, &id, body, |limit| {
            exchange(config, body, limit)
        })
    });
    match kept {
        Ok(call::Ended { kept, unsettled }) => Ended {
            set_aside: matches!(kept, Kept::Refused(_)) && unsettled.is_none(),
            kept,
            trouble: unsettled
                .map(|error| format!("was sent, and is sent again when its lease ends: {error}")),
        },
        // A shop without its outbox is as one that never had any.
        Err(error) => {
            let left = config.timeout.saturating_sub(begun.elapsed());
            let mut ended = Ended::from(exchange(config, body, left));
            ended.trouble = Some(format!("was sent without the outbox: {error}"));
            ended
        }
    }
}

/// The network part: no Zend in it.
fn exchange(config: &Config, body: &[u8], limit: Duration) -> Result<Answer, Error> {
    zend::without_sigpipe(|| runtime::send(zend::block_signals, limit, config, body))
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

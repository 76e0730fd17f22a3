//! The functions, a few lines each: read, call, build.

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use ext_php_rs::args::Arg;
use ext_php_rs::builders::{FunctionBuilder, ModuleBuilder};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{BailoutGuard, ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;

use super::zend::{self, Handler, Table, Value, ZendString};
use super::{decode, encode, exceptions, ini, validate};
use crate::client::Answer;
use crate::config::Config;
use crate::error::{Error, Kind, OrderName};
use crate::runtime;
use crate::settings::Report;

/// The functions that take `$data` and `$request`.
const ORDER_FUNCTIONS: [(&str, Handler, DataType); 3] = [
    ("spread_update_order", update_order, DataType::Mixed),
    ("spread_encode_order", encode_order, DataType::String),
    ("spread_validate_order", validate_order, DataType::Array),
];

pub(super) fn register(mut module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
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
    module.function(last_error)
}

/// An order is personal data: a trace must not show it. At MINIT.
pub(super) fn mark_sensitive_parameters() {
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
    let sent = match &settings.config {
        Ok(config) => send(config, body.as_bytes()),
        Err(error) => Err(error.clone()),
    };
    drop(settings);
    drop(body);

    Some(deliver(sent, &data, &request, report))
}

/// What the caller gets of an attempt.
pub(super) fn deliver(
    sent: Result<Answer, Error>,
    data: &Table,
    request: &Table,
    report: Report,
) -> Zval {
    match sent.and_then(decoded) {
        Ok(value) => {
            zend::forget_last_error();
            value
        }
        Err(mut error) => {
            error.name_broken_rule(|| validate::first_error(data, request));
            exceptions::raise(error, order_name(data, request), report)
        }
    }
}

/// The network part: no Zend in it.
pub(super) fn send(config: &Config, body: &[u8]) -> Result<Answer, Error> {
    let body = Bytes::copy_from_slice(body);
    let outcome = zend::without_sigpipe(|| {
        runtime::run(zend::block_signals, async |session| {
            session.send(config, body).await
        })
    });
    outcome.unwrap_or_else(|error| {
        Err(Kind::Connect {
            to: "SPREAD".into(),
            reason: error.kind().to_string(),
        }
        .into())
    })
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

/// The order as messages name it, by the id that SPREAD knows it by.
fn order_name(data: &Table, request: &Table) -> OrderName {
    for table in [request, data] {
        match table.get("order_idorder") {
            Some(Value::Text(id)) if !id.is_empty() => return OrderName::new(id),
            Some(Value::Integer(id)) => return OrderName::new(id.to_string().as_bytes()),
            _ => {}
        }
    }
    OrderName::unknown()
}

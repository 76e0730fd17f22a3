//! The functions, a few lines each: read, call, build.

use std::panic::AssertUnwindSafe;

use ext_php_rs::args::Arg;
use ext_php_rs::builders::{FunctionBuilder, ModuleBuilder};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;

use crate::call::{self, Order};
use crate::zend::{self, Handler};
use crate::{drain, encode, ini, status, validate};

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
    let outbox_status = FunctionBuilder::new("spread_outbox_status", outbox_status)
        .required_args(0)
        .returns(DataType::Array, false, false);
    module
        .function(last_error)
        .function(drain::function())
        .function(outbox_status)
}

/// Marks the arguments that traces must not show: an order is personal data. At MINIT.
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

zend_fastcall! {
    extern fn outbox_status(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if zend::arrays::<0>(call).is_some()
                && let Some(value) = status::status()
            {
                *returned = value;
            }
        }));
    }
}

/// `None` when an exception is pending.
fn update(call: &ExecuteData) -> Option<Zval> {
    let [data, request] = zend::arrays(call)?;
    let body = encode::body(&data, &request)?;

    let loaded = ini::current();
    let report = loaded.report;
    let ready = loaded.settings.as_ref().map_err(Clone::clone);
    let sent = match ready.and_then(|ready| Ok((ready, ready.destination()?))) {
        Ok((settings, destination)) => {
            let order = Order {
                settings,
                destination: &destination,
                outbox: &loaded.outbox,
                report,
                body: &body,
                data: &data,
                request: &request,
            };
            order.send()
        }
        Err(error) => call::Sent::from(Err(error)),
    };
    drop(loaded);
    drop(body);

    Some(call::report(sent, &data, &request, report))
}

//! The functions, a few lines each: read, call, build.

use std::panic::AssertUnwindSafe;

use ext_php_rs::args::Arg;
use ext_php_rs::builders::{FunctionBuilder, ModuleBuilder};
use ext_php_rs::flags::DataType;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;
use methods::{METHODS, Method, UPDATE_ACCOUNT, UPDATE_ORDER};

use crate::call::{self, Call};
use crate::zend::{self, Handler, Table};
use crate::{drain, encode, ini, status, validate};

/// A function or method that takes `$data` and `$request`.
pub(crate) struct OfArrays {
    pub(crate) name: &'static str,
    pub(crate) handler: Handler,
    pub(crate) returns: DataType,
    /// Whether `$request` must be given.
    pub(crate) needs_request: bool,
}

impl OfArrays {
    pub(crate) fn builder(&self) -> FunctionBuilder<'static> {
        let request = Arg::new("request", DataType::Array);
        let (request, required) = if self.needs_request {
            (request, 2)
        } else {
            (request.default("[]"), 1)
        };
        FunctionBuilder::new(self.name, self.handler)
            .arg(Arg::new("data", DataType::Array))
            .arg(request)
            .required_args(required)
            .returns(self.returns, false, false)
    }
}

fn functions() -> impl Iterator<Item = OfArrays> {
    let methods = METHODS.iter().map(|method| OfArrays {
        name: method.function,
        handler: call_method,
        returns: DataType::Mixed,
        needs_request: method.needs_request,
    });
    methods.chain([
        OfArrays {
            name: "spread_encode_order",
            handler: encode_order,
            returns: DataType::String,
            needs_request: true,
        },
        OfArrays {
            name: "spread_validate_order",
            handler: validate_order,
            returns: DataType::Array,
            needs_request: true,
        },
        OfArrays {
            name: "spread_validate_account",
            handler: validate_account,
            returns: DataType::Array,
            needs_request: false,
        },
    ])
}

pub(crate) fn register(mut module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    for function in functions() {
        module = module.function(function.builder());
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

/// Marks the arguments that traces must not show: an order and an account are personal data. At MINIT.
pub(crate) fn mark_sensitive_parameters() {
    for function in functions() {
        zend::mark_sensitive(function.name, &[1, 2]);
    }
}

zend_fastcall! {
    extern fn call_method(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some(value) = send(call) {
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
                *returned = validate::findings(UPDATE_ORDER, &data, &request);
            }
        }));
    }
}

zend_fastcall! {
    extern fn validate_account(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if let Some([data, request]) = zend::required_arrays(call, 1) {
                *returned = validate::findings(UPDATE_ACCOUNT, &data, &request);
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

/// The method of the running function, and its arguments. `None` when an exception is pending.
pub(crate) fn method_and_arguments(call: &ExecuteData) -> Option<(&'static Method, [Table; 2])> {
    let method = methods::by_name(zend::function_name(call)?)?;
    let required = if method.needs_request { 2 } else { 1 };
    Some((method, zend::required_arrays(call, required)?))
}

/// `None` when an exception is pending.
fn send(call: &ExecuteData) -> Option<Zval> {
    let (method, [data, request]) = method_and_arguments(call)?;
    let body = encode::body(&data, &request)?;

    let loaded = ini::current();
    let report = loaded.report;
    let ready = loaded.settings.as_ref().map_err(Clone::clone);
    let keys = ready.as_ref().ok().map(|settings| &settings.keys);
    let id = call::subject_id(method, keys, &data, &request);
    let sent = match ready.and_then(|ready| Ok((ready, ready.destination()?))) {
        Ok((settings, destination)) => {
            let call = Call {
                settings,
                destination: &destination,
                outbox: &loaded.outbox,
                report,
                method,
                id: &id,
                body: &body,
                data: &data,
                request: &request,
            };
            call.send()
        }
        Err(error) => call::Sent::from(Err(error)),
    };
    drop(loaded);
    drop(body);

    Some(call::report(sent, method, id, &data, &request, report))
}

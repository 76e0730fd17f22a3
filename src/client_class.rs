//! `Spread\Client`: the same calls for code that serves several shops or wants exceptions.
//!
//! The constructor fixes its settings: the options, and the current INI value of any other setting.
//! Keys are stored in Rust, out of reach of dumps. Connections belong to the process, not to the
//! object: clients with the same keys share them.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use client::error::OrderName;
use ext_php_rs::args::Arg;
use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::class::{
    ClassEntryInfo, ClassMetadata, ConstructorMeta, ConstructorResult, RegisteredClass,
};
use ext_php_rs::convert::IntoZvalDyn;
use ext_php_rs::describe::DocComments;
use ext_php_rs::error::Result;
use ext_php_rs::flags::{ClassFlags, ConstantFlags, DataType, MethodFlags};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;
use settings::{ErrorMode, Report};

use crate::call::{self, Order};
use crate::options::{self, Fixed, OptionError};
use crate::zend::{self, ZendString};
use crate::{circuit_breaker, encode, exceptions, ini, validate};

/// A client's settings and destination. `Rc`: user code may drop the object during a call.
#[derive(Clone)]
struct Client(Rc<Fixed>);

static METADATA: ClassMetadata<Client> = ClassMetadata::new(&[]);

impl RegisteredClass for Client {
    const CLASS_NAME: &'static str = "Spread\\Client";
    const BUILDER_MODIFIER: Option<fn(ClassBuilder) -> ClassBuilder> = None;
    const EXTENDS: Option<ClassEntryInfo> = None;
    const IMPLEMENTS: &'static [ClassEntryInfo] = &[];

    fn get_metadata() -> &'static ClassMetadata<Self> {
        &METADATA
    }

    fn method_builders() -> Vec<(FunctionBuilder<'static>, MethodFlags)> {
        Vec::new()
    }

    fn constructor() -> Option<ConstructorMeta<Self>> {
        Some(ConstructorMeta {
            constructor: construct,
            build_fn: |function| {
                function
                    .arg(Arg::new("publicKey", DataType::String))
                    .arg(Arg::new("privateKey", DataType::String))
                    .arg(Arg::new("options", DataType::Array).default("[]"))
                    .required_args(2)
            },
            flags: None,
        })
    }

    fn constants() -> &'static [(
        &'static str,
        &'static dyn IntoZvalDyn,
        DocComments,
        ConstantFlags,
    )] {
        &[]
    }

    fn clone_obj(&self) -> Option<Self> {
        Some(self.clone())
    }
}

/// Registers the class, at MINIT.
pub(crate) fn register() -> Result<()> {
    let methods = [
        (
            "updateOrder",
            update_order as zend::Handler,
            DataType::Mixed,
        ),
        ("validateOrder", validate_order, DataType::Array),
    ];
    let mut class = ClassBuilder::new(Client::CLASS_NAME)
        .flags(ClassFlags::Final | ClassFlags::NoDynamicProperties)
        .object_override::<Client>();
    for (name, handler, returns) in methods {
        let method = FunctionBuilder::new(name, handler)
            .arg(Arg::new("data", DataType::Array))
            .arg(Arg::new("request", DataType::Array))
            .required_args(2)
            .returns(returns, false, false);
        class = class.method(method, MethodFlags::Public);
    }
    let state = FunctionBuilder::new("state", state)
        .required_args(0)
        .returns(DataType::String, false, false);
    class
        .method(state, MethodFlags::Public)
        .registration(|class, info| {
            METADATA.set_arg_info(info);
            METADATA.set_ce(class);
        })
        .register()?;
    let class = METADATA.ce();
    zend::mark_sensitive_method(class, "__construct", &[2]);
    zend::mark_sensitive_method(class, "updateorder", &[1, 2]);
    zend::mark_sensitive_method(class, "validateorder", &[1, 2]);
    Ok(())
}

fn construct(call: &mut ExecuteData) -> ConstructorResult<Client> {
    let Some((public, private, options)) = zend::constructor_arguments(call) else {
        return ConstructorResult::ArgError;
    };
    match options::client(public, private, &options) {
        Ok(settings) => return ConstructorResult::Ok(Client(Rc::new(settings))),
        Err(OptionError::Type(argument, message)) => {
            zend::throw_argument_type_error(argument, &ZendString::new(message.as_bytes()));
        }
        Err(OptionError::Value(argument, message)) => {
            zend::throw_argument_error(argument, &ZendString::new(message.as_bytes()));
        }
        Err(OptionError::Setting(error)) => {
            exceptions::raise(error, OrderName::unknown(), report(), false);
        }
    }
    ConstructorResult::ArgError
}

/// A client always throws, whatever `spread.error_mode` says.
fn report() -> Report {
    Report {
        mode: ErrorMode::Exception,
        ..ini::current().report
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

/// `None` when an exception is pending.
fn update(call: &mut ExecuteData) -> Option<Zval> {
    let [data, request] = zend::arrays(call)?;
    let body = zend::as_caller(call, || encode::body(&data, &request))?;
    let client = Rc::clone(&call.get_object::<Client>()?.0);
    let order = Order {
        settings: &client.settings,
        destination: &client.destination,
        outbox: &client.outbox,
        report: report(),
        body: &body,
        data: &data,
        request: &request,
    };
    let sent = order.send();
    drop(client);
    drop(body);
    Some(call::report(sent, &data, &request, report()))
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
    extern fn state(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if zend::arrays::<0>(call).is_some()
                && let Some(client) = call.get_object::<Client>()
            {
                *returned = ZendString::new(client.0.state().as_bytes()).into_zval();
            }
        }));
    }
}

impl Fixed {
    /// The state of the endpoint's circuit, for the calls of this client.
    fn state(&self) -> &'static str {
        circuit_breaker::state(&self.settings, &self.outbox)
    }
}

//! `Spread\Client`: the same calls for code that serves several shops or wants exceptions.
//!
//! The constructor fixes its settings: the options, and the current INI value of any other setting.
//! Keys are stored in Rust, out of reach of dumps. Connections belong to the process, not to the
//! object: clients with the same keys share them.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use client::error::SubjectName;
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
use methods::{METHODS, Subject, UPDATE_ACCOUNT, UPDATE_ORDER};

use crate::call::{self, Call};
use crate::functions::{OfArrays, method_and_arguments};
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

fn methods() -> impl Iterator<Item = OfArrays> {
    let methods = METHODS.iter().map(|method| OfArrays {
        name: method.name,
        handler: call_method,
        returns: DataType::Mixed,
        needs_request: method.needs_request,
    });
    methods.chain([
        OfArrays {
            name: "validateOrder",
            handler: validate_order,
            returns: DataType::Array,
            needs_request: true,
        },
        OfArrays {
            name: "validateAccount",
            handler: validate_account,
            returns: DataType::Array,
            needs_request: false,
        },
    ])
}

/// Registers the class, at MINIT.
pub(crate) fn register() -> Result<()> {
    let mut class = ClassBuilder::new(Client::CLASS_NAME)
        .flags(ClassFlags::Final | ClassFlags::NoDynamicProperties)
        .object_override::<Client>();
    for method in methods() {
        class = class.method(method.builder(), MethodFlags::Public);
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
    for method in methods() {
        zend::mark_sensitive_method(class, &method.name.to_ascii_lowercase(), &[1, 2]);
    }
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
            exceptions::raise(
                error,
                SubjectName::unknown(Subject::Order),
                ini::throwing_report(),
                false,
            );
        }
    }
    ConstructorResult::ArgError
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

/// `None` when an exception is pending.
fn send(call: &mut ExecuteData) -> Option<Zval> {
    let (method, [data, request]) = method_and_arguments(call)?;
    let body = zend::as_caller(call, || encode::body(&data, &request))?;
    let client = Rc::clone(&call.get_object::<Client>()?.0);
    let id = call::subject_id(method, Some(&client.destination.keys), &data, &request);
    let report = ini::throwing_report();
    let call = Call {
        settings: &client.settings,
        destination: &client.destination,
        outbox: &client.outbox,
        report,
        method,
        id: &id,
        body: &body,
        data: &data,
        request: &request,
    };
    let sent = call.send();
    drop(client);
    drop(body);
    Some(call::report(sent, method, id, &data, &request, report))
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
    extern fn state(call: &mut ExecuteData, returned: &mut Zval) {
        run_handler(AssertUnwindSafe(|| {
            if zend::arrays::<0>(call).is_some()
                && let Some(client) = call.get_object::<Client>()
            {
                let state = circuit_breaker::state(&client.0.settings, &client.0.outbox);
                *returned = ZendString::new(state.as_bytes()).into_zval();
            }
        }));
    }
}

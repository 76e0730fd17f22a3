//! Error → exception object with code and message, and the one place that raises.

use ext_php_rs::builders::{ClassBuilder, ClassProperty, FunctionBuilder};
use ext_php_rs::error::Result;
use ext_php_rs::flags::{DataType, MethodFlags, PropertyFlags};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{BailoutGuard, ClassEntry, ExecuteData, run_handler};
use ext_php_rs::zend_fastcall;
use std::panic::AssertUnwindSafe;

use crate::zend::{self, ZendString};
use crate::{decode, log};
use client::error::{Class, Error, Kind, Names, SubjectName};
use client::retryability::{self, Retryability};
use settings::{ErrorMode, Report};

// Indexes of the class entries.
const EXCEPTION: usize = Class::Exception as usize;
const CONFIGURATION: usize = Class::Configuration as usize;
const CONNECTION: usize = Class::Connection as usize;
const TIMEOUT: usize = Class::Timeout as usize;
const RESPONSE: usize = Class::Response as usize;
const AUTHENTICATION: usize = Class::Authentication as usize;

/// What follows the sentence of a failure in the log.
pub(crate) const KEPT: &str = "; the outbox keeps it and will send it again";
pub(crate) const KEPT_AS_REFUSED: &str = "; the outbox keeps it as refused";
/// What precedes it, with the reason, when the outbox has lost the order.
pub(crate) const NO_LONGER_KEPT: &str = "is no longer in the outbox";

// Private properties of Spread\Exception: its methods read them, and var_dump() shows them.
const PROPERTY_RESPONSE: &str = "response";
const PROPERTY_RETRYABLE: &str = "retryable";
const PROPERTY_RETRY_AFTER: &str = "retryAfter";

/// Registers the classes, at MINIT.
pub(crate) fn register() -> Result<()> {
    ClassBuilder::new(Class::Exception.name())
        .extends((zend::runtime_exception, Class::Exception.parent()))
        .property(private(PROPERTY_RESPONSE, Zval::null))
        .property(private(PROPERTY_RETRYABLE, || false.into()))
        .property(private(PROPERTY_RETRY_AFTER, Zval::null))
        .method(
            method("getResponse", get_response, DataType::Mixed, false),
            MethodFlags::Public,
        )
        .method(
            method("isRetryable", is_retryable, DataType::Bool, false),
            MethodFlags::Public,
        )
        .method(
            method("getRetryAfter", get_retry_after, DataType::Double, true),
            MethodFlags::Public,
        )
        .registration(zend::keep_class::<EXCEPTION>)
        .register()?;
    child::<CONFIGURATION, EXCEPTION>(Class::Configuration)?;
    child::<CONNECTION, EXCEPTION>(Class::Connection)?;
    child::<TIMEOUT, CONNECTION>(Class::Timeout)?;
    child::<RESPONSE, EXCEPTION>(Class::Response)?;
    child::<AUTHENTICATION, RESPONSE>(Class::Authentication)
}

fn child<const NUMBER: usize, const PARENT: usize>(class: Class) -> Result<()> {
    ClassBuilder::new(class.name())
        .extends((zend::class::<PARENT>, class.parent()))
        .registration(zend::keep_class::<NUMBER>)
        .register()
}

fn private(name: &str, default: fn() -> Zval) -> ClassProperty {
    ClassProperty {
        name: name.into(),
        flags: PropertyFlags::Private,
        default: Some(Box::new(move || Ok(default()))),
        docs: &[],
        ty: None,
        nullable: false,
        readonly: false,
        default_stub: None,
    }
}

fn method(
    name: &str,
    handler: zend::Handler,
    returns: DataType,
    nullable: bool,
) -> FunctionBuilder<'static> {
    FunctionBuilder::new(name, handler)
        .required_args(0)
        .returns(returns, false, nullable)
}

zend_fastcall! {
    extern fn get_response(call: &mut ExecuteData, returned: &mut Zval) {
        getter(call, returned, PROPERTY_RESPONSE, |response| response);
    }
}

zend_fastcall! {
    extern fn is_retryable(call: &mut ExecuteData, returned: &mut Zval) {
        getter(call, returned, PROPERTY_RETRYABLE, |retryable| {
            retryable.bool().unwrap_or(false).into()
        });
    }
}

zend_fastcall! {
    extern fn get_retry_after(call: &mut ExecuteData, returned: &mut Zval) {
        getter(call, returned, PROPERTY_RETRY_AFTER, |seconds| {
            seconds.double().map_or_else(Zval::null, Zval::from)
        });
    }
}

/// `typed` enforces the method's return type: unserialize() can put anything into a property.
fn getter(call: &mut ExecuteData, returned: &mut Zval, property: &str, typed: fn(Zval) -> Zval) {
    run_handler(AssertUnwindSafe(|| {
        if zend::arrays::<0>(call).is_none() {
            return;
        }
        if let Some(this) = call.get_self() {
            *returned = typed(zend::property(this, zend::class::<EXCEPTION>(), property));
        }
    }));
}

fn class_of(error: &Error) -> &'static ClassEntry {
    match error.class() {
        Class::Exception => zend::class::<EXCEPTION>(),
        Class::Configuration => zend::class::<CONFIGURATION>(),
        Class::Connection => zend::class::<CONNECTION>(),
        Class::Timeout => zend::class::<TIMEOUT>(),
        Class::Response => zend::class::<RESPONSE>(),
        Class::Authentication => zend::class::<AUTHENTICATION>(),
    }
}

/// Reports a failed call in the configured error mode and returns the function's return value.
/// `dead_lettered`: the outbox keeps the order or account as `refused`.
pub(crate) fn raise(
    error: Error,
    subject: SubjectName,
    report: Report,
    dead_lettered: bool,
) -> Zval {
    let consequence = if dead_lettered { KEPT_AS_REFUSED } else { "" };
    let (message, exception) = keep(error, subject, report, consequence);
    match (report.mode, exception) {
        (ErrorMode::Exception, Some(exception)) => zend::throw(exception),
        (ErrorMode::Warning, exception) => {
            zend::warn(&message);
            // An error handler may have made calls that set another last error.
            if let Some(exception) = &exception {
                zend::set_last_error(exception);
            }
        }
        _ => {}
    }
    false.into()
}

/// Records and logs the error of an attempt when the call itself has not failed.
pub(crate) fn note(error: Error, subject: SubjectName, report: Report) {
    keep(error, subject, report, KEPT);
}

/// Logs the error and makes it the one that `spread_last_error()` returns. Gives the message and the
/// exception, which is `None` when it cannot be allocated.
fn keep(
    error: Error,
    subject: SubjectName,
    report: Report,
    consequence: &str,
) -> (ZendString, Option<Zval>) {
    // Each step below calls Zend, where a fatal error unwinds with longjmp(): Rust values are guarded.
    let sentence = error.sentence(&subject, &Names::INI);
    drop(subject);
    let facts = BailoutGuard::new((error, sentence));
    let (error, sentence) = facts.get();
    let is_held = matches!(error.kind(), Kind::Held { .. });
    let message = ZendString::new(sentence.as_bytes());
    let exception = exception(error, &message);
    drop(facts);

    if let Some(exception) = &exception {
        zend::set_last_error(exception);
    }
    // Calls that are held back have one line, when that begins: see `circuit_breaker.rs`.
    if report.log && !is_held {
        let prefix = b"spread: ";
        let line = [prefix, message.as_bytes(), consequence.as_bytes()].concat();
        log::write(&ZendString::new(&line));
    }
    (message, exception)
}

fn exception(error: &Error, message: &ZendString) -> Option<Zval> {
    let own = zend::class::<EXCEPTION>();
    let base = zend::base_exception();
    let object = zend::new_exception(class_of(error))?;
    let text = ZendString::new(message.as_bytes()).into_zval();
    zend::set_property(&object, base, "message", text);
    zend::set_property(&object, base, "code", error.status().into());
    zend::set_property(
        &object,
        own,
        PROPERTY_RETRYABLE,
        (retryability::of(error) == Retryability::Soon).into(),
    );
    if let Kind::Refused(refusal) = error.kind() {
        let response = decode::refusal(ZendString::new(&refusal.body));
        zend::set_property(&object, own, PROPERTY_RESPONSE, response);
    }
    if let Some(seconds) = error.retry_after() {
        zend::set_property(&object, own, PROPERTY_RETRY_AFTER, seconds.into());
    }
    Some(object)
}

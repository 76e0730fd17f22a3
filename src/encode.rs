//! zval → form writer, without a tree in between.
//!
//! The oracle is `http_build_query(["data" => $data, "request" => $request])` of the running PHP
//! (ext/standard/http.c), with three intended differences: the separator is always `&`; a cycle or
//! nesting that is too deep, which PHP drops or crashes on, is a `\ValueError` that names the path; and
//! `Spread\OrderState` is encoded as its value in every PHP version.

use ext_php_rs::ffi;
use ext_php_rs::zend::ExecutorGlobals;

use crate::zend::{self, Buffer, Entries, Object, Table, Value, ZendString};
use codec::form::{DEPTH_LIMIT, FormWriter, Key};

/// PHP 8.4 and later encode an enum as its value, earlier versions as an object with `name` and `value`.
const ENUMS_ARE_VALUES: bool = ffi::ZEND_MODULE_API_NO >= zend::PHP_8_4;

/// The request body. `None` when an exception is pending.
pub(crate) fn body(data: &Table, request: &Table) -> Option<ZendString> {
    let mut form = FormWriter::new(Buffer::new(), Buffer::new());
    for (number, name, table) in [(1, "data", data), (2, "request", request)] {
        let key = Key::Name(name.as_bytes());
        match write_array(&mut form, key, table, None) {
            Ok(()) => {}
            Err(Refusal::Pending) => return None,
            Err(Refusal::Message(message)) => {
                zend::throw_argument_error(number, &message);
                return None;
            }
        }
    }
    // An error handler may have thrown on a notice: then there is no order to send.
    (!ExecutorGlobals::has_exception()).then(|| form.finish().into_string())
}

/// The reason why an order cannot be encoded.
enum Refusal {
    /// An exception is pending.
    Pending,
    Message(ZendString),
}

/// The tables being written, innermost first: a linked list on the stack, searched to detect cycles.
#[derive(Clone, Copy)]
struct Open<'o> {
    identity: usize,
    depth: usize,
    outer: Option<&'o Open<'o>>,
}

impl<'o> Open<'o> {
    fn enter(
        form: &FormWriter<Buffer>,
        table: &Table,
        outer: Option<&'o Open<'o>>,
    ) -> Result<Self, Refusal> {
        let depth = outer.map_or(1, |outer| outer.depth + 1);
        let identity = table.identity();
        let mut open = outer;
        while let Some(ancestor) = open {
            if ancestor.identity == identity {
                return Err(refuse(form, "must not contain itself, as it does at"));
            }
            open = ancestor.outer;
        }
        if depth > DEPTH_LIMIT {
            let what = format!("must not be nested deeper than {DEPTH_LIMIT} levels, as it is at");
            return Err(refuse(form, &what));
        }
        Ok(Self {
            identity,
            depth,
            outer,
        })
    }
}

fn refuse(form: &FormWriter<Buffer>, what: &str) -> Refusal {
    let message = format!("{what} {}", form.readable_path());
    Refusal::Message(ZendString::new(message.as_bytes()))
}

fn write_array(
    form: &mut FormWriter<Buffer>,
    key: Key<'_>,
    table: &Table,
    outer: Option<&Open<'_>>,
) -> Result<(), Refusal> {
    let opened = form.open(key);
    let open = Open::enter(form, table, outer)?;
    write_entries(form, table.entries(), &open)?;
    form.close(opened);
    Ok(())
}

fn write_object(
    form: &mut FormWriter<Buffer>,
    key: Key<'_>,
    object: &Object,
    outer: &Open<'_>,
) -> Result<(), Refusal> {
    let opened = form.open(key);
    let properties = object.properties();
    if ExecutorGlobals::has_exception() {
        return Err(Refusal::Pending);
    }
    if let Some(properties) = properties {
        let open = Open::enter(form, &properties, Some(outer))?;
        write_entries(form, object.entries(), &open)?;
    }
    form.close(opened);
    Ok(())
}

fn write_entries(
    form: &mut FormWriter<Buffer>,
    entries: Entries<'_>,
    open: &Open<'_>,
) -> Result<(), Refusal> {
    for (key, value) in entries {
        write_value(form, key, value, open)?;
    }
    Ok(())
}

fn write_value(
    form: &mut FormWriter<Buffer>,
    key: Key<'_>,
    value: Value<'_>,
    open: &Open<'_>,
) -> Result<(), Refusal> {
    match value {
        Value::Nothing => {}
        Value::Bool(value) => form.integer(key, i64::from(value)),
        Value::Integer(number) => form.integer(key, number),
        Value::Float(number) => form.text(key, ZendString::from_float(number).as_bytes()),
        Value::Text(text) => form.text(key, text),
        Value::Array(table) => write_array(form, key, &table, Some(open))?,
        Value::Object(object)
            if object.is_order_state() || (ENUMS_ARE_VALUES && object.is_enum()) =>
        {
            match object.enum_value() {
                Some(value) => write_value(form, key, value, open)?,
                None => {
                    zend::throw_unbacked_enum(&object);
                    return Err(Refusal::Pending);
                }
            }
        }
        Value::Object(object) => write_object(form, key, &object, open)?,
    }
    Ok(())
}

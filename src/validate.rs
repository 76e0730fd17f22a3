//! `$data` and `$request` → the tree that the rules check; findings → PHP arrays.
//!
//! The tree is a bounded copy: arrays and strings that PHP shares would each be copied. Reading runs no
//! user code and cannot end in a fatal error.

use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::BailoutGuard;

use crate::decode;
use crate::zend::{self, ArrayKey, Table, ZendString};
use codec::form::{self, DEPTH_LIMIT};
use methods::Method;
use rules::{self, Finding, Key, Severity, Value};

/// How much of the fields' values is read: bytes of text, and [`ENTRY`] for each element.
const BUDGET: usize = 16 << 20;
const ENTRY: usize = 64;

/// Texts of fields up to this length are free: dates, states and addresses are always checked.
const SHORT: usize = 256;

/// The findings as `spread_validate_order()` and `spread_validate_account()` return them.
pub(crate) fn findings(method: &Method, data: &Table, request: &Table) -> Zval {
    // Building the list calls Zend, where a fatal error unwinds with longjmp().
    let findings = BailoutGuard::new(check(method, data, request));
    if findings.get().is_empty() {
        return decode::array(None);
    }
    let mut list = ZendHashTable::new();
    for finding in findings.get() {
        let mut row = ZendHashTable::new();
        for (key, text) in [
            ("field", finding.field.as_str()),
            ("rule", finding.rule),
            ("severity", finding.severity.name()),
            ("message", finding.message.as_str()),
        ] {
            let text = ZendString::new(text.as_bytes()).into_zval();
            zend::set(&mut row, &ArrayKey::new(key), text);
        }
        zend::push(&mut list, decode::array(Some(row)));
    }
    decode::array(Some(list))
}

/// The message of the first documented rule that a call of `method` breaks.
pub(crate) fn first_error(method: &Method, data: &Table, request: &Table) -> Option<String> {
    check(method, data, request)
        .into_iter()
        .find(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.message)
}

fn check(method: &Method, data: &Table, request: &Table) -> Vec<Finding> {
    let mut reader = Reader {
        budget: BUDGET,
        open: Vec::new(),
    };
    let data = reader.document(data);
    let request = reader.document(request);
    rules::check(method, &data, &request)
}

struct Reader {
    budget: usize,
    /// The tables being read, outermost first.
    open: Vec<usize>,
}

impl Reader {
    /// Reads every field, even beyond the budget: an omitted one would be reported as missing.
    fn document(&mut self, table: &Table) -> Value {
        self.open.push(table.identity());
        let fields = table
            .entries()
            .map(|(key, value)| match value {
                zend::Value::Text(text) if text.len() <= SHORT => {
                    (owned(key), Value::Text(text.to_vec()))
                }
                value => (owned(key), self.value(value)),
            })
            .collect();
        self.open.pop();
        Value::Array(fields)
    }

    fn value(&mut self, value: zend::Value<'_>) -> Value {
        match value {
            zend::Value::Nothing => Value::Null,
            zend::Value::Bool(value) => Value::Bool(value),
            zend::Value::Integer(number) => Value::Integer(number),
            zend::Value::Float(number) => Value::Float(number),
            zend::Value::Text(text) if self.spend(text.len()) => Value::Text(text.to_vec()),
            zend::Value::Text(_) => Value::Unread,
            zend::Value::Array(table) => self.array(&table),
            zend::Value::Object(object) if object.is_enum() => match object.enum_value() {
                Some(value) => self.value(value),
                None => Value::Other("enum"),
            },
            zend::Value::Object(_) => Value::Other("object"),
        }
    }

    fn array(&mut self, table: &Table) -> Value {
        let identity = table.identity();
        if self.open.len() >= DEPTH_LIMIT || self.open.contains(&identity) {
            return Value::Endless;
        }
        self.open.push(identity);
        let entries: Option<Vec<_>> = table
            .entries()
            .map(|(key, value)| {
                let length = match key {
                    form::Key::Name(name) => name.len(),
                    form::Key::Index(_) => 0,
                };
                self.spend(ENTRY + length)
                    .then(|| (owned(key), self.value(value)))
            })
            .collect();
        self.open.pop();
        entries.map_or(Value::Unread, Value::Array)
    }

    fn spend(&mut self, cost: usize) -> bool {
        match self.budget.checked_sub(cost) {
            Some(left) => {
                self.budget = left;
                true
            }
            None => false,
        }
    }
}

fn owned(key: form::Key<'_>) -> Key {
    match key {
        form::Key::Index(index) => Key::Index(index),
        form::Key::Name(name) => Key::Name(name.to_vec()),
    }
}

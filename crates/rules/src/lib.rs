//! The documented rules of an order.
//!
//! ```text
//!   data, request ──► for each field of the table: is it there, is it of its kind ──► findings
//!                     then the fields that the table does not know ─────────────────►
//! ```
//!
//! What the API documents is one table (`rules/fields.rs`): it is checked here, and the reference
//! page is written from it. An order is judged as it arrives: `"10"` and `10` are the same to a form,
//! and what a form cannot carry (null, an empty array) is not there.
//!
//! Messages name fields and never repeat what is in them: an order is personal data, and a message
//! ends in a log.

#![forbid(unsafe_code)]

mod fields;
mod formats;
mod kinds;
mod nearest;

#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod tests;

pub use fields::{Document, FIELDS, Field};
pub use kinds::Kind;

use formats::Moment;

/// A value of an order, as PHP has it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Vec<u8>),
    Array(Vec<(Key, Value)>),
    /// What is none of the others, such as `object`. No rule wants one.
    Other(&'static str),
    /// Left out because it does not end: an array that holds itself, or lies too deep. It cannot be
    /// sent.
    Endless,
    /// Left out because there is too much of it. Nothing is said of it.
    Unread,
}

/// A key of an array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    Index(i64),
    Name(Vec<u8>),
}

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The order breaks a documented rule.
    Error,
    /// The order can be right, and probably is not what was meant.
    Warning,
}

impl Severity {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A rule that an order can break.
#[derive(Debug)]
pub struct Rule {
    /// Short and stable: code may compare it.
    pub id: &'static str,
    pub severity: Severity,
    /// What breaks it.
    pub broken_by: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// A rule that an order breaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Such as `data.order_state`.
    pub field: String,
    pub rule: &'static str,
    pub severity: Severity,
    /// One sentence without capital and full stop: what is wrong and what is expected.
    pub message: String,
}

/// Declares the rules: a name for this code, and the table of all of them.
macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $broken_by:literal;)+) => {
        $(
            const $name: &Rule = &Rule {
                id: $id,
                severity: Severity::$severity,
                broken_by: $broken_by,
            };
        )+

        /// Every rule.
        pub static RULES: &[&Rule] = &[$($name),+];
    };
}

rules! {
    MISSING = "missing", Error,
        "a required field that is not there, null or empty; neither customer_email nor external_id";
    NOT_TEXT = "not-text", Error, "an array or an object where one text is expected";
    NOT_UTF_8 = "not-utf-8", Error, "text that is not UTF-8, at any depth";
    TOO_DEEP = "too-deep", Error, "an array that holds itself or is nested deeper than 128 levels";
    NOT_AN_EMAIL = "not-an-email", Error, "an e-mail address that cannot be one";
    NOT_A_STATE = "not-a-state", Error, "an order state other than 0, 10, 20, 50 and 100";
    NOT_A_NUMBER = "not-a-number", Error, "an amount that is no number to PHP's is_numeric()";
    NOT_A_DATE_TIME = "not-a-date-time", Error, "a time that is not Y-m-d H:i:s, or is not in the calendar";
    NOT_A_DATE = "not-a-date", Error, "a date that is not Y-m-d, or is not in the calendar";
    NOT_AN_OPT_IN = "not-an-opt-in", Error, "an opt-in other than 1, 0 and -1";
    NOT_CONSENTS = "not-consents", Error, "consents that are not names with 1, 0, true or false";
    CONSENTS_WITHOUT_EMAIL = "consents-without-email", Error, "consents without customer_email";
    NOT_CUSTOM_FIELDS = "not-custom-fields", Error, "custom fields whose keys are not integers";
    NOT_TAGS = "not-tags", Error, "tags that are neither strings nor one string";
    NOT_PRODUCT_ATTRIBUTES = "not-product-attributes", Error,
        "product attributes that are not a list of lists of strings";
    NOT_A_GENDER = "not-a-gender", Warning, "a gender other than male and female";
    END_BEFORE_START = "end-before-start", Warning, "a service that ends before it starts";
    DIFFERENT_ORDER = "different-order", Warning, "request.order_idorder that is not data.order_idorder";
    EMPTY_ARRAY = "empty-array", Warning, "an empty array, which a form cannot carry";
    UNKNOWN_FIELD = "unknown-field", Warning, "a field that is not documented";
}

/// The rules that an order breaks, in the order of the table's fields; then the fields that are not
/// in it, in the order given.
#[must_use]
pub fn check(data: &Value, request: &Value) -> Vec<Finding> {
    let order = Order { data, request };
    let mut findings = Vec::new();
    for field in FIELDS {
        order.check_field(field, &mut findings);
    }
    for (document, fields) in [(Document::Data, data), (Document::Request, request)] {
        for (key, value) in entries(fields) {
            let known = FIELDS
                .iter()
                .any(|field| field.document == document && is(key, field.name));
            if !known {
                check_unknown(document, key, value, &mut findings);
            }
        }
    }
    findings
}

struct Order<'o> {
    data: &'o Value,
    request: &'o Value,
}

impl<'o> Order<'o> {
    /// What a field holds; null is nothing, for a form leaves it out.
    fn get(&self, document: Document, name: &str) -> Option<&'o Value> {
        let fields = match document {
            Document::Data => self.data,
            Document::Request => self.request,
        };
        entries(fields)
            .iter()
            .find(|(key, _)| is(key, name))
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    fn data(&self, name: &str) -> Option<&'o Value> {
        self.get(Document::Data, name)
    }

    /// Whether a field says anything.
    fn has(&self, document: Document, name: &str) -> bool {
        self.get(document, name)
            .is_some_and(|value| !is_empty(value))
    }

    fn check_field(&self, field: &Field, findings: &mut Vec<Finding>) {
        let path = field.path();
        let value = self.get(field.document, field.name);
        let missing = !self.has(field.document, field.name);
        let expected = field.kind.expected();
        let mut add =
            |rule: &'static Rule, says: String| findings.push(finding(&path, rule, &says));

        let unidentified =
            missing && !self.has(Document::Data, "external_id") && path == "data.customer_email";
        if unidentified {
            let says = "and data.external_id are both missing; at least one must name the customer";
            add(MISSING, says.into());
        } else if field.required && missing {
            add(MISSING, format!("is missing; it must be {expected}"));
        }
        let Some(value) = value else {
            return;
        };
        let reported = missing && (unidentified || field.required);
        if !reported
            && !is_empty_array(value)
            && let Some(rule) = field.kind.broken_by(value)
        {
            let or_not = if missing { ", or be left out" } else { "" };
            add(rule, format!("must be {expected}{or_not}"));
        }
        match path.as_str() {
            "data.consents" if !missing && !self.has(Document::Data, "customer_email") => add(
                CONSENTS_WITHOUT_EMAIL,
                "needs data.customer_email: SPREAD keeps consents by e-mail address".into(),
            ),
            "data.order_end_service" if self.ends_before_start() => add(
                END_BEFORE_START,
                "is before data.order_start_service; it must be the same day or later".into(),
            ),
            "request.order_idorder" if self.names_two_orders() => add(
                DIFFERENT_ORDER,
                "is not data.order_idorder; both must name the same order".into(),
            ),
            _ => {}
        }
        check_content(&path, value, findings);
    }

    fn ends_before_start(&self) -> bool {
        let day = |name| match self.data(name) {
            Some(Value::Text(text)) => Moment::date(text),
            _ => None,
        };
        matches!(
            (day("order_start_service"), day("order_end_service")),
            (Some(start), Some(end)) if end < start
        )
    }

    fn names_two_orders(&self) -> bool {
        let id = |document| {
            self.get(document, "order_idorder")
                .filter(|value| !is_empty(value))
                .and_then(as_sent)
        };
        matches!((id(Document::Data), id(Document::Request)), (Some(a), Some(b)) if a != b)
    }
}

fn finding(path: &str, rule: &'static Rule, says: &str) -> Finding {
    Finding {
        field: path.into(),
        rule: rule.id,
        severity: rule.severity,
        message: format!("{path} {says}"),
    }
}

/// What is wrong in whatever a field holds, once for the field.
fn check_content(path: &str, value: &Value, findings: &mut Vec<Finding>) {
    let mut add = |rule: &'static Rule, says: &str| findings.push(finding(path, rule, says));
    if any(value, &|value| *value == Value::Endless) {
        add(
            TOO_DEEP,
            "must not contain itself or be nested deeper than 128 levels; it cannot be sent",
        );
    }
    if any(value, &is_not_utf_8) {
        add(NOT_UTF_8, "must be text in UTF-8");
    }
    if is_empty_array(value) {
        add(
            EMPTY_ARRAY,
            "is an empty array, which a form cannot carry: SPREAD will not see it",
        );
    } else if any(value, &is_empty_array) {
        add(
            EMPTY_ARRAY,
            "has an empty array in it, which a form cannot carry: SPREAD will not see that",
        );
    }
}

fn check_unknown(document: Document, key: &Key, value: &Value, findings: &mut Vec<Finding>) {
    let name = match key {
        Key::Index(index) => index.to_string(),
        Key::Name(name) => nearest::shown(name),
    };
    let path = format!("{}.{name}", document.name());
    let guess = match key {
        Key::Name(name) => nearest::field(document, name),
        Key::Index(_) => None,
    };
    let says = match guess {
        Some(field) => format!("is not a documented field; did you mean {}?", field.path()),
        None => "is not a documented field; check its name".into(),
    };
    findings.push(finding(&path, UNKNOWN_FIELD, &says));
    let name_is_utf_8 = !matches!(key, Key::Name(name) if std::str::from_utf8(name).is_err());
    if name_is_utf_8 {
        check_content(&path, value, findings);
    } else {
        findings.push(finding(&path, NOT_UTF_8, "must have a name in UTF-8"));
    }
}

fn entries(value: &Value) -> &[(Key, Value)] {
    match value {
        Value::Array(entries) => entries,
        _ => &[],
    }
}

fn is(key: &Key, name: &str) -> bool {
    matches!(key, Key::Name(bytes) if bytes == name.as_bytes())
}

fn is_empty_array(value: &Value) -> bool {
    matches!(value, Value::Array(entries) if entries.is_empty())
}

fn is_empty(value: &Value) -> bool {
    is_empty_array(value) || matches!(value, Value::Text(text) if text.is_empty())
}

fn is_not_utf_8(value: &Value) -> bool {
    let is_broken = |text: &[u8]| std::str::from_utf8(text).is_err();
    match value {
        Value::Text(text) => is_broken(text),
        Value::Array(entries) => entries
            .iter()
            .any(|(key, _)| matches!(key, Key::Name(name) if is_broken(name))),
        _ => false,
    }
}

/// Whether the value, or one in it, passes a test. As deep as the value, which its maker bounds.
fn any(value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    test(value) || entries(value).iter().any(|(_, inner)| any(inner, test))
}

/// A scalar as the form carries it; nothing where that depends on PHP's ini `precision`.
fn as_sent(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bool(value) => Some(vec![if *value { b'1' } else { b'0' }]),
        Value::Integer(number) => Some(number.to_string().into_bytes()),
        Value::Float(number) if kinds::is_small_and_whole(*number) => {
            Some(format!("{number:.0}").into_bytes())
        }
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

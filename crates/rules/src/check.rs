//! Checks an order or an account against the table of fields.

use codec::form::DEPTH_LIMIT;
use methods::{Method, Subject};

use crate::fields::{Document, FIELDS, Field};
use crate::formats::Moment;
use crate::kinds::is_small_and_whole;
use crate::nearest;
use crate::places;
use crate::rule::{
    CONSENTS_WITHOUT_EMAIL, DIFFERENT_ORDER, EMPTY_ARRAY, END_BEFORE_START, ESCAPED_TEXT, Finding,
    GUEST_ID, MISSING, NOT_A_COUNTRY, NOT_A_LANGUAGE, NOT_UTF_8, ORDER_FIELD, Rule, TOO_DEEP,
    UNKNOWN_FIELD,
};
use crate::value::{
    Key, Value, any, entries, is, is_empty, is_empty_array, is_escaped, is_not_utf_8,
};

/// The rules that a call of `method` breaks, in the sequence of the table's fields; then the unknown fields,
/// in the sequence of the array.
#[must_use]
pub fn check(method: &Method, data: &Value, request: &Value) -> Vec<Finding> {
    let call = Call {
        method,
        data,
        request,
    };
    let mut findings = Vec::new();
    for field in FIELDS {
        if field.is_of(method.subject) {
            call.check_field(field, &mut findings);
        } else {
            call.check_field_of_order(field, &mut findings);
        }
    }
    for (document, fields) in [(Document::Data, data), (Document::Request, request)] {
        for (key, value) in entries(fields) {
            let known = FIELDS
                .iter()
                .any(|field| field.document == document && is(key, field.name));
            if !known {
                check_unknown(method.subject, document, key, value, &mut findings);
            }
        }
    }
    findings
}

struct Call<'c> {
    method: &'c Method,
    data: &'c Value,
    request: &'c Value,
}

impl<'c> Call<'c> {
    /// The value of a field; `None` for null, which a form does not carry.
    fn get(&self, document: Document, name: &str) -> Option<&'c Value> {
        let fields = match document {
            Document::Data => self.data,
            Document::Request => self.request,
        };
        fields.get(name).filter(|value| **value != Value::Null)
    }

    fn data(&self, name: &str) -> Option<&'c Value> {
        self.get(Document::Data, name)
    }

    /// Whether a field has a value that is not empty.
    fn has(&self, document: Document, name: &str) -> bool {
        self.get(document, name)
            .is_some_and(|value| !is_empty(value))
    }

    fn check_field(&self, field: &Field, findings: &mut Vec<Finding>) {
        let path = field.path();
        let value = self.get(field.document, field.name);
        let missing = !self.has(field.document, field.name);
        let expected = field.kind.expected();
        let required =
            field.required && (field.document == Document::Data || self.method.needs_request);
        let mut add =
            |rule: &'static Rule, says: String| findings.push(finding(&path, rule, &says));

        let unidentified =
            missing && !self.has(Document::Data, "external_id") && path == "data.customer_email";
        if unidentified {
            let says = "and data.external_id are both missing; at least one must name the customer";
            add(MISSING, says.into());
        } else if required && missing {
            add(MISSING, format!("is missing; it must be {expected}"));
        }
        let Some(value) = value else {
            return;
        };
        let reported = missing && (unidentified || required);
        if !reported
            && !is_empty_array(value)
            && let Some(rule) = field.kind.broken_by(value)
        {
            let or_not = if missing { ", or be left out" } else { "" };
            add(rule, format!("must be {expected}{or_not}"));
        }
        match path.as_str() {
            "data.external_id" if as_sent(value).as_deref() == Some(b"0") => add(
                GUEST_ID,
                "is 0, which shops give to every guest: SPREAD would take all guests for one customer; leave \
                 it out for a guest"
                    .into(),
            ),
            "data.customer_country" => {
                if let Some(text) = other_than(value, places::is_country) {
                    let meant = places::country_meant(&text);
                    add(
                        NOT_A_COUNTRY,
                        instead("an ISO 3166-1 alpha-2 code such as FR", meant),
                    );
                }
            }
            "data.customer_lang" => {
                if let Some(text) = other_than(value, places::is_language) {
                    let meant = places::language_meant(&text);
                    add(
                        NOT_A_LANGUAGE,
                        instead("a language and a country such as fr_FR", meant.as_deref()),
                    );
                }
            }
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

    /// A field that an account does not have.
    fn check_field_of_order(&self, field: &Field, findings: &mut Vec<Finding>) {
        if let Some(value) = self.get(field.document, field.name) {
            let path = field.path();
            let says = "is a field of an order; leave it out of an account";
            findings.push(finding(&path, ORDER_FIELD, says));
            check_content(&path, value, findings);
        }
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

/// The text that a field sends, when it says something other than what is right. A text that is not UTF-8
/// breaks a rule already.
fn other_than(value: &Value, is_right: fn(&str) -> bool) -> Option<String> {
    let text = String::from_utf8(as_sent(value)?).ok()?;
    (!text.is_empty() && !is_right(&text)).then_some(text)
}

fn instead(expected: &str, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("should be {expected}; write {meant}"),
        None => format!("should be {expected}"),
    }
}

/// Checks that apply to any value; each rule is reported once per field.
fn check_content(path: &str, value: &Value, findings: &mut Vec<Finding>) {
    let mut add = |rule: &'static Rule, says: &str| findings.push(finding(path, rule, says));
    if any(value, &|value| *value == Value::Endless) {
        add(
            TOO_DEEP,
            &format!(
                "must not contain itself or be nested deeper than {DEPTH_LIMIT} levels; it cannot be sent"
            ),
        );
    }
    if any(value, &is_not_utf_8) {
        add(NOT_UTF_8, "must be text in UTF-8");
    }
    if any(value, &is_escaped) {
        add(
            ESCAPED_TEXT,
            "is escaped for HTML, such as &amp; or &#039;; send the text itself, which html_entity_decode() \
             gives",
        );
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

fn check_unknown(
    subject: Subject,
    document: Document,
    key: &Key,
    value: &Value,
    findings: &mut Vec<Finding>,
) {
    let name = match key {
        Key::Index(index) => index.to_string(),
        Key::Name(name) => nearest::shown(name),
    };
    let path = format!("{}.{name}", document.name());
    let guess = match key {
        Key::Name(name) => nearest::field(subject, document, name),
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

/// A scalar as the form carries it; `None` where that depends on PHP's ini `precision`.
fn as_sent(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bool(value) => Some(vec![if *value { b'1' } else { b'0' }]),
        Value::Integer(number) => Some(number.to_string().into_bytes()),
        Value::Float(number) if is_small_and_whole(*number) => {
            Some(format!("{number:.0}").into_bytes())
        }
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

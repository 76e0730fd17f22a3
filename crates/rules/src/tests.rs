//! Whole orders: missing fields, fields that must agree, unknown fields, and messages.

use super::*;
use crate::rule::*;
use methods::{METHODS, Method, UPDATE_ORDER};

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().to_vec())
}

pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Array((0..).map(Key::Index).zip(values).collect())
}

pub(super) fn texts(values: &[&str]) -> Value {
    list(values.iter().map(|value| text(value)))
}

pub(super) fn map(entries: &[(&str, Value)]) -> Value {
    let key = |name: &str| Key::Name(name.as_bytes().to_vec());
    Value::Array(
        entries
            .iter()
            .map(|(name, value)| (key(name), value.clone()))
            .collect(),
    )
}

pub(super) fn empty() -> Value {
    Value::Array(Vec::new())
}

/// The rules that a call of `updateOrder` breaks.
pub(super) fn check(data: &Value, request: &Value) -> Vec<Finding> {
    crate::check(UPDATE_ORDER, data, request)
}

#[allow(clippy::unwrap_used)]
fn method(name: &str) -> &'static Method {
    methods::by_name(name.as_bytes()).unwrap()
}

#[test]
fn an_account_needs_no_field_of_an_order_and_warns_about_them() {
    let broken = |data: &Value, request: &Value| -> Vec<String> {
        crate::check(method("updateAccount"), data, request)
            .iter()
            .map(|finding| format!("{}: {}", finding.field, finding.rule))
            .collect()
    };
    for identified in ["customer_email", "external_id"] {
        assert_eq!(
            broken(&map(&[(identified, text("john@doe.com"))]), &empty()),
            [""; 0]
        );
    }
    assert_eq!(broken(&empty(), &empty()), ["data.customer_email: missing"]);
    let wrong = map(&[
        ("customer_email", text("john")),
        ("customer_birthday", text("1970-02-30")),
        ("customer_emial", text("john@doe.com")),
        ("order_state", text("15")),
        ("add_order_tag", texts(&[])),
    ]);
    let request = map(&[("order_idorder", text("1")), ("other", text("1"))]);
    assert_eq!(
        broken(&wrong, &request),
        [
            "data.customer_email: not-an-email",
            "data.customer_birthday: not-a-date",
            "data.order_state: order-field",
            "data.add_order_tag: order-field",
            "data.add_order_tag: empty-array",
            "request.order_idorder: order-field",
            "data.customer_emial: unknown-field",
            "request.other: unknown-field",
        ]
    );
    let whole = crate::check(method("createAccount"), &order(&[]), &request);
    assert!(
        whole
            .iter()
            .all(|finding| finding.severity == Severity::Warning)
    );
    let order_fields = FIELDS.iter().filter(|field| field.of_order).count();
    assert_eq!(order_fields, 10);
}

/// As SPREAD's module for PrestaShop sends them.
#[test]
fn the_arrays_of_the_module_for_prestashop_break_no_rule() {
    let account = map(&[
        ("customer_email", text("john@doe.com")),
        ("external_id", Value::Integer(42)),
        ("customer_name", text("Doe")),
        ("customer_firstname", text("John")),
        ("customer_isoptin", Value::Bool(true)),
        ("add_tag", text("customers,guests, vip")),
        ("group", text("Customer")),
        ("date", text("2014-06-21 14:31:08")),
        ("action", text("signup")),
    ]);
    for name in ["createAccount", "updateAccount"] {
        assert_eq!(crate::check(method(name), &account, &empty()), []);
    }
}

#[test]
fn only_a_method_that_needs_a_request_misses_it() {
    for method in METHODS {
        let findings = crate::check(method, &order(&[]), &empty());
        let missing = findings.iter().any(|finding| finding.rule == "missing");
        assert_eq!(missing, method.needs_request, "{method}");
    }
}

/// A minimal order, with some fields set or (by null) removed.
fn order(changes: &[(&str, Value)]) -> Value {
    let mut fields = vec![
        ("customer_email", text("john@doe.com")),
        ("order_idorder", text("0000001")),
        ("order_state", text("10")),
        ("order_amount", Value::Float(158.31)),
        ("order_crea_dt", text("2014-06-21 14:31:08")),
    ];
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value.clone(),
            None => fields.push((name, value.clone())),
        }
    }
    map(&fields)
}

fn request() -> Value {
    map(&[("order_idorder", text("0000001"))])
}

/// `field: rule` of each finding.
fn broken(data: &Value, request: &Value) -> Vec<String> {
    check(data, request)
        .iter()
        .map(|finding| format!("{}: {}", finding.field, finding.rule))
        .collect()
}

pub(super) fn with(changes: &[(&str, Value)]) -> Vec<String> {
    broken(&order(changes), &request())
}

#[track_caller]
pub(super) fn assert_right(field: &str, values: impl IntoIterator<Item = Value>) {
    for value in values {
        let shown = format!("{field} = {value:?}");
        assert_eq!(with(&[(field, value)]), Vec::<String>::new(), "{shown}");
    }
}

#[track_caller]
pub(super) fn assert_wrong(field: &str, rule: &Rule, values: impl IntoIterator<Item = Value>) {
    for value in values {
        let shown = format!("{field} = {value:?}");
        let expected = format!("data.{field}: {}", rule.id);
        assert_eq!(with(&[(field, value)]), [expected], "{shown}");
    }
}

fn documented(second_edition: bool) -> Value {
    let (line_2, line_3) = if second_edition {
        ("customer_address_2", "customer_address_3")
    } else {
        ("customer_address2", "customer_address3")
    };
    order(&[
        ("external_id", text("12345xxx6789")),
        ("customer_cookie", text("b0a7")),
        ("customer_name", text("Doe")),
        ("customer_firstname", text("John")),
        (
            "customer_isoptin",
            if second_edition {
                Value::Null
            } else {
                text("1")
            },
        ),
        ("customer_gender", text("male")),
        ("customer_address", text("8, rue de la place")),
        (line_2, text("bâtiment A")),
        (line_3, text("appartement 23")),
        ("customer_cp", text("76000")),
        ("customer_city", text("Rouen")),
        ("customer_country", text("FR")),
        ("customer_tel", text("0235000000")),
        ("customer_mobile", text("060606606")),
        ("customer_fonction", text("developer")),
        ("customer_company", text("SPREAD")),
        ("customer_birthday", text("1970-12-31")),
        ("customer_lang", text("fr_FR")),
        ("add_tag", texts(&["tag1", "tag2"])),
        ("del_tag", texts(&["tag3", "tag4"])),
        ("action", text("order")),
        (
            "custom_fields",
            Value::Array(vec![(Key::Index(327), text("value"))]),
        ),
        ("order_start_service", text("2019-06-05")),
        ("order_end_service", text("2019-06-14")),
        (
            "product_attributes",
            list([
                texts(&["size:xl", "type:shirt"]),
                texts(&["size:s", "color:blue"]),
            ]),
        ),
        (
            "add_order_tag",
            texts(&["tag_commande_1", "tag_commande_2"]),
        ),
        (
            "del_order_tag",
            texts(&["tag_commande_3", "tag_commande_4"]),
        ),
    ])
}

#[test]
fn the_documented_orders_break_no_rule() {
    assert!(check(&documented(false), &request()).is_empty());
    assert!(check(&documented(true), &request()).is_empty());
    assert!(check(&order(&[]), &request()).is_empty());
}

#[test]
fn an_empty_order_lacks_every_required_field() {
    let expected = [
        "data.customer_email: missing",
        "data.order_idorder: missing",
        "data.order_state: missing",
        "data.order_amount: missing",
        "data.order_crea_dt: missing",
        "request.order_idorder: missing",
    ];
    assert_eq!(broken(&empty(), &empty()), expected);
    // PHP only passes arrays; other values must not panic.
    assert_eq!(broken(&Value::Null, &text("x")), expected);
}

#[test]
fn null_and_the_empty_text_are_missing() {
    for nothing in [Value::Null, text("")] {
        for field in [
            "order_idorder",
            "order_state",
            "order_amount",
            "order_crea_dt",
        ] {
            assert_eq!(
                with(&[(field, nothing.clone())]),
                [format!("data.{field}: missing")]
            );
        }
        assert_eq!(
            broken(&order(&[]), &map(&[("order_idorder", nothing)])),
            ["request.order_idorder: missing"]
        );
    }
    assert_eq!(
        with(&[("order_state", empty())]),
        ["data.order_state: missing", "data.order_state: empty-array"]
    );
}

#[test]
fn a_customer_has_an_address_or_an_id() {
    let id = ("external_id", text("7"));
    assert!(with(std::slice::from_ref(&id)).is_empty());
    assert!(with(&[("customer_email", Value::Null), id.clone()]).is_empty());
    assert!(
        with(&[
            ("customer_email", Value::Null),
            ("external_id", Value::Integer(7))
        ])
        .is_empty()
    );
    for nothing in [Value::Null, text("")] {
        assert_eq!(
            with(&[
                ("customer_email", nothing.clone()),
                ("external_id", nothing)
            ]),
            ["data.customer_email: missing"]
        );
    }
    // An empty address is sent, but does not identify a customer.
    assert_eq!(
        with(&[("customer_email", text("")), id]),
        ["data.customer_email: not-an-email"]
    );
}

#[test]
fn a_service_ends_when_it_starts_or_later() {
    let service = |start: &str, end: &str| {
        with(&[
            ("order_start_service", text(start)),
            ("order_end_service", text(end)),
        ])
    };
    assert!(service("2019-06-05", "2019-06-05").is_empty());
    assert!(service("2019-06-05", "2020-01-01").is_empty());
    assert_eq!(
        service("2019-06-05", "2019-06-04"),
        ["data.order_end_service: end-before-start"]
    );
    assert_eq!(
        service("2019-06-31", "2019-06-04"),
        ["data.order_start_service: not-a-date"]
    );
}

#[test]
fn both_documents_name_the_same_order() {
    let ids = |a: Value, b: Value| {
        broken(
            &order(&[("order_idorder", a)]),
            &map(&[("order_idorder", b)]),
        )
    };
    assert!(ids(text("7"), Value::Integer(7)).is_empty());
    assert!(ids(Value::Float(7.0), text("7")).is_empty());
    assert!(ids(text("1"), Value::Bool(true)).is_empty());
    let different = ["request.order_idorder: different-order"];
    assert_eq!(ids(text("07"), Value::Integer(7)), different);
    assert_eq!(ids(text("a"), text("A")), different);
    assert_eq!(
        ids(text("a"), texts(&["a"])),
        ["request.order_idorder: not-text"]
    );
}

#[test]
fn unknown_fields_come_last_in_the_sequence_of_the_array() {
    let mut data = order(&[
        ("zip", text("76000")),
        ("customer_emial", text("x")),
        ("order_state", text("15")),
    ]);
    if let Value::Array(entries) = &mut data {
        entries.push((Key::Index(5), empty()));
        entries.insert(0, (Key::Name(b"a\nb\xff".to_vec()), text("x")));
    }
    let request = map(&[
        ("order_idorder", text("0000001")),
        ("order_state", text("x")),
    ]);
    let findings = check(&data, &request);
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "data.order_state must be 0, 10, 20, 50 or 100",
            "data.a\u{fffd}b\u{fffd} is not a documented field; check its name",
            "data.a\u{fffd}b\u{fffd} must have a name in UTF-8",
            "data.zip is not a documented field; check its name",
            "data.customer_emial is not a documented field; did you mean data.customer_email?",
            "data.5 is not a documented field; check its name",
            "data.5 is an empty array, which a form cannot carry: SPREAD will not see it",
            "request.order_state is not a documented field; did you mean data.order_state?",
        ]
    );
    assert!(findings.iter().all(|f| f.message.starts_with(&f.field)));
    // A null value is not sent, but its name is checked.
    assert_eq!(with(&[("zip", Value::Null)]), ["data.zip: unknown-field"]);
}

#[test]
fn an_endless_value_breaks_a_rule_and_an_unread_value_breaks_none() {
    assert_wrong("customer_name", TOO_DEEP, [Value::Endless]);
    assert_wrong(
        "custom_fields",
        TOO_DEEP,
        [Value::Array(vec![(Key::Index(1), Value::Endless)])],
    );
    for field in FIELDS
        .iter()
        .filter(|field| field.document == Document::Data)
    {
        assert_right(field.name, [Value::Unread]);
    }
    assert_right("add_tag", [list([Value::Unread])]);
    assert_right(
        "product_attributes",
        [list([Value::Unread, list([Value::Unread])])],
    );
    assert_right("consents", [map(&[("a", Value::Unread)])]);
}

#[test]
fn messages_name_the_expected_value_and_never_the_given_one() {
    let secret = Value::Text(b"s3cret\xff".to_vec());
    let nested = Value::Array(vec![(
        Key::Name(b"s3cret".to_vec()),
        list([secret.clone()]),
    )]);
    let mut seen = 0;
    for value in [
        secret,
        nested,
        list([text("s3cret")]),
        Value::Other("s3cret"),
    ] {
        for field in FIELDS {
            let broken = map(&[(field.name, value.clone())]);
            for finding in check(&broken, &broken) {
                seen += 1;
                assert!(!finding.message.contains("s3cret"), "{}", finding.message);
                assert!(finding.message.len() < 200, "{}", finding.message);
                assert!(
                    RULES
                        .iter()
                        .any(|rule| rule.id == finding.rule && rule.severity == finding.severity)
                );
            }
        }
    }
    assert!(seen > 500);
    let message = |changes: &[(&str, Value)]| {
        check(&order(changes), &request())
            .first()
            .map(|finding| finding.message.clone())
            .unwrap_or_default()
    };
    assert_eq!(
        message(&[("customer_email", Value::Null)]),
        "data.customer_email and data.external_id are both missing; at least one must name the \
         customer"
    );
    assert_eq!(
        message(&[("order_amount", text(""))]),
        "data.order_amount is missing; it must be a number such as 158.31"
    );
    assert_eq!(
        message(&[("customer_birthday", text(""))]),
        "data.customer_birthday must be a real date as Y-m-d, or be left out"
    );
    assert_eq!(
        message(&[("customer_name", list([]))]),
        "data.customer_name is an empty array, which a form cannot carry: SPREAD will not see it"
    );
}

#[test]
fn the_tables_are_complete() {
    let mut paths: Vec<String> = FIELDS.iter().map(Field::path).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), FIELDS.len());
    assert_eq!(FIELDS.len(), 39);
    for field in FIELDS {
        for line in [field.french, field.english, field.example] {
            assert!(!line.is_empty() && !line.contains('\n'), "{}", field.name);
        }
    }
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    let rule = |name: &str| {
        FIELDS
            .iter()
            .find(|field| field.name == name)
            .map(Field::rule)
    };
    assert_eq!(
        rule("order_state").as_deref(),
        Some("required; 0, 10, 20, 50 or 100")
    );
    assert_eq!(
        rule("order_end_service").as_deref(),
        Some("a real date as Y-m-d; not before order_start_service")
    );
}

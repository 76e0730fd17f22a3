//! Valid and invalid values of each field.

use super::tests::{assert_right, assert_wrong, check, empty, list, map, text, texts, with};
use super::*;
use crate::rule::*;

#[test]
fn customer_email() {
    assert_right("customer_email", [text("j@d"), text("\"a b\"@doe.com")]);
    assert_wrong(
        "customer_email",
        NOT_AN_EMAIL,
        [
            text("john"),
            text("john@doe,com"),
            Value::Integer(5),
            Value::Other("object"),
        ],
    );
}

#[test]
fn order_state() {
    for state in [0, 10, 20, 50, 100] {
        let float = Value::Float(f64::from(state));
        assert_right("order_state", [Value::Integer(state.into()), float]);
        assert_right("order_state", [text(&state.to_string())]);
    }
    assert_wrong(
        "order_state",
        NOT_A_STATE,
        [
            text("15"),
            text("010"),
            text(" 10"),
            text("10.0"),
            text("paid"),
            Value::Integer(1),
            Value::Integer(-10),
            Value::Float(10.5),
            Value::Float(f64::NAN),
            Value::Float(-0.0),
            Value::Bool(false),
            Value::Bool(true),
            texts(&["10"]),
            Value::Other("enum"),
        ],
    );
}

#[test]
fn order_amount() {
    assert_right(
        "order_amount",
        [
            text("158.31"),
            Value::Integer(0),
            Value::Integer(-5),
            Value::Float(0.0),
            text("1e3"),
        ],
    );
    assert_wrong(
        "order_amount",
        NOT_A_NUMBER,
        [
            text("158,31"),
            text("158.31 €"),
            text("free"),
            Value::Bool(true),
            Value::Float(f64::INFINITY),
            Value::Float(f64::NAN),
            texts(&["1"]),
        ],
    );
}

#[test]
fn order_crea_dt() {
    assert_right("order_crea_dt", [text("2024-02-29 00:00:00")]);
    assert_wrong(
        "order_crea_dt",
        NOT_A_DATE_TIME,
        [
            text("2014-06-21"),
            text("2014-06-21T14:31:08"),
            text("0000-00-00 00:00:00"),
            Value::Integer(1_403_361_068),
            Value::Other("object"),
        ],
    );
}

#[test]
fn dates() {
    for field in [
        "order_start_service",
        "order_end_service",
        "customer_birthday",
    ] {
        assert_right(field, [text("2024-02-29"), Value::Null]);
        assert_wrong(
            field,
            NOT_A_DATE,
            [
                text("2023-02-29"),
                text("0000-00-00"),
                text("31/12/1970"),
                text("1970-12-31 00:00:00"),
                text(""),
                Value::Integer(19_701_231),
                Value::Other("object"),
            ],
        );
    }
}

#[test]
fn opt_ins() {
    for field in ["customer_isoptin", "customer_mobile_isoptin"] {
        assert_right(
            field,
            [
                text("1"),
                text("0"),
                text("-1"),
                Value::Integer(1),
                Value::Integer(0),
                Value::Integer(-1),
                Value::Bool(true),
                Value::Bool(false),
            ],
        );
        assert_wrong(
            field,
            NOT_AN_OPT_IN,
            [
                text("yes"),
                text("2"),
                text("true"),
                text(""),
                Value::Integer(2),
                texts(&["1"]),
            ],
        );
    }
}

#[test]
fn customer_gender() {
    assert_right(
        "customer_gender",
        [text("male"), text("female"), Value::Null],
    );
    assert_wrong(
        "customer_gender",
        NOT_A_GENDER,
        [
            text("Male"),
            text("M"),
            text("1"),
            Value::Integer(1),
            text(""),
        ],
    );
}

#[test]
fn consents() {
    assert_right(
        "consents",
        [
            map(&[
                ("newsletter", Value::Bool(true)),
                ("sms", Value::Bool(false)),
            ]),
            map(&[("a", Value::Integer(1)), ("b", Value::Integer(0))]),
            map(&[("a", text("1")), ("b", text("0"))]),
            map(&[("a", text("true")), ("b", text("false"))]),
        ],
    );
    assert_wrong(
        "consents",
        NOT_CONSENTS,
        [
            map(&[("a", Value::Integer(-1))]),
            map(&[("a", text("yes"))]),
            map(&[("a", Value::Null)]),
            map(&[("a", texts(&["1"]))]),
            map(&[("", Value::Bool(true))]),
            list([Value::Integer(1)]),
            texts(&["newsletter"]),
            text("newsletter"),
            Value::Bool(true),
        ],
    );
    let given = ("consents", map(&[("newsletter", Value::Bool(true))]));
    let id = ("external_id", text("7"));
    assert_eq!(
        with(&[("customer_email", Value::Null), id.clone(), given.clone()]),
        ["data.consents: consents-without-email"]
    );
    assert!(
        with(&[
            ("customer_email", Value::Null),
            id,
            ("consents", Value::Null)
        ])
        .is_empty()
    );
    assert_eq!(
        with(&[("consents", empty())]),
        ["data.consents: empty-array"]
    );
}

#[test]
fn custom_fields() {
    let fields = |key| Value::Array(vec![(key, text("value"))]);
    assert_right(
        "custom_fields",
        [fields(Key::Index(327)), fields(Key::Index(0))],
    );
    assert_wrong(
        "custom_fields",
        NOT_CUSTOM_FIELDS,
        [
            fields(Key::Name(b"size".to_vec())),
            fields(Key::Name(b"0327".to_vec())),
            text("value"),
        ],
    );
}

#[test]
fn tags() {
    for field in ["add_tag", "del_tag", "add_order_tag", "del_order_tag"] {
        assert_right(
            field,
            [texts(&["a", "b"]), text("a,b"), text("a"), Value::Null],
        );
        assert_wrong(
            field,
            NOT_TAGS,
            [
                list([text("a"), Value::Integer(5)]),
                list([Value::Null]),
                list([texts(&["a"])]),
                Value::Integer(5),
                Value::Bool(true),
                Value::Other("object"),
            ],
        );
        assert_wrong(field, EMPTY_ARRAY, [empty()]);
    }
}

#[test]
fn product_attributes() {
    assert_right("product_attributes", [list([texts(&["size:xl"])])]);
    assert_wrong(
        "product_attributes",
        NOT_PRODUCT_ATTRIBUTES,
        [
            texts(&["size:xl"]),
            text("size:xl"),
            list([list([Value::Integer(5)])]),
            list([list([texts(&["size:xl"])])]),
            map(&[("shirt", texts(&["size:xl"]))]),
            list([map(&[("size", text("xl"))])]),
            Value::Array(vec![(Key::Index(1), texts(&["size:xl"]))]),
        ],
    );
    assert_wrong(
        "product_attributes",
        EMPTY_ARRAY,
        [empty(), list([texts(&["size:xl"]), empty()])],
    );
}

#[test]
fn texts_are_scalars() {
    let plain: Vec<&Field> = FIELDS
        .iter()
        .filter(|field| field.kind == Kind::Text && field.document == Document::Data)
        .collect();
    assert!(plain.len() > 15);
    // These three have tests below.
    let narrower = ["order_idorder", "customer_country", "customer_lang"];
    for field in plain.iter().filter(|field| !narrower.contains(&field.name)) {
        assert_right(
            field.name,
            [
                text(""),
                text("x"),
                Value::Integer(5),
                Value::Bool(true),
                Value::Null,
            ],
        );
        assert_wrong(
            field.name,
            NOT_TEXT,
            [texts(&["x"]), Value::Other("object")],
        );
        assert_wrong(field.name, NOT_UTF_8, [Value::Text(b"caf\xe9".to_vec())]);
        assert_wrong(field.name, EMPTY_ARRAY, [empty()]);
    }
    for known in ["date", "group"] {
        assert_right(known, [text("x"), texts(&["x"]), Value::Integer(5)]);
    }
}

#[test]
fn a_guest_has_no_id() {
    assert_right("external_id", [text("00"), text("g0"), text("")]);
    assert_wrong(
        "external_id",
        GUEST_ID,
        [
            text("0"),
            Value::Integer(0),
            Value::Float(0.0),
            Value::Bool(false),
        ],
    );
    assert_eq!(
        with(&[("customer_email", Value::Null), ("external_id", text("0"))]),
        ["data.external_id: guest-id"]
    );
}

#[test]
fn countries_and_languages() {
    assert_right("customer_country", [text("FR"), text("RE"), text("")]);
    assert_wrong(
        "customer_country",
        NOT_A_COUNTRY,
        [
            text("France"),
            text("fr"),
            text("FRA"),
            text("UK"),
            text("XX"),
            Value::Integer(250),
            Value::Bool(true),
        ],
    );
    assert_right("customer_lang", [text("fr_FR"), text("en_GB"), text("")]);
    assert_wrong(
        "customer_lang",
        NOT_A_LANGUAGE,
        [
            text("en-gb"),
            text("en_gb"),
            text("fr"),
            text("fr_XX"),
            text("french"),
            Value::Integer(1),
        ],
    );
    for field in ["customer_country", "customer_lang"] {
        assert_wrong(field, NOT_TEXT, [texts(&["x"]), Value::Other("object")]);
        assert_wrong(field, NOT_UTF_8, [Value::Text(b"caf\xe9".to_vec())]);
        assert_wrong(field, EMPTY_ARRAY, [empty()]);
    }
    let message = |field, value| {
        let findings = check(&map(&[(field, text(value))]), &empty());
        let mut found = findings
            .into_iter()
            .filter(|one| one.severity == Severity::Warning);
        found.next().map(|finding| finding.message)
    };
    assert_eq!(
        message("customer_country", "France").as_deref(),
        Some("data.customer_country should be an ISO 3166-1 alpha-2 code such as FR; write FR")
    );
    assert_eq!(
        message("customer_lang", "en-gb").as_deref(),
        Some("data.customer_lang should be a language and a country such as fr_FR; write en_GB")
    );
    assert_eq!(
        message("customer_lang", "french").as_deref(),
        Some("data.customer_lang should be a language and a country such as fr_FR")
    );
}

#[test]
fn text_is_not_escaped() {
    let escaped = [
        "Tom &amp; Co",
        "L&#039;Hay",
        "L&#39;Hay",
        "&#x27;",
        "Ren&eacute;e",
        "a&b &lt;",
        "&frac12;",
        "&thetasym;",
    ];
    for name in escaped {
        assert_wrong("customer_name", ESCAPED_TEXT, [text(name)]);
        assert_wrong("add_tag", ESCAPED_TEXT, [texts(&["a", name])]);
    }
    assert_right(
        "customer_name",
        [
            "Tom & Co",
            "R&D;",
            "AT&T; Inc",
            "a&b",
            "&",
            "&;",
            "&#;",
            "&#x;",
            "&#12a;",
            "a &b c;",
            "&amp",
            "&1a;",
        ]
        .map(text),
    );
    let unknown = with(&[("zip", text("&amp;"))]);
    assert_eq!(
        unknown,
        ["data.zip: unknown-field", "data.zip: escaped-text"]
    );
}

#[test]
fn text_at_any_depth_is_utf_8() {
    let broken = Value::Text(b"\xff".to_vec());
    assert_wrong("add_tag", NOT_UTF_8, [list([broken.clone()])]);
    assert_wrong(
        "custom_fields",
        NOT_UTF_8,
        [Value::Array(vec![(Key::Index(1), list([broken.clone()]))])],
    );
    assert_wrong(
        "product_attributes",
        NOT_UTF_8,
        [list([list([broken.clone()])])],
    );
    let name = (Key::Name(b"\xff".to_vec()), Value::Bool(true));
    assert_wrong("consents", NOT_UTF_8, [Value::Array(vec![name])]);
    assert_eq!(
        with(&[("customer_birthday", broken)]),
        [
            "data.customer_birthday: not-a-date",
            "data.customer_birthday: not-utf-8"
        ]
    );
}

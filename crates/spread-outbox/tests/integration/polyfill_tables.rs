//! Compares the polyfill's copy of the tables with the tables in the code. `make reference` writes the file.

use std::fmt::Write as _;
use std::{env, fs};

use methods::METHODS;
use rules::{FIELDS, RULES, places};
use settings::{OptionType, TABLE};

const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../polyfill/src/Polyfill/tables.php"
);

#[test]
fn the_polyfill_has_the_tables() {
    let tables = tables();
    if env::var_os("SPREAD_WRITE_REFERENCE").is_some() {
        fs::write(PATH, &tables).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == tables,
        "polyfill/src/Polyfill/tables.php does not match the tables; run `make reference`"
    );
}

fn tables() -> String {
    let mut php = String::from(
        "<?php\n\
         // Generated from the tables in the code by `make reference`: change those, not this file.\n\n\
         return [\n",
    );
    let _ = writeln!(php, "    'version' => {},", text(env!("CARGO_PKG_VERSION")));
    table(
        &mut php,
        "method => function, what it is about, whether $request is required",
        "methods",
        METHODS.iter().map(|method| {
            let needs = method.needs_request;
            let [name, function, subject] =
                [method.name, method.function, method.subject.name()].map(text);
            format!("{name} => [{function}, {subject}, {needs}]")
        }),
    );
    table(
        &mut php,
        "setting => default, type of the client's option",
        "settings",
        TABLE.iter().map(|row| {
            let about = row.about();
            let option = match about.option {
                Some(OptionType::Text) => "'text'",
                Some(OptionType::Number) => "'number'",
                None => "null",
            };
            let [name, default] = [about.option_name(), about.default.to_str().unwrap()].map(text);
            format!("{name} => [{default}, {option}]")
        }),
    );
    table(
        &mut php,
        "array, field, kind, whether it is of an order, required, documented",
        "fields",
        FIELDS.iter().map(|field| {
            let kind = format!("{:?}", field.kind);
            let [document, name, kind] = [field.document.name(), field.name, &kind].map(text);
            format!(
                "[{document}, {name}, {kind}, {}, {}, {}]",
                field.of_order, field.required, field.documented
            )
        }),
    );
    let mut kinds = Vec::new();
    for kind in FIELDS.iter().map(|field| field.kind) {
        let [name, rule, expected] =
            [&format!("{kind:?}"), kind.rule().id, kind.expected()].map(text);
        let row = format!("{name} => [{rule}, {expected}]");
        if !kinds.contains(&row) {
            kinds.push(row);
        }
    }
    table(
        &mut php,
        "kind => the rule that another value breaks, what it must be",
        "kinds",
        kinds.into_iter(),
    );
    table(
        &mut php,
        "rule => severity",
        "rules",
        RULES
            .iter()
            .map(|rule| format!("{} => {}", text(rule.id), text(rule.severity.name()))),
    );
    let codes: Vec<&str> = places::CODES.split(' ').collect();
    table(
        &mut php,
        "ISO 3166-1 alpha-2",
        "countries",
        codes.chunks(20).map(|codes| {
            let codes: Vec<String> = codes.iter().copied().map(text).collect();
            codes.join(", ")
        }),
    );
    table(
        &mut php,
        "what shops send instead of a code => the code",
        "country_names",
        places::NAMES.iter().flat_map(|(names, code)| {
            names
                .iter()
                .map(|name| format!("{} => {}", text(name), text(code)))
        }),
    );
    php.push_str("];\n");
    php
}

fn table(php: &mut String, columns: &str, name: &str, rows: impl Iterator<Item = String>) {
    let _ = write!(php, "    // {columns}\n    {} => [\n", text(name));
    for row in rows {
        let _ = writeln!(php, "        {row},");
    }
    php.push_str("    ],\n");
}

fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

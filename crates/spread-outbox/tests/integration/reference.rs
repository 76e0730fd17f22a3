//! Compares docs/reference.md with the tables in the code. `make reference` writes the file.

use std::fmt::Write as _;
use std::{env, fs};

use client::error::Class;
use methods::{METHODS, Subject};
use rules::{Document, FIELDS, RULES};
use settings::{OptionType, TABLE};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");

#[test]
fn the_reference_matches_the_tables() {
    let page = page();
    if env::var_os("SPREAD_WRITE_REFERENCE").is_some() {
        fs::write(PATH, &page).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference.md does not match the tables; run `make reference`"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Reference\n\n\
         Generated from the tables in the code by `make reference`: change those, not this page. For the \
         signatures see [stubs/spread.php](../stubs/spread.php).\n",
    );
    methods(&mut page);
    settings(&mut page);
    exceptions(&mut page);
    for document in [Document::Data, Document::Request] {
        fields(&mut page, document);
    }
    rules(&mut page);
    page
}

fn methods(page: &mut String) {
    page.push_str(
        "\n## Methods\n\n\
         Each method of SPREAD has a PHP function, and `Spread\\Client` a method with its name. The URL is \
         `spread.endpoint` with the method as its last segment, in the letter case of the endpoint. An endpoint \
         that does not end in `updateOrder` serves `spread_update_order()` alone. A `$request` that is left out is \
         empty, and an empty one sends nothing. The calls about one order or account are delivered in their sequence.\n\n",
    );
    row(
        page,
        &[
            "function",
            "method",
            "about",
            "`$request`",
            "English",
            "français",
        ],
    );
    row(page, &["---"; 6]);
    for method in METHODS {
        let request = if method.needs_request {
            "required"
        } else {
            "may be left out"
        };
        let about = match method.subject {
            Subject::Order => "an order: `order_idorder`",
            Subject::Account => "an account: `external_id`, else `customer_email`",
        };
        row(
            page,
            &[
                &code(&format!("{}()", method.function)),
                &code(method.name),
                about,
                request,
                method.english,
                method.french,
            ],
        );
    }
}

fn settings(page: &mut String) {
    page.push_str(
        "\n## Settings\n\n\
         INI entries, all of them `PHP_INI_ALL`: set them in `php.ini`, for a pool or a directory, or with \
         `ini_set()`.\n\n",
    );
    row(page, &["setting", "default", "meaning"]);
    row(page, &["---"; 3]);
    for setting in TABLE.iter().map(|row| row.about()) {
        let default = match setting.default.to_str().unwrap() {
            "" => "empty".to_owned(),
            text => code(text),
        };
        row(page, &[&code(setting.name()), &default, setting.meaning]);
    }

    page.push_str(
        "\n## Options of `Spread\\Client`\n\n\
         An omitted option has the value of its setting when the client is constructed. An unknown option \
         or a value that does not parse throws a `\\ValueError`, a value of another type a `\\TypeError`.\n\n",
    );
    row(page, &["option", "type", "setting"]);
    row(page, &["---"; 3]);
    for setting in TABLE.iter().map(|row| row.about()) {
        let kind = match setting.option {
            Some(OptionType::Text) => "string",
            Some(OptionType::Number) => "int, float or a string that is a number",
            None => continue,
        };
        row(
            page,
            &[&code(setting.option_name()), kind, &code(setting.name())],
        );
    }
}

fn exceptions(page: &mut String) {
    page.push_str("\n## Exceptions\n\n");
    row(page, &["class", "extends", "when", "what to do"]);
    row(page, &["---"; 4]);
    for class in Class::ALL {
        row(
            page,
            &[
                &code(class.name()),
                &code(class.parent()),
                &class.when(),
                class.advice(),
            ],
        );
    }
}

fn fields(page: &mut String, document: Document) {
    let _ = write!(
        page,
        "\n## Fields of `${}`\n\nValues may be strings or their PHP types: `\"10\"` and `10`. An account has no \
         field of an order, and `updateOrder` alone requires `$request`.\n\n",
        document.name()
    );
    row(
        page,
        &["field", "of", "rule", "English", "français", "example"],
    );
    row(page, &["---"; 6]);
    for field in FIELDS.iter().filter(|field| field.document == document) {
        row(
            page,
            &[
                &code(field.name),
                if field.of_order {
                    "order"
                } else {
                    "order, account"
                },
                &field.rule(),
                field.english,
                field.french,
                &code(field.example),
            ],
        );
    }
}

fn rules(page: &mut String) {
    page.push_str(
        "\n## Rules\n\n\
         The values of `rule` in the findings of `spread_validate_order()` and `spread_validate_account()`. An \
         order or account that breaks a rule is sent all the same: SPREAD decides.\n\n",
    );
    row(page, &["rule", "severity", "broken by"]);
    row(page, &["---"; 3]);
    for rule in RULES {
        row(
            page,
            &[&code(rule.id), rule.severity.name(), rule.broken_by],
        );
    }
}

fn row(page: &mut String, cells: &[&str]) {
    page.push('|');
    for cell in cells {
        let _ = match *cell {
            "---" => write!(page, "---|"),
            _ => write!(page, " {} |", cell.replace('|', "\\|")),
        };
    }
    page.push('\n');
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

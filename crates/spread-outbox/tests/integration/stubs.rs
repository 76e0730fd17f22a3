//! Holds the stubs and the pages against the tables in the code: each field of an order with its two
//! one-line meanings and its rule, each setting with its default, each option of the client.
//! Signatures are compared with the running extension, in php-tests/stubs.

use std::fs;

use client::error::Class;
use methods::{METHODS, Subject};
use rules::{Document, FIELDS};
use settings::TABLE;

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The names in each array shape of a parameter: `@param array{timeout?: int, proxy?: string} $options`.
fn shapes<'a>(stub: &'a str, parameter: &str) -> Vec<Vec<&'a str>> {
    stub.split("@param array{")
        .skip(1)
        .filter_map(|shape| {
            let (shape, behind) = shape.split_once('}')?;
            (behind.split_whitespace().next() == Some(parameter)).then(|| {
                let mut pieces: Vec<&str> = shape.split("?: ").collect();
                pieces.pop();
                let names = pieces.iter().map(|piece| piece.rsplit(' ').next());
                names.map(Option::unwrap).collect()
            })
        })
        .collect()
}

fn names(subject: Subject, document: Document) -> Vec<&'static str> {
    FIELDS
        .iter()
        .filter(|field| field.document == document && field.is_of(subject))
        .map(|field| field.name)
        .collect()
}

#[test]
fn every_field_stands_in_the_tables_with_both_meanings_and_its_rule() {
    let stub = read("stubs/spread.php");
    for document in [Document::Data, Document::Request] {
        let heading = format!("the fields of `${}`:\n", document.name());
        let (_, table) = stub.split_once(&heading).unwrap();
        let rows: Vec<&str> = table
            .lines()
            .skip_while(|line| !line.starts_with(" * | `"))
            .take_while(|line| line.starts_with(" * | `"))
            .collect();
        let expected: Vec<String> = FIELDS
            .iter()
            .filter(|field| field.document == document)
            .map(|field| {
                format!(
                    " * | `{}` | {} | {} | {} |",
                    field.name,
                    field.french,
                    field.english,
                    field.rule()
                )
            })
            .collect();
        assert_eq!(rows, expected);
    }
}

#[test]
fn every_array_shape_of_an_order_or_an_account_has_every_field() {
    let stub = read("stubs/spread.php");
    let all = stub.matches("array $data, ").count();
    let (accounts, orders): (Vec<_>, Vec<_>) = shapes(&stub, "$data")
        .into_iter()
        .partition(|shape| *shape == names(Subject::Account, Document::Data));
    // spread_create_account(), spread_update_account(), spread_validate_account(), and the client's.
    assert_eq!(accounts.len(), 6);
    assert_eq!(orders, vec![names(Subject::Order, Document::Data); all - 6]);
    let requests = shapes(&stub, "$request");
    assert_eq!(
        requests,
        vec![names(Subject::Order, Document::Request); all - 6]
    );
}

#[test]
fn every_method_stands_in_the_stub_with_both_meanings() {
    let stub = read("stubs/spread.php");
    for method in METHODS {
        let request = if method.needs_request { "" } else { " = []" };
        let parameters = format!(
            "(#[\\SensitiveParameter] array $data, #[\\SensitiveParameter] array $request{request}): mixed {{}}"
        );
        let (before, _) = stub
            .split_once(&format!("\nfunction {}{parameters}", method.function))
            .unwrap();
        let comment = &before[before.rfind("/**").unwrap()..];
        for meaning in [method.french, method.english] {
            assert!(comment.contains(&format!(" * {meaning}\n")), "{meaning}");
        }
        let in_client = format!("\n    public function {}{parameters}", method.name);
        assert!(stub.contains(&in_client), "{in_client}");
    }
}

#[test]
fn every_setting_stands_in_the_list_with_its_default() {
    let stub = read("stubs/spread.php");
    let rows: Vec<(&str, &str)> = stub
        .lines()
        .filter_map(|line| line.strip_prefix(" *     spread."))
        .filter_map(|line| line.split(';').next()?.split_once('='))
        .map(|(name, default)| (name.trim(), default.trim()))
        .collect();
    let expected: Vec<(&str, &str)> = TABLE
        .iter()
        .map(|row| row.about())
        .map(|setting| {
            let name = setting.name().strip_prefix("spread.").unwrap();
            (name, setting.default.to_str().unwrap())
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn every_option_of_the_client_stands_in_its_shape() {
    let stub = read("stubs/spread.php");
    let shapes = shapes(&stub, "$options");
    assert_eq!(shapes.len(), 1);
    let mut options = shapes.concat();
    let mut expected: Vec<&str> = TABLE
        .iter()
        .map(|row| row.about())
        .filter(|setting| setting.option.is_some())
        .map(|setting| setting.option_name())
        .collect();
    options.sort_unstable();
    expected.sort_unstable();
    assert_eq!(options, expected);
}

#[test]
fn both_readmes_name_every_function_and_class() {
    let stub = read("stubs/spread.php");
    let functions = stub
        .lines()
        .filter_map(|line| line.strip_prefix("function ")?.split('(').next())
        .map(|name| format!("`{name}("));
    let classes = Class::ALL
        .iter()
        .map(|class| class.name().trim_start_matches('\\'))
        .chain(["Spread\\Client", "Spread\\OrderState"])
        .map(str::to_owned);
    let names: Vec<String> = functions.chain(classes).collect();
    assert!(names.len() > 10);
    for readme in ["README.md", "README.fr.md"] {
        let text = read(readme);
        let missing: Vec<&String> = names.iter().filter(|name| !text.contains(*name)).collect();
        assert!(missing.is_empty(), "{readme} does not name {missing:?}");
    }
}

/// The settings most shops need; the reference has all.
const SHOWN: [&str; 5] = [
    "spread.public_key",
    "spread.private_key",
    "spread.timeout",
    "spread.delivery",
    "spread.outbox",
];

#[test]
fn both_readmes_show_five_settings_with_their_defaults() {
    for (readme, empty) in [("README.md", "empty"), ("README.fr.md", "vide")] {
        let text = read(readme);
        let rows: Vec<(&str, String)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
            .filter(|(name, _)| name.starts_with("spread."))
            .filter_map(|(name, cells)| Some((name, cells.split_once(" |")?.0.to_owned())))
            .collect();
        let expected: Vec<(&str, String)> = SHOWN
            .iter()
            .map(|name| {
                let row = TABLE.iter().find(|row| row.about().name() == *name);
                match row.unwrap().about().default.to_str().unwrap() {
                    "" => (*name, empty.to_owned()),
                    default => (*name, format!("`{default}`")),
                }
            })
            .collect();
        assert_eq!(rows, expected, "{readme}");
    }
}

#[test]
fn the_pages_name_no_setting_that_does_not_exist() {
    for page in [
        "README.md",
        "README.fr.md",
        "docs/checkout.md",
        "docs/migration.md",
        "docs/operations.md",
        "docs/outbox.md",
        "docs/outbox-messages.md",
    ] {
        let text = read(page);
        // What stands between backticks, and begins with a setting's name.
        let named = text.split('`').skip(1).step_by(2).filter_map(|code| {
            let rest = code.strip_prefix("spread.")?;
            let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_'));
            Some(&rest[..end.unwrap_or(rest.len())])
        });
        let unknown: Vec<&str> = named
            .filter(|name| !["", "so", "php"].contains(name))
            .filter(|name| !TABLE.iter().any(|row| row.about().option_name() == *name))
            .collect();
        assert!(unknown.is_empty(), "{page} names {unknown:?}");
    }
}

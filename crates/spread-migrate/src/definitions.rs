//! Collects the constants of the shop's files.

use crate::constants::Constants;
use crate::file::File;
use crate::names::class_around;
use crate::php::{Node, Php, arguments, descendants, parts};
use crate::values::Reader;

/// A constant may name another one, and that a third one: this often.
const ROUNDS: usize = 4;

pub(crate) fn constants_of(files: &[File]) -> Constants {
    let mut constants = Constants::default();
    for _ in 0..ROUNDS {
        let next = round(files, &constants);
        if next == constants {
            break;
        }
        constants = next;
    }
    constants
}

fn round(files: &[File], constants: &Constants) -> Constants {
    let mut next = Constants::default();
    for file in files {
        let reader = Reader {
            path: &file.path,
            php: &file.php,
            constants,
        };
        for (name, value) in definitions(&file.php) {
            next.add(name, reader.value(value).ok());
        }
    }
    next
}

/// The constants that a file defines, with the expressions of their values.
fn definitions(php: &Php) -> Vec<(String, Node<'_>)> {
    descendants(php.root())
        .filter_map(|node| definition(php, node))
        .collect()
}

fn definition<'a>(php: &Php, node: Node<'a>) -> Option<(String, Node<'a>)> {
    match node.kind() {
        "const_element" => {
            let all = parts(node);
            let name = php.text(*all.first()?);
            let name = match class_around(php, node) {
                Some(class) => format!("{}::{name}", class.to_ascii_lowercase()),
                None => name,
            };
            Some((name, *all.get(1)?))
        }
        "function_call_expression" if php.called(node)? == "define" => {
            let all = arguments(node)?;
            let name = all.first()?;
            let literal = matches!(name.kind(), "string" | "encapsed_string");
            let name = php.text(*name).trim_matches(['\'', '"']).to_owned();
            literal.then_some((name, *all.get(1)?))
        }
        _ => None,
    }
}

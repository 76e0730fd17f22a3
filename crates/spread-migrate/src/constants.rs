//! The constants of the whole shop.

use std::collections::{HashMap, HashSet};

use crate::endpoint::is_endpoint;
use crate::file::File;
use crate::php::{Node, Php, arguments, descendants, parts};
use crate::values::{Known, Reader, Value, class_around, constant_name};

#[derive(Default, PartialEq)]
pub(crate) struct Constants {
    /// By name, as `constant_name` writes names; `None` for one that is unknown, or that has several values.
    values: HashMap<String, Option<Known>>,
    /// Those with a URL of the API as one of their values.
    endpoints: HashSet<String>,
}

/// A constant may name another one, and that a third one: this often.
const ROUNDS: usize = 4;

impl Constants {
    pub(crate) fn of<'a>(files: impl Iterator<Item = &'a File> + Clone) -> Self {
        let mut constants = Self::default();
        for _ in 0..ROUNDS {
            let next = constants.round(files.clone());
            if next == constants {
                break;
            }
            constants = next;
        }
        constants
    }

    fn round<'a>(&self, files: impl Iterator<Item = &'a File>) -> Self {
        let mut values: HashMap<String, Option<Known>> = HashMap::new();
        let mut endpoints = HashSet::new();
        for file in files {
            let reader = Reader {
                path: &file.path,
                php: &file.php,
                constants: self,
            };
            for (name, value) in definitions(&file.php) {
                let known = reader.value(value).ok();
                if matches!(&known, Some(Known { value: Value::Text(text), .. }) if is_endpoint(text))
                {
                    endpoints.insert(name.clone());
                }
                values
                    .entry(name)
                    .and_modify(|first| {
                        let value =
                            |known: &Option<Known>| known.as_ref().map(|known| known.value.clone());
                        if value(first) != value(&known) {
                            *first = None;
                        }
                    })
                    .or_insert(known);
            }
        }
        Self { values, endpoints }
    }

    pub(crate) fn value(&self, name: &str) -> Option<Known> {
        self.values.get(name).cloned().flatten()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Whether the constant is a URL of the API, or may be one.
    pub(crate) fn is_endpoint(&self, name: &str) -> bool {
        self.endpoints.contains(name)
    }

    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &String> {
        self.endpoints.iter()
    }
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

/// The constants that an expression names.
pub(crate) fn named_in(php: &Php, node: Node) -> Vec<String> {
    let whole = |part: &Node| {
        !part.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                "class_constant_access_expression" | "qualified_name"
            )
        })
    };
    descendants(node)
        .filter(|part| {
            matches!(
                part.kind(),
                "name" | "qualified_name" | "class_constant_access_expression"
            )
        })
        .filter(whole)
        .map(|part| constant_name(php, part))
        .collect()
}

//! One file of the shop, and the names in it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::php::{Node, Php, descendants, line};

pub(crate) struct File {
    /// As it is shown: the directory of the command line, and the path below it.
    pub(crate) path: PathBuf,
    pub(crate) php: Php,
    /// Functions and methods that it declares, calls or has as a text, in lower case.
    names: HashSet<String>,
    /// Where it asks whether the extension is there.
    pub(crate) asks: Option<usize>,
}

impl File {
    pub(crate) fn new(path: &Path, php: Php) -> Self {
        let mut names = HashSet::new();
        let mut asks = None;
        for node in descendants(php.root()) {
            names.extend(called_name(&php, node));
            names.extend(declared_name(&php, node));
            names.extend(text_name(&php, node));
            if asks.is_none() && asks_for_extension(&php, node) {
                asks = Some(line(node));
            }
        }
        let path = path.to_owned();
        Self {
            path,
            php,
            names,
            asks,
        }
    }

    /// Whether the file has anything to do with a function of this name.
    pub(crate) fn names(&self, function: &str) -> bool {
        self.names.contains(function)
    }
}

/// The function or method that a call names, in lower case.
pub(crate) fn called_name(php: &Php, call: Node) -> Option<String> {
    match call.kind() {
        "function_call_expression" => php.called(call),
        "member_call_expression" | "nullsafe_member_call_expression" | "scoped_call_expression" => {
            let name = call.child_by_field_name("name")?;
            (name.kind() == "name").then(|| php.text(name).to_ascii_lowercase())
        }
        _ => None,
    }
}

/// The function or method that the node declares, in lower case.
pub(crate) fn declared_name(php: &Php, node: Node) -> Option<String> {
    let named = matches!(node.kind(), "function_definition" | "method_declaration");
    let name = named.then(|| node.child_by_field_name("name"))??;
    let name = php.text(name).to_ascii_lowercase();
    // Constructors and the like are not called by their names.
    (!name.starts_with("__")).then_some(name)
}

/// The function that a text may name, for a call by that text.
pub(crate) fn text_name(php: &Php, node: Node) -> Option<String> {
    if node.kind() != "string_content" {
        return None;
    }
    let text = php.text(node);
    let name = text.rsplit([':', '\\']).next()?;
    Some(name.to_ascii_lowercase())
}

fn asks_for_extension(php: &Php, node: Node) -> bool {
    let asks = matches!(
        php.called(node).as_deref(),
        Some("function_exists" | "extension_loaded" | "is_callable" | "class_exists")
    );
    asks && php.text(node).to_ascii_lowercase().contains("spread")
}

//! Variables that other files can see, because one file includes another.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::php::{Node, Php, ancestors, descendants, within};

/// What the files of the shop say about variables; filled after a first look has collected their names.
#[derive(Default)]
pub(crate) struct Shared {
    /// With the `$`, in the encoding of the file.
    asked: RefCell<BTreeSet<Vec<u8>>>,
    mentions: HashMap<Vec<u8>, Vec<Mention>>,
}

pub(crate) struct Mention {
    pub(crate) path: PathBuf,
    /// Whether the file reads the variable without ever setting it.
    pub(crate) only_reads: bool,
    /// The file, which may name the files that it includes.
    pub(crate) text: Vec<u8>,
}

impl Shared {
    pub(crate) fn asked(&self) -> Vec<Vec<u8>> {
        self.asked.borrow().iter().cloned().collect()
    }

    pub(crate) fn add(&mut self, variable: Vec<u8>, mention: Mention) {
        self.mentions.entry(variable).or_default().push(mention);
    }

    fn others(&self, php: &Php, path: &Path, name: &str) -> impl Iterator<Item = &Mention> {
        let variable = php.encode(&format!("${name}"));
        self.asked.borrow_mut().insert(variable.clone());
        let all = self.mentions.get(&variable).into_iter().flatten();
        all.filter(move |mention| mention.path != path)
    }

    /// Who else reads the variable of a file's top level.
    pub(crate) fn reader(&self, php: &Php, path: &Path, name: &str) -> Option<String> {
        let others: Vec<_> = self.others(php, path, name).collect();
        if descendants(php.root()).any(|node| is_global(php, node, name)) {
            return Some("a function of this file".into());
        }
        let reader = others
            .into_iter()
            .find(|mention| mention.only_reads || mention.names(path));
        reader.map(|mention| mention.path.display().to_string())
    }

    /// Whether a file that uses the variable also names this file.
    pub(crate) fn is_named_beside(&self, php: &Php, path: &Path, name: &str) -> bool {
        self.others(php, path, name)
            .any(|mention| mention.names(path))
    }
}

impl Mention {
    fn names(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        self.text
            .windows(name.len().max(1))
            .any(|part| part == name)
    }
}

/// Whether the file reads the variable of the top level but never sets it; `None` when it does neither.
pub(crate) fn only_reads(php: &Php, name: &str) -> Option<bool> {
    let scopes = descendants(php.root()).filter(|node| sees_top_level(*node));
    let mut set = false;
    let mut mentioned = false;
    for mention in scopes.flat_map(|scope| php.mentions(scope, name)) {
        mentioned = true;
        set |= mention.parent().is_some_and(|parent| {
            php.assigned(parent).as_deref() == Some(name)
                && parent.child_by_field_name("left") == Some(mention)
        });
    }
    if descendants(php.root()).any(|node| is_global(php, node, name)) {
        return Some(true);
    }
    mentioned.then_some(!set)
}

/// Whether the variables of the scope can be those of a file's top level.
fn sees_top_level(scope: Node) -> bool {
    match scope.kind() {
        "program" => true,
        "function_definition" | "method_declaration" | "anonymous_function" => includes(scope),
        _ => false,
    }
}

/// Whether the code of the scope includes other files.
pub(crate) fn includes(scope: Node) -> bool {
    within(scope).any(|node| {
        matches!(
            node.kind(),
            "include_expression"
                | "include_once_expression"
                | "require_expression"
                | "require_once_expression"
        )
    })
}

/// `global $name`, or `$GLOBALS['name']`.
fn is_global(php: &Php, node: Node, name: &str) -> bool {
    let inside = |kind: &str| ancestors(node).any(|above| above.kind() == kind);
    match node.kind() {
        "variable_name" => {
            inside("global_declaration") && php.variable(node).as_deref() == Some(name)
        }
        "string_content" => {
            php.text(node) == name
                && ancestors(node).any(|above| {
                    above.kind() == "subscript_expression"
                        && php.text(above).starts_with("$GLOBALS")
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_sets_a_variable_itself_reads_its_own() {
        for (text, expected) in [
            ("<?php echo $curl_return;", Some(true)),
            ("<?php $curl_return = 1; echo $curl_return;", Some(false)),
            ("<?php if ($curl_return == 1) {}", Some(true)),
            (
                "<?php function f() { global $a, $curl_return; $curl_return = 2; }",
                Some(true),
            ),
            ("<?php echo $GLOBALS['curl_return'];", Some(true)),
            ("<?php function f() { echo $curl_return; }", None),
            (
                "<?php function f() { include 'order.php'; echo $curl_return; }",
                Some(true),
            ),
            ("<?php echo $curl_returned;", None),
        ] {
            let found = Php::parse(text.into()).and_then(|php| only_reads(&php, "curl_return"));
            assert_eq!(found, expected, "{text}");
        }
    }
}

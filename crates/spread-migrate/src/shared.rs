//! Variables that other files can see, because one file includes another.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::php::{Php, ancestors, descendants};

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
    /// The files that it names, in lower case.
    pub(crate) text: Vec<u8>,
}

impl Shared {
    pub(crate) fn asked(&self) -> Vec<Vec<u8>> {
        self.asked.borrow().iter().cloned().collect()
    }

    pub(crate) fn add(&mut self, variable: Vec<u8>, mention: Mention) {
        self.mentions.entry(variable).or_default().push(mention);
    }

    fn others(&self, php: &Php, name: &str) -> impl Iterator<Item = &Mention> {
        let variable = php.encode(&format!("${name}"));
        self.asked.borrow_mut().insert(variable.clone());
        self.mentions.get(&variable).into_iter().flatten()
    }

    /// Who else reads the variable of a file's top level.
    pub(crate) fn reader(&self, php: &Php, name: &str) -> Option<String> {
        let mut others = self.others(php, name);
        let global = descendants(php.root()).any(|node| {
            let declared = php.variable(node).as_deref() == Some(name)
                && ancestors(node).any(|above| above.kind() == "global_declaration");
            let key = node.kind() == "string_content"
                && php.text(node) == name
                && ancestors(node).any(|above| {
                    above.kind() == "subscript_expression"
                        && php.text(above).starts_with("$GLOBALS")
                });
            declared || key
        });
        if global {
            return Some("a function of this file".into());
        }
        others
            .find(|mention| mention.only_reads)
            .map(|mention| mention.path.display().to_string())
    }

    /// Whether a file that uses the variable also names this file.
    pub(crate) fn is_named_beside(&self, php: &Php, path: &Path, name: &str) -> bool {
        let own = path.file_name().unwrap_or_default().as_encoded_bytes();
        self.others(php, name).any(|mention| {
            mention.path != path
                && mention
                    .text
                    .windows(own.len().max(1))
                    .any(|part| part == own)
        })
    }
}

/// Whether the text reads the variable but never sets it, or gets it from the global scope; `None` when it does not
/// mention the variable.
pub(crate) fn only_reads(text: &[u8], variable: &[u8]) -> Option<bool> {
    let mut mentioned = false;
    let mut set = false;
    let mut rest = text;
    let mut before: &[u8] = &[];
    while let Some(at) = rest
        .windows(variable.len())
        .position(|part| part == variable)
    {
        let (head, tail) = rest.split_at(at);
        let after = tail.get(variable.len()..).unwrap_or_default();
        if !after
            .first()
            .is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii())
        {
            mentioned = true;
            let next = after.trim_ascii_start();
            set |= next.starts_with(b"=") && !next.starts_with(b"==") && !next.starts_with(b"=>");
            let start = [before, head].concat();
            let statement = start
                .rsplit(|byte| matches!(byte, b';' | b'{' | b'}'))
                .next()
                .unwrap_or_default();
            if statement.trim_ascii().starts_with(b"global ") {
                return Some(true);
            }
        }
        before = head;
        rest = after;
    }
    mentioned.then_some(!set)
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
            ("<?php echo $curl_returned;", None),
            ("<?php echo 1;", None),
        ] {
            assert_eq!(
                only_reads(text.as_bytes(), b"$curl_return"),
                expected,
                "{text}"
            );
        }
    }
}

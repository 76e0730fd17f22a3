//! `spread-migrate`: finds SPREAD's curl snippets in a shop's PHP, and replaces those that it understands.
//!
//! ```text
//!   tree ──► shop ──► session ──► place ──► agreement ──► report, edit, write, ini
//!   files     │       one handle    │       one value of each setting
//!             ▼                     ├── options    what is set on the handle
//!         constants,                ├── body       is it http_build_query() of two arrays: arrays
//!         shared                    └── result     what is done with the response: uses
//! ```
//!
//! The parser is tree-sitter, which knows the bytes of every node: whatever is not replaced keeps its bytes.

#![forbid(unsafe_code)]

mod agreement;
pub mod arguments;
mod arrays;
mod body;
mod conditions;
mod constants;
mod credentials;
mod decoding;
mod definitions;
mod edit;
mod endpoint;
mod failure;
mod file;
mod ini;
mod keys;
mod leftovers;
mod literals;
mod names;
mod options;
mod php;
mod place;
mod questions;
mod reads;
mod report;
mod result;
mod secrets;
mod session;
mod shared;
mod shop;
mod tree;
mod unclaimed;
mod uses;
mod value;
mod values;
mod write;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arguments::Cli;
use clap::Parser as _;

use crate::edit::Edit;
use crate::failure::Failure;
use crate::report::Outcome;
use crate::secrets::Secrets;
use crate::shop::Shop;
use crate::tree::Tree;

/// Snippets are left.
const LEFT: u8 = 1;
/// As clap's for a wrong command line.
const ERROR: u8 = 2;

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(ERROR);
            // Nobody can be told when this fails.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let mut failures = Vec::new();
    let left = run(&cli, &mut failures);
    for failure in &failures {
        let _ = writeln!(io::stderr(), "spread-migrate: {failure}");
    }
    match (failures.is_empty(), left) {
        (false, _) => ExitCode::from(ERROR),
        (true, true) => ExitCode::from(LEFT),
        (true, false) => ExitCode::SUCCESS,
    }
}

/// Whether snippets are left.
fn run(cli: &Cli, failures: &mut Vec<Failure>) -> bool {
    let mut tree = Tree { files: Vec::new() };
    for path in &cli.paths {
        tree.files.extend(Tree::below(path, failures).files);
    }
    tree.files.sort();
    tree.files.dedup();
    let mut shop = Shop::of(&tree, failures);
    let settings = agreement::agree(&mut shop.places);
    let secrets = Secrets::new(shop.places.iter().flat_map(|place| place.secrets.clone()));
    if let Some(path) = &cli.ini {
        // Before the keys leave the source.
        let written = ini::ini(&settings).and_then(|content| write::create(path, &content));
        if let Err(failure) = written {
            failures.push(failure);
            return true;
        }
    }
    if cli.diff {
        print(&diffs(&shop, &secrets), failures);
        return !shop.places.is_empty();
    }
    let before = failures.len();
    if cli.apply {
        apply(&shop, failures);
    }
    let outcome = if cli.apply && failures.len() == before {
        Outcome::Replaced
    } else {
        Outcome::Listed
    };
    let report = if cli.json {
        report::json(&shop.places, &settings, outcome, &secrets)
    } else {
        report::text(
            &shop.places,
            &settings,
            outcome,
            cli.ini.is_some(),
            &secrets,
        )
    };
    print(report.as_bytes(), failures);
    shop.places
        .iter()
        .any(|place| outcome == Outcome::Listed || !place.reasons.is_empty())
}

/// The new content of each file that changes, beside the old one.
fn changes(shop: &Shop) -> Vec<(&Path, &[u8], Vec<u8>)> {
    let mut edits: BTreeMap<&PathBuf, Vec<Edit>> = BTreeMap::new();
    for place in shop.places.iter().filter(|place| place.reasons.is_empty()) {
        edits
            .entry(&place.path)
            .or_default()
            .extend(place.edits.clone());
    }
    shop.files
        .iter()
        .filter_map(|file| {
            let new = edit::apply(&file.php.bytes, edits.get(&file.path)?)?;
            Some((file.path.as_path(), file.php.bytes.as_slice(), new))
        })
        .collect()
}

fn diffs(shop: &Shop, secrets: &Secrets) -> Vec<u8> {
    let all = changes(shop);
    let diffs = all
        .iter()
        .map(|(path, old, new)| report::diff(&path.to_string_lossy(), old, new, secrets));
    diffs.collect::<Vec<_>>().concat()
}

fn apply(shop: &Shop, failures: &mut Vec<Failure>) {
    for (path, old, new) in changes(shop) {
        failures.extend(write::replace(path, old, &new).err());
    }
}

fn print(text: &[u8], failures: &mut Vec<Failure>) {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // A reader that has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => failures.extend(written.err().map(Failure::Output)),
    }
}

//! All places of a shop: which files to look at, and what is known of them together.

use std::collections::BTreeSet;
use std::path::Path;

use aho_corasick::AhoCorasick;

use crate::arrays::Arrays;
use crate::constants::Constants;
use crate::definitions::constants_of;
use crate::endpoint::HOST;
use crate::failure::Failure;
use crate::file::{File, declared_name};
use crate::names::named_in;
use crate::php::Php;
use crate::place::{Place, is_place, place};
use crate::session::sessions;
use crate::shared::{Mention, Shared, only_reads};
use crate::tree::Tree;
use crate::unclaimed::unclaimed;
use crate::values::Reader;

/// A file that can contain a snippet has one of these.
const WORDS: &[&str] = &["curl_init", HOST];

/// Looks for more files as long as those read so far name constants or functions of others: this often.
const ROUNDS: usize = 4;

pub(crate) struct Shop {
    pub(crate) files: Vec<File>,
    pub(crate) places: Vec<Place>,
}

impl Shop {
    pub(crate) fn of(tree: &Tree, failures: &mut Vec<Failure>) -> Self {
        let files = files(tree, failures);
        let constants = constants_of(&files);
        let mut shared = Shared::default();
        places(&files, &constants, &shared);
        let asked = shared.asked();
        if !asked.is_empty() {
            for (name, mention) in mentions(tree, &asked) {
                shared.add(name, mention);
            }
        }
        let mut places = places(&files, &constants, &shared);
        places.extend(unclaimed(&files, &constants, &places));
        places.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        Self { files, places }
    }
}

fn files(tree: &Tree, failures: &mut Vec<Failure>) -> Vec<File> {
    let mut words: BTreeSet<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    let mut files = read(tree, &words, failures, &BTreeSet::new());
    for _ in 0..ROUNDS {
        let more: BTreeSet<_> = wanted(&files).difference(&words).cloned().collect();
        if more.is_empty() {
            break;
        }
        let known = files.iter().map(|file| file.path.clone()).collect();
        // The failures are those of the first time.
        files.extend(read(tree, &more, &mut Vec::new(), &known));
        words.extend(more);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The files that contain one of the words, in any letter case.
fn read(
    tree: &Tree,
    words: &BTreeSet<String>,
    failures: &mut Vec<Failure>,
    known: &BTreeSet<std::path::PathBuf>,
) -> Vec<File> {
    let Ok(finder) = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
    else {
        return Vec::new();
    };
    tree.scan(failures, |path: &Path, bytes| {
        let php =
            (!known.contains(path) && finder.is_match(&bytes)).then(|| Php::parse(bytes))??;
        Some(File::new(path, php))
    })
}

/// What the definitions and callers that are still missing must contain.
fn wanted(files: &[File]) -> BTreeSet<String> {
    let constants = constants_of(files);
    let mut words = BTreeSet::new();
    for name in constants.endpoints() {
        words.insert(
            name.rsplit_once("::")
                .map_or_else(|| name.clone(), |(_, name)| format!("::{name}")),
        );
    }
    for file in files {
        let reader = Reader {
            path: &file.path,
            php: &file.php,
            constants: &constants,
        };
        for session in sessions(&reader) {
            if !is_place(&reader, &session) {
                continue;
            }
            let named = session
                .options
                .iter()
                .flat_map(|option| named_in(&file.php, option.value));
            for name in named.filter(|name| !name.starts_with("CURL")) {
                words.extend(definitions_of(&name));
            }
            if let Some(name) = declared_name(&file.php, session.scope) {
                words.extend([
                    format!("{name}("),
                    format!("{name} ("),
                    format!("'{name}'"),
                    format!("\"{name}\""),
                ]);
            }
        }
    }
    words
}

/// What a file that defines the constant contains.
fn definitions_of(name: &str) -> Vec<String> {
    match name.rsplit_once("::") {
        Some((_, name)) => vec![format!("const {name}")],
        None => vec![
            format!("const {name}"),
            format!("'{name}'"),
            format!("\"{name}\""),
        ],
    }
}

fn places(files: &[File], constants: &Constants, shared: &Shared) -> Vec<Place> {
    let all: Vec<&File> = files.iter().collect();
    let mut places = Vec::new();
    for file in files {
        let reader = Reader {
            path: &file.path,
            php: &file.php,
            constants,
        };
        let arrays = Arrays::new(reader, &all);
        let found = sessions(&reader);
        places.extend(
            found
                .iter()
                .filter_map(|session| place(&arrays, session, shared)),
        );
    }
    places
}

fn mentions(tree: &Tree, variables: &[Vec<u8>]) -> Vec<(Vec<u8>, Mention)> {
    let Ok(finder) = AhoCorasick::new(variables) else {
        return Vec::new();
    };
    // Failures were reported when the file was read first.
    let found = tree.scan(&mut Vec::new(), |path: &Path, bytes| {
        let numbers: BTreeSet<_> = finder
            .find_overlapping_iter(&bytes)
            .map(|found| found.pattern().as_usize())
            .collect();
        let php = (!numbers.is_empty()).then(|| Php::parse(bytes))??;
        let mention = |number: usize| {
            let variable = variables.get(number)?;
            let name = php.decode(variable.strip_prefix(b"$")?);
            let mention = Mention {
                path: path.to_owned(),
                only_reads: only_reads(&php, &name)?,
                text: php.bytes.clone(),
            };
            Some((variable.clone(), mention))
        };
        Some(numbers.into_iter().filter_map(mention).collect::<Vec<_>>())
    });
    found.into_iter().flatten().collect()
}

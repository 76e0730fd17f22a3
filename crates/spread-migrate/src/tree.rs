//! The PHP files below a directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use walkdir::{DirEntry, WalkDir};

use crate::failure::Failure;

pub(crate) struct Tree {
    pub(crate) files: Vec<PathBuf>,
}

/// Others' code, and what version control keeps.
const SKIPPED: &[&str] = &[".bzr", ".git", ".hg", ".svn", "node_modules", "vendor"];

const ENDINGS: &[&str] = &[
    "inc", "install", "module", "php", "php3", "php4", "php5", "php7", "php8", "phtml",
];

impl Tree {
    /// Symbolic links are not followed, so that nothing outside is changed and nothing is seen twice.
    pub(crate) fn below(top: &Path, failures: &mut Vec<Failure>) -> Self {
        let mut files = Vec::new();
        let entries = WalkDir::new(top).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry)) {
            match entry {
                // A file that was named is read whatever its name is, and through a link.
                Ok(entry) if entry.depth() == 0 && entry.path().is_file() => {
                    files.push(entry.into_path())
                }
                Ok(entry) if entry.file_type().is_file() && is_php(entry.path()) => {
                    files.push(entry.into_path())
                }
                Ok(_) => {}
                Err(error) => failures.push(Failure::Walk(error)),
            }
        }
        Self { files }
    }

    /// What `look` finds in the bytes of the files, in their sequence; several files at a time.
    pub(crate) fn scan<T: Send>(
        &self,
        failures: &mut Vec<Failure>,
        look: impl Fn(&Path, Vec<u8>) -> Option<T> + Sync,
    ) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let found: Mutex<Vec<(usize, Result<T, Failure>)>> = Mutex::new(Vec::new());
        let work = || {
            while let Some((number, path)) = self.next(&next) {
                let result = match fs::read(path) {
                    Ok(bytes) => look(path, bytes).map(Ok),
                    Err(error) => Some(Err(Failure::Read(path.to_owned(), error))),
                };
                if let Some(result) = result {
                    found
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((number, result));
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(number, _)| *number);
        let mut results = Vec::with_capacity(found.len());
        for (_, result) in found {
            match result {
                Ok(result) => results.push(result),
                Err(failure) => failures.push(failure),
            }
        }
        results
    }

    fn next(&self, next: &AtomicUsize) -> Option<(usize, &PathBuf)> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        Some((number, self.files.get(number)?))
    }
}

fn is_skipped(entry: &DirEntry) -> bool {
    entry.file_type().is_dir()
        && entry
            .file_name()
            .to_str()
            .is_some_and(|name| SKIPPED.contains(&name))
}

fn is_php(path: &Path) -> bool {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    ENDINGS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(ending))
}

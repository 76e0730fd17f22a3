//! `import`: past orders and accounts from a file into the outbox.
//!
//! ```text
//!   file ──► rows ──► document: data, request ──► rules ──► a batch ──► the outbox, and how far it came
//!            mapping, json_row                       └── a row that breaks one is reported and left out
//! ```
//!
//! A batch and the number of its last row are one transaction, so that an import that was stopped, however
//! it was stopped, continues after its last batch.

mod document;
mod json_row;
pub(crate) mod mapping;
mod report;
mod resume;
mod rows;

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::process::ExitCode;

use client::keys::Keys;
use methods::{Method, Subject};
use outbox::Store;
use outbox::store::Update;
use rules::{Finding, Severity};

use crate::arguments::{ImportArguments, ImportFormat};
use crate::configuration::{Import, address};
use crate::failure::Failure;
use crate::open::open;
use crate::signals::Signals;
use report::Report;
use resume::Progress;
use rows::{Format, Row, Rows, Unreadable};

/// A batch is stored when it has this many orders, or this many bytes: a statement of a server may be 16 MiB
/// long, and has two letters for each byte.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 1 << 20;

/// The exit status when rows were left out.
const LEFT_OUT: u8 = 3;

pub(crate) fn import(arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    let mut rows = rows(arguments)?;
    let mut report = Report::new(arguments, size(&arguments.file));
    let done = if arguments.dry_run {
        check(arguments, &mut rows, &mut report)
    } else {
        keep(arguments, &mut rows, &mut report)
    };
    report.finish(done)?;
    Ok(match report.left_out() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(LEFT_OUT),
    })
}

/// Reports which row breaks which rule, and keeps nothing.
fn check(
    arguments: &ImportArguments,
    rows: &mut Rows,
    report: &mut Report,
) -> Result<bool, Failure> {
    let unreadable = |reason| unreadable(&arguments.file, reason);
    while let Some((line, row)) = rows.next().map_err(unreadable)? {
        report.read(rows.bytes());
        match rows.document(&row) {
            Ok(document) if document.body().is_none() => report.unusable(line, TOO_DEEP),
            Ok(document) => {
                let id = document.id(arguments.method, &Keys::default());
                let findings = document.findings(arguments.method);
                let left_out = !arguments.force && breaks_a_rule(&findings);
                report.checked(line, &id, &findings, left_out);
            }
            Err(reason) => report.unusable(line, &reason),
        }
    }
    Ok(true)
}

fn breaks_a_rule(findings: &[Finding]) -> bool {
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    findings.iter().any(is_error)
}

const TOO_DEEP: &str = "is nested too deep to be sent";

/// Keeps the rows in the outbox. False when a signal stopped it.
fn keep(
    arguments: &ImportArguments,
    rows: &mut Rows,
    report: &mut Report,
) -> Result<bool, Failure> {
    let Import { endpoint, keys } = Import::load(arguments)?;
    if arguments.method.subject == Subject::Account && keys.private.is_empty() {
        return Err(Failure::NoPrivateKey);
    }
    let signals = Signals::listen(|| {})?;
    let mut store = open(&address(&arguments.outbox)?, true)?;
    let mut batch = Batch {
        endpoint: endpoint.as_str(),
        keys: &keys,
        method: arguments.method,
        name: name(arguments)?,
        updates: Vec::new(),
        bytes: 0,
    };
    let mut progress = Progress::new(reading(arguments, &batch).iter().map(Vec::as_slice));
    let unreadable = |reason| unreadable(&arguments.file, reason);
    if !arguments.restart && !batch.name.is_empty() {
        let found = store.imported(&batch.name)?;
        let before = found.as_ref().map_or(0, |found| found.rows);
        while progress.rows() < before {
            match rows.next().map_err(unreadable)? {
                Some((_, row)) => progress.add(&row),
                None => break,
            }
        }
        if found.is_some_and(|found| found != progress.imported()) {
            return Err(Failure::Changed(arguments.file.clone()));
        }
        report.skipped(progress.rows());
    }
    while let Some((line, row)) = rows.next().map_err(unreadable)? {
        if signals.stop() {
            // Not of this batch: it is read again.
            batch.store(store.as_mut(), &progress, report)?;
            return Ok(false);
        }
        progress.add(&row);
        report.read(rows.bytes());
        batch.add(rows, line, &row, arguments.force, report);
        if batch.is_full() {
            batch.store(store.as_mut(), &progress, report)?;
        }
    }
    batch.store(store.as_mut(), &progress, report)?;
    Ok(true)
}

/// Updates that are stored together.
struct Batch<'k> {
    endpoint: &'k str,
    keys: &'k Keys,
    method: &'static Method,
    /// Of the import; empty when its progress is not stored.
    name: Vec<u8>,
    /// Ids and bodies.
    updates: Vec<(Vec<u8>, Vec<u8>)>,
    bytes: usize,
}

impl Batch<'_> {
    fn add(&mut self, rows: &Rows, line: u64, row: &Row, force: bool, report: &mut Report) {
        let document = match rows.document(row) {
            Ok(document) => document,
            Err(reason) => return report.unusable(line, &reason),
        };
        let Some(body) = document.body() else {
            return report.unusable(line, TOO_DEEP);
        };
        let id = document.id(self.method, self.keys);
        let findings = document.findings(self.method);
        let left_out = !force && breaks_a_rule(&findings);
        report.checked(line, &id, &findings, left_out);
        if left_out {
            return;
        }
        self.bytes += body.len() + id.len();
        self.updates.push((id, body));
    }

    fn is_full(&self) -> bool {
        self.updates.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    fn store(
        &mut self,
        store: &mut dyn Store,
        progress: &Progress,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let updates = self.updates.iter().map(|(id, body)| Update {
            endpoint: self.endpoint,
            public_key: &self.keys.public,
            method: self.method,
            order_id: id,
            body,
        });
        let updates: Vec<_> = updates.collect();
        let now = store.now()?;
        store.import(&updates, &self.name, &progress.imported(), now)?;
        report.kept(updates.len());
        self.updates.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn rows(arguments: &ImportArguments) -> Result<Rows, Failure> {
    let file: Box<dyn Read> = if is_standard_input(&arguments.file) {
        Box::new(io::stdin())
    } else {
        let opened = File::open(&arguments.file);
        Box::new(opened.map_err(|error| unreadable(&arguments.file, error.into()))?)
    };
    let format = Format {
        delimiter: delimiter(arguments),
        map: &arguments.map,
        constants: &arguments.set,
        method: arguments.method,
    };
    if format.delimiter.is_none() && !format.map.is_empty() {
        return Err(Failure::MapOfJson);
    }
    Rows::new(file, &format).map_err(|reason| unreadable(&arguments.file, reason))
}

/// The separator of cells; nothing for lines of JSON.
fn delimiter(arguments: &ImportArguments) -> Option<u8> {
    let extension = arguments.file.extension().unwrap_or_default();
    let is_csv = match arguments.format {
        Some(format) => matches!(format, ImportFormat::Csv),
        None => extension.eq_ignore_ascii_case("csv"),
    };
    is_csv.then_some(arguments.delimiter)
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Of a file that does not grow while it is read.
fn size(file: &Path) -> Option<u64> {
    let facts = fs::metadata(file).ok()?;
    facts.is_file().then_some(facts.len())
}

fn unreadable(file: &Path, reason: Unreadable) -> Failure {
    let reason = match reason {
        Unreadable::Input(error) => format!("cannot be read: {error}"),
        Unreadable::Format(reason) => reason,
    };
    let file = file.to_path_buf();
    Failure::ImportFile { file, reason }
}

/// The name under which the outbox remembers how far a file was imported. Empty for the standard input, which
/// has none unless `--name` gives it one.
fn name(arguments: &ImportArguments) -> Result<Vec<u8>, Failure> {
    let name = match &arguments.name {
        Some(name) => name.clone().into_bytes(),
        None if is_standard_input(&arguments.file) => Vec::new(),
        None => {
            let path = fs::canonicalize(&arguments.file)
                .map_err(|error| unreadable(&arguments.file, error.into()))?;
            path.into_os_string().into_vec()
        }
    };
    // A longer path differs at its end.
    let start = name.len().saturating_sub(NAME_LIMIT);
    Ok(name.get(start..).unwrap_or_default().to_vec())
}

/// As long as the column.
const NAME_LIMIT: usize = 500;

/// The options that decide what becomes of a row.
fn reading(arguments: &ImportArguments, batch: &Batch<'_>) -> Vec<Vec<u8>> {
    let mut parts = vec![
        batch.method.name.into(),
        batch.endpoint.into(),
        batch.keys.public.clone(),
        delimiter(arguments).into_iter().collect(),
        vec![u8::from(arguments.force)],
    ];
    for (kind, pairs) in [("map", &arguments.map), ("set", &arguments.set)] {
        for pair in pairs {
            parts.extend([kind, &pair.name, &pair.value].map(|text| text.as_bytes().to_vec()));
        }
    }
    parts
}

//! What an import says: a bar on a terminal, rows that break a rule, and a summary.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rules::{Finding, Severity};
use serde_json::{Value, json};

use crate::arguments::ImportArguments;
use crate::failure::Failure;
use crate::output;
use crate::text::{number, printable};

/// How many findings a JSON document holds.
const LISTED: usize = 10_000;

pub(crate) struct Report {
    bar: ProgressBar,
    json: bool,
    dry_run: bool,
    resumes: bool,
    what: &'static str,
    findings: Vec<Value>,
    rows: u64,
    skipped: i64,
    kept: u64,
    left_out: u64,
    warnings: u64,
    /// The first line that could not be written.
    failure: Option<Failure>,
}

impl Report {
    /// `size`: of the file, where it is known.
    pub(crate) fn new(arguments: &ImportArguments, size: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
        let template = match size {
            Some(_) => "[{bar:30}] {percent}% {msg}, {eta} left",
            None => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("#-."));
        }
        Self {
            bar,
            json: arguments.json.json,
            dry_run: arguments.dry_run,
            resumes: arguments.file.as_os_str() != "-" || arguments.name.is_some(),
            what: arguments.method.subject.name(),
            findings: Vec::new(),
            rows: 0,
            skipped: 0,
            kept: 0,
            left_out: 0,
            warnings: 0,
            failure: None,
        }
    }

    /// Rows that an earlier run imported.
    pub(crate) fn skipped(&mut self, rows: i64) {
        self.skipped = rows;
    }

    /// One more row was read; `bytes` of the file so far.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.rows += 1;
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(bytes);
        let seconds = self
            .bar
            .elapsed()
            .max(Duration::from_millis(1))
            .as_secs_f64();
        #[allow(clippy::cast_precision_loss)]
        let rate = self.rows as f64 / seconds;
        let rows = number(self.rows);
        self.bar
            .set_message(format!("{rows} rows, {rate:.0} per second"));
    }

    pub(crate) fn kept(&mut self, updates: usize) {
        self.kept += u64::try_from(updates).unwrap_or(u64::MAX);
    }

    /// A row that holds no order: a clause about it.
    pub(crate) fn unusable(&mut self, line: u64, reason: &str) {
        self.left_out += 1;
        if self.json {
            self.list(
                json!({"line": line, "severity": "error", "message": format!("the row {reason}")}),
            );
        } else {
            self.say(&format!("line {line}: error: the row {reason}\n"));
        }
    }

    /// The findings of a row.
    pub(crate) fn checked(&mut self, line: u64, id: &[u8], findings: &[Finding], left_out: bool) {
        self.left_out += u64::from(left_out);
        for finding in findings {
            if finding.severity == Severity::Warning {
                self.warnings += 1;
                if !self.dry_run {
                    continue;
                }
            }
            let id = printable(id);
            let severity = finding.severity.name();
            if self.json {
                self.list(json!({
                    "line": line,
                    self.what: id,
                    "field": finding.field,
                    "rule": finding.rule,
                    "severity": severity,
                    "message": finding.message,
                }));
            } else {
                let what = match &*id {
                    "" => String::new(),
                    id => format!(", {} {id}", self.what),
                };
                self.say(&format!(
                    "line {line}{what}: {severity}: {}\n",
                    finding.message
                ));
            }
        }
    }

    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    fn list(&mut self, finding: Value) {
        if self.findings.len() < LISTED {
            self.findings.push(finding);
        }
    }

    fn say(&mut self, line: &str) {
        if self.failure.is_none() {
            self.failure = self.bar.suspend(|| output::print(line)).err();
        }
    }

    /// Writes the summary. `done`: whether the file was read to its end.
    pub(crate) fn finish(&mut self, done: Result<bool, Failure>) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let done = done?;
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.json {
            return output::print_json(&json!({
                "rows": self.rows,
                "imported_before": self.skipped,
                "kept": self.kept,
                "left_out": self.left_out,
                "warnings": self.warnings,
                "stopped": !done,
                "findings": self.findings,
            }));
        }
        let left_out = number(self.left_out);
        let mut text = if self.dry_run {
            let (rows, warnings) = (number(self.rows), number(self.warnings));
            format!("{rows} rows checked, {left_out} cannot be imported, {warnings} warnings\n")
        } else {
            let (kept, what) = (number(self.kept), self.what);
            format!("{kept} {what}s kept, {left_out} rows left out\n")
        };
        if self.skipped > 0 {
            let before = number(u64::try_from(self.skipped).unwrap_or(0));
            text.push_str(&format!("{before} rows were imported before\n"));
        }
        if !done && self.resumes {
            text.push_str("stopped; the same command continues\n");
        } else if !done {
            text.push_str("stopped\n");
        }
        output::print(&text)
    }
}

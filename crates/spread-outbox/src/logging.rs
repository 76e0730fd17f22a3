//! The log of `run` and `drain`, on the standard error.
//!
//! The journal adds the time and reads the level from a prefix: there a line is `<6>text`, see sd-daemon(3).
//! Elsewhere a line begins with its time in UTC and its level. No colours: grep and mail read logs.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::arguments::{LogArguments, LogFormat, LogLevel};
use crate::failure::Failure;
use crate::output;

/// Starts the log; before the first line of it.
pub(crate) fn start(arguments: &LogArguments) {
    let builder = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_target(false)
        .with_max_level(match arguments.log_level {
            LogLevel::Error => Level::ERROR,
            LogLevel::Warn => Level::WARN,
            LogLevel::Info => Level::INFO,
            LogLevel::Debug => Level::DEBUG,
        })
        // It would panic where the standard error cannot be written to.
        .log_internal_errors(false);
    match arguments.log_format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .init(),
        LogFormat::Text if is_journal() => builder.event_format(Journal).init(),
        LogFormat::Text => builder.init(),
    }
}

/// Logs why a command ends, or, when it has no log, says so on the standard error.
pub(crate) fn failure(failure: &Failure) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{failure}");
    } else {
        output::complain(failure);
    }
}

/// Whether the standard error is the journal's: systemd.exec(5), `$JOURNAL_STREAM`. A program that a unit
/// starts inherits the variable, wherever its standard error goes.
fn is_journal() -> bool {
    let stream = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    fs::metadata("/dev/stderr")
        .is_ok_and(|facts| stream == format!("{}:{}", facts.dev(), facts.ino()))
}

struct Journal;

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(writer, "<{}>", priority(*event.metadata().level()))?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

/// syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

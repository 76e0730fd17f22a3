//! `show`: one record.

use std::fmt::Write as _;
use std::process::ExitCode;

use outbox::clock::Millis;
use outbox::store::{Filter, Record};

use crate::arguments::ShowArguments;
use crate::configuration::address;
use crate::failure::Failure;
use crate::open::open;
use crate::output;
use crate::record;
use crate::text::{date, printable, span};

pub(crate) fn show(arguments: &ShowArguments) -> Result<ExitCode, Failure> {
    let mut store = open(&address(&arguments.outbox)?, false)?;
    let id = arguments.id;
    let filter = Filter {
        after: id.saturating_sub(1),
        limit: 1,
        ..Filter::default()
    };
    let now = store.now()?;
    let mut records = store.list(&filter, now)?.into_iter();
    let record = records
        .find(|record| record.id == id)
        .ok_or(Failure::NoRecord(id))?;
    let body = if arguments.body {
        // It may have been delivered in between.
        Some(store.body(id)?.ok_or(Failure::NoRecord(id))?)
    } else {
        None
    };
    if arguments.json.json {
        let mut value = record::json(&record);
        if let (Some(body), Some(fields)) = (body, value.as_object_mut()) {
            let body = String::from_utf8_lossy(&body).into_owned();
            fields.insert("body".into(), body.into());
        }
        output::print_json(&value)?;
    } else {
        let mut text = text(&record, now);
        if let Some(body) = body {
            let _ = writeln!(text, "\n{}", printable(&body));
        }
        output::print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(record: &Record, now: Millis) -> String {
    let age = span(now - record.accepted);
    let status = match record.last_error.status {
        0 => String::new(),
        status => status.to_string(),
    };
    let mut text = String::new();
    for (name, value) in [
        ("id", record.id.to_string()),
        ("method", record.method.name.into()),
        (record.method.subject.name(), printable(&record.order_id)),
        ("state", record::state(record).into()),
        ("endpoint", record.endpoint.clone()),
        ("public key", printable(&record.public_key)),
        ("accepted", format!("{}, {age} ago", date(record.accepted))),
        ("due", record.due.map(date).unwrap_or_default()),
        ("attempts", record.attempts.to_string()),
        ("status", status),
        (
            "last error",
            printable(record.last_error.sentence.as_bytes()),
        ),
        ("bytes", record.size.to_string()),
    ] {
        let line = format!("{name:<11} {value}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

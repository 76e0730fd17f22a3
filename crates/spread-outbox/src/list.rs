//! `list`: records, oldest first.

use std::process::ExitCode;

use outbox::clock::Millis;
use outbox::store::{Filter, Record, State};
use outbox::{Store, StoreError};

use crate::arguments::{ListArguments, StateName};
use crate::configuration::address;
use crate::failure::Failure;
use crate::open::open;
use crate::output;
use crate::record::{self, short_error, state_cell};
use crate::table::{Cell, table};
use crate::text::{printable, span};

/// How many records are read at a time where only some of them are listed.
const PAGE: usize = 500;

pub(crate) fn list(arguments: &ListArguments) -> Result<ExitCode, Failure> {
    let mut store = open(&address(&arguments.outbox)?, false)?;
    let now = store.now()?;
    let records = records(store.as_mut(), arguments, now)?;
    if arguments.json.json {
        output::print_json(&records.iter().map(record::json).collect())?;
    } else if records.is_empty() {
        output::print("no records\n")?;
    } else {
        let head = [
            "id",
            "method",
            "order or account",
            "state",
            "age",
            "attempts",
            "due in",
            "last error",
        ];
        let rows = records.iter().map(|record| row(record, now)).collect();
        output::print(&table(head, rows, output::is_coloured()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn records(
    store: &mut dyn Store,
    arguments: &ListArguments,
    now: Millis,
) -> Result<Vec<Record>, StoreError> {
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let filter = Filter {
        state: arguments.state.map(|state| match state {
            StateName::Pending | StateName::InFlight => State::Pending,
            StateName::Refused => State::Refused,
            StateName::Expired => State::Expired,
        }),
        order_id: arguments.order.as_deref().map(str::as_bytes),
        after: arguments.after,
        limit,
    };
    match arguments.state {
        Some(StateName::InFlight) => in_flight(store, filter, now),
        _ => store.list(&filter, now),
    }
}

/// In flight is not a state that the outbox stores: pending records are looked through.
fn in_flight(
    store: &mut dyn Store,
    pending: Filter<'_>,
    now: Millis,
) -> Result<Vec<Record>, StoreError> {
    let mut found = Vec::new();
    let mut filter = Filter {
        limit: PAGE,
        ..pending
    };
    loop {
        let page = store.list(&filter, now)?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        filter.after = last.id;
        found.extend(page.into_iter().filter(|record| record.in_flight));
        if found.len() >= pending.limit {
            found.truncate(pending.limit);
            return Ok(found);
        }
    }
}

fn row(record: &Record, now: Millis) -> [Cell; 8] {
    let due = match record.due {
        Some(due) if !record.in_flight && due > now => span(due - now + 999),
        Some(_) if !record.in_flight => "now".into(),
        _ => String::new(),
    };
    [
        record.id.to_string().into(),
        record.method.name.to_owned().into(),
        printable(&record.order_id).into(),
        state_cell(record),
        span(now - record.accepted).into(),
        record.attempts.to_string().into(),
        due.into(),
        short_error(&record.last_error).into(),
    ]
}

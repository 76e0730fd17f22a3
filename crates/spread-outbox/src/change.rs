//! `retry`, `discard` and `purge`: a person changes records.

use std::fmt::Write as _;
use std::process::ExitCode;

use outbox::clock::Millis;
use outbox::clock::millis;
use outbox::store::{Change, Filter, State};
use outbox::{Store, StoreError};
use serde_json::json;

use crate::arguments::{DeadLetterState, DiscardArguments, PurgeArguments, RetryArguments};
use crate::configuration::address;
use crate::failure::Failure;
use crate::open::open;
use crate::output;
use crate::text::number;

/// How many records are read at a time.
const PAGE: usize = 500;

pub(crate) fn retry(arguments: &RetryArguments) -> Result<ExitCode, Failure> {
    let mut store = open(&address(&arguments.outbox)?, false)?;
    let ids = match arguments.state {
        Some(state) => in_state(store.as_mut(), stored(state))?,
        None => arguments.ids.clone(),
    };
    let (force, json) = (arguments.force, arguments.json.json);
    change(store.as_mut(), &ids, "retried", json, |store, id, now| {
        store.retry(id, force, now)
    })
}

pub(crate) fn discard(arguments: &DiscardArguments) -> Result<ExitCode, Failure> {
    let mut store = open(&address(&arguments.outbox)?, false)?;
    let (ids, json) = (&arguments.ids, arguments.json.json);
    change(store.as_mut(), ids, "discarded", json, |store, id, now| {
        store.discard(id, now)
    })
}

pub(crate) fn purge(arguments: &PurgeArguments) -> Result<ExitCode, Failure> {
    let mut store = open(&address(&arguments.outbox)?, false)?;
    let states = match arguments.state {
        Some(state) => vec![stored(state)],
        None => vec![State::Refused, State::Expired],
    };
    let now = store.now()?;
    let mut purged = 0;
    for state in states {
        // Nothing younger than now, not even with --older-than 0.
        purged += store.purge(state, now - millis(arguments.older_than) + 1, now)?;
    }
    if arguments.json.json {
        output::print_json(&json!({ "purged": purged }))?;
    } else {
        output::print(&format!("{} records deleted\n", number(purged)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn stored(state: DeadLetterState) -> State {
    match state {
        DeadLetterState::Refused => State::Refused,
        DeadLetterState::Expired => State::Expired,
    }
}

/// Changes the records one by one; prints the result of each.
fn change(
    store: &mut dyn Store,
    ids: &[i64],
    done: &str,
    json: bool,
    mut work: impl FnMut(&mut dyn Store, i64, Millis) -> Result<Change, StoreError>,
) -> Result<ExitCode, Failure> {
    let mut text = String::new();
    let mut values = Vec::new();
    let mut all = true;
    for &id in ids {
        let now = store.now()?;
        let change = work(store, id, now)?;
        let (name, sentence) = match change {
            Change::Done => ("done", format!("record {id} {done}")),
            Change::NotFound => ("not_found", format!("there is no record {id}")),
            Change::InFlight => (
                "in_flight",
                format!("record {id} unchanged: its order is in flight; try again"),
            ),
            Change::Overtaken => (
                "overtaken",
                format!(
                    "record {id} unchanged: it would overwrite a newer update of its order, which was \
                     delivered; discard it, or retry it with --force"
                ),
            ),
        };
        all &= change == Change::Done;
        let _ = writeln!(text, "{sentence}");
        values.push(json!({ "id": id, "result": name }));
    }
    if json {
        output::print_json(&values.into())?;
    } else if ids.is_empty() {
        output::print("no records\n")?;
    } else {
        output::print(&text)?;
    }
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn in_state(store: &mut dyn Store, state: State) -> Result<Vec<i64>, StoreError> {
    let mut ids = Vec::new();
    loop {
        let filter = Filter {
            state: Some(state),
            after: ids.last().copied().unwrap_or(0),
            limit: PAGE,
            ..Filter::default()
        };
        let now = store.now()?;
        let page = store.list(&filter, now)?;
        if page.is_empty() {
            return Ok(ids);
        }
        ids.extend(page.iter().map(|record| record.id));
    }
}

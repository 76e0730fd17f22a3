//! The commands that look into an outbox and change it by hand.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::Failure;
use super::arguments::Settings;
use super::text::{number, printable, span, table};
use outbox::clock::{Millis, millis};
use outbox::store::{Change, Counts, Filter, KeyPair, Record, State, Store};

/// How many records are read at a time.
const PAGE: usize = 500;

pub(super) fn run(
    command: &str,
    store: &mut dyn Store,
    settings: &Settings,
    matches: &ArgMatches,
) -> Result<ExitCode, Failure> {
    match command {
        "status" => status(store, settings, matches),
        "list" => list(store, matches),
        "show" => show(store, matches),
        "retry" => {
            let force = matches.get_flag("force");
            change(store, matches, "retried", |store, id, now| {
                store.retry(id, force, now)
            })
        }
        "discard" => change(store, matches, "discarded", |store, id, now| {
            store.discard(id, now)
        }),
        _ => purge(store, matches),
    }
}

fn print(json: bool, value: &Value, text: &str) {
    use std::io::Write as _;
    // A reader that has seen enough is no failure.
    let mut out = std::io::stdout().lock();
    let _ = if json {
        writeln!(out, "{value:#}")
    } else {
        out.write_all(text.as_bytes())
    };
}

fn state(name: Option<&String>) -> Option<State> {
    let name = name?;
    State::ALL.into_iter().find(|state| state.name() == name)
}

fn status(
    store: &mut dyn Store,
    settings: &Settings,
    matches: &ArgMatches,
) -> Result<ExitCode, Failure> {
    let now = store.now()?;
    let counts = store.counts(now)?;
    let accounts = store.key_pairs(now)?;
    let seconds = |millis: Millis| millis.max(0) / 1_000;
    let oldest = counts.oldest.map(|accepted| seconds(now - accepted));
    if matches.get_flag("prometheus") {
        print(
            false,
            &Value::Null,
            &metrics(&counts, oldest, &accounts, now),
        );
        return Ok(ExitCode::SUCCESS);
    }
    let down = |until: Option<Millis>| until.map(|until| seconds(until - now));
    let value = json!({
        "outbox": settings.address.to_string(),
        "waiting": counts.pending,
        "in_flight": counts.in_flight,
        "refused": counts.refused,
        "expired": counts.expired,
        "oldest_seconds": oldest,
        "accounts": accounts.iter().map(|account| json!({
            "endpoint": account.endpoint,
            "public_key": String::from_utf8_lossy(&account.public_key),
            "orders": account.orders,
            "endpoint_down": account.endpoint_open_until.is_some(),
            "endpoint_tried_in_seconds": down(account.endpoint_open_until),
            "keys_down": account.key_pair_open_until.is_some(),
            "keys_tried_in_seconds": down(account.key_pair_open_until),
        })).collect::<Vec<_>>(),
    });
    let mut text = format!(
        "outbox     {}\nwaiting    {}",
        settings.address,
        number(counts.pending)
    );
    if let Some(accepted) = counts.oldest {
        let _ = write!(text, ", the oldest for {}", span(now - accepted));
    }
    let _ = writeln!(
        text,
        "\nin flight  {}\nrefused    {}\nexpired    {}",
        number(counts.in_flight),
        number(counts.refused),
        number(counts.expired)
    );
    if !accounts.is_empty() {
        let rows: Vec<_> = accounts
            .iter()
            .map(|account| account_row(account, now))
            .collect();
        let _ = write!(
            text,
            "\n{}",
            table(&["endpoint", "public key", "orders", "is"], &rows)
        );
    }
    print(matches.get_flag("json"), &value, &text);
    Ok(ExitCode::SUCCESS)
}

fn account_row(account: &KeyPair, now: Millis) -> Vec<String> {
    let tried = |until: Millis| match until - now {
        ..=0 => "tried next".to_owned(),
        wait => format!("tried again in {}", span(wait + 999)),
    };
    let is = match (account.endpoint_open_until, account.key_pair_open_until) {
        (Some(until), _) => format!("down, {}", tried(until)),
        (None, Some(until)) => format!("refusing these keys, {}", tried(until)),
        (None, None) => "up".into(),
    };
    vec![
        account.endpoint.clone(),
        printable(&account.public_key),
        number(account.orders),
        is,
    ]
}

/// Prometheus' text format, version 0.0.4.
fn metrics(counts: &Counts, oldest: Option<i64>, accounts: &[KeyPair], now: Millis) -> String {
    let mut text = String::from(
        "# HELP spread_outbox_records Records by state; those in flight are waiting ones.\n\
         # TYPE spread_outbox_records gauge\n",
    );
    for (state, count) in [
        ("waiting", counts.pending),
        ("refused", counts.refused),
        ("expired", counts.expired),
    ] {
        let _ = writeln!(text, "spread_outbox_records{{state=\"{state}\"}} {count}");
    }
    let _ = write!(
        text,
        "# HELP spread_outbox_in_flight Records that are being sent.\n\
         # TYPE spread_outbox_in_flight gauge\n\
         spread_outbox_in_flight {}\n\
         # HELP spread_outbox_oldest_seconds How long the oldest waiting record has waited.\n\
         # TYPE spread_outbox_oldest_seconds gauge\n\
         spread_outbox_oldest_seconds {}\n\
         # HELP spread_outbox_up Whether an endpoint is up and takes the keys: 1 or 0.\n\
         # TYPE spread_outbox_up gauge\n",
        counts.in_flight,
        oldest.unwrap_or(0)
    );
    let label = |text: &str| {
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    };
    for account in accounts {
        let endpoint = label(&account.endpoint);
        let key = label(&String::from_utf8_lossy(&account.public_key));
        let up = |until: Option<Millis>| u8::from(until.is_none());
        let _ = writeln!(
            text,
            "spread_outbox_up{{endpoint=\"{endpoint}\",public_key=\"{key}\",of=\"endpoint\"}} {}\n\
             spread_outbox_up{{endpoint=\"{endpoint}\",public_key=\"{key}\",of=\"keys\"}} {}",
            up(account.endpoint_open_until),
            up(account.key_pair_open_until)
        );
    }
    let _ = writeln!(
        text,
        "# HELP spread_outbox_time_seconds The outbox's own clock.\n\
         # TYPE spread_outbox_time_seconds gauge\n\
         spread_outbox_time_seconds {}",
        now / 1_000
    );
    text
}

fn record_value(record: &Record) -> Value {
    json!({
        "id": record.id,
        "state": if record.in_flight { "in_flight" } else { record.state.name() },
        "order": String::from_utf8_lossy(&record.order_id),
        "endpoint": record.endpoint,
        "public_key": String::from_utf8_lossy(&record.public_key),
        "accepted": date(record.accepted),
        "due": record.due.map(date),
        "attempts": record.attempts,
        "status": record.last_error.status,
        "what": record.last_error.sentence,
        "bytes": record.size,
    })
}

/// A date as HTTP has it, in UTC.
fn date(millis: Millis) -> String {
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}

fn state_name(record: &Record) -> &'static str {
    if record.in_flight {
        "in flight"
    } else {
        record.state.name()
    }
}

fn list(store: &mut dyn Store, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let order = matches.get_one::<String>("order");
    let limit = matches.get_one::<u64>("limit").copied().unwrap_or(100);
    let filter = Filter {
        state: state(matches.get_one("state")),
        order_id: order.map(String::as_bytes),
        after: matches.get_one("after").copied().unwrap_or(0),
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let now = store.now()?;
    let records = store.list(&filter, now)?;
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            vec![
                record.id.to_string(),
                printable(&record.order_id),
                state_name(record).into(),
                span(now - record.accepted),
                record.attempts.to_string(),
                match record.due {
                    Some(due) if !record.in_flight && due > now => span(due - now + 999),
                    Some(_) if !record.in_flight => "now".into(),
                    _ => String::new(),
                },
                printable(record.last_error.sentence.as_bytes()),
            ]
        })
        .collect();
    let head = [
        "id",
        "order",
        "state",
        "age",
        "attempts",
        "due in",
        "what the last attempt met",
    ];
    let text = if rows.is_empty() {
        "no records\n".into()
    } else {
        table(&head, &rows)
    };
    let value = records.iter().map(record_value).collect();
    print(matches.get_flag("json"), &value, &text);
    Ok(ExitCode::SUCCESS)
}

fn show(store: &mut dyn Store, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let id = matches.get_one::<i64>("id").copied().unwrap_or(0);
    let filter = Filter {
        after: id.saturating_sub(1),
        limit: 1,
        ..Filter::default()
    };
    let now = store.now()?;
    let found = store
        .list(&filter, now)?
        .into_iter()
        .find(|record| record.id == id);
    let record = found.ok_or_else(|| Failure(format!("there is no record {id}")))?;
    let mut value = record_value(&record);
    let mut text = String::new();
    for (name, shown) in [
        ("id", record.id.to_string()),
        ("order", printable(&record.order_id)),
        ("state", state_name(&record).into()),
        ("endpoint", record.endpoint.clone()),
        ("public key", printable(&record.public_key)),
        (
            "accepted",
            format!(
                "{}, {} ago",
                date(record.accepted),
                span(now - record.accepted)
            ),
        ),
        ("due", record.due.map(date).unwrap_or_default()),
        ("attempts", record.attempts.to_string()),
        ("status", record.last_error.status.to_string()),
        ("what", printable(record.last_error.sentence.as_bytes())),
        ("bytes", record.size.to_string()),
    ] {
        let _ = writeln!(text, "{name:<11} {shown}");
    }
    if matches.get_flag("body") {
        let body = store.body(id)?.unwrap_or_default();
        let _ = writeln!(text, "\n{}", printable(&body));
        if let Some(fields) = value.as_object_mut() {
            let body = String::from_utf8_lossy(&body).into_owned();
            fields.insert("body".into(), body.into());
        }
    }
    print(matches.get_flag("json"), &value, &text);
    Ok(ExitCode::SUCCESS)
}

/// Does something to the records that are named, and says what came of each.
fn change(
    store: &mut dyn Store,
    matches: &ArgMatches,
    done: &str,
    mut work: impl FnMut(&mut dyn Store, i64, Millis) -> Result<Change, outbox::StoreError>,
) -> Result<ExitCode, Failure> {
    let ids = match matches.try_get_one::<String>("state") {
        Ok(Some(name)) => of_state(store, state(Some(name)))?,
        _ => matches
            .get_many::<i64>("id")
            .map(|ids| ids.copied().collect())
            .unwrap_or_default(),
    };
    let mut text = String::new();
    let mut values = Vec::new();
    let mut all = true;
    for id in ids {
        let now = store.now()?;
        let change = work(store, id, now)?;
        let (name, sentence) = match change {
            Change::Done => ("done", format!("record {id} is {done}")),
            Change::NotFound => ("not_found", format!("there is no record {id}")),
            Change::InFlight => (
                "in_flight",
                format!("record {id} was left: its order is being sent at this moment; try again"),
            ),
            Change::Overtaken => (
                "overtaken",
                format!(
                    "record {id} was left: a newer update of its order was delivered since, which it would \
                     overwrite; discard it, or retry it with --force"
                ),
            ),
        };
        all &= change == Change::Done;
        let _ = writeln!(text, "{sentence}");
        values.push(json!({ "id": id, "result": name }));
    }
    if values.is_empty() {
        text.push_str("no records\n");
    }
    print(matches.get_flag("json"), &values.into(), &text);
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn of_state(store: &mut dyn Store, state: Option<State>) -> Result<Vec<i64>, Failure> {
    let mut ids = Vec::new();
    loop {
        let filter = Filter {
            state,
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

fn purge(store: &mut dyn Store, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let age = matches
        .get_one::<Duration>("older-than")
        .copied()
        .unwrap_or_default();
    let states = match state(matches.get_one("state")) {
        Some(state) => vec![state],
        None => vec![State::Refused, State::Expired],
    };
    let now = store.now()?;
    let mut purged = 0;
    for state in states {
        // Nothing younger than now, not even with --older-than 0.
        purged += store.purge(state, now - millis(age) + 1, now)?;
    }
    let text = format!("{} records are deleted\n", number(purged));
    print(
        matches.get_flag("json"),
        &json!({ "purged": purged }),
        &text,
    );
    Ok(ExitCode::SUCCESS)
}

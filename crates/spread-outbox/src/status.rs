//! `status`: the number of records by state, and the circuits.

use std::fmt::Write as _;
use std::process::ExitCode;

use outbox::Address;
use outbox::status::{CircuitState, Field, Fields, Status};
use outbox::store::KeyPair;
use serde_json::Value;

use crate::arguments::StatusArguments;
use crate::configuration::address;
use crate::failure::Failure;
use crate::metrics::metrics;
use crate::open::open;
use crate::output;
use crate::table::{BAD, Cell, GOOD, WARNING, table};
use crate::text::{number, printable, span};

pub(crate) fn status(arguments: &StatusArguments) -> Result<ExitCode, Failure> {
    let address = address(&arguments.outbox)?;
    let mut store = open(&address, false)?;
    let status = Status::read(store.as_mut())?;
    if arguments.prometheus {
        output::print(&metrics(&status))?;
    } else if arguments.json.json {
        output::print_json(&json(status.fields(&address)))?;
    } else {
        output::print(&text(&address, status, output::is_coloured()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `fields` as a JSON object.
fn json(fields: Fields) -> Value {
    let value = |field| match field {
        Field::Text(text) => text.into(),
        Field::Number(number) => number.into(),
        Field::Nothing => Value::Null,
        Field::List(list) => list.into_iter().map(json).collect(),
    };
    let named = fields.into_iter();
    named.map(|(name, field)| (name, value(field))).collect()
}

fn cell(circuit: &CircuitState) -> Cell {
    match circuit {
        CircuitState::Closed => Cell::styled("closed", GOOD),
        CircuitState::Open(wait) => {
            Cell::styled(format!("open, next probe in {}", span(wait + 999)), BAD)
        }
        CircuitState::HalfOpen => Cell::styled("half-open, next order probes", WARNING),
    }
}

fn text(address: &Address, status: Status, coloured: bool) -> String {
    let Status {
        now,
        counts,
        key_pairs,
    } = status;
    let mut text = format!(
        "outbox     {address}\npending    {}",
        number(counts.pending)
    );
    if let Some(accepted) = counts.oldest {
        let _ = write!(text, ", the oldest for {}", span(now - accepted));
    }
    let _ = writeln!(
        text,
        "\nin_flight  {}\nrefused    {}\nexpired    {}",
        number(counts.in_flight),
        number(counts.refused),
        number(counts.expired)
    );
    if !key_pairs.is_empty() {
        let row = |pair: KeyPair| {
            [
                cell(&CircuitState::new(pair.endpoint_open_until, now)),
                cell(&CircuitState::new(pair.key_pair_open_until, now)),
                number(pair.orders).into(),
                printable(&pair.public_key).into(),
                pair.endpoint.into(),
            ]
        };
        let head = [
            "endpoint circuit",
            "key pair circuit",
            "orders",
            "public key",
            "endpoint",
        ];
        let rows = key_pairs.into_iter().map(row).collect();
        let _ = write!(text, "\n{}", table(head, rows, coloured));
    }
    text
}

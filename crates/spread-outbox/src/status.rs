//! `status`: the number of records by state, and the circuits.

use std::fmt::Write as _;
use std::process::ExitCode;

use outbox::Address;
use outbox::clock::Millis;
use outbox::store::{Counts, KeyPair};
use serde_json::{Value, json};

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
    let now = store.now()?;
    let counts = store.counts(now)?;
    let key_pairs = store.key_pairs(now)?;
    if arguments.prometheus {
        output::print(&metrics(&counts, &key_pairs, now))?;
    } else if arguments.json.json {
        output::print_json(&json(&address, &counts, &key_pairs, now))?;
    } else {
        let coloured = output::is_coloured();
        output::print(&text(&address, &counts, key_pairs, now, coloured))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The circuit of an endpoint or a key pair, by when the next probe is due.
enum Circuit {
    Closed,
    /// With the milliseconds until then.
    Open(Millis),
    /// A probe is due.
    HalfOpen,
}

impl Circuit {
    fn new(next_probe: Option<Millis>, now: Millis) -> Self {
        match next_probe {
            None => Self::Closed,
            Some(due) if due > now => Self::Open(due - now),
            Some(_) => Self::HalfOpen,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open(_) => "open",
            Self::HalfOpen => "half_open",
        }
    }

    fn seconds(&self) -> Option<Millis> {
        match self {
            Self::Closed => None,
            Self::Open(wait) => Some(wait / 1_000),
            Self::HalfOpen => Some(0),
        }
    }

    fn cell(&self) -> Cell {
        match self {
            Self::Closed => Cell::styled("closed", GOOD),
            Self::Open(wait) => {
                Cell::styled(format!("open, next probe in {}", span(wait + 999)), BAD)
            }
            Self::HalfOpen => Cell::styled("half-open, next order probes", WARNING),
        }
    }
}

fn json(address: &Address, counts: &Counts, key_pairs: &[KeyPair], now: Millis) -> Value {
    let key_pair = |pair: &KeyPair| {
        let endpoint = Circuit::new(pair.endpoint_open_until, now);
        let keys = Circuit::new(pair.key_pair_open_until, now);
        json!({
            "endpoint": pair.endpoint,
            "public_key": String::from_utf8_lossy(&pair.public_key),
            "orders": pair.orders,
            "endpoint_circuit": endpoint.name(),
            "endpoint_probe_in_seconds": endpoint.seconds(),
            "key_pair_circuit": keys.name(),
            "key_pair_probe_in_seconds": keys.seconds(),
        })
    };
    json!({
        "outbox": address.to_string(),
        "pending": counts.pending,
        "in_flight": counts.in_flight,
        "refused": counts.refused,
        "expired": counts.expired,
        "oldest_seconds": counts.oldest.map(|accepted| (now - accepted).max(0) / 1_000),
        "key_pairs": key_pairs.iter().map(key_pair).collect::<Vec<_>>(),
    })
}

fn text(
    address: &Address,
    counts: &Counts,
    key_pairs: Vec<KeyPair>,
    now: Millis,
    coloured: bool,
) -> String {
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
                Circuit::new(pair.endpoint_open_until, now).cell(),
                Circuit::new(pair.key_pair_open_until, now).cell(),
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

//! Random operations on a store and on a model of it: both must hold the same after each, and at the end
//! SPREAD has the last accepted update of each order. A failure prints its seed and the fewest operations
//! that still fail; `SPREAD_SEED=<n>` runs that sequence again.

mod pair;
mod places;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::mariadb::MariaDb;
use crate::operations::{Op, ops};
use crate::stores::Scratch;
use pair::Pair;
use places::{Databases, Files, Place};

const SEQUENCES: u64 = 1_000;
const SEQUENCES_ON_MYSQL: u64 = 60;

/// Runs `ops` on an empty store. An error has the number of the operation that failed.
fn run(ops: &[Op], place: &mut dyn Place) -> Result<(), (usize, String)> {
    let mut pair = Pair::new(place);
    for (number, op) in ops.iter().enumerate() {
        pair.step(number, op).map_err(|error| (number, error))?;
    }
    pair.drain(ops.len()).map_err(|error| (ops.len(), error))
}

/// Runs the operations of `seed`; panics with the fewest of them that fail.
fn sequence(seed: u64, place: &mut dyn Place) {
    let mut ops = ops(seed);
    let Err((mut step, mut error)) = run(&ops, place) else {
        return;
    };
    loop {
        ops.truncate(step + 1);
        let before = ops.len();
        let mut index = before;
        while index > 0 {
            index -= 1;
            let mut fewer = ops.clone();
            fewer.remove(index);
            if let Err(failure) = run(&fewer, place) {
                (step, error) = failure;
                ops = fewer;
                ops.truncate(step + 1);
                index = index.min(ops.len());
            }
        }
        if ops.len() == before {
            break;
        }
    }
    let trace: Vec<String> = ops.iter().map(|op| format!("  {op:?}")).collect();
    panic!("SPREAD_SEED={seed}: {error}\n\n{}", trace.join("\n"));
}

/// Runs `count` sequences, or the one that `SPREAD_SEED` names.
fn sequences(count: u64, place: &mut dyn Place) {
    if let Ok(seed) = std::env::var("SPREAD_SEED") {
        return sequence(seed.parse().unwrap(), place);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let base = now.as_nanos() as u64;
    for number in 0..count {
        sequence(base.wrapping_add(number), place);
    }
}

fn sqlite(count: u64) {
    let scratch = Scratch::fast();
    sequences(count, &mut Files::new(scratch));
}

// Two, for two processors.

#[test]
fn sqlite_does_what_the_model_does() {
    sqlite(SEQUENCES / 2);
}

#[test]
fn sqlite_does_what_the_model_does_again() {
    sqlite(SEQUENCES / 2);
}

#[test]
fn mysql_does_what_the_model_does() {
    let Some(server) = MariaDb::own() else { return };
    sequences(SEQUENCES_ON_MYSQL, &mut Databases::new(server));
}

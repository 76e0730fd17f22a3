//! `spread-outbox`: delivers what waits in an outbox, and shows it to people and programs.

#![forbid(unsafe_code)]

pub mod arguments;
mod deliver;
mod inspect;
mod text;

use std::fmt::Display;
use std::process::ExitCode;

use arguments::Settings;

use outbox::{Opening, Store, open};

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a command ends early: one sentence.
struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The exit status of `drain` when orders are left.
const LEFT: u8 = 3;

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let matches = arguments::command().get_matches();
    match run(&matches) {
        Ok(status) => status,
        Err(Failure(sentence)) => {
            eprintln!("spread-outbox: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(matches: &clap::ArgMatches) -> Result<ExitCode, Failure> {
    let settings = Settings::new(matches)?;
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Failure("a command is missing".into()));
    };
    match name {
        "run" => deliver::run(&settings, matches),
        "drain" => deliver::drain(&settings, matches),
        _ => {
            let mut store = opened(&settings, false)?;
            inspect::run(name, store.as_mut(), &settings, matches)
        }
    }
}

fn opened(settings: &Settings, create: bool) -> Result<Box<dyn Store + Send>, Failure> {
    let opening = Opening {
        timeout: settings.patience,
        create,
    };
    Ok(open(&settings.address, opening)?)
}

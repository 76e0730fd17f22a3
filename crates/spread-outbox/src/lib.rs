//! `spread-outbox`: delivers the orders in an outbox, and shows it to people and programs.
//!
//! ```text
//!   arguments ──► configuration ──► run, drain             deliver: key_ring, signals, log_limiter,
//!       │                                                    reconnecting_store, progress
//!       ├────────────────────────► import                  fill: rows of a file
//!       └────────────────────────► status, list, show      look: record, table
//!                                  change                  retry, discard, purge
//!                                  serve                   both, as web pages
//! ```

#![forbid(unsafe_code)]

pub mod arguments;
mod change;
mod configuration;
mod drain;
mod failure;
mod import;
mod key_ring;
mod list;
mod log_limiter;
mod logging;
mod metrics;
mod open;
mod output;
mod progress;
mod reconnecting_store;
mod record;
mod run;
mod serve;
mod show;
mod signals;
mod status;
mod table;
mod text;

use std::process::ExitCode;

use arguments::{Cli, Command};
use clap::Parser as _;

/// Reads the command line and runs its command.
#[must_use]
pub fn main() -> ExitCode {
    hide_memory();
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => return output::usage(&error),
    };
    let result = match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Drain(arguments) => drain::drain(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Status(arguments) => status::status(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Retry(arguments) => change::retry(&arguments),
        Command::Discard(arguments) => change::discard(&arguments),
        Command::Purge(arguments) => change::purge(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
    };
    result.unwrap_or_else(|failure| {
        logging::failure(&failure);
        ExitCode::FAILURE
    })
}

/// Keeps other processes of the same user, such as the shop's scripts, out of `/proc/PID/environ` and
/// `/proc/PID/mem`, where the private key is. Nor does a core dump have it.
fn hide_memory() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // It fails for an unknown behaviour alone.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

//! The command line: each command, and the options that it uses.
//!
//! Options that are settings of the extension too take their variable, default and help from the table of
//! settings. They stay texts here: `configuration.rs` reads them, so that no message repeats a password.

mod import;
mod outbox;
mod sending;

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::text::{duration, loopback};
pub use import::{ImportArguments, ImportFormat};
pub use outbox::{JsonArgument, OutboxArguments};
pub use sending::{DeliveryArguments, SendingArguments};

/// Deliver the orders in an outbox of the PHP extension spread, and show and change its records
#[derive(Parser)]
#[command(
    name = "spread-outbox",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "The value of a setting comes from its option, else from its environment variable; an empty \
                  variable counts as not set. Orders are delivered in the sequence of the calls."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Deliver orders until stopped, as a service
    Run(RunArguments),
    /// Deliver the orders that are due, then exit: for cron
    Drain(DrainArguments),
    /// Keep past orders or accounts from a file in the outbox, for drain to deliver
    Import(Box<ImportArguments>),
    /// Show the number of records by state, and the circuits of endpoints and key pairs
    Status(StatusArguments),
    /// List records, oldest first, without their bodies
    List(ListArguments),
    /// Show one record
    Show(ShowArguments),
    /// Retry records: requeue refused or expired ones, send pending ones now
    Retry(RetryArguments),
    /// Delete records that are not in flight; their orders are lost
    Discard(DiscardArguments),
    /// Delete old refused and expired records
    Purge(PurgeArguments),
    /// Show the outbox as web pages on this machine, to look at records, retry and discard them
    Serve(ServeArguments),
}

#[derive(Args)]
#[command(
    after_help = "SIGTERM, SIGINT and SIGQUIT finish the orders in flight; a second one ends at once. \
                  SIGHUP reads the credentials file and the certificate authorities again. The key pair \
                  of one shop is read from SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY."
)]
pub struct RunArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Maximum polling interval while nothing is due
    #[arg(long, value_name = "DURATION", default_value = "0.25s", value_parser = duration)]
    pub poll: Duration,

    #[command(flatten)]
    pub delivery: DeliveryArguments,

    #[command(flatten)]
    pub sending: SendingArguments,

    #[command(flatten)]
    pub log: LogArguments,
}

#[derive(Args)]
#[command(
    after_help = "The exit status is 3 when orders are still pending or have expired. SIGTERM, SIGINT and \
                  SIGQUIT finish the orders in flight; a second one ends at once. The key pair of one shop is read from \
                  SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY."
)]
pub struct DrainArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Maximum number of attempts
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Maximum number of attempts per second
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,

    /// Start no attempt after this time; the last ones may take --timeout longer
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration)]
    pub seconds: Duration,

    #[command(flatten)]
    pub json: JsonArgument,

    #[command(flatten)]
    pub delivery: DeliveryArguments,

    #[command(flatten)]
    pub sending: SendingArguments,

    #[command(flatten)]
    pub log: LogArguments,
}

#[derive(Args)]
pub struct StatusArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    #[command(flatten)]
    pub json: JsonArgument,

    /// Print metrics in the text format of Prometheus
    #[arg(long, conflicts_with = "json")]
    pub prometheus: bool,
}

#[derive(Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Only records in this state; pending ones include those in flight
    #[arg(long)]
    pub state: Option<StateName>,

    /// Only records of the order or account with this id
    #[arg(long, value_name = "ID")]
    pub order: Option<String>,

    /// Only records with a higher id: the next page
    #[arg(long, value_name = "ID", default_value_t = 0)]
    pub after: i64,

    /// Maximum number of records
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 100,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub limit: u64,

    #[command(flatten)]
    pub json: JsonArgument,
}

#[derive(Args)]
pub struct ShowArguments {
    /// Record id, as printed by list
    #[arg(value_name = "ID")]
    pub id: i64,

    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Print the body as well: personal data
    #[arg(long)]
    pub body: bool,

    #[command(flatten)]
    pub json: JsonArgument,
}

#[derive(Args)]
pub struct RetryArguments {
    /// Record ids, as printed by list
    #[arg(value_name = "ID", required_unless_present = "state")]
    pub ids: Vec<i64>,

    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// All records in this state
    #[arg(long, conflicts_with = "ids")]
    pub state: Option<DeadLetterState>,

    /// Retry a record even when a newer update of its order, which it will overwrite, was delivered
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub json: JsonArgument,
}

#[derive(Args)]
pub struct DiscardArguments {
    /// Record ids, as printed by list
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<i64>,

    #[command(flatten)]
    pub outbox: OutboxArguments,

    #[command(flatten)]
    pub json: JsonArgument,
}

#[derive(Args)]
pub struct PurgeArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Only records in this state
    #[arg(long)]
    pub state: Option<DeadLetterState>,

    /// Minimum age: 30s, 15m, 12h, 7d
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration)]
    pub older_than: Duration,

    #[command(flatten)]
    pub json: JsonArgument,
}

#[derive(Args)]
#[command(
    after_help = "The address that it prints has a key, without which no page opens: other users of the \
                  machine reach the port as well. SIGTERM, SIGINT and SIGQUIT end it."
)]
pub struct ServeArguments {
    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// Loopback address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8444", value_parser = loopback)]
    pub listen: SocketAddr,

    /// Show bodies as well: personal data
    #[arg(long)]
    pub bodies: bool,
}

#[derive(Args)]
#[command(next_help_heading = "Logging")]
pub struct LogArguments {
    /// Format of the log on the standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// Least severe level that is logged
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log_level: LogLevel,
}

// Without doc comments on their variants: clap would make a page of each help.

#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum StateName {
    Pending,
    InFlight,
    Refused,
    Expired,
}

/// The states of records that are not sent any more.
#[derive(Clone, Copy, ValueEnum)]
pub enum DeadLetterState {
    Refused,
    Expired,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

//! The command line: each command, and the options that it uses.
//!
//! Options that are settings of the extension too take their variable, default and help from the table of
//! settings. They stay texts here: `configuration.rs` reads them, so that no message repeats a password.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use methods::{METHODS, Method, UPDATE_ORDER};
use settings::{Row, table};

use crate::import::mapping::Pair;
use crate::text::{duration, loopback};

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
                  SIGHUP reloads the credentials file. The key pair of one shop is read from \
                  SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY."
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
#[command(
    after_help = "A line of JSON is {\"data\": {...}, \"request\": {...}} or the fields of data alone; the first \
                  line of CSV names the fields. An import that was stopped continues where it was. The exit status \
                  is 3 when rows were left out. The private key of SPREAD_PRIVATE_KEY or the credentials file is \
                  needed for accounts alone."
)]
pub struct ImportArguments {
    /// Lines of JSON, or CSV when its name ends in .csv; - is the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    #[command(flatten)]
    pub outbox: OutboxArguments,

    /// List the rows that break a rule, and keep nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Keep rows that break a rule as well
    #[arg(long)]
    pub force: bool,

    /// Begin with the first row again
    #[arg(long)]
    pub restart: bool,

    #[command(flatten)]
    pub json: JsonArgument,

    /// Method of SPREAD that the rows are for
    #[arg(long, value_name = "METHOD", default_value_t = UPDATE_ORDER, value_parser = method)]
    pub method: &'static Method,

    /// Name of the import, which a file has by its path
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub name: Option<String>,

    /// Format of the file
    #[arg(long, value_name = "FORMAT", help_heading = "Reading")]
    pub format: Option<ImportFormat>,

    /// Separator of the cells of CSV, one character of ASCII
    #[arg(
        long,
        value_name = "CHARACTER",
        default_value = ",",
        value_parser = delimiter,
        help_heading = "Reading"
    )]
    pub delimiter: u8,

    /// Field of a column: Total=order_amount, Shop[mail]=consents[mail]; left out: Note=
    #[arg(long, value_name = "COLUMN=FIELD", help_heading = "Reading")]
    pub map: Vec<Pair>,

    /// Value of a field in every row: order_state=100
    #[arg(long, value_name = "FIELD=VALUE", help_heading = "Reading")]
    pub set: Vec<Pair>,

    #[arg(long, value_name = "URL", help = help(&table::ENDPOINT), help_heading = "Sending")]
    pub endpoint: Option<OsString>,

    #[arg(long, value_name = "KEY", help = help(&table::PUBLIC_KEY), help_heading = "Sending")]
    pub public_key: Option<OsString>,

    #[arg(long, value_name = "FILE", help = help(&table::CREDENTIALS_FILE), help_heading = "Sending")]
    pub credentials_file: Option<OsString>,
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
pub struct OutboxArguments {
    #[arg(long, value_name = "ADDRESS", help = help(&table::OUTBOX))]
    pub outbox: Option<OsString>,
}

#[derive(Args)]
pub struct JsonArgument {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArguments {
    /// Number of orders that are sent at the same time
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=64)
    )]
    pub connections: u16,

    /// Maximum delay after the first failed attempt; it doubles with each further one
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub retry_first: Duration,

    /// Maximum delay after any number of failed attempts
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration)]
    pub retry_longest: Duration,

    /// Age at which pending records expire
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration)]
    pub max_age: Duration,

    /// Duration of a lease; the default, which is also the minimum, is --timeout and twenty seconds
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub lease: Option<Duration>,
}

#[derive(Args)]
#[command(next_help_heading = "Sending")]
pub struct SendingArguments {
    #[arg(long, value_name = "FILE", help = help(&table::CREDENTIALS_FILE))]
    pub credentials_file: Option<OsString>,

    #[arg(long, value_name = "SECONDS", help = help(&table::TIMEOUT))]
    pub timeout: Option<OsString>,

    #[arg(long, value_name = "SECONDS", help = help(&table::CONNECT_TIMEOUT))]
    pub connect_timeout: Option<OsString>,

    #[arg(long, value_name = "POLICY", help = help(&table::AUTH))]
    pub auth: Option<OsString>,

    #[arg(long, value_name = "COUNT", help = help(&table::MAX_REDIRECTS))]
    pub max_redirects: Option<OsString>,

    #[arg(long, value_name = "FILE", help = help(&table::CA_FILE))]
    pub ca_file: Option<OsString>,

    #[arg(long, value_name = "URL", help = help(&table::PROXY))]
    pub proxy: Option<OsString>,
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
pub enum ImportFormat {
    Ndjson,
    Csv,
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

fn method(name: &str) -> Result<&'static Method, String> {
    methods::by_name(name.as_bytes()).ok_or_else(|| {
        let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn delimiter(text: &str) -> Result<u8, &'static str> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err("expected one character of ASCII"),
    }
}

/// The help of a setting, with its variable and its default as clap writes them.
fn help(setting: &dyn Row) -> String {
    let about = setting.about();
    let own = about.worker.and_then(|worker| worker.help);
    let text = own.unwrap_or(about.meaning).replace('`', "");
    let mut help = text.trim_end_matches('.').to_owned();
    if let Some(worker) = about.worker {
        help.push_str(&format!(" [env: {}]", worker.variable));
    }
    match about.default.to_str() {
        Ok(default) if !default.is_empty() => help.push_str(&format!(" [default: {default}]")),
        _ => {}
    }
    help
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

//! The options of `import`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use methods::{METHODS, Method, UPDATE_ORDER};
use settings::table;

use super::outbox::{JsonArgument, OutboxArguments, help};
use crate::import::mapping::Pair;

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

#[derive(Clone, Copy, ValueEnum)]
pub enum ImportFormat {
    Ndjson,
    Csv,
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

//! The options of commands that send.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use settings::table;

use super::outbox::help;
use crate::text::duration;

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

//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// A local stand-in for the SPREAD API, with a web page of the calls that reach it
#[derive(Parser)]
#[command(
    name = "spread-sandbox",
    version,
    max_term_width = 100,
    after_help = "The first line of output names the endpoint, the second the page. The page shows customers' \
                  data to everybody who reaches it: listen on another address than 127.0.0.1 only in a network \
                  of your own. At most 10,000 orders and 64 MiB are kept; the oldest calls go first."
)]
pub(crate) struct Arguments {
    /// Where the API listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    pub(crate) listen: String,

    /// Where the page listens, over http; by default it is at / of the API
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) page: Option<String>,

    /// A name under which this machine is reached, beside localhost and its addresses; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,

    /// Serve https, with a certificate made at start
    #[arg(long)]
    pub(crate) tls: bool,

    /// Write the PEM of that certificate's authority to a file
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_out: Option<PathBuf>,

    /// The public key to accept
    #[arg(long, value_name = "KEY", default_value = "PUBLIC_KEY")]
    pub(crate) public_key: String,

    /// The private key to accept
    #[arg(long, value_name = "KEY", default_value = "PRIVATE_KEY")]
    pub(crate) private_key: String,

    /// Keep the calls in an SQLite file, for the next start
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,

    /// Append the body of every accepted call to a file, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) bodies_out: Option<PathBuf>,
}

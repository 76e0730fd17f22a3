//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Find SPREAD's curl snippets in a shop's PHP code, and replace them by calls of the extension
#[derive(Parser)]
#[command(
    name = "spread-migrate",
    version,
    max_term_width = 100,
    after_help = "Without --diff and --apply it lists the places and changes nothing. A place is replaced only \
                  when the result is known to be the same: the handle is used for nothing else, the body is \
                  http_build_query() of \"data\" and \"request\", and each use of the response is understood. \
                  Every other place is listed with the reason, and left alone. Private keys are never printed.\n\n\
                  Directories called vendor, node_modules, .git, .svn, .hg or .bzr are skipped, and symbolic \
                  links are not followed. To look into one of them, name it on the command line.\n\n\
                  The exit status is 0 when no snippet is left, 1 when snippets are left, and 2 after an error."
)]
pub struct Cli {
    /// Directories or files of the shop
    #[arg(value_name = "DIR", required = true)]
    pub paths: Vec<PathBuf>,

    /// Print the changes as a unified diff, with private keys masked
    #[arg(long, conflicts_with_all = ["apply", "json"])]
    pub diff: bool,

    /// Change the files
    #[arg(long)]
    pub apply: bool,

    /// Write the settings that take the place of the snippets' options to this file, with mode 0600
    #[arg(long, value_name = "FILE")]
    pub ini: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

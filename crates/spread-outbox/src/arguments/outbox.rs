//! The options that most commands have, and the help of those that are settings.

use std::ffi::OsString;

use clap::Args;
use settings::{Row, table};

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

/// The help of a setting, with its variable and its default as clap writes them.
pub(crate) fn help(setting: &dyn Row) -> String {
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

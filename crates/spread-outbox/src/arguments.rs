//! The command line, and the settings that it and the environment give. Those that the extension has as
//! well come from its table.

use std::ffi::CStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::text;
use super::{Failure, VERSION};
use client::config::ClientConfig;
use client::keys::Keys;
use outbox::Address;
use outbox::call::{LEASE_MARGIN, millis};
use outbox::relay::RelayConfig;
use outbox::retry::Policy;
use settings::table::PUBLIC_KEY;
use settings::{About, Invalid, OutboxSetting, TABLE};

fn shared() -> impl Iterator<Item = &'static About> {
    TABLE
        .iter()
        .map(|row| row.about())
        .filter(|about| about.worker.is_some())
}

/// `SPREAD_TIMEOUT` for `timeout`.
fn variable(name: &str) -> String {
    format!("SPREAD_{}", name.to_uppercase())
}

/// The whole command line.
#[must_use]
pub fn command() -> Command {
    let mut command = Command::new("spread-outbox")
        .version(VERSION)
        .about("Delivers what waits in an outbox of the PHP extension spread")
        .long_about(
            "Delivers what waits in an outbox of the PHP extension spread, in the order of the calls, and \
             shows what is in it. The pair of keys is SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY of the \
             environment; several pairs stand in a credentials file.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true);
    for setting in shared() {
        command = command.arg(shared_argument(setting));
    }
    command
        .subcommand(run_command())
        .subcommand(drain_command())
        .subcommand(
            Command::new("status")
                .about("How many orders wait, since when, and whether endpoints and keys are good")
                .arg(json())
                .arg(
                    switch("prometheus", "As metrics in Prometheus' text format")
                        .conflicts_with("json"),
                ),
        )
        .subcommand(list_command())
        .subcommand(
            Command::new("show")
                .about("One record, without its body")
                .arg(ids().num_args(1))
                .arg(switch("body", "With the body: personal data"))
                .arg(json()),
        )
        .subcommand(
            Command::new("retry")
                .about("Has records sent: those set aside wait again, waiting ones are due at once")
                .arg(ids().required_unless_present("state"))
                .arg(state().help("All records of this state").conflicts_with("id"))
                .arg(switch(
                    "force",
                    "Even when a newer update of the order was delivered since, which this one overwrites",
                ))
                .arg(json()),
        )
        .subcommand(
            Command::new("discard")
                .about("Deletes records that are not in flight; they are lost")
                .arg(ids().required(true))
                .arg(json()),
        )
        .subcommand(
            Command::new("purge")
                .about("Deletes old records that are set aside")
                .arg(state().help("Only those; without it refused and expired ones"))
                .arg(
                    duration("older-than", "30d")
                        .help("Accepted at least so long ago: 30s, 15m, 12h, 7d"),
                )
                .arg(json()),
        )
}

fn shared_argument(setting: &'static About) -> Arg {
    let name = setting.option_name();
    let mut help = setting.meaning.replace("`", "");
    match name {
        "outbox" => {
            help.push_str(" The command line is for everybody to see: better in SPREAD_OUTBOX.")
        }
        "credentials_file" => {
            help = "A file of public_key:private_key lines, mode 0600. It is read again when it \
                    changes."
                .into();
        }
        "ca_file" => {
            help = "A PEM file of certificate authorities. Without it, the system's store.".into();
        }
        _ => {}
    }
    let argument = Arg::new(name)
        .long(name.replace('_', "-"))
        .value_name("VALUE")
        .global(true)
        .help(help);
    // An empty one, as a line of an environment file may leave it, is not set; clap would not have it.
    let variable = variable(name);
    let argument = if std::env::var_os(&variable).is_some_and(|value| value.is_empty()) {
        argument
    } else {
        argument.env(variable).hide_env_values(true)
    };
    match setting.default.to_str() {
        Ok(default) if !default.is_empty() => argument.default_value(default),
        _ => argument,
    }
}

fn run_command() -> Command {
    working(
        Command::new("run")
            .about("Delivers until it is told to stop: a service")
            .long_about(
                "Delivers until it is told to stop, as a service. SIGTERM and SIGINT let what is in flight \
                 finish; a second one does not. SIGHUP reads the credentials file again.",
            )
            .arg(
                duration("poll", "0.25s")
                    .help("How often an outbox with nothing due is looked at, at the latest"),
            ),
    )
}

fn drain_command() -> Command {
    working(
        Command::new("drain")
            .about("Delivers what is due, and ends: for cron")
            .long_about(
                "Delivers what is due, and ends: for cron. Exit status 3: some orders wait for another \
                 attempt.",
            )
            .arg(
                Arg::new("limit")
                    .long("limit")
                    .value_name("COUNT")
                    .value_parser(value_parser!(u64).range(1..))
                    .help("Begins no more attempts than this"),
            )
            .arg(
                duration("seconds", "1d")
                    .help("Begins nothing after so long; the last attempts may take --timeout longer"),
            )
            .arg(json()),
    )
}

/// What both that deliver have.
fn working(command: Command) -> Command {
    command
        .arg(
            Arg::new("connections")
                .long("connections")
                .value_name("COUNT")
                .default_value("8")
                .value_parser(value_parser!(u16).range(1..=64))
                .help("How many orders are sent at a time"),
        )
        .arg(
            duration("retry-first", "1s")
                .help("The longest delay after a first failed attempt; it doubles"),
        )
        .arg(
            duration("retry-longest", "15m").help("The longest delay after any number of attempts"),
        )
        .arg(duration("max-age", "7d").help("Older orders are set aside as expired"))
        .arg(duration("lease", "").help(
            "How long a claimed order is this worker's; at least --timeout and twenty seconds, as without it",
        ))
}

fn list_command() -> Command {
    Command::new("list")
        .about("Records, oldest first, without their bodies")
        .arg(
            Arg::new("state")
                .long("state")
                .value_parser(["waiting", "refused", "expired"])
                .help("Only these"),
        )
        .arg(
            Arg::new("order")
                .long("order")
                .value_name("ID")
                .help("Only the updates of this order"),
        )
        .arg(
            Arg::new("after")
                .long("after")
                .value_name("ID")
                .default_value("0")
                .value_parser(value_parser!(i64))
                .help("Only records with a higher id: the next page"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("COUNT")
                .default_value("100")
                .value_parser(value_parser!(u64).range(1..))
                .help("No more than this"),
        )
        .arg(json())
}

fn ids() -> Arg {
    Arg::new("id")
        .value_name("ID")
        .num_args(1..)
        .value_parser(value_parser!(i64))
        .help("The id that list shows")
}

fn state() -> Arg {
    Arg::new("state")
        .long("state")
        .value_parser(["refused", "expired"])
}

fn json() -> Arg {
    switch("json", "As JSON")
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn duration(name: &'static str, default: &'static str) -> Arg {
    let argument = Arg::new(name)
        .long(name)
        .value_name("DURATION")
        .value_parser(text::duration);
    if default.is_empty() {
        argument
    } else {
        argument.default_value(default)
    }
}

/// The command line above the environment, as clap reads both.
struct CommandLine<'m>(&'m ArgMatches);

impl settings::Source for CommandLine<'_> {
    fn text(&self, about: &About) -> Option<Vec<u8>> {
        about.worker?;
        let text = self.0.get_one::<String>(about.option_name())?;
        Some(text.as_bytes().to_vec())
    }

    fn environment(&self, _: &CStr) -> Vec<u8> {
        Vec::new()
    }

    fn ini(&self, _: &CStr) -> Vec<u8> {
        Vec::new()
    }

    fn name(&self, about: &About) -> &'static str {
        about.worker.map_or(about.name(), |worker| worker.variable)
    }
}

/// What a command works with.
pub(super) struct Settings {
    pub(super) address: Address,
    /// How long one operation on the outbox may wait.
    pub(super) patience: Duration,
    /// Without endpoint and keys: they are each record's.
    pub(super) common: ClientConfig,
    pub(super) credentials_file: Option<PathBuf>,
    /// The pair of the environment.
    pub(super) keys: Option<Keys>,
}

impl Settings {
    pub(super) fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let source = CommandLine(matches);
        let outbox = OutboxSetting::load(&source);
        let user_agent = format!("spread-outbox/{VERSION}");
        let invalid = |Invalid { name, expected }| Failure(format!("{name} must be {expected}"));
        let address = match outbox.clone() {
            OutboxSetting::On(address, _) => address,
            OutboxSetting::Off => {
                let sentence = "there is no outbox: set SPREAD_OUTBOX, or --outbox";
                return Err(Failure(sentence.into()));
            }
            OutboxSetting::Invalid(expected) => {
                let name = "SPREAD_OUTBOX";
                return Err(invalid(Invalid { name, expected }));
            }
        };
        let loaded = settings::Settings::load(&source, user_agent, &outbox).map_err(invalid)?;
        Ok(Self {
            address,
            patience: Duration::from_secs(10),
            common: loaded.client,
            credentials_file: loaded.credentials_file.map_err(invalid)?,
            keys: keys()?,
        })
    }

    pub(super) fn rules(&self, matches: &ArgMatches) -> RelayConfig {
        let given = |name| matches.get_one::<Duration>(name).copied();
        let or = |name, default| given(name).map_or(default, millis);
        let policy = Policy::default();
        RelayConfig {
            policy: Policy {
                first: or("retry-first", policy.first).max(1),
                longest: or("retry-longest", policy.longest).max(1),
            },
            oldest: or("max-age", outbox::retry::MAX_AGE),
            lease: given("lease")
                .unwrap_or_default()
                .max(self.common.timeout + LEASE_MARGIN),
        }
    }
}

fn keys() -> Result<Option<Keys>, Failure> {
    use std::os::unix::ffi::OsStringExt as _;
    let read = |name| std::env::var_os(name).map(|value| value.into_vec());
    let public = read("SPREAD_PUBLIC_KEY").unwrap_or_default();
    let private = read("SPREAD_PRIVATE_KEY").unwrap_or_default();
    if public.is_empty() || private.is_empty() {
        return Ok(None);
    }
    let public = PUBLIC_KEY
        .parse(&public)
        .map_err(|expected| Failure(format!("SPREAD_PUBLIC_KEY must be {expected}")))?;
    Ok(Some(Keys { public, private }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}

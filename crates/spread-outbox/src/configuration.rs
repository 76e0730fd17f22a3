//! The configuration of a command: options, else the environment, else the defaults.

use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use client::config::ClientConfig;
use client::keys::Keys;
use outbox::Address;
use outbox::call::LEASE_MARGIN;
use outbox::clock::millis;
use outbox::credentials;
use outbox::relay::RelayConfig;
use outbox::retry::Policy;
use settings::{About, Invalid, OutboxSetting, Row as _, Settings, Source, table};
use url::Url;

use crate::arguments::{DeliveryArguments, ImportArguments, OutboxArguments, SendingArguments};
use crate::failure::Failure;

/// The configuration of `run` and `drain`.
pub(crate) struct Configuration {
    pub(crate) address: Address,
    /// Without endpoint and keys: they are each record's.
    pub(crate) client: ClientConfig,
    pub(crate) credentials_file: Option<PathBuf>,
    /// The pair of the environment.
    pub(crate) keys: Option<Keys>,
}

impl Configuration {
    pub(crate) fn load(
        outbox: &OutboxArguments,
        sending: &SendingArguments,
    ) -> Result<Self, Failure> {
        let address = address(outbox)?;
        let given = Given::all(outbox, sending);
        let user_agent = format!("spread-outbox/{}", env!("CARGO_PKG_VERSION"));
        let loaded = Settings::load(&given, user_agent, &OutboxSetting::load(&given))?;
        let Keys { public, private } = &loaded.keys;
        let has_keys = !public.is_empty() && !private.is_empty();
        Ok(Self {
            address,
            client: loaded.client,
            credentials_file: loaded.credentials_file?,
            keys: has_keys.then_some(loaded.keys),
        })
    }
}

/// Whose orders an import keeps.
pub(crate) struct Import {
    pub(crate) endpoint: Url,
    /// The private key may be empty.
    pub(crate) keys: Keys,
}

impl Import {
    pub(crate) fn load(arguments: &ImportArguments) -> Result<Self, Failure> {
        let given = Given::import(arguments);
        let user_agent = String::new();
        let loaded = Settings::load(&given, user_agent, &OutboxSetting::load(&given))?;
        let mut keys = loaded.keys;
        if keys.public.is_empty() {
            return Err(Failure::NoPublicKey);
        }
        if let Some(path) = loaded.credentials_file? {
            let known = read_credentials(&path)?;
            let pair = known.into_iter().find(|pair| pair.public == keys.public);
            keys = pair.unwrap_or(keys);
        }
        Ok(Self {
            endpoint: loaded.endpoint,
            keys,
        })
    }
}

/// The key pairs of a file.
pub(crate) fn read_credentials(path: &Path) -> Result<Vec<Keys>, Failure> {
    credentials::read(path).map_err(|reason| Failure::CredentialsFile {
        path: path.to_path_buf(),
        reason,
    })
}

/// Where the outbox is.
pub(crate) fn address(outbox: &OutboxArguments) -> Result<Address, Failure> {
    let given = Given::outbox(outbox);
    match OutboxSetting::load(&given) {
        OutboxSetting::On(address) => Ok(address),
        OutboxSetting::Off => Err(Failure::NoOutbox),
        OutboxSetting::Invalid(expected) => {
            let name = given.name(table::OUTBOX.about());
            Err(Invalid { name, expected }.into())
        }
    }
}

/// How a relay works whose attempts take `timeout` at most.
pub(crate) fn relay_config(delivery: &DeliveryArguments, timeout: Duration) -> RelayConfig {
    RelayConfig {
        policy: Policy {
            first: millis(delivery.retry_first).max(1),
            longest: millis(delivery.retry_longest).max(1),
        },
        max_age: millis(delivery.max_age),
        lease: delivery
            .lease
            .unwrap_or_default()
            .max(timeout + LEASE_MARGIN),
    }
}

/// The options of a command that are settings: the row, the option's name, its text on the command line.
struct Given<'a>(Vec<(&'static About, &'static str, Option<&'a OsStr>)>);

impl<'a> Given<'a> {
    fn outbox(outbox: &'a OutboxArguments) -> Self {
        let outbox = outbox.outbox.as_deref();
        Self(vec![(table::OUTBOX.about(), "--outbox", outbox)])
    }

    fn import(arguments: &'a ImportArguments) -> Self {
        let mut given = Self::outbox(&arguments.outbox);
        given.0.extend([
            (
                table::ENDPOINT.about(),
                "--endpoint",
                arguments.endpoint.as_deref(),
            ),
            (
                table::PUBLIC_KEY.about(),
                "--public-key",
                arguments.public_key.as_deref(),
            ),
            (
                table::CREDENTIALS_FILE.about(),
                "--credentials-file",
                arguments.credentials_file.as_deref(),
            ),
        ]);
        given
    }

    fn all(outbox: &'a OutboxArguments, sending: &'a SendingArguments) -> Self {
        let SendingArguments {
            credentials_file,
            timeout,
            connect_timeout,
            auth,
            max_redirects,
            ca_file,
            proxy,
        } = sending;
        let mut given = Self::outbox(outbox);
        let rows: [(&'static About, &'static str, &Option<OsString>); 7] = [
            (
                table::CREDENTIALS_FILE.about(),
                "--credentials-file",
                credentials_file,
            ),
            (table::TIMEOUT.about(), "--timeout", timeout),
            (
                table::CONNECT_TIMEOUT.about(),
                "--connect-timeout",
                connect_timeout,
            ),
            (table::AUTH.about(), "--auth", auth),
            (
                table::MAX_REDIRECTS.about(),
                "--max-redirects",
                max_redirects,
            ),
            (table::CA_FILE.about(), "--ca-file", ca_file),
            (table::PROXY.about(), "--proxy", proxy),
        ];
        given
            .0
            .extend(rows.map(|(about, option, text)| (about, option, text.as_deref())));
        given
    }

    /// The name of the option and its text, when it is on the command line.
    fn option(&self, about: &About) -> Option<(&'static str, &'a OsStr)> {
        let found = self.0.iter().find(|(known, ..)| known.name == about.name)?;
        let (_, option, text) = *found;
        Some((option, text?))
    }
}

impl Source for Given<'_> {
    fn text(&self, about: &About) -> Option<Vec<u8>> {
        if let Some((_, text)) = self.option(about) {
            return Some(text.as_bytes().to_vec());
        }
        variable(about.worker?.variable)
    }

    fn environment(&self, name: &CStr) -> Vec<u8> {
        let name = OsStr::from_bytes(name.to_bytes());
        variable(name).unwrap_or_default()
    }

    fn ini(&self, _: &CStr) -> Vec<u8> {
        Vec::new()
    }

    fn name(&self, about: &About) -> &'static str {
        match (self.option(about), about.worker) {
            (Some((option, _)), _) => option,
            (None, Some(worker)) => worker.variable,
            (None, None) => about.name(),
        }
    }

    fn keys_name(&self) -> &'static str {
        "SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY, or the credentials file"
    }
}

/// A variable of the environment. An empty one, as a line of an environment file may leave it, is not set.
fn variable(name: impl AsRef<OsStr>) -> Option<Vec<u8>> {
    let value = std::env::var_os(name)?.into_vec();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};
    use settings::TABLE;

    use super::*;
    use crate::arguments::{Cli, Command};

    #[test]
    fn each_setting_of_the_worker_is_the_option_that_its_row_names() {
        let cli = Cli::try_parse_from(["spread-outbox", "run"]);
        let Ok(Cli {
            command: Command::Run(arguments),
        }) = cli
        else {
            unreachable!("run needs no option");
        };
        let given = Given::all(&arguments.outbox, &arguments.sending);
        let command = Cli::command();
        let run = command.find_subcommand("run");
        let of_import = ["spread.endpoint", "spread.public_key"];
        let rows = TABLE.iter().map(|row| row.about());
        let rows: Vec<_> = rows
            .filter(|about| about.worker.is_some() && !of_import.contains(&about.name()))
            .collect();
        assert_eq!(rows.len(), given.0.len());
        for about in rows {
            let (_, option, _) = given
                .0
                .iter()
                .find(|(known, ..)| known.name == about.name)
                .unwrap();
            assert_eq!(
                *option,
                format!("--{}", about.option_name().replace('_', "-"))
            );
            let mut arguments = run.unwrap().get_arguments();
            let found = arguments.find(|argument| argument.get_id() == about.option_name());
            assert_eq!(
                found.and_then(clap::Arg::get_long),
                option.strip_prefix("--")
            );
        }
    }

    #[test]
    fn an_option_comes_first_and_names_itself() {
        let timeout = OsString::from("soon");
        let about = table::TIMEOUT.about();
        let given = Given(vec![(about, "--timeout", Some(&timeout))]);
        assert_eq!(given.text(about).as_deref(), Some(&b"soon"[..]));
        assert_eq!(given.name(about), "--timeout");
        let given = Given(vec![(about, "--timeout", None)]);
        assert_eq!(given.name(about), "SPREAD_TIMEOUT");
    }
}

//! Loads settings from a [`Source`]: PHP's INI, a client's options or the worker's command line.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use client::Expected;
use client::config::{ClientConfig, Destination, Roots};
use client::error::{Error, Kind, Names};
use client::keys::Keys;
use outbox::Address;
use outbox::call::Delivery;
use url::Url;

use crate::parsers::path;
use crate::report::{ErrorMode, LogDestination, Report};
use crate::setting::{About, Fallback, Row as _, Setting};
use crate::table::{
    AUTH, CA_FILE, CIRCUIT_BREAKER, CONNECT_TIMEOUT, CREDENTIALS_FILE, DELIVERY, ENDPOINT,
    ERROR_MODE, LOG, LOG_FAILURES, MAX_REDIRECTS, OUTBOX, PRIVATE_KEY, PROXY, PUBLIC_KEY, TIMEOUT,
};

/// Supplies the texts of settings.
pub trait Source {
    /// The text of a setting; `None` stands for its default.
    fn text(&self, about: &About) -> Option<Vec<u8>>;

    /// An environment variable; empty when it is not set.
    fn environment(&self, variable: &CStr) -> Vec<u8>;

    /// Another INI entry; empty when there is none.
    fn ini(&self, entry: &CStr) -> Vec<u8>;

    /// Whether a setting may name this file. A stand-in's files are not asked about: the administrator
    /// names them.
    fn permits(&self, _: &About, _: &Path) -> bool {
        true
    }

    /// The name of a setting in messages.
    fn name(&self, about: &About) -> &'static str {
        about.name()
    }

    /// The name of the two keys in messages.
    fn keys_name(&self) -> &'static str {
        Names::INI.keys
    }
}

/// What is expected of the name of a file.
pub const PERMITTED: Expected = "a path that open_basedir allows";

/// A text that is not a valid value of its setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The setting, or the fallback that the text came from.
    pub name: &'static str,
    pub expected: Expected,
}

impl From<Invalid> for Error {
    fn from(Invalid { name, expected }: Invalid) -> Self {
        Kind::Setting { name, expected }.into()
    }
}

/// The settings needed to send an order.
#[derive(Clone, Debug)]
pub struct Settings {
    pub client: ClientConfig,
    pub endpoint: Url,
    /// Either may be empty: see [`Settings::destination`].
    pub keys: Keys,
    pub delivery: Delivery,
    pub circuit_breaker: bool,
    /// An error of its own: a call does not need the file.
    pub credentials_file: Result<Option<PathBuf>, Invalid>,
}

/// Whether and where orders are stored. A value that does not parse does not fail the call: the order
/// is sent without an outbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutboxSetting {
    Off,
    On(Address),
    Invalid(Expected),
}

impl Settings {
    /// # Errors
    /// For the first setting whose text does not parse.
    pub fn load(
        source: &dyn Source,
        user_agent: String,
        outbox: &OutboxSetting,
    ) -> Result<Self, Invalid> {
        let (endpoint, _) = read(source, &ENDPOINT)?;
        let (public, _) = read(source, &PUBLIC_KEY)?;
        let (private, _) = read(source, &PRIVATE_KEY)?;
        let (connect_timeout, _) = read(source, &CONNECT_TIMEOUT)?;
        let (timeout, _) = read(source, &TIMEOUT)?;
        let (auth, _) = read(source, &AUTH)?;
        let (max_redirects, _) = read(source, &MAX_REDIRECTS)?;
        let (ca_file, named_by) = read(source, &CA_FILE)?;
        let (proxy, _) = read(source, &PROXY)?;
        // Used elsewhere, where a text that does not parse counts as the default; here it fails the call.
        read(source, &ERROR_MODE)?;
        read(source, &LOG_FAILURES)?;
        let (delivery, name) = read(source, &DELIVERY)?;
        if delivery == Delivery::Deferred && *outbox == OutboxSetting::Off {
            return Err(Invalid {
                name,
                expected: "direct or after_response while spread.outbox is empty",
            });
        }
        let (circuit_breaker, _) = read(source, &CIRCUIT_BREAKER)?;
        let credentials_file = read(source, &CREDENTIALS_FILE).map(|(file, _)| path(&file));
        Ok(Self {
            client: ClientConfig {
                connect_timeout,
                timeout,
                auth,
                max_redirects,
                roots: path(&ca_file).map_or(Roots::System, |path| Roots::File {
                    path,
                    setting: named_by,
                }),
                proxy,
                user_agent,
                names: Names {
                    keys: source.keys_name(),
                    connect_timeout: source.name(CONNECT_TIMEOUT.about()),
                    timeout: source.name(TIMEOUT.about()),
                    auth: source.name(AUTH.about()),
                    max_redirects: source.name(MAX_REDIRECTS.about()),
                    ca_file: source.name(CA_FILE.about()),
                    proxy: source.name(PROXY.about()),
                },
            },
            endpoint,
            keys: Keys { public, private },
            delivery,
            circuit_breaker,
            credentials_file,
        })
    }

    /// The endpoint with the key pair of these settings.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn destination(&self) -> Result<Destination, Error> {
        if self.keys.public.is_empty() || self.keys.private.is_empty() {
            return Err(Kind::KeysMissing.into());
        }
        Ok(Destination {
            endpoint: self.endpoint.clone(),
            keys: self.keys.clone(),
        })
    }
}

impl OutboxSetting {
    #[must_use]
    pub fn load(source: &dyn Source) -> Self {
        match read(source, &OUTBOX) {
            Err(invalid) => Self::Invalid(invalid.expected),
            Ok((None, _)) => Self::Off,
            Ok((Some(address), _)) => Self::On(address),
        }
    }
}

impl Report {
    /// A text that does not parse counts as the default here; `Settings::load` reports it.
    #[must_use]
    pub fn load(source: &dyn Source) -> Self {
        Self {
            mode: read(source, &ERROR_MODE).map_or(ErrorMode::Silent, |(mode, _)| mode),
            log: read(source, &LOG_FAILURES).map_or(true, |(log, _)| log),
        }
    }
}

impl LogDestination {
    /// Loaded for each line, and not by [`Settings::load`]: a log that cannot be written does not stop
    /// orders.
    ///
    /// # Errors
    /// When the text does not parse, or names a file that is not permitted.
    pub fn load(source: &dyn Source) -> Result<Self, Invalid> {
        read(source, &LOG).map(|(destination, _)| destination)
    }
}

/// The value of a setting, and the name of its source: the setting or the fallback.
fn read<T>(source: &dyn Source, setting: &Setting<T>) -> Result<(T, &'static str), Invalid> {
    let about = setting.about();
    let own_name = source.name(about);
    let mut name = own_name;
    let mut text = source
        .text(about)
        .unwrap_or_else(|| about.default.to_bytes().to_vec());
    if text.is_empty() {
        let found = about.fallbacks.iter().find_map(|fallback| {
            let (text, name) = match fallback {
                Fallback::Environment(variable, name) => (source.environment(variable), *name),
                Fallback::Ini(entry) => (source.ini(entry), entry.to_str().unwrap_or_default()),
            };
            (!text.is_empty()).then_some((text, name))
        });
        if let Some(found) = found {
            (text, name) = found;
        }
    }
    let invalid = |expected| Invalid { name, expected };
    let value = setting.parse(&text).map_err(invalid)?;
    match setting.path_of(&value) {
        Some(path) if name == own_name && !source.permits(about, &path) => Err(invalid(PERMITTED)),
        _ => Ok((value, name)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Texts of settings, variables and other entries by name.
    struct Texts(&'static [(&'static str, &'static str)]);

    impl Texts {
        fn get(&self, name: &str) -> Option<Vec<u8>> {
            let found = self.0.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| text.as_bytes().to_vec())
        }
    }

    impl Source for Texts {
        fn text(&self, about: &About) -> Option<Vec<u8>> {
            self.get(about.name())
        }

        fn environment(&self, variable: &CStr) -> Vec<u8> {
            self.get(variable.to_str().unwrap()).unwrap_or_default()
        }

        fn ini(&self, entry: &CStr) -> Vec<u8> {
            self.environment(entry)
        }

        fn permits(&self, _: &About, path: &Path) -> bool {
            !path.starts_with("/other")
        }
    }

    fn load(texts: &'static [(&'static str, &'static str)]) -> Result<Settings, Invalid> {
        Settings::load(&Texts(texts), String::new(), &OutboxSetting::Off)
    }

    #[test]
    fn a_setting_that_is_not_given_has_its_default() {
        let settings = load(&[("spread.connect_timeout", "1.5")]).unwrap();
        assert_eq!(settings.client.connect_timeout, Duration::from_millis(1500));
        assert_eq!(settings.client.max_redirects, 20);
        assert_eq!(settings.client.roots, Roots::System);
        assert_eq!(settings.client.names, Names::INI);
        assert!(settings.destination().is_err());
    }

    #[test]
    fn an_empty_setting_is_read_from_its_fallbacks() {
        let settings = load(&[
            ("spread.public_key", ""),
            ("SPREAD_PUBLIC_KEY", "shop"),
            ("spread.private_key", "own"),
            ("SPREAD_PRIVATE_KEY", "environment's"),
            ("curl.cainfo", "/ca.pem"),
        ])
        .unwrap();
        assert_eq!(settings.keys.public, b"shop");
        assert_eq!(settings.keys.private, b"own");
        let setting = "curl.cainfo";
        let path = "/ca.pem".into();
        assert_eq!(settings.client.roots, Roots::File { path, setting });
    }

    #[test]
    fn the_error_names_the_source_of_the_first_text_that_does_not_parse() {
        let name = |texts| load(texts).unwrap_err().name;
        assert_eq!(
            name(&[("spread.timeout", "soon"), ("spread.auth", "ntlm")]),
            "spread.timeout"
        );
        assert_eq!(
            name(&[("SPREAD_PUBLIC_KEY", "a:b")]),
            "the environment's SPREAD_PUBLIC_KEY"
        );
        assert_eq!(name(&[("spread.error_mode", "loud")]), "spread.error_mode");
    }

    #[test]
    fn a_file_that_is_not_permitted_fails_what_needs_it() {
        let load = |texts| load(texts).map_err(|invalid| (invalid.name, invalid.expected));
        let ca_file = load(&[("spread.ca_file", "/other/ca.pem")]).map(drop);
        assert_eq!(ca_file, Err(("spread.ca_file", PERMITTED)));
        assert!(load(&[("spread.ca_file", "/own/ca.pem")]).is_ok());
        assert!(load(&[("curl.cainfo", "/other/ca.pem")]).is_ok());

        let file = |texts| {
            load(texts)
                .unwrap()
                .credentials_file
                .map_err(|e| e.expected)
        };
        let refused = file(&[("spread.credentials_file", "/other/keys")]);
        assert_eq!(refused, Err(PERMITTED));
        let taken = file(&[("spread.credentials_file", "/own/keys")]);
        assert_eq!(taken, Ok(Some("/own/keys".into())));

        let outbox = |text| OutboxSetting::load(&Texts(text));
        assert_eq!(
            outbox(&[("spread.outbox", "sqlite:/other/a.db?synchronous=normal")]),
            OutboxSetting::Invalid(PERMITTED)
        );
        let server = &[("spread.outbox", "mysql://user@host/other")];
        assert!(matches!(outbox(server), OutboxSetting::On(_)));
    }

    #[test]
    fn an_invalid_log_does_not_fail_the_call() {
        for text in ["spread.log", "/other/spread.log"] {
            let texts = Texts(vec![("spread.log", text)].leak());
            assert!(LogDestination::load(&texts).is_err(), "{text}");
            assert!(Settings::load(&texts, String::new(), &OutboxSetting::Off).is_ok());
        }
        let syslog = LogDestination::load(&Texts(&[("spread.log", "syslog")]));
        assert_eq!(syslog, Ok(LogDestination::Syslog));
    }

    #[test]
    fn an_outbox_that_does_not_parse_does_not_fail_the_call() {
        let texts = Texts(&[
            ("spread.outbox", "postgres:"),
            ("spread.delivery", "direct"),
        ]);
        let outbox = OutboxSetting::load(&texts);
        assert!(matches!(outbox, OutboxSetting::Invalid(_)));
        assert!(Settings::load(&texts, String::new(), &outbox).is_ok());
    }

    #[test]
    fn deferred_delivery_needs_an_outbox() {
        let texts = Texts(&[
            ("spread.outbox", "sqlite:/a.db"),
            ("spread.delivery", "deferred"),
        ]);
        let outbox = OutboxSetting::load(&texts);
        let settings = Settings::load(&texts, String::new(), &outbox).unwrap();
        assert_eq!(settings.delivery, Delivery::Deferred);
        let invalid = load(&[("spread.delivery", "deferred")]).unwrap_err();
        assert_eq!(invalid.name, "spread.delivery");
        assert!(invalid.expected.contains("spread.outbox"));
        assert!(load(&[("spread.delivery", "after_response")]).is_ok());
    }
}

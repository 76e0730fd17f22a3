//! The one table of settings: name, default, parser, meaning.
//!
//! PHP's INI entries, the options of `Spread\Client` and the reference page are made of it.

#![forbid(unsafe_code)]

pub mod parsers;

use std::ffi::CStr;
use std::time::Duration;

use url::Url;

use client::auth::Policy;
use client::config::{self, Expected};
use client::keys::Keys;
use client::proxy;
use outbox::Address;
use outbox::call::Delivery;

/// One setting.
pub struct Setting {
    /// As C has it: PHP's INI entries are named by C strings.
    pub name: &'static CStr,
    pub default: &'static CStr,
    /// One line of Markdown: what it does, and its unit.
    pub meaning: &'static str,
    /// What is shown of a value that is a secret, or holds one.
    pub mask: Option<fn(&[u8]) -> String>,
    /// The type it has as an option of `Spread\Client`; nothing when it is none.
    pub option: Option<OptionType>,
    /// Puts the parsed value into the draft, or says what was expected.
    pub parse: fn(&mut Draft, &[u8]) -> Result<(), Expected>,
}

/// The PHP types of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionType {
    Text,
    /// int, float, or a string that is a number, as PHP takes them for a float parameter.
    Number,
}

impl Setting {
    const fn new(
        name: &'static CStr,
        default: &'static CStr,
        meaning: &'static str,
        parse: fn(&mut Draft, &[u8]) -> Result<(), Expected>,
    ) -> Self {
        Self {
            name,
            default,
            meaning,
            mask: None,
            option: None,
            parse,
        }
    }

    const fn masked(mut self, mask: fn(&[u8]) -> String) -> Self {
        self.mask = Some(mask);
        self
    }

    const fn option(mut self, option: OptionType) -> Self {
        self.option = Some(option);
        self
    }

    /// Such as `spread.timeout`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    /// `timeout` for `spread.timeout`.
    #[must_use]
    pub fn option_name(&self) -> &'static str {
        self.name().trim_start_matches("spread.")
    }
}

/// Every setting.
pub static TABLE: [Setting; 14] = [
    Setting::new(
        c"spread.endpoint",
        c"https://social-sb.com/api/updateOrder",
        "Where orders go: an http or https URL without a user in it.",
        |draft, text| {
            draft.endpoint = Some(config::endpoint(text)?);
            Ok(())
        },
    )
    .option(OptionType::Text),
    Setting::new(
        c"spread.public_key",
        c"",
        "The API's public key. When it is empty, `SPREAD_PUBLIC_KEY` of the \
         environment.",
        |draft, text| {
            draft.keys.public = parsers::public_key(text)?;
            Ok(())
        },
    ),
    Setting::new(
        c"spread.private_key",
        c"",
        "The API's private key, shown as `********` everywhere. When it is empty, \
         `SPREAD_PRIVATE_KEY` of the environment.",
        |draft, text| {
            draft.keys.private = text.to_vec();
            Ok(())
        },
    )
    .masked(hidden),
    Setting::new(
        c"spread.connect_timeout",
        c"2",
        "Seconds for DNS, TCP and TLS together, decimals allowed.",
        |draft, text| {
            draft.connect_timeout = parsers::seconds(text)?;
            Ok(())
        },
    )
    .option(OptionType::Number),
    Setting::new(
        c"spread.timeout",
        c"10",
        "Seconds for the whole call, decimals allowed: redirects, authentication rounds \
         and a resend included.",
        |draft, text| {
            draft.timeout = parsers::seconds(text)?;
            Ok(())
        },
    )
    .option(OptionType::Number),
    Setting::new(
        c"spread.auth",
        c"auto",
        "How the keys are sent. `auto`: with the first request over https, after a \
         challenge over http. `any`: always after a challenge. `basic`, `digest`: that \
         scheme alone.",
        |draft, text| {
            draft.auth = parsers::policy(text)?;
            Ok(())
        },
    )
    .option(OptionType::Text),
    Setting::new(
        c"spread.max_redirects",
        c"20",
        "Redirects and authentication rounds of one call, together. With 0 no challenge \
         can be answered.",
        |draft, text| {
            draft.max_redirects = parsers::redirects(text)?;
            Ok(())
        },
    )
    .option(OptionType::Number),
    Setting::new(
        c"spread.ca_file",
        c"",
        "A PEM file of certificate authorities. When it is empty, `openssl.cafile`, \
         then `curl.cainfo`, then the system's store.",
        |draft, text| {
            draft.ca_file = text.to_vec();
            Ok(())
        },
    )
    .option(OptionType::Text),
    Setting::new(
        c"spread.proxy",
        c"",
        "A proxy's URL (http, https, socks4, socks4a, socks5, socks5h), shown as \
         `********`: it may hold a password. When it is empty, the environment's as \
         libcurl reads it: `https_proxy`, `http_proxy` (lower case only), `all_proxy`, \
         `no_proxy`.",
        |draft, text| {
            if !text.is_empty() {
                proxy::parse(text)?;
            }
            draft.proxy = text.to_vec();
            Ok(())
        },
    )
    // It may hold a password.
    .masked(hidden)
    .option(OptionType::Text),
    Setting::new(
        c"spread.error_mode",
        c"silent",
        "What a failed call does besides being kept for `spread_last_error()`. \
         `silent`: it returns `false`. `warning`: it returns `false` and raises one \
         `E_WARNING`. `exception`: it throws.",
        |draft, text| {
            draft.report.mode = match text {
                b"silent" => ErrorMode::Silent,
                b"warning" => ErrorMode::Warning,
                b"exception" => ErrorMode::Exception,
                _ => return Err("silent, warning or exception"),
            };
            Ok(())
        },
    ),
    Setting::new(
        c"spread.log_failures",
        c"1",
        "Whether each failure writes one line to PHP's `error_log`: `1` or `0`.",
        |draft, text| {
            draft.report.log = parsers::switch(text)?;
            Ok(())
        },
    ),
    Setting::new(
        c"spread.outbox",
        c"",
        "Where orders are kept until SPREAD has them: `sqlite:/var/lib/spread/outbox.db` \
         or `mysql://user:password@host:3306/database`, the password shown as `********`. \
         When it is empty, nowhere.",
        |draft, text| {
            draft.outbox = Address::parse(text)?;
            Ok(())
        },
    )
    .masked(Address::masked)
    .option(OptionType::Text),
    Setting::new(
        c"spread.delivery",
        c"direct",
        "With an outbox. `direct`: an order is kept and sent at once, and stays kept when \
         that fails. `deferred`: it is kept, and the worker sends it.",
        |draft, text| {
            draft.delivery = match text {
                b"direct" => Delivery::Direct,
                b"deferred" => Delivery::Deferred,
                _ => return Err("direct or deferred"),
            };
            Ok(())
        },
    )
    .option(OptionType::Text),
    Setting::new(
        c"spread.credentials_file",
        c"",
        "A file of `public_key:private_key` lines, mode 0600, for `spread_outbox_drain()` \
         when several shops share an outbox.",
        |draft, text| {
            draft.credentials_file = text.to_vec();
            Ok(())
        },
    ),
];

/// What is shown instead of a secret.
fn hidden(value: &[u8]) -> String {
    if value.is_empty() { "" } else { "********" }.into()
}

/// How a failure is reported.
#[derive(Clone, Copy)]
pub struct Report {
    pub mode: ErrorMode,
    pub log: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ErrorMode {
    Silent,
    Warning,
    Exception,
}

/// Values on their way from text to a [`config::Config`] and a [`Report`].
pub struct Draft {
    pub endpoint: Option<Url>,
    pub keys: Keys,
    pub connect_timeout: Duration,
    pub timeout: Duration,
    pub auth: Policy,
    pub max_redirects: u32,
    pub ca_file: Vec<u8>,
    pub proxy: Vec<u8>,
    pub report: Report,
    pub outbox: Option<Address>,
    pub delivery: Delivery,
    pub credentials_file: Vec<u8>,
}

impl Draft {
    #[must_use]
    pub fn empty() -> Self {
        Self {
            endpoint: None,
            keys: Keys {
                public: Vec::new(),
                private: Vec::new(),
            },
            connect_timeout: Duration::ZERO,
            timeout: Duration::ZERO,
            auth: Policy::Auto,
            max_redirects: 0,
            ca_file: Vec::new(),
            proxy: Vec::new(),
            // What holds when these very settings are the ones that do not parse.
            report: Report {
                mode: ErrorMode::Silent,
                log: true,
            },
            outbox: None,
            delivery: Delivery::Direct,
            credentials_file: Vec::new(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_default_parses_and_every_name_is_in_the_family() {
        let mut draft = Draft::empty();
        for setting in &TABLE {
            (setting.parse)(&mut draft, setting.default.to_bytes()).unwrap();
            assert!(setting.name().starts_with("spread."), "{}", setting.name());
            assert!(setting.meaning.ends_with('.'), "{}", setting.name());
        }
        assert_eq!(draft.timeout, Duration::from_secs(10));
        assert_eq!(draft.connect_timeout, Duration::from_secs(2));
    }
}

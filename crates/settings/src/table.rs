//! Every setting, one row each.
//!
//! PHP's INI entries, the options of `Spread\Client`, the worker's command line and the reference page
//! are generated from it.

use std::time::Duration;

use client::auth::Policy;
use client::config;
use client::keys;
use client::proxy;
use outbox::Address;
use outbox::call::Delivery;
use url::Url;

use crate::parsers;
use crate::report::{ErrorMode, LogDestination};
use crate::setting::{Fallback, OptionType, Row, Setting};

pub static ENDPOINT: Setting<Url> = Setting::new(
    c"spread.endpoint",
    c"https://social-sb.com/api/updateOrder",
    "The URL of `updateOrder`: http or https, without a user in it. The URLs of the other methods are made of it.",
    config::endpoint,
)
.option(OptionType::Text)
.worker(
    "SPREAD_ENDPOINT",
    Some("The URL of updateOrder, where the orders are sent"),
);

pub static PUBLIC_KEY: Setting<Vec<u8>> = Setting::new(
    c"spread.public_key",
    c"",
    "The API's public key. When it is empty, `SPREAD_PUBLIC_KEY` of the environment.",
    parsers::public_key,
)
.else_from(&[Fallback::Environment(
    c"SPREAD_PUBLIC_KEY",
    "the environment's SPREAD_PUBLIC_KEY",
)])
.worker("SPREAD_PUBLIC_KEY", Some("The API's public key"));

pub static PRIVATE_KEY: Setting<Vec<u8>> = Setting::new(
    c"spread.private_key",
    c"",
    "The API's private key, shown as `********` everywhere. When it is empty, `SPREAD_PRIVATE_KEY` of \
     the environment.",
    keys::key,
)
.masked(hidden)
.else_from(&[Fallback::Environment(
    c"SPREAD_PRIVATE_KEY",
    "the environment's SPREAD_PRIVATE_KEY",
)]);

pub static CONNECT_TIMEOUT: Setting<Duration> = Setting::new(
    c"spread.connect_timeout",
    c"2",
    "Seconds for DNS, TCP and TLS together, decimals allowed.",
    parsers::seconds,
)
.option(OptionType::Number)
.worker("SPREAD_CONNECT_TIMEOUT", None);

pub static TIMEOUT: Setting<Duration> = Setting::new(
    c"spread.timeout",
    c"5",
    "Seconds for the whole call, decimals allowed: redirects, authentication rounds and a resend \
     included.",
    parsers::seconds,
)
.option(OptionType::Number)
.worker("SPREAD_TIMEOUT", None);

pub static AUTH: Setting<Policy> = Setting::new(
    c"spread.auth",
    c"auto",
    "How the keys are sent. `auto`: with the first request over https, after a challenge over http. \
     `any`: always after a challenge. `basic`, `digest`: that scheme alone.",
    parsers::policy,
)
.option(OptionType::Text)
.worker("SPREAD_AUTH", None);

pub static MAX_REDIRECTS: Setting<u32> = Setting::new(
    c"spread.max_redirects",
    c"20",
    "Redirects and authentication rounds of one call, together. With 0 no challenge can be answered.",
    parsers::redirects,
)
.option(OptionType::Number)
.worker("SPREAD_MAX_REDIRECTS", None);

pub static CA_FILE: Setting<Vec<u8>> = Setting::new(
    c"spread.ca_file",
    c"",
    "A PEM file of certificate authorities. When it is empty, `openssl.cafile`, then `curl.cainfo`, \
     then the system's store.",
    parsers::bytes,
)
.path(parsers::path)
.option(OptionType::Text)
.else_from(&[
    Fallback::Ini(c"openssl.cafile"),
    Fallback::Ini(c"curl.cainfo"),
])
.worker(
    "SPREAD_CA_FILE",
    Some("A PEM file of certificate authorities; the system's store without it"),
);

pub static PROXY: Setting<Vec<u8>> = Setting::new(
    c"spread.proxy",
    c"",
    "A proxy's URL (http, https, socks4, socks4a, socks5, socks5h), shown as `********`: it may hold a \
     password. When it is empty, the environment's as libcurl reads it: `https_proxy`, `http_proxy` \
     (lower case only), `all_proxy`, `no_proxy`.",
    |text| {
        if !text.is_empty() {
            proxy::parse(text)?;
        }
        Ok(text.to_vec())
    },
)
.masked(hidden)
.option(OptionType::Text)
.worker(
    "SPREAD_PROXY",
    Some(
        "A proxy's URL (http, https, socks4, socks4a, socks5 or socks5h); without it, the \
         environment's as curl reads it",
    ),
);

pub static ERROR_MODE: Setting<ErrorMode> = Setting::new(
    c"spread.error_mode",
    c"silent",
    "What a failed call does besides being kept for `spread_last_error()`. `silent`: it returns \
     `false`. `warning`: it returns `false` and raises one `E_WARNING`. `exception`: it throws. Keep \
     `silent` in a checkout: Magento 2, OpenCart and WooCommerce break it off at a warning, and at an \
     exception that the shop's code does not catch.",
    ErrorMode::parse,
);

pub static LOG_FAILURES: Setting<bool> = Setting::new(
    c"spread.log_failures",
    c"1",
    "Whether each failure writes one line to the log: `1` or `0`.",
    parsers::switch,
);

pub static LOG: Setting<LogDestination> = Setting::new(
    c"spread.log",
    c"",
    "Where the log lines go: the absolute path of a file, `syslog`, or, when it is empty, PHP's \
     `error_log`. A new file has mode 0600.",
    LogDestination::parse,
)
.path(LogDestination::path);

pub static OUTBOX: Setting<Option<Address>> = Setting::new(
    c"spread.outbox",
    c"",
    "Where orders are kept until SPREAD has them: `sqlite:/var/lib/spread/outbox.db` or \
     `mysql://user:password@host:3306/database`, the password shown as `********`. When it is empty, \
     nowhere.",
    Address::parse,
)
.path(|address| match address {
    Some(Address::Sqlite { path, .. }) => Some(path.clone()),
    Some(Address::Mysql(_)) | None => None,
})
.masked(Address::masked)
.option(OptionType::Text)
.worker(
    "SPREAD_OUTBOX",
    Some(
        "The outbox: sqlite:/path/outbox.db or mysql://user:password@host:3306/database. Other users \
         of the machine can read the command line: prefer the variable when there is a password",
    ),
);

pub static DELIVERY: Setting<Delivery> = Setting::new(
    c"spread.delivery",
    c"direct",
    "When an order is sent. `direct`: at once, in the call. `after_response`: by the same process, when the \
     request has ended and the page has left; the call returns `true`. `deferred`: by the worker; needs an \
     outbox. With an outbox the order is recorded first in any case, and stays there when sending fails.",
    |text| match text {
        b"direct" => Ok(Delivery::Direct),
        b"after_response" => Ok(Delivery::AfterResponse),
        b"deferred" => Ok(Delivery::Deferred),
        _ => Err("direct, after_response or deferred"),
    },
)
.option(OptionType::Text);

pub static CIRCUIT_BREAKER: Setting<bool> = Setting::new(
    c"spread.circuit_breaker",
    c"1",
    "Whether calls are held back while SPREAD does not respond, so that they do not occupy all PHP \
     processes: `1` or `0`.",
    parsers::switch,
)
.option(OptionType::Number);

pub static CREDENTIALS_FILE: Setting<Vec<u8>> = Setting::new(
    c"spread.credentials_file",
    c"",
    "A file of `public_key:private_key` lines, mode 0640, for `spread_outbox_drain()` when several \
     shops share an outbox.",
    parsers::bytes,
)
.path(parsers::path)
.worker(
    "SPREAD_CREDENTIALS_FILE",
    Some(
        "A file of public_key:private_key lines, mode 0640, for several shops; it is read again when \
         it changes",
    ),
);

/// Every setting, in display sequence.
pub static TABLE: [&dyn Row; 16] = [
    &ENDPOINT,
    &PUBLIC_KEY,
    &PRIVATE_KEY,
    &CONNECT_TIMEOUT,
    &TIMEOUT,
    &AUTH,
    &MAX_REDIRECTS,
    &CA_FILE,
    &PROXY,
    &ERROR_MODE,
    &LOG_FAILURES,
    &LOG,
    &OUTBOX,
    &DELIVERY,
    &CIRCUIT_BREAKER,
    &CREDENTIALS_FILE,
];

/// Shown instead of a secret.
fn hidden(value: &[u8]) -> String {
    if value.is_empty() { "" } else { "********" }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_parses_and_every_name_has_the_prefix() {
        for row in TABLE {
            let about = row.about();
            assert_eq!(
                row.check(about.default.to_bytes()),
                Ok(()),
                "{}",
                about.name()
            );
            assert!(about.name().starts_with("spread."), "{}", about.name());
            assert!(about.meaning.ends_with('.'), "{}", about.name());
        }
    }

    #[test]
    fn a_variable_of_the_worker_is_named_after_its_setting() {
        for about in TABLE.map(Row::about) {
            if let Some(worker) = about.worker {
                let name = format!("SPREAD_{}", about.option_name().to_uppercase());
                assert_eq!(worker.variable, name);
            }
        }
    }
}

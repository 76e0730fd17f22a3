//! Which proxy a request goes through, as libcurl decides it; no I/O.
//!
//! ```text
//!   spread.proxy ──empty──► https_proxy, HTTPS_PROXY │ http_proxy ──unset──► all_proxy, ALL_PROXY
//!        │ found
//!   no_proxy names the host ──yes──► none, even when spread.proxy is set
//! ```
//!
//! The rules are those of libcurl 7.88 (`lib/url.c`, `lib/noproxy.c`, `lib/urlapi.c`), held against
//! it by the table in `php-tests/proxy/libcurl.json`. A variable that is empty counts as unset.
//! Loopback is no exception: only `no_proxy` makes one. Written here, because hyper-util's reader of
//! the same variables prefers upper case, takes `HTTP_PROXY`, and defaults to port 80.
//!
//! Stricter than libcurl in three places, each an error in place of a surprise: credentials with an
//! encoded control character (libcurl drops the proxy and connects directly), a Unix socket as SOCKS
//! proxy, and what a SOCKS handshake of ours cannot say (a SOCKS4 user, credentials over 255 bytes
//! or not in UTF-8).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::percent_decode;
use url::{Host, Url};

use crate::expected::Expected;

/// A proxy to connect to.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Scheme (`http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h`), host and port; no user.
    pub url: Url,
    /// User and password, decoded.
    pub credentials: Option<(Vec<u8>, Vec<u8>)>,
}

impl fmt::Debug for Proxy {
    // Not derived: a password in a dump is a password in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.url.as_str())
            .field(
                "credentials",
                &self.credentials.as_ref().map(|_| "********"),
            )
            .finish()
    }
}

/// A proxy that cannot be used: going without it would show the order to a network that was not to
/// see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The setting or the variable that names the proxy, as messages call it.
    pub name: &'static str,
    pub expected: Expected,
}

/// A variable's name, alone and in a message.
type Variable = (&'static str, &'static str);

const NO_PROXY: [Variable; 2] = [
    ("no_proxy", "the environment's no_proxy"),
    ("NO_PROXY", "the environment's NO_PROXY"),
];
const HTTPS: [Variable; 4] = [
    ("https_proxy", "the environment's https_proxy"),
    ("HTTPS_PROXY", "the environment's HTTPS_PROXY"),
    ("all_proxy", "the environment's all_proxy"),
    ("ALL_PROXY", "the environment's ALL_PROXY"),
];
/// Without `HTTP_PROXY`: under CGI a visitor sets that one, with a header `Proxy:`.
const HTTP: [Variable; 3] = [
    ("http_proxy", "the environment's http_proxy"),
    ("all_proxy", "the environment's all_proxy"),
    ("ALL_PROXY", "the environment's ALL_PROXY"),
];

/// The proxy for a request to `url`, out of `spread.proxy` and the environment of the process.
///
/// # Errors
/// When the proxy that applies cannot be used.
pub fn choose(
    setting: &[u8],
    environment: &dyn Fn(&str) -> Option<Vec<u8>>,
    url: &Url,
) -> Result<Option<Proxy>, Invalid> {
    let first = |variables: &[Variable]| {
        variables.iter().find_map(|(variable, name)| {
            environment(variable)
                .filter(|value| !value.is_empty())
                .map(|value| (*name, value))
        })
    };
    let found = if !setting.is_empty() {
        Some(("spread.proxy", setting.to_vec()))
    } else if url.scheme() == "https" {
        first(&HTTPS)
    } else {
        first(&HTTP)
    };
    let Some((name, value)) = found else {
        return Ok(None);
    };
    if let (Some((_, list)), Some(host)) = (first(&NO_PROXY), url.host())
        && names(&list, &host)
    {
        return Ok(None);
    }
    parse(&value)
        .map(Some)
        .map_err(|expected| Invalid { name, expected })
}

const PROXY: Expected = "a proxy such as http://proxy.example:3128 (http, https, socks4, socks4a, \
     socks5 or socks5h), with special characters of a user and password percent-encoded";

/// A proxy as `spread.proxy` or a variable names it: `[scheme://][user[:password]@]host[:port]`, and
/// a path that means nothing. The scheme is http unless given, the port 1080 (443 for https).
///
/// # Errors
/// When it is not one, or one of a kind that cannot be used.
pub fn parse(text: &[u8]) -> Result<Proxy, Expected> {
    if text.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
        return Err(PROXY);
    }
    let (scheme, rest) = scheme(text)?;
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host_and_port) = match split_once(authority, b'@') {
        Some((user, rest)) => (Some(user), rest),
        None => (None, authority),
    };
    let (host, port) = host_and_port_of(host_and_port, scheme)?;
    let scheme = scheme.unwrap_or("http");
    let port = port.unwrap_or(if scheme == "https" { 443 } else { 1080 });
    let credentials = user.map(credentials).transpose()?;
    if scheme.starts_with("socks") {
        speaks_socks(scheme, credentials.as_ref())?;
        if host == Host::Domain("localhost".to_owned()) && path.len() > 1 {
            return Err("a proxy with a host and a port: a Unix socket cannot be one");
        }
    }
    Ok(Proxy {
        url: Url::parse(&format!("{scheme}://{host}:{port}")).map_err(|_| PROXY)?,
        credentials,
    })
}

/// The scheme, if there is one, and what follows its one to three slashes.
fn scheme(text: &[u8]) -> Result<(Option<&'static str>, &[u8]), Expected> {
    let length = text
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-' | b'.'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    let Some(rest) = rest
        .strip_prefix(b":")
        .filter(|rest| rest.starts_with(b"/"))
    else {
        return Ok((None, text));
    };
    let scheme = match name.to_ascii_lowercase().as_slice() {
        b"http" => "http",
        b"https" => "https",
        b"socks" | b"socks4" => "socks4",
        b"socks4a" => "socks4a",
        b"socks5" => "socks5",
        b"socks5h" => "socks5h",
        _ => return Err(PROXY),
    };
    let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
    match rest.split_at_checked(slashes) {
        Some((_, rest)) if slashes <= 3 => Ok((Some(scheme), rest)),
        _ => Err(PROXY),
    }
}

fn host_and_port_of(text: &[u8], scheme: Option<&str>) -> Result<(Host, Option<u16>), Expected> {
    let (host, port) = if text.starts_with(b"[") {
        let (host, rest) = split_once(text, b']').ok_or(PROXY)?;
        match rest.strip_prefix(b":") {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(PROXY),
        }
    } else {
        match split_once(text, b':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let port = match port {
        None => None,
        // `http://proxy:` is a proxy; `proxy:` looks like a scheme and is not.
        Some(b"") if scheme.is_some() => None,
        Some(digits) => Some(port_number(digits)?),
    };
    let host = match host.strip_prefix(b"[") {
        Some(address) => str::from_utf8(address)
            .ok()
            .and_then(|address| address.parse().ok())
            .map(Host::<String>::Ipv6)
            .ok_or(PROXY)?,
        None => host_name(host, scheme)?,
    };
    Ok((host, port))
}

fn port_number(digits: &[u8]) -> Result<u16, Expected> {
    // `parse` alone would take a sign.
    str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or(PROXY)
}

fn host_name(text: &[u8], scheme: Option<&str>) -> Result<Host, Expected> {
    let name = decoded(text).ok_or(PROXY)?;
    if name
        .iter()
        .any(|byte| br##" /:#?!@{}[]\$'"^`*<>=;,+&()"##.contains(byte))
    {
        return Err(PROXY);
    }
    // libcurl guesses another protocol out of such a name, and that is no proxy's.
    let guessed = ["ftp.", "dict.", "ldap.", "imap.", "smtp.", "pop3."];
    let starts = |prefix: &&str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    if scheme.is_none() && guessed.iter().any(starts) {
        return Err("a proxy with its scheme in front, such as http://ftp.example:3128");
    }
    str::from_utf8(&name)
        .ok()
        .and_then(|name| Host::parse(name).ok())
        .ok_or(PROXY)
}

fn credentials(text: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Expected> {
    let (user, password) = split_once(text, b':').unwrap_or((text, b""));
    match (decoded(user), decoded(password)) {
        (Some(user), Some(password)) => Ok((user, password)),
        _ => Err("a proxy without control characters in its user and password"),
    }
}

fn speaks_socks(scheme: &str, credentials: Option<&(Vec<u8>, Vec<u8>)>) -> Result<(), Expected> {
    let Some((user, password)) = credentials else {
        return Ok(());
    };
    if scheme.starts_with("socks4") {
        return Err("a SOCKS proxy without a user, or a socks5 or socks5h one");
    }
    for part in [user, password] {
        if part.len() > 255 || str::from_utf8(part).is_err() {
            return Err("a SOCKS proxy with a user and password of at most 255 bytes of UTF-8");
        }
    }
    Ok(())
}

/// Percent-decoded; `None` when a control character comes out.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = percent_decode(text).collect();
    (!bytes.iter().any(|byte| *byte < b' ')).then_some(bytes)
}

fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == separator)?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, after.get(1..)?))
}

/// Whether a `no_proxy` list names the host. Entries stand between commas, spaces or tabs: a domain
/// (and all below it), an IPv4 address or network, an IPv6 address. `*` means all when it is the
/// whole list. There are no ports: `example.com:80` names no host.
fn names(list: &[u8], host: &Host<&str>) -> bool {
    if list == b"*" {
        return true;
    }
    let mut entries = list
        .split(|byte| matches!(byte, b',' | b' ' | b'\t'))
        .filter(|entry| !entry.is_empty());
    match host {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            entries.any(|entry| covers_name(entry, name.as_bytes()))
        }
        Host::Ipv4(address) => entries.any(|entry| covers_address(entry, *address)),
        // libcurl compares it as a name: networks of IPv6 match nothing.
        Host::Ipv6(address) => {
            let name = Ipv6Addr::to_string(address);
            entries.any(|entry| covers_name(entry, name.as_bytes()))
        }
    }
}

fn covers_name(entry: &[u8], name: &[u8]) -> bool {
    let entry = entry.strip_suffix(b".").unwrap_or(entry);
    let entry = entry.strip_prefix(b".").unwrap_or(entry);
    name.len()
        .checked_sub(entry.len())
        .and_then(|at| name.split_at_checked(at))
        .is_some_and(|(above, tail)| {
            tail.eq_ignore_ascii_case(entry) && (above.is_empty() || above.ends_with(b"."))
        })
}

fn covers_address(entry: &[u8], address: Ipv4Addr) -> bool {
    // libcurl's copy of the entry has this much room.
    if entry.len() >= 128 {
        return false;
    }
    let (network, bits) = match split_once(entry, b'/') {
        Some((network, bits)) => (network, leading_number(bits)),
        None => (entry, 0),
    };
    let network = str::from_utf8(network)
        .ok()
        .and_then(|text| text.parse().ok());
    let Some(network) = network.map(Ipv4Addr::to_bits) else {
        return false;
    };
    match bits {
        // A network of no bits is one address, as no bits given are.
        0 => address.to_bits() == network,
        1..=32 => (address.to_bits() ^ network) >> (32 - bits) == 0,
        _ => false,
    }
}

/// C's `atoi`, on a 64-bit machine.
fn leading_number(text: &[u8]) -> i32 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let number =
        digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0_i64, |number, digit| {
                number
                    .saturating_mul(10)
                    .saturating_add(i64::from(digit - b'0'))
            });
    // Cut off, as C does: 2^32 + 8 is 8.
    (if negative { -number } else { number }) as i32
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests;

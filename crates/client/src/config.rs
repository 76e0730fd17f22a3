//! What a call needs to know, as plain values: no INI, no environment.
//!
//! The parsers here turn the text of a setting into its value, or say what was expected.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::auth::Policy;
use crate::redirect;

/// A ready configuration: everything parsed, keys present.
#[derive(Clone, Debug)]
pub struct Config {
    pub endpoint: Url,
    pub keys: Keys,
    /// DNS, TCP and TLS together.
    pub connect_timeout: Duration,
    /// The whole call.
    pub timeout: Duration,
    pub auth: Policy,
    /// Redirects and authentication rounds of one call, together.
    pub max_redirects: u32,
    pub roots: Roots,
    /// A proxy's URL; empty leaves it to the environment.
    pub proxy: Vec<u8>,
    pub user_agent: String,
    /// Orders are kept in an outbox: what was given up must not arrive after a newer update.
    pub in_order: bool,
}

/// The API key pair, as bytes: PHP strings need not be UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub public: Vec<u8>,
    pub private: Vec<u8>,
}

impl fmt::Debug for Keys {
    // Not derived: a key in a dump is a key in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(********)")
    }
}

/// The certificate authorities to trust.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Roots {
    /// A PEM file, and the setting that names it.
    File {
        path: PathBuf,
        setting: &'static str,
    },
    /// The system's store.
    System,
}

/// What a value should have been.
pub type Expected = &'static str;

/// Seconds, decimals allowed.
///
/// # Errors
/// When the text is not a number above 0 and at most 86400 (a day).
pub fn seconds(text: &[u8]) -> Result<Duration, Expected> {
    str::from_utf8(text)
        .ok()
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        // Half a nanosecond rounds to nothing, and nothing would mean "give up at once".
        .filter(|duration| !duration.is_zero())
        .ok_or("a number of seconds above 0 and at most 86400, such as 10 or 0.5")
}

/// The URL that orders are sent to.
///
/// # Errors
/// When it is not an absolute http or https URL with a host, or when it holds a user or password.
pub fn endpoint(text: &[u8]) -> Result<Url, Expected> {
    let url = str::from_utf8(text)
        .ok()
        .and_then(|text| Url::parse(text.trim()).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https") && redirect::sendable(url))
        .ok_or("an http:// or https:// URL such as https://social-sb.com/api/updateOrder")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "an http:// or https:// URL with no user in it; the keys belong in spread.public_key and \
             spread.private_key",
        );
    }
    Ok(url)
}

/// A public key. RFC 7617 section 2: a user-id with a colon cannot be told from its password.
///
/// # Errors
/// When it holds a colon.
pub fn public_key(text: &[u8]) -> Result<Vec<u8>, Expected> {
    if text.contains(&b':') {
        Err("an API key without a colon")
    } else {
        Ok(text.to_vec())
    }
}

/// How keys are sent.
///
/// # Errors
/// When it is none of the four words.
pub fn policy(text: &[u8]) -> Result<Policy, Expected> {
    match text {
        b"auto" => Ok(Policy::Auto),
        b"any" => Ok(Policy::Any),
        b"basic" => Ok(Policy::Basic),
        b"digest" => Ok(Policy::Digest),
        _ => Err("auto, any, basic or digest"),
    }
}

/// A number of redirects. php-curl's -1, without a limit, is not taken: a loop would only end with
/// the timeout.
///
/// # Errors
/// When it is not a whole number from 0 to 1000.
pub fn redirects(text: &[u8]) -> Result<u32, Expected> {
    str::from_utf8(text)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .filter(|count| *count <= 1000)
        .ok_or("a whole number from 0 to 1000")
}

/// An on/off value as PHP's INI files spell it.
///
/// # Errors
/// When it is none of those words.
pub fn switch(text: &[u8]) -> Result<bool, Expected> {
    match text.trim_ascii().to_ascii_lowercase().as_slice() {
        b"1" | b"on" | b"yes" | b"true" => Ok(true),
        b"" | b"0" | b"off" | b"no" | b"false" | b"none" => Ok(false),
        _ => Err("1 or 0"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn seconds_take_decimals_and_refuse_the_rest() {
        assert_eq!(seconds(b"2").unwrap(), Duration::from_secs(2));
        assert_eq!(seconds(b" 0.25 ").unwrap(), Duration::from_millis(250));
        assert_eq!(seconds(b"86400").unwrap(), Duration::from_secs(86_400));
        for text in [
            "", "0", "-1", "abc", "1s", "inf", "NaN", "1e9", "86400.1", "1e-30", "0x10", "1,5",
        ] {
            assert!(seconds(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endpoint_is_http_or_https_without_user() {
        assert!(endpoint(b"https://social-sb.com/api/updateOrder").is_ok());
        assert!(endpoint(b"http://127.0.0.1:8080/").is_ok());
        for text in [
            "",
            "social-sb.com",
            "/api",
            "ftp://x/",
            "file:///etc/passwd",
            "https://",
            "https://u:p@social-sb.com/",
            "https://u@social-sb.com/",
            "https://a b/",
        ] {
            assert!(endpoint(text.as_bytes()).is_err(), "{text}");
        }
        assert!(endpoint(b"https://\xff/").is_err());
    }

    #[test]
    fn switches_read_as_php_writes_them() {
        assert!(switch(b"On").unwrap());
        assert!(!switch(b"").unwrap());
        assert!(switch(b"maybe").is_err());
    }

    #[test]
    fn keys_do_not_print() {
        let keys = Keys {
            public: b"pub".to_vec(),
            private: b"secret".to_vec(),
        };
        assert!(!format!("{keys:?}").contains("secret"));
    }
}

//! The configuration of a call, as plain values: no INI, no environment.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::auth::Policy;
use crate::error::Names;
use crate::expected::Expected;
use crate::keys::Keys;
use crate::redirect;

/// How orders are sent, whoever they are sent to.
#[derive(Clone, Debug)]
pub struct ClientConfig {
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
    /// How messages name these settings.
    pub names: Names,
}

/// Where an order goes, and with which keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Destination {
    pub endpoint: Url,
    pub keys: Keys,
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
}

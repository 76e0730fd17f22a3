//! The configuration of a call, as plain values: no INI, no environment.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use methods::{Method, UPDATE_ORDER};
use url::Url;

use crate::auth::Policy;
use crate::error::{Error, Kind, Names};
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

impl Destination {
    /// The destination of a method: this one with the last segment of its URL exchanged, in its letter case
    /// (`updateOrder`, `UpdateOrder`). The endpoint is that of `updateOrder`, whatever its name.
    ///
    /// # Errors
    /// [`Kind::NoUrl`] when the endpoint does not end in `updateOrder`.
    pub fn of(&self, method: &'static Method) -> Result<Cow<'_, Self>, Error> {
        if *method == *UPDATE_ORDER {
            return Ok(Cow::Borrowed(self));
        }
        let path = self.endpoint.path();
        let (base, segment) = path.rsplit_once('/').unwrap_or(("", path));
        if !segment.eq_ignore_ascii_case(UPDATE_ORDER.name) {
            return Err(Kind::NoUrl { method }.into());
        }
        let (first, rest) = method.name.split_at(1);
        let path = if segment.starts_with('U') {
            format!("{base}/{}{rest}", first.to_ascii_uppercase())
        } else {
            format!("{base}/{first}{rest}")
        };
        let mut endpoint = self.endpoint.clone();
        endpoint.set_path(&path);
        Ok(Cow::Owned(Self {
            endpoint,
            keys: self.keys.clone(),
        }))
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

    #[test]
    fn the_url_of_a_method_is_the_endpoint_with_another_last_segment() {
        let url = |text: &str, name: &str| {
            let destination = Destination {
                endpoint: endpoint(text.as_bytes()).unwrap(),
                keys: Keys {
                    public: b"shop".to_vec(),
                    private: b"s3cret".to_vec(),
                },
            };
            let method = methods::by_name(name.as_bytes()).unwrap();
            let of = destination.of(method).map_err(|error| error.to_string())?;
            assert_eq!(of.keys, destination.keys);
            Ok::<_, String>(of.endpoint.to_string())
        };
        for (text, expected) in [
            (
                "https://social-sb.com/api/updateOrder",
                "https://social-sb.com/api/createAccount",
            ),
            (
                "https://social-sb.com/api/UpdateOrder",
                "https://social-sb.com/api/CreateAccount",
            ),
            (
                "https://social-sb.com/api/UPDATEORDER",
                "https://social-sb.com/api/CreateAccount",
            ),
            (
                "https://social-sb.com/api/updateorder",
                "https://social-sb.com/api/createAccount",
            ),
            (
                "http://127.0.0.1:8080/updateOrder",
                "http://127.0.0.1:8080/createAccount",
            ),
            (
                "https://a/b%2Fc/updateOrder?v=2&x=updateOrder",
                "https://a/b%2Fc/createAccount?v=2&x=updateOrder",
            ),
        ] {
            assert_eq!(url(text, "createAccount").as_deref(), Ok(expected));
            assert_eq!(url(text, "updateOrder").as_deref(), Ok(text));
        }
        for text in [
            "https://social-sb.com/",
            "https://social-sb.com/updateOrder/",
            "https://social-sb.com/api/updateOrder2",
            "https://social-sb.com/api?m=/updateOrder",
        ] {
            assert_eq!(url(text, "updateOrder").as_deref(), Ok(text));
            assert_eq!(
                url(text, "createOrder").unwrap_err(),
                "the order was not sent: spread.endpoint must end in updateOrder, from which the URL of \
                 createOrder is made"
            );
        }
    }
}

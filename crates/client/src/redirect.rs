//! Where a redirect leads, and what may go along. No I/O.
//!
//! As libcurl with FOLLOWLOCATION and CURL_REDIR_POST_ALL: every 3xx with a `Location` is followed
//! with the same POST and its body. Closed where libcurl is open: nothing leaves https again, since
//! the body is personal data, and only http and https are followed.

use url::Url;

/// Why a redirect is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// From https to http.
    Downgrade,
    /// Neither http nor https.
    Scheme,
    /// A `Location` that is no URL reference.
    Malformed,
}

/// Where an answer leads: nothing when it is no redirect.
///
/// `location` is the value of the first `Location` header, a URI reference (RFC 9110 section
/// 10.2.2) as the bytes that came. A user or password in it is ignored.
///
/// # Errors
/// When it must not or cannot be followed.
pub fn target(from: &Url, status: u16, location: Option<&[u8]>) -> Result<Option<Url>, Refused> {
    let location = match (status, location) {
        (300..=399, Some(location)) if !location.trim_ascii().is_empty() => location.trim_ascii(),
        _ => return Ok(None),
    };
    let mut to = from
        .join(&escaped(location))
        .map_err(|_| Refused::Malformed)?;
    match (from.scheme(), to.scheme()) {
        ("https", "http") => return Err(Refused::Downgrade),
        (_, "http" | "https") => {}
        _ => return Err(Refused::Scheme),
    }
    if !sendable(&to) {
        return Err(Refused::Malformed);
    }
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    Ok(Some(to))
}

/// Whether a request can go there: `url` takes some characters in a host that HTTP (RFC 3986 section
/// 3.2.2) does not.
#[must_use]
pub fn sendable(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
    })
}

/// The reference in ASCII, as libcurl sends it: each byte beyond ASCII escaped as it is, whatever its
/// character set, and spaces as `%20`, after a `?` as `+`.
fn escaped(location: &[u8]) -> String {
    let mut text = String::with_capacity(location.len());
    let mut query = false;
    for &byte in location {
        match byte {
            b' ' if query => text.push('+'),
            b' ' => text.push_str("%20"),
            0x21..=0x7e => {
                query |= byte == b'?';
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02x}")),
        }
    }
    text
}

/// Whether two URLs have the same origin: scheme, host and port (RFC 6454).
#[must_use]
pub fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// `host:port`, as messages name a server.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn to(from: &str, location: &[u8]) -> Result<Option<String>, Refused> {
        let from = Url::parse(from).unwrap();
        target(&from, 302, Some(location)).map(|url| url.map(String::from))
    }

    fn ok(url: &str) -> Result<Option<String>, Refused> {
        Ok(Some(url.into()))
    }

    #[test]
    fn every_kind_of_reference_is_resolved() {
        let from = "http://a.example/x/y?q=1";
        assert_eq!(to(from, b"http://b.example/z"), ok("http://b.example/z"));
        assert_eq!(to(from, b"//b.example:81/z"), ok("http://b.example:81/z"));
        assert_eq!(to(from, b"/z"), ok("http://a.example/z"));
        assert_eq!(to(from, b"z"), ok("http://a.example/x/z"));
        assert_eq!(to(from, b"../z"), ok("http://a.example/z"));
        assert_eq!(to(from, b"?q=2"), ok("http://a.example/x/y?q=2"));
        assert_eq!(to(from, b"#f"), ok("http://a.example/x/y?q=1"));
        assert_eq!(to(from, b"/z#f"), ok("http://a.example/z"));
        assert_eq!(to(from, b"/a%20b%2f"), ok("http://a.example/a%20b%2f"));
        assert_eq!(to(from, b"https://a.example/"), ok("https://a.example/"));
        assert_eq!(to(from, b"/a b?c d"), ok("http://a.example/a%20b?c+d"));
        assert_eq!(
            to(from, "/été".as_bytes()),
            ok("http://a.example/%c3%a9t%c3%a9")
        );
        assert_eq!(to(from, b"/\xe9t"), ok("http://a.example/%e9t"));
        assert_eq!(to(from, b"http://u:p@b.example/"), ok("http://b.example/"));
    }

    #[test]
    fn what_must_not_be_followed_is_refused() {
        let from = "https://a.example/x";
        assert_eq!(to(from, b"http://a.example/x"), Err(Refused::Downgrade));
        for location in [
            "ftp://a/",
            "file:///etc/passwd",
            "gopher://a/",
            "data:,x",
            "javascript:1",
        ] {
            assert_eq!(
                to(from, location.as_bytes()),
                Err(Refused::Scheme),
                "{location}"
            );
        }
        for location in [
            "http://",
            "https://a:99999/",
            "https://[::1/",
            "//",
            "https://a`b/",
            "https://{a}/",
        ] {
            assert_eq!(
                to(from, location.as_bytes()),
                Err(Refused::Malformed),
                "{location}"
            );
        }
    }

    #[test]
    fn an_answer_without_location_is_no_redirect() {
        let from = Url::parse("http://a.example/").unwrap();
        assert_eq!(target(&from, 302, None), Ok(None));
        assert_eq!(target(&from, 302, Some(b" ")), Ok(None));
        assert_eq!(target(&from, 200, Some(b"/x")), Ok(None));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |a: &str, b: &str| same_origin(&Url::parse(a).unwrap(), &Url::parse(b).unwrap());
        assert!(same("https://A.example/x", "https://a.example:443/y?z"));
        assert!(!same("https://a.example/", "http://a.example/"));
        assert!(!same("https://a.example/", "https://a.example:444/"));
        assert!(!same("https://a.example/", "https://b.example/"));
    }
}

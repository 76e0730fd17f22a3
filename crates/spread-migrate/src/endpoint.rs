//! Which of SPREAD's methods a URL calls.

use methods::{METHODS, Method, UPDATE_ORDER};

pub(crate) struct Endpoint {
    pub(crate) method: &'static Method,
    /// The URL of `updateOrder` beside it.
    pub(crate) update_order: Vec<u8>,
    /// Whether the host is SPREAD's.
    pub(crate) is_spread: bool,
    /// Why the extension cannot call it.
    pub(crate) problem: Option<&'static str>,
}

pub(crate) const HOST: &str = "social-sb.com";

/// Only URLs whose last segment is a method of SPREAD.
pub(crate) fn endpoint(url: &[u8]) -> Option<Endpoint> {
    let url = std::str::from_utf8(url).ok()?.trim();
    let lower = url.to_ascii_lowercase();
    let plain = url
        .find(['?', '#'])
        .and_then(|end| url.get(..end))
        .unwrap_or(url);
    let (before, name) = plain.rsplit_once('/')?;
    let method = METHODS
        .iter()
        .find(|method| method.name.eq_ignore_ascii_case(name))?;
    let authority = lower.split("://").nth(1)?.split('/').next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let is_spread = host == HOST || host.ends_with(&format!(".{HOST}"));
    let problem = if plain != url {
        Some("the URL has a query or a fragment")
    } else if authority.contains('@') {
        Some("the URL has a user in it")
    } else if !lower.starts_with("https://") && !lower.starts_with("http://") {
        Some("the URL is neither http nor https")
    } else {
        None
    };
    Some(Endpoint {
        method,
        update_order: format!("{before}/{}", UPDATE_ORDER.name).into_bytes(),
        is_spread,
        problem,
    })
}

/// Whether a literal is a URL of SPREAD's API, or the beginning of one.
pub(crate) fn is_endpoint(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let lower = String::from_utf8_lossy(&lower);
    let Some((_, path)) = lower.split_once(HOST) else {
        return false;
    };
    let last = path.split(['?', '#']).next().unwrap_or_default();
    match last.trim_end_matches('/').rsplit('/').next() {
        Some("api") => true,
        Some(name) => METHODS
            .iter()
            .any(|method| method.name.eq_ignore_ascii_case(name)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_the_last_segment_in_any_letter_case() {
        for (url, method, problem) in [
            (
                "https://social-sb.com/api/updateOrder",
                "updateOrder",
                false,
            ),
            (
                "http://social-sb.com/api/CreateAccount",
                "createAccount",
                false,
            ),
            (
                "https://crm.example:8443/x/createOrder",
                "createOrder",
                false,
            ),
            (
                "https://social-sb.com/api/updateOrder?v=2",
                "updateOrder",
                true,
            ),
            (
                "https://a:b@social-sb.com/api/updateOrder",
                "updateOrder",
                true,
            ),
            ("ftp://social-sb.com/api/updateOrder", "updateOrder", true),
        ] {
            let found =
                endpoint(url.as_bytes()).map(|found| (found.method.name, found.problem.is_some()));
            assert_eq!(found, Some((method, problem)), "{url}");
        }
        for url in [
            "https://social-sb.com/api/getToken",
            "https://social-sb.com/api/updateOrder/",
            "updateOrder",
            "",
        ] {
            assert!(endpoint(url.as_bytes()).is_none(), "{url}");
        }
    }

    #[test]
    fn the_other_methods_are_beside_update_order() {
        let found =
            endpoint(b"https://crm.example/api/createAccount").map(|found| found.update_order);
        assert_eq!(
            found.as_deref(),
            Some(b"https://crm.example/api/updateOrder".as_slice())
        );
    }

    #[test]
    fn literals_of_the_api_are_recognized() {
        assert!(is_endpoint(b"https://social-sb.com/api/"));
        assert!(is_endpoint(b"https://social-sb.com/api"));
        assert!(is_endpoint(b"https://Social-SB.com/api/UpdateOrder"));
        assert!(!is_endpoint(b"https://social-sb.com/login"));
        assert!(!is_endpoint(b"https://social-sb.com/api/RegenCookie"));
    }
}

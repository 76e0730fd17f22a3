//! Who may ask, and what a browser may do with the answer.
//!
//! A page on another site can make a browser send requests to this machine. It cannot read the answers, unless
//! its own name leads here (DNS rebinding): then the `Host` is that name, and is refused. It cannot send forms,
//! because it cannot read the token. The Content-Security-Policy forbids every script that is not ours, in case
//! a value should ever reach a page unescaped.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use crate::language::{self, Language, cookie};
use crate::parameters::Parameters;
use crate::site::{Site, TOKEN, is_same};

/// The largest form that a page sends.
const FORM_LIMIT: usize = 64 << 10;

/// `same-origin` and not `no-referrer`: a form sent under the latter has the origin `null`.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Refuses requests for hosts that are not the site's.
pub fn check_host<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    site: &Arc<Site>,
) -> Router<S> {
    router.layer(middleware::from_fn_with_state(site.clone(), host))
}

/// Guards pages and forms; [`check_host`] is not part of it.
pub fn protect<S: Clone + Send + Sync + 'static>(pages: Router<S>, site: &Arc<Site>) -> Router<S> {
    pages.layer(middleware::from_fn_with_state(site.clone(), page))
}

async fn host(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    // HTTP/1.1 has the header; a URI with a host is one that a proxy was meant to get.
    let host = request.headers().get(header::HOST);
    let is_own = host
        .and_then(|host| host.to_str().ok())
        .is_some_and(|host| site.is_own_host(host));
    if is_own {
        return next.run(request).await;
    }
    let message = "this Host is not known here: use localhost, an IP address, or a name that the program was started with\n";
    (StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

async fn page(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let chosen = Language::chosen(request.uri());
    let mut response = match admit(&site, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    if let Some(language) = chosen {
        set_cookie(headers, language::COOKIE, language.code());
    }
    response
}

/// The request, when it may go on.
async fn admit(site: &Site, request: Request) -> Result<Request, Response> {
    if !is_of_this_site(request.headers()) {
        return Err(refuse("this request comes from another site\n"));
    }
    if let Some(key) = site.key() {
        let name = key_cookie(key);
        let query = Parameters::read(request.uri().query().unwrap_or_default().as_bytes());
        if is_same(query.get("key"), key) {
            // Away from the address bar and the history.
            let location = [(header::LOCATION, request.uri().path())];
            let mut response = (StatusCode::SEE_OTHER, location).into_response();
            set_cookie(response.headers_mut(), &name, key);
            return Err(response);
        }
        if !is_same(cookie(request.headers(), &name).unwrap_or_default(), key) {
            return Err(refuse(
                "open the address that the program printed when it started: it has the key to this page\n",
            ));
        }
    }
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FORM_LIMIT).await else {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "this form is too large\n").into_response());
    };
    if !site.is_token(Parameters::read(&body).get(TOKEN)) {
        return Err(refuse(
            "this form is of an earlier start of the program: go back and reload the page\n",
        ));
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn refuse(message: &'static str) -> Response {
    (StatusCode::FORBIDDEN, message).into_response()
}

/// Whether it comes from one of our pages, or from a person: a link, the address bar, a program.
fn is_of_this_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let by_person = matches!(text("sec-fetch-mode"), None | Some("navigate"));
    let is_own_fetch = match text("sec-fetch-site") {
        None | Some("none" | "same-origin") => true,
        Some(_) => by_person && text("origin").is_none(),
    };
    let is_own_origin = match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    };
    is_own_fetch && is_own_origin
}

/// Programs on other ports share the cookies of this host.
fn key_cookie(key: &str) -> String {
    format!("spread_{}", key.get(..8).unwrap_or_default())
}

fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; SameSite=Strict; HttpOnly");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_other_sites_are_refused() {
        let is_own = |fields: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("127.0.0.1:8443"));
            for (name, value) in fields {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            is_of_this_site(&headers)
        };
        let site = "sec-fetch-site";
        let mode = "sec-fetch-mode";
        assert!(is_own(&[]));
        assert!(is_own(&[(site, "none"), (mode, "navigate")]));
        assert!(is_own(&[(site, "same-origin"), (mode, "cors")]));
        assert!(is_own(&[
            (site, "same-origin"),
            ("origin", "http://127.0.0.1:8443")
        ]));
        // A link on another site.
        assert!(is_own(&[(site, "cross-site"), (mode, "navigate")]));
        // A form, an image, a script or an EventSource there, or another port of this machine.
        assert!(!is_own(&[
            (site, "cross-site"),
            (mode, "navigate"),
            ("origin", "https://evil.example")
        ]));
        assert!(!is_own(&[(site, "cross-site"), (mode, "no-cors")]));
        assert!(!is_own(&[(site, "same-site"), (mode, "cors")]));
        assert!(!is_own(&[("origin", "http://127.0.0.1:80")]));
        assert!(!is_own(&[("origin", "null")]));
    }
}

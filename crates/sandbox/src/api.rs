//! The API's methods, its keys and its answers.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use methods::{METHODS, Method, Subject};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::printing::{printable, readable, say};

pub(crate) struct Sandbox {
    /// `public:private`, as Basic carries them.
    pub(crate) credentials: String,
    pub(crate) received: Mutex<Received>,
}

pub(crate) struct Received {
    pub(crate) ids: HashSet<(Subject, String)>,
    pub(crate) bodies: Option<File>,
}

/// The body is read before the keys are checked, as web servers do: a client that sends its keys after
/// a challenge has sent its whole body by then and keeps the connection.
pub(crate) async fn accept(
    method: &'static Method,
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    let Some(credentials) = basic_credentials(&headers) else {
        return ask_for_keys("no keys");
    };
    if credentials != sandbox.credentials.as_bytes() {
        return ask_for_keys("wrong keys");
    }

    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let id = subject_id(method.subject, &fields);
    let noun = method.subject.name();
    let mut received = sandbox
        .received
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = &mut received.bodies
        && let Err(error) = file.write_all(&[&body, b"\n".as_slice()].concat())
    {
        let message = format!("the sandbox cannot write its --bodies-out file: {error}");
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, &message);
    }
    let title = match id {
        None => format!("{noun} without id"),
        Some(id) if received.ids.insert((method.subject, id.to_owned())) => {
            format!("{noun} {}, new", printable(id))
        }
        Some(id) => format!("{noun} {}, updates the earlier one", printable(id)),
    };
    // Printed under the lock: the lines of two orders do not mix.
    say(&format!(
        "\n{title} ({} bytes)\n{}",
        body.len(),
        readable(&fields)
    ));

    let answer = json!({"status": "ok", noun: id, "received": fields.len()});
    json_response(StatusCode::OK, &answer)
}

pub(crate) async fn wrong_method(method: &'static Method) -> Response {
    let message = format!("{method} takes POST only");
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, &message);
    let allow = header::HeaderValue::from_static("POST");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

pub(crate) async fn wrong_path() -> Response {
    let names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
    let message = format!(
        "the sandbox knows only these paths below /api/: {}",
        names.join(", ")
    );
    refuse(StatusCode::NOT_FOUND, &message)
}

fn ask_for_keys(why: &str) -> Response {
    let mut response = refuse(StatusCode::UNAUTHORIZED, why);
    let challenge = header::HeaderValue::from_static("Basic realm=\"SPREAD\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn refuse(status: StatusCode, message: &str) -> Response {
    say(&format!("\n{status}: {message}\n"));
    json_response(status, &json!({"status": "error", "message": message}))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    (status, content_type, body.to_string()).into_response()
}

fn basic_credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    BASE64_STANDARD.decode(token.trim()).ok()
}

fn subject_id(subject: Subject, fields: &[(String, String)]) -> Option<&str> {
    let names = match subject {
        Subject::Order => ["request[order_idorder]", "data[order_idorder]"],
        Subject::Account => ["data[external_id]", "data[customer_email]"],
    };
    let value = |name| fields.iter().find(|(key, _)| key == name);
    let found = names.into_iter().find_map(value);
    found.map(|(_, id)| id.as_str())
}

// ---------------------------------------------------------------------------- in readable form

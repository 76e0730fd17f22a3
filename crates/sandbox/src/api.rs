//! The API's methods, and its keys.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine};
use methods::{METHODS, Method};
use pages::Site;
use pages::live::Changes;
use serde_json::json;
use url::form_urlencoded;

use crate::answer::{refusal, unauthorized};
use crate::call::{self, Call};
use crate::inbox::{Inbox, Refusal};
use crate::keep::Kept;
use crate::printing::{printable, readable, say};

pub(crate) struct Sandbox {
    /// `public:private`, as Basic carries them.
    pub(crate) credentials: String,
    pub(crate) received: Mutex<Received>,
    pub(crate) changes: Changes,
    pub(crate) site: Arc<Site>,
}

pub(crate) struct Received {
    pub(crate) inbox: Inbox,
    pub(crate) kept: Option<Kept>,
    pub(crate) bodies: Option<File>,
}

impl Sandbox {
    pub(crate) fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a request that does not count as a call.
    fn refuse(&self, status: StatusCode, message: &str) -> Response {
        self.note(status, message);
        refusal(status, message)
    }

    fn note(&self, status: StatusCode, message: &str) {
        say(&format!("\n{status}: {message}\n"));
        self.received().inbox.refuse(Refusal {
            at: now(),
            status,
            message: message.into(),
        });
        self.changes.announce();
    }
}

impl Received {
    /// Adds a call to what is shown and what is kept.
    fn add(&mut self, call: Call) -> Result<(), String> {
        if let Some(file) = &mut self.bodies
            && call.answer.accepts()
        {
            file.write_all(&[&call.body, b"\n".as_slice()].concat())
                .map_err(|error| {
                    format!("the sandbox cannot write its --bodies-out file: {error}")
                })?;
        }
        let failed = |error| format!("the sandbox cannot write its --keep file: {error}");
        if let Some(kept) = &self.kept {
            kept.add(&call).map_err(failed)?;
        }
        if let (Some(oldest), Some(kept)) = (self.inbox.add(call), &self.kept) {
            kept.drop_before(oldest).map_err(failed)?;
        }
        Ok(())
    }
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
        Err(rejection) => return sandbox.refuse(rejection.status(), &rejection.body_text()),
    };
    let why = match basic_credentials(&headers) {
        None => Some("no keys"),
        Some(keys) if keys != sandbox.credentials.as_bytes() => Some("wrong keys"),
        Some(_) => None,
    };
    if let Some(why) = why {
        sandbox.note(StatusCode::UNAUTHORIZED, why);
        return unauthorized(why);
    }

    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let noun = method.subject.name();
    let size = body.len();
    let (answer, id) = {
        let mut received = sandbox.received();
        let answer = received.inbox.take_answer();
        let number = received.inbox.next_number();
        let shown = call::shown(&headers);
        let call = Call::new(number, now(), method, answer, shown, body);
        let id = call.id.clone();
        let title = match &id {
            None => format!("{noun} without id"),
            Some(id) if received.inbox.has_item(method.subject, id) => {
                format!("{noun} {}, updates the earlier one", printable(id))
            }
            Some(id) => format!("{noun} {}, new", printable(id)),
        };
        if let Err(message) = received.add(call) {
            drop(received);
            return sandbox.refuse(StatusCode::INTERNAL_SERVER_ERROR, &message);
        }
        // Printed under the lock: the lines of two orders do not mix.
        say(&format!("\n{title} ({size} bytes)\n{}", readable(&fields)));
        if !answer.accepts() {
            say(&format!("answered: {}\n", answer.name()));
        }
        (answer, id)
    };
    sandbox.changes.announce();
    answer
        .response(&json!({"status": "ok", noun: id, "received": fields.len()}))
        .await
}

pub(crate) async fn wrong_method(
    method: &'static Method,
    State(sandbox): State<Arc<Sandbox>>,
) -> Response {
    let message = format!("{method} takes POST only");
    let mut response = sandbox.refuse(StatusCode::METHOD_NOT_ALLOWED, &message);
    let allow = header::HeaderValue::from_static("POST");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

pub(crate) async fn wrong_path(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
    let message = format!(
        "the sandbox knows only these paths below /api/: {}",
        names.join(", ")
    );
    sandbox.refuse(StatusCode::NOT_FOUND, &message)
}

fn basic_credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    BASE64_STANDARD.decode(token.trim()).ok()
}

/// Milliseconds after 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

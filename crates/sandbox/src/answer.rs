//! What the API answers: what SPREAD does on a good day, or one of its bad days.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use pages::Language;
use serde_json::{Value, json};
use tokio::time::sleep;

/// Longer than a patient shop waits, shorter than `spread.timeout`.
const SLOW: Duration = Duration::from_secs(3);

/// Longer than any shop waits.
const HANG: Duration = Duration::from_secs(600);

const RETRY_AFTER: &str = "10";

/// An answer to a call with the right keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Accepted,
    Unauthorized,
    Unprocessable,
    TooMany,
    Unavailable,
    Slow,
    Hang,
    Html,
    Cut,
}

impl Answer {
    pub(crate) const ALL: [Self; 9] = [
        Self::Accepted,
        Self::Unauthorized,
        Self::Unprocessable,
        Self::TooMany,
        Self::Unavailable,
        Self::Slow,
        Self::Hang,
        Self::Html,
        Self::Cut,
    ];

    /// In forms and in the file of `--keep`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "200",
            Self::Unauthorized => "401",
            Self::Unprocessable => "422",
            Self::TooMany => "429",
            Self::Unavailable => "503",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::Html => "html",
            Self::Cut => "cut",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }

    pub(crate) fn label(self, language: Language) -> &'static str {
        let (english, french) = match self {
            Self::Accepted => ("200, accepted", "200, acceptée"),
            Self::Unauthorized => ("401, wrong keys", "401, clés refusées"),
            Self::Unprocessable => ("422, order refused", "422, commande refusée"),
            Self::TooMany => ("429, too many calls", "429, trop d'appels"),
            Self::Unavailable => ("503, unavailable", "503, indisponible"),
            Self::Slow => ("slow: 200 after 3 s", "lent : 200 après 3 s"),
            Self::Hang => ("hangs: no answer", "bloqué : pas de réponse"),
            Self::Html => ("200 with an HTML page", "200 avec une page HTML"),
            Self::Cut => ("cut off in mid-answer", "coupée en pleine réponse"),
        };
        language.of(english, french)
    }

    /// Whether the caller learns that its call was accepted.
    pub(crate) fn accepts(self) -> bool {
        matches!(self, Self::Accepted | Self::Slow)
    }

    /// The response; `accepted` is the body of a good one.
    pub(crate) async fn response(self, accepted: &Value) -> Response {
        match self {
            Self::Accepted => json_response(StatusCode::OK, accepted),
            Self::Unauthorized => unauthorized("the sandbox was asked to refuse these keys"),
            Self::Unprocessable => refusal(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the sandbox was asked to refuse this call",
            ),
            Self::TooMany => {
                let message = "the sandbox was asked to answer that there are too many calls";
                let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, message);
                let after = HeaderValue::from_static(RETRY_AFTER);
                response.headers_mut().insert(header::RETRY_AFTER, after);
                response
            }
            Self::Unavailable => refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "the sandbox was asked to be unavailable",
            ),
            Self::Slow => {
                sleep(SLOW).await;
                json_response(StatusCode::OK, accepted)
            }
            Self::Hang => {
                sleep(HANG).await;
                cut(accepted)
            }
            Self::Html => {
                let page = "<!DOCTYPE html>\n<title>Maintenance</title>\n<h1>Maintenance</h1>\n";
                axum::response::Html(page).into_response()
            }
            Self::Cut => cut(accepted),
        }
    }
}

/// The head, half of the body, and then the connection is closed.
fn cut(whole: &Value) -> Response {
    let whole = Bytes::from(whole.to_string());
    let half = whole.slice(..whole.len() / 2);
    let end = stream::once(async {
        // By then the half has been written.
        sleep(Duration::from_millis(100)).await;
        Err(io::Error::other("cut off"))
    });
    let body = stream::iter([Ok(half)]).chain(end);
    let head = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(whole.len())),
    ];
    (head, Body::from_stream(body)).into_response()
}

pub(crate) fn unauthorized(message: &str) -> Response {
    let mut response = refusal(StatusCode::UNAUTHORIZED, message);
    let challenge = HeaderValue::from_static("Basic realm=\"SPREAD\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

pub(crate) fn refusal(status: StatusCode, message: &str) -> Response {
    json_response(status, &json!({"status": "error", "message": message}))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    (status, content_type, body.to_string()).into_response()
}

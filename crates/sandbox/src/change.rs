//! What a person changes on the page. `pages::protect` has checked the token.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pages::Parameters;

use crate::answer::Answer;
use crate::api::Sandbox;
use crate::inbox::Plan;

/// Chooses what the next calls are answered.
pub(crate) async fn answer(State(sandbox): State<Arc<Sandbox>>, form: Bytes) -> Response {
    let form = Parameters::read(&form);
    let Some(answer) = Answer::by_name(form.get("answer")) else {
        return (StatusCode::BAD_REQUEST, "there is no such answer\n").into_response();
    };
    let once = form.get("calls") == "next";
    sandbox.received().inbox.plan = Plan { answer, once };
    sandbox.changes.announce();
    to_the_list()
}

/// Forgets every call.
pub(crate) async fn clear(State(sandbox): State<Arc<Sandbox>>) -> Response {
    {
        let mut received = sandbox.received();
        if let Some(Err(error)) = received.kept.as_ref().map(|kept| kept.clear()) {
            let message = format!("the sandbox cannot write its --keep file: {error}\n");
            return (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
        }
        received.inbox.clear();
    }
    sandbox.changes.announce();
    to_the_list()
}

fn to_the_list() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response()
}

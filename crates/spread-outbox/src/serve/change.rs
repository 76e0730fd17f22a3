//! Retry and discard: a page that asks, and the form that it sends. `pages::protect` has checked the token.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use outbox::store::{Change, Record};
use pages::{Language, Page, Parameters};

use crate::serve::record::{back, find, gone};
use crate::serve::served::Served;
use crate::serve::words::{state, subject};

/// What a person can do to a record.
#[derive(Clone, Copy)]
enum Action {
    Retry,
    Discard,
}

impl Action {
    fn title(self, id: i64, language: Language) -> String {
        match self {
            Self::Retry => format!(
                "{} {id}?",
                language.of("Retry record", "Réessayer l'enregistrement")
            ),
            Self::Discard => format!(
                "{} {id}?",
                language.of("Discard record", "Supprimer l'enregistrement")
            ),
        }
    }

    fn effect(self, language: Language) -> &'static str {
        match self {
            Self::Retry => language.of(
                "It is sent as soon as a worker runs. The circuits of its endpoint and key pair close.",
                "Il est envoyé dès qu'un worker tourne. Les circuits de son adresse et de ses clés se ferment.",
            ),
            Self::Discard => language.of(
                "It is deleted, and SPREAD never gets it.",
                "Il est effacé, et SPREAD ne le recevra jamais.",
            ),
        }
    }

    fn button(self, language: Language) -> &'static str {
        match self {
            Self::Retry => language.of("Retry", "Réessayer"),
            Self::Discard => language.of("Discard", "Supprimer"),
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Discard => "discard",
        }
    }
}

pub(crate) async fn confirm_retry(
    served: State<Arc<Served>>,
    id: Path<i64>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    confirm(Action::Retry, served, id, uri, language).await
}

pub(crate) async fn confirm_discard(
    served: State<Arc<Served>>,
    id: Path<i64>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    confirm(Action::Discard, served, id, uri, language).await
}

async fn confirm(
    action: Action,
    State(served): State<Arc<Served>>,
    Path(id): Path<i64>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    let Some(record) = served.with(move |store| find(store, id)).await? else {
        return Ok(gone(&served, &uri, language));
    };
    let question = html! {
        p { (state(&record, language)) ": " (subject(&record, language)) }
        p { (action.effect(language)) }
    };
    let form = form(action, &served, &record, false, language);
    Ok(ask(
        &served,
        &uri,
        &action.title(id, language),
        &question,
        &form,
        language,
    ))
}

/// The form is in the part of the page that does not change.
fn ask(
    served: &Served,
    uri: &Uri,
    title: &str,
    question: &Markup,
    form: &Markup,
    language: Language,
) -> Response {
    Page {
        site: &served.site,
        language,
        uri,
        title,
        summary: title,
        fixed: html! { (back(language)) div.card { (question) (form) } },
        live: html! {},
    }
    .render()
}

fn form(
    action: Action,
    served: &Served,
    record: &Record,
    force: bool,
    language: Language,
) -> Markup {
    let id = record.id;
    html! {
        form.row method="post" action={ "/records/" (id) "/" (action.path()) } {
            (served.site.token_field())
            @if force { input type="hidden" name="force" value="yes"; }
            button.danger { (action.button(language)) }
            a href={ "/records/" (id) } { (language.of("Cancel", "Annuler")) }
        }
    }
}

pub(crate) async fn retry(
    State(served): State<Arc<Served>>,
    Path(id): Path<i64>,
    uri: Uri,
    language: Language,
    form: Bytes,
) -> Result<Response, Response> {
    let force = Parameters::read(&form).get("force") == "yes";
    let (change, record) = served
        .with(move |store| {
            let now = store.now()?;
            Ok((store.retry(id, force, now)?, find(store, id)?))
        })
        .await?;
    Ok(result(
        Action::Retry,
        change,
        record,
        &served,
        &uri,
        language,
    ))
}

pub(crate) async fn discard(
    State(served): State<Arc<Served>>,
    Path(id): Path<i64>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    let (change, record) = served
        .with(move |store| {
            let now = store.now()?;
            Ok((store.discard(id, now)?, find(store, id)?))
        })
        .await?;
    Ok(result(
        Action::Discard,
        change,
        record,
        &served,
        &uri,
        language,
    ))
}

fn result(
    action: Action,
    change: Change,
    record: Option<Record>,
    served: &Served,
    uri: &Uri,
    language: Language,
) -> Response {
    let record = match (change, record) {
        (Change::Done, Some(record)) => return see(&format!("/records/{}", record.id)),
        (Change::Done, None) => return see("/"),
        (_, Some(record)) => record,
        (_, None) => return gone(served, uri, language),
    };
    let title = language.of("Nothing was changed", "Rien n'a été modifié");
    let overtaken = change == Change::Overtaken;
    let why = html! {
        p {
            @if overtaken {
                (language.of(
                    "A newer update of its order was delivered: this record would overwrite it. Discard it, or retry it all the same.",
                    "Une mise à jour plus récente de sa commande a été livrée : cet enregistrement l'écraserait. Supprimez-le, ou réessayez malgré tout.",
                ))
            } @else {
                (language.of(
                    "Its order is in flight. Try again.",
                    "Sa commande est en cours d'envoi. Réessayez.",
                ))
            }
        }
    };
    let form = form(action, served, &record, overtaken, language);
    (
        StatusCode::CONFLICT,
        ask(served, uri, title, &why, &form, language),
    )
        .into_response()
}

fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

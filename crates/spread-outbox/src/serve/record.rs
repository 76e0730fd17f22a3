//! `/records/…`: one record. Its body only when the program was started with `--bodies`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use outbox::StoreError;
use outbox::store::{Filter, Record};
use pages::text::visible;
use pages::{Language, Page, Parameters, moment};

use crate::serve::served::Served;
use crate::serve::words::{state, subject};
use crate::text::number;

/// Characters of a value.
const VALUE: usize = 2_000;

/// Characters of a body.
const BODY: usize = 64 << 10;

/// Fields of a body.
const FIELDS: usize = 500;

pub(crate) async fn record(
    State(served): State<Arc<Served>>,
    Path(id): Path<i64>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    let bodies = served.bodies;
    let found = served
        .with(move |store| {
            let Some(record) = find(store, id)? else {
                return Ok(None);
            };
            let body = if bodies { store.body(id)? } else { None };
            Ok(Some((record, body)))
        })
        .await?;
    let Some((record, body)) = found else {
        return Ok(gone(&served, &uri, language));
    };
    let title = format!("{} {id}", language.of("Record", "Enregistrement"));
    let page = Page {
        site: &served.site,
        language,
        uri: &uri,
        title: &title,
        summary: &title,
        fixed: back(language),
        live: html! {
            (facts(&record, language))
            p.row {
                a href={ "/records/" (id) "/retry" } { (language.of("Retry…", "Réessayer…")) }
                a href={ "/records/" (id) "/discard" } { (language.of("Discard…", "Supprimer…")) }
            }
            @match body {
                Some(body) => (content(&body, language)),
                None if bodies => {},
                None => p.quiet {
                    (language.of("Bodies are personal data: ", "Les corps contiennent des données personnelles : "))
                    code { "spread-outbox serve --bodies" }
                    (language.of(" shows them.", " les montre."))
                },
            }
        },
    };
    Ok(page.render())
}

/// The record with this id.
pub(crate) fn find(store: &mut dyn outbox::Store, id: i64) -> Result<Option<Record>, StoreError> {
    let filter = Filter {
        after: id.saturating_sub(1),
        limit: 1,
        ..Filter::default()
    };
    let now = store.now()?;
    let mut records = store.list(&filter, now)?.into_iter();
    Ok(records.find(|record| record.id == id))
}

pub(crate) fn back(language: Language) -> Markup {
    html! { p { a href="/" { (language.of("All records", "Tous les enregistrements")) } } }
}

/// The page of a record that is not there: it was delivered, most likely.
pub(crate) fn gone(served: &Served, uri: &Uri, language: Language) -> Response {
    let title = language.of("There is no such record", "Cet enregistrement n'existe pas");
    let page = Page {
        site: &served.site,
        language,
        uri,
        title,
        summary: title,
        fixed: back(language),
        live: html! { p { (language.of(
            "It was delivered or discarded.",
            "Il a été livré ou supprimé.",
        )) } },
    };
    (StatusCode::NOT_FOUND, page.render()).into_response()
}

fn facts(record: &Record, language: Language) -> Markup {
    let status = record.last_error.status;
    let sentence = visible(record.last_error.sentence.as_bytes(), VALUE);
    let rows = [
        (
            language.of("Order or account", "Commande ou compte"),
            subject(record, language),
        ),
        (language.of("State", "État"), state(record, language)),
        (
            language.of("Method", "Méthode"),
            html! { code { (record.method) } },
        ),
        (
            language.of("Endpoint", "Adresse de l'API"),
            visible(record.endpoint.as_bytes(), VALUE),
        ),
        (
            language.of("Public key", "Clé publique"),
            visible(&record.public_key, VALUE),
        ),
        (language.of("Accepted", "Accepté"), moment(record.accepted)),
        (
            language.of("Due", "Prochain essai"),
            html! { @if let Some(due) = record.due { (moment(due)) } },
        ),
        (
            language.of("Attempts", "Essais"),
            html! { (record.attempts) },
        ),
        (
            language.of("Last error", "Dernière erreur"),
            html! { span lang="en" { @if status != 0 { "HTTP " (status) ": " } (sentence) } },
        ),
        (
            language.of("Bytes", "Octets"),
            html! { (number(record.size)) },
        ),
    ];
    html! {
        div.card.scroll {
            table #record {
                tbody { @for (name, value) in rows { tr { th scope="row" { (name) } td { (value) } } } }
            }
        }
    }
}

fn content(body: &[u8], language: Language) -> Markup {
    let fields = Parameters::read(body);
    html! {
        section.card #body {
            h2 { (language.of("Body", "Corps")) }
            div.scroll {
                table {
                    thead {
                        tr {
                            th scope="col" { (language.of("Field", "Champ")) }
                            th scope="col" { (language.of("Value", "Valeur")) }
                        }
                    }
                    tbody {
                        @for (name, value) in fields.iter().take(FIELDS) {
                            tr {
                                th.value scope="row" { (visible(name.as_bytes(), VALUE)) }
                                td.value { (visible(value.as_bytes(), VALUE)) }
                            }
                        }
                    }
                }
            }
            details #wire {
                summary { (language.of("As it is sent", "Tel qu'il est envoyé")) }
                pre { (visible(body, BODY)) }
            }
        }
    }
}

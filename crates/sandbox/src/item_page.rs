//! `/items/…`: the calls about one order or account, newest first: what changed, what each field means, which
//! rules it breaks, and what came over the wire.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use pages::text::{visible, visible_text};
use pages::{Language, Page, Parameters, Site, moment};
use rules::form::FIELD_LIMIT;

use crate::api::Sandbox;
use crate::call::{Call, Change, Leaf, changes, leaves};
use crate::inbox::Item;
use crate::words::{answered, findings, title};

/// Calls on a page.
const CALLS: usize = 10;

/// Fields of a call.
const FIELDS: usize = 500;

/// Characters of a value.
const VALUE: usize = 1_000;

/// Characters of a body.
const BODY: usize = 64 << 10;

pub(crate) async fn item(
    State(sandbox): State<Arc<Sandbox>>,
    uri: Uri,
    Path(key): Path<u64>,
    language: Language,
) -> Response {
    let received = sandbox.received();
    let Some((item, newest)) = received
        .inbox
        .item(key)
        .and_then(|item| Some((item, item.latest()?)))
    else {
        return gone(&sandbox.site, &uri, language);
    };
    let title = title(newest.method.subject, newest.id.as_deref(), language);
    let query = Parameters::read(uri.query().unwrap_or_default().as_bytes());
    let newer = usize::try_from(query.number("newer").unwrap_or(0)).unwrap_or(0);
    let newer = newer.min(item.calls.len());
    let summary = format!("{} {}", item.calls.len(), language.of("calls", "appels"));
    Page {
        site: &sandbox.site,
        language,
        uri: &uri,
        title: &visible_text(title.as_bytes(), VALUE),
        summary: &summary,
        fixed: html! { p { a href="/" { (language.of("All calls", "Tous les appels")) } } },
        live: html! {
            p.quiet { (summary) }
            (calls(item, newer, language))
            @if item.calls.len() > newer + CALLS {
                p { a href=(query.with("newer", &(newer + CALLS).to_string())) {
                    (language.of("Older calls", "Appels plus anciens"))
                } }
            }
        },
    }
    .render()
}

/// The body of a call as it came, for a person to save.
pub(crate) async fn body(State(sandbox): State<Arc<Sandbox>>, Path(number): Path<u64>) -> Response {
    match sandbox.received().inbox.call(number) {
        Some(call) => {
            let head = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"call-{number}.txt\""),
                ),
            ];
            (head, call.body.clone()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "this call is no longer kept\n").into_response(),
    }
}

fn gone(site: &Site, uri: &Uri, language: Language) -> Response {
    let title = language.of("No longer kept", "N'est plus conservé");
    let page = Page {
        site,
        language,
        uri,
        title,
        summary: title,
        fixed: html! { p { a href="/" { (language.of("All calls", "Tous les appels")) } } },
        live: html! {
            p { (language.of(
                "The oldest calls make room for newer ones.",
                "Les appels les plus anciens laissent la place aux nouveaux.",
            )) }
        },
    };
    (StatusCode::NOT_FOUND, page.render()).into_response()
}

/// Cards, newest first, from the one after `newer` newer ones.
fn calls(item: &Item, newer: usize, language: Language) -> Markup {
    let shown = item.calls.iter().enumerate().rev().skip(newer).take(CALLS);
    html! {
        @for (index, call) in shown {
            @let before = index.checked_sub(1).and_then(|before| item.calls.get(before));
            (card(index, call, before.map(|call| call.as_ref()), language))
        }
    }
}

fn card(index: usize, call: &Call, before: Option<&Call>, language: Language) -> Markup {
    let form = call.form();
    let own = leaves(&form);
    let heading = match before {
        None => language.of("First call", "Premier appel").to_owned(),
        Some(_) => format!("{} {index}", language.of("Update", "Mise à jour")),
    };
    html! {
        article.card id={ "call-" (call.number) } {
            h2 { (heading) }
            p.row {
                code { (call.method) }
                (moment(call.at))
                span { (language.of("answered", "réponse")) " " (answered(call.answer, language)) }
            }
            @if let Some(before) = before {
                (difference(&changes(&leaves(&before.form()), &own), language))
            }
            @if call.findings.is_empty() {
                p.good { (language.of("It follows the documented rules.", "Suit les règles documentées.")) }
            } @else {
                h3 { (language.of("Documented rules that it breaks", "Règles documentées non suivies")) }
                (findings(&call.findings, language))
            }
            details id={ "fields-" (call.number) } open[before.is_none()] {
                summary { (language.of("Fields", "Champs")) " (" (own.len()) ")" }
                (fields(&own, language))
                @if form.is_cut {
                    p.warning { (language.of("Fields after the first", "Les champs après les premiers")) " " (FIELD_LIMIT) " "
                        (language.of("are not read.", "ne sont pas lus.")) }
                }
            }
            details id={ "wire-" (call.number) } {
                summary { (language.of("Headers and body", "En-têtes et corps")) }
                h3 { (language.of("Headers, without keys", "En-têtes, sans les clés")) }
                ul.plain.value {
                    @for (name, value) in &call.headers {
                        li { (name) ": " (visible(value.as_bytes(), VALUE)) }
                    }
                }
                h3 { (language.of("Body", "Corps")) " (" (call.body.len()) " " (language.of("bytes", "octets")) ")" }
                pre { (visible(&call.body, BODY)) }
                p { a href={ "/calls/" (call.number) "/body" } { (language.of("Save the body", "Enregistrer le corps")) } }
            }
        }
    }
}

fn difference(changes: &[Change], language: Language) -> Markup {
    html! {
        h3 { (language.of("Changed since the call before", "Modifié depuis l'appel précédent")) }
        @if changes.is_empty() {
            p.quiet { (language.of("Nothing.", "Rien.")) }
        }
        ul.plain.changes {
            @for change in changes.iter().take(FIELDS) {
                li.value {
                    (visible(&change.path, VALUE)) ": "
                    @match (&change.before, &change.after) {
                        (None, Some(after)) => {
                            ins { (visible(after, VALUE)) } span.quiet { " (" (language.of("new", "nouveau")) ")" }
                        }
                        (Some(before), None) => {
                            del { (visible(before, VALUE)) }
                            span.quiet { " (" (language.of("no longer sent", "n'est plus envoyé")) ")" }
                        }
                        (before, after) => {
                            @if let Some(before) = before { del { (visible(before, VALUE)) } }
                            span.hidden { (language.of("became", "devient")) } " → "
                            @if let Some(after) = after { ins { (visible(after, VALUE)) } }
                        }
                    }
                }
            }
            (more(changes.len(), language))
        }
    }
}

fn more(all: usize, language: Language) -> Markup {
    html! {
        @if all > FIELDS {
            li.quiet { "… " (all - FIELDS) " " (language.of("more", "autres")) }
        }
    }
}

fn fields(leaves: &[Leaf], language: Language) -> Markup {
    html! {
        div.scroll {
            table {
                thead {
                    tr {
                        th scope="col" { (language.of("Field", "Champ")) }
                        th scope="col" { (language.of("Value", "Valeur")) }
                        th scope="col" { (language.of("Meaning", "Signification")) }
                    }
                }
                tbody {
                    @for (index, leaf) in leaves.iter().take(FIELDS).enumerate() {
                        @let above = index.checked_sub(1).and_then(|above| leaves.get(above));
                        (field(leaf, above, language))
                    }
                }
            }
        }
        ul.plain { (more(leaves.len(), language)) }
    }
}

/// The meaning stands at the first of a field's values.
fn field(leaf: &Leaf, above: Option<&Leaf>, language: Language) -> Markup {
    let is_same = |field| {
        above
            .and_then(|above| above.field)
            .is_some_and(|above| std::ptr::eq(above, field))
    };
    html! {
        tr {
            th.value scope="row" { (visible(&leaf.path, VALUE)) }
            td.value {
                @match &leaf.text {
                    Some(text) => (visible(text, VALUE)),
                    None => span.odd { (language.of("nested too deep", "imbriqué trop profondément")) },
                }
            }
            td {
                @match leaf.field {
                    Some(field) if is_same(field) => {},
                    // Both languages: SPREAD's support and its documentation speak French.
                    Some(field) => {
                        (language.of(field.english, field.french))
                        br;
                        span.quiet lang=(language.of("fr", "en")) { (language.of(field.french, field.english)) }
                    }
                    None => span.warning { (language.of("not documented", "non documenté")) },
                }
            }
        }
    }
}

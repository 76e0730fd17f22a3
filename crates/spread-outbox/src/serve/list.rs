//! `/`: how many records there are, the circuits, and the records, oldest first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use maud::{Markup, html};
use outbox::status::Status;
use outbox::store::{self, Filter, KeyPair, Record};
use pages::text::visible;
use pages::{Language, Page, Parameters, moment};

use crate::record::short_error;
use crate::serve::served::Served;
use crate::serve::words::{circuit, state, subject};
use crate::text::number;

const ON_A_PAGE: usize = 100;

/// Characters of a value in a row.
const SHOWN: usize = 100;

pub(crate) async fn list(
    State(served): State<Arc<Served>>,
    uri: Uri,
    language: Language,
) -> Result<Response, Response> {
    let query = Parameters::read(uri.query().unwrap_or_default().as_bytes());
    let chosen = store::State::ALL
        .into_iter()
        .find(|state| state.name() == query.get("state"));
    let order = query.get("order").to_owned();
    let after = query.get("after").parse().unwrap_or(0);
    let (status, records) = served
        .with(move |store| {
            let status = Status::read(store)?;
            let filter = Filter {
                state: chosen,
                order_id: (!order.is_empty()).then_some(order.as_bytes()),
                after,
                limit: ON_A_PAGE,
            };
            let records = store.list(&filter, status.now)?;
            Ok((status, records))
        })
        .await?;
    let summary = summary(&status, language);
    let page = Page {
        site: &served.site,
        language,
        uri: &uri,
        title: language.of("Outbox", "Outbox"),
        summary: &summary,
        fixed: filter(&query, chosen, language),
        live: html! {
            p #counts { strong { (summary) } }
            p.quiet {
                code { (served.address.to_string()) }
                @if let Some(oldest) = status.counts.oldest {
                    " · " (language.of("oldest pending record accepted", "plus ancien enregistrement en attente accepté")) " " (moment(oldest))
                }
            }
            (circuits(&status.key_pairs, status.now, language))
            (table(&records, language))
            @if records.len() == ON_A_PAGE && let Some(last) = records.last() {
                p { a href=(query.with("after", &last.id.to_string())) rel="next" { (language.of("Next", "Suivants")) } }
            }
        },
    };
    Ok(page.render())
}

fn summary(status: &Status, language: Language) -> String {
    let counts = &status.counts;
    let parts = [
        (counts.pending, language.of("pending", "en attente")),
        (
            counts.in_flight,
            language.of("in flight", "en cours d'envoi"),
        ),
        (counts.refused, language.of("refused", "refusés")),
        (counts.expired, language.of("expired", "expirés")),
    ];
    parts
        .map(|(count, name)| format!("{} {name}", number(count)))
        .join(", ")
}

fn filter(query: &Parameters, chosen: Option<store::State>, language: Language) -> Markup {
    let label = |state: store::State| match state {
        store::State::Pending => language.of("pending", "en attente"),
        store::State::Refused => language.of("refused", "refusés"),
        store::State::Expired => language.of("expired", "expirés"),
    };
    html! {
        form.card.row method="get" action="/" role="search" {
            label {
                (language.of("State", "État"))
                select name="state" {
                    option value="" { (language.of("all", "tous")) }
                    @for state in store::State::ALL {
                        option value=(state.name()) selected[chosen == Some(state)] { (label(state)) }
                    }
                }
            }
            label {
                (language.of("Id of the order or account", "Identifiant de la commande ou du compte"))
                input type="search" name="order" value=(query.get("order"));
            }
            button { (language.of("Show", "Afficher")) }
        }
    }
}

fn circuits(pairs: &[KeyPair], now: i64, language: Language) -> Markup {
    html! {
        @if !pairs.is_empty() {
            div.card.scroll {
                table #circuits {
                    caption { (language.of("Circuits", "Circuits")) }
                    thead {
                        tr {
                            th scope="col" { (language.of("Endpoint", "Adresse de l'API")) }
                            th scope="col" { (language.of("Its circuit", "Son circuit")) }
                            th scope="col" { (language.of("Public key", "Clé publique")) }
                            th scope="col" { (language.of("Circuit of the key pair", "Circuit des clés")) }
                            th scope="col" { (language.of("Pending orders", "Commandes en attente")) }
                        }
                    }
                    tbody {
                        @for pair in pairs {
                            tr {
                                th scope="row" { (visible(pair.endpoint.as_bytes(), SHOWN)) }
                                td { (circuit(pair.endpoint_open_until, now, language)) }
                                td { (visible(&pair.public_key, SHOWN)) }
                                td { (circuit(pair.key_pair_open_until, now, language)) }
                                td.number { (number(pair.orders)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn table(records: &[Record], language: Language) -> Markup {
    let heads = [
        language.of("Record", "Enregistrement"),
        language.of("Order or account", "Commande ou compte"),
        language.of("State", "État"),
        language.of("Accepted", "Accepté"),
        language.of("Attempts", "Essais"),
        language.of("Due", "Prochain essai"),
        language.of("Last error", "Dernière erreur"),
    ];
    html! {
        div.card.scroll {
            table #records {
                caption { (language.of("Records, oldest first", "Enregistrements, du plus ancien au plus récent")) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for record in records {
                        tr {
                            th scope="row" {
                                a href={ "/records/" (record.id) } { (record.id) " " (record.method) }
                            }
                            td { (subject(record, language)) }
                            td { (state(record, language)) }
                            td { (moment(record.accepted)) }
                            td.number { (record.attempts) }
                            td { @if let Some(due) = record.due { (moment(due)) } }
                            td lang="en" { (visible(short_error(&record.last_error).as_bytes(), SHOWN)) }
                        }
                    }
                    @if records.is_empty() {
                        tr { td colspan=(heads.len()) { (language.of("No records.", "Aucun enregistrement.")) } }
                    }
                }
            }
        }
    }
}

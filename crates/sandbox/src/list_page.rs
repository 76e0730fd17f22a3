//! `/`: what arrived, newest first; the answer to the next call.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use maud::{Markup, html};
use pages::text::visible;
use pages::{Language, Page, Parameters, Site, moment};
use percent_encoding::percent_decode;

use crate::answer::Answer;
use crate::api::Sandbox;
use crate::call::text;
use crate::inbox::{Inbox, Item};
use crate::words::{answered, counted, state, title};

const ON_A_PAGE: usize = 50;

/// Characters of a value in a row.
const SHOWN: usize = 50;

pub(crate) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    uri: Uri,
    language: Language,
) -> Response {
    let query = Parameters::read(uri.query().unwrap_or_default().as_bytes());
    let received = sandbox.received();
    let inbox = &received.inbox;
    let searched = query.get("q").trim().to_lowercase();
    let found: Vec<(u64, &Item)> = inbox
        .newest()
        .filter(|(_, item)| searched.is_empty() || matches(item, &searched))
        .collect();
    let page = usize::try_from(query.number("page").unwrap_or(1)).unwrap_or(1);
    let page = page.clamp(1, found.len().div_ceil(ON_A_PAGE).max(1));
    let counted = count(found.len(), inbox.len(), language);
    Page {
        site: &sandbox.site,
        language,
        uri: &uri,
        title: language.of("Received calls", "Appels reçus"),
        summary: &counted,
        fixed: forms(&sandbox.site, inbox, &query, language),
        live: html! {
            (plan(inbox, language))
            (table(&found, &counted, page, language))
            (leaf(&query, page, found.len(), language))
            (refusals(inbox, language))
            (clear(&sandbox.site, inbox, language))
        },
    }
    .render()
}

/// Whether a text is in one of the item's bodies. A body is decoded as a whole: to do so field by field takes
/// several times as long.
fn matches(item: &Item, searched: &str) -> bool {
    item.calls.iter().any(|call| {
        let spaced: Vec<u8> = call
            .body
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        let text = percent_decode(&spaced).decode_utf8_lossy();
        text.to_lowercase().contains(searched)
    })
}

fn count(found: usize, all: usize, language: Language) -> String {
    match (found, all) {
        (_, 0) => language
            .of("Nothing has arrived yet.", "Rien n'est encore arrivé.")
            .into(),
        (found, all) if found < all => format!(
            "{found} {} {all}",
            language.of("orders and accounts of", "commandes et comptes sur")
        ),
        (_, 1) => language
            .of("1 order or account", "1 commande ou compte")
            .into(),
        (_, all) => format!(
            "{all} {}",
            language.of("orders and accounts", "commandes et comptes")
        ),
    }
}

fn forms(site: &Site, inbox: &Inbox, query: &Parameters, language: Language) -> Markup {
    let option = |value: &'static str, chosen: bool, label: &str| {
        html! {
            option value=(value) selected[chosen] { (label) }
        }
    };
    html! {
        div.card.row {
            form.row method="get" action="/" role="search" {
                label {
                    (language.of("Search in names and values", "Rechercher dans les noms et les valeurs"))
                    input type="search" name="q" value=(query.get("q"));
                }
                button { (language.of("Search", "Rechercher")) }
            }
            form.row.push method="post" action="/answer" {
                (site.token_field())
                label {
                    (language.of("Answer", "Répondre"))
                    select name="answer" {
                        @for answer in Answer::ALL {
                            (option(answer.name(), answer == inbox.plan.answer, answer.label(language)))
                        }
                    }
                }
                label {
                    (language.of("to", "à"))
                    select name="calls" {
                        (option("next", inbox.plan.once, language.of("the next call", "l'appel suivant")))
                        (option("all", !inbox.plan.once, language.of("every call", "chaque appel")))
                    }
                }
                button { (language.of("Set", "Choisir")) }
            }
        }
    }
}

fn plan(inbox: &Inbox, language: Language) -> Markup {
    let plan = inbox.plan;
    let calls = match plan.once {
        true => language.of("The next call is answered", "Réponse à l'appel suivant :"),
        false => language.of("Every call is answered", "Réponse à chaque appel :"),
    };
    html! { p #plan { (calls) " " strong { (answered(plan.answer, language)) } } }
}

fn table(found: &[(u64, &Item)], counted: &str, page: usize, language: Language) -> Markup {
    let heads = [
        language.of("Order or account", "Commande ou compte"),
        language.of("Customer", "Client"),
        language.of("State", "Statut"),
        language.of("Amount", "Montant"),
        language.of("Calls", "Appels"),
        language.of("Documented rules", "Règles documentées"),
        language.of("Answered", "Réponse"),
        language.of("Last call", "Dernier appel"),
    ];
    html! {
        div.card.scroll {
            table #orders {
                caption { (counted) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for (key, item) in found.iter().skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE) {
                        (row(*key, item, language))
                    }
                }
            }
        }
    }
}

fn row(key: u64, item: &Item, language: Language) -> Markup {
    let Some(call) = item.latest() else {
        return html! {};
    };
    let form = call.form();
    let field = |name| text(&form.data, name);
    let shown = |name| html! { @if let Some(value) = field(name) { (visible(value, SHOWN)) } };
    let title = title(call.method.subject, call.id.as_deref(), language);
    html! {
        tr {
            th scope="row" { a href={ "/items/" (key) } { (visible(title.as_bytes(), SHOWN)) } }
            td { (shown("customer_email")) }
            td {
                @match field("order_state").and_then(|value| state(value, language)) {
                    Some(state) => (state),
                    None => (shown("order_state")),
                }
            }
            td.number { (shown("order_amount")) }
            td.number { (item.calls.len()) }
            td { (counted(&call.findings, language)) }
            td { (answered(call.answer, language)) }
            td { (moment(call.at)) }
        }
    }
}

/// The links to the pages before and after.
fn leaf(query: &Parameters, page: usize, found: usize, language: Language) -> Markup {
    let last = found.div_ceil(ON_A_PAGE);
    let link = |page: usize| query.with("page", &page.to_string());
    html! {
        @if last > 1 {
            nav.row aria-label=(language.of("Pages", "Pages")) {
                @if page > 1 { a href=(link(page - 1)) rel="prev" { (language.of("Newer", "Plus récentes")) } }
                span { (page) " / " (last) }
                @if page < last { a href=(link(page + 1)) rel="next" { (language.of("Older", "Plus anciennes")) } }
            }
        }
    }
}

/// Requests that were no calls: a shop with the wrong keys is seen here.
fn refusals(inbox: &Inbox, language: Language) -> Markup {
    html! {
        @if !inbox.refusals().is_empty() {
            section.card #refusals {
                h2 { (language.of("Requests without the right keys or address", "Requêtes sans les bonnes clés ou la bonne adresse")) }
                p.quiet {
                    (language.of(
                        "A client that waits to be asked for its keys, as the curl snippet does, is first seen here.",
                        "Un client qui attend qu'on lui demande ses clés, comme l'extrait curl, apparaît d'abord ici.",
                    ))
                }
                ul.plain {
                    @for refusal in inbox.refusals() {
                        li { (moment(refusal.at)) " " strong { (refusal.status.as_u16()) } " " span lang="en" { (refusal.message) } }
                    }
                }
            }
        }
    }
}

/// The button is out of sight until it is wanted.
fn clear(site: &Site, inbox: &Inbox, language: Language) -> Markup {
    html! {
        @if inbox.len() > 0 {
            details #clear {
                summary { (language.of("Forget every call", "Oublier tous les appels")) }
                form method="post" action="/clear" {
                    (site.token_field())
                    button.danger { (language.of("Forget them", "Les oublier")) }
                }
            }
        }
    }
}

//! Words of the pages that several of them use.

use maud::{Markup, html};
use methods::Subject;
use pages::Language;
use pages::text::visible;
use rules::{Finding, RULES, Severity};

use crate::answer::Answer;

/// `Order 4711`, with the id as it was sent.
pub(crate) fn title(subject: Subject, id: Option<&str>, language: Language) -> String {
    let noun = match subject {
        Subject::Order => language.of("Order", "Commande"),
        Subject::Account => language.of("Account", "Compte"),
    };
    match id {
        Some(id) => format!("{noun} {}", short(id)),
        None => format!("{noun} {}", language.of("without id", "sans identifiant")),
    }
}

/// The start of an id, for titles and links.
fn short(id: &str) -> String {
    const LONGEST: usize = 100;
    id.chars().take(LONGEST).collect()
}

/// The meaning of an order's state.
pub(crate) fn state(value: &[u8], language: Language) -> Option<&'static str> {
    Some(match value {
        b"0" => language.of("cancelled", "annulée"),
        b"10" => language.of("payment pending", "en attente de paiement"),
        b"20" => language.of("paid", "payée"),
        b"50" => language.of("shipped", "expédiée"),
        b"100" => language.of("completed", "terminée"),
        _ => return None,
    })
}

/// What a call was answered.
pub(crate) fn answered(answer: Answer, language: Language) -> Markup {
    html! {
        span.nowrap .good[answer.accepts()] .error[!answer.accepts()] { (answer.label(language)) }
    }
}

/// The number of errors and warnings.
pub(crate) fn counted(findings: &[Finding], language: Language) -> Markup {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let warnings = findings.len() - errors;
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    html! {
        @if findings.is_empty() {
            span.good { (language.of("none broken", "toutes suivies")) }
        }
        @if errors > 0 {
            span.error.nowrap { (count(errors, language.of("error", "erreur"), language.of("errors", "erreurs"))) }
        }
        @if errors > 0 && warnings > 0 { ", " }
        @if warnings > 0 {
            span.warning.nowrap {
                (count(warnings, language.of("warning", "avertissement"), language.of("warnings", "avertissements")))
            }
        }
    }
}

/// The rules that a call breaks. The messages are those of `spread_validate_order()`, which are English.
pub(crate) fn findings(findings: &[Finding], language: Language) -> Markup {
    /// A body of many unknown fields breaks as many rules.
    const SHOWN: usize = 100;
    const LONGEST: usize = 600;
    html! {
        ul.plain {
            @for finding in findings.iter().take(SHOWN) {
                li {
                    @match finding.severity {
                        Severity::Error => strong.error { (language.of("error", "erreur")) },
                        Severity::Warning => strong.warning { (language.of("warning", "avertissement")) },
                    }
                    " " code { (finding.rule) } " "
                    @if language == Language::French && let Some(rule) = RULES.iter().find(|rule| rule.id == finding.rule) {
                        (rule.french) " — "
                    }
                    span lang="en" { (visible(finding.message.as_bytes(), LONGEST)) }
                }
            }
            @if findings.len() > SHOWN {
                li { "… " (findings.len() - SHOWN) }
            }
        }
    }
}

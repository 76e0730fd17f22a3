//! Words of the pages that several of them use.

use maud::{Markup, html};
use methods::Subject;
use outbox::clock::Millis;
use outbox::status::CircuitState;
use outbox::store::{Record, State};
use pages::text::visible;
use pages::{Language, moment};

/// Characters of an id.
const ID: usize = 100;

pub(crate) fn state(record: &Record, language: Language) -> Markup {
    html! {
        @match record.state {
            State::Pending if record.in_flight => span.good.nowrap { (language.of("in flight", "en cours d'envoi")) },
            State::Pending => span.nowrap { (language.of("pending", "en attente")) },
            State::Refused => span.error.nowrap { (language.of("refused", "refusé")) },
            State::Expired => span.warning.nowrap { (language.of("expired", "expiré")) },
        }
    }
}

/// `order 4711`, or the name of an account, which is a hash where it is made of an e-mail address.
pub(crate) fn subject(record: &Record, language: Language) -> Markup {
    let noun = match record.method.subject {
        Subject::Order => language.of("order", "commande"),
        Subject::Account => language.of("account", "compte"),
    };
    html! {
        (noun) " "
        @if record.order_id.is_empty() {
            (language.of("without id", "sans identifiant"))
        } @else {
            (visible(&record.order_id, ID))
        }
    }
}

pub(crate) fn circuit(open_until: Option<Millis>, now: Millis, language: Language) -> Markup {
    html! {
        @match CircuitState::new(open_until, now) {
            CircuitState::Closed => span.good { (language.of("closed", "fermé")) },
            CircuitState::Open(wait) => {
                span.error { (language.of("open", "ouvert")) } ", "
                (language.of("next probe", "prochain essai")) " " (moment(now + wait))
            }
            CircuitState::HalfOpen => span.warning { (language.of("half-open", "semi-ouvert")) },
        }
    }
}

//! The kinds of fields: their descriptions and their checks.

use crate::formats::{self, Moment};
use crate::rule::{
    NOT_A_DATE, NOT_A_DATE_TIME, NOT_A_GENDER, NOT_A_NUMBER, NOT_A_STATE, NOT_AN_EMAIL,
    NOT_AN_OPT_IN, NOT_CONSENTS, NOT_CUSTOM_FIELDS, NOT_PRODUCT_ATTRIBUTES, NOT_TAGS, NOT_TEXT,
    Rule,
};
use crate::state::STATES;
use crate::value::{Key, Value};

/// The kind of value that a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One text; a form carries numbers and booleans as text, too.
    Text,
    Email,
    State,
    Number,
    DateTime,
    Date,
    OptIn,
    Gender,
    Tags,
    CustomFields,
    Consents,
    ProductAttributes,
    /// Any value: the field is not described anywhere.
    Any,
}

impl Kind {
    /// The expected value, in words that follow "must be".
    #[must_use]
    pub fn expected(self) -> &'static str {
        self.facts().1
    }

    /// The rule that a value of another kind breaks.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        self.facts().0
    }

    /// The rule that a value of the field breaks.
    pub(crate) fn broken_by(self, value: &Value) -> Option<&'static Rule> {
        // An unread value breaks no rule; an endless one breaks TOO_DEEP alone.
        let judged = !matches!(value, Value::Unread | Value::Endless);
        (judged && !self.accepts(value)).then(|| self.rule())
    }

    fn facts(self) -> (&'static Rule, &'static str) {
        match self {
            Self::Text => (NOT_TEXT, "a text"),
            Self::Email => (NOT_AN_EMAIL, "an e-mail address"),
            Self::State => (NOT_A_STATE, "0, 10, 20, 50 or 100"),
            Self::Number => (NOT_A_NUMBER, "a number such as 158.31"),
            Self::DateTime => (NOT_A_DATE_TIME, "a real date and time as Y-m-d H:i:s"),
            Self::Date => (NOT_A_DATE, "a real date as Y-m-d"),
            Self::OptIn => (NOT_AN_OPT_IN, "1, 0 or -1"),
            Self::Gender => (NOT_A_GENDER, "male or female"),
            Self::Tags => (
                NOT_TAGS,
                "an array of strings, or one string with commas between the tags",
            ),
            Self::CustomFields => (
                NOT_CUSTOM_FIELDS,
                "an array whose keys are the integer ids of the custom fields",
            ),
            Self::Consents => (
                NOT_CONSENTS,
                "an array with the names of consents as keys and 1, 0, true or false as values",
            ),
            Self::ProductAttributes => (
                NOT_PRODUCT_ATTRIBUTES,
                "a list of lists of strings, one list for each product",
            ),
            Self::Any => (NOT_TEXT, "anything"),
        }
    }

    fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::Text, Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Bool(_)) => {
                true
            }
            (Self::Email, Value::Text(text)) => formats::may_be_email(text),
            (Self::State, _) => is_one_of(value, &STATES.map(|state| state.value)),
            (Self::Number, Value::Integer(_)) => true,
            (Self::Number, Value::Float(number)) => number.is_finite(),
            (Self::Number, Value::Text(text)) => formats::is_numeric(text),
            (Self::DateTime, Value::Text(text)) => Moment::date_and_time(text).is_some(),
            (Self::Date, Value::Text(text)) => Moment::date(text).is_some(),
            // A form carries true as 1 and false as 0.
            (Self::OptIn, Value::Bool(_)) => true,
            (Self::OptIn, _) => is_one_of(value, &[1, 0, -1]),
            (Self::Gender, Value::Text(text)) => matches!(text.as_slice(), b"male" | b"female"),
            (Self::Tags, Value::Text(_)) => true,
            (Self::Tags, Value::Array(tags)) => tags.iter().all(|(_, tag)| is_string(tag)),
            (Self::CustomFields, Value::Array(fields)) => {
                fields.iter().all(|(key, _)| matches!(key, Key::Index(_)))
            }
            (Self::Consents, Value::Array(consents)) => {
                consents.iter().all(|(name, given)| is_consent(name, given))
            }
            (Self::ProductAttributes, Value::Array(products)) => {
                is_list(products)
                    && products.iter().all(|(_, attributes)| match attributes {
                        Value::Array(attributes) => {
                            is_list(attributes)
                                && attributes.iter().all(|(_, text)| is_string(text))
                        }
                        other => *other == Value::Unread,
                    })
            }
            _ => false,
        }
    }
}

/// Whether a value is one of these numbers, as a number or as its digits. Booleans are ambiguous and
/// never match.
fn is_one_of(value: &Value, numbers: &[i64]) -> bool {
    numbers.iter().any(|number| match value {
        Value::Integer(value) => value == number,
        Value::Float(value) => is_small_and_whole(*value) && *value as i64 == *number,
        Value::Text(text) => text == number.to_string().as_bytes(),
        _ => false,
    })
}

/// Whether PHP writes a float without point and exponent (with the usual ini `precision`, 14 or more).
pub(crate) fn is_small_and_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 1e14 && !(number == 0.0 && number.is_sign_negative())
}

fn is_string(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Unread)
}

/// As PHP's `array_is_list()`.
fn is_list(entries: &[(Key, Value)]) -> bool {
    (0..)
        .zip(entries)
        .all(|(position, (key, _))| *key == Key::Index(position))
}

fn is_consent(name: &Key, given: &Value) -> bool {
    let named = matches!(name, Key::Name(name) if !name.is_empty());
    named
        && match given {
            Value::Bool(_) | Value::Integer(0 | 1) | Value::Unread => true,
            Value::Text(text) => matches!(text.as_slice(), b"0" | b"1" | b"true" | b"false"),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_states_are_those_of_the_table() {
        let values = STATES.map(|state| state.value.to_string());
        let words = Kind::State.expected().replace(" or ", ", ");
        assert_eq!(values.join(", "), words);
    }
}

//! The documented field that an unknown name probably stands for.

use methods::Subject;
use strsim::osa_distance;

use crate::fields::{Document, FIELDS, Field};

/// The longest part of an unknown name that a message repeats, in characters.
const LONGEST: usize = 64;

/// An unknown name made safe for a message: control characters would split a log line.
pub(crate) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name)
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The nearest documented field of the subject in the same document, or the field of exactly that name in the
/// other.
pub(crate) fn field(subject: Subject, document: Document, name: &[u8]) -> Option<&'static Field> {
    let name = std::str::from_utf8(name).ok()?;
    if name.chars().count() > LONGEST {
        return None;
    }
    let name = snake_case(name);
    let documented = || {
        FIELDS
            .iter()
            .filter(|field| field.documented && field.is_of(subject))
    };
    let here = || documented().filter(|field| field.document == document);
    // Differences other than spelling: upper case, hyphens, the other document.
    if let Some(same) = here().chain(documented()).find(|field| field.name == name) {
        return Some(same);
    }
    let length = name.chars().count();
    let tolerated = (length / 3).max(2);
    let near = here()
        .filter_map(|field| {
            let distance = distance_to_field(&name, field.name, tolerated)?;
            Some((distance, field))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, field)| field);
    near.or_else(|| only_one_that(here(), |field| length >= 5 && field.starts_with(&name)))
}

fn only_one_that(
    mut fields: impl Iterator<Item = &'static Field>,
    matches: impl Fn(&str) -> bool,
) -> Option<&'static Field> {
    let found = fields.find(|field| matches(field.name))?;
    fields.all(|field| !matches(field.name)).then_some(found)
}

/// `customerEmail`, `Customer-Email` and `customer email` as `customer_email`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len());
    let mut after_small = false;
    for c in name.chars() {
        if c.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = c.is_lowercase() || c.is_numeric();
        match c {
            '-' | ' ' | '.' => snake.push('_'),
            _ => snake.extend(c.to_lowercase()),
        }
    }
    snake
}

/// The distance to a field's name, or to its name without `customer_` or `order_` plus one: `email` is
/// nearer to `customer_email` than to any other field.
fn distance_to_field(name: &str, field: &str, tolerated: usize) -> Option<usize> {
    let bare = field
        .strip_prefix("customer_")
        .or_else(|| field.strip_prefix("order_"));
    let whole = osa_distance(name, field);
    let bare = bare.map(|bare| osa_distance(name, bare).saturating_add(1));
    let nearest = bare.map_or(whole, |bare| bare.min(whole));
    (nearest <= tolerated).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_field_is_the_one_a_reader_would_guess() {
        for (name, nearest) in [
            ("customer_emial", "customer_email"),
            ("customer_mail", "customer_email"),
            ("customerEmail", "customer_email"),
            ("Customer-Email", "customer_email"),
            ("email", "customer_email"),
            ("first_name", "customer_firstname"),
            ("order_amout", "order_amount"),
            ("amount", "order_amount"),
            ("order_status", "order_state"),
            ("order_id", "order_idorder"),
            ("custom_field", "custom_fields"),
            ("consent", "consents"),
            ("add_tags", "add_tag"),
            ("customer_address_1", "customer_address_2"),
            ("external-id", "external_id"),
        ] {
            let found =
                field(Subject::Order, Document::Data, name.as_bytes()).map(|field| field.name);
            assert_eq!(found, Some(nearest), "{name}");
        }
        for name in [
            "",
            "foo",
            "x",
            "utm_source",
            "customer",
            "order_s",
            "dates",
            "zzzzzzzzzzzzzzzzzzzzz",
        ] {
            let found =
                field(Subject::Order, Document::Data, name.as_bytes()).map(|field| field.name);
            assert_eq!(found, None, "{name}");
        }
    }

    #[test]
    fn no_field_of_an_order_is_suggested_for_an_account() {
        let nearest = |name: &[u8]| field(Subject::Account, Document::Data, name).map(|f| f.name);
        assert_eq!(nearest(b"customer_emial"), Some("customer_email"));
        for name in [
            &b"order_status"[..],
            b"amount",
            b"order_id",
            b"add_order_tags",
        ] {
            assert!(nearest(name).is_none_or(|name| !name.contains("order")));
        }
    }

    #[test]
    fn a_field_of_the_other_document_is_found_there() {
        let found = field(Subject::Order, Document::Request, b"customer_email").map(Field::path);
        assert_eq!(found.as_deref(), Some("data.customer_email"));
        let found = field(Subject::Order, Document::Request, b"order_idorde").map(Field::path);
        assert_eq!(found.as_deref(), Some("request.order_idorder"));
    }

    #[test]
    fn a_name_cannot_forge_a_log_line_or_fill_it() {
        assert_eq!(shown(b"a\nroot: \xff"), "a\u{fffd}root: \u{fffd}");
        assert_eq!(shown(&[b'x'; 10_000]).len(), LONGEST);
        assert!(field(Subject::Order, Document::Data, &[b'x'; 10_000]).is_none());
        assert!(field(Subject::Order, Document::Data, b"\xff").is_none());
    }
}

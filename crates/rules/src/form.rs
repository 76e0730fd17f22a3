//! The body of a call → the values that the rules check, as PHP's `parse_str()` reads a form.

use codec::form::DEPTH_LIMIT;
use percent_encoding::percent_decode;

use crate::value::{Key, Value};

/// How many fields of a body are read. Each key is looked for among those before it, so a body of many
/// would take long.
pub const FIELD_LIMIT: usize = 2_000;

/// The arrays that a body holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    pub data: Value,
    pub request: Value,
    /// The other names at the top, which the API does not document, and their values.
    pub others: Vec<(Key, Value)>,
    /// Whether the body has more than [`FIELD_LIMIT`] fields.
    pub is_cut: bool,
}

/// Reads a body.
#[must_use]
pub fn read(body: &[u8]) -> Form {
    let mut pairs = pairs(body);
    let mut top = Value::Array(Vec::new());
    for (name, value) in pairs.by_ref().take(FIELD_LIMIT) {
        let mut steps = steps(&name);
        let value = if steps.len() > DEPTH_LIMIT {
            steps.truncate(DEPTH_LIMIT);
            Value::Endless
        } else {
            Value::Text(value)
        };
        insert(&mut top, &steps, value);
    }
    let mut form = Form {
        data: Value::Array(Vec::new()),
        request: Value::Array(Vec::new()),
        others: Vec::new(),
        is_cut: pairs.next().is_some(),
    };
    let Value::Array(documents) = top else {
        return form;
    };
    for (key, value) in documents {
        match &key {
            Key::Name(name) if name == b"data" => form.data = value,
            Key::Name(name) if name == b"request" => form.request = value,
            _ => form.others.push((key, value)),
        }
    }
    form
}

/// Names and values, decoded. A text that is not UTF-8 keeps its bytes.
fn pairs(body: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let pairs = body.split(|byte| *byte == b'&');
    let pairs = pairs.filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || decoded(halves.next().unwrap_or_default());
        (half(), half())
    })
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

/// One pair of brackets, or the name before them.
enum Step {
    Key(Key),
    /// `[]`: the next free index.
    Append,
}

/// `data[add_tag][]` → `data`, `add_tag`, append. What follows brackets without being one is ignored.
fn steps(name: &[u8]) -> Vec<Step> {
    let name = name.trim_ascii_start();
    let bracket = name.iter().position(|byte| *byte == b'[');
    // A name that begins with a bracket, or does not close its first one, is no array's.
    let (root, mut rest) = match bracket {
        Some(at) if at > 0 && name.iter().skip(at).any(|byte| *byte == b']') => name.split_at(at),
        _ => (name, &[][..]),
    };
    let mut steps = vec![Step::Key(Key::of(root))];
    while let Some((b'[', inner)) = rest.split_first() {
        let Some(end) = inner.iter().position(|byte| *byte == b']') else {
            break;
        };
        let (index, after) = inner.split_at(end);
        steps.push(match index {
            [] => Step::Append,
            index => Step::Key(Key::of(index)),
        });
        rest = after.get(1..).unwrap_or_default();
    }
    steps
}

/// Puts a value where `path` leads in arrays, which are made when they are not there.
pub fn put(target: &mut Value, path: &[Key], value: Value) {
    let steps: Vec<Step> = path.iter().cloned().map(Step::Key).collect();
    insert(target, &steps, value);
}

/// Recurses as deep as there are steps, of which there are [`DEPTH_LIMIT`] at most.
fn insert(target: &mut Value, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        *target = value;
        return;
    };
    if !matches!(target, Value::Array(_)) {
        *target = Value::Array(Vec::new());
    }
    let Value::Array(entries) = target else {
        return;
    };
    let key = match step {
        Step::Key(key) => key.clone(),
        Step::Append => Key::Index(next_index(entries)),
    };
    match entries.iter_mut().find(|(known, _)| *known == key) {
        Some((_, inner)) => insert(inner, rest, value),
        None => {
            let mut inner = Value::Null;
            insert(&mut inner, rest, value);
            entries.push((key, inner));
        }
    }
}

fn next_index(entries: &[(Key, Value)]) -> i64 {
    let indexes = entries.iter().filter_map(|(key, _)| match key {
        Key::Index(index) => Some(*index),
        Key::Name(_) => None,
    });
    indexes.max().map_or(0, |last| last.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use methods::UPDATE_ORDER;

    use super::*;
    use crate::tests::{empty, map, text, texts};

    #[test]
    fn a_body_reads_as_the_arrays_it_was_made_of() {
        let form = read(
            b"data%5Bcustomer_city%5D=Saint-%C3%89tienne&data[add_tag][0]=a+b&data[add_tag][1]=c%2Bd\
              &data[consents][newsletter]=1&request%5Border_idorder%5D=42&debug=1",
        );
        let data = map(&[
            ("customer_city", text("Saint-Étienne")),
            ("add_tag", texts(&["a b", "c+d"])),
            ("consents", map(&[("newsletter", text("1"))])),
        ]);
        assert_eq!(form.data, data);
        assert_eq!(form.request, map(&[("order_idorder", text("42"))]));
        assert_eq!(form.others, [(Key::Name(b"debug".to_vec()), text("1"))]);
        assert!(!form.is_cut);
    }

    #[test]
    fn odd_names_read_as_php_reads_them() {
        for (body, data) in [
            ("data[]=a&data[]=b", texts(&["a", "b"])),
            (
                "data[-5]=a&data[]=b",
                Value::Array(vec![
                    (Key::Index(-5), text("a")),
                    (Key::Index(-4), text("b")),
                ]),
            ),
            ("data[05]=a", map(&[("05", text("a"))])),
            ("data[a]=1&data[a]=2", map(&[("a", text("2"))])),
            (
                "data[a]=1&data[a][b]=2",
                map(&[("a", map(&[("b", text("2"))]))]),
            ),
            ("data[a][b]=2&data[a]=1", map(&[("a", text("1"))])),
            ("data[a]b[c]=1", map(&[("a", text("1"))])),
            ("data[a][b=1", map(&[("a", text("1"))])),
            (" data[a]", map(&[("a", text(""))])),
            ("data=1", text("1")),
            ("", empty()),
            ("&&", empty()),
        ] {
            assert_eq!(read(body.as_bytes()).data, data, "{body}");
        }
        for body in ["[data]=1", "data[a=1", "=1"] {
            let form = read(body.as_bytes());
            assert_eq!(form.data, empty(), "{body}");
            assert_eq!(form.others.len(), 1, "{body}");
        }
    }

    #[test]
    fn hostile_bodies_are_bounded() {
        let deep = format!("data{}=1", "[a]".repeat(1_000_000));
        let broken: Vec<_> = crate::check(UPDATE_ORDER, &read(deep.as_bytes()).data, &empty())
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert!(broken.contains(&"too-deep"));

        let wide: String = (0..50_000).map(|key| format!("data[k{key}]=&")).collect();
        let form = read(wide.as_bytes());
        assert!(form.is_cut);
        assert!(matches!(form.data, Value::Array(entries) if entries.len() == FIELD_LIMIT));
    }

    #[test]
    fn bytes_that_are_no_text_reach_the_rules() {
        let form = read(b"data[customer_name]=%FF%00&request[order_idorder]=1");
        let findings = crate::check(UPDATE_ORDER, &form.data, &form.request);
        assert!(
            findings
                .iter()
                .any(|finding| finding.field == "data.customer_name" && finding.rule == "not-utf-8")
        );
    }
}

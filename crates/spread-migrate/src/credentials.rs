//! The keys that a handle sends.

use settings::{Row, table};

use crate::options::{Difference, Keys, Meaning};
use crate::php::{Node, line, parts};
use crate::value::{Known, Unknown, Value};
use crate::values::Reader;

impl<'a> Meaning<'a> {
    /// `CURLOPT_USERPWD`.
    pub(crate) fn user_and_password(&mut self, reader: &Reader<'a>, value: Node<'a>) {
        let literals = match reader.text(value) {
            Ok((text, origins)) => {
                self.key_origins = origins;
                self.pair(reader, value, &text);
                return;
            }
            Err(Unknown { part, .. }) => {
                let leaves = leaves(reader, value);
                let values: Vec<_> = leaves.iter().map(|leaf| reader.value(*leaf).ok()).collect();
                if is_environment(&values) {
                    self.keys = Some(Keys::Environment);
                    return;
                }
                let text = format!("the API keys come from {part}, which is not known here");
                self.reasons.push(reader.php.reason(value, text));
                values
            }
        };
        let texts = literals
            .into_iter()
            .flatten()
            .filter_map(|known| known.value.text());
        self.secrets.extend(texts.filter(|text| text != b":"));
    }

    fn pair(&mut self, reader: &Reader<'a>, value: Node<'a>, text: &[u8]) {
        let Some(colon) = text.iter().position(|byte| *byte == b':') else {
            self.secrets.push(text.to_owned());
            self.reasons.push(
                reader
                    .php
                    .reason(value, "the API keys are not public:private"),
            );
            return;
        };
        let (public, private) = text.split_at(colon);
        let private = private.get(1..).unwrap_or_default();
        self.secrets.push(private.to_owned());
        self.keys = Some(Keys::Pair {
            public: public.to_owned(),
            private: private.to_owned(),
        });
        for (row, key, text) in [
            (
                &table::PUBLIC_KEY as &dyn Row,
                public,
                "the public key is in the source",
            ),
            (
                &table::PRIVATE_KEY,
                private,
                "the private key is in the source",
            ),
        ] {
            self.differences.push(Difference {
                line: line(value),
                text: text.into(),
                setting: Some((row.about().name(), key.to_owned())),
            });
        }
    }
}

/// The parts of a concatenation, with variables replaced by what was assigned to them.
fn leaves<'a>(reader: &Reader<'a>, node: Node<'a>) -> Vec<Node<'a>> {
    match node.kind() {
        "binary_expression" if reader.php.operator(node) == "." => parts(node)
            .into_iter()
            .flat_map(|part| leaves(reader, part))
            .collect(),
        "encapsed_string" | "parenthesized_expression" if reader.text(node).is_err() => parts(node)
            .into_iter()
            .flat_map(|part| leaves(reader, part))
            .collect(),
        "variable_name" => match reader.assigned_value(node) {
            Some(value) if value != node && !value.byte_range().contains(&node.start_byte()) => {
                leaves(reader, value)
            }
            _ => vec![node],
        },
        _ => vec![node],
    }
}

fn is_environment(values: &[Option<Known>]) -> bool {
    let [Some(public), Some(colon), Some(private)] = values else {
        return false;
    };
    public.value == Value::Environment("SPREAD_PUBLIC_KEY".into())
        && colon.value == Value::Text(b":".to_vec())
        && private.value == Value::Environment("SPREAD_PRIVATE_KEY".into())
}

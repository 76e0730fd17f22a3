//! A row → what a call of the extension would keep: the body, the id, and the rules it breaks.

use client::keys::Keys;
use codec::float::float;
use codec::form::{self, DEPTH_LIMIT, FormWriter};
use methods::{Method, Subject};
use rules::{Finding, Key, Value};

/// An order or an account, as the arrays of a call.
pub(crate) struct Document {
    data: Value,
    request: Value,
}

impl Document {
    /// Of the two arrays. A method that needs `$request` gets the order's id for it, as SPREAD documents it.
    pub(crate) fn new(method: &Method, data: Value, request: Value) -> Self {
        let missing = matches!(&request, Value::Array(entries) if entries.is_empty());
        let request = match data.get("order_idorder") {
            Some(id) if method.needs_request && missing => {
                Value::Array(vec![(Key::Name(b"order_idorder".to_vec()), id.clone())])
            }
            _ => request,
        };
        Self { data, request }
    }

    /// `data` and `request` of a line of JSON: `{"data": {…}, "request": {…}}`, or the fields of `data` alone.
    /// Nothing when they are not objects.
    pub(crate) fn arrays(line: Value) -> Option<[Value; 2]> {
        let Value::Array(mut entries) = line else {
            return None;
        };
        let mut take = |field: &str| {
            let place = entries
                .iter()
                .position(|(key, _)| *key == Key::of(field.as_bytes()))?;
            Some(entries.remove(place).1)
        };
        let data = take("data");
        let request = if data.is_some() {
            take("request")
        } else {
            None
        };
        let request = request.unwrap_or(Value::Array(Vec::new()));
        let data = data.unwrap_or(Value::Array(entries));
        let are_arrays = [&data, &request]
            .iter()
            .all(|value| matches!(value, Value::Array(_)));
        are_arrays.then_some([data, request])
    }

    pub(crate) fn findings(&self, method: &Method) -> Vec<Finding> {
        rules::check(method, &self.data, &self.request)
    }

    /// The request body: what `spread_encode_order()` returns. Nothing when the arrays nest too deep.
    pub(crate) fn body(&self) -> Option<Vec<u8>> {
        let mut form = FormWriter::new(Vec::new(), Vec::new());
        for (name, value) in [("data", &self.data), ("request", &self.request)] {
            write(&mut form, form::Key::Name(name.as_bytes()), value, 0)?;
        }
        Some(form.finish())
    }

    /// The id that keeps the sequence of updates, as a call of the extension takes it. Empty when there is
    /// none.
    pub(crate) fn id(&self, method: &Method, keys: &Keys) -> Vec<u8> {
        match method.subject {
            Subject::Order => [&self.request, &self.data]
                .into_iter()
                .find_map(|document| as_sent(document, "order_idorder"))
                .unwrap_or_default(),
            Subject::Account => {
                let text = |field| as_sent(&self.data, field).unwrap_or_default();
                keys.account_id(&text("external_id"), &text("customer_email"))
            }
        }
    }
}

/// A scalar field, as it is sent.
fn as_sent(document: &Value, field: &str) -> Option<Vec<u8>> {
    match document.get(field)? {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string().into_bytes()),
        Value::Float(number) => Some(float(*number).into_bytes()),
        _ => None,
    }
}

fn write(
    form: &mut FormWriter<Vec<u8>>,
    key: form::Key<'_>,
    value: &Value,
    depth: usize,
) -> Option<()> {
    match value {
        Value::Null | Value::Other(_) | Value::Endless | Value::Unread => {}
        Value::Bool(value) => form.integer(key, i64::from(*value)),
        Value::Integer(number) => form.integer(key, *number),
        Value::Float(number) => form.text(key, float(*number).as_bytes()),
        Value::Text(text) => form.text(key, text),
        Value::Array(_) if depth == DEPTH_LIMIT => return None,
        Value::Array(entries) => {
            let opened = form.open(key);
            for (key, value) in entries {
                let key = match key {
                    Key::Index(index) => form::Key::Index(*index),
                    Key::Name(name) => form::Key::Name(name),
                };
                write(form, key, value, depth + 1)?;
            }
            form.close(opened);
        }
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::json_row::parse;
    use super::*;

    fn document(method: &str, line: &str) -> Document {
        let method = methods::by_name(method.as_bytes()).unwrap();
        let [data, request] = Document::arrays(parse(line.as_bytes()).unwrap()).unwrap();
        Document::new(method, data, request)
    }

    fn body(method: &str, line: &str) -> String {
        String::from_utf8(document(method, line).body().unwrap()).unwrap()
    }

    #[test]
    fn an_order_is_both_arrays_or_its_fields_alone() {
        let both = r#"{"data": {"order_idorder": "7", "order_state": 20}, "request": {"order_idorder": "7"}}"#;
        let expected =
            "data%5Border_idorder%5D=7&data%5Border_state%5D=20&request%5Border_idorder%5D=7";
        assert_eq!(body("updateOrder", both), expected);
        let fields = r#"{"order_idorder": "7", "order_state": 20}"#;
        assert_eq!(body("updateOrder", fields), expected);
        let without = "data%5Border_idorder%5D=7&data%5Border_state%5D=20";
        assert_eq!(body("createOrder", fields), without);
    }

    #[test]
    fn a_line_that_holds_no_two_arrays_is_refused() {
        for line in [
            "1",
            r#""text""#,
            r#"{"data": 1}"#,
            r#"{"data": {}, "request": 1}"#,
        ] {
            let value = parse(line.as_bytes()).unwrap();
            assert!(Document::arrays(value).is_none(), "{line}");
        }
    }

    #[test]
    fn deeper_than_the_extension_sends_is_no_body() {
        let nested = |depth: usize| {
            let line = format!(r#"{{"a": {}1{}}}"#, "[".repeat(depth), "]".repeat(depth));
            document("createOrder", &line).body()
        };
        assert!(nested(DEPTH_LIMIT - 1).is_some());
        assert!(nested(DEPTH_LIMIT).is_none());
    }

    #[test]
    fn an_id_is_the_one_of_a_call() {
        let keys = Keys {
            public: b"shop".to_vec(),
            private: b"Jefe".to_vec(),
        };
        let id = |method: &str, line: &str| {
            let known = methods::by_name(method.as_bytes()).unwrap();
            String::from_utf8(document(method, line).id(known, &keys)).unwrap()
        };
        let line = r#"{"data": {"order_idorder": 7}, "request": {"order_idorder": "8"}}"#;
        assert_eq!(id("updateOrder", line), "8");
        assert_eq!(id("createOrder", r#"{"order_idorder": 1.5}"#), "1.5");
        assert_eq!(id("createAccount", r#"{"external_id": 12}"#), "12");
        let email = r#"{"customer_email": "what do ya want for nothing?"}"#;
        let hash = "email:5bdcc146bf60754e6a042426089575c7";
        assert_eq!(id("updateAccount", email), hash);
        assert_eq!(id("updateOrder", "{}"), "");
    }
}

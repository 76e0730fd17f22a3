//! One call as it arrived, and what can be read out of it.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use methods::{Method, Subject};
use rules::form::{self, Form};
use rules::{FIELDS, Field, Finding, Key, Value};
use url::form_urlencoded;

use crate::answer::Answer;

/// Headers that hold keys, or other secrets of a client.
const SECRET: [header::HeaderName; 3] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
];

/// A call that had the right keys.
#[derive(Debug)]
pub(crate) struct Call {
    /// From 1, in the sequence of arrival.
    pub(crate) number: u64,
    /// Milliseconds after 1970.
    pub(crate) at: i64,
    pub(crate) method: &'static Method,
    pub(crate) answer: Answer,
    /// Without keys.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// Of the order or the account.
    pub(crate) id: Option<String>,
    /// The documented rules that it breaks.
    pub(crate) findings: Vec<Finding>,
}

impl Call {
    pub(crate) fn new(
        number: u64,
        at: i64,
        method: &'static Method,
        answer: Answer,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Self {
        let form = form::read(&body);
        let mut findings = rules::check(method, &form.data, &form.request);
        // Fields that were not read may be there.
        findings.retain(|finding| !form.is_cut || finding.rule != "missing");
        Self {
            number,
            at,
            method,
            answer,
            headers,
            id: id(method.subject, &body),
            body,
            findings,
        }
    }

    /// What it costs to keep, about.
    pub(crate) fn cost(&self) -> usize {
        let headers = self.headers.iter();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        let findings = self.findings.iter();
        let findings: usize = findings
            .map(|finding| finding.field.len() + finding.message.len() + size_of::<Finding>())
            .sum();
        // The inbox has the id a second time.
        let id = 2 * self.id.as_ref().map_or(0, String::len);
        size_of::<Self>() + 256 + self.body.len() + id + headers + findings
    }

    pub(crate) fn form(&self) -> Form {
        form::read(&self.body)
    }
}

/// The headers that may be shown.
pub(crate) fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !SECRET.contains(name))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        })
        .collect()
}

/// The text of a field.
pub(crate) fn text<'f>(document: &'f Value, name: &str) -> Option<&'f [u8]> {
    match document.get(name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Wherever in the body it is.
fn id(subject: Subject, body: &[u8]) -> Option<String> {
    let names = match subject {
        Subject::Order => ["request[order_idorder]", "data[order_idorder]"],
        Subject::Account => ["data[external_id]", "data[customer_email]"],
    };
    let value = |name| form_urlencoded::parse(body).find(|(key, _)| key == name);
    names
        .into_iter()
        .find_map(value)
        .map(|(_, id)| id.into_owned())
}

/// One value of a body, and the way to it.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// For example `data.consents[newsletter]`.
    pub(crate) path: Vec<u8>,
    /// `None` when it is nested too deep to be read.
    pub(crate) text: Option<Vec<u8>>,
    /// The documented field it is in.
    pub(crate) field: Option<&'static Field>,
}

/// All values of a body, in its sequence.
pub(crate) fn leaves(form: &Form) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (document, value) in [("data", &form.data), ("request", &form.request)] {
        let Value::Array(fields) = value else {
            collect(document.into(), value, None, &mut leaves);
            continue;
        };
        for (key, value) in fields {
            let field = FIELDS.iter().find(|field| {
                field.document.name() == document
                    && matches!(key, Key::Name(name) if name == field.name.as_bytes())
            });
            let path = [document.as_bytes(), b".", &name(key)].concat();
            collect(path, value, field, &mut leaves);
        }
    }
    for (key, value) in &form.others {
        collect(name(key), value, None, &mut leaves);
    }
    leaves
}

/// Recurses as deep as the value, which its reader bounds.
fn collect(path: Vec<u8>, value: &Value, field: Option<&'static Field>, leaves: &mut Vec<Leaf>) {
    if let Value::Array(entries) = value {
        for (key, value) in entries {
            let path = [&path, b"[".as_slice(), &name(key), b"]"].concat();
            collect(path, value, field, leaves);
        }
        return;
    }
    let text = match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    leaves.push(Leaf { path, text, field });
}

fn name(key: &Key) -> Vec<u8> {
    match key {
        Key::Index(index) => index.to_string().into_bytes(),
        Key::Name(name) => name.clone(),
    }
}

/// A difference between two calls about the same order.
#[derive(PartialEq, Debug)]
pub(crate) struct Change {
    pub(crate) path: Vec<u8>,
    /// `None` when it was not sent before.
    pub(crate) before: Option<Vec<u8>>,
    /// `None` when it is no longer sent.
    pub(crate) after: Option<Vec<u8>>,
}

/// Changed and new values in the sequence of the newer call, then those that it no longer has.
pub(crate) fn changes(before: &[Leaf], after: &[Leaf]) -> Vec<Change> {
    let by_path = |leaves: &[Leaf]| -> HashMap<Vec<u8>, Vec<u8>> {
        let pairs = leaves.iter();
        pairs
            .map(|leaf| (leaf.path.clone(), leaf.text.clone().unwrap_or_default()))
            .collect()
    };
    let (old, new) = (by_path(before), by_path(after));
    let changed = after.iter().filter_map(|leaf| {
        let (before, after) = (old.get(&leaf.path), new.get(&leaf.path));
        (before != after).then(|| Change {
            path: leaf.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        })
    });
    let gone = before.iter().filter(|leaf| !new.contains_key(&leaf.path));
    let gone = gone.map(|leaf| Change {
        path: leaf.path.clone(),
        before: old.get(&leaf.path).cloned(),
        after: None,
    });
    changed.chain(gone).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use methods::UPDATE_ORDER;

    use super::*;

    pub(crate) fn call(number: u64, body: &str) -> Call {
        let body = Bytes::from(body.to_owned());
        Call::new(number, 0, UPDATE_ORDER, Answer::Accepted, Vec::new(), body)
    }

    #[test]
    fn a_call_has_an_id_and_findings_and_no_keys() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            header::HeaderValue::from_static("Basic c2VjcmV0"),
        );
        headers.insert("cookie", header::HeaderValue::from_static("secret"));
        headers.insert("accept", header::HeaderValue::from_static("*/*"));
        assert_eq!(shown(&headers), [("accept".into(), "*/*".into())]);

        let call = call(1, "data[order_idorder]=5&data[order_state]=7");
        assert_eq!(call.id.as_deref(), Some("5"));
        assert!(
            call.findings
                .iter()
                .any(|finding| finding.rule == "not-a-state")
        );
    }

    #[test]
    fn values_have_paths_and_meanings() {
        let call = call(
            1,
            "data[consents][newsletter]=1&data[a][0][b]=2&request[order_idorder]=3&x[y]=4&data[d]=%FF",
        );
        let leaves = leaves(&call.form());
        let paths: Vec<_> = leaves
            .iter()
            .map(|leaf| String::from_utf8_lossy(&leaf.path).into_owned())
            .collect();
        assert_eq!(
            paths,
            [
                "data.consents[newsletter]",
                "data.a[0][b]",
                "data.d",
                "request.order_idorder",
                "x[y]"
            ]
        );
        let field = |index: usize| leaves.get(index).and_then(|leaf| leaf.field);
        assert_eq!(field(0).map(|field| field.name), Some("consents"));
        assert!(field(1).is_none());
        assert_eq!(field(3).map(|field| field.name), Some("order_idorder"));
    }

    #[test]
    fn changes_are_what_differs() {
        let leaves = |body: &str| leaves(&call(1, body).form());
        let before = leaves("data[a]=1&data[b]=2&data[c]=3");
        let after = leaves("data[d]=4&data[c]=3&data[a]=5");
        let change = |path: &str, before: Option<&str>, after: Option<&str>| Change {
            path: path.into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        assert_eq!(
            changes(&before, &after),
            [
                change("data.d", None, Some("4")),
                change("data.a", Some("1"), Some("5")),
                change("data.b", Some("2"), None),
            ]
        );
        assert_eq!(changes(&before, &before), []);
    }
}

//! One snippet: what it is, what is different about it, and the change that replaces it, or why there is none.

use std::path::{Path, PathBuf};

use methods::Method;

use crate::arrays::Arrays;
use crate::body::{self, Body};
use crate::edit::{self, Edit};
use crate::endpoint::{HOST, endpoint};
use crate::file::{File, declared_name};
use crate::leftovers::leftovers;
use crate::names::named_in;
use crate::options::{self, Difference, Keys, Meaning};
use crate::php::{Node, Php, Reason, descendants, excerpt, line, statement_of};
use crate::reads::is_reading;
use crate::result::{self, Rewrite};
use crate::session::{Session, hazard};
use crate::shared::{Shared, includes};
use crate::value::Origin;
use crate::values::Reader;

pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    /// `None` when the URL is not known.
    pub(crate) method: Option<&'static Method>,
    pub(crate) differences: Vec<Difference>,
    /// Why it is left alone; empty when it can be replaced.
    pub(crate) reasons: Vec<Reason>,
    pub(crate) edits: Vec<Edit>,
    /// The URL of `updateOrder` at the same endpoint.
    pub(crate) endpoint: Option<Vec<u8>>,
    pub(crate) keys: Option<Keys>,
    pub(crate) secrets: Vec<Vec<u8>>,
    /// The literals that the place reads.
    pub(crate) origins: Vec<Origin>,
}

/// Words that only code about SPREAD has.
const WORDS: &[&str] = &[
    "order_idorder",
    "order_crea_dt",
    "customer_isoptin",
    HOST,
    "spread",
];

/// The place of a session as far as its URL tells; `None` when it does not call SPREAD.
fn begun<'a>(reader: &Reader<'a>, session: &Session<'a>) -> Option<(Place, Meaning<'a>)> {
    let php = reader.php;
    let mut meaning = options::meaning(reader, &session.options);
    let url = meaning.url?;
    let mut place = Place {
        path: reader.path.to_owned(),
        line: line(session.init),
        method: None,
        differences: Vec::new(),
        reasons: session.reasons.clone(),
        edits: Vec::new(),
        endpoint: None,
        keys: None,
        secrets: std::mem::take(&mut meaning.secrets),
        origins: literals(reader, session),
    };
    match reader.text(url) {
        Ok((text, origins)) => {
            let found = endpoint(&text)?;
            let api = text
                .windows(5)
                .any(|part| part.eq_ignore_ascii_case(b"/api/"));
            if !(found.is_spread || api && is_about_spread(php)) {
                return None;
            }
            place.origins.extend(origins);
            place.method = Some(found.method);
            place
                .reasons
                .extend(found.problem.map(|problem| php.reason(url, problem)));
            place.endpoint = Some(found.update_order);
        }
        Err(unknown) => {
            let beginning = String::from_utf8_lossy(&unknown.beginning).to_ascii_lowercase();
            let keys = meaning.keys.is_some()
                || session
                    .options
                    .iter()
                    .any(|option| option.name == "CURLOPT_USERPWD");
            let of_spread = beginning.contains(HOST)
                || named_in(php, url)
                    .iter()
                    .any(|name| reader.constants.is_endpoint(name));
            if !(of_spread || keys && beginning.is_empty() && is_about_spread(php)) {
                return None;
            }
            let text = format!(
                "the URL is made of {}, which is not known here",
                unknown.part
            );
            place.reasons.push(php.reason(url, text));
        }
    }
    Some((place, meaning))
}

/// Whether the session calls SPREAD.
pub(crate) fn is_place<'a>(reader: &Reader<'a>, session: &Session<'a>) -> bool {
    begun(reader, session).is_some()
}

/// The place of a session; `None` when it does not call SPREAD.
pub(crate) fn place<'a>(
    arrays: &Arrays<'a, '_>,
    session: &Session<'a>,
    shared: &Shared,
) -> Option<Place> {
    let reader = &arrays.reader;
    let php = reader.php;
    let (mut place, mut meaning) = begun(reader, session)?;
    meaning.complete(reader, session.init);
    let key_origins = std::mem::take(&mut meaning.key_origins);
    place.differences = std::mem::take(&mut meaning.differences);
    place.differences.sort_by_key(|difference| difference.line);
    place.reasons.append(&mut meaning.reasons);
    place.keys = meaning.keys.take();
    place.reasons.extend(hazard(php, session.scope));
    place.reasons.extend(fallback(arrays, session));
    place.reasons.extend(effect(php, session));
    if let Some(line) = php.error() {
        let text = "the file is not understood from here on".into();
        place.reasons.insert(0, Reason { line, text });
    }
    if let (Some(method), Some(exec)) = (place.method, session.exec) {
        match change(arrays, session, &meaning, exec, method, shared) {
            Ok(edits) if place.reasons.is_empty() => place.edits = edits,
            Ok(_) => {}
            Err(reason) if place.reasons.contains(&reason) => {}
            Err(reason) => place.reasons.push(reason),
        }
    }
    if place.reasons.is_empty() {
        place.differences.extend(keys_that_stay(
            arrays.files,
            reader.path,
            &place.edits,
            &key_origins,
        ));
    }
    place.origins.extend(key_origins);
    Some(place)
}

/// The lines where a key stays in the source, although nothing of the place reads it any more.
fn keys_that_stay(
    files: &[&File],
    own: &Path,
    edits: &[Edit],
    origins: &[Origin],
) -> Vec<Difference> {
    let stays =
        |(path, at): &&Origin| path != own || !edits.iter().any(|edit| edit.range.contains(at));
    let mut lines: Vec<_> = origins
        .iter()
        .filter(stays)
        .filter_map(|(path, at)| {
            let file = files.iter().find(|file| file.path == *path)?;
            let before = file.php.bytes.get(..*at)?;
            Some((
                path,
                before.iter().filter(|byte| **byte == b'\n').count() + 1,
            ))
        })
        .collect();
    lines.dedup();
    let text = |(path, line): (&PathBuf, usize)| Difference {
        line,
        text: format!(
            "{}:{line} still has a key, which this place no longer reads",
            path.display()
        ),
        setting: None,
    };
    lines.into_iter().map(text).collect()
}

/// The snippet of servers that do not have the extension yet.
fn fallback(arrays: &Arrays, session: &Session) -> Option<Reason> {
    let own = arrays.reader.php;
    let name = declared_name(own, session.scope);
    for file in arrays.files {
        let calls =
            std::ptr::eq(&file.php, own) || name.as_ref().is_some_and(|name| file.names(name));
        let Some(asks) = file.asks.filter(|_| calls) else {
            continue;
        };
        let text = format!(
            "{}:{asks} asks whether the extension is there, and this may be the code for servers without it",
            file.path.display()
        );
        return Some(own.reason(session.init, text));
    }
    None
}

/// A call in the value of an option, which may do more than return it.
fn effect(php: &Php, session: &Session) -> Option<Reason> {
    let values = session
        .options
        .iter()
        .filter(|option| option.name != "CURLOPT_POSTFIELDS");
    let mut calls = values
        .flat_map(|option| descendants(option.value))
        .filter(|node| {
            let runs = node.kind().contains("call") || node.kind() == "object_creation_expression";
            runs && !is_reading(php, *node) && php.called(*node).as_deref() != Some("getenv")
        });
    let call = calls.next()?;
    let text = format!(
        "an option is set to the result of a call, {}",
        excerpt(php, call)
    );
    Some(php.reason(call, text))
}

fn is_about_spread(php: &Php) -> bool {
    let text = php.bytes.to_ascii_lowercase();
    let text = String::from_utf8_lossy(&text);
    WORDS.iter().any(|word| text.contains(word))
}

/// All literals in the options, which the place accounts for.
fn literals(reader: &Reader, session: &Session) -> Vec<Origin> {
    let values = session
        .options
        .iter()
        .flat_map(|option| descendants(option.value));
    let literals = values.filter(|node| matches!(node.kind(), "string" | "encapsed_string"));
    literals
        .map(|node| (reader.path.to_owned(), node.start_byte()))
        .collect()
}

fn change<'a>(
    arrays: &Arrays<'a, '_>,
    session: &Session<'a>,
    meaning: &Meaning<'a>,
    exec: Node<'a>,
    method: &Method,
    shared: &Shared,
) -> Result<Vec<Edit>, Reason> {
    let php = arrays.reader.php;
    let Some(fields) = meaning.body else {
        return Err(php.reason(session.init, "no CURLOPT_POSTFIELDS is set on the handle"));
    };
    let body = body::body(arrays, session, fields)?;
    if method.needs_request && body.request.is_none() {
        let text = format!(
            "the body has no \"request\", which {}() needs",
            method.function
        );
        return Err(php.reason(fields, text));
    }
    let call = call(method, &body);
    let mut rewrite = result::rewrite(php, session, exec, &call)?;
    let mut removed = session.statements.clone();
    removed.append(&mut rewrite.removed);
    let visible = is_visible(session.scope);
    if visible {
        no_other_reader(&arrays.reader, session, &rewrite, shared)?;
    }
    let unused = leftovers(&arrays.reader, session.scope, &mut removed, &call, |name| {
        !visible || shared.reader(php, arrays.reader.path, name).is_none()
    });
    removed.extend(unused);
    rename(php, session, &mut rewrite, shared, arrays);
    let kept =
        statement_of(exec).ok_or_else(|| php.reason(exec, "curl_exec() is in no statement"))?;
    let mut edits = edit::removals(php, &removed, kept);
    // What is removed as a whole needs no change inside.
    let gone = |edit: &Edit| {
        edits.iter().any(|removal| {
            removal.text.is_empty()
                && removal.range.start <= edit.range.start
                && edit.range.end <= removal.range.end
        })
    };
    let rest: Vec<_> = rewrite
        .edits
        .into_iter()
        .filter(|edit| !gone(edit))
        .collect();
    edits.extend(rest);
    let result =
        edit::apply(&php.bytes, &edits).ok_or_else(|| php.reason(exec, "the changes overlap"))?;
    match Php::parse(result) {
        Some(result) if php.error().is_some() || result.error().is_none() => Ok(edits),
        _ => Err(php.reason(exec, "the result would not be PHP")),
    }
}

fn call(method: &Method, body: &Body) -> String {
    let Body { data, request } = body;
    match request {
        Some(request) => format!("{}({data}, {request})", method.function),
        None => format!("{}({data})", method.function),
    }
}

/// Whether other files can see the variables of the scope.
fn is_visible(scope: Node) -> bool {
    scope.kind() == "program" || includes(scope)
}

fn no_other_reader(
    reader: &Reader,
    session: &Session,
    rewrite: &Rewrite,
    shared: &Shared,
) -> Result<(), Reason> {
    let php = reader.php;
    for name in rewrite.changed.iter().chain(&session.handle) {
        if let Some(place) = shared.reader(php, reader.path, name) {
            return Err(php.reason(session.init, format!("{place} may read ${name} as well")));
        }
    }
    Ok(())
}

/// A result that nothing reads is called as in the documentation, where the name is free.
fn rename(php: &Php, session: &Session, rewrite: &mut Rewrite, shared: &Shared, arrays: &Arrays) {
    let Some(left) = rewrite.unread else {
        return;
    };
    let free = php.mentions(session.scope, "response").is_empty();
    let alone =
        !is_visible(session.scope) || !shared.is_named_beside(php, arrays.reader.path, "response");
    if free && alone {
        rewrite.edits.push(Edit::replace(php, left, "$response"));
    }
}

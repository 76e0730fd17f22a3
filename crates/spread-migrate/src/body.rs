//! Proves that the body of a request is `http_build_query()` of "data" and "request", both of them arrays:
//! then the call with these two sends the same bytes.

use crate::arrays::Arrays;
use crate::php::{Node, Php, Reason, arguments, descendants, loop_of, parts, scope_of, unwrapped};
use crate::reads::is_read;
use crate::session::Session;
use crate::value::Value;

/// The arguments of the call, as PHP.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) data: String,
    pub(crate) request: Option<String>,
}

/// The body of the expression that CURLOPT_POSTFIELDS gets.
pub(crate) fn body<'a>(
    arrays: &Arrays<'a, '_>,
    session: &Session<'a>,
    fields: Node<'a>,
) -> Result<Body, Reason> {
    let reader = arrays.reader;
    let php = reader.php;
    let fields = unwrapped(fields);
    let build = match php.variable(fields) {
        Some(_) => reader.assigned_value(fields).map(unwrapped),
        None => Some(fields),
    };
    let build = build
        .filter(|build| php.called(*build).as_deref() == Some("http_build_query"))
        .ok_or_else(|| {
            php.reason(
                fields,
                "the body is not plainly http_build_query() of an array",
            )
        })?;
    let all = arguments(build).unwrap_or_default();
    let array = all
        .first()
        .filter(|_| is_plain(arrays, &all))
        .ok_or_else(|| {
            php.reason(
                build,
                "http_build_query() has arguments that change the body",
            )
        })?;
    let exec = session.exec.unwrap_or(session.init);
    let found = of_expression(arrays, *array)?;
    stays(arrays, session, *array, build, exec)?;
    Ok(found)
}

/// Whether the further arguments are the defaults: no prefix, `&`, and spaces as `+`.
fn is_plain<'a>(arrays: &Arrays<'a, '_>, all: &[Node<'a>]) -> bool {
    let values: Vec<_> = all
        .iter()
        .skip(1)
        .map(|node| arrays.reader.value(*node).ok().map(|known| known.value))
        .collect();
    let empty = |value: &Option<Value>| {
        matches!(value, Some(Value::Null)) || *value == Some(Value::Text(Vec::new()))
    };
    match values.as_slice() {
        [] => true,
        [prefix] => empty(prefix),
        [prefix, separator] => {
            empty(prefix)
                && (*separator == Some(Value::Null)
                    || *separator == Some(Value::Text(b"&".to_vec())))
        }
        _ => false,
    }
}

fn of_expression<'a>(arrays: &Arrays<'a, '_>, array: Node<'a>) -> Result<Body, Reason> {
    let php = arrays.reader.php;
    let keys = arrays.keys(array)?;
    if !keys.data {
        return Err(php.reason(array, "the body has no \"data\""));
    }
    if array.kind() == "array_creation_expression" {
        let mut values = parts(array)
            .into_iter()
            .filter_map(|element| parts(element).last().copied());
        let text = |node: Node| php.text(node);
        return Ok(Body {
            data: values.next().map(text).unwrap_or_default(),
            request: values.next().map(text),
        });
    }
    let name = php
        .variable(array)
        .ok_or_else(|| php.reason(array, "the array is not in a variable"))?;
    let element = |key: &str| element(php, array, &name, key);
    Ok(Body {
        data: element("data"),
        request: keys.request.then(|| element("request")),
    })
}

/// `$name["key"]`, with the quotes that the code uses.
fn element(php: &Php, array: Node, name: &str, key: &str) -> String {
    let scope = scope_of(array);
    let written = php.mentions(scope, name).into_iter().find_map(|mention| {
        let subscript = mention
            .parent()
            .filter(|above| above.kind() == "subscript_expression")?;
        let text = php.text(subscript);
        let index = parts(subscript).get(1).map(|index| php.text(*index))?;
        (index.trim_matches(['"', '\'']) == key && text.split('[').count() == 2).then_some(text)
    });
    let single = descendants(scope)
        .any(|node| node.kind() == "string" && php.text(node) == format!("'{key}'"));
    let quote = if single { '\'' } else { '"' };
    written.unwrap_or_else(|| format!("${name}[{quote}{key}{quote}]"))
}

/// Whether the array is the same when the call reads it as when `http_build_query()` did.
fn stays<'a>(
    arrays: &Arrays<'a, '_>,
    session: &Session<'a>,
    array: Node<'a>,
    build: Node<'a>,
    exec: Node<'a>,
) -> Result<(), Reason> {
    let php = arrays.reader.php;
    let changed = |node: Node| {
        Err(php.reason(
            node,
            "the array may change between http_build_query() and curl_exec()",
        ))
    };
    if loop_of(build) != loop_of(exec) {
        return changed(build);
    }
    let between =
        |node: &Node| node.start_byte() >= build.end_byte() && node.end_byte() <= exec.start_byte();
    let own = |node: &Node| {
        session
            .statements
            .iter()
            .any(|statement| statement.byte_range().contains(&node.start_byte()))
    };
    let variables = descendants(array).filter_map(|node| php.variable(node));
    for name in variables {
        let later = php
            .mentions(session.scope, &name)
            .into_iter()
            .filter(between);
        if let Some(mention) = later
            .filter(|node| !own(node))
            .find(|node| !is_read(php, *node))
        {
            return changed(mention);
        }
    }
    let simple = descendants(array).all(|node| {
        !node.kind().contains("call")
            && !node.kind().contains("access")
            && !node.kind().ends_with("creation_expression")
            || node.kind() == "array_creation_expression"
    });
    let foreign = crate::php::within(session.scope)
        .filter(between)
        .filter(|node| !own(node))
        .find(|node| {
            let runs = node.kind().contains("call") || node.kind() == "object_creation_expression";
            node.kind().starts_with("include")
                || node.kind().starts_with("require")
                || runs
                    && (!simple || session.scope.kind() == "program")
                    && !crate::reads::is_reading(php, *node)
        });
    foreign.map_or(Ok(()), changed)
}

//! Assignments that nothing reads once the snippet is gone: of the URL, the keys, the body.

use crate::php::{Node, descendants, parts, unwrapped};
use crate::session::whole_statement;
use crate::values::Reader;

/// Statements that only assign to variables which `removed` statements alone read.
pub(crate) fn leftovers<'a>(
    reader: &Reader<'a>,
    scope: Node<'a>,
    removed: &mut [Node<'a>],
    call: &[u8],
    may_go: impl Fn(&str) -> bool,
) -> Vec<Node<'a>> {
    let php = reader.php;
    let call = String::from_utf8_lossy(call).into_owned();
    let mut found: Vec<Node<'a>> = Vec::new();
    loop {
        let gone: Vec<_> = removed.iter().chain(&found).copied().collect();
        let inside = |node: Node| gone.iter().any(|statement| statement.byte_range().contains(&node.start_byte()));
        let names = gone.iter().flat_map(|statement| descendants(*statement)).filter_map(|node| php.variable(node));
        let next = names.filter(|name| !names_variable(&call, name)).find_map(|name| {
            let rest: Vec<_> = php.mentions(scope, &name).into_iter().filter(|mention| !inside(*mention)).collect();
            let [mention] = rest[..] else {
                return None;
            };
            let assignment = mention.parent().filter(|node| php.assigned(*node).as_deref() == Some(&name))?;
            let statement = whole_statement(assignment)?;
            (is_pure(reader, assignment) && may_go(&name)).then_some(statement)
        });
        match next {
            Some(statement) => found.push(statement),
            None => return found,
        }
    }
}

fn names_variable(call: &str, name: &str) -> bool {
    let variable = format!("${name}");
    call.match_indices(&variable).any(|(at, _)| {
        let next = call.get(at + variable.len()..).and_then(|rest| rest.chars().next());
        !next.is_some_and(|next| next == '_' || next.is_alphanumeric())
    })
}

/// Whether the value has no effect but being there.
fn is_pure<'a>(reader: &Reader<'a>, assignment: Node<'a>) -> bool {
    let php = reader.php;
    let Some(value) = assignment.child_by_field_name("right").map(unwrapped) else {
        return false;
    };
    let calls = descendants(value).filter(|node| node.kind().contains("call") || node.kind() == "object_creation_expression");
    let mut calls = calls.filter(|call| !matches!(php.called(*call).as_deref(), Some("http_build_query" | "strlen" | "getenv" | "array")));
    let changes = descendants(value).any(|node| node.kind().contains("assignment") || node.kind() == "update_expression");
    calls.next().is_none() && !changes && !parts(assignment).is_empty()
}

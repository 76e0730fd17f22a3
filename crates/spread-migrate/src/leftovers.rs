//! Assignments that nothing reads once the snippet is gone: of the URL, the keys, the body.

use crate::php::{Node, descendants, is_in_loop, unwrapped};
use crate::reads::is_read;
use crate::session::whole_statement;
use crate::values::Reader;

/// Statements that only assign to variables which `removed` statements alone read.
pub(crate) fn leftovers<'a>(
    reader: &Reader<'a>,
    scope: Node<'a>,
    removed: &mut [Node<'a>],
    call: &str,
    may_go: impl Fn(&str) -> bool,
) -> Vec<Node<'a>> {
    let php = reader.php;
    let mut found: Vec<Node<'a>> = Vec::new();
    loop {
        let gone: Vec<_> = removed.iter().chain(&found).copied().collect();
        let inside = |node: Node| {
            gone.iter()
                .any(|statement| statement.byte_range().contains(&node.start_byte()))
        };
        let names = gone
            .iter()
            .flat_map(|statement| descendants(*statement))
            .filter_map(|node| php.variable(node));
        let next = names
            .filter(|name| !names_variable(call, name))
            .find_map(|name| unread(reader, scope, &name, inside).filter(|_| may_go(&name)));
        match next {
            Some(statement) => found.push(statement),
            None => return found,
        }
    }
}

/// An assignment to the variable whose value is read by statements `inside` alone.
fn unread<'a>(
    reader: &Reader<'a>,
    scope: Node<'a>,
    name: &str,
    inside: impl Fn(Node) -> bool,
) -> Option<Node<'a>> {
    let php = reader.php;
    let mentions = php.mentions(scope, name);
    let whole = |mention: &Node<'a>| {
        let assignment = mention
            .parent()
            .filter(|node| node.child_by_field_name("left") == Some(*mention))?;
        php.assigned(assignment)?;
        Some((assignment, whole_statement(assignment)?))
    };
    // A reference, a global or a parameter lives on elsewhere.
    let is_local = |mention: &Node<'a>| whole(mention).is_some() || is_read(php, *mention);
    if !mentions
        .iter()
        .all(|mention| inside(*mention) || is_local(mention))
    {
        return None;
    }
    let assignments: Vec<_> = mentions.iter().filter_map(whole).collect();
    assignments.iter().find_map(|(assignment, statement)| {
        let next = assignments.iter().find(|(_, other)| {
            other.start_byte() > statement.start_byte() && other.parent() == statement.parent()
        });
        let end = next
            .filter(|_| !is_in_loop(*statement))
            .map_or(usize::MAX, |(_, other)| other.start_byte());
        let before = |mention: &Node| mention.start_byte() < statement.start_byte();
        let looped = is_in_loop(*statement) && mentions.iter().any(before);
        let mut later = mentions
            .iter()
            .filter(|mention| {
                mention.start_byte() >= statement.end_byte() && mention.start_byte() < end
            })
            .peekable();
        let used = later.peek().is_some();
        (!looped
            && used
            && !inside(*statement)
            && later.all(|mention| inside(*mention))
            && is_pure(reader, *assignment))
        .then_some(*statement)
    })
}

fn names_variable(call: &str, name: &str) -> bool {
    let variable = format!("${name}");
    call.match_indices(&variable).any(|(at, _)| {
        let next = call
            .get(at + variable.len()..)
            .and_then(|rest| rest.chars().next());
        !next.is_some_and(|next| next == '_' || next.is_alphanumeric())
    })
}

/// Whether the value has no effect but being there.
fn is_pure<'a>(reader: &Reader<'a>, assignment: Node<'a>) -> bool {
    let php = reader.php;
    let Some(value) = assignment.child_by_field_name("right").map(unwrapped) else {
        return false;
    };
    let calls = descendants(value)
        .filter(|node| node.kind().contains("call") || node.kind() == "object_creation_expression");
    let mut calls = calls.filter(|call| {
        !matches!(
            php.called(*call).as_deref(),
            Some("http_build_query" | "strlen" | "getenv" | "array")
        )
    });
    let changes = descendants(value)
        .any(|node| node.kind().contains("assignment") || node.kind() == "update_expression");
    calls.next().is_none() && !changes
}

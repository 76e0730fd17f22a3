//! Changes of a file's bytes.

use std::ops::Range;

use crate::php::{Node, Php};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) text: Vec<u8>,
}

impl Edit {
    pub(crate) fn replace(php: &Php, node: Node, text: &str) -> Self {
        Self {
            range: node.byte_range(),
            text: php.encode(text),
        }
    }

    fn remove(range: Range<usize>) -> Self {
        Self {
            range,
            text: Vec::new(),
        }
    }
}

/// The bytes after the edits; `None` when two of them overlap.
pub(crate) fn apply(bytes: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in sorted {
        result.extend_from_slice(bytes.get(at..edit.range.start)?);
        result.extend_from_slice(&edit.text);
        at = edit.range.end;
    }
    result.extend_from_slice(bytes.get(at..)?);
    Some(result)
}

/// Removes statements with the lines that only they and comments between them are on. `kept` is the
/// statement with the new call: the comments between it and removed neighbours go as well.
pub(crate) fn removals(php: &Php, removed: &[Node], kept: Node) -> Vec<Edit> {
    let mut blocks: Vec<Node> = removed.iter().filter_map(Node::parent).collect();
    blocks.sort_by_key(|block| (block.start_byte(), block.end_byte()));
    blocks.dedup();
    blocks
        .into_iter()
        .flat_map(|block| of_block(php, block, removed, kept))
        .collect()
}

fn of_block(php: &Php, block: Node, removed: &[Node], kept: Node) -> Vec<Edit> {
    let mut cursor = block.walk();
    let children: Vec<_> = block.children(&mut cursor).collect();
    let mut edits = Vec::new();
    let mut group: Vec<Node> = Vec::new();
    let mut comments: Vec<Node> = Vec::new();
    for child in children {
        if removed.contains(&child) || child == kept {
            group.append(&mut comments);
            group.push(child);
        } else if child.kind() == "comment" && !group.is_empty() {
            comments.push(child);
        } else {
            edits.extend(of_group(php, &group, &comments, kept));
            group.clear();
            comments.clear();
        }
    }
    edits.extend(of_group(php, &group, &comments, kept));
    edits
}

/// `after` are the comments behind the last statement of the group.
fn of_group(php: &Php, group: &[Node], after: &[Node], kept: Node) -> Vec<Edit> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return Vec::new();
    };
    let row = |node: &Node| node.end_position().row;
    let trailing = |node: &Node, comment: Option<&Node>| {
        comment
            .filter(|comment| comment.start_position().row == row(node))
            .map_or(node.end_byte(), |comment| end_of_comment(php, *comment))
    };
    let Some(at) = group.iter().position(|node| *node == kept) else {
        let end = trailing(last, after.first());
        return vec![Edit::remove(lines(php, first.start_byte()..end))];
    };
    // The new statement stands where the first one stood. What follows it on its line is its comment.
    let mut edits = Vec::new();
    if at > 0 {
        edits.push(Edit::remove(first.start_byte()..kept.start_byte()));
    }
    if *last != kept {
        let next = group.get(at + 1).filter(|node| node.kind() == "comment");
        let start = trailing(&kept, next);
        edits.push(Edit::remove(start..trailing(last, after.first())));
    }
    edits
}

/// Without the line end that belongs to some comments.
fn end_of_comment(php: &Php, comment: Node) -> usize {
    let text = php.bytes_of(comment);
    comment.start_byte() + text.trim_ascii_end().len()
}

/// The range with the rest of its lines, when nothing else is on them.
fn lines(php: &Php, range: Range<usize>) -> Range<usize> {
    let bytes = &php.bytes;
    let before = bytes.get(..range.start).unwrap_or_default();
    let after = bytes.get(range.end..).unwrap_or_default();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let indent = before.iter().rev().take_while(|byte| blank(byte)).count();
    let spaces = after.iter().take_while(|byte| blank(byte)).count();
    let rest = after.get(spaces..).unwrap_or_default();
    let line_end = if rest.starts_with(b"\r\n") {
        2
    } else {
        usize::from(rest.starts_with(b"\n") || rest.starts_with(b"\r"))
    };
    let start = range.start - indent;
    let starts_line = matches!(bytes.get(start.wrapping_sub(1)), Some(b'\n' | b'\r') | None);
    if !starts_line || (line_end == 0 && !rest.is_empty()) {
        return range.start..range.end + if starts_line { spaces } else { 0 };
    }
    let mut end = range.end + spaces + line_end;
    // One of two blank lines that would meet.
    let blank_before = before.get(..start).is_some_and(ends_with_blank_line);
    if blank_before && let Some(next) = blank_line(bytes.get(end..).unwrap_or_default()) {
        end += next;
    }
    start..end
}

fn ends_with_blank_line(text: &[u8]) -> bool {
    let mut lines = text.rsplit(|byte| *byte == b'\n');
    lines.next().is_some_and(<[u8]>::is_empty)
        && lines
            .next()
            .is_some_and(|line| line.trim_ascii().is_empty())
}

/// The length of the blank line that the text begins with.
fn blank_line(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let line = text.get(..end)?;
    line.trim_ascii().is_empty().then_some(end + 1)
}

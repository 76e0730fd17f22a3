//! A PHP file: its bytes, and the tree that the parser makes of them.

use tree_sitter::{Parser, Tree};

pub(crate) type Node<'a> = tree_sitter::Node<'a>;

pub(crate) struct Php {
    pub(crate) bytes: Vec<u8>,
    tree: Tree,
    /// Otherwise each byte counts as the character of Latin-1, so that texts can be turned back into bytes.
    is_utf8: bool,
}

/// Why a place is left alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reason {
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Php {
    /// `None` when the parser refuses the file as a whole.
    pub(crate) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_php::LANGUAGE_PHP.into())
            .ok()?;
        // For PHP each byte from 0x80 on is a letter, whatever the encoding of the file.
        let letters: Vec<u8> = bytes
            .iter()
            .map(|byte| if byte.is_ascii() { *byte } else { b'_' })
            .collect();
        let tree = parser.parse(&letters, None)?;
        let is_utf8 = std::str::from_utf8(&bytes).is_ok();
        Some(Self {
            bytes,
            tree,
            is_utf8,
        })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    pub(crate) fn bytes_of(&self, node: Node) -> &[u8] {
        self.bytes.get(node.byte_range()).unwrap_or_default()
    }

    pub(crate) fn text(&self, node: Node) -> String {
        self.decode(self.bytes_of(node))
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) if self.is_utf8 => text.to_owned(),
            _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
        }
    }

    /// The bytes of a text that is made of texts of this file.
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        if self.is_utf8 {
            return text.as_bytes().to_vec();
        }
        text.chars()
            .map(|letter| u8::try_from(letter).unwrap_or(b'?'))
            .collect()
    }

    pub(crate) fn reason(&self, node: Node, text: impl Into<String>) -> Reason {
        Reason {
            line: line(node),
            text: text.into(),
        }
    }

    /// The first part of the file that is no PHP for the parser.
    pub(crate) fn error(&self) -> Option<usize> {
        self.root().has_error().then(|| {
            descendants(self.root())
                .find(|node| node.is_error() || node.is_missing())
                .map_or(1, line)
        })
    }

    /// The name of a plain variable, without its `$`.
    pub(crate) fn variable(&self, node: Node) -> Option<String> {
        let plain = node.kind() == "variable_name" && !is_static_property(node);
        plain.then(|| self.text(node).trim_start_matches('$').to_owned())
    }

    /// The name of the function that is called by name, in lower case.
    pub(crate) fn called(&self, call: Node) -> Option<String> {
        if call.kind() != "function_call_expression" {
            return None;
        }
        let function = call.child_by_field_name("function")?;
        let name = self.text(function);
        let name = name.strip_prefix('\\').unwrap_or(&name);
        let plain = matches!(function.kind(), "name" | "qualified_name") && !name.contains('\\');
        plain.then(|| name.to_ascii_lowercase())
    }

    /// The operator of a binary expression or an assignment, in lower case.
    pub(crate) fn operator(&self, node: Node) -> String {
        let operator = node.child_by_field_name("operator");
        operator.map_or_else(String::new, |node| self.text(node).to_ascii_lowercase())
    }

    /// The variable that `node`, an assignment with `=`, replaces as a whole.
    pub(crate) fn assigned(&self, node: Node) -> Option<String> {
        if node.kind() != "assignment_expression" {
            return None;
        }
        self.variable(node.child_by_field_name("left")?)
    }

    /// Where the scope mentions the variable, in the sequence of the text.
    pub(crate) fn mentions<'a>(&self, scope: Node<'a>, name: &str) -> Vec<Node<'a>> {
        within(scope)
            .filter(|node| self.variable(*node).as_deref() == Some(name))
            .collect()
    }
}

pub(crate) fn line(node: Node) -> usize {
    node.start_position().row + 1
}

/// The named children that are no comments.
pub(crate) fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

/// The values of positional arguments; `None` with named or unpacked ones.
pub(crate) fn arguments(call: Node<'_>) -> Option<Vec<Node<'_>>> {
    let list = call.child_by_field_name("arguments").or_else(|| {
        // `new` has no field for them.
        parts(call)
            .into_iter()
            .find(|part| part.kind() == "arguments")
    })?;
    let values = parts(list).into_iter().map(|argument| {
        let plain = argument.kind() == "argument" && argument.child_by_field_name("name").is_none();
        let value = *parts(argument).first()?;
        (plain && value.kind() != "variadic_unpacking").then_some(value)
    });
    values.collect()
}

/// The node and all below it, parents first.
pub(crate) fn descendants(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    walk(node, |_| true)
}

/// Those of the scope: without the bodies of other functions, but with what these capture.
pub(crate) fn within(scope: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    walk(scope, move |node| {
        node == scope
            || match node.kind() {
                "function_definition"
                | "method_declaration"
                | "class_declaration"
                | "trait_declaration"
                | "interface_declaration"
                | "enum_declaration" => false,
                "compound_statement" | "formal_parameters" => node
                    .parent()
                    .is_none_or(|parent| parent == scope || parent.kind() != "anonymous_function"),
                _ => true,
            }
    })
}

fn walk<'a>(top: Node<'a>, enters: impl Fn(Node<'a>) -> bool) -> impl Iterator<Item = Node<'a>> {
    let mut cursor = top.walk();
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let node = cursor.node();
        let down = enters(node) && cursor.goto_first_child();
        if !down {
            while !ended && !cursor.goto_next_sibling() {
                ended = !cursor.goto_parent();
            }
        }
        Some(node)
    })
}

fn is_scope(node: Node) -> bool {
    matches!(
        node.kind(),
        "function_definition" | "method_declaration" | "anonymous_function" | "program"
    )
}

fn is_static_property(node: Node) -> bool {
    node.parent().is_some_and(|parent| {
        parent.kind() == "scoped_property_access_expression"
            && parent.child_by_field_name("name") == Some(node)
            || parent.kind() == "property_element"
    })
}

/// The node and all above it.
pub(crate) fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), Node::parent)
}

/// The function or the file whose variables the node uses.
pub(crate) fn scope_of(node: Node<'_>) -> Node<'_> {
    ancestors(node)
        .skip(1)
        .find(|above| is_scope(*above))
        .unwrap_or(node)
}

/// The statement in a block that the node is a part of.
pub(crate) fn statement_of(node: Node<'_>) -> Option<Node<'_>> {
    ancestors(node).find(|above| above.parent().is_some_and(is_block))
}

/// What runs its statements one after the other.
pub(crate) fn is_block(node: Node) -> bool {
    matches!(
        node.kind(),
        "program" | "compound_statement" | "colon_block"
    )
}

/// Whether `before` has run whenever `node` runs: it is an earlier statement of a block around the node.
pub(crate) fn runs_before(before: Node, node: Node) -> bool {
    let block = before.parent();
    before.end_byte() <= node.start_byte()
        && block.is_some_and(is_block)
        && ancestors(node).any(|above| Some(above) == block)
}

/// The node without parentheses and `@` around it.
pub(crate) fn wrapped(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while let Some(parent) = node.parent() {
        if !matches!(
            parent.kind(),
            "parenthesized_expression" | "error_suppression_expression"
        ) || is_condition(parent)
        {
            break;
        }
        node = parent;
    }
    node
}

/// The parentheses of `if (…)` and the like.
pub(crate) fn is_condition(node: Node) -> bool {
    node.kind() == "parenthesized_expression"
        && node.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                "if_statement" | "else_if_clause" | "while_statement" | "do_statement"
            )
        })
}

/// The expression inside parentheses and `@`.
pub(crate) fn unwrapped(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while matches!(
        node.kind(),
        "parenthesized_expression" | "error_suppression_expression"
    ) {
        let Some(inner) = parts(node).first().copied() else {
            break;
        };
        node = inner;
    }
    node
}

/// The innermost loop of its scope that the node is in.
pub(crate) fn loop_of(node: Node<'_>) -> Option<Node<'_>> {
    let scope = scope_of(node);
    ancestors(node)
        .take_while(|above| *above != scope)
        .find(|above| {
            matches!(
                above.kind(),
                "for_statement" | "foreach_statement" | "while_statement" | "do_statement"
            )
        })
}

pub(crate) fn is_in_loop(node: Node) -> bool {
    loop_of(node).is_some()
}

/// Where the body of a function begins, behind its parameters.
pub(crate) fn body_of(scope: Node) -> usize {
    let body = scope.child_by_field_name("body");
    body.map_or_else(|| scope.start_byte(), |body| body.start_byte())
}

pub(crate) fn right(assignment: Node<'_>) -> Node<'_> {
    assignment
        .child_by_field_name("right")
        .unwrap_or(assignment)
}

/// Source in a message, without the texts in it: one of them may be a key.
pub(crate) fn excerpt(php: &Php, node: Node) -> String {
    let mut source = String::new();
    let mut at = node.start_byte();
    for text in descendants(node)
        .filter(|below| matches!(below.kind(), "string_content" | "nowdoc_string" | "text"))
    {
        source.push_str(&php.decode(php.bytes.get(at..text.start_byte()).unwrap_or_default()));
        source.push('…');
        at = text.end_byte();
    }
    source.push_str(&php.decode(php.bytes.get(at..node.end_byte()).unwrap_or_default()));
    short(&source)
}

/// Source in a message: one short line.
pub(crate) fn short(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

//! The value of an expression, when the text of the shop tells it.

use std::path::Path;

use crate::constants::Constants;
use crate::literals::{escaped, integer, single_quoted};
use crate::names::constant_name;
use crate::php::{
    Node, Php, ancestors, arguments, descendants, excerpt, loop_of, parts, runs_before, scope_of,
    statement_of,
};
use crate::reads::is_read;
use crate::value::{Known, Origin, Unknown, Value};

/// Looks at one file, with the constants of the whole shop.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) path: &'a Path,
    pub(crate) php: &'a Php,
    pub(crate) constants: &'a Constants,
}

/// Constants and variables that are defined by others, and so on: this deep.
const DEPTH: usize = 20;

impl<'a> Reader<'a> {
    pub(crate) fn value(&self, node: Node<'a>) -> Result<Known, Unknown> {
        self.value_at(node, DEPTH)
    }

    /// Text as PHP makes it of the value.
    pub(crate) fn text(&self, node: Node<'a>) -> Result<(Vec<u8>, Vec<Origin>), Unknown> {
        let known = self.value(node)?;
        match known.value.text() {
            Some(text) => Ok((text, known.origins)),
            None => Err(self.unknown(node)),
        }
    }

    fn unknown(&self, node: Node) -> Unknown {
        Unknown {
            beginning: Vec::new(),
            part: excerpt(self.php, node),
        }
    }

    fn literal(&self, node: Node, value: Value) -> Known {
        Known {
            value,
            origins: vec![(self.path.to_owned(), node.start_byte())],
        }
    }

    fn value_at(&self, node: Node<'a>, depth: usize) -> Result<Known, Unknown> {
        let unknown = || self.unknown(node);
        let depth = depth.checked_sub(1).ok_or_else(unknown)?;
        let text = self.php.text(node);
        match node.kind() {
            "string" => Ok(self.literal(node, Value::Text(single_quoted(self.php.bytes_of(node))))),
            "encapsed_string" => self.encapsed(node, depth),
            "integer" => integer(&text)
                .map(|number| self.literal(node, Value::Number(number)))
                .ok_or_else(unknown),
            "float" => text
                .parse()
                .map(|number| self.literal(node, Value::Number(number)))
                .map_err(|_| unknown()),
            "boolean" => Ok(self.literal(node, Value::Bool(text.eq_ignore_ascii_case("true")))),
            "null" => Ok(self.literal(node, Value::Null)),
            "unary_op_expression" if text.starts_with('-') => {
                let inner = parts(node).first().copied().ok_or_else(unknown)?;
                let number = self.value_at(inner, depth)?.value.number();
                let number = number.ok_or_else(unknown)?;
                Ok(self.literal(node, Value::Number(-number)))
            }
            "parenthesized_expression" => {
                let inner = parts(node).first().copied().ok_or_else(unknown)?;
                self.value_at(inner, depth)
            }
            "binary_expression" if self.php.operator(node) == "." => {
                let left = node.child_by_field_name("left").ok_or_else(unknown)?;
                let right = node.child_by_field_name("right").ok_or_else(unknown)?;
                self.joined([left, right], depth)
            }
            "name" | "qualified_name" | "class_constant_access_expression" => self
                .constants
                .value(&constant_name(self.php, node))
                .ok_or_else(unknown),
            "variable_name" => {
                let value = self.assigned_value(node).ok_or_else(unknown)?;
                self.value_at(value, depth).map_err(|inner| Unknown {
                    beginning: inner.beginning,
                    ..unknown()
                })
            }
            "member_access_expression" | "scoped_property_access_expression" => {
                let value = self.private_property(node).ok_or_else(unknown)?;
                self.value_at(value, depth).map_err(|_| unknown())
            }
            "function_call_expression" if self.php.called(node).as_deref() == Some("getenv") => {
                let name = arguments(node).and_then(|all| all.first().copied());
                let name = self.value_at(name.ok_or_else(unknown)?, depth)?;
                match name.value {
                    Value::Text(name) => Ok(Known {
                        value: Value::Environment(String::from_utf8_lossy(&name).into_owned()),
                        origins: Vec::new(),
                    }),
                    _ => Err(unknown()),
                }
            }
            _ => Err(unknown()),
        }
    }

    fn encapsed(&self, node: Node<'a>, depth: usize) -> Result<Known, Unknown> {
        let mut known = self.literal(node, Value::Text(Vec::new()));
        let mut text = Vec::new();
        for part in parts(node) {
            match part.kind() {
                "string_content" => text.extend_from_slice(self.php.bytes_of(part)),
                "escape_sequence" => {
                    text.extend(escaped(self.php.bytes_of(part)).ok_or_else(|| Unknown {
                        beginning: text.clone(),
                        part: self.php.text(part),
                    })?);
                }
                _ => {
                    let inner = self.value_at(part, depth).map_err(|inner| Unknown {
                        beginning: [text.as_slice(), &inner.beginning].concat(),
                        part: inner.part,
                    })?;
                    text.extend(inner.value.text().ok_or_else(|| self.unknown(part))?);
                    known.origins.extend(inner.origins);
                }
            }
        }
        known.value = Value::Text(text);
        Ok(known)
    }

    fn joined(&self, nodes: [Node<'a>; 2], depth: usize) -> Result<Known, Unknown> {
        let mut text = Vec::new();
        let mut origins = Vec::new();
        for node in nodes {
            let part = self.value_at(node, depth).map_err(|inner| Unknown {
                beginning: [text.as_slice(), &inner.beginning].concat(),
                part: inner.part,
            })?;
            text.extend(part.value.text().ok_or_else(|| Unknown {
                beginning: text.clone(),
                part: excerpt(self.php, node),
            })?);
            origins.extend(part.origins);
        }
        Ok(Known {
            value: Value::Text(text),
            origins,
        })
    }

    /// The right side of the assignment that a variable's value comes from, when no other one can.
    pub(crate) fn assigned_value(&self, variable: Node<'a>) -> Option<Node<'a>> {
        self.assignment(variable)?.child_by_field_name("right")
    }

    /// That assignment: nothing between it and `variable` can change the variable.
    pub(crate) fn assignment(&self, variable: Node<'a>) -> Option<Node<'a>> {
        let name = self.php.variable(variable)?;
        let mentions = self.php.mentions(scope_of(variable), &name);
        let whole = |mention: &Node<'a>| {
            let assignment = mention.parent()?;
            let is_left = assignment.child_by_field_name("left") == Some(*mention);
            (is_left && self.php.assigned(assignment).is_some()).then_some(assignment)
        };
        let last = mentions.iter().filter_map(whole).rfind(|assignment| {
            statement_of(*assignment).is_some_and(|statement| {
                statement.kind() == "expression_statement"
                    && Some(*assignment) == parts(statement).first().copied()
                    && runs_before(statement, variable)
            })
        })?;
        // In a loop a change after the use comes before its next round.
        let all_rounds = loop_of(variable) != loop_of(last);
        let settled = mentions.iter().all(|mention| {
            let between = mention.start_byte() >= last.end_byte()
                && (all_rounds || mention.start_byte() < variable.start_byte());
            !between || is_read(self.php, *mention)
        });
        settled.then_some(last)
    }

    /// The default of a private property that its class never changes.
    fn private_property(&self, node: Node<'a>) -> Option<Node<'a>> {
        let object = node
            .child_by_field_name("object")
            .or_else(|| node.child_by_field_name("scope"))?;
        if !matches!(self.php.text(object).as_str(), "$this" | "self") {
            return None;
        }
        let name = self.php.text(node.child_by_field_name("name")?);
        let name = name.trim_start_matches('$');
        let class = ancestors(node).find(|above| above.kind() == "declaration_list")?;
        let uses = descendants(class).filter(|other| {
            matches!(
                other.kind(),
                "member_access_expression" | "scoped_property_access_expression"
            ) && other
                .child_by_field_name("name")
                .is_some_and(|used| self.php.text(used).trim_start_matches('$') == name)
        });
        if uses.into_iter().any(|other| !is_read(self.php, other)) {
            return None;
        }
        let declarations = parts(class)
            .into_iter()
            .filter(|part| part.kind() == "property_declaration");
        let private =
            declarations.filter(|declaration| self.php.text(*declaration).starts_with("private"));
        private.flat_map(parts).find_map(|element| {
            let own = element.child_by_field_name("name")?;
            let is_it = self.php.text(own).trim_start_matches('$') == name;
            is_it.then(|| element.child_by_field_name("default_value"))?
        })
    }
}

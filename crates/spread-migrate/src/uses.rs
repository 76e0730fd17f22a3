//! How code uses the value of an expression, as far as that is understood.

use crate::php::{Node, Php, arguments, is_condition, parts};

#[derive(Clone, Copy)]
pub(crate) enum Use<'a> {
    /// Nothing reads it.
    Unused,
    /// `whole` is true when the value is, or, negated, when the value is false.
    Truth {
        whole: Node<'a>,
        negated: bool,
    },
    /// `value === literal` and the like.
    Compared {
        whole: Node<'a>,
        operator: Comparison,
        literal: Node<'a>,
        /// Whether the value is on the right.
        swapped: bool,
    },
    /// `json_decode(value, true)`.
    Decoded(Node<'a>),
    /// `json_decode(value)` and other ways to decode.
    DecodedOtherwise,
    /// `$variable = value`, which may be used in turn.
    Assigned(Node<'a>),
    /// `value[…]`, only read.
    Element,
    /// `is_array(value)`.
    IsArray,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Comparison {
    Identical,
    NotIdentical,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

impl Comparison {
    fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "===" => Self::Identical,
            "!==" => Self::NotIdentical,
            "==" => Self::Equal,
            "!=" | "<>" => Self::NotEqual,
            "<" => Self::Less,
            ">" => Self::Greater,
            "<=" => Self::LessOrEqual,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The comparison of `left` and `right`.
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Identical | Self::Equal => left == right,
            Self::NotIdentical | Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::Greater => left > right,
            Self::LessOrEqual => left <= right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// How the code around `node` uses its value.
pub(crate) fn use_of<'a>(php: &Php, node: Node<'a>) -> Use<'a> {
    let Some(parent) = node.parent() else {
        return Use::Other;
    };
    match parent.kind() {
        "expression_statement" => Use::Unused,
        "parenthesized_expression" if is_condition(parent) => truth(node),
        "parenthesized_expression" => match use_of(php, parent) {
            Use::Truth { whole, negated } if whole == parent => Use::Truth {
                whole: node,
                negated,
            },
            other => other,
        },
        "error_suppression_expression" => use_of(php, parent),
        "unary_op_expression" if php.operator(parent) == "!" => Use::Truth {
            whole: parent,
            negated: true,
        },
        "cast_expression" => {
            let to = parent
                .child_by_field_name("type")
                .map(|to| php.text(to).to_ascii_lowercase());
            match to.as_deref().map(str::trim) {
                Some("bool" | "boolean") => truth(node),
                _ => Use::Other,
            }
        }
        "conditional_expression" => {
            let short = parent.child_by_field_name("body").is_none();
            if parent.child_by_field_name("condition") == Some(node) && !short {
                truth(node)
            } else {
                Use::Other
            }
        }
        "binary_expression" => operand(php, parent, node),
        "assignment_expression"
            if parent.child_by_field_name("right") == Some(node)
                && php.assigned(parent).is_some() =>
        {
            Use::Assigned(parent)
        }
        "argument" => parent
            .parent()
            .and_then(|list| list.parent())
            .map_or(Use::Other, |call| argument(php, call, node)),
        "subscript_expression"
            if parts(parent).first() == Some(&node) && crate::reads::is_read(php, parent) =>
        {
            Use::Element
        }
        _ => Use::Other,
    }
}

fn truth(whole: Node<'_>) -> Use<'_> {
    Use::Truth {
        whole,
        negated: false,
    }
}

fn operand<'a>(php: &Php, parent: Node<'a>, node: Node<'a>) -> Use<'a> {
    let operator = php.operator(parent);
    if matches!(operator.as_str(), "&&" | "||" | "and" | "or" | "xor") {
        return truth(node);
    }
    let swapped = parent.child_by_field_name("right") == Some(node);
    let other = parent.child_by_field_name(if swapped { "left" } else { "right" });
    match (Comparison::of(&operator), other) {
        (Some(operator), Some(literal)) => Use::Compared {
            whole: parent,
            operator,
            literal,
            swapped,
        },
        _ => Use::Other,
    }
}

fn argument<'a>(php: &Php, call: Node<'a>, node: Node<'a>) -> Use<'a> {
    let name = php.called(call).unwrap_or_default();
    match name.as_str() {
        "empty" => Use::Truth {
            whole: call,
            negated: true,
        },
        "is_array" => Use::IsArray,
        "json_decode" if is_associative(php, call, node) => Use::Decoded(call),
        "json_decode" => Use::DecodedOtherwise,
        _ => Use::Other,
    }
}

/// Whether the call decodes objects to arrays, to PHP's usual depth and without flags.
fn is_associative(php: &Php, call: Node, node: Node) -> bool {
    let Some(list) = call.child_by_field_name("arguments") else {
        return false;
    };
    if let [first, second] = parts(list)[..] {
        let name = second
            .child_by_field_name("name")
            .map(|name| php.text(name));
        let value = parts(second)
            .last()
            .map(|value| php.text(*value).to_ascii_lowercase());
        let plain =
            first.child_by_field_name("name").is_none() && parts(first).first() == Some(&node);
        return plain
            && name.is_none_or(|name| name == "associative")
            && matches!(value.as_deref(), Some("true" | "1"));
    }
    let values: Vec<_> = arguments(call)
        .unwrap_or_default()
        .into_iter()
        .map(|value| php.text(value).to_ascii_lowercase())
        .collect();
    match values.as_slice() {
        [_, associative, depth] => associative == "true" && depth == "512",
        [_, associative, depth, flags] => associative == "true" && depth == "512" && flags == "0",
        _ => false,
    }
}

//! Whether a mention of a variable can only read it.

use crate::php::{Node, Php, arguments, parts};

/// Functions of PHP that change none of their arguments, and keep none.
const READING: &[&str] = &[
    "array_combine",
    "array_diff",
    "array_diff_key",
    "array_filter",
    "array_intersect_key",
    "array_key_exists",
    "array_keys",
    "array_map",
    "array_merge",
    "array_merge_recursive",
    "array_replace",
    "array_slice",
    "array_unique",
    "array_values",
    "base64_encode",
    "count",
    "curl_init",
    "curl_setopt",
    "curl_setopt_array",
    "date",
    "date_create",
    "empty",
    "error_log",
    "explode",
    "file_put_contents",
    "floatval",
    "gmdate",
    "http_build_query",
    "implode",
    "in_array",
    "intval",
    "is_array",
    "is_null",
    "is_numeric",
    "is_string",
    "isset",
    "join",
    "json_encode",
    "mb_strlen",
    "md5",
    "number_format",
    "print_r",
    "printf",
    "rawurlencode",
    "round",
    "rtrim",
    "serialize",
    "sha1",
    "sizeof",
    "spread_encode_order",
    "sprintf",
    "str_replace",
    "strlen",
    "strtolower",
    "strtotime",
    "strtoupper",
    "strval",
    "substr",
    "syslog",
    "trigger_error",
    "trim",
    "ucfirst",
    "urlencode",
    "utf8_decode",
    "utf8_encode",
    "var_dump",
    "var_export",
];

/// Whether the expression, a variable or a part of one, is read here and can change nowhere else for it.
pub(crate) fn is_read(php: &Php, node: Node) -> bool {
    let Some(parent) = node.parent() else {
        return false;
    };
    match parent.kind() {
        "argument" => {
            let call = parent.parent().and_then(|list| list.parent());
            call.is_some_and(|call| is_reading(php, call))
        }
        "assignment_expression" => parent.child_by_field_name("right") == Some(node),
        "augmented_assignment_expression" => parent.child_by_field_name("right") == Some(node),
        // `$a[$node]` reads it; what happens to `$node[…]` is the question for the whole.
        "subscript_expression" => parts(parent).first() != Some(&node) || is_read(php, parent),
        "member_access_expression" | "nullsafe_member_access_expression" => is_read(php, parent),
        "parenthesized_expression" | "error_suppression_expression" => {
            crate::php::is_condition(parent) || is_read(php, parent)
        }
        "foreach_statement" => parts(parent).first() == Some(&node) && !by_reference(parent),
        "binary_expression"
        | "unary_op_expression"
        | "cast_expression"
        | "conditional_expression"
        | "array_element_initializer"
        | "encapsed_string"
        | "heredoc_body"
        | "return_statement"
        | "echo_statement"
        | "print_intrinsic"
        | "sequence_expression"
        | "switch_statement"
        | "if_statement"
        | "match_expression"
        | "exit_statement" => true,
        "expression_statement" => true,
        _ => false,
    }
}

/// Whether a `foreach` binds its value by reference.
fn by_reference(statement: Node) -> bool {
    crate::php::descendants(statement).any(|node| {
        node.kind() == "by_ref"
            && node
                .parent()
                .is_some_and(|parent| parent == statement || parent.kind() == "pair")
    })
}

/// Whether the call is one of a function of PHP that only reads its arguments.
pub(crate) fn is_reading(php: &Php, call: Node) -> bool {
    let Some(name) = php.called(call) else {
        return false;
    };
    READING.binary_search(&name.as_str()).is_ok() && arguments(call).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_sequence_that_the_search_needs() {
        assert!(READING.is_sorted());
    }
}

//! The names of constants, which a class may qualify.

use crate::php::{Node, Php, ancestors, descendants};

/// `NAME`, or `class::NAME` with the class in lower case.
pub(crate) fn constant_name(php: &Php, node: Node) -> String {
    let text = php.text(node);
    let Some((class, name)) = text.rsplit_once("::") else {
        return text.rsplit('\\').next().unwrap_or_default().to_owned();
    };
    let class = class.rsplit('\\').next().unwrap_or_default();
    // `static` may be a class that inherits from this one.
    let own = class
        .eq_ignore_ascii_case("self")
        .then(|| class_around(php, node))
        .flatten();
    let class = own.unwrap_or_else(|| class.to_owned());
    format!("{}::{name}", class.to_ascii_lowercase())
}

pub(crate) fn class_around(php: &Php, node: Node) -> Option<String> {
    let class = ancestors(node).find(|above| {
        above.kind().ends_with("_declaration")
            && above
                .child_by_field_name("body")
                .is_some_and(|body| body.kind() == "declaration_list")
    })?;
    Some(php.text(class.child_by_field_name("name")?))
}

/// The constants that an expression names.
pub(crate) fn named_in(php: &Php, node: Node) -> Vec<String> {
    let whole = |part: &Node| {
        !part.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                "class_constant_access_expression" | "qualified_name"
            )
        })
    };
    descendants(node)
        .filter(|part| {
            matches!(
                part.kind(),
                "name" | "qualified_name" | "class_constant_access_expression"
            )
        })
        .filter(whole)
        .map(|part| constant_name(php, part))
        .collect()
}

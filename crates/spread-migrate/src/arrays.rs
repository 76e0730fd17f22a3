//! Proves that expressions are arrays, in a function and through its callers.

use crate::file::{File, called_name, declared_name, text_name};
use crate::php::{
    Node, Reason, arguments, body_of, descendants, excerpt, loop_of, parts, right, runs_before,
    scope_of, statement_of, unwrapped, within,
};
use crate::reads::is_read;
use crate::values::Reader;

/// Functions of PHP 8 that return an array or throw.
const RETURNING: &[&str] = &[
    "array_column",
    "array_combine",
    "array_diff",
    "array_diff_key",
    "array_fill_keys",
    "array_filter",
    "array_flip",
    "array_intersect_key",
    "array_keys",
    "array_map",
    "array_merge",
    "array_merge_recursive",
    "array_replace",
    "array_reverse",
    "array_slice",
    "array_unique",
    "array_values",
    "explode",
    "get_object_vars",
];

/// Functions that call functions, and so on: this deep.
const DEPTH: usize = 4;

/// Proves what the arrays of one file are.
#[derive(Clone, Copy)]
pub(crate) struct Arrays<'a, 'f> {
    pub(crate) reader: Reader<'a>,
    /// The files that may call the functions of this one.
    pub(crate) files: &'f [&'a File],
    pub(crate) depth: usize,
}

/// A parameter of a function, and its position.
pub(crate) struct Parameter<'a> {
    pub(crate) node: Node<'a>,
    position: usize,
}

/// A question about an expression.
type Question<'a, 'f, T> = dyn Fn(&Arrays<'a, 'f>, Node<'a>) -> Result<T, Reason>;

impl<'a, 'f> Arrays<'a, 'f> {
    pub(crate) fn new(reader: Reader<'a>, files: &'f [&'a File]) -> Self {
        let depth = DEPTH;
        Self {
            reader,
            files,
            depth,
        }
    }

    /// Whether the expression is an array.
    pub(crate) fn array(&self, node: Node<'a>) -> Result<(), Reason> {
        let php = self.reader.php;
        let node = unwrapped(node);
        let source = excerpt(php, node);
        let unknown = || {
            Err(php.reason(
                node,
                format!("it is not known whether {source} is an array"),
            ))
        };
        match node.kind() {
            "array_creation_expression" => Ok(()),
            "cast_expression" => {
                let to = node
                    .child_by_field_name("type")
                    .map(|to| php.text(to).to_ascii_lowercase());
                if to.is_some_and(|to| to.trim() == "array") {
                    Ok(())
                } else {
                    unknown()
                }
            }
            "conditional_expression" => {
                let Some(body) = node.child_by_field_name("body") else {
                    return unknown();
                };
                self.array(body)?;
                node.child_by_field_name("alternative")
                    .map_or_else(unknown, |other| self.array(other))
            }
            "binary_expression" if php.operator(node) == "+" => parts(node)
                .into_iter()
                .try_for_each(|part| self.array(part)),
            "function_call_expression"
                if php
                    .called(node)
                    .is_some_and(|name| RETURNING.binary_search(&name.as_str()).is_ok()) =>
            {
                Ok(())
            }
            "function_call_expression" | "member_call_expression" | "scoped_call_expression" => {
                self.returned(node, &Self::array)
            }
            "variable_name" => self.array_in_variable(node),
            _ => unknown(),
        }
    }

    fn array_in_variable(&self, variable: Node<'a>) -> Result<(), Reason> {
        let php = self.reader.php;
        let name = php.variable(variable).unwrap_or_default();
        let scope = scope_of(variable);
        let mentions = php.mentions(scope, &name);
        let start = self.start(variable, &mentions);
        let from = match start {
            Some(assignment) => {
                self.array(right(assignment))?;
                assignment.end_byte()
            }
            None => {
                let Some(parameter) = self.parameter(scope, &name) else {
                    let text = format!("it is not known whether ${name} is an array");
                    return Err(php.reason(variable, text));
                };
                let declared = parameter.node.child_by_field_name("type");
                let nullable = parameter
                    .node
                    .child_by_field_name("default_value")
                    .is_some_and(|value| value.kind() == "null");
                if !declared
                    .is_some_and(|declared| php.text(declared).eq_ignore_ascii_case("array"))
                    || nullable
                {
                    self.passed_by_callers(parameter, &Self::array)?;
                }
                body_of(scope)
            }
        };
        // In a loop, what comes later comes before as well.
        let again = start.and_then(loop_of) != loop_of(variable);
        for mention in mentions {
            let at = mention.start_byte();
            let inside = at >= from && (at < variable.start_byte() || again);
            if inside && mention != variable && !is_read(php, mention) {
                self.stays_array(mention)?;
            }
        }
        Ok(())
    }

    /// A change that leaves the variable an array.
    fn stays_array(&self, mention: Node<'a>) -> Result<(), Reason> {
        let php = self.reader.php;
        let mut whole = mention;
        while let Some(above) = whole.parent().filter(|above| {
            above.kind() == "subscript_expression" && parts(*above).first() == Some(&whole)
        }) {
            whole = above;
        }
        let element = whole != mention;
        let change = whole.parent().filter(|change| match change.kind() {
            "assignment_expression" => change.child_by_field_name("left") == Some(whole),
            "augmented_assignment_expression" => {
                element && change.child_by_field_name("left") == Some(whole)
            }
            "unset_statement" | "update_expression" | "foreach_statement" => element,
            _ => false,
        });
        match change {
            Some(_) if element => Ok(()),
            Some(assignment) => self.array(right(assignment)),
            None => {
                let source = excerpt(php, statement_of(mention).unwrap_or(mention));
                Err(php.reason(
                    mention,
                    format!("it is not understood what becomes of the array here: {source}"),
                ))
            }
        }
    }

    /// The last assignment to the variable as a whole that has run whenever it is used here.
    pub(crate) fn start(&self, variable: Node<'a>, mentions: &[Node<'a>]) -> Option<Node<'a>> {
        let php = self.reader.php;
        mentions.iter().rev().find_map(|mention| {
            let assignment = mention.parent()?;
            let statement = assignment.parent()?;
            let whole = assignment.kind() == "assignment_expression"
                && assignment.child_by_field_name("left") == Some(*mention)
                && statement.kind() == "expression_statement";
            let own = php.mentions(assignment, &php.variable(variable)?).len() > 1;
            (whole && !own && runs_before(statement, variable)).then_some(assignment)
        })
    }

    pub(crate) fn parameter(&self, scope: Node<'a>, name: &str) -> Option<Parameter<'a>> {
        let list = scope.child_by_field_name("parameters")?;
        parts(list)
            .into_iter()
            .enumerate()
            .find_map(|(position, node)| {
                let own = node.child_by_field_name("name")?;
                let plain = node.kind() == "simple_parameter"
                    && node.child_by_field_name("reference_modifier").is_none();
                let is_it = self.reader.php.variable(own).as_deref() == Some(name);
                (plain && is_it).then_some(Parameter { node, position })
            })
    }

    /// What every `return` of the called function says, when the file declares one function of its name.
    pub(crate) fn returned<T: PartialEq>(
        &self,
        call: Node<'a>,
        question: &Question<'a, 'f, T>,
    ) -> Result<T, Reason> {
        let php = self.reader.php;
        let name = called_name(php, call);
        let unknown =
            |name: &str| php.reason(call, format!("it is not known here what {name}() returns"));
        let name = name.ok_or_else(|| unknown("the function"))?;
        let depth = self.depth.checked_sub(1).ok_or_else(|| unknown(&name))?;
        let deeper = Self { depth, ..*self };
        let mut functions = descendants(php.root())
            .filter(|node| declared_name(php, *node).as_deref() == Some(&name));
        let (Some(function), None) = (functions.next(), functions.next()) else {
            return Err(unknown(&name));
        };
        let mut answers = within(function)
            .filter(|node| node.kind() == "return_statement")
            .map(|node| match parts(node).first() {
                Some(value) => question(&deeper, *value),
                None => Err(php.reason(node, format!("{name}() returns nothing here"))),
            });
        let first = answers.next().ok_or_else(|| unknown(&name))??;
        for answer in answers {
            if answer? != first {
                return Err(unknown(&name));
            }
        }
        // A function whose last statement is no `return` may end without one.
        let last = function
            .child_by_field_name("body")
            .and_then(|body| parts(body).last().copied());
        match last {
            Some(last) if last.kind() == "return_statement" => Ok(first),
            _ => Err(unknown(&name)),
        }
    }

    /// What every call of the function says of the argument, when all calls are known.
    pub(crate) fn passed_by_callers<T: PartialEq>(
        &self,
        parameter: Parameter<'a>,
        question: &Question<'a, 'f, T>,
    ) -> Result<T, Reason> {
        let php = self.reader.php;
        let function = scope_of(parameter.node);
        let source = excerpt(php, parameter.node);
        let name = declared_name(php, function);
        let unknown = |why: &str| {
            php.reason(
                parameter.node,
                format!("it is not known what all callers pass as {source}: {why}"),
            )
        };
        let name = name.ok_or_else(|| unknown("the function has no name"))?;
        let depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| unknown("the calls are too deep"))?;
        let mut first = None;
        for file in self.files.iter().filter(|file| file.names(&name)) {
            let reader = Reader {
                path: &file.path,
                php: &file.php,
                ..self.reader
            };
            let there = Self {
                reader,
                files: self.files,
                depth,
            };
            for node in descendants(file.php.root()) {
                if declared_name(&file.php, node).as_deref() == Some(&name)
                    && (node != function || file.php.root() != php.root())
                {
                    return Err(unknown("another function has its name"));
                }
                let text = text_name(&file.php, node).as_ref() == Some(&name);
                if text {
                    return Err(unknown("its name is also a text, which can be called"));
                }
                if called_name(&file.php, node).as_deref() != Some(&name) {
                    continue;
                }
                let argument = arguments(node).and_then(|all| all.get(parameter.position).copied());
                let argument =
                    argument.ok_or_else(|| unknown("a call does not pass it plainly"))?;
                let answer = question(&there, argument).map_err(|reason| {
                    let path = file.path.display();
                    unknown(&format!("{path}:{}: {}", reason.line, reason.text))
                })?;
                match &first {
                    None => first = Some(answer),
                    Some(known) if *known == answer => {}
                    Some(_) => return Err(unknown("its calls differ")),
                }
            }
        }
        first.ok_or_else(|| unknown("no call of it is found"))
    }
}

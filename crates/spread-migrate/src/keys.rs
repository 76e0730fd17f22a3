//! Proves which keys an array has: "data", then perhaps "request", and no other.

use crate::arrays::Arrays;
use crate::php::{
    Node, Reason, body_of, excerpt, loop_of, parts, right, runs_before, scope_of, short,
    statement_of, unwrapped,
};
use crate::reads::is_read;

/// What is known of an array: whether it has the keys "data" and "request", in this sequence and no other.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Keys {
    pub(crate) data: bool,
    pub(crate) request: bool,
}

impl Keys {
    fn add(self, key: &[u8]) -> Result<Self, String> {
        match key {
            b"data" if self.request && !self.data => {
                Err("\"request\" comes before \"data\", which the extension sends first".into())
            }
            b"data" => Ok(Self { data: true, ..self }),
            b"request" if !self.data => {
                Err("\"request\" comes before \"data\", which the extension sends first".into())
            }
            b"request" => Ok(Self {
                request: true,
                ..self
            }),
            other => Err(format!(
                "the body also has \"{}\", which the extension does not send",
                short(&String::from_utf8_lossy(other))
            )),
        }
    }
}

impl<'a> Arrays<'a, '_> {
    /// The keys of an array that is an argument of `http_build_query()`.
    pub(crate) fn keys(&self, node: Node<'a>) -> Result<Keys, Reason> {
        let php = self.reader.php;
        let node = unwrapped(node);
        match node.kind() {
            "array_creation_expression" => self.keys_of_literal(node),
            "variable_name" => self.keys_of_variable(node),
            "function_call_expression" | "member_call_expression" | "scoped_call_expression" => {
                self.returned(node, &Self::keys)
            }
            _ => Err(php.reason(
                node,
                format!("the keys of {} are not known", excerpt(php, node)),
            )),
        }
    }

    fn keys_of_literal(&self, node: Node<'a>) -> Result<Keys, Reason> {
        let php = self.reader.php;
        let mut keys = Keys::default();
        for element in parts(node) {
            let (key, value) = match (element.kind(), parts(element).as_slice()) {
                ("array_element_initializer", [key, value]) => (*key, *value),
                _ => return Err(php.reason(element, "the body has an element without a key")),
            };
            keys = self.with(keys, key)?;
            self.array(value)?;
        }
        Ok(keys)
    }

    fn with(&self, keys: Keys, key: Node<'a>) -> Result<Keys, Reason> {
        let php = self.reader.php;
        let (text, _) = self.reader.text(key).map_err(|unknown| {
            php.reason(
                key,
                format!(
                    "the body has a key that is not known here: {}",
                    unknown.part
                ),
            )
        })?;
        keys.add(&text).map_err(|text| php.reason(key, text))
    }

    fn keys_of_variable(&self, variable: Node<'a>) -> Result<Keys, Reason> {
        let php = self.reader.php;
        let name = php.variable(variable).unwrap_or_default();
        let scope = scope_of(variable);
        let mentions = php.mentions(scope, &name);
        let start = self.start(variable, &mentions);
        let (mut keys, from) = match start {
            Some(assignment) => (self.keys(right(assignment))?, assignment.end_byte()),
            None => match self.parameter(scope, &name) {
                Some(parameter) => (
                    self.passed_by_callers(parameter, &Self::keys)?,
                    body_of(scope),
                ),
                // A variable of a function that nothing was assigned to is no array yet.
                None if scope.kind() != "program" => (Keys::default(), scope.start_byte()),
                None => {
                    return Err(php.reason(
                        variable,
                        format!("${name} is not set in this file before it gets its elements"),
                    ));
                }
            },
        };
        // In a loop, what comes later comes before as well.
        let again = start.and_then(loop_of) != loop_of(variable);
        for mention in mentions {
            let at = mention.start_byte();
            if at >= from && (at < variable.start_byte() || again && at > variable.start_byte()) {
                keys = self.after(keys, mention, variable)?;
            }
        }
        Ok(keys)
    }

    /// The keys after a mention of the variable.
    fn after(&self, keys: Keys, mention: Node<'a>, variable: Node<'a>) -> Result<Keys, Reason> {
        let php = self.reader.php;
        if is_read(php, mention) {
            return Ok(keys);
        }
        let unknown = || {
            let source = excerpt(php, statement_of(mention).unwrap_or(mention));
            Err(php.reason(
                mention,
                format!("it is not understood what becomes of the array here: {source}"),
            ))
        };
        let Some(subscript) = mention
            .parent()
            .filter(|above| above.kind() == "subscript_expression")
        else {
            return unknown();
        };
        let [_, key] = parts(subscript)[..] else {
            return unknown();
        };
        let mut whole = subscript;
        while let Some(above) = whole.parent().filter(|above| {
            above.kind() == "subscript_expression" && parts(*above).first() == Some(&whole)
        }) {
            whole = above;
        }
        let nested = whole != subscript;
        let Some(change) = whole.parent() else {
            return unknown();
        };
        let is_left = change.child_by_field_name("left") == Some(whole);
        let new = self.with(keys, key)?;
        match change.kind() {
            "assignment_expression" if is_left && nested => {}
            "assignment_expression" if is_left => self.array(right(change))?,
            "augmented_assignment_expression" if is_left && nested => {}
            "unset_statement" if nested && new == keys => return Ok(keys),
            _ => return unknown(),
        }
        let always = statement_of(mention).is_some_and(|statement| {
            runs_before(statement, variable) && php.text(statement).starts_with(&php.text(mention))
        });
        if new != keys && !always {
            return Err(php.reason(mention, "this element is set under a condition"));
        }
        Ok(new)
    }
}

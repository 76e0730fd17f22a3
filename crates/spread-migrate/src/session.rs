//! What the code does with one curl handle, from `curl_init()` on.

use crate::options::CurlOption;
use crate::php::{
    Node, Php, Reason, ancestors, arguments, descendants, excerpt, is_in_loop, line, parts,
    scope_of, statement_of, within, wrapped,
};
use crate::values::Reader;

pub(crate) struct Session<'a> {
    pub(crate) scope: Node<'a>,
    /// The call of `curl_init()`.
    pub(crate) init: Node<'a>,
    pub(crate) options: Vec<CurlOption<'a>>,
    /// The statements that prepare and close the handle, and do nothing else.
    pub(crate) statements: Vec<Node<'a>>,
    /// The call of `curl_exec()`.
    pub(crate) exec: Option<Node<'a>>,
    /// Calls of `curl_error()`, `curl_errno()` and `curl_getinfo()`.
    pub(crate) questions: Vec<Node<'a>>,
    /// The name of the variable.
    pub(crate) handle: Option<String>,
    pub(crate) reasons: Vec<Reason>,
}

/// The sessions of a file, in the sequence of the text.
pub(crate) fn sessions<'a>(reader: &Reader<'a>) -> Vec<Session<'a>> {
    descendants(reader.php.root())
        .filter(|node| reader.php.called(*node).as_deref() == Some("curl_init"))
        .map(|init| session(reader, init))
        .collect()
}

fn session<'a>(reader: &Reader<'a>, init: Node<'a>) -> Session<'a> {
    let php = reader.php;
    let mut session = Session {
        scope: scope_of(init),
        init,
        options: Vec::new(),
        statements: Vec::new(),
        exec: None,
        questions: Vec::new(),
        handle: None,
        reasons: Vec::new(),
    };
    if let Some(url) = arguments(init).and_then(|all| all.first().copied()) {
        let name = "CURLOPT_URL".into();
        session.options.push(CurlOption { name, value: url });
    }
    let assignment = wrapped(init).parent();
    match assignment.and_then(|assignment| php.assigned(assignment)) {
        Some(name) => session.follow(reader, &name),
        None => session.look_for(reader, assignment),
    }
    session
}

impl<'a> Session<'a> {
    /// Follows a handle in a variable.
    fn follow(&mut self, reader: &Reader<'a>, name: &str) {
        let php = reader.php;
        self.handle = Some(name.to_owned());
        let Some(statement) = whole_statement(wrapped(self.init).parent().unwrap_or(self.init))
        else {
            self.reason(
                php,
                self.init,
                "curl_init() is a part of a larger statement",
            );
            return;
        };
        self.statements.push(statement);
        let mentions = php.mentions(self.scope, name);
        let starts: Vec<_> = mentions
            .iter()
            .filter(|mention| is_init(php, **mention))
            .map(|mention| mention.start_byte())
            .collect();
        let first = starts.first() == Some(&statement.start_byte()) || starts.len() < 2;
        let end = starts
            .iter()
            .copied()
            .find(|start| *start > statement.start_byte());
        let mine = mentions.into_iter().filter(|mention| {
            let at = mention.start_byte();
            (at > statement.start_byte() || first && at < statement.start_byte())
                && end.is_none_or(|end| at < end)
        });
        for mention in mine {
            let outside = !ancestors(mention).any(|above| Some(above) == statement.parent());
            if starts.len() > 1 && (outside || is_in_loop(statement)) {
                self.reason(php, mention, format!("${name} holds several handles"));
            }
            self.mention(reader, mention, statement);
        }
        if let (Some(exec), false) = (self.exec, self.statements.is_empty()) {
            let same = statement_of(exec).is_some_and(|at| at.parent() == statement.parent());
            if !same {
                self.reason(
                    php,
                    exec,
                    "curl_exec() runs under a condition, or in another block than curl_init()",
                );
            }
        } else {
            self.reason(
                php,
                self.init,
                "no curl_exec() of the handle is in the same function",
            );
        }
    }

    fn mention(&mut self, reader: &Reader<'a>, mention: Node<'a>, start: Node<'a>) {
        let php = reader.php;
        let call = mention
            .parent()
            .filter(|argument| argument.kind() == "argument")
            .and_then(|argument| argument.parent()?.parent());
        let name = call.and_then(|call| php.called(call)).unwrap_or_default();
        let first = call
            .and_then(arguments)
            .is_some_and(|all| all.first() == Some(&mention));
        if let (Some(call), true) = (call, first) {
            match name.as_str() {
                "curl_setopt" | "curl_setopt_array" => return self.set(reader, call, start),
                "curl_exec" if self.exec.is_none() => {
                    self.exec = Some(call);
                    return;
                }
                "curl_exec" => {
                    return self.reason(php, call, "the handle is used for several requests");
                }
                "curl_error" | "curl_errno" | "curl_getinfo" => return self.questions.push(call),
                "curl_close" => {
                    let statement = whole_statement(call);
                    return match statement {
                        Some(statement) => self.statements.push(statement),
                        None => {
                            self.reason(php, call, "curl_close() is a part of a larger statement")
                        }
                    };
                }
                _ => {}
            }
        }
        let unset = mention
            .parent()
            .filter(|above| above.kind() == "unset_statement");
        if let Some(unset) = unset
            && parts(unset).len() == 1
            && unset.parent().is_some_and(crate::php::is_block)
        {
            return self.statements.push(unset);
        }
        let text = match name.as_str() {
            "" => format!(
                "the handle is also used: {}",
                excerpt(php, statement_of(mention).unwrap_or(mention))
            ),
            name => format!("the handle is also passed to {name}()"),
        };
        self.reason(php, mention, text);
    }

    fn set(&mut self, reader: &Reader<'a>, call: Node<'a>, start: Node<'a>) {
        let php = reader.php;
        let all = arguments(call).unwrap_or_default();
        let is_array = php.called(call).as_deref() == Some("curl_setopt_array");
        match (all.get(1), all.get(2)) {
            (Some(options), _) if is_array => self.set_all(reader, *options),
            (Some(name), Some(value)) => {
                let name = php.text(*name).trim_start_matches('\\').to_owned();
                self.options.push(CurlOption {
                    name,
                    value: *value,
                });
            }
            _ => self.reason(
                php,
                call,
                "the arguments of curl_setopt() are not understood",
            ),
        }
        match whole_statement(call) {
            Some(statement) if statement.parent() == start.parent() => {
                self.statements.push(statement)
            }
            Some(_) => self.reason(php, call, "an option is set under a condition"),
            None => self.reason(php, call, "curl_setopt() is a part of a larger statement"),
        }
        if self.exec.is_some() {
            self.reason(php, call, "an option is set after curl_exec()");
        }
    }

    fn set_all(&mut self, reader: &Reader<'a>, options: Node<'a>) {
        let php = reader.php;
        let literal = match php.variable(options) {
            Some(_) => reader.assigned_value(options),
            None => Some(options),
        };
        let literal = literal.filter(|node| node.kind() == "array_creation_expression");
        if literal.is_none() {
            self.reason(
                php,
                options,
                "curl_setopt_array() gets options that are not known here",
            );
        }
        let elements = match (literal, php.variable(options)) {
            (Some(literal), _) => parts(literal),
            // To name the place, all that is ever put into the variable.
            (None, Some(name)) => php
                .mentions(self.scope, &name)
                .into_iter()
                .filter_map(|mention| mention.parent())
                .flat_map(|parent| match parent.kind() {
                    "subscript_expression" => parent.parent().into_iter().collect(),
                    _ => parent
                        .child_by_field_name("right")
                        .map(parts)
                        .unwrap_or_default(),
                })
                .collect(),
            (None, None) => descendants(options)
                .filter(|node| node.kind() == "array_element_initializer")
                .collect(),
        };
        for element in elements {
            match (element.kind(), parts(element).as_slice()) {
                ("array_element_initializer", [name, value]) => {
                    let name = php.text(*name).trim_start_matches('\\').to_owned();
                    self.options.push(CurlOption {
                        name,
                        value: *value,
                    });
                }
                ("assignment_expression", [left, value]) => {
                    let name = parts(*left).get(1).map(|name| php.text(*name));
                    let name = name.unwrap_or_default().trim_start_matches('\\').to_owned();
                    self.options.push(CurlOption {
                        name,
                        value: *value,
                    });
                }
                _ => self.reason(
                    php,
                    element,
                    "curl_setopt_array() gets options that are not known here",
                ),
            }
        }
    }

    /// Looks for the options of a handle that is no variable, only to name the place.
    fn look_for(&mut self, reader: &Reader<'a>, assignment: Option<Node<'a>>) {
        let php = reader.php;
        let left = assignment.and_then(|node| node.child_by_field_name("left"));
        let Some(left) = left else {
            return self.reason(
                php,
                self.init,
                "the handle of curl_init() is not kept in a variable",
            );
        };
        let handle = php.text(left);
        self.reason(
            php,
            self.init,
            format!("the handle is kept in {handle}, which other code can use"),
        );
        for call in descendants(php.root()) {
            if !matches!(
                php.called(call).as_deref(),
                Some("curl_setopt" | "curl_setopt_array")
            ) {
                continue;
            }
            let all = arguments(call).unwrap_or_default();
            if all.first().is_some_and(|first| php.text(*first) == handle) {
                let before = self.reasons.len();
                self.set(reader, call, self.init);
                self.reasons.truncate(before);
                self.statements.clear();
            }
        }
    }

    fn reason(&mut self, php: &Php, node: Node, text: impl Into<String>) {
        let reason = php.reason(node, text);
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// The statement in a block that consists of this expression and `;`.
pub(crate) fn whole_statement(expression: Node<'_>) -> Option<Node<'_>> {
    let statement = wrapped(expression).parent()?;
    let whole = statement.kind() == "expression_statement"
        && statement.parent().is_some_and(crate::php::is_block)
        // `?>` ends a statement as well.
        && statement.child(statement.child_count().saturating_sub(1) as u32).is_some_and(|last| last.kind() == ";");
    whole.then_some(statement)
}

fn is_init(php: &Php, mention: Node) -> bool {
    let assignment = mention.parent();
    let right = assignment
        .filter(|node| node.child_by_field_name("left") == Some(mention))
        .and_then(|node| node.child_by_field_name("right"));
    right.is_some_and(|right| {
        php.called(crate::php::unwrapped(right)).as_deref() == Some("curl_init")
    })
}

/// Why nothing can be said about the variables of the scope.
pub(crate) fn hazard(php: &Php, scope: Node) -> Option<Reason> {
    within(scope).find_map(|node| {
        let what = match node.kind() {
            "dynamic_variable_name" => "a variable is named by another one",
            "goto_statement" => "there is a goto",
            "function_call_expression" => match php.called(node)?.as_str() {
                "eval" => "there is an eval()",
                "get_defined_vars" => "get_defined_vars() reads all variables",
                "extract" => "extract() can set all variables",
                "compact" => "compact() reads variables by their names",
                "parse_str" => "parse_str() can set variables",
                _ => return None,
            },
            _ => return None,
        };
        Some(Reason {
            line: line(node),
            text: what.into(),
        })
    })
}

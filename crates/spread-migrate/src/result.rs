//! What becomes of the response: each use of it is rewritten for the value that the call returns.
//!
//! `curl_exec()` returned the text of the response, or `false`. The call returns the decoded response, `null`
//! for an empty one, and `false` with `spread_last_error()` for a failure.

use crate::conditions::{decoded, failed, falsy, succeeded, truthy};
use crate::edit::Edit;
use crate::php::{Node, Php, Reason, ancestors, excerpt, is_condition, is_in_loop, statement_of};
use crate::reads::is_read;
use crate::session::{Session, whole_statement};
use crate::uses::{Comparison, Use, use_of};

pub(crate) struct Rewrite<'a> {
    pub(crate) edits: Vec<Edit>,
    pub(crate) removed: Vec<Node<'a>>,
    /// Variables whose value changes.
    pub(crate) changed: Vec<String>,
    /// The left side of `$curl_return = curl_exec($curl)` when nothing reads it.
    pub(crate) unread: Option<Node<'a>>,
}

pub(crate) struct Rewriter<'a, 's> {
    pub(crate) php: &'a Php,
    pub(crate) session: &'s Session<'a>,
    /// The whole `curl_exec($curl)`.
    pub(crate) exec: Node<'a>,
    call: &'s str,
    pub(crate) rewrite: Rewrite<'a>,
}

/// An expression of the response: how it is written first, and how again in the same expression.
#[derive(Clone)]
struct Response {
    first: String,
    again: Option<String>,
}

pub(crate) fn rewrite<'a>(
    php: &'a Php,
    session: &Session<'a>,
    exec: Node<'a>,
    call: &str,
) -> Result<Rewrite<'a>, Reason> {
    let mut rewriter = Rewriter {
        php,
        session,
        exec,
        call,
        rewrite: Rewrite {
            edits: Vec::new(),
            removed: Vec::new(),
            changed: Vec::new(),
            unread: None,
        },
    };
    let variable = rewriter.response()?;
    for question in &session.questions {
        rewriter.question(*question, variable.as_deref())?;
    }
    Ok(rewriter.rewrite)
}

impl<'a> Rewriter<'a, '_> {
    /// Rewrites all uses of the response; the variable that it is in.
    fn response(&mut self) -> Result<Option<String>, Reason> {
        let exec = self.exec;
        let call = self.call.to_owned();
        match use_of(self.php, exec) {
            Use::Unused => self.replace(exec, &call),
            Use::Assigned(assignment) => return self.assigned(assignment).map(Some),
            _ => {
                let response = Response {
                    first: call,
                    again: None,
                };
                self.raw(exec, &response)?;
            }
        }
        Ok(None)
    }

    fn assigned(&mut self, assignment: Node<'a>) -> Result<String, Reason> {
        let php = self.php;
        let name = php.assigned(assignment).unwrap_or_default();
        let variable = format!("${name}");
        let uses = self.uses(assignment, &name)?;
        self.rewrite.changed.push(name.clone());
        let again = Response {
            first: variable.clone(),
            again: Some(variable.clone()),
        };
        if !matches!(use_of(php, assignment), Use::Unused) {
            let first = Response {
                first: format!("({variable} = {})", self.call),
                ..again.clone()
            };
            self.raw(assignment, &first)?;
        } else {
            let call = self.call.to_owned();
            self.replace(self.exec, &call);
            if uses.is_empty() && self.session.questions.is_empty() {
                self.rewrite.unread = assignment.child_by_field_name("left");
            }
            if let [mention] = uses[..]
                && self.fold(assignment, mention)?
            {
                return Ok(name);
            }
        }
        let mut uses = uses.into_iter();
        for mention in uses.by_ref() {
            if let Some(statement) = self.decodes_itself(mention, &name) {
                let rest: Vec<_> = uses.collect();
                return self
                    .decoded_itself(statement, mention, &rest, &variable)
                    .map(|()| name);
            }
            self.raw(mention, &again)?;
        }
        Ok(name)
    }

    /// The mentions of the variable that read this response.
    fn uses(&self, assignment: Node<'a>, name: &str) -> Result<Vec<Node<'a>>, Reason> {
        let php = self.php;
        let block = statement_of(self.exec).and_then(|statement| statement.parent());
        let left = assignment.child_by_field_name("left");
        let mentions: Vec<_> = php
            .mentions(self.session.scope, name)
            .into_iter()
            .filter(|mention| Some(*mention) != left)
            .collect();
        let set = |mention: &Node<'a>| {
            let other = mention.parent()?;
            let whole = other.kind() == "assignment_expression"
                && other.child_by_field_name("left") == Some(*mention);
            let own = php.mentions(other, name).len() > 1;
            (whole && !own).then_some(other)
        };
        let refuse =
            |mention: Node, text: &str| Err(php.reason(mention, format!("${name} {text}")));
        let others: Vec<_> = mentions.iter().filter_map(set).collect();
        let looped = is_in_loop(assignment);
        if let (Some(other), true) = (others.first(), looped) {
            return refuse(*other, "is also assigned elsewhere in a loop");
        }
        let end = others
            .iter()
            .find(|other| {
                let at = whole_statement(**other).and_then(|statement| statement.parent());
                other.start_byte() > assignment.end_byte() && at == block
            })
            .map_or(usize::MAX, Node::start_byte);
        let mut uses = Vec::new();
        for mention in mentions {
            if set(&mention).is_some() {
                if mention.start_byte() > assignment.end_byte() && mention.start_byte() < end {
                    return refuse(mention, "may be assigned again before it is read");
                }
                continue;
            }
            if mention.start_byte() < assignment.start_byte() {
                if looped || !is_read(php, mention) {
                    return refuse(mention, "is also used before curl_exec()");
                }
                continue;
            }
            if mention.start_byte() >= end {
                continue;
            }
            if !others.is_empty() && !ancestors(mention).any(|above| Some(above) == block) {
                return refuse(
                    mention,
                    "may have been assigned elsewhere when it is read here",
                );
            }
            if !self.is_target_of_decoding(mention, name) {
                uses.push(mention);
            }
        }
        Ok(uses)
    }

    /// A use of the text of the response.
    fn raw(&mut self, node: Node<'a>, response: &Response) -> Result<(), Reason> {
        let php = self.php;
        let refuse = |text: String| Err(php.reason(node, text));
        match use_of(php, node) {
            Use::Truth { whole, negated } => {
                let (first, again) = self.twice(response);
                let text = if negated {
                    falsy(&first, &again)
                } else {
                    truthy(&first, &again)
                };
                self.replace_condition(whole, &text);
                Ok(())
            }
            Use::Compared {
                whole,
                operator,
                literal,
                ..
            } => {
                let (first, again) = self.twice(response);
                let literal = php.text(literal).to_ascii_lowercase();
                let text = match (operator, literal.as_str()) {
                    (Comparison::Identical, "false") => failed(&response.first),
                    (Comparison::NotIdentical, "false") => succeeded(&response.first),
                    (Comparison::Equal, "false" | "null") | (Comparison::NotEqual, "true") => {
                        falsy(&first, &again)
                    }
                    (Comparison::NotEqual, "false" | "null") | (Comparison::Equal, "true") => {
                        truthy(&first, &again)
                    }
                    _ => {
                        return refuse(format!("the response is compared with {}", literal));
                    }
                };
                self.replace_condition(whole, &text);
                Ok(())
            }
            Use::Decoded(decode) => {
                self.refuse_last_error()?;
                let text = if self.tells_null_from_false(decode)? {
                    let (first, again) = self.twice(response);
                    decoded(&first, &again)
                } else {
                    response.first.clone()
                };
                let plain = matches!(use_of(php, decode), Use::Assigned(_))
                    || decode
                        .parent()
                        .is_some_and(|above| above.kind() == "return_statement")
                    || !text.contains('?');
                let text = if plain { text } else { format!("({text})") };
                self.replace(decode, &text);
                Ok(())
            }
            Use::DecodedOtherwise => refuse(
                "json_decode() does not decode to plain arrays here, as the extension does".into(),
            ),
            Use::Assigned(assignment) => refuse(format!(
                "the text of the response is also in ${}",
                php.assigned(assignment).unwrap_or_default()
            )),
            _ => {
                let source = excerpt(php, statement_of(node).unwrap_or(node));
                let source = source
                    .split('{')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                refuse(format!(
                    "the text of the response is used, and the extension returns it decoded: {source}"
                ))
            }
        }
    }

    /// The expression and its repetition, in a variable where there is none.
    fn twice(&self, response: &Response) -> (String, String) {
        let Some(again) = &response.again else {
            let name = self.free_name();
            return (
                format!("(${name} = {})", response.first),
                format!("${name}"),
            );
        };
        (response.first.clone(), again.clone())
    }

    fn free_name(&self) -> &'static str {
        let taken = |name: &&str| !self.php.mentions(self.session.scope, name).is_empty();
        ["response", "spread_response"]
            .into_iter()
            .find(|name| !taken(name))
            .unwrap_or("spread_decoded_response")
    }

    /// Whether the assignment is a statement, and all other mentions of its variable are uses of this kind.
    pub(crate) fn all_uses(&self, assignment: Node<'a>, fits: impl Fn(Node<'a>) -> bool) -> bool {
        let php = self.php;
        let name = php.assigned(assignment).unwrap_or_default();
        let left = assignment.child_by_field_name("left");
        let mut mentions = php.mentions(self.session.scope, &name).into_iter();
        whole_statement(assignment).is_some()
            && mentions.all(|mention| Some(mention) == left || fits(mention))
    }

    pub(crate) fn replace(&mut self, node: Node, text: &str) {
        self.rewrite.edits.push(Edit::replace(self.php, node, text));
    }

    /// In parentheses, unless the code has them around it already.
    pub(crate) fn replace_condition(&mut self, whole: Node<'a>, text: &str) {
        let apart = [
            "parenthesized_expression",
            "return_statement",
            "argument",
            "assignment_expression",
        ];
        let bare = whole
            .parent()
            .is_some_and(|parent| is_condition(parent) || apart.contains(&parent.kind()))
            || !text.contains("&&") && !text.contains("||");
        let text = if bare {
            text.to_owned()
        } else {
            format!("({text})")
        };
        self.replace(whole, &text);
    }
}

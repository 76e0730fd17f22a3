//! The response as `json_decode()` gives it: where it is decoded, and what is done with the value.

use crate::conditions::decoded;
use crate::php::{Node, Reason, arguments, is_in_loop, statement_of, within};
use crate::result::Rewriter;
use crate::session::whole_statement;
use crate::uses::{Use, use_of};

impl<'a> Rewriter<'a, '_> {
    /// The left side of `$response = json_decode($response, true)`, whose right side is the use.
    pub(crate) fn is_target_of_decoding(&self, mention: Node<'a>, name: &str) -> bool {
        let assignment = mention
            .parent()
            .filter(|above| above.child_by_field_name("left") == Some(mention));
        let decode = assignment.and_then(|assignment| assignment.child_by_field_name("right"));
        decode
            .and_then(arguments)
            .unwrap_or_default()
            .first()
            .is_some_and(|first| self.decodes_itself(*first, name).is_some())
    }

    /// Whether the only use is `$value = json_decode($response, true);`, which the call becomes then.
    pub(crate) fn fold(&mut self, assignment: Node<'a>, mention: Node<'a>) -> Result<bool, Reason> {
        let php = self.php;
        let Use::Decoded(decode) = use_of(php, mention) else {
            return Ok(false);
        };
        let Use::Assigned(target) = use_of(php, decode) else {
            return Ok(false);
        };
        let name = php.assigned(target).unwrap_or_default();
        let block = |node: Node<'a>| whole_statement(node).and_then(|statement| statement.parent());
        let between = php
            .mentions(self.session.scope, &name)
            .into_iter()
            .any(|other| {
                other.start_byte() > assignment.end_byte()
                    && other.start_byte() < target.start_byte()
            });
        let failed_question = !self.session.questions.is_empty();
        if block(target).is_none()
            || block(target) != block(assignment)
            || between
            || failed_question
            || self.tells_null_from_false(decode)?
        {
            return Ok(false);
        }
        self.refuse_last_error()?;
        let Some(statement) = whole_statement(target) else {
            return Ok(false);
        };
        if let Some(left) = assignment.child_by_field_name("left") {
            self.replace(left, &format!("${name}"));
        }
        self.rewrite.removed.push(statement);
        self.rewrite.changed.push(name);
        Ok(true)
    }

    /// The assignment `$response = json_decode($response, true);`.
    pub(crate) fn decodes_itself(&self, mention: Node<'a>, name: &str) -> Option<Node<'a>> {
        let Use::Decoded(decode) = use_of(self.php, mention) else {
            return None;
        };
        let Use::Assigned(target) = use_of(self.php, decode) else {
            return None;
        };
        (self.php.assigned(target).as_deref() == Some(name)).then_some(target)
    }

    pub(crate) fn decoded_itself(
        &mut self,
        target: Node<'a>,
        mention: Node<'a>,
        rest: &[Node<'a>],
        variable: &str,
    ) -> Result<(), Reason> {
        let php = self.php;
        let statement = whole_statement(target);
        let block = statement_of(self.exec).and_then(|statement| statement.parent());
        let (Some(statement), true) = (
            statement,
            statement.and_then(|statement| statement.parent()) == block,
        ) else {
            return Err(php.reason(target, "the response is decoded under a condition"));
        };
        self.refuse_last_error()?;
        let left = target.child_by_field_name("left");
        let rest = rest.iter().filter(|node| Some(**node) != left);
        let mut differs = false;
        for other in rest {
            differs |= self.is_told(*other)?;
        }
        if differs {
            let Use::Decoded(decode) = use_of(php, mention) else {
                return Ok(());
            };
            self.replace(decode, &decoded(variable, variable));
        } else {
            self.rewrite.removed.push(statement);
        }
        Ok(())
    }

    /// Whether code distinguishes what `json_decode()` gives for a failure, `null`, from `false`.
    pub(crate) fn tells_null_from_false(&self, decoded: Node<'a>) -> Result<bool, Reason> {
        let php = self.php;
        let Use::Assigned(assignment) = use_of(php, decoded) else {
            return self.is_told(decoded);
        };
        let name = php.assigned(assignment).unwrap_or_default();
        let left = assignment.child_by_field_name("left");
        let mut told = match use_of(php, assignment) {
            Use::Unused => false,
            _ => self.is_told(assignment)?,
        };
        for mention in php.mentions(self.session.scope, &name) {
            let later = mention.start_byte() > assignment.end_byte() || is_in_loop(assignment);
            if later && Some(mention) != left {
                told |= self.is_told(mention)?;
            }
        }
        Ok(told)
    }

    pub(crate) fn is_told(&self, value: Node<'a>) -> Result<bool, Reason> {
        Ok(match use_of(self.php, value) {
            Use::Unused | Use::Truth { .. } | Use::Element | Use::IsArray => false,
            Use::DecodedOtherwise | Use::Decoded(_) => {
                return Err(self.php.reason(value, "the response is decoded twice"));
            }
            Use::Assigned(_) | Use::Compared { .. } | Use::Other => {
                let parent = value.parent();
                // Assigned as a whole, it is another value from here on.
                !parent.is_some_and(|parent| {
                    self.php.assigned(parent).is_some()
                        && parent.child_by_field_name("left") == Some(value)
                })
            }
        })
    }

    /// `json_last_error()` would speak of another call.
    pub(crate) fn refuse_last_error(&self) -> Result<(), Reason> {
        let php = self.php;
        let asks = within(self.session.scope).find(|node| {
            node.start_byte() > self.exec.end_byte()
                && matches!(
                    php.called(*node).as_deref(),
                    Some("json_last_error" | "json_last_error_msg")
                )
        });
        asks.map_or(Ok(()), |node| {
            Err(php.reason(node, "json_last_error() is asked about the response"))
        })
    }
}

//! What the code asks curl about the request: errors and the status.

use crate::conditions::{failed, succeeded};
use crate::php::{Node, Php, Reason, arguments, descendants};
use crate::result::Rewriter;
use crate::uses::{Comparison, Use, use_of};

impl<'a> Rewriter<'a, '_> {
    /// `curl_error()`, `curl_errno()` or `curl_getinfo()`.
    pub(crate) fn question(
        &mut self,
        call: Node<'a>,
        variable: Option<&str>,
    ) -> Result<(), Reason> {
        let php = self.php;
        let name = php.called(call).unwrap_or_default();
        if call.start_byte() < self.exec.end_byte() {
            return Err(php.reason(call, format!("{name}() is called before curl_exec()")));
        }
        let between = descendants(php.root()).find(|node| {
            node.start_byte() > self.exec.end_byte()
                && node.end_byte() < call.start_byte()
                && php
                    .called(*node)
                    .is_some_and(|name| name == "curl_exec" || name.starts_with("spread_"))
        });
        if let Some(other) = between {
            return Err(php.reason(
                other,
                format!("another call comes between curl_exec() and {name}()"),
            ));
        }
        let whether = |failure: bool| match (variable, failure) {
            (Some(name), true) => failed(&format!("${name}")),
            (Some(name), false) => succeeded(&format!("${name}")),
            (None, true) => "spread_last_error() !== null".into(),
            (None, false) => "spread_last_error() === null".into(),
        };
        match name.as_str() {
            "curl_error" => match emptiness(php, call, "''") {
                Some((whole, failure)) => self.replace_condition(whole, &whether(failure)),
                None => self.replace(call, "(string) spread_last_error()?->getMessage()"),
            },
            "curl_errno" => match (emptiness(php, call, "0"), use_of(php, call)) {
                (Some((whole, failure)), _) => self.replace_condition(whole, &whether(failure)),
                (None, Use::Assigned(assignment))
                    if self.all_uses(assignment, |node| emptiness(php, node, "0").is_some()) =>
                {
                    self.replace(call, &format!("(int) ({})", whether(true)));
                }
                _ => {
                    return Err(php.reason(
                        call,
                        "curl_errno() is a number of curl's, which the extension does not have",
                    ));
                }
            },
            _ => self.status(call)?,
        }
        Ok(())
    }

    fn status(&mut self, call: Node<'a>) -> Result<(), Reason> {
        let php = self.php;
        let what = arguments(call)
            .unwrap_or_default()
            .get(1)
            .map(|node| php.text(*node));
        if !matches!(
            what.as_deref(),
            Some(
                "CURLINFO_HTTP_CODE"
                    | "CURLINFO_RESPONSE_CODE"
                    | "\\CURLINFO_HTTP_CODE"
                    | "\\CURLINFO_RESPONSE_CODE"
            )
        ) {
            return Err(php.reason(call, "curl_getinfo() is asked for more than the status"));
        }
        let text = "spread_last_error()?->getCode() ?? 200";
        match use_of(php, call) {
            Use::Assigned(assignment)
                if self.all_uses(assignment, |node| is_of_class(php, node)) =>
            {
                self.replace(call, text)
            }
            _ if is_of_class(php, call) => self.replace(call, &format!("({text})")),
            _ => {
                let text = "the status is used as a number, and a call succeeds with every 2xx: compare what it returns with false instead";
                return Err(php.reason(call, text));
            }
        }
        Ok(())
    }
}

/// Whether the value is only tested for being empty; true when the test holds for one that is not.
fn emptiness<'a>(php: &Php, node: Node<'a>, empty: &str) -> Option<(Node<'a>, bool)> {
    match use_of(php, node) {
        Use::Truth { whole, negated } => Some((whole, !negated)),
        Use::Compared {
            whole,
            operator,
            literal,
            swapped,
        } => {
            let literal = php.text(literal).replace('"', "'");
            let is_empty =
                literal == empty || empty == "0" && literal.trim_start_matches('\\') == "CURLE_OK";
            let failure = match operator {
                Comparison::Identical | Comparison::Equal => false,
                Comparison::NotIdentical | Comparison::NotEqual => true,
                Comparison::Greater if !swapped && empty == "0" => true,
                Comparison::Less if swapped && empty == "0" => true,
                _ => return None,
            };
            is_empty.then_some((whole, failure))
        }
        _ => None,
    }
}

/// Whether the status is only compared in a way that is the same for every 2xx.
fn is_of_class(php: &Php, node: Node) -> bool {
    match use_of(php, node) {
        Use::Truth { .. } => true,
        Use::Compared {
            operator,
            literal,
            swapped,
            ..
        } => {
            let Ok(number) = php.text(literal).parse::<f64>() else {
                return false;
            };
            let holds = |status: f64| {
                if swapped {
                    operator.holds(number, status)
                } else {
                    operator.holds(status, number)
                }
            };
            (200..300).all(|status| holds(f64::from(status)) == holds(200.0))
        }
        _ => false,
    }
}

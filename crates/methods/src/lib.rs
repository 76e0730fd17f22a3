//! SPREAD's methods: one table, from which the PHP functions, the URLs, the rules, the records of the
//! outbox and the pages for users are made. SPREAD documents all of them with the same code and another
//! last segment of the URL.

#![forbid(unsafe_code)]

use std::fmt;

/// The thing that a call is about. Calls about the same one are delivered in their sequence, whatever their
/// methods.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// Identified by `order_idorder`.
    Order,
    /// Identified by `external_id`, else by `customer_email`.
    Account,
}

impl Subject {
    pub const ALL: [Self; 2] = [Self::Order, Self::Account];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Account => "account",
        }
    }
}

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Of a record in the outbox. A method that is added needs a step of the outbox's schema as well, so that
    /// older workers refuse the outbox.
    pub number: u8,
    /// The last segment of its URL, and the name of its method of `Spread\Client`.
    pub name: &'static str,
    /// The PHP function.
    pub function: &'static str,
    pub subject: Subject,
    /// Whether `$request` must be given, and name the order.
    pub needs_request: bool,
    pub french: &'static str,
    pub english: &'static str,
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Method {}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The method of `spread.endpoint`.
pub static UPDATE_ORDER: &Method = &Method {
    number: 0,
    name: "updateOrder",
    function: "spread_update_order",
    subject: Subject::Order,
    needs_request: true,
    french: "Envoie une commande à SPREAD. Si SPREAD connaît déjà son identifiant, la commande est mise à jour.",
    english: "Sends an order to SPREAD. When SPREAD already knows its id, the order is updated.",
};

/// The method whose rules are those of every account.
pub static UPDATE_ACCOUNT: &Method = &Method {
    number: 2,
    name: "updateAccount",
    function: "spread_update_account",
    subject: Subject::Account,
    needs_request: false,
    french: "Envoie les modifications d'un compte client à SPREAD.",
    english: "Sends the changes of a customer's account to SPREAD.",
};

/// Every method.
pub static METHODS: &[&Method] = &[
    UPDATE_ORDER,
    &Method {
        number: 1,
        name: "createOrder",
        function: "spread_create_order",
        subject: Subject::Order,
        needs_request: false,
        french: "Envoie une nouvelle commande à SPREAD.",
        english: "Sends a new order to SPREAD.",
    },
    UPDATE_ACCOUNT,
    &Method {
        number: 3,
        name: "createAccount",
        function: "spread_create_account",
        subject: Subject::Account,
        needs_request: false,
        french: "Envoie un nouveau compte client à SPREAD.",
        english: "Sends a customer's new account to SPREAD.",
    },
];

/// The method with this number.
#[must_use]
pub fn by_number(number: i64) -> Option<&'static Method> {
    find(|method| i64::from(method.number) == number)
}

/// The method of this PHP function, or with this name, in any letter case.
#[must_use]
pub fn by_name(name: &[u8]) -> Option<&'static Method> {
    find(|method| {
        [method.function, method.name]
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(name))
    })
}

fn find(matches: impl Fn(&Method) -> bool) -> Option<&'static Method> {
    METHODS.iter().find(|method| matches(method)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_is_found_by_its_number_and_its_names() {
        for method in METHODS {
            for found in [
                by_number(method.number.into()),
                by_name(method.name.as_bytes()),
                by_name(method.function.to_uppercase().as_bytes()),
            ] {
                assert_eq!(found, Some(*method));
            }
        }
        assert_eq!(by_number(-1), None);
        assert_eq!(by_number(256), None);
        assert_eq!(by_name(b"deleteOrder"), None);
    }

    /// Records of earlier versions have the number 0.
    #[test]
    fn numbers_are_stable() {
        let numbers: Vec<_> = METHODS.iter().map(|m| (m.number, m.name)).collect();
        assert_eq!(
            numbers,
            [
                (0, "updateOrder"),
                (1, "createOrder"),
                (2, "updateAccount"),
                (3, "createAccount"),
            ]
        );
    }
}

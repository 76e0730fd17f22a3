//! `Spread\OrderState`: the documented states by name. In an order its value is sent.

use ext_php_rs::builders::EnumBuilder;
use ext_php_rs::enum_::{Discriminant, EnumCase};
use ext_php_rs::error::Result;

static CASES: [EnumCase; 5] = [
    case("Cancelled", 0),
    case("Pending", 10),
    case("Paid", 20),
    case("Shipped", 50),
    case("Completed", 100),
];

const fn case(name: &'static str, value: i64) -> EnumCase {
    EnumCase {
        name,
        discriminant: Some(Discriminant::Int(value)),
        docs: &[],
    }
}

/// Registers the enum, at MINIT.
pub(crate) fn register() -> Result<()> {
    let mut states = EnumBuilder::new("Spread\\OrderState");
    for case in &CASES {
        states = states.case(case);
    }
    states
        .registration(crate::zend::keep_order_state)
        .register()
}

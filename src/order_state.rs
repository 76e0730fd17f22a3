//! `Spread\OrderState`: the documented states by name. An order carries the value.

use ext_php_rs::builders::EnumBuilder;
use ext_php_rs::enum_::{Discriminant, EnumCase};
use ext_php_rs::error::Result;
use rules::{STATES, State};

static CASES: [EnumCase; STATES.len()] = {
    let [a, b, c, d, e] = STATES;
    [case(a), case(b), case(c), case(d), case(e)]
};

const fn case(State { name, value }: State) -> EnumCase {
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

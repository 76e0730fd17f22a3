//! The documented states of an order.

/// One state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    /// The case of `Spread\OrderState`.
    pub name: &'static str,
    /// The value that an order carries.
    pub value: i64,
}

pub const STATES: [State; 5] = [
    state("Cancelled", 0),
    state("Pending", 10),
    state("Paid", 20),
    state("Shipped", 50),
    state("Completed", 100),
];

const fn state(name: &'static str, value: i64) -> State {
    State { name, value }
}

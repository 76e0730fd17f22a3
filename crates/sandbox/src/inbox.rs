//! What arrived: calls, by the order or the account they are about. Bounded; the oldest calls go first.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use axum::http::StatusCode;
use methods::Subject;

use crate::answer::Answer;
use crate::call::Call;

/// How much is kept.
struct Bounds {
    /// Orders and accounts.
    items: usize,
    /// Memory for calls, in bytes.
    cost: usize,
}

const BOUNDS: Bounds = Bounds {
    items: 10_000,
    cost: 64 << 20,
};

/// The most requests without the right keys.
const REFUSALS: usize = 20;

/// An order or an account. A call without id is an item of its own.
#[derive(Debug, Default)]
pub(crate) struct Item {
    /// Oldest first; never empty.
    pub(crate) calls: VecDeque<Arc<Call>>,
}

impl Item {
    pub(crate) fn latest(&self) -> Option<&Arc<Call>> {
        self.calls.back()
    }
}

/// A request that was not accepted as a call.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) at: i64,
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

/// What the next calls are answered.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) answer: Answer,
    /// Whether the call after the next one is accepted again.
    pub(crate) once: bool,
}

const ACCEPT: Plan = Plan {
    answer: Answer::Accepted,
    once: false,
};

pub(crate) struct Inbox {
    bounds: Bounds,
    pub(crate) plan: Plan,
    refusals: VecDeque<Refusal>,
    /// Oldest first, each with the key of its item.
    calls: VecDeque<(u64, Arc<Call>)>,
    /// By the number of the item's first call.
    items: HashMap<u64, Item>,
    by_id: HashMap<(Subject, String), u64>,
    /// The number of an item's latest call, and its key.
    latest: BTreeMap<u64, u64>,
    cost: usize,
    last: u64,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            bounds: BOUNDS,
            plan: ACCEPT,
            refusals: VecDeque::new(),
            calls: VecDeque::new(),
            items: HashMap::new(),
            by_id: HashMap::new(),
            latest: BTreeMap::new(),
            cost: 0,
            last: 0,
        }
    }
}

impl Inbox {
    /// The number of the next call.
    pub(crate) fn next_number(&self) -> u64 {
        self.last + 1
    }

    /// The answer to the next call.
    pub(crate) fn take_answer(&mut self) -> Answer {
        let Plan { answer, once } = self.plan;
        if once {
            self.plan = ACCEPT;
        }
        answer
    }

    /// Adds a call, whose number is the next one or a later one. The number of the oldest call that is still
    /// there, when older ones had to go.
    pub(crate) fn add(&mut self, call: Call) -> Option<u64> {
        let call = Arc::new(call);
        self.last = call.number;
        let name = call.id.clone().map(|id| (call.method.subject, id));
        let key = match name {
            Some(name) => *self.by_id.entry(name).or_insert(call.number),
            None => call.number,
        };
        let item = self.items.entry(key).or_default();
        if let Some(before) = item.latest() {
            self.latest.remove(&before.number);
        }
        self.latest.insert(call.number, key);
        self.cost += call.cost();
        item.calls.push_back(call.clone());
        self.calls.push_back((key, call));

        let mut is_full = false;
        while (self.items.len() > self.bounds.items || self.cost > self.bounds.cost)
            && self.calls.len() > 1
        {
            self.drop_oldest();
            is_full = true;
        }
        let oldest = self.calls.front().map(|(_, call)| call.number);
        oldest.filter(|_| is_full)
    }

    fn drop_oldest(&mut self) {
        let Some((key, call)) = self.calls.pop_front() else {
            return;
        };
        self.cost -= call.cost();
        let Some(item) = self.items.get_mut(&key) else {
            return;
        };
        item.calls.pop_front();
        if item.calls.is_empty() {
            self.items.remove(&key);
            self.latest.remove(&call.number);
            if let Some(id) = &call.id {
                self.by_id.remove(&(call.method.subject, id.clone()));
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self {
            plan: self.plan,
            last: self.last,
            ..Self::default()
        };
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push_front(refusal);
        self.refusals.truncate(REFUSALS);
    }

    /// The latest requests without the right keys, newest first.
    pub(crate) fn refusals(&self) -> &VecDeque<Refusal> {
        &self.refusals
    }

    pub(crate) fn has_item(&self, subject: Subject, id: &str) -> bool {
        self.by_id.contains_key(&(subject, id.to_owned()))
    }

    pub(crate) fn item(&self, key: u64) -> Option<&Item> {
        self.items.get(&key)
    }

    /// Items with their keys, the one with the newest call first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (u64, &Item)> {
        let keys = self.latest.values().rev();
        keys.filter_map(|key| Some((*key, self.items.get(key)?)))
    }

    pub(crate) fn call(&self, number: u64) -> Option<&Arc<Call>> {
        let index = self
            .calls
            .binary_search_by_key(&number, |(_, call)| call.number);
        self.calls.get(index.ok()?).map(|(_, call)| call)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::call::tests::call;

    fn ids(inbox: &Inbox) -> Vec<String> {
        inbox
            .newest()
            .map(|(_, item)| item.latest().unwrap().id.clone().unwrap_or_default())
            .collect()
    }

    #[test]
    fn updates_belong_to_their_order_and_the_newest_is_first() {
        let mut inbox = Inbox::default();
        for (number, body) in [
            (1, "data[order_idorder]=a"),
            (2, "data[order_idorder]=b"),
            (3, "data[order_idorder]=a&data[order_state]=20"),
            (5, "data[order_state]=20"),
        ] {
            assert_eq!(inbox.add(call(number, body)), None);
        }
        assert_eq!(ids(&inbox), ["", "a", "b"]);
        assert_eq!(inbox.item(1).unwrap().calls.len(), 2);
        assert!(inbox.item(3).is_none());
        assert_eq!(inbox.call(3).unwrap().id.as_deref(), Some("a"));
        assert!(inbox.call(4).is_none());
        assert_eq!(inbox.next_number(), 6);
        inbox.clear();
        assert_eq!(inbox.len(), 0);
        assert_eq!(inbox.next_number(), 6);
    }

    #[test]
    fn the_oldest_calls_make_room() {
        let mut inbox = Inbox {
            bounds: Bounds {
                items: 3,
                cost: 1 << 20,
            },
            ..Inbox::default()
        };
        for number in 1..=4 {
            let oldest = inbox.add(call(number, &format!("data[order_idorder]={number}")));
            assert_eq!(oldest, (number == 4).then_some(2));
        }
        assert_eq!(ids(&inbox), ["4", "3", "2"]);
        assert!(inbox.item(1).is_none());
        assert!(!inbox.has_item(Subject::Order, "1"));

        let large = format!("data[order_idorder]=large&x={}", "y".repeat(1 << 20));
        assert_eq!(inbox.add(call(5, &large)), Some(5));
        assert_eq!(ids(&inbox), ["large"]);
        assert_eq!(inbox.add(call(6, "data[order_idorder]=6")), Some(6));
        assert_eq!(ids(&inbox), ["6"]);
        assert!(inbox.cost < 1 << 20);
    }

    #[test]
    fn a_plan_for_one_call_ends_with_it() {
        let mut inbox = Inbox::default();
        let plan = |once| Plan {
            answer: Answer::Cut,
            once,
        };
        inbox.plan = plan(true);
        assert_eq!(inbox.take_answer(), Answer::Cut);
        assert_eq!(inbox.take_answer(), Answer::Accepted);
        inbox.plan = plan(false);
        assert_eq!(inbox.take_answer(), Answer::Cut);
        assert_eq!(inbox.take_answer(), Answer::Cut);
    }
}

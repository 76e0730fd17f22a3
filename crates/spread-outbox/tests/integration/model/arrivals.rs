//! What SPREAD ends with: of each order the last update that arrived, and the one that it must be.

use super::{Checked, Name, check};
use outbox::clock::Millis;

/// An update that was delivered without the outbox, and that its process has not written down yet.
pub(crate) struct Note {
    pub(crate) name: Name,
    pub(crate) number: usize,
    /// Since its call began.
    pub(crate) elapsed: Millis,
}

/// An order with an order id. Its updates have the numbers of the steps that made them.
struct Seen {
    name: Name,
    /// Accepted, or delivered without the outbox.
    updates: Vec<usize>,
    /// Delivered without the outbox, and in which step that was written down.
    without: Vec<(usize, usize)>,
    /// The newest that has arrived.
    newest: usize,
    /// The last that has arrived.
    last: usize,
    /// Why that one may be stale.
    exception: Option<&'static str>,
}

/// The exceptions are those of the table "What can still go wrong" in `docs/outbox.md`.
#[derive(Default)]
pub(crate) struct Arrivals {
    orders: Vec<Seen>,
    pub(crate) notes: Vec<Note>,
    /// Updates that a person removed.
    pub(crate) removed: Vec<usize>,
    /// Updates that a person sent again in spite of a newer one.
    pub(crate) forced: Vec<usize>,
    /// Steps in which the clock was set back.
    pub(crate) set_back: Vec<usize>,
    /// Updates that seemed newer than they are when one that overtook them was written down, because the
    /// clock had been set back.
    ambiguous: Vec<usize>,
    /// The last step that restored a backup.
    restored: Option<usize>,
}

impl Arrivals {
    fn order(&mut self, name: Name) -> &mut Seen {
        let known = self.orders.iter().position(|order| order.name == name);
        let index = known.unwrap_or_else(|| {
            self.orders.push(Seen {
                name,
                updates: Vec::new(),
                without: Vec::new(),
                newest: 0,
                last: 0,
                exception: None,
            });
            self.orders.len() - 1
        });
        &mut self.orders[index]
    }

    pub(crate) fn accepted(&mut self, name: Name, number: usize) {
        if name.order != 0 {
            self.order(name).updates.push(number);
        }
    }

    /// The update of a record has arrived, by a sender that had its lease since the step `leased`.
    pub(crate) fn arrived(&mut self, name: Name, number: usize, leased: usize) {
        if name.order == 0 {
            return;
        }
        let is_forced = self.forced.contains(&number);
        let is_of_before = self.restored.is_some_and(|restored| leased < restored);
        let is_ambiguous = self.ambiguous.contains(&number);
        let order = self.order(name);
        let newer = || order.without.iter().filter(|(newer, _)| *newer > number);
        order.exception = if order.newest < number {
            None
        } else if newer().any(|(_, written)| leased < *written) {
            Some("the outbox could not be used")
        } else if is_ambiguous {
            Some("the clock was set back")
        } else if is_forced {
            Some("retry --force")
        } else if is_of_before {
            Some("a backup was restored")
        } else {
            None
        };
        order.newest = order.newest.max(number);
        order.last = number;
    }

    pub(crate) fn arrived_without(&mut self, name: Name, number: usize) {
        self.notes.retain(|note| note.name != name);
        self.notes.push(Note {
            name,
            number,
            elapsed: 0,
        });
        let order = self.order(name);
        order.updates.push(number);
        order.without.push((number, usize::MAX));
        order.newest = number;
        order.last = number;
        order.exception = None;
    }

    /// The oldest note, which is written in this step.
    pub(crate) fn write(&mut self, step: usize) -> Option<Note> {
        if self.notes.is_empty() {
            return None;
        }
        let note = self.notes.remove(0);
        let order = self.order(note.name);
        for (number, written) in &mut order.without {
            if *number <= note.number && *written == usize::MAX {
                *written = step;
            }
        }
        Some(note)
    }

    /// A note was written, and these older updates of the order are still there: only behind one that was
    /// accepted before the clock was set back.
    pub(crate) fn left(&mut self, older: Vec<usize>) {
        let set_back = self.set_back.last().copied().unwrap_or(0);
        if older.iter().any(|number| *number < set_back) {
            self.ambiguous.extend(older);
        }
    }

    /// Updates from before a backup was restored need not be there.
    pub(crate) fn restored(&mut self, step: usize) {
        self.restored = Some(step);
        for order in &mut self.orders {
            order.updates.clear();
        }
    }

    pub(crate) fn pass(&mut self, time: Millis) {
        for note in &mut self.notes {
            note.elapsed += time;
        }
    }

    /// Everything was drained: the last accepted update of each order, of those that are not
    /// `dead_lettered` or removed, was the last to arrive.
    pub(crate) fn last_wins(&self, dead_lettered: &[usize]) -> Checked {
        for order in &self.orders {
            let gone =
                |number: &&usize| dead_lettered.contains(number) || self.removed.contains(number);
            let expected = order.updates.iter().filter(|number| !gone(number)).max();
            check!(
                order.exception.is_some()
                    || expected.is_none_or(|expected| order.last >= *expected),
                "{:?} ends with {} in SPREAD, not {expected:?}",
                order.name,
                order.last
            );
        }
        Ok(())
    }
}

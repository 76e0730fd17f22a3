//! What a process knows and could not write into the outbox: which records it completed, and which
//! updates it sent without the outbox. It is written at the next opportunity, so that an older pending
//! update is not sent after a newer one that SPREAD has.

use std::collections::VecDeque;
use std::slice;
use std::time::Instant;

use super::clock::{Millis, millis};
use super::error::StoreError;
use super::retry::Policy;
use super::store::{Completion, Delivered, Outcome, Store, Update};
use methods::{Method, UPDATE_ORDER};

/// Beyond it the oldest note is forgotten. An outage of the outbox in a long-running script must not fill
/// the memory.
const LIMIT: usize = 10_000;

/// Notes for one outbox.
#[derive(Default)]
pub struct Unwritten(VecDeque<Note>);

/// The end of one attempt. The order's id is empty where the order has no sequence to keep.
struct Note {
    endpoint: String,
    public_key: Vec<u8>,
    method: &'static Method,
    order_id: Vec<u8>,
    what: What,
}

enum What {
    /// The attempt of a record, which was accepted at that time.
    Completed {
        completion: Completion,
        accepted: Millis,
    },
    /// An update without a record was delivered by a call that began then.
    Delivered(Instant),
}

impl Note {
    fn is_of(&self, update: &Update<'_>) -> bool {
        self.endpoint == update.endpoint
            && self.public_key == update.public_key
            && self.method.subject == update.method.subject
            && self.order_id == update.order_id
    }

    fn write(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        let now = store.now()?;
        let (accepted_before, record) = match &self.what {
            What::Delivered(begun) => (now - millis(begun.elapsed()), None),
            What::Completed {
                completion,
                accepted,
            } => {
                let in_time =
                    store.complete(slice::from_ref(completion), &Policy::default(), now)?;
                let is_delivered = matches!(completion.outcome, Outcome::Delivered);
                if in_time == [true] || !is_delivered || self.order_id.is_empty() {
                    return Ok(());
                }
                // Its lease has expired meanwhile: the record is pending again.
                (accepted + 1, Some(completion.lease.record))
            }
        };
        let delivered = Delivered {
            endpoint: &self.endpoint,
            public_key: &self.public_key,
            method: self.method,
            order_id: &self.order_id,
            accepted_before,
            record,
        };
        store.supersede(&delivered, now).map(drop)
    }
}

impl Unwritten {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Remembers how the attempt of a recorded update ended.
    pub(super) fn completed(
        &mut self,
        update: &Update<'_>,
        accepted: Millis,
        completion: Completion,
    ) {
        let what = What::Completed {
            completion,
            accepted,
        };
        self.remember(update, what);
    }

    /// Remembers how the attempts of claimed records ended.
    pub fn completions(&mut self, completions: impl IntoIterator<Item = Completion>) {
        let nameless = Update {
            endpoint: "",
            public_key: b"",
            method: UPDATE_ORDER,
            order_id: b"",
            body: b"",
        };
        for completion in completions {
            self.completed(&nameless, 0, completion);
        }
    }

    /// Remembers that an update was delivered without the outbox, by a call that began at `begun`.
    pub fn delivered(&mut self, update: &Update<'_>, begun: Instant) {
        // An update without order id has no sequence.
        if update.order_id.is_empty() {
            return;
        }
        self.0
            .retain(|note| !(matches!(note.what, What::Delivered(_)) && note.is_of(update)));
        self.remember(update, What::Delivered(begun));
    }

    fn remember(&mut self, update: &Update<'_>, what: What) {
        if self.0.len() == LIMIT {
            self.0.pop_front();
        }
        self.0.push_back(Note {
            endpoint: update.endpoint.to_owned(),
            public_key: update.public_key.to_owned(),
            method: update.method,
            order_id: update.order_id.to_owned(),
            what,
        });
    }

    /// Writes all notes.
    ///
    /// # Errors
    /// When the store fails. What is not written yet is kept.
    pub fn write(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        while let Some(note) = self.0.front() {
            note.write(store)?;
            self.0.pop_front();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(order_id: &[u8]) -> Update<'_> {
        Update {
            endpoint: "https://spread.example/",
            public_key: b"shop",
            method: UPDATE_ORDER,
            order_id,
            body: b"",
        }
    }

    #[test]
    fn there_is_one_note_for_each_order_and_a_limited_number_of_them() {
        let mut unwritten = Unwritten::default();
        let begun = Instant::now();
        for _ in 0..3 {
            unwritten.delivered(&update(b"a"), begun);
            unwritten.delivered(&update(b""), begun);
        }
        assert_eq!(unwritten.0.len(), 1);
        for number in 0..LIMIT {
            unwritten.delivered(&update(number.to_string().as_bytes()), begun);
        }
        assert_eq!(unwritten.0.len(), LIMIT);
        assert!(unwritten.0.iter().all(|note| note.order_id != b"a"));
    }
}

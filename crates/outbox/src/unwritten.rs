//! What a process knows and could not write into the outbox: which records it completed, and which
//! updates it sent without the outbox. It is written at the next opportunity, so that an older pending
//! update is not sent after a newer one that SPREAD has.

use std::collections::VecDeque;
use std::slice;
use std::time::Instant;

use super::address::Address;
use super::clock::{self, Millis, millis};
use super::error::StoreError;
use super::retry::Policy;
use super::store::{Completion, Delivered, Outcome, Store, Update};
use methods::Method;

/// Beyond it the oldest note is forgotten. An outage of the outbox in a long-running script must not fill
/// the memory.
const LIMIT: usize = 10_000;

/// Notes for one outbox.
#[derive(Default)]
pub struct Unwritten(VecDeque<Note>);

/// The end of one attempt.
enum Note {
    /// That of a claimed record.
    Completed(Completion),
    /// That of a call's record, which was accepted at that time.
    CallCompleted {
        completion: Completion,
        update: Named,
        accepted: Millis,
    },
    /// An update without a record was delivered.
    Delivered {
        update: Named,
        /// When its call began.
        begun: Instant,
        /// The same by the machine's clock, where that is the outbox's.
        latest: Option<Millis>,
    },
}

/// An update without its body.
struct Named {
    endpoint: String,
    public_key: Vec<u8>,
    method: &'static Method,
    order_id: Vec<u8>,
}

impl From<&Update<'_>> for Named {
    fn from(update: &Update<'_>) -> Self {
        Self {
            endpoint: update.endpoint.to_owned(),
            public_key: update.public_key.to_owned(),
            method: update.method,
            order_id: update.order_id.to_owned(),
        }
    }
}

impl Named {
    fn update(&self) -> Update<'_> {
        Update {
            endpoint: &self.endpoint,
            public_key: &self.public_key,
            method: self.method,
            order_id: &self.order_id,
            body: b"",
        }
    }
}

impl Note {
    fn write(&self, store: &mut dyn Store) -> Result<(), StoreError> {
        let now = store.now()?;
        let delivered = match self {
            Self::Completed(completion) => {
                complete(store, completion, now)?;
                return Ok(());
            }
            Self::CallCompleted {
                completion,
                update,
                accepted,
            } => {
                let in_time = complete(store, completion, now)?;
                let is_delivered = matches!(completion.outcome, Outcome::Delivered);
                if in_time || !is_delivered || update.order_id.is_empty() {
                    return Ok(());
                }
                // Its lease has expired meanwhile: the record is pending again.
                Delivered {
                    update: update.update(),
                    accepted_before: accepted + 1,
                    record: Some(completion.lease.record),
                }
            }
            Self::Delivered {
                update,
                begun,
                latest,
            } => {
                // The earlier one: what was recorded after the call must not be dropped, though the clock was
                // set meanwhile.
                let by_now = now - millis(begun.elapsed());
                Delivered {
                    update: update.update(),
                    accepted_before: latest.map_or(by_now, |latest| latest.min(by_now)),
                    record: None,
                }
            }
        };
        store.supersede(&delivered, now).map(drop)
    }
}

/// Whether the lease was still the record's.
fn complete(
    store: &mut dyn Store,
    completion: &Completion,
    now: Millis,
) -> Result<bool, StoreError> {
    let completions = slice::from_ref(completion);
    let in_time = store.complete(completions, &Policy::default(), now)?;
    Ok(in_time == [true])
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
        self.remember(Note::CallCompleted {
            completion,
            update: update.into(),
            accepted,
        });
    }

    /// Remembers how the attempts of claimed records ended.
    pub fn completions(&mut self, completions: impl IntoIterator<Item = Completion>) {
        for completion in completions {
            self.remember(Note::Completed(completion));
        }
    }

    /// Remembers that an update was delivered without the outbox at `address`, by a call that began at `begun`.
    pub fn delivered(&mut self, address: &Address, update: &Update<'_>, begun: Instant) {
        // An update without order id has no sequence.
        if update.order_id.is_empty() {
            return;
        }
        let is_older = |note: &Note| match note {
            Note::Delivered { update: known, .. } => known.update().is_in_sequence_with(update),
            _ => false,
        };
        self.0.retain(|note| !is_older(note));
        let latest = match address {
            Address::Sqlite { .. } => clock::of_machine().map(|now| now - millis(begun.elapsed())),
            Address::Mysql(_) => None,
        };
        self.remember(Note::Delivered {
            update: update.into(),
            begun,
            latest,
        });
    }

    fn remember(&mut self, note: Note) {
        if self.0.len() == LIMIT {
            self.0.pop_front();
        }
        self.0.push_back(note);
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::address::Synchronous;
    use super::super::open::open;
    use super::super::timeout::{Opening, Timeout};
    use super::*;
    use methods::UPDATE_ORDER;
    use std::path::PathBuf;
    use std::time::Duration;

    fn address(path: PathBuf) -> Address {
        Address::Sqlite {
            path,
            synchronous: Synchronous::Normal,
        }
    }

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
        let address = address("/outbox.db".into());
        for _ in 0..3 {
            unwritten.delivered(&address, &update(b"a"), begun);
            unwritten.delivered(&address, &update(b""), begun);
        }
        assert_eq!(unwritten.0.len(), 1);
        for number in 0..LIMIT {
            unwritten.delivered(&address, &update(number.to_string().as_bytes()), begun);
        }
        assert_eq!(unwritten.0.len(), LIMIT);
        let is_a = |note: &Note| match note {
            Note::Delivered { update, .. } => update.order_id == b"a",
            _ => false,
        };
        assert!(!unwritten.0.iter().any(is_a));
    }

    #[test]
    fn a_newer_update_stays_though_the_clock_was_set_forward() {
        let path = std::env::temp_dir().join(format!("spread-forward-{}.db", std::process::id()));
        let address = address(path.clone());
        let opening = Opening {
            timeout: Timeout::Each(Duration::from_secs(60)),
            create: true,
        };
        let mut store = open(&address, opening).unwrap();
        let mut unwritten = Unwritten::default();
        unwritten.delivered(&address, &update(b"a"), Instant::now());
        // Since then the clock was set forward by an hour, and after the call of the note one second passed.
        let hour = millis(Duration::from_secs(3_600));
        for note in &mut unwritten.0 {
            if let Note::Delivered { latest, .. } = note {
                *latest = latest.map(|latest| latest - hour);
            }
        }
        let then = store.now().unwrap() - hour;
        for accepted in [then - 1_000, then + 1_000] {
            store.enqueue(&update(b"a"), None, accepted).unwrap();
        }
        unwritten.write(store.as_mut()).unwrap();
        let left = store.oldest_pending().unwrap();
        drop(store);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(left, Some(then + 1_000));
    }
}

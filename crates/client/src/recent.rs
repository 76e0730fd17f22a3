//! A short list whose least recently used item gives way.

use crate::error::{Error, Kind};

/// At most `LIMIT` items, the one used last at the end.
pub(crate) struct Recent<T, const LIMIT: usize>(Vec<T>);

impl<T, const LIMIT: usize> Default for Recent<T, LIMIT> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const LIMIT: usize> Recent<T, LIMIT> {
    /// The item that `is` the right one, or a new one.
    ///
    /// # Errors
    /// Those of `make`.
    pub(crate) fn find_or_make(
        &mut self,
        is: impl FnMut(&T) -> bool,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<&mut T, Error> {
        let found = self.0.iter().position(is);
        match found.and_then(|index| self.0.get_mut(index..)) {
            Some(from) => from.rotate_left(1),
            None => {
                let item = make()?;
                if self.0.len() == LIMIT {
                    self.0.remove(0);
                }
                self.0.push(item);
            }
        }
        let last = self.0.last_mut();
        last.ok_or_else(|| Kind::Internal("a list is empty that an item was just put into").into())
    }

    /// Drops all items but those that `are` to be kept.
    pub(crate) fn retain(&mut self, are: impl FnMut(&T) -> bool) {
        self.0.retain(are);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_was_not_used_for_longest_gives_way() {
        let mut recent = Recent::<u32, 2>::default();
        for number in [1, 2, 1, 3] {
            recent
                .find_or_make(|known| *known == number, || Ok(number))
                .unwrap();
        }
        assert_eq!(recent.0, [1, 3]);
    }
}

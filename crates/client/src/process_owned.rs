//! A value that must not cross a fork: a runtime, a connection, an open database.
//!
//! A child inherits the memory and the descriptors of its parent. Using them would mix the two processes'
//! traffic, and dropping them would say goodbye on the parent's connections or take the parent's sockets
//! out of the epoll set that both share. So the child forgets them, however it ends: some kilobytes, once
//! per fork.

use std::mem;
use std::process;

/// A value that only the process that made it can use, and that only this process drops.
pub struct ProcessOwned<T> {
    pid: u32,
    /// Nothing once it was taken.
    value: Option<T>,
}

impl<T> ProcessOwned<T> {
    pub fn new(value: T) -> Self {
        Self {
            pid: process::id(),
            value: Some(value),
        }
    }

    /// The value; nothing in another process than the one that made it.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.pid == process::id())
    }

    /// The value; nothing in another process than the one that made it, which forgets it.
    #[must_use]
    pub fn into_owned(mut self) -> Option<T> {
        // Otherwise left to `drop`.
        if self.pid == process::id() {
            self.value.take()
        } else {
            None
        }
    }
}

impl<T> Drop for ProcessOwned<T> {
    fn drop(&mut self) {
        if self.pid != process::id() {
            mem::forget(self.value.take());
        }
    }
}

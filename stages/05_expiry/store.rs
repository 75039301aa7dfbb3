//! The store: keys, their values and their deadlines.

use std::collections::{BTreeSet, HashMap};

/// How many expired keys each SET with a deadline removes: more than it adds, so that they cannot pile
/// up, however fast they come.
const REMOVALS_A_SET: usize = 2;

struct Entry {
    value: Box<[u8]>,
    /// In milliseconds since 1970.
    deadline: Option<i64>,
}

#[derive(Default)]
pub struct Store {
    entries: HashMap<Box<[u8]>, Entry>,
    /// The deadlines of all entries that have one, with their keys, the nearest first.
    deadlines: BTreeSet<(i64, Box<[u8]>)>,
    /// The time, in milliseconds since 1970: the same for all of a turn.
    pub now: i64,
}

impl Store {
    /// The value of a key, unless its deadline has passed.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.live(key).map(|entry| entry.value.as_ref())
    }

    pub fn deadline(&self, key: &[u8]) -> Option<i64> {
        self.live(key)?.deadline
    }

    /// Sets a key to a value, and sets or clears its deadline.
    pub fn set(&mut self, key: &[u8], value: &[u8], deadline: Option<i64>) {
        self.remove(key);
        if let Some(deadline) = deadline {
            self.remove_expired(REMOVALS_A_SET);
            self.deadlines.insert((deadline, key.into()));
        }
        self.entries.insert(key.into(), Entry { value: value.into(), deadline });
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(Entry { deadline: Some(deadline), .. }) = self.entries.remove(key) {
            self.deadlines.remove(&(deadline, key.into()));
        }
    }

    pub fn nearest_deadline(&self) -> Option<i64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    pub fn remove_expired(&mut self, at_most: usize) {
        for _ in 0..at_most {
            if !self.nearest_deadline().is_some_and(|deadline| self.has_passed(deadline)) {
                break;
            }
            if let Some((_, key)) = self.deadlines.pop_first() {
                self.entries.remove(&key);
            }
        }
    }

    /// An entry whose deadline has passed is as good as gone, removed or not.
    fn live(&self, key: &[u8]) -> Option<&Entry> {
        let is_gone = |entry: &Entry| entry.deadline.is_some_and(|it| self.has_passed(it));
        self.entries.get(key).filter(|entry| !is_gone(entry))
    }

    /// As in Redis, a key lives until the end of its last millisecond.
    fn has_passed(&self, deadline: i64) -> bool {
        deadline < self.now
    }
}

//! The store: keys, their values and their deadlines.

use crate::clock;
use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::rc::Rc;

/// How many expired keys are removed before clients are served again.
pub const REMOVALS_A_TURN: usize = 100;
/// How many are removed by each SET with a deadline: more than it adds, so that expired keys cannot
/// pile up, however fast they come.
const REMOVALS_A_SET: usize = 2;
/// With so few entries left, moving them to a smaller table takes no time that anybody would
/// notice.
const FEW: usize = 1000;
/// So many removals are followed by giving memory back to the system, at the latest: after more,
/// that would take long.
const MANY: usize = 16 * 1024;

struct Entry {
    value: Vec<u8>,
    /// In milliseconds since 1970.
    deadline: Option<u64>,
}

#[derive(Default)]
pub struct Store {
    entries: HashMap<Rc<[u8]>, Entry>,
    /// The deadlines of all entries that have one, the nearest first. The keys are the entries'
    /// own.
    deadlines: BTreeSet<(u64, Rc<[u8]>)>,
    /// How many entries have been removed since memory was given back.
    removals: usize,
}

impl Store {
    /// The value of a key, unless its deadline has passed.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.live(key).map(|entry| entry.value.as_slice())
    }

    pub fn deadline(&self, key: &[u8]) -> Option<u64> {
        self.live(key)?.deadline
    }

    /// Sets a key to a value, and sets or clears its deadline.
    pub fn set(&mut self, key: &[u8], value: &[u8], deadline: Option<u64>) {
        if deadline.is_some() {
            self.remove_expired(REMOVALS_A_SET);
        }
        match self.entries.get_mut(key) {
            Some(entry) => {
                overwrite(&mut entry.value, value);
                let old = mem::replace(&mut entry.deadline, deadline);
                if old != deadline {
                    self.reschedule(key, old, deadline);
                }
            }
            None => {
                let key: Rc<[u8]> = key.into();
                if let Some(deadline) = deadline {
                    self.deadlines.insert((deadline, Rc::clone(&key)));
                }
                self.entries.insert(key, Entry { value: value.to_vec(), deadline });
            }
        }
    }

    pub fn nearest_deadline(&self) -> Option<u64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// Removes entries whose deadlines have passed: not all of them, however many they are, because
    /// clients wait meanwhile.
    pub fn remove_expired(&mut self, at_most: usize) {
        for _ in 0..at_most {
            if !self.nearest_deadline().is_some_and(clock::has_passed) {
                break;
            }
            if let Some((_, key)) = self.deadlines.pop_first() {
                self.entries.remove(&key);
                self.removals += 1;
            }
        }
        if self.removals >= self.entries.len().clamp(FEW, MANY) {
            self.removals = 0;
            if self.entries.len() < FEW {
                self.entries.shrink_to(2 * FEW);
            }
            give_free_memory_back();
        }
    }

    /// An entry whose deadline has passed is as good as gone, removed or not.
    fn live(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| !entry.deadline.is_some_and(clock::has_passed))
    }

    fn reschedule(&mut self, key: &[u8], old: Option<u64>, new: Option<u64>) {
        let Some((key, _)) = self.entries.get_key_value(key) else { return };
        if let Some(deadline) = old {
            self.deadlines.remove(&(deadline, Rc::clone(key)));
        }
        if let Some(deadline) = new {
            self.deadlines.insert((deadline, Rc::clone(key)));
        }
    }
}

/// free(3) alone returns only the end of the heap to the kernel, and near the end there is nearly
/// always something in use.
fn give_free_memory_back() {
    #[cfg(target_env = "gnu")] // other C libraries do not have the call
    {
        // SAFETY: memory that is in use is left alone.
        let _ = unsafe { libc::malloc_trim(0) };
    }
}

/// Reuses the old value's memory, unless the new one would leave most of it unused.
fn overwrite(old: &mut Vec<u8>, new: &[u8]) {
    old.clear();
    old.shrink_to(new.len().saturating_mul(2));
    old.extend_from_slice(new);
}

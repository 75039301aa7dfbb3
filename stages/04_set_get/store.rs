//! The store: keys and their values, both of them any bytes.

use std::collections::HashMap;

#[derive(Default)]
pub struct Store {
    entries: HashMap<Box<[u8]>, Vec<u8>>,
}

impl Store {
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.entries.get(key).map(Vec::as_slice)
    }

    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        match self.entries.get_mut(key) {
            Some(old) => overwrite(old, value),
            None => drop(self.entries.insert(key.into(), value.to_vec())),
        }
    }
}

/// Reuses the old value's memory, unless the new one would leave most of it unused.
fn overwrite(old: &mut Vec<u8>, new: &[u8]) {
    old.clear();
    old.shrink_to(new.len().saturating_mul(2));
    old.extend_from_slice(new);
}

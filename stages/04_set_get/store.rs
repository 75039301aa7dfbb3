//! The store: keys and their values, both of them any bytes.

use std::collections::HashMap;

#[derive(Default)]
pub struct Store {
    entries: HashMap<Box<[u8]>, Box<[u8]>>,
}

impl Store {
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.entries.get(key).map(Box::as_ref)
    }

    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        self.entries.insert(key.into(), value.into());
    }
}

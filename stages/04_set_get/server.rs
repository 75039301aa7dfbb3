//! The server: what outlives a request.

use crate::store::Store;

#[derive(Default)]
pub struct Server {
    pub store: Store,
}

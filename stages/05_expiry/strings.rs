//! The commands on strings: SET and GET.

use crate::reply;
use crate::resp::Request;
use crate::set_options::{Condition, Expiry, SetOptions};
use crate::store::Store;

/// `SET key value [options]`
pub fn set(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    let Some(options) = SetOptions::read(request) else {
        return reply::error(replies, b"syntax error");
    };
    let key = &request[1];
    let deadline = match options.expiry {
        Expiry::Never => None,
        Expiry::Keep => store.deadline(key),
        Expiry::At(unit, number) => match unit.deadline(number) {
            Ok(deadline) => Some(deadline),
            Err(problem) => return reply::error(replies, problem.as_bytes()),
        },
    };
    let is_permitted = match options.condition {
        Condition::Always => true,
        Condition::Missing => store.get(key).is_none(),
        Condition::Exists => store.get(key).is_some(),
    };
    if options.get {
        get(store, request, replies); // the old value, whatever comes of the rest
    } else if is_permitted {
        reply::simple(replies, "OK");
    } else {
        reply::null(replies);
    }
    if is_permitted {
        store.set(key, &request[2], deadline);
    }
}

/// `GET key`
pub fn get(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    match store.get(&request[1]) {
        Some(value) => reply::bulk(replies, value),
        None => reply::null(replies),
    }
}

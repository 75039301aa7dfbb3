//! The commands on strings: SET and GET.

use crate::reply;
use crate::resp::Request;
use crate::store::Store;

/// `SET key value`
pub fn set(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    if request.len() > 3 {
        return reply::error(replies, b"syntax error");
    }
    store.set(&request[1], &request[2]);
    reply::simple(replies, "OK");
}

/// `GET key`
pub fn get(store: &mut Store, request: &Request, replies: &mut Vec<u8>) {
    match store.get(&request[1]) {
        Some(value) => reply::bulk(replies, value),
        None => reply::null(replies),
    }
}

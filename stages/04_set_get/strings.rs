//! The commands on strings: SET and GET.

use crate::command::Command;
use crate::error::Outcome;
use crate::reply::Reply;
use crate::request::Request;
use crate::set_options::{Condition, SetOptions};
use crate::store::Store;

pub const COMMANDS: &[Command] = &[Command::data("get", 2, get), Command::data("set", -3, set)];

/// `GET key`
fn get(store: &mut Store, request: &Request, reply: &mut Reply) -> Outcome {
    reply.bulk_or_null(store.get(&request[1]));
    Ok(())
}

/// `SET key value [options]`
fn set(store: &mut Store, request: &Request, reply: &mut Reply) -> Outcome {
    let options = SetOptions::read(request)?;
    let (key, value) = (&request[1], &request[2]);
    let old = store.get(key);
    let is_permitted = match options.condition {
        Condition::Always => true,
        Condition::Missing => old.is_none(),
        Condition::Exists => old.is_some(),
    };
    if options.get {
        reply.bulk_or_null(old); // whether the new one is stored or not
    } else if is_permitted {
        reply.simple("OK");
    } else {
        reply.null();
    }
    if is_permitted {
        store.set(key, value);
    }
    Ok(())
}

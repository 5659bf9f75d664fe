//! The clients of this program by number: what an app holds is no pointer, so that a destroyed client is an error and no crash.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::code::Refusal;
use crate::run::Running;

static CLIENTS: Mutex<Clients> = Mutex::new(Clients {
    last: 0,
    running: BTreeMap::new(),
});

struct Clients {
    last: u64,
    running: BTreeMap<u64, Arc<Running>>,
}

/// Keeps a client; its number, never zero and never given out twice.
pub(crate) fn add(client: Running) -> u64 {
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.last += 1;
    let number = clients.last;
    clients.running.insert(number, Arc::new(client));
    number
}

pub(crate) fn of(number: u64) -> Result<Arc<Running>, Refusal> {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients
        .running
        .get(&number)
        .cloned()
        .ok_or(Refusal::NoClient)
}

/// Gives a client up; it ends when whoever uses it at this moment is done.
pub(crate) fn remove(number: u64) -> Result<(), Refusal> {
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let removed = clients.running.remove(&number);
    drop(clients);
    removed.map(drop).ok_or(Refusal::NoClient)
}

//! What everything in the program shares.

use std::sync::Arc;

use crate::budget::Budgets;
use crate::clock::Clock;
use crate::ice::IceServers;
use crate::metrics::Metrics;
use crate::store::Store;

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) budgets: Arc<Budgets>,
    /// What sessions are told of STUN and TURN.
    pub(crate) ice_servers: Arc<IceServers>,
    /// How many requests of an app may wait for the storage.
    pub(crate) requests_waiting: usize,
}

//! What an invariant is, and what it says when it is broken.

use std::fmt;

use hullo_core::Time;

use crate::observation::Observation;

pub trait Invariant {
    /// Its name, for the report of a failing seed.
    fn name(&self) -> &'static str;

    /// Takes the next observation; an error says how it breaks the invariant.
    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub at: Time,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant `{}` broken: {}", self.invariant, self.what)
    }
}

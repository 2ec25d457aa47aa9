//! Who the machines are: identity, intake, revisions and their diff, the life of a host, claims.

mod facts;
mod state;

pub use facts::HostFacts;
pub use state::{Event, IllegalTransition, State, UnknownState};

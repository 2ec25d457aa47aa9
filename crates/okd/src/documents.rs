//! The two Ignition documents of an installation.
//!
//! | | [`live`] | [`node`] |
//! |---|---|---|
//! | for | the live system that installs | the system that is installed |
//! | secrets | none: its ticket is good for words about progress only | the role's config, the agent's ticket |
//! | given out | as often as the machine boots | once: it is the arming that is used |
//!
//! What lies in them is in `kickstart/okd/`: scripts that are the same for every machine. What differs from machine to
//! machine stands in files beside them, which are read and never run.

mod live;
mod node;

use boot::ignition::document::{ROOT_ONLY, written};
use boot::links::Links;
use boot::tickets::Token;
use serde_json::Value;

pub use live::{LiveBriefing, live};
pub use node::{NodeBriefing, node};

/// Where a machine says how far it is, as curl reads its settings: in a file that root alone can read, for an argument can
/// be seen by every process. No proxy of the cluster's stands between a node and this server.
fn home(links: &Links, progress: &Token) -> Value {
    let url = links.progress(progress);
    let settings = format!(
        "url = \"{url}\"\nsilent\noutput = \"/dev/null\"\nwrite-out = \"%{{http_code}}\"\n\
         connect-timeout = 5\nmax-time = 20\nnoproxy = \"*\"\n"
    );
    written("/etc/muster-install/home.curl", ROOT_ONLY, &settings)
}

/// Scripts of `kickstart/`, put together to one.
macro_rules! script {
    ($($part:literal),+) => {
        concat!("#!/bin/bash\nexport LC_ALL=C\n", $(include_str!(concat!("../../../../kickstart/", $part))),+)
    };
}
use script;

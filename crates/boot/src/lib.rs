//! From power-on to the agent's first word: what a machine is told to boot, and what it is handed on the way.
//!
//! A machine's firmware loads iPXE by [`tftp`]; iPXE asks for the entry script, then for its own. The server looks the host
//! up and calls, in this order:
//!
//! 1. [`decide()`]: pure; a discovery system or the local disk, and why. An answer that writes to a disk does not exist here.
//!    [`control`] holds what it follows from beside the host and the site: what operators want of a host ([`options`]) and of
//!    one boot ([`next`]), and the loop [`guard`].
//! 2. [`tickets`]: where the decision is discovery, one ticket for one purpose, one address and a short time.
//! 3. [`scripts`]: the decision as an iPXE script, always whole, always ending in the local disk.
//! 4. [`kickstart`], [`ignition`]: where discovery is by CentOS Stream or CoreOS, the document that starts the agent and
//!    installs nothing.
//! 5. [`trail`]: each of these steps is recorded behind, so that a boot that hangs can be told from one that never began.
//!
//! [`assets`] keeps the files that machines fetch, and says which of them they may. [`image`] makes the discovery image,
//! which is kept there; [`site`] says which one is in use.
//!
//! There is no HTTP here: the server calls these functions, and knows the paths from [`links`]. What a machine says of
//! itself is hostile until it has passed [`inventory::MacAddr`] or the templates' escaper.

mod asset;
pub mod assets;
mod briefing;
pub mod console;
pub mod control;
mod decide;
pub mod guard;
pub mod ignition;
pub mod image;
pub mod install;
pub mod ipxe;
pub mod kickstart;
pub mod links;
mod machine;
pub mod next;
pub mod options;
mod plain;
pub mod profiles;
pub mod scripts;
pub mod site;
mod ssh_key;
mod store;
pub mod tftp;
pub mod tickets;
pub mod trail;
mod url;

pub use asset::{AssetId, InvalidAssetId};
pub use briefing::{Agent, Briefing};
pub use control::Control;
pub use decide::{Action, Cause, Decision, Inputs, decide};
pub use machine::{Arch, Machine, NoSystem, Platform};
pub use ssh_key::{InvalidSshKey, SshPublicKey};
pub use url::{BaseUrl, InvalidUrl};

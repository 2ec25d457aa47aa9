//! From power-on to the agent's first word: what a machine is told to boot, and what it is handed on the way.
//!
//! A machine's firmware loads iPXE by [`tftp`]; iPXE asks for the entry script, then for its own. The server looks the host
//! up and calls, in this order:
//!
//! 1. [`decide()`]: pure; a discovery system or the local disk, and why. An answer that writes to a disk does not exist here.
//! 2. [`tickets`]: where the decision is discovery, one ticket for one purpose, one address and a short time.
//! 3. [`scripts`]: the decision as an iPXE script, always whole, always ending in the local disk.
//! 4. [`kickstart`]: where discovery is by CentOS Stream, the document that starts the agent and installs nothing.
//! 5. [`trail`]: each of these steps is recorded behind, so that a boot that hangs can be told from one that never began.
//!
//! [`assets`] keeps the files that machines fetch, and says which of them they may. [`image`] makes the discovery image,
//! which is kept there; [`site`] says which one is in use.
//!
//! There is no HTTP here: the server calls these functions, and knows the paths from [`links`]. What a machine says of
//! itself is hostile until it has passed [`inventory::MacAddr`] or the templates' escaper.

mod asset;
pub mod assets;
mod decide;
pub mod image;
pub mod kickstart;
pub mod links;
mod machine;
mod plain;
pub mod scripts;
pub mod site;
mod ssh_key;
mod store;
pub mod tftp;
pub mod tickets;
pub mod trail;
mod url;

pub use asset::{AssetId, InvalidAssetId};
pub use decide::{Action, Decision, decide};
pub use machine::{Arch, Machine, Platform};
pub use ssh_key::{InvalidSshKey, SshPublicKey};
pub use url::{BaseUrl, InvalidUrl};

//! The addresses that scripts send machines to, and the paths under which the server answers there.

use crate::asset::AssetId;
use crate::briefing::Agent;
use crate::machine::Arch;
use crate::site::ImageId;
use crate::tickets::Token;
use crate::url::BaseUrl;
use inventory::MacAddr;

/// The first script of every machine.
pub const ENTRY: &str = "/boot/boot.ipxe";
/// The same, where a UEFI iPXE looks for it: beside itself, by HTTP or TFTP, before it believes DHCP.
pub const AUTOEXEC: &str = "autoexec.ipxe";
/// The folder of the iPXE binaries.
pub const BINARIES: &str = "/boot/ipxe/";
/// The fall-back for a machine that got no answer to its own: `?mac=`.
pub const INVENTORY: &str = "/boot/inventory.ipxe";

/// Where this server is reached by the machine that asks, and how that machine will know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// Plain HTTP, for `/boot`: what firmware and installers can speak.
    pub boot: BaseUrl,
    /// TLS, for the agent.
    pub server: BaseUrl,
    /// SHA-256 of the server's certificate in DER: what the agent believes instead of an authority.
    pub pin: [u8; 32],
}

impl Links {
    /// The pin, as the agent's settings have it.
    #[must_use]
    pub fn pin(&self) -> String {
        hex::encode(self.pin)
    }

    /// A file of an image. The MAC is there for the trail only.
    #[must_use]
    pub fn image_file(&self, image: &ImageId, file: &str, mac: MacAddr) -> String {
        format!("{}/boot/image/{image}/{file}?mac={}", self.boot, mac.hyphenated())
    }

    /// An asset, under a name that says what it is. The MAC is there for the trail only.
    #[must_use]
    pub fn asset(&self, asset: AssetId, name: &str, mac: MacAddr) -> String {
        format!("{}/boot/asset/{asset}/{name}?mac={}", self.boot, mac.hyphenated())
    }

    /// One of the iPXE binaries.
    #[must_use]
    pub fn ipxe(&self, file: &str) -> String {
        format!("{}{BINARIES}{file}", self.boot)
    }

    /// The shim of the distribution whose kernel is booted: with Secure Boot it vouches for that kernel.
    #[must_use]
    pub fn kernel_shim(&self, arch: Arch) -> String {
        self.ipxe(&format!("kernel-shim-{}.efi", arch.name()))
    }

    /// The kickstart that this ticket is for.
    #[must_use]
    pub fn kickstart(&self, ticket: &Token) -> String {
        format!("{}/boot/kickstart/{}.ks", self.boot, ticket.reveal())
    }

    /// The Ignition document that this ticket is for, with the agent for this processor: nothing else says which it is.
    #[must_use]
    pub fn ignition(&self, ticket: &Token, arch: Arch) -> String {
        format!("{}/boot/ignition/{}.ign?arch={}", self.boot, ticket.reveal(), arch.name())
    }

    /// The document of the live system that installs a node.
    #[must_use]
    pub fn live(&self, ticket: &Token) -> String {
        format!("{}/boot/live/{}.ign", self.boot, ticket.reveal())
    }

    /// The node's own document, for the installer.
    #[must_use]
    pub fn node(&self, ticket: &Token) -> String {
        format!("{}/boot/node/{}.ign", self.boot, ticket.reveal())
    }

    /// Where a machine that is being installed says how far it is.
    #[must_use]
    pub fn progress(&self, ticket: &Token) -> String {
        format!("{}/boot/progress/{}", self.boot, ticket.reveal())
    }

    /// The static agent for a processor. The MAC is there for the trail only.
    #[must_use]
    pub fn agent(&self, arch: Arch, mac: MacAddr) -> String {
        format!("{}/boot/agent/{}/muster-agent?mac={}", self.boot, arch.name(), mac.hyphenated())
    }

    /// Just this agent, whichever the server hands out by then.
    #[must_use]
    pub fn named_agent(&self, agent: Agent, mac: MacAddr) -> String {
        let (arch, mac) = (agent.arch.name(), mac.hyphenated());
        format!("{}/boot/agent/{arch}/{}/muster-agent?mac={mac}", self.boot, agent.sha256)
    }
}

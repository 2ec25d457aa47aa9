//! How one host boots, where it is not as all the others do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::ipxe::Build;
use crate::site::{DiscoverySystem, Image, ImageId, Site};

/// What an operator set for one host. What is not set is as the site has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HostOptions {
    /// The build of iPXE that it shall run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipxe: Option<Build>,
    /// The VLAN that its discovery system shall speak on, beside the untagged network that it was booted from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<Vlan>,
    /// Where its kernel speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console: Option<Console>,
    /// What it is discovered by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery: Option<OwnDiscovery>,
    /// It boots with Secure Boot: what it is given must be signed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secure_boot: bool,
    /// How it leaves to its own disk.
    #[serde(skip_serializing_if = "LocalDisk::is_auto")]
    pub local_disk: LocalDisk,
}

/// How iPXE leaves to the machine's own disk. With UEFI it always ends, and the firmware goes on with its next entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocalDisk {
    /// With BIOS it starts the first disk itself.
    #[default]
    Auto,
    /// It ends with BIOS, too, and the BIOS goes on in its own order: where the system is not on the first disk.
    Exit,
}

impl LocalDisk {
    const fn is_auto(&self) -> bool {
        matches!(self, Self::Auto)
    }
}

/// A VLAN's number, 1 to 4094.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Vlan(u16);

/// What a host is discovered by, whatever the site's choice is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum OwnDiscovery {
    /// This image.
    Image(Image),
    /// The CentOS Stream that the site chose last for its processor.
    Centos,
    /// The CoreOS that the site chose last for its processor.
    CoreOs,
}

/// A value that an option can't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOption {
    /// No such VLAN.
    #[error("{0:?} is no VLAN: expected a number from 1 to 4094, or none")]
    Vlan(String),
    /// No such build.
    #[error("{0:?} is no build of iPXE: expected snponly, full or default")]
    Ipxe(String),
    /// No such discovery system.
    #[error("{0:?} is no discovery system: expected image:ID, centos, coreos or default")]
    Discovery(String),
    /// No way to leave to the disk.
    #[error("{0:?} is no way to leave to the local disk: expected auto or exit")]
    LocalDisk(String),
    /// Neither on nor off.
    #[error("{0:?} is neither on nor off")]
    Switch(String),
    /// No such console.
    #[error(transparent)]
    Console(#[from] crate::console::InvalidConsole),
}

/// An operator's choice of a discovery system, before it is known whether there is such an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiscoveryChoice {
    /// This image.
    Image(ImageId),
    /// CentOS Stream.
    Centos,
    /// CoreOS.
    CoreOs,
}

impl Vlan {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Vlan {
    type Error = InvalidOption;

    fn try_from(number: u16) -> Result<Self, InvalidOption> {
        if (1..=4094).contains(&number) {
            Ok(Self(number))
        } else {
            Err(InvalidOption::Vlan(number.to_string()))
        }
    }
}

impl From<Vlan> for u16 {
    fn from(vlan: Vlan) -> Self {
        vlan.0
    }
}

impl FromStr for Vlan {
    type Err = InvalidOption;

    fn from_str(text: &str) -> Result<Self, InvalidOption> {
        let number: Option<u16> = text.parse().ok();
        number.and_then(|number| Self::try_from(number).ok()).ok_or_else(|| InvalidOption::Vlan(cut(text)))
    }
}

impl fmt::Display for Vlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl HostOptions {
    /// Sets the build of iPXE: `snponly`, `full` or `default`.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn set_ipxe(&mut self, text: &str) -> Result<(), InvalidOption> {
        self.ipxe = match text {
            "default" => None,
            "snponly" => Some(Build::SnpOnly),
            "full" => Some(Build::Full),
            _ => return Err(InvalidOption::Ipxe(cut(text))),
        };
        Ok(())
    }

    /// Sets the VLAN: a number, or `none`.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn set_vlan(&mut self, text: &str) -> Result<(), InvalidOption> {
        self.vlan = if text == "none" { None } else { Some(text.parse()?) };
        Ok(())
    }

    /// Sets the console: its device, or `auto`.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn set_console(&mut self, text: &str) -> Result<(), InvalidOption> {
        self.console = if text == "auto" { None } else { Some(text.parse()?) };
        Ok(())
    }

    /// Sets whether it boots with Secure Boot: `on` or `off`.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn set_secure_boot(&mut self, text: &str) -> Result<(), InvalidOption> {
        self.secure_boot = match text {
            "on" => true,
            "off" => false,
            _ => return Err(InvalidOption::Switch(cut(text))),
        };
        Ok(())
    }

    /// Sets how it leaves to its own disk: `auto` or `exit`.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn set_local_disk(&mut self, text: &str) -> Result<(), InvalidOption> {
        self.local_disk = match text {
            "auto" => LocalDisk::Auto,
            "exit" => LocalDisk::Exit,
            _ => return Err(InvalidOption::LocalDisk(cut(text))),
        };
        Ok(())
    }

    /// In a line, as it is set: for people. Empty where nothing is.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = [
            self.ipxe.map(|build| format!("iPXE {}", build.as_str())),
            self.vlan.map(|vlan| format!("VLAN {vlan}")),
            self.console.as_ref().map(|console| format!("console {console}")),
            self.discovery.as_ref().map(|discovery| format!("discovery {discovery}")),
            self.secure_boot.then(|| "Secure Boot".to_owned()),
            (self.local_disk == LocalDisk::Exit).then(|| "local disk by exit".to_owned()),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl OwnDiscovery {
    /// The system that it means for this site; `None` where the site knows none of that kind.
    #[must_use]
    pub fn system(&self, site: &Site, arch: crate::machine::Arch) -> Option<DiscoverySystem> {
        let kind = match self {
            Self::Image(image) => return Some(DiscoverySystem::Image(image.clone())),
            Self::Centos => "centos",
            Self::CoreOs => "core_os",
        };
        site.known_of(kind, arch).cloned()
    }
}

impl fmt::Display for OwnDiscovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(image) => write!(f, "image:{}", image.id),
            Self::Centos => f.pad("centos"),
            Self::CoreOs => f.pad("coreos"),
        }
    }
}

impl FromStr for DiscoveryChoice {
    type Err = InvalidOption;

    fn from_str(text: &str) -> Result<Self, InvalidOption> {
        let invalid = || InvalidOption::Discovery(cut(text));
        match text {
            "centos" => Ok(Self::Centos),
            "coreos" => Ok(Self::CoreOs),
            _ => {
                let id = text.strip_prefix("image:").ok_or_else(invalid)?;
                Ok(Self::Image(id.parse().map_err(|_| invalid())?))
            }
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(48).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_checked_and_taken_back() {
        let mut options = HostOptions::default();
        options.set_ipxe("full").unwrap();
        options.set_vlan("42").unwrap();
        options.set_console("ttyS1,57600").unwrap();
        options.set_secure_boot("on").unwrap();
        options.set_local_disk("exit").unwrap();
        options.discovery = Some(OwnDiscovery::Centos);
        assert_eq!(
            options.in_words(),
            "iPXE full, VLAN 42, console ttyS1,57600, discovery centos, Secure Boot, local disk by exit"
        );
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(
            json,
            r#"{"ipxe":"full","vlan":42,"console":"ttyS1,57600","discovery":{"by":"centos"},"secure_boot":true,"local_disk":"exit"}"#
        );
        assert_eq!(serde_json::from_str::<HostOptions>(&json).unwrap(), options);
        options.discovery = None;
        for back in [
            HostOptions::set_ipxe as fn(&mut HostOptions, &str) -> Result<(), InvalidOption>,
            HostOptions::set_vlan,
            HostOptions::set_console,
            HostOptions::set_secure_boot,
            HostOptions::set_local_disk,
        ] {
            assert!(back(&mut options, "${x}").is_err());
        }
        options.set_ipxe("default").unwrap();
        options.set_vlan("none").unwrap();
        options.set_console("auto").unwrap();
        options.set_secure_boot("off").unwrap();
        options.set_local_disk("auto").unwrap();
        assert_eq!(options, HostOptions::default());
        assert_eq!(serde_json::to_string(&options).unwrap(), "{}");
    }

    #[test]
    fn what_can_not_be_is_refused() {
        for vlan in ["0", "4095", "-1", "a", "65536", " 1"] {
            assert!(vlan.parse::<Vlan>().is_err(), "{vlan}");
        }
        assert!(serde_json::from_str::<HostOptions>(r#"{"vlan":4095}"#).is_err());
        for discovery in ["", "image", "image:", "image:xyz", "debian", "default"] {
            assert!(discovery.parse::<DiscoveryChoice>().is_err(), "{discovery}");
        }
        assert_eq!("coreos".parse(), Ok(DiscoveryChoice::CoreOs));
        assert!("image:abababababababab".parse::<DiscoveryChoice>().is_ok());
    }
}

//! What can be chosen to discover machines by.

use super::{Centos, CoreOs, DiscoverySystem};
use crate::machine::Arch;

/// Longer than any stream's: `9.0.20250510-0`, `42.20250914.3.0`.
const MAX_BUILD: usize = 64;

/// Why a discovery system can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSystem {
    /// It runs on other machines.
    #[error("there is no discovery for {0} processors: x86_64 and aarch64 can be used")]
    Arch(&'static str),
    /// The folder is another processor's.
    #[error("{repo} is for {actual}, and {wanted} was asked for")]
    Repo {
        /// The folder.
        repo: String,
        /// What stands in its path.
        actual: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// No stream calls a build so.
    #[error("{0:?} is no build: one has a name such as 9.0.20250510-0, of letters, digits, '.', '_' and '-'")]
    Build(String),
    /// They can't be one file.
    #[error("kernel, initramfs and root file system are three assets, and two of these are one")]
    SameAsset,
}

impl DiscoverySystem {
    /// Whether this can be what machines boot.
    ///
    /// # Errors
    /// [`InvalidSystem`].
    pub fn check(&self) -> Result<(), InvalidSystem> {
        if !matches!(self.arch(), Arch::X86_64 | Arch::Aarch64) {
            return Err(InvalidSystem::Arch(self.arch().name()));
        }
        match self {
            Self::Image(_) => Ok(()),
            Self::Centos(centos) => centos.check(),
            Self::CoreOs(coreos) => coreos.check(),
        }
    }
}

impl Centos {
    /// Mirrors name the processor in their paths; a folder that names none may be anything.
    fn check(&self) -> Result<(), InvalidSystem> {
        let repo = self.repo.as_str();
        let names = |arch: &Arch| repo.split('/').any(|part| part == arch.name());
        match [Arch::X86_64, Arch::Aarch64].into_iter().find(names) {
            Some(other) if other != self.arch => Err(InvalidSystem::Repo {
                repo: repo.to_owned(),
                actual: other.name(),
                wanted: self.arch.name(),
            }),
            _ => Ok(()),
        }
    }
}

impl CoreOs {
    fn check(&self) -> Result<(), InvalidSystem> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if self.build.is_empty() || self.build.len() > MAX_BUILD || !self.build.chars().all(plain) {
            return Err(InvalidSystem::Build(self.build.chars().take(MAX_BUILD).collect()));
        }
        if self.kernel == self.initramfs || self.kernel == self.rootfs || self.initramfs == self.rootfs {
            return Err(InvalidSystem::SameAsset);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::AssetId;
    use crate::site::Stream;

    fn coreos(build: &str, arch: Arch, rootfs: u8) -> DiscoverySystem {
        let asset = |number| AssetId::of_digest([number; 32]);
        DiscoverySystem::CoreOs(CoreOs {
            arch,
            build: build.to_owned(),
            kernel: asset(1),
            initramfs: asset(2),
            rootfs: asset(rootfs),
        })
    }

    #[test]
    fn a_coreos_is_three_assets_of_one_build() {
        for arch in [Arch::X86_64, Arch::Aarch64] {
            assert_eq!(coreos("9.0.20250510-0", arch, 3).check(), Ok(()));
        }
        for build in ["", "a b", "a\nb", "${x}", &"9".repeat(65)] {
            let refused = coreos(build, Arch::X86_64, 3).check();
            assert!(matches!(refused, Err(InvalidSystem::Build(_))), "{build}");
        }
        for arch in [Arch::X86, Arch::Unknown] {
            assert_eq!(coreos("9", arch, 3).check(), Err(InvalidSystem::Arch(arch.name())));
        }
        for rootfs in [1, 2] {
            assert_eq!(coreos("9", Arch::X86_64, rootfs).check(), Err(InvalidSystem::SameAsset));
        }
    }

    #[test]
    fn a_mirror_of_another_processor_is_refused() {
        let centos = |repo: &str, arch| {
            let repo = repo.parse().unwrap();
            DiscoverySystem::Centos(Centos { arch, stream: Stream::Ten, repo }).check()
        };
        assert_eq!(centos("http://m/10-stream/BaseOS/aarch64/os", Arch::Aarch64), Ok(()));
        assert_eq!(centos("http://m/el10", Arch::Aarch64), Ok(()));
        let refused = centos("http://m/10-stream/BaseOS/x86_64/os", Arch::Aarch64).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "http://m/10-stream/BaseOS/x86_64/os is for x86_64, and aarch64 was asked for"
        );
    }

    #[test]
    fn each_kind_is_stored_under_the_word_that_operators_use() {
        let stored = serde_json::to_value(coreos("9", Arch::Aarch64, 3)).unwrap();
        assert_eq!((&stored["by"], &stored["arch"]), (&"coreos".into(), &"aarch64".into()));
        assert_eq!(serde_json::from_value::<DiscoverySystem>(stored).unwrap(), coreos("9", Arch::Aarch64, 3));
    }
}

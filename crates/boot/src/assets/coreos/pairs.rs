//! Pairs of an OKD release and a boot image that are known not to work, or only under a condition: data, each with where it
//! was learned. What is not here may work.

use std::fmt;
use std::str::FromStr;

use super::stream::BootImage;
use crate::machine::Arch;

/// A release of OKD, such as `4.19.0-okd-scos.9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    text: String,
    major: u32,
    minor: u32,
}

/// A string that is no [`Release`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no release of OKD: expected one such as 4.19.0-okd-scos.9, or 4.19")]
pub struct UnknownRelease(String);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It does not work: refused, unless an operator insists.
    Refuse,
    /// It works under a condition.
    Warn,
}

/// What is known of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Pair {
    /// How bad it is.
    pub weight: Weight,
    /// What happens, and what to do.
    pub reason: &'static str,
    /// Where that was learned.
    pub source: &'static str,
    #[serde(skip)]
    releases: Releases,
    #[serde(skip)]
    image: Image,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Releases {
    Any,
    /// `4.first` to `4.last`.
    Minors(u32, u32),
    Exactly(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Image {
    Any,
    /// FCOS of this Fedora or later.
    Fcos(u32),
    Scos,
    /// SCOS of this CentOS Stream or later, for 64-bit x86.
    ScosX86(u32),
}

const LATEST: u32 = u32::MAX;

const KNOWN: &[Pair] = &[
    Pair {
        releases: Releases::Exactly("4.19.0-okd-scos.19"),
        image: Image::Any,
        weight: Weight::Refuse,
        reason: "this release was put together with an operator of 4.17, and bootkube fails; take another 4.19",
        source: "https://github.com/okd-project/okd/issues/2293",
    },
    Pair {
        releases: Releases::Minors(20, LATEST),
        image: Image::Fcos(0),
        weight: Weight::Refuse,
        reason: "node-image-pull fails on a bootstrap machine that runs Fedora CoreOS; take the boot image that this release's installer names",
        source: "https://github.com/okd-project/okd/issues/2222",
    },
    Pair {
        releases: Releases::Minors(19, 19),
        image: Image::Fcos(0),
        weight: Weight::Warn,
        reason: "4.19 is made for boot images of CentOS Stream, and Fedora CoreOS is not what its installer names; take the one that it names",
        source: "https://github.com/openshift/installer/pull/9520",
    },
    Pair {
        releases: Releases::Minors(16, 18),
        // The earliest Fedora that it was reported of, there and in okd-project/okd#2196.
        image: Image::Fcos(39),
        weight: Weight::Warn,
        reason: "this Fedora makes /boot with an ext4 feature (orphan_file) that the older e2fsck of SCOS refuses, so that nodes may hang after they pivot; boot them from SCOS, or prefer OKD 4.19 or later",
        source: "https://github.com/okd-project/okd/issues/2041",
    },
    Pair {
        releases: Releases::Any,
        image: Image::Scos,
        weight: Weight::Warn,
        reason: "SCOS does not start with Secure Boot on (bad shim signature): switch it off in the firmware of its machines",
        source: "https://github.com/okd-project/okd/issues/2136",
    },
    Pair {
        releases: Releases::Any,
        image: Image::ScosX86(10),
        weight: Weight::Warn,
        reason: "SCOS 10 needs processors of level x86-64-v3 (Haswell, EPYC or later), as all of CentOS Stream 10 does: others stop with \"CPU does not support x86-64-v3\"",
        source: "https://github.com/VirtualBox/virtualbox/issues/642",
    },
];

/// What is known against booting this image for this release; without a release, against the image.
#[must_use]
pub fn warnings(release: Option<&Release>, image: &BootImage) -> Vec<Pair> {
    KNOWN.iter().filter(|pair| pair.releases.has(release) && pair.image.is(image)).copied().collect()
}

impl Releases {
    fn has(self, release: Option<&Release>) -> bool {
        match (self, release) {
            (Self::Any, _) => true,
            (_, None) => false,
            (Self::Minors(first, last), Some(release)) => {
                release.major == 4 && (first..=last).contains(&release.minor)
            }
            (Self::Exactly(text), Some(release)) => release.text == text,
        }
    }
}

impl Image {
    fn is(self, image: &BootImage) -> bool {
        let from = |first: u32| image.major().is_some_and(|major| major >= first);
        match self {
            Self::Any => true,
            Self::Fcos(first) => image.fedora && from(first),
            Self::Scos => !image.fedora,
            Self::ScosX86(first) => !image.fedora && from(first) && image.arch == Arch::X86_64,
        }
    }
}

impl FromStr for Release {
    type Err = UnknownRelease;

    fn from_str(text: &str) -> Result<Self, UnknownRelease> {
        let unknown = || UnknownRelease(text.chars().take(64).collect());
        let mut numbers = text.split(['.', '-']).map(str::parse::<u32>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor)))
                if text.len() <= 64 && text.chars().all(|c| c.is_ascii_graphic()) =>
            {
                Ok(Self { text: text.to_owned(), major, minor })
            }
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::{resolve, tests::document};
    use super::*;

    fn image(build: &str, arch: Arch) -> BootImage {
        resolve(document("s", build).to_string().as_bytes(), arch).unwrap()
    }

    #[test]
    fn each_pair_is_judged_by_what_is_known_of_it() {
        use Arch::{Aarch64, X86_64};
        let (fcos_38, fcos_39, fcos_44) = ("38.20231002.3.1", "39.20231101.3.0", "44.20260601.3.0");
        let (scos_9, scos_10) = ("9.0.20250411-0", "10.0.20250628-0");
        // The numbers of issues and pull requests, in the table's order.
        for (release, build, arch, expected) in [
            (Some("4.15.0-0.okd-2024-03-10-010116"), fcos_39, X86_64, vec![]),
            (Some("4.16.0-okd-scos.1"), fcos_39, X86_64, vec![2041]),
            (Some("4.17.0-okd-scos.0"), fcos_44, Aarch64, vec![2041]),
            (Some("4.17.0-okd-scos.0"), fcos_38, X86_64, vec![]),
            (Some("4.18.0-okd-scos.8"), scos_9, X86_64, vec![2136]),
            (Some("4.19.0-okd-scos.9"), scos_9, X86_64, vec![2136]),
            (Some("4.19.0-okd-scos.9"), fcos_39, X86_64, vec![9520]),
            (Some("4.20.0-okd-scos.1"), fcos_39, X86_64, vec![2222]),
            (Some("4.19.0-okd-scos.19"), scos_9, X86_64, vec![2293, 2136]),
            (Some("4.20"), scos_10, X86_64, vec![2136, 642]),
            (Some("4.20"), scos_10, Aarch64, vec![2136]),
            (Some("4.22.0-okd-scos.1"), fcos_44, X86_64, vec![2222]),
            (Some("5.19"), fcos_44, X86_64, vec![]),
            (None, scos_10, X86_64, vec![2136, 642]),
            (None, fcos_44, X86_64, vec![]),
        ] {
            let release: Option<Release> = release.map(|text| text.parse().unwrap());
            let found = warnings(release.as_ref(), &image(build, arch));
            let numbers: Vec<u32> = found
                .iter()
                .map(|pair| pair.source.rsplit('/').find_map(|part| part.parse().ok()).unwrap())
                .collect();
            assert_eq!(numbers, expected, "{release:?} {build} {arch:?}");
        }
    }

    #[test]
    fn every_entry_says_why_and_from_where() {
        for pair in KNOWN {
            assert!(pair.reason.len() > 40 && pair.source.starts_with("https://"), "{pair:?}");
        }
        let refused = warnings(Some(&"4.20.0-okd-scos.1".parse().unwrap()), &image("42.1", Arch::X86_64));
        assert_eq!(refused[0].weight, Weight::Refuse);
    }

    #[test]
    fn a_release_has_two_numbers_at_least() {
        for good in ["4.19", "4.19.0-okd-scos.9", "4.20.0-okd-scos.ec.8"] {
            assert_eq!(good.parse::<Release>().unwrap().to_string(), good);
        }
        for bad in ["", "4", "v4.19", "latest", "4.x", "4.19 \n"] {
            assert!(bad.parse::<Release>().is_err(), "{bad:?}");
        }
    }
}

//! The kernel of the discovery system: Debian's own, fetched and not installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::apt::{self, Apt};
use crate::{Deadline, Process, cache};

const PACK_SECS: u64 = 300;

/// A kernel and its modules, for `muster image build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// `vmlinuz`.
    pub image: PathBuf,
    /// `lib/modules/VERSION`, as the package has it: without `modules.dep`, which `depmod` would write.
    pub modules: PathBuf,
    /// As `uname -r` says it.
    pub version: String,
}

/// The kernel that Debian's `linux-image-amd64` stands for: unlike the smaller one for clouds it has hwmon, AHCI and the
/// network cards of real machines. Fetched once into `target/lab/kernel`.
///
/// # Errors
/// When it can't be fetched.
pub fn kernel() -> anyhow::Result<Kernel> {
    let dir = cache::fetch_once("kernel", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        let depends = apt.depends("linux-image-amd64")?;
        let package = depends.iter().find(|name| name.starts_with("linux-image-"));
        let deb = apt.download(package.context("linux-image-amd64 depends on no kernel")?)?;
        apt::unpack(&deb, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    let found = in_root(&dir.join("root"));
    found.with_context(|| format!("no kernel in {0}: remove {0} and try again", dir.display()))
}

impl Kernel {
    /// Its modules in `folder`, packed as other distributions ship them: every second one as `.ko.xz`, the others as
    /// `.ko.zst`.
    ///
    /// # Errors
    /// When they can't be packed.
    pub fn packed_modules(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        // Without what no image holds, half of the 400 MB; what the kernel's own reader of .xz knows, and the fastest.
        const PACK: &str = r#"cp -r "$0/." "$1" && cd "$1/kernel" &&
            rm -rf sound drivers/gpu drivers/media drivers/staging drivers/infiniband drivers/net/wireless &&
            find . -name '*.ko' | sort >list &&
            sed -n 'p;n' list | xargs -P 2 -n 64 xz --check=crc32 -0 &&
            sed -n 'n;p' list | xargs -P 2 -n 64 zstd -q --rm -1 && rm list"#;
        let packed = folder.join("modules");
        std::fs::create_dir(&packed).with_context(|| format!("can't make {}", packed.display()))?;
        let mut command = Command::new("sh");
        command.args(["-c", PACK]).arg(&self.modules).arg(&packed);
        Process::run("packing the modules", &command, Deadline::seconds(PACK_SECS))?;
        Ok(packed)
    }
}

fn in_root(root: &Path) -> anyhow::Result<Kernel> {
    let boot = root.join("boot");
    let files = std::fs::read_dir(&boot).with_context(|| format!("can't read {}", boot.display()))?;
    let names = files.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let version = names.filter_map(|name| name.strip_prefix("vmlinuz-").map(str::to_owned)).max();
    let version = version.context("it has no vmlinuz")?;
    // Debian moved /lib into /usr between two releases.
    let candidates = ["lib/modules", "usr/lib/modules"].map(|folder| root.join(folder).join(&version));
    let modules = candidates.into_iter().find(|folder| folder.is_dir()).context("it has no modules")?;
    Ok(Kernel { image: boot.join(format!("vmlinuz-{version}")), modules, version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    #[test]
    fn kernel_and_modules_are_found_in_both_places() {
        for place in ["lib/modules", "usr/lib/modules"] {
            let scratch = Scratch::new().unwrap();
            let root = scratch.path();
            std::fs::create_dir_all(root.join(place).join("6.1.0-56-amd64")).unwrap();
            std::fs::create_dir_all(root.join("boot")).unwrap();
            std::fs::write(root.join("boot/vmlinuz-6.1.0-56-amd64"), "").unwrap();
            std::fs::write(root.join("boot/config-6.1.0-56-amd64"), "").unwrap();
            let kernel = in_root(root).unwrap();
            assert_eq!(kernel.version, "6.1.0-56-amd64");
            assert!(kernel.modules.ends_with("6.1.0-56-amd64"));
        }
        let empty = Scratch::new().unwrap();
        assert!(in_root(empty.path()).is_err());
    }

    #[test]
    fn debians_kernel_is_fetched() {
        let kernel = kernel().unwrap();
        assert!(kernel.image.is_file());
        assert!(kernel.modules.join("kernel/drivers/net").is_dir());
    }
}

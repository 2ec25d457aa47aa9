//! Building an image from a distribution's parts.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use inventory::Timestamp;
use sha2::{Digest, Sha256};

use super::budget::Budget;
use super::cpio::{Archive, Measured};
use super::kernel::Kernel;
use super::left_out::LeftOut;
use super::manifest::{FileFacts, ImageFile, Manifest};
use super::modules::{Picked, Tree};
use super::{ImageError, firmware, programs, rootfs};
use crate::asset::AssetId;
use crate::site::ImageId;
use crate::ssh_key::SshPublicKey;

/// Without them the image works, and something of it does not.
const BETTER_TO_HAVE: [&str; 2] = ["8021q", "efivarfs"];

/// Of what an image is made.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// A kernel for x86-64 or arm64 (`/boot/vmlinuz-…`).
    pub kernel: PathBuf,
    /// The folder of that kernel's modules (`/lib/modules/…`).
    pub modules_dir: PathBuf,
    /// The folder of firmware (`/lib/firmware`); without one the drivers' files are all missing.
    pub firmware_dir: Option<PathBuf>,
    /// A static busybox.
    pub busybox: PathBuf,
    /// The static agent.
    pub agent: PathBuf,
    /// Where the image is written to; made where it is not there.
    pub out: PathBuf,
    /// Letting operators in.
    pub ssh: Option<Ssh>,
    /// Folders and names of modules, and folders of firmware, that stay outside.
    pub without: Vec<String>,
    /// What kernel and initramfs may have together.
    pub limit_bytes: u64,
    /// More files.
    pub extra: Vec<Extra>,
    /// This Muster's version.
    pub muster_version: String,
    /// When it is built.
    pub built_at: Timestamp,
}

impl BuildOptions {
    /// A machine with 512 MiB holds such an image twice, packed and unpacked, and still runs.
    pub const LIMIT_BYTES: u64 = 60 << 20;
}

/// An SSH server in the image.
#[derive(Debug, Clone)]
pub struct Ssh {
    /// A dropbear, static or with its libraries beside it.
    pub dropbear: PathBuf,
    /// The only key that is let in, as root.
    pub key: SshPublicKey,
}

/// A file that is put into the image.
#[derive(Debug, Clone)]
pub struct Extra {
    /// Which file.
    pub from: PathBuf,
    /// Where in the image, such as `/lib/firmware/bnx2/bnx2-mips-09-6.2.1b.fw`.
    pub to: String,
}

/// An image that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The name that a server will keep it under.
    pub id: ImageId,
    /// What it is made of.
    pub manifest: Manifest,
}

/// Writes `vmlinuz`, `initramfs.img` and `image.json`, the last one last: a folder without it holds no image.
///
/// # Errors
/// [`ImageError`], which names the file.
pub fn build(options: &BuildOptions) -> Result<Built, ImageError> {
    let mut kernel_bytes = read(&options.kernel)?;
    let mut kernel = Kernel::parse(&kernel_bytes)
        .map_err(|reason| ImageError::Kernel { path: options.kernel.clone(), reason })?;
    if let Some(unpacked) = kernel.unpacked.take() {
        kernel_bytes = unpacked;
    }
    programs::check_busybox(&options.busybox, kernel.processor)?;
    let agent_version = programs::check_agent(&options.agent, kernel.processor)?;
    if let Some(folder) = options.firmware_dir.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(ImageError::NoFirmware(folder.clone()));
    }
    let mut left_out = LeftOut::new(&options.without);
    let tree = Tree::open(&options.modules_dir)?;
    let mut picked = Picked::from(&tree, &kernel, &mut left_out)?;
    let mut archive = rootfs::assemble(options, &tree, &mut picked, &kernel)?;
    let firmware = firmware::put(&mut archive, options.firmware_dir.as_deref(), &picked, &mut left_out)?;
    rootfs::put_extra(&mut archive, &options.extra)?;
    if let Some(unmet) = left_out.unmet().next() {
        return Err(ImageError::NothingToLeaveOut(unmet.to_owned()));
    }

    let absent = picked.absent(&tree, &BETTER_TO_HAVE).into_iter().map(str::to_owned).collect();
    let modules = picked.len();
    let (vmlinuz, initramfs) = write_files(options, &kernel_bytes, &archive)?;
    let manifest = Manifest {
        format: Manifest::FORMAT,
        arch: kernel.processor.as_str().to_owned(),
        kernel_version: kernel.version,
        agent_version,
        muster_version: options.muster_version.clone(),
        built_at: options.built_at,
        modules,
        absent_modules: absent,
        firmware,
        ssh: options.ssh.is_some(),
        without: options.without.clone(),
        vmlinuz,
        initramfs,
    };
    let path = options.out.join("image.json");
    let write_error = |source| ImageError::Write { path: path.clone(), source };
    let text = serde_json::to_string_pretty(&manifest).map_err(io::Error::from).map_err(write_error)? + "\n";
    let written = fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(write_error)?;
    Ok(Built { id: ImageId::of_digest(&Sha256::digest(&text).into()), manifest })
}

/// Writes the two files that a machine fetches. Too large, both are taken off again.
fn write_files(
    options: &BuildOptions,
    kernel: &[u8],
    archive: &Archive,
) -> Result<(FileFacts, FileFacts), ImageError> {
    let write_error = |path: &Path| {
        let path = path.to_owned();
        move |source| ImageError::Write { path, source }
    };
    fs::create_dir_all(&options.out).map_err(write_error(&options.out))?;
    let manifest_path = options.out.join("image.json");
    if manifest_path.exists() {
        fs::remove_file(&manifest_path).map_err(write_error(&manifest_path))?;
    }
    let [kernel_path, initramfs_path] = ImageFile::ALL.map(|file| options.out.join(file.as_str()));
    fs::write(&kernel_path, kernel).map_err(write_error(&kernel_path))?;

    let file = Measured::create(&initramfs_path).map_err(write_error(&initramfs_path))?;
    // No name and no time in the header: the same content makes the same bytes.
    let mut packed = GzBuilder::new().write(file, Compression::new(6));
    let (mut budget, mut before) = (Budget::default(), 0);
    let written = archive.write(&mut packed, |path, packed| {
        let now = packed.get_ref().size_bytes;
        budget.add(path, now - before);
        before = now;
    });
    written.map_err(|(from, source)| {
        if from.as_os_str().is_empty() {
            ImageError::Write { path: initramfs_path.clone(), source }
        } else {
            ImageError::Read { path: from, source }
        }
    })?;
    let (size_bytes, sha256) =
        packed.finish().and_then(Measured::finish).map_err(write_error(&initramfs_path))?;
    let initramfs = FileFacts { size_bytes, sha256 };
    let vmlinuz = FileFacts {
        size_bytes: kernel.len() as u64,
        sha256: AssetId::of_digest(Sha256::digest(kernel).into()),
    };

    let (size_bytes, limit_bytes) = (vmlinuz.size_bytes + initramfs.size_bytes, options.limit_bytes);
    if size_bytes > limit_bytes {
        for path in [&kernel_path, &initramfs_path] {
            fs::remove_file(path).map_err(write_error(path))?;
        }
        let mut largest = budget.largest();
        largest.push(("the kernel".to_owned(), vmlinuz.size_bytes));
        return Err(ImageError::TooLarge { size_bytes, limit_bytes, largest });
    }
    Ok((vmlinuz, initramfs))
}

fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    fs::read(path).map_err(|source| ImageError::Read { path: path.to_owned(), source })
}

impl Extra {
    /// Its place, without the slash in front.
    pub(super) fn place(&self) -> Result<&str, ImageError> {
        let place = self.to.strip_prefix('/').unwrap_or(&self.to);
        let sound = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
        if place.len() <= 1000 && place.split('/').all(sound) {
            Ok(place)
        } else {
            Err(ImageError::Place(self.to.clone()))
        }
    }
}

//! Building an image from a distribution's parts.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use inventory::Timestamp;
use sha2::{Digest, Sha256};

use super::cpio::Measured;
use super::elf;
use super::kernel::Kernel;
use super::manifest::{FileFacts, ImageFile, Manifest};
use super::modules::{Picked, Tree};
use super::{ImageError, rootfs};
use crate::asset::AssetId;
use crate::site::ImageId;
use crate::ssh_key::SshPublicKey;

/// Of what an image is made.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// A bzImage (`/boot/vmlinuz-…`).
    pub kernel: PathBuf,
    /// The folder of that kernel's modules (`/lib/modules/…`).
    pub modules_dir: PathBuf,
    /// A static busybox.
    pub busybox: PathBuf,
    /// The static agent.
    pub agent: PathBuf,
    /// Where the image is written to; made where it is not there.
    pub out: PathBuf,
    /// The key by which an operator may log in to machines that Muster booted.
    pub ssh_key: Option<SshPublicKey>,
    /// More files, such as the firmware of a network card.
    pub extra: Vec<Extra>,
    /// This Muster's version.
    pub muster_version: String,
    /// When it is built.
    pub built_at: Timestamp,
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
    let kernel_bytes = read(&options.kernel)?;
    let kernel = Kernel::parse(&kernel_bytes)
        .map_err(|reason| ImageError::Kernel { path: options.kernel.clone(), reason })?;
    let agent_version = check_programs(options)?;
    let tree = Tree::open(&options.modules_dir)?;
    let picked = Picked::from(&tree, &kernel.version)?;
    let archive = rootfs::assemble(options, &tree, &picked, &kernel.version)?;

    let path = |name: &str| options.out.join(name);
    let write_error = |path: &Path| {
        let path = path.to_owned();
        move |source| ImageError::Write { path, source }
    };
    fs::create_dir_all(&options.out).map_err(write_error(&options.out))?;
    let manifest_path = path("image.json");
    if manifest_path.exists() {
        fs::remove_file(&manifest_path).map_err(write_error(&manifest_path))?;
    }
    let kernel_path = path(ImageFile::Kernel.as_str());
    fs::write(&kernel_path, &kernel_bytes).map_err(write_error(&kernel_path))?;

    let initramfs_path = path(ImageFile::Initramfs.as_str());
    let file = Measured::create(&initramfs_path).map_err(write_error(&initramfs_path))?;
    // No name and no time in the header: the same content makes the same bytes.
    let mut packed = GzBuilder::new().write(file, Compression::new(6));
    archive.write(&mut packed).map_err(|(from, source)| {
        if from.as_os_str().is_empty() {
            ImageError::Write { path: initramfs_path.clone(), source }
        } else {
            ImageError::Read { path: from, source }
        }
    })?;
    let (size_bytes, sha256) =
        packed.finish().and_then(Measured::finish).map_err(write_error(&initramfs_path))?;

    let manifest = Manifest {
        format: Manifest::FORMAT,
        arch: "x86_64".to_owned(),
        kernel_version: kernel.version,
        agent_version,
        muster_version: options.muster_version.clone(),
        built_at: options.built_at,
        modules: picked.len(),
        vmlinuz: FileFacts {
            size_bytes: kernel_bytes.len() as u64,
            sha256: AssetId::of_digest(Sha256::digest(&kernel_bytes).into()),
        },
        initramfs: FileFacts { size_bytes, sha256 },
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(io::Error::from)
        .map_err(write_error(&manifest_path))?
        + "\n";
    let written = fs::File::create(&manifest_path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(write_error(&manifest_path))?;
    Ok(Built { id: ImageId::of_digest(&Sha256::digest(&text).into()), manifest })
}

fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    fs::read(path).map_err(|source| ImageError::Read { path: path.to_owned(), source })
}

/// Both programs run with nothing beside them, and the one is an agent; answers its version.
fn check_programs(options: &BuildOptions) -> Result<String, ImageError> {
    let program = |path: &Path| {
        let bytes = read(path)?;
        let fault = |source| ImageError::Program { path: path.to_owned(), source };
        elf::static_program(&bytes).map_err(fault).map(|()| bytes)
    };
    program(&options.busybox)?;
    let agent = program(&options.agent)?;
    agent_version(&agent).ok_or_else(|| ImageError::NoAgent { path: options.agent.clone() })
}

/// Every agent holds the name by which it calls at servers, `muster-agent/0.1.0 (`. It is read, not run: it may be for
/// another processor, and a file that somebody named is no reason to run it.
fn agent_version(agent: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"muster-agent/";
    let found = agent.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    found.into_iter().find_map(|(at, _)| {
        let text = agent.get(at + NAME.len()..)?;
        let version = text.get(..text.len().min(40))?.split(|b| *b == b' ').next()?;
        let version = std::str::from_utf8(version).ok()?;
        let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c));
        let ended = text.get(version.len()..)?.starts_with(b" (");
        (plain && ended && version.starts_with(|c: char| c.is_ascii_digit())).then(|| version.to_owned())
    })
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

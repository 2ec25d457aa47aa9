//! Fetching a Debian package without installing it: apt with folders of its own, so that neither root nor the box's own
//! package lists are needed, nor changed.

mod mirror;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::progress::note;
use crate::{Deadline, Process, interrupt};

const ATTEMPTS: u32 = 3;
const FETCH_SECS: u64 = 900;

/// A private view of one Debian suite.
pub(crate) struct Apt {
    dir: PathBuf,
    suite: String,
}

impl Apt {
    /// Reads the package lists of `suite` into `dir`, from the mirror that the box itself uses.
    pub(crate) fn of_suite(suite: &str, dir: &Path) -> anyhow::Result<Self> {
        let apt = Self { dir: dir.to_owned(), suite: suite.to_owned() };
        for folder in ["sources", "lists/partial", "cache/archives/partial", "deb"] {
            let folder = dir.join(folder);
            std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        std::fs::write(dir.join("sources/debian.sources"), source(suite))?;
        note(format_args!("reading the package lists of Debian {suite}"));
        apt.try_again("read the package lists", || {
            apt.run("apt-get", &["-o", "Acquire::Languages=none", "update", "--error-on=any"], &apt.dir)
        })?;
        Ok(apt)
    }

    /// The suite that this box was installed from.
    pub(crate) fn suite_of_this_box() -> anyhow::Result<String> {
        let text = std::fs::read_to_string("/etc/os-release").context("can't read /etc/os-release")?;
        codename(&text).context("/etc/os-release has no VERSION_CODENAME: which Debian is this?")
    }

    /// The packages that this one depends on, as written in its list.
    pub(crate) fn depends(&self, package: &str) -> anyhow::Result<Vec<String>> {
        let text = self.run("apt-cache", &["depends", package], &self.dir)?;
        Ok(text.lines().filter_map(|line| line.trim().strip_prefix("Depends: ")).map(str::to_owned).collect())
    }

    /// Downloads a package and gives back its file.
    pub(crate) fn download(&self, package: &str) -> anyhow::Result<PathBuf> {
        let deb = self.dir.join("deb");
        note(format_args!("downloading {package} from Debian {}", self.suite));
        self.try_again(&format!("download {package}"), || self.run("apt-get", &["download", package], &deb))?;
        let files = std::fs::read_dir(&deb).with_context(|| format!("can't read {}", deb.display()))?;
        let prefix = format!("{package}_");
        let found = files.flatten().find(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
        Ok(found
            .with_context(|| format!("apt-get said it downloaded {package}, and it is not there"))?
            .path())
    }

    fn try_again(&self, what: &str, step: impl Fn() -> anyhow::Result<String>) -> anyhow::Result<()> {
        for attempt in 1.. {
            match step() {
                Ok(_) => break,
                Err(error) if error.is::<interrupt::Interrupted>() => return Err(error),
                Err(error) if attempt == ATTEMPTS => {
                    return Err(error).with_context(|| {
                        format!(
                            "can't {what} (Debian {}, {ATTEMPTS} attempts): is the mirror reachable from here?",
                            self.suite
                        )
                    });
                }
                Err(error) => note(format_args!("can't {what}, trying again: {error:#}")),
            }
            std::thread::sleep(Duration::from_secs(2));
        }
        Ok(())
    }

    fn run(&self, program: &str, arguments: &[&str], folder: &Path) -> anyhow::Result<String> {
        let mut command = Command::new(program);
        command.current_dir(folder).env("LC_ALL", "C");
        let dir = self.dir.display();
        for option in [
            "Dir::Etc::sourcelist=/dev/null".to_owned(),
            format!("Dir::Etc::sourceparts={dir}/sources"),
            format!("Dir::State::lists={dir}/lists"),
            format!("Dir::Cache={dir}/cache"),
            // apt would drop to a user that may not read our folder.
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Retries=3".to_owned(),
        ] {
            command.args(["-o", &option]);
        }
        command.args(arguments);
        Process::run(&format!("{program} {}", arguments.join(" ")), &command, Deadline::seconds(FETCH_SECS))
    }
}

/// The source of one suite, in deb822, on the mirror that the box itself uses.
pub(crate) fn source(suite: &str) -> String {
    mirror::of_this_box().stanza(suite)
}

/// Unpacks a package file into a folder.
pub(crate) fn unpack(deb: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("dpkg-deb");
    command.arg("--extract").arg(deb).arg(folder);
    Process::run("dpkg-deb --extract", &command, Deadline::seconds(300)).map(drop)
}

/// The version of a package file.
pub(crate) fn version(deb: &Path) -> anyhow::Result<String> {
    let mut command = Command::new("dpkg-deb");
    command.arg("--field").arg(deb).arg("Version");
    let text = Process::run("dpkg-deb --field", &command, Deadline::seconds(60))?;
    Ok(text.trim().to_owned())
}

/// Refuses a version older than `least`, by Debian's own order.
pub(crate) fn require_version(what: &str, version: &str, least: &str) -> anyhow::Result<()> {
    let mut command = Command::new("dpkg");
    command.args(["--compare-versions", version, "ge", least]);
    if !command.status().context("can't run dpkg")?.success() {
        bail!("{what} {version} is too old: {least} or newer is needed");
    }
    Ok(())
}

fn codename(os_release: &str) -> Option<String> {
    let value = os_release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    Some(value.trim_matches('"').to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codename_is_read_with_and_without_quotes() {
        assert_eq!(codename("NAME=x\nVERSION_CODENAME=bookworm\n").as_deref(), Some("bookworm"));
        assert_eq!(codename("VERSION_CODENAME=\"noble\"").as_deref(), Some("noble"));
        assert_eq!(codename("VERSION_CODENAME=\n"), None);
    }

    #[test]
    fn versions_are_compared_as_debian_does() {
        require_version("it", "2.27.0-1", "2.16").unwrap();
        let error = require_version("ntfy", "2.11.0-2+b4", "2.16").unwrap_err().to_string();
        assert_eq!(error, "ntfy 2.11.0-2+b4 is too old: 2.16 or newer is needed");
    }
}

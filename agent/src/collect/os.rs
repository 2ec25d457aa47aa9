//! Kernel and distribution.

pub(crate) mod redact;

use inventory::sections::Os;

use super::Nothing;
use crate::probe::{Probe, clean};
use crate::root::Question;

/// The kernel's own limit; what a boot configuration adds beyond it is left out.
const ARGUMENTS_LIMIT: usize = 2048;
const RELEASE: &str = "/proc/sys/kernel/osrelease";

pub(super) fn collect(probe: &Probe) -> Result<Os, Nothing> {
    let kernel = probe.text(RELEASE);
    let release = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| probe.lines(path, crate::root::FILE_LIMIT_BYTES));
    if kernel.is_none() && release.is_none() {
        return Err(Nothing::NotThere(RELEASE));
    }
    let field = |name| release.as_deref().and_then(|release| field(release, name));
    Ok(Os {
        kernel,
        architecture: architecture(probe),
        name: field("PRETTY_NAME"),
        id: field("ID"),
        version: field("VERSION_ID"),
        hostname: probe.text("/proc/sys/kernel/hostname").filter(|name| name != "(none)"),
        kernel_arguments: probe
            .lines("/proc/cmdline", crate::root::FILE_LIMIT_BYTES)
            .map(|line| redact::arguments(line.trim()).chars().take(ARGUMENTS_LIMIT).collect::<String>())
            .filter(|line| !line.is_empty()),
    })
}

/// As `uname -m` says: newer kernels write it into a file, older ones must be asked.
pub(super) fn architecture(probe: &Probe) -> Option<String> {
    probe
        .text("/proc/sys/kernel/arch")
        .or_else(|| clean(&probe.ask("architecture", &Question::Architecture)?))
}

/// A line of os-release: shell assignments, quoted or not.
fn field(release: &str, name: &str) -> Option<String> {
    let value = release.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    let value = value.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    clean(quoted.unwrap_or(value).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn the_distribution_is_read_where_it_stands() {
        let tree = Builder::new()
            .file(RELEASE, "6.1.0-56-amd64\n")
            .file(
                "/usr/lib/os-release",
                "NAME=x\nPRETTY_NAME=\"CentOS Stream 9\"\nID='centos'\nVERSION_ID=9\n",
            )
            .link("/etc/os-release", "/usr/lib/os-release")
            .file("/proc/sys/kernel/hostname", "(none)\n")
            .file("/proc/cmdline", "quiet muster.ticket=abcdefghij\n");
        let os = collect(&Probe::new(tree.root())).unwrap();
        assert_eq!(os.name.as_deref(), Some("CentOS Stream 9"));
        assert_eq!((os.id.as_deref(), os.version.as_deref()), (Some("centos"), Some("9")));
        assert_eq!(os.hostname, None);
        assert_eq!(os.kernel_arguments.as_deref(), Some("quiet muster.ticket=<redacted>"));
        assert_eq!(os.architecture.as_deref(), Some("x86_64"));
    }
}

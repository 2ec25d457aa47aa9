//! Kernel and distribution.

mod host_keys;
mod modules;
pub(crate) mod redact;
mod taint;

use inventory::sections::Os;

use super::Nothing;
use crate::probe::{Probe, clean};
use crate::root::{FILE_LIMIT_BYTES, Question};

/// The kernel's own limit; what a boot configuration adds beyond it is left out.
const ARGUMENTS_LIMIT: usize = 2048;
const RELEASE: &str = "/proc/sys/kernel/osrelease";

pub(super) fn collect(probe: &Probe) -> Result<Os, Nothing> {
    let kernel = release(probe);
    let os_release = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| probe.lines(path, FILE_LIMIT_BYTES));
    if kernel.is_none() && os_release.is_none() {
        return Err(Nothing::NotThere(RELEASE));
    }
    let field = |name| os_release.as_deref().and_then(|release| field(release, name));
    Ok(Os {
        kernel,
        kernel_build: probe.text("/proc/sys/kernel/version"),
        architecture: architecture(probe),
        name: field("PRETTY_NAME"),
        id: field("ID"),
        version: field("VERSION_ID"),
        variant: field("VARIANT_ID"),
        build: ["OSTREE_VERSION", "IMAGE_VERSION", "BUILD_ID"].into_iter().find_map(field),
        hostname: probe.text("/proc/sys/kernel/hostname").filter(|name| name != "(none)"),
        init: probe.text("/proc/1/comm"),
        kernel_arguments: arguments(probe)
            .map(|line| redact::arguments(line.trim()).chars().take(ARGUMENTS_LIMIT).collect::<String>())
            .filter(|line| !line.is_empty()),
        modules: modules::loaded(probe),
        taint: probe.number("/proc/sys/kernel/tainted").and_then(taint::letters),
        clock_source: probe.text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        ssh_host_keys: host_keys::read(probe),
    })
}

/// The kernel's version.
pub(super) fn release(probe: &Probe) -> Option<String> {
    clean(&probe.common_bytes(RELEASE)?)
}

/// What the kernel was started with.
pub(super) fn arguments(probe: &Probe) -> Option<String> {
    Some(String::from_utf8_lossy(&probe.common_bytes("/proc/cmdline")?).into_owned())
}

/// As `uname -m` says: newer kernels write it into a file, older ones must be asked.
pub(super) fn architecture(probe: &Probe) -> Option<String> {
    probe
        .common_bytes("/proc/sys/kernel/arch")
        .and_then(|name| clean(&name))
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
mod tests;

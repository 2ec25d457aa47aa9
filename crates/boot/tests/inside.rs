//! Running a test again in namespaces of its own.

use std::process::Command;

/// Runs `test` of this program again, after `setup`, in a network and a mount namespace that nobody else has. `false` when this
/// is that run.
pub(crate) fn alone(test: &str, setup: &str) -> bool {
    if std::env::var_os("MUSTER_TEST_ALONE").is_some() {
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let script = format!("set -e; ip link set lo up; {setup}; exec \"$0\" --exact {test} --nocapture");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount", "sh", "-c", &script])
        .arg(program)
        .env("MUSTER_TEST_ALONE", "1")
        .output()
        .expect("unshare (util-linux) and ip (iproute2) are needed");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    true
}

/// What the run in the namespaces does.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

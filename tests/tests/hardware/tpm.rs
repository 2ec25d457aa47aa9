//! An emulated TPM with endorsement keys and their certificates, as its maker would have left it.

use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Deadline, Process};

const START_SECS: u64 = 60;

/// A TPM at work.
pub(crate) struct Tpm {
    /// Where the machine finds it.
    pub(crate) socket: PathBuf,
    /// SHA-256 of the certificates by OpenSSL's word, by the kind of the key.
    pub(crate) certificates: [(&'static str, String); 2],
    _process: Process,
}

impl Tpm {
    /// Makes one in this folder, with a certificate authority that is its maker's, and starts it.
    pub(crate) fn start(folder: &Path) -> Self {
        let below = |name: &str| folder.join(name).display().to_string();
        let (state, authority, certificates) = (below("tpm"), below("tpm-ca"), below("tpm-certificates"));
        for made in [&state, &authority, &certificates] {
            std::fs::create_dir(made).unwrap();
        }
        let write = |name: &str, content: String| std::fs::write(folder.join(name), content).unwrap();
        write(
            "tpm-ca.conf",
            format!(
                "statedir = {authority}\nsigningkey = {authority}/key.pem\nissuercert = {authority}/issuer.pem\n\
                 certserial = {authority}/serial\n"
            ),
        );
        write(
            "tpm-ca.options",
            "--platform-manufacturer Lab\n--platform-version 1\n--platform-model SYS-7\n".to_owned(),
        );
        write(
            "tpm-setup.conf",
            format!(
                "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = {}\n\
                 create_certs_tool_options = {}\n",
                below("tpm-ca.conf"),
                below("tpm-ca.options")
            ),
        );
        let mut setup = Command::new("swtpm_setup");
        setup.args(["--tpm2", "--create-ek-cert", "--tpmstate", &state, "--config"]);
        setup.args([&below("tpm-setup.conf"), "--write-ek-cert-files", &certificates]);
        // What passes between its programs it leaves where others' files are.
        setup.env("TMPDIR", folder);
        Process::run("swtpm_setup", &setup, Deadline::seconds(START_SECS)).unwrap();

        let fingerprint = |name: &str| {
            let mut openssl = Command::new("openssl");
            openssl.args(["x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256", "-in"]);
            openssl.arg(Path::new(&certificates).join(name));
            let said = Process::run("openssl", &openssl, Deadline::seconds(START_SECS)).unwrap();
            said.trim().split_once('=').unwrap().1.replace(':', "").to_lowercase()
        };
        let certificates =
            [("ecc-p384", fingerprint("ek-secp384r1.crt")), ("rsa", fingerprint("ek-rsa2048.crt"))];

        let socket = folder.join("tpm.sock");
        let mut command = Command::new("swtpm");
        command.args(["socket", "--tpm2", "--tpmstate", &format!("dir={state}")]);
        command.args(["--ctrl", &format!("type=unixio,path={}", socket.display())]);
        let process = Process::spawn("swtpm", &command).unwrap();
        Deadline::seconds(START_SECS)
            .wait_for("the TPM's socket", || Ok(socket.exists().then_some(())))
            .unwrap();
        Self { socket, certificates, _process: process }
    }
}

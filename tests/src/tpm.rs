//! An emulated TPM with endorsement keys and their certificates, as its maker would have left it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use lab::{Deadline, Process};

const START_SECS: u64 = 60;

/// A TPM at work.
#[derive(Debug)]
pub struct Tpm {
    /// Where the machine finds it.
    socket: PathBuf,
    /// SHA-256 of the certificates by OpenSSL's word, by the kind of the key.
    pub certificates: [(&'static str, String); 2],
    _process: Process,
}

impl Tpm {
    /// Makes one in this folder, with a certificate authority that is its maker's, and starts it. It ends when its machine goes off.
    ///
    /// # Errors
    /// It can't be made, or does not start.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let below = |name: &str| folder.join(name).display().to_string();
        let (state, authority, certificates) = (below("tpm"), below("tpm-ca"), below("tpm-certificates"));
        for made in [&state, &authority, &certificates] {
            std::fs::create_dir(made)?;
        }
        let write = |name: &str, content: String| std::fs::write(folder.join(name), content);
        write(
            "tpm-ca.conf",
            format!(
                "statedir = {authority}\nsigningkey = {authority}/key.pem\nissuercert = {authority}/issuer.pem\n\
                 certserial = {authority}/serial\n"
            ),
        )?;
        write(
            "tpm-ca.options",
            "--platform-manufacturer Lab\n--platform-version 1\n--platform-model SYS-7\n".to_owned(),
        )?;
        write(
            "tpm-setup.conf",
            format!(
                "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = {}\n\
                 create_certs_tool_options = {}\n",
                below("tpm-ca.conf"),
                below("tpm-ca.options")
            ),
        )?;
        let mut setup = Command::new("swtpm_setup");
        setup.args(["--tpm2", "--create-ek-cert", "--tpmstate", &state, "--config"]);
        setup.args([&below("tpm-setup.conf"), "--write-ek-cert-files", &certificates]);
        // What passes between its programs it leaves where others' files are.
        setup.env("TMPDIR", folder);
        Process::run("swtpm_setup", &setup, Deadline::seconds(START_SECS))?;

        let fingerprint = |name: &str| {
            let mut openssl = Command::new("openssl");
            openssl.args(["x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256", "-in"]);
            openssl.arg(Path::new(&certificates).join(name));
            let said = Process::run("openssl", &openssl, Deadline::seconds(START_SECS))?;
            let (_, digits) = said.trim().split_once('=').context("OpenSSL told no fingerprint")?;
            anyhow::Ok(digits.replace(':', "").to_lowercase())
        };
        let certificates =
            [("ecc-p384", fingerprint("ek-secp384r1.crt")?), ("rsa", fingerprint("ek-rsa2048.crt")?)];

        let socket = folder.join("tpm.sock");
        let mut command = Command::new("swtpm");
        command.args(["socket", "--tpm2", "--tpmstate", &format!("dir={state}")]);
        command.args(["--ctrl", &format!("type=unixio,path={}", socket.display())]);
        let process = Process::spawn("swtpm", &command)?;
        Deadline::seconds(START_SECS).wait_for("the TPM's socket", || Ok(socket.exists().then_some(())))?;
        Ok(Self { socket, certificates, _process: process })
    }

    /// A machine's part that is it: `model` is how it is connected, such as `tpm-crb`.
    #[must_use]
    pub fn parts(&self, model: &str) -> Vec<String> {
        let socket = self.socket.display().to_string().replace(',', ",,");
        let parts = [
            ("-chardev", format!("socket,id=tpm,path={socket}")),
            ("-tpmdev", "emulator,id=tpm0,chardev=tpm".to_owned()),
            ("-device", format!("{model},tpmdev=tpm0")),
        ];
        parts.into_iter().flat_map(|(option, value)| [option.to_owned(), value]).collect()
    }
}

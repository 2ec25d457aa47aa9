//! The site: DHCP and DNS, a phone, the server with a cluster, and the machine-config server of that cluster.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::{Deadline, Dnsmasq, DnsmasqOptions, Muster, Namespace, Ntfy, Process, Programs, Scratch, coreos};
use muster_tests::programs;
use serde_json::Value;

use crate::installer::{Installer, Written};

pub(crate) const TOPIC: &str = "alerts-okd-q8w2";
const SETTINGS: &str = r#"
[agents]
interval_secs = 2
[alerts]
warm_up = "3s"
"#;
/// What a machine-config server answers: one file, so that it shows.
const MACHINE_CONFIGS: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"ignition":{"version":"3.2.0"},"storage":{"files":[{"path":"/etc/machine-config","contents":{"source":"data:,pool"}}]}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, form, *words):
        print(form % words, flush=True)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server = http.server.HTTPServer((sys.argv[1], 22623), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("machine configs are served", flush=True)
server.serve_forever()
"#;
const START: u64 = 60;

pub(crate) struct Site {
    pub(crate) muster: Muster,
    pub(crate) ntfy: Ntfy,
    pub(crate) machine_configs: Process,
    /// What stands in the cluster's configs.
    pub(crate) secrets: Vec<String>,
    pub(crate) namespace: Namespace,
    pub(crate) folder: Scratch,
    _dnsmasq: Dnsmasq,
}

impl Site {
    pub(crate) fn new() -> Self {
        let (namespace, folder) = (Namespace::new().unwrap(), Scratch::new().unwrap());
        // The debugger's part is most of a test's agent.
        let agent = folder.path().join("muster-agent");
        let mut strip = Command::new("strip");
        strip.arg("-o").arg(&agent).arg(programs().unwrap().agent);
        Process::run("strip", &strip, Deadline::seconds(START)).unwrap();
        let programs = Programs { agent, ..programs().unwrap() };
        let mut options = DnsmasqOptions::new(&Muster::boot_url());
        options.names = vec![("api-int.okd1.example.lan".to_owned(), Namespace::ADDRESS)];
        // On the way to its disk UEFI tries HTTP boot, too, and waits for a minute where nobody answers: here it is told of a file that
        // is not there.
        let nothing = format!("http://{}:{}/boot/ipxe/none.efi", Namespace::ADDRESS, Muster::HTTP_PORT);
        options.extra_lines = vec![
            "dhcp-option-force=tag:http64,60,HTTPClient".to_owned(),
            format!("dhcp-boot=tag:http64,{nothing}"),
        ];
        let dnsmasq = Dnsmasq::start(&namespace, &options).unwrap();
        let ntfy = Ntfy::start(&namespace, namespace.address()).unwrap();
        let muster = Muster::start(&namespace, &programs, folder.path(), SETTINGS).unwrap();
        muster.use_own_image(folder.path()).unwrap();
        subscribe(&muster, &ntfy);
        let (machine_configs, secrets) = create_cluster(&muster, &namespace, folder.path());
        Self { muster, ntfy, machine_configs, secrets, namespace, folder, _dnsmasq: dnsmasq }
    }

    /// The name of the host with this serial number, once it has reported.
    pub(crate) fn host(&self, serial: &str, deadline: Deadline) -> anyhow::Result<String> {
        deadline.wait_for("the host's inventory", || {
            let hosts = self.muster.json(&["host", "list"])?;
            let found = hosts.as_array().unwrap().iter().find(|host| host["serial"] == serial).cloned();
            Ok(found
                .filter(|host| host["revision"].as_i64() > Some(0))
                .map(|host| host["name"].as_str().unwrap().to_owned()))
        })
    }

    pub(crate) fn state(&self, host: &str) -> String {
        self.shown(host)["host"]["state"].as_str().unwrap().to_owned()
    }

    /// Of the boot in which its agent last spoke.
    pub(crate) fn boot_id(&self, host: &str) -> Value {
        self.shown(host)["host"]["boot_id"].clone()
    }

    fn shown(&self, host: &str) -> Value {
        self.muster.json(&["host", "show", host]).unwrap()
    }
}

/// What the operator brings: the installer's folder, and the three files of a boot image.
fn create_cluster(muster: &Muster, namespace: &Namespace, folder: &Path) -> (Process, Vec<String>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let written = Installer::new("okd1", i64::try_from(now).unwrap()).run();
    let ignition = folder.join("okd1");
    std::fs::create_dir(&ignition).unwrap();
    for (name, text) in written.files() {
        std::fs::write(ignition.join(name), text).unwrap();
    }
    let made = coreos().unwrap();
    let mut create =
        ["cluster", "create", "okd1", "--domain", "example.lan", "--ignition"].map(str::to_owned).to_vec();
    create.push(ignition.to_str().unwrap().to_owned());
    for (kind, file) in [("kernel", made.kernel), ("initramfs", made.initramfs), ("rootfs", made.rootfs)] {
        let added = ["asset", "add", file.to_str().unwrap(), "--kind", kind];
        let asset = muster.json(&added).unwrap()["asset"].as_str().unwrap().to_owned();
        create.extend([format!("--{kind}"), asset]);
    }
    create.extend(["--build", "9.0.20250510-0"].map(str::to_owned));
    muster.run(&create.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();

    (serve_machine_configs(&written, namespace, folder), written.planted)
}

/// As a bootstrap does: by the certificate that its own config brings.
fn serve_machine_configs(written: &Written, namespace: &Namespace, folder: &Path) -> Process {
    let bootstrap: Value = serde_json::from_str(&written.bootstrap).unwrap();
    let mut command = namespace.command("python3");
    command.args(["-c", MACHINE_CONFIGS, &Namespace::ADDRESS.to_string()]);
    for name in ["machine-config-server.crt", "machine-config-server.key"] {
        let mut files = bootstrap["storage"]["files"].as_array().unwrap().iter();
        let file = files.find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap();
        let (_, content) = file["contents"]["source"].as_str().unwrap().split_once(";base64,").unwrap();
        std::fs::write(folder.join(name), STANDARD.decode(content).unwrap()).unwrap();
        command.arg(folder.join(name));
    }
    let process = Process::spawn("machine configs", &command).unwrap();
    process.wait_for_line("machine configs are served", Deadline::seconds(START)).unwrap();
    process
}

fn subscribe(muster: &Muster, ntfy: &Ntfy) {
    muster.run_with_input(&["secret", "set", "ntfy-token"], ntfy.publisher_token()).unwrap();
    let url = ntfy.url();
    muster.run(&["provider", "add", "ntfy", "phone", "--url", &url, "--token-secret", "ntfy-token"]).unwrap();
    muster.run(&["subscription", "add", "--name", "me", "--provider", "phone", "--topic", TOPIC]).unwrap();
}

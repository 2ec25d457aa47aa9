//! A plain dnsmasq, the real one, in a network namespace of its own.

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use gateway::opnsense::{Credential, Examination};
use gateway::{
    AdapterKind, Adapters, Connect, DnsmasqHost, Gateway, GatewayError, Gateways, Kind, Registration, Reload,
    Service, ServiceState,
};
use inventory::ManualClock;
use secrets::{SecretKey, Secrets};
use store::Store;

use crate::house::{START, fw1, pace, roll_back, wish};
use crate::others::Careless;

mod others;

const WISH: &str = r#"
[[network]]
interface = "eth9"
range = "10.77.0.100-10.77.0.199"
domain = "lab.example"

[[reservation]]
name = "node1"
mac = ["52:54:00:aa:bb:01", "52:54:00:aa:bb:02"]
ip = "10.77.0.50"

[[dns]]
name = "registry.lab.example"
ip = "10.77.0.7"

[[dns]]
name = "*.apps.okd1.lab.example"
ip = "10.77.0.8"

[boot]
server = "10.77.0.1"
tcp_ports = [8080]
script = "http://10.77.0.1:8080/boot/boot.ipxe"
firmware = [
    { class = "bios", codes = [0], file = "undionly.kpxe" },
    { class = "http64", codes = [16], url = "http://10.77.0.1:8080/boot/ipxe.efi" },
]
"#;

const PORT: u16 = 5399;

fn sh(script: &str) {
    let output = Command::new("sh").args(["-ec", script]).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a test in a thread with a network of its own, so that nobody else's DHCP is there.
fn apart<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let thread = std::thread::spawn(move || {
        let made = nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET);
        assert_eq!(made, Ok(()), "this test makes a network namespace: run it as root");
        sh(
            "ip link set lo up; ip link add eth9 type veth peer name eth9p; ip addr add 10.77.0.1/24 dev eth9; \
            ip link set eth9 up; ip link set eth9p up",
        );
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test());
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// A dnsmasq with a folder of configuration, and a server that has a file in it.
struct Place {
    folder: tempfile::TempDir,
    gateways: Gateways,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(pid) = fs::read_to_string(self.folder.path().join("dnsmasq.pid")) {
            Command::new("kill").arg(pid.trim()).status().ok();
        }
    }
}

struct Around(Adapters, bool);

impl Connect for Around {
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError> {
        let gateway = self.0.connect(adapter)?;
        let range = ["10.77.0.210", "10.77.0.220"];
        Ok(if self.1 { Arc::new(Careless(gateway, "eth9", range)) } else { gateway })
    }

    fn examine<'a>(
        &'a self,
        adapter: &'a AdapterKind,
        credential: Option<Credential>,
        services: &'a [Service],
    ) -> BoxFuture<'a, Result<Examination, GatewayError>> {
        self.0.examine(adapter, credential, services)
    }
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        fs::create_dir(folder.path().join("conf")).unwrap();
        let main = format!(
            "port={PORT}\nno-resolv\nno-hosts\nbind-dynamic\nuser=root\npid-file={at}/dnsmasq.pid\n\
             dhcp-leasefile={at}/leases\nconf-dir={at}/conf,*.conf\n"
        );
        fs::write(folder.path().join("main.conf"), main).unwrap();
        let restart = format!(
            "if [ -e {at}/dnsmasq.pid ]; then old=$(cat {at}/dnsmasq.pid); kill $old; \
             while kill -0 $old 2>/dev/null; do sleep 0.05; done; fi\nexec dnsmasq --conf-file={at}/main.conf\n"
        );
        fs::write(folder.path().join("restart"), restart).unwrap();
        fs::write(folder.path().join("running"), format!("kill -0 $(cat {at}/dnsmasq.pid)\n")).unwrap();
        let gateways = Self::open(folder.path(), false).await;
        let reload = Reload::Command;
        let adapter = AdapterKind::Dnsmasq { file: folder.path().join("conf/muster.conf"), reload };
        gateways.add(Registration { name: fw1(), adapter }, "operator").await.unwrap();
        gateways.set_wish(&fw1(), "site", Some(wish(WISH)), "operator").await.unwrap();
        Self { folder, gateways }
    }

    async fn open(folder: &Path, careless: bool) -> Gateways {
        let script = |name: &str| vec!["/bin/sh".to_owned(), folder.join(name).display().to_string()];
        let host =
            DnsmasqHost { restart: script("restart"), running: script("running"), ..DnsmasqHost::default() };
        let store = Store::open(&folder.join("muster.db")).await.unwrap();
        let secrets = Secrets::new(store.clone(), SecretKey::load_or_create(&folder.join("key")).unwrap());
        let connect = Arc::new(Around(Adapters::new(secrets, host), careless));
        let clock = Arc::new(ManualClock::at(START));
        Gateways::open_with(store, connect, clock, folder.join("backups"), pace()).await.unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("conf/muster.conf")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn pid(&self) -> String {
        fs::read_to_string(self.folder.path().join("dnsmasq.pid")).unwrap()
    }

    async fn apply(&self) -> gateway::ApplyRecord {
        let plan = self.gateways.plan(&fw1()).await.unwrap();
        assert_eq!(plan.conflicts, []);
        self.gateways.apply(&fw1(), &plan.digest, "operator").await.unwrap()
    }
}

/// What the running dnsmasq answers for a name: the last four bytes of its answer are the address.
fn resolve(name: &str) -> [u8; 4] {
    let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        query.push(u8::try_from(label.len()).unwrap());
        query.extend(label.bytes());
    }
    query.extend([0, 0, 1, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.send_to(&query, ("127.0.0.1", PORT)).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    assert_eq!(answer[7], 1, "one answer for {name}");
    answer.get(length - 4..length).unwrap().try_into().unwrap()
}

#[test]
fn a_plain_dnsmasq_takes_the_same_wish_and_gives_it_back() {
    apart(|| async {
        let place = Place::new().await;
        let record = place.apply().await;
        assert_eq!(record.state.as_str(), "done", "{}", record.words);
        assert_eq!(resolve("registry.lab.example"), [10, 77, 0, 7]);
        assert_eq!(resolve("any.apps.okd1.lab.example"), [10, 77, 0, 8]);
        let text = place.text();
        for line in [
            "dhcp-range=tag:eth9,10.77.0.100,10.77.0.199,86400",
            "dhcp-host=52:54:00:aa:bb:01,52:54:00:aa:bb:02,10.77.0.50,node1",
            "host-record=registry.lab.example,10.77.0.7",
            "address=/apps.okd1.lab.example/10.77.0.8",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
        assert!(
            text.rfind("undionly.kpxe,muster,10.77.0.1").unwrap() < text.rfind("boot.ipxe,").unwrap(),
            "{text}"
        );
        let pid = place.pid();
        assert!(place.gateways.plan(&fw1()).await.unwrap().is_empty());
        assert_eq!(place.apply().await.steps.len(), 0);
        assert_eq!((place.text(), place.pid()), (text, pid), "twice is once");

        let back = roll_back(&place.gateways, None).await.unwrap();
        assert_eq!(back.state.as_str(), "done", "{}", back.words);
        assert_eq!(place.text().lines().count(), 1, "nothing but its heading:\n{}", place.text());
    });
}

#[test]
fn what_somebody_writes_into_the_file_is_put_right() {
    apart(|| async {
        let place = Place::new().await;
        assert_eq!(place.apply().await.state.as_str(), "done");
        let text = place.text();
        let edited = text.replace("10.77.0.50,node1", "10.77.0.51,node1");
        fs::write(place.file(), format!("{edited}dhcp-boot=evil.efi\n#muster {{no json\n")).unwrap();
        let drift = place.gateways.drift(&fw1()).await.unwrap();
        let names: Vec<_> = drift.changes.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["dnsmasq-settings", "reservation node1"]);
        let notices = place.gateways.plan(&fw1()).await.unwrap().notices;
        let said = "what is not as Muster wrote it in the file goes, 4 lines in all, the first \"dhcp-host=52:54:00:aa:bb:01,";
        assert!(notices.iter().any(|notice| notice.text.starts_with(said)), "{notices:?}");
        let record = place.apply().await;
        assert_eq!(record.state.as_str(), "done", "{}", record.words);
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&place.text()), sorted(&text));
        // It can be taken back like anything else.
        roll_back(&place.gateways, None).await.unwrap();
        assert!(place.text().contains("10.77.0.51,node1") && place.text().contains("dhcp-boot=evil.efi"));
    });
}

#[test]
fn what_dnsmasq_does_not_take_never_comes_near_it() {
    apart(|| async {
        let place = Place::new().await;
        assert_eq!(place.apply().await.state.as_str(), "done");
        let (text, pid) = (place.text(), place.pid());
        let careless = Place::open(place.folder.path(), true).await;
        let plan = careless.plan(&fw1()).await.unwrap();
        let record = careless.apply(&fw1(), &plan.digest, "operator").await.unwrap();
        assert_eq!(record.state.as_str(), "undone", "{}", record.words);
        assert!(record.words.contains("bad dhcp-range"), "{}", record.words);
        assert_eq!((place.text(), place.pid()), (text, pid), "it was not even restarted");
        assert_eq!(resolve("registry.lab.example"), [10, 77, 0, 7]);
    });
}

#[test]
fn one_that_does_not_come_up_gets_its_old_file_back() {
    apart(|| async {
        let place = Place::new().await;
        assert_eq!(place.apply().await.state.as_str(), "done");
        let text = place.text();
        // dnsmasq takes each file by itself, and not both together.
        let other = wish(&WISH.replace("10.77.0.199", "10.77.0.198"));
        place.gateways.set_wish(&fw1(), "site", Some(other), "operator").await.unwrap();
        let restart = place.folder.path().join("restart");
        let good = fs::read_to_string(&restart).unwrap();
        let at = place.folder.path().display();
        fs::write(&restart, format!("if grep -q 10.77.0.198 {at}/conf/muster.conf; then kill $(cat {at}/dnsmasq.pid); exit 1; fi\n{good}"))
            .unwrap();
        let record = place.apply().await;
        assert_eq!(record.state.as_str(), "undone", "{}", record.words);
        assert_eq!(place.text(), text);
        assert_eq!(resolve("registry.lab.example"), [10, 77, 0, 7]);
        let reading = place.gateways.connect(&fw1()).await.unwrap().read(&[]).await.unwrap();
        assert_eq!(reading.services[&Service::Dnsmasq], ServiceState::Running);
    });
}

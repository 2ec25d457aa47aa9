//! The fake as a test holds it.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::mpsc::unbounded_channel;

use crate::config::{Config, Item};
use crate::desk::Desk;
use crate::dnsmasq::{Dnsmasq, Runner};
use crate::haproxy::Haproxy;
use crate::options::Options;
use crate::release::Release;
use crate::revision::{History, Revision};
use crate::server::{Certificate, Logged, Order, Shared, lock, run};
use crate::state::{Lease, SaveTrouble, State};
use crate::trouble::{Armed, Trouble, When};
use crate::unbound::Unbound;
use crate::user::User;

/// A fake OPNsense that listens until it is dropped.
pub struct FakeOpnSense {
    shared: Arc<Shared>,
    address: SocketAddr,
    tls: bool,
    thread: Option<JoinHandle<()>>,
    // After the thread in the order of dropping.
    _folder: Option<tempfile::TempDir>,
}

impl FakeOpnSense {
    /// Starts it.
    ///
    /// # Panics
    /// With words, where it can't: without dnsmasq, or where its address is taken.
    #[must_use]
    pub fn start(options: Options) -> Self {
        match Self::try_start(options) {
            Ok(fake) => fake,
            Err(words) => panic!("{words}"),
        }
    }

    /// Starts it, or says why it can't.
    ///
    /// # Errors
    /// Without dnsmasq, or where its address or folder can't be had.
    pub fn try_start(options: Options) -> Result<Self, String> {
        Runner::look_for_it()?;
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: std::io::Error| format!("the fake OPNsense can't have {what}: {error}")
        };
        let own = match &options.folder {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(failed("a folder"))?),
        };
        let folder = match (&options.folder, &own) {
            (Some(folder), _) => std::path::absolute(folder).map_err(failed("its folder"))?,
            (None, Some(own)) => own.path().to_owned(),
            (None, None) => PathBuf::new(),
        };
        let dnsmasq = Dnsmasq::new(options.dnsmasq.clone(), &folder).map_err(failed("its folder"))?;
        let listener =
            TcpListener::bind(options.listen).map_err(failed(&format!("the address {}", options.listen)))?;
        let address = listener.local_addr().map_err(failed("its address"))?;
        let certificate = Certificate::new(&address.ip().to_string()).map_err(failed("a certificate"))?;
        let (orders, todo) = unbounded_channel();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(options.clone(), dnsmasq)),
            troubles: Mutex::default(),
            log: Mutex::default(),
            certificate,
            sockets: Mutex::default(),
            orders,
        });
        let (tls, serving) = (options.tls, Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            let served = actix_web::rt::System::new().block_on(run(listener, tls, serving, todo));
            if let Err(error) = served {
                eprintln!("the fake OPNsense on {address} ended: {error}");
            }
        });
        Ok(Self { shared, address, tls, thread: Some(thread), _folder: own })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    /// The SHA-256 of its certificate, in lower-case hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.shared.certificate.fingerprint()
    }

    /// Its certificate, which is its own authority.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.shared.certificate.pem()
    }

    /// Shows another certificate from now on, and ends all connections. Its fingerprint.
    ///
    /// # Panics
    /// Where none can be made.
    pub fn change_certificate(&self) -> String {
        if let Err(error) = self.shared.certificate.change(&self.address.ip().to_string()) {
            panic!("can't make a certificate: {error}");
        }
        self.shared.cut_all();
        self.fingerprint()
    }

    /// Goes down: connections end, and new ones are refused.
    pub fn down(&self) {
        self.shared.order(Order::Down);
    }

    /// Comes up again.
    pub fn up(&self) {
        self.shared.order(Order::Up);
    }

    /// From now on this goes wrong with these requests.
    pub fn trouble(&self, when: When, what: Trouble) {
        lock(&self.shared.troubles).push(Armed::new(when, what));
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        lock(&self.shared.troubles).clear();
    }

    /// All requests since the start, or since they were forgotten.
    #[must_use]
    pub fn requests(&self) -> Vec<Logged> {
        lock(&self.shared.log).clone()
    }

    /// Those of them that write, as `METHOD path`.
    #[must_use]
    pub fn writes(&self) -> Vec<String> {
        let all = self.requests().into_iter();
        all.filter(|one| one.method == "POST" && crate::trouble::writes(&one.path))
            .map(|one| one.path)
            .collect()
    }

    /// Forgets the requests.
    pub fn forget_requests(&self) {
        lock(&self.shared.log).clear();
    }

    /// A person of that name does something at the firewall's pages.
    pub fn human<T>(&self, name: &str, act: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        act(&mut Desk::new(&mut lock(&self.shared.state), name))
    }

    /// The configuration as it is saved.
    #[must_use]
    pub fn config(&self) -> Config {
        lock(&self.shared.state).config.clone()
    }

    /// A table of it by its key, such as `dnsmasq.dhcp_boot`, `unboundplus.hosts.host`, `HAProxy.backends.backend` or
    /// `Filter.rules.rule`.
    #[must_use]
    pub fn rows(&self, table: &str) -> Vec<Item> {
        lock(&self.shared.state).config.rows(table).to_vec()
    }

    /// `config.xml`.
    #[must_use]
    pub fn config_xml(&self) -> String {
        let state = lock(&self.shared.state);
        state.history.all().first().map(|newest| newest.xml.to_string()).unwrap_or_default()
    }

    /// Its history, newest first.
    #[must_use]
    pub fn revisions(&self) -> Vec<Revision> {
        lock(&self.shared.state).history.all().to_vec()
    }

    /// dnsmasq's file, as it was rendered last.
    #[must_use]
    pub fn dnsmasq_file(&self) -> String {
        lock(&self.shared.state).dnsmasq.file()
    }

    /// The file that HAProxy runs with; empty where it does not run.
    #[must_use]
    pub fn haproxy_file(&self) -> String {
        lock(&self.shared.state).haproxy.runs_with().to_owned()
    }

    /// The host overrides that Unbound answers.
    #[must_use]
    pub fn unbound_answers(&self) -> Vec<Item> {
        lock(&self.shared.state).unbound.answers.clone()
    }

    /// The packet filter's rules that are in force.
    #[must_use]
    pub fn applied_rules(&self) -> Vec<Item> {
        lock(&self.shared.state).applied_rules.clone()
    }

    /// Who has a key from now on.
    pub fn set_users(&self, users: Vec<User>) {
        lock(&self.shared.state).users = users;
    }

    /// The addresses that dnsmasq has given out.
    pub fn set_leases(&self, leases: Vec<Lease>) {
        lock(&self.shared.state).leases = leases;
    }
}

impl Drop for FakeOpnSense {
    fn drop(&mut self) {
        self.shared.orders.send(Order::Stop).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
        lock(&self.shared.state).dnsmasq.stop();
    }
}

impl State {
    fn new(options: Options, dnsmasq: Dnsmasq) -> Self {
        let kept = options
            .folder
            .as_ref()
            .and_then(|folder| serde_json::from_slice(&std::fs::read(folder.join("state.json")).ok()?).ok());
        let config = kept.unwrap_or_else(|| Config::new(options.release, options.site.clone()));
        let mut state = Self {
            release: options.release,
            haproxy_plugin: options.haproxy,
            users: options.users,
            applied_rules: config.rows("Filter.rules.rule").to_vec(),
            config,
            history: History::default(),
            dnsmasq,
            unbound: Unbound::running(options.unbound_start),
            haproxy: Haproxy::default(),
            leases: Vec::new(),
            trouble: SaveTrouble::default(),
            ballast_bytes: options.ballast_bytes,
            folder: options.folder,
        };
        let system = if options.release < Release(26, 1, 0) { "(system)" } else { "(root)" };
        state.record(system, "/usr/local/opnsense/mvc/script/run_migrations.php made changes");
        state.record(system, "/usr/local/etc/rc.bootup made changes");
        state.haproxy.reconfigure(&state.config);
        state.dnsmasq.restart(&state.config, state.release);
        state
    }
}

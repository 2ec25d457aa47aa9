//! The walk itself: asks, follows what was answered, and lets [`crate::verdict`] judge. Whatever several firmwares share is
//! loaded once, and all at the same time.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use inventory::MacAddr;

use crate::dhcp::{Offer, Speaker};
use crate::firmware::{Firmware, IpxeBuild};
use crate::http::Client;
use crate::ipxe::{self, MOST_SCRIPT_BYTES, Run, Step};
use crate::loader::behind_shim;
use crate::plan::Plan;
use crate::report::Report;
use crate::tftp;
use crate::verdict::{
    Aim, Cause, DhcpSeen, Fault, Fetched, FileFault, Hop, Reached, RunSeen, Verdict, aim, judge_loader,
    judge_run, judge_script_file,
};
use crate::wire::{self, Card, WireError};

/// TFTP and HTTP learn that no machine is there when ARP gives up, and that takes 3 seconds.
const LEAST_PATIENCE: Duration = Duration::from_secs(4);
const TFTP_PORT: u16 = 69;

/// What is to be examined.
#[derive(Debug, Clone)]
pub struct Examination {
    /// The card on the machines' network.
    pub card: Card,
    /// The machine that is played.
    pub mac: MacAddr,
    /// The firmwares that are played.
    pub firmwares: Vec<&'static Firmware>,
    /// How long DHCP is listened to, and how long silence may last elsewhere.
    pub timeout: Duration,
}

/// Why nothing could be examined.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// The wire.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No address to load files from.
    #[error(
        "{0} has no IPv4 address, and files can't be loaded from a card without one: give it one in the machines' network (`ip address add ADDRESS/LENGTH dev {0}`)"
    )]
    NoAddress(String),
    /// The HTTP client.
    #[error("can't make an HTTP client")]
    Http(#[from] reqwest::Error),
    /// The randomness for the questions' numbers.
    #[error("the kernel gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// A thread died.
    #[error("listening to DHCP ended badly")]
    Listener(#[from] tokio::task::JoinError),
}

impl Examination {
    /// Examines: asks DHCP, loads what it names, runs the scripts, and says what would become of each firmware.
    ///
    /// # Errors
    /// When this machine can't ask. What is wrong with the site is no error, but in the report.
    pub async fn run(self) -> Result<Report, ExamineError> {
        let own = self.card.address().ok_or_else(|| ExamineError::NoAddress(self.card.name().to_owned()))?;
        let patience = self.timeout.max(LEAST_PATIENCE);
        let walk = Arc::new(Walk { own, patience, http: Client::new(own, patience)?, mac: self.mac });
        let local_server = wire::runs_a_dhcp_server();
        let heard = self.ask(local_server).await?;

        let bare: HashMap<u16, Result<Aim, Fault>> = self
            .firmwares
            .iter()
            .filter(|firmware| firmware.ipxe().is_some())
            .map(|firmware| {
                (firmware.code, aim(Speaker::Firmware(firmware), &heard.seen_by(Speaker::Firmware(firmware))))
            })
            .collect();
        let mut builds: Vec<&'static IpxeBuild> = Vec::new();
        for build in self.firmwares.iter().filter_map(|firmware| firmware.ipxe()) {
            if !builds.contains(&build) {
                builds.push(build);
            }
        }
        let loaders = walk.load(bare.values().flatten());
        let scripts = join_all(builds.iter().map(|build| walk.follow(build, &heard)));
        let (loaders, scripts) = tokio::join!(loaders, scripts);

        let verdicts = self.firmwares.iter().map(|firmware| {
            let came = self.judge(firmware, &bare, &loaders, &builds, &scripts);
            Verdict::new(firmware, came)
        });
        Ok(Report::new(&self, own, local_server, &heard.offers, verdicts.collect()))
    }

    async fn ask(&self, local_server: bool) -> Result<Heard, ExamineError> {
        let first_xid = getrandom::u32().map_err(ExamineError::Random)?;
        let plan = Plan::new(&self.firmwares, self.mac, first_xid);
        let (card, window) = (self.card.clone(), self.timeout);
        let heard = tokio::task::spawn_blocking(move || {
            let mut offers = wire::ask(&card, &plan, window, local_server)?;
            let mut own_mac_answered = false;
            if offers.is_empty() && plan.rounds().next().is_some() {
                // Once more in the card's own name: a switch may let only that one through.
                own_mac_answered =
                    !wire::ask(&card, &plan.with_mac(card.mac()), window, local_server)?.is_empty();
            }
            for proxy in offers.iter_mut().filter(|offer| offer.is_proxy() && offer.file.is_empty()) {
                let answer = plan.question(proxy.xid).and_then(|q| wire::ask_proxy(&card, q, proxy.server));
                *proxy = answer.unwrap_or_else(|| proxy.clone());
            }
            Ok::<_, WireError>(Heard { plan, offers, own_mac_answered })
        });
        Ok(heard.await??)
    }

    fn judge(
        &self,
        firmware: &'static Firmware,
        bare: &HashMap<u16, Result<Aim, Fault>>,
        loaders: &HashMap<Aim, Result<Vec<u8>, FileFault>>,
        builds: &[&'static IpxeBuild],
        scripts: &[Result<RunSeen, Fault>],
    ) -> Result<(Reached, Vec<String>), Fault> {
        let silent = || Fault { hop: Hop::Dhcp, cause: Cause::DhcpSilent };
        let aim = bare.get(&firmware.code).ok_or_else(silent)?.as_ref().map_err(Clone::clone)?;
        if let Some(came) = loaders.get(aim) {
            judge_loader(firmware, aim, came)?;
        }
        let behind = builds.iter().position(|build| Some(*build) == firmware.ipxe());
        match behind.and_then(|at| scripts.get(at)).ok_or_else(silent)? {
            Ok(run) => judge_run(run),
            Err(fault) => Err(fault.clone()),
        }
    }
}

struct Heard {
    plan: Plan,
    offers: Vec<Offer>,
    own_mac_answered: bool,
}

impl Heard {
    fn seen_by(&self, speaker: Speaker) -> DhcpSeen {
        let offers = self.plan.offers_to(speaker, &self.offers);
        DhcpSeen { offers, own_mac_answered: self.own_mac_answered }
    }
}

struct Walk {
    own: Ipv4Addr,
    patience: Duration,
    http: Client,
    mac: MacAddr,
}

impl Walk {
    /// Loads each of these once.
    async fn load(&self, aims: impl Iterator<Item = &Aim>) -> HashMap<Aim, Result<Vec<u8>, FileFault>> {
        let mut once: Vec<&Aim> = Vec::new();
        for aim in aims {
            if !once.contains(&aim) {
                once.push(aim);
            }
        }
        let loaded = once.into_iter().map(|aim| async move { (aim.clone(), self.loader(aim).await) });
        join_all(loaded).await.into_iter().collect()
    }

    /// A loader; where it is shim, also the one that shim loads.
    async fn loader(&self, aim: &Aim) -> Result<Vec<u8>, FileFault> {
        let bytes = self.file(aim).await?;
        let next = behind_shim(aim.file()).map(|file| match aim {
            Aim::Tftp { server, named, .. } => Aim::Tftp { server: *server, file, named: *named },
            Aim::Http { .. } => Aim::Http { url: file },
        });
        match next {
            Some(next) => self.file(&next).await,
            None => Ok(bytes),
        }
    }

    async fn file(&self, aim: &Aim) -> Result<Vec<u8>, FileFault> {
        match aim {
            Aim::Http { url } => Ok(self.http.loader(url).await.map_err(FileFault::Http)?.bytes),
            Aim::Tftp { server, file, .. } => {
                let ask = tftp::Ask {
                    own: self.own,
                    server: *server,
                    port: TFTP_PORT,
                    file: file.clone(),
                    patience: self.patience,
                };
                tftp::fetch(&ask).await.map_err(FileFault::Tftp)
            }
        }
    }

    /// From iPXE's DHCP to the end of its scripts.
    async fn follow(&self, build: &'static IpxeBuild, heard: &Heard) -> Result<RunSeen, Fault> {
        let speaker = Speaker::Ipxe(build);
        let seen = heard.seen_by(speaker);
        let aim = aim(speaker, &seen)?;
        let came = match &aim {
            // iPXE asks for a script at once: no HEAD, no length needed.
            Aim::Http { url } => {
                self.http.start(url, MOST_SCRIPT_BYTES).await.map(|got| got.bytes).map_err(FileFault::Http)
            }
            Aim::Tftp { .. } => self.file(&aim).await,
        };
        let script = judge_script_file(&aim, &came)?;
        let url = match &aim {
            Aim::Http { url } => url.clone(),
            Aim::Tftp { server, file, .. } => format!("tftp://{server}/{}", file.trim_start_matches('/')),
        };
        let offer = seen.offers.iter().find(|offer| offer.address.is_some());
        let client = ipxe::Client {
            mac: self.mac,
            address: offer.and_then(|offer| offer.address),
            next_server: offer.and_then(|offer| offer.next_server),
            build,
        };
        let run = Run::new(&url, script, &client).map_err(|why| Fault {
            hop: Hop::Script,
            cause: Cause::Script { url: url.clone(), why, line: Default::default() },
        })?;
        Ok(self.run(url, run).await)
    }

    async fn run(&self, url: String, mut run: Run) -> RunSeen {
        let mut fetched = Vec::new();
        loop {
            match run.next() {
                Step::End(end) => return RunSeen { url, fetched, end, echoes: run.echoes().to_vec() },
                Step::Fetch { what, url } => {
                    let came = self.http.start(&url, MOST_SCRIPT_BYTES).await;
                    let told = came.as_ref().map(|got| got.bytes.as_slice()).map_err(ToString::to_string);
                    let refused = run.fetched(told);
                    let fault = came.err().or_else(|| refused.map(crate::http::HttpFault::Broken));
                    fetched.push(Fetched { what, url, fault });
                }
            }
        }
    }
}

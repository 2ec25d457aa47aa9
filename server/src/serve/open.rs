//! Opening the parts of the server, in the order in which they stand on each other.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alerts::Alerts;
use boot::assets::{Assets, Binaries, MissingBinary, Served};
use boot::control::{Control, ControlWriter};
use boot::image;
use boot::tickets::TicketKey;
use boot::trail::{Trail, TrailWriter};
use gateway::{Adapters, Gateways, Pace};
use inventory::{Clock, Id};
use okd::cluster::Clusters;
use okd::{Assignments, Fronts, Installs};
use power::{AnswerKey, Power};
use scores::{Jobs, Registry};
use secrets::{SecretKey, Secrets};
use store::Store;

use super::ServeError;
use super::listeners::Listeners;
use crate::agent_file::Agents;
use crate::api::problem::chain;
use crate::app::App;
use crate::auth::{AdminToken, Sessions};
use crate::data_dir::DataDir;
use crate::downloads::Downloads;
use crate::links::Links;
use crate::machines::Known;
use crate::mailbox::Mailbox;
use crate::settings::Settings;

pub(super) struct Opened {
    pub(super) app: App,
    pub(super) tls: rustls::ServerConfig,
    pub(super) trail_writer: TrailWriter,
    pub(super) control_writer: ControlWriter,
    pub(super) token_is_new: bool,
}

pub(super) async fn open(
    data_dir: &DataDir,
    settings: Settings,
    listeners: &Listeners,
    clock: Arc<dyn Clock>,
) -> Result<Opened, ServeError> {
    let (admin_token, token_is_new) = data_dir.admin_token()?;
    let signing_key = data_dir.signing_key()?;
    let certificate = data_dir.certificate(certificate_names(&settings))?;
    let tls = certificate
        .server_config()
        .map_err(|source| ServeError::Tls { path: data_dir.join("tls.crt"), source })?;
    let ssh_key = data_dir.ssh_key(settings.ssh_key.as_deref())?;
    let store = Store::open(&data_dir.database()).await?;
    let secret_key_path = secret_key_path(data_dir);
    let secret_key = SecretKey::load_or_create(&secret_key_path)
        .map_err(|error| start_error(format!("the key for secrets, {}", secret_key_path.display()), error))?;
    let secrets = Secrets::new(store.clone(), secret_key);
    if let Err(error) = secrets.check().await {
        tracing::error!(error = %chain(&error), "secrets can't be opened: what needs them will not work");
    }
    let clusters = Clusters::new(store.clone(), secrets.clone(), Arc::clone(&clock));
    if let Err(error) = clusters.check().await {
        tracing::error!(error = %chain(&error), "configs of clusters can't be opened: no node can be installed by them");
    }
    let links = Links::new(&settings, listeners.http_addresses(), listeners.tls_addresses());
    let all_hosts = hosts::all_facts(store.readers()).await?;
    let approved: HashSet<Id> =
        all_hosts.iter().filter(|host| host.approved).map(|host| host.id.clone()).collect();
    let alerts = Alerts::start(
        store.clone(),
        Arc::clone(&clock),
        settings.alerts.clone(),
        Duration::from_secs(u64::from(settings.agents.interval_secs)),
        secrets.clone(),
        links.page(),
        all_hosts,
    )
    .await
    .map_err(|error| start_error("the alerts could not be started".to_owned(), error))?;
    let (trail, trail_writer) = Trail::new(store.clone(), Arc::clone(&clock));
    let (control, control_writer) = Control::open(store.clone(), Arc::clone(&clock)).await?;
    let strangers = control
        .holds()
        .into_iter()
        .filter(|held| held.host.as_ref().is_none_or(|host| !approved.contains(host)));
    alerts.recall_held(strangers.map(|held| held.mac.to_string()).collect()).await;
    let discover = crate::discover::score(&settings, secrets.clone())
        .map_err(|error| start_error("the Discover score could not be set up".to_owned(), error))?;
    let scores = Registry::new([discover]);
    let jobs = Jobs::open(store.clone(), scores, Arc::clone(&clock)).await?;
    let adapters = Adapters::new(secrets.clone(), settings.gateways.dnsmasq.clone().into());
    let backups = data_dir.join("gateway-backups");
    let gateways =
        Gateways::open_with(store.clone(), Arc::new(adapters), Arc::clone(&clock), backups, Pace::default())
            .await
            .map_err(|error| start_error("the gateways could not be taken up".to_owned(), error))?;
    let progress = okd::Progress::new(store.clone(), Arc::clone(&clock));
    progress
        .sweep()
        .await
        .map_err(|error| start_error("the installations could not be taken up".to_owned(), error))?;
    let assignments = Assignments::new(store.clone(), Arc::clone(&clock));
    let fronts = Fronts::new(store.clone(), clusters.clone(), assignments.clone(), gateways.clone());
    let installs = Installs::new(store.clone(), clusters.clone(), assignments.clone(), Arc::clone(&clock));
    let mailbox = Arc::new(Mailbox::new(hosts::hosts_with_actions(store.readers(), clock.now()).await?));
    let machines = Arc::new(Known::new(store.clone(), Arc::clone(&clock), Arc::clone(&mailbox)));
    let power = Power::open(
        store.clone(),
        secrets.clone(),
        Arc::clone(&clock),
        machines,
        AnswerKey::new(&signing_key),
        ssh_key.path().to_owned(),
        crate::machines::tuning(&settings),
    )
    .await?;
    for quiet in power::quiet(store.readers()).await? {
        alerts.recall_quiet(&quiet.host, quiet.until, quiet.stays_off).await;
    }
    alerts.set_buttons(crate::machines::buttons(power.clone(), links.page()));
    let site = image::site(store.readers()).await?;
    let agents = Agents::at(&settings.agents_at, &data_dir.join("agents"));
    // Measured now, so that the first machine does not wait for it.
    let to_measure = agents.clone();
    let present = tokio::task::spawn_blocking(move || to_measure.present()).await.unwrap_or_default();
    if present.is_empty() {
        tracing::warn!(places = %agents.places(), "no agent to hand out; name it with --agent");
    }
    let assets_path = data_dir.join("assets");
    let assets = Assets::open(&assets_path, settings.assets.max_bytes)
        .map_err(|error| start_error(format!("the folder of assets, {}", assets_path.display()), error))?;
    take_old_images(&data_dir.join("images"), &assets, &store, &*clock).await?;
    let served = Served::none(assets.clone(), Arc::clone(&clock));
    let app = App {
        admin_token: AdminToken::new(&admin_token),
        sessions: Sessions::new(&signing_key, &admin_token),
        ticket_key: TicketKey::new(signing_key),
        pin: certificate.fingerprint(),
        certificate_pem: certificate.pem().to_owned(),
        ssh_public_key: ssh_key
            .public()
            .parse()
            .map_err(|error| start_error(format!("the SSH key {}", ssh_key.path().display()), error))?,
        agents,
        binaries: Binaries::new(served.clone(), &settings.tftp_dir),
        downloads: Downloads::default(),
        assets,
        served,
        site: site.into(),
        last_known: crate::api::boot::LastKnown::default(),
        enrolments: crate::api::agent::enrol::RateLimit::default(),
        cries: crate::api::agent::enrol::RateLimit::default(),
        mailbox,
        power,
        clusters,
        assignments,
        fronts,
        installs,
        store,
        clock,
        settings,
        links,
        control,
        trail,
        live: crate::api::live::Live::default(),
        alerts,
        gateways,
        progress,
        progress_pace: crate::api::boot::Pace::default(),
        jobs,
        secrets,
    };
    app.refresh_served().await?;
    Ok(Opened { app, tls, trail_writer, control_writer, token_is_new })
}

/// A data folder of an earlier version kept images in a folder of their own.
async fn take_old_images(
    folder: &Path,
    assets: &Assets,
    store: &Store,
    clock: &dyn Clock,
) -> Result<(), ServeError> {
    let failed = |error| {
        start_error(format!("the images in {} can't be moved among the assets", folder.display()), error)
    };
    for taken in image::move_old(folder, assets).await.map_err(failed)? {
        let (id, now) = (taken.id.clone(), clock.now());
        store
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { image::adopt(tx, &taken, "server", now).await })
            })
            .await?;
        image::remove_old(folder, &id).await.map_err(failed)?;
    }
    Ok(())
}

fn start_error(what: String, source: impl std::error::Error + Send + Sync + 'static) -> ServeError {
    ServeError::Start { what, source: Box::new(source) }
}

/// Never in the data folder's backup by accident of where it lies: an operator may put it anywhere.
fn secret_key_path(data_dir: &DataDir) -> PathBuf {
    let from_systemd = || {
        let path = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join("muster-secret-key");
        path.exists().then_some(path)
    };
    let named = std::env::var_os("MUSTER_SECRET_KEY_FILE").map(PathBuf::from);
    named.or_else(from_systemd).unwrap_or_else(|| data_dir.join("secret.key"))
}

/// Names for a browser's sake: agents and the command line know the certificate by its SHA-256.
fn certificate_names(settings: &Settings) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let advertised = settings.advertise.as_ref().map(|advertise| advertise.host.clone());
    let bound = settings.listen_tls.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified());
    let outgoing = crate::links::outgoing_address();
    names.extend(advertised);
    names.extend(bound.chain(outgoing).map(|ip: IpAddr| ip.to_string()));
    names.push(host.trim().to_lowercase());
    names.retain(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
    });
    names.sort();
    names.dedup();
    names
}

/// Says on start where everything is. The token itself goes to a terminal only, never into a log.
pub(super) fn announce(
    data_dir: &DataDir,
    app: &App,
    http: &[SocketAddr],
    tls: &[SocketAddr],
    token_is_new: bool,
) {
    let list =
        |addresses: &[SocketAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    tracing::info!(version = env!("CARGO_PKG_VERSION"), http = %list(http), tls = %list(tls), "muster serves");
    tracing::info!(page = %app.links.page(), pin = %app.pin, "pages and API; for a command line elsewhere: --server and --pin");
    for missing in app.binaries.missing() {
        let dir = app.settings.tftp_dir.display();
        match missing {
            MissingBinary::Usual { .. } => tracing::warn!(
                %dir,
                "{missing}; on Debian `apt-get install ipxe`, or muster asset add FILE --kind ipxe, or name the folder of the iPXE binaries with --tftp-dir"
            ),
            MissingBinary::Special { .. } => {
                tracing::info!(%dir, "{missing}; see muster asset add --kind ipxe")
            }
        }
    }
    let path = data_dir.admin_token_path();
    let token = std::fs::read_to_string(&path).unwrap_or_default();
    if token_is_new && std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        eprintln!("\n  The operator's token, also in {}:\n\n      {}\n", path.display(), token.trim());
    } else {
        tracing::info!(path = %path.display(), "the operator's token lies here");
    }
}

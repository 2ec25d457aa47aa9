//! `muster gateway add`: one act from an address to machines that boot. On a terminal it asks; from a file it does the same
//! without a word, or says at once all that is missing.

mod args;
mod wanted;

use anyhow::{Context as _, bail, ensure};
use gateway::opnsense::{Credential, Examination};
use gateway::{AdapterKind, Facts, GatewayName, Listed, Plan, Registration, Reload, Wish};
use secrets::Name;
use zeroize::Zeroizing;

pub(in crate::cli) use args::Kind;
use args::{Common, DnsmasqArgs, OpnSenseArgs, ReloadBy};

use super::asker::{Asker, Nobody, Terminal};
use super::{apply, credential, examination, path, proof, read_wish, show, trust};
use crate::api::v1::gateways::Shown;
use crate::api::v1::gateways::setup::Examine;
use crate::cli::client::{Client, Refused};
use crate::cli::output::Format;
use crate::gateways::diff;
use crate::links::escape;

/// What is added, once it is known.
struct Added {
    name: GatewayName,
    common: Common,
    wish: Option<String>,
}

pub(super) async fn run(kind: Kind, client: &Client, output: Format) -> anyhow::Result<()> {
    let mut asker: Box<dyn Asker> = match Terminal::find() {
        Some(terminal) => Box::new(terminal),
        None => Box::new(Nobody),
    };
    let asker = asker.as_mut();
    let added = match kind {
        Kind::Opnsense(args) => opnsense(args, client, asker).await?,
        Kind::Dnsmasq(args) => dnsmasq(args, client, asker).await?,
    };
    let name = added.name.to_string();
    asker.say(&format!("\n{name} is added. Nothing was changed there yet."));
    wanted::set(&added, client, asker).await.with_context(|| {
        format!("{name} is added, and nothing is wanted of it yet: go on with muster gateway set {name}")
    })?;
    let changed = change(&added, client, asker, output).await?;
    let shown: Shown = client.get(&path(&name, "")).await?;
    if changed && !added.common.no_proof {
        prove(&name, &shown, client).await?;
    }
    output.print(&shown, show::one)
}

async fn opnsense(args: OpnSenseArgs, client: &Client, asker: &mut dyn Asker) -> anyhow::Result<Added> {
    let OpnSenseArgs { url, trust, key_file, common } = args;
    let name = free_name(&common, "opnsense", client).await?;
    let wish = common.file.as_deref().map(read_wish).transpose()?;
    let secret: Name = format!("gateway.{name}").parse()?;
    let given = credential::given(key_file.as_deref(), |name| std::env::var(name).ok())?;
    let kept: Vec<secrets::Listed> = client.get("/api/v1/secrets").await?;
    let is_kept = kept.iter().any(|listed| listed.name == secret);
    let certificate = trust.given()?;
    let shown = match certificate {
        Some(_) => None,
        None => Some(trust::look(&url, client).await?),
    };
    if !asker.is_there() {
        let mut missing = missing(&common);
        if given.is_none() && !is_kept {
            missing.push(format!(
                "key and secret: {} and {}, --key-file FILE (- for standard input), or muster secret set {secret}",
                credential::KEY,
                credential::SECRET
            ));
        }
        missing.extend(shown.as_ref().and_then(trust::missing));
        ensure!(
            missing.is_empty(),
            "there is no terminal to ask on. Missing:\n  - {}",
            missing.join("\n  - ")
        );
    }
    let trust = match (certificate, shown) {
        (Some(trust), _) => trust,
        (None, Some(shown)) => trust::ask(&url, &shown, asker)?,
        (None, None) => bail!("no certificate was looked at"),
    };
    let adapter = AdapterKind::OpnSense { url, trust, credential: secret.clone() };
    let text = match given {
        None if is_kept => None,
        None => Some(credential::asked(asker)?),
        given => given,
    };
    if let Some(text) = &text {
        Credential::parse(text)?;
    }
    let expected = wish.as_deref().map(Wish::from_toml).transpose()?;
    examine(&adapter, text.clone(), expected, client, asker).await?;
    if let Some(text) = &text {
        let () = client.put(&secret_path(&secret), text.as_bytes().to_vec().into()).await?;
    }
    register(&name, adapter, client).await?;
    Ok(Added { name, common, wish })
}

async fn dnsmasq(args: DnsmasqArgs, client: &Client, asker: &mut dyn Asker) -> anyhow::Result<Added> {
    let DnsmasqArgs { conf, reload, common } = args;
    let name = free_name(&common, "dnsmasq", client).await?;
    let wish = common.file.as_deref().map(read_wish).transpose()?;
    let missing = if asker.is_there() { Vec::new() } else { missing(&common) };
    ensure!(missing.is_empty(), "there is no terminal to ask on. Missing:\n  - {}", missing.join("\n  - "));
    let reload = match reload {
        ReloadBy::Systemd => Reload::Systemd,
        ReloadBy::Command => Reload::Command,
        ReloadBy::ByHand => Reload::ByHand,
    };
    let adapter = AdapterKind::Dnsmasq { file: conf, reload };
    let expected = wish.as_deref().map(Wish::from_toml).transpose()?;
    examine(&adapter, None, expected, client, asker).await?;
    register(&name, adapter, client).await?;
    Ok(Added { name, common, wish })
}

/// What nobody is there to be asked for, of any gateway.
fn missing(common: &Common) -> Vec<String> {
    let mut missing = Vec::new();
    if common.file.is_none() && common.interface.is_none() {
        missing.push(
            "what is wanted: --file FILE, or --interface KEY for what is proposed for that interface"
                .to_owned(),
        );
    }
    if !common.yes {
        missing.push("-y, to apply the plan without being asked".to_owned());
    }
    missing
}

/// The name, if it is free.
async fn free_name(common: &Common, usual: &str, client: &Client) -> anyhow::Result<GatewayName> {
    let name = common.name.clone().map_or_else(|| usual.parse(), Ok)?;
    match client.get::<Shown>(&path(name.as_str(), "")).await {
        Ok(_) => bail!(
            "there is a gateway {name} already: change what is wanted of it with muster gateway set {name}, or name another with --name"
        ),
        Err(error) if is_missing(&error) => Ok(name),
        Err(error) => Err(error),
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.status == reqwest::StatusCode::NOT_FOUND)
}

fn secret_path(secret: &Name) -> String {
    format!("/api/v1/secrets/{}", escape(secret.as_str()))
}

/// Examines, until nothing hinders or the operator gives up.
async fn examine(
    adapter: &AdapterKind,
    credential: Option<Zeroizing<String>>,
    wish: Option<Wish>,
    client: &Client,
    asker: &mut dyn Asker,
) -> anyhow::Result<()> {
    let credential = credential.map(|text| text.to_string());
    let asked = Examine { adapter: adapter.clone(), credential, wish };
    loop {
        let found: Examination = client.post("/api/v1/gateway-examination", &asked).await?;
        asker.say(&format!("\n{}", examination::words(adapter, &found)));
        if found.passed() {
            return Ok(());
        }
        let todo = format!("To do on the gateway:\n  - {}", examination::hindrances(&found).join("\n  - "));
        ensure!(asker.is_there(), "the gateway can't be set up yet. {todo}");
        asker.say(&todo);
        let answer = asker.ask("Enter looks again, q stops: ")?;
        ensure!(!answer.starts_with('q'), "stopped: nothing was changed and nothing is kept");
    }
}

async fn register(name: &GatewayName, adapter: AdapterKind, client: &Client) -> anyhow::Result<()> {
    let registration = Registration { name: name.clone(), adapter };
    let _: Listed = client.post("/api/v1/gateways", &registration).await?;
    Ok(())
}

/// Shows the plan, asks, and applies it. Answers whether something is set up now.
async fn change(
    added: &Added,
    client: &Client,
    asker: &mut dyn Asker,
    output: Format,
) -> anyhow::Result<bool> {
    let name = added.name.as_str();
    let plan: Plan = client.get(&path(name, "/plan")).await?;
    asker.say(&format!("\n{}", diff::plan(&plan)));
    let later = format!("it goes on with muster gateway plan {name} and muster gateway apply {name}");
    ensure!(
        plan.conflicts.is_empty(),
        "nothing was changed on {name}: conflicts stand in the way. When they are gone, {later}"
    );
    if apply::is_empty(&plan) {
        return Ok(true);
    }
    if !added.common.yes && !asker.agrees("Apply it?")? {
        asker.say(&format!("Nothing was changed on {name}; {later}"));
        return Ok(false);
    }
    apply::carry_out(name, &plan.digest, client, output)
        .await
        .with_context(|| format!("setting {name} up"))?;
    Ok(true)
}

/// Proves that machines boot, where any shall.
async fn prove(name: &str, shown: &Shown, client: &Client) -> anyhow::Result<()> {
    let dhcp = |wish: &Wish| wish.dhcp.clone();
    let Some(boot) = shown.wish.values().find_map(|wish| wish.dhcp.boot.clone()) else { return Ok(()) };
    let facts: Facts = client.get(&path(name, "/facts")).await?;
    let wanted: Vec<String> = shown
        .wish
        .values()
        .flat_map(|wish| dhcp(wish).networks)
        .map(|network| network.interface.as_str().to_owned())
        .collect();
    let networks: Vec<ipnet::IpNet> = facts
        .interfaces
        .iter()
        .filter(|interface| wanted.contains(&interface.key))
        .flat_map(|interface| interface.networks.iter().copied())
        .collect();
    proof::run(&boot, &proof::networks(&networks)).await
}

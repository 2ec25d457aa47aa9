//! `muster cluster`: clusters of OKD. Their configs are read from the installer's folder, sent to the server, and never shown
//! again.

mod args;
mod dns;
mod folder;
mod show;

use anyhow::{bail, ensure};
use clap::Subcommand;

use super::client::Client;
use super::output::{Format, print_text};
use crate::api::v1::clusters::{Create, Shown};
use crate::links::escape;
use args::{CreateArgs, SetArgs};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take in what openshift-install create ignition-configs wrote
    Create(Box<CreateArgs>),
    /// List the clusters
    List,
    /// Show a cluster: until when its roles may be installed, what its nodes boot, its nodes
    Show {
        /// Its name
        name: String,
    },
    /// Show the names, addresses and balanced ports that it needs of its site, to be made by hand where no gateway of ours does
    Dns {
        /// Its name
        name: String,
    },
    /// Choose what its nodes boot, and where it is reached
    Set(Box<SetArgs>),
    /// Wipe its configs: nothing more is installed by them, and what was installed stays
    Wipe {
        /// Its name
        name: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Remove a cluster in which no host has a role, with its configs
    Remove {
        /// Its name
        name: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Create(args) => create(*args, client, output).await,
        Command::List => {
            let all: Vec<Shown> = client.get("/api/v1/clusters").await?;
            output.print(&all, |all| show::list(all))
        }
        Command::Show { name } => {
            let shown: Shown = client.get(&path(&name, "")).await?;
            output.print(&shown, show::one)
        }
        Command::Dns { name } => {
            let list: okd::front::List = client.get(&path(&name, "/dns")).await?;
            output.print(&list, dns::shown)
        }
        Command::Set(args) => set(*args, client, output).await,
        Command::Wipe { name, yes } => {
            sure(yes, &format!("wipe the configs of {name}? Nothing brings them back. [y/N] "))?;
            let shown: Shown = client.post(&path(&name, "/wipe"), &()).await?;
            output.print(&shown, |_| format!("the configs of {name} are wiped"))
        }
        Command::Remove { name, yes } => {
            sure(yes, &format!("remove the cluster {name} with its configs? [y/N] "))?;
            let () = client.delete(&path(&name, "")).await?;
            print_text(&format!("cluster {name} is removed"));
            Ok(())
        }
    }
}

async fn create(args: CreateArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let create = Create {
        name: args.name,
        domain: args.domain,
        ignition: folder::read(&args.ignition)?,
        image: args.image.files()?.map(serde_json::to_value).transpose()?,
        front: args.front.front()?.map(serde_json::to_value).transpose()?,
        replace: args.replace,
    };
    let shown: Shown = client.post("/api/v1/clusters", &create).await?;
    output.print(&shown, |shown| {
        let folder = args.ignition.display();
        let left = "the server keeps the configs encrypted; the folder holds the cluster's keys as they are";
        format!("{}\nnote: {left}: keep {folder} safe, or delete it", show::one(shown))
    })
}

async fn set(args: SetArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let (image, front) = (args.image.files()?, args.front.front()?);
    ensure!(
        image.is_some() || front.is_some() || args.no_gateway,
        "say what is to be set: --stream or --kernel, --initramfs and --rootfs; --gateway or --no-gateway"
    );
    let mut shown: Option<Shown> = None;
    if let Some(image) = image {
        let body = serde_json::to_vec(&image)?;
        shown = Some(client.put_json(&path(&args.name, "/image"), body).await?);
    }
    if let Some(front) = front {
        let body = serde_json::to_vec(&front)?;
        shown = Some(client.put_json(&path(&args.name, "/front"), body).await?);
    }
    if args.no_gateway {
        shown = Some(client.delete(&path(&args.name, "/front")).await?);
    }
    match shown {
        Some(shown) => output.print(&shown, show::one),
        None => bail!("nothing was set"),
    }
}

fn sure(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes || matches!(super::ask(question)?.as_str(), "y" | "Y" | "yes") {
        return Ok(());
    }
    bail!("nothing was changed")
}

fn path(name: &str, rest: &str) -> String {
    format!("/api/v1/clusters/{}{rest}", escape(name))
}

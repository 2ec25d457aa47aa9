//! `muster doctor`: why machines do not boot, found out without one. It works on this machine alone and asks no server of
//! Muster's by its API: what it examines is what a machine would meet.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args as _, Subcommand};
use doctor::firmware::Firmware;
use doctor::{Card, Examination, Outcome, Reached, Report, Verdict, Where};
use inventory::MacAddr;

use super::output::{Format, print_text, table};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Play every firmware on the wire, from DHCP to the kernel, and say which would boot or what mends it
    Boot(BootArgs),
}

#[derive(Debug, clap::Args)]
struct BootArgs {
    /// The card on the machines' network
    #[arg(long, short, value_name = "IF")]
    interface: String,
    /// The machine to play; without it one that nobody knows
    #[arg(long)]
    mac: Option<MacAddr>,
    /// Only these firmwares, by their numbers of DHCP option 93, such as 0,7,16
    #[arg(long, value_name = "CODE", value_delimiter = ',', num_args = 1..)]
    arch: Vec<u16>,
    /// Seconds that DHCP is listened to; a server that looks whether its address is free takes 3
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=120))]
    timeout: u64,
}

pub(super) async fn run(args: Args, output: Format) -> anyhow::Result<()> {
    match args.part {
        Some(Part::Boot(args)) => boot(args, output).await,
        None => {
            let command = Args::augment_args(clap::Command::new("muster doctor"));
            let parts = command.get_subcommands().map(|part| {
                [
                    format!("muster doctor {}", part.get_name()),
                    part.get_about().map(ToString::to_string).unwrap_or_default(),
                ]
            });
            print_text(&table(["part", "what it does"], parts));
            Ok(())
        }
    }
}

async fn boot(args: BootArgs, output: Format) -> anyhow::Result<()> {
    let firmwares = chosen(&args.arch)?;
    let mac = match args.mac {
        Some(mac) if !mac.is_unicast() => {
            bail!("{mac} is no machine's address: it is for many, or all zeros")
        }
        Some(mac) => mac,
        None => stranger()?,
    };
    let card = Card::find(&args.interface)?;
    let timeout = Duration::from_secs(args.timeout);
    let report = Examination { card, mac, firmwares, timeout }.run().await?;
    output.print(&report, words)?;
    match report.failures() {
        (0, _) => Ok(()),
        (failed, supported) => bail!("{failed} of {supported} firmwares would not boot"),
    }
}

fn chosen(codes: &[u16]) -> anyhow::Result<Vec<&'static Firmware>> {
    if codes.is_empty() {
        return Ok(doctor::firmware::FIRMWARES.iter().collect());
    }
    let known = |code: &u16| {
        Firmware::by_code(*code)
            .with_context(|| format!("{code} is no number of a firmware: docs/boot.md has the table"))
    };
    let mut firmwares = codes.iter().map(known).collect::<anyhow::Result<Vec<_>>>()?;
    firmwares.sort_by_key(|firmware| firmware.code);
    firmwares.dedup();
    Ok(firmwares)
}

/// A MAC that no maker gave: set by software, for one machine.
pub(super) fn stranger() -> anyhow::Result<MacAddr> {
    let mut octets = [0; 5];
    getrandom::fill(&mut octets)
        .map_err(|error| anyhow::anyhow!("the kernel gives no random numbers: {error}"))?;
    let [a, b, c, d, e] = octets;
    Ok(MacAddr::new([0x02, a, b, c, d, e]))
}

pub(super) fn words(report: &Report) -> String {
    let servers: Vec<String> = report
        .dhcp_servers
        .iter()
        .map(|server| {
            let kind = if server.proxy { ", ProxyDHCP" } else { "" };
            format!("{} ({}{kind})", server.address, server.mac)
        })
        .collect();
    let servers = if servers.is_empty() { "nobody".to_owned() } else { servers.join(", ") };
    let mut text = format!(
        "Asked on {} as {}, without taking a lease. DHCP was answered by {servers}.\n\n",
        report.interface, report.mac
    );
    let played =
        report.firmwares.iter().filter(|verdict| !matches!(verdict.outcome, Outcome::Unsupported { .. }));
    text.push_str(&table(["arch", "firmware", "verdict", "hop", "why"], played.map(row)));
    text.push('\n');
    text.push_str(&unsupported(report));
    for (failing, settings) in remedies(report) {
        text.push_str(&format!("\nTo mend {failing}:\n"));
        text.push_str(&table(["where", "setting"], settings));
        text.push('\n');
    }
    if text.contains("MUSTER") {
        text.push_str("\nMUSTER is the address of the machine that `muster serve` runs on.\n");
    }
    for note in &report.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    text
}

fn row(verdict: &Verdict) -> [String; 5] {
    let (said, hop, why) = match &verdict.outcome {
        Outcome::Boots { reached, notes } => {
            let reached = match reached {
                Reached::Kernel { url } => format!("kernel {}", url.split('?').next().unwrap_or_default()),
                Reached::LocalDisk => "local disk, as it is told".to_owned(),
            };
            ("boots", "-".to_owned(), [&[reached], notes.as_slice()].concat().join("; "))
        }
        Outcome::Fails { hop, because, .. } => ("fails", hop.to_string(), because.clone()),
        Outcome::Unsupported { because } => ("unsupported", "-".to_owned(), (*because).to_owned()),
    };
    [verdict.code.to_string(), verdict.firmware.to_owned(), said.to_owned(), hop, why]
}

/// Those without a binary, one line for each reason.
fn unsupported(report: &Report) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for verdict in &report.firmwares {
        let Outcome::Unsupported { because } = verdict.outcome else { continue };
        let code = verdict.code.to_string();
        match reasons.iter_mut().find(|(reason, _)| *reason == because) {
            Some((_, codes)) => codes.push(code),
            None => reasons.push((because, vec![code])),
        }
    }
    let line = |(reason, codes): (&str, Vec<String>)| format!("unsupported {}: {reason}\n", codes.join(", "));
    let lines: String = reasons.into_iter().map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// What mends what, said once for all firmwares that the same settings mend.
fn remedies(report: &Report) -> Vec<(String, Vec<[String; 2]>)> {
    let mut remedies: Vec<(String, Vec<[String; 2]>)> = Vec::new();
    for verdict in &report.firmwares {
        let Outcome::Fails { settings, .. } = &verdict.outcome else { continue };
        let settings: Vec<_> =
            settings.iter().map(|setting| [place(setting.place).to_owned(), setting.set.clone()]).collect();
        match remedies.iter_mut().find(|(_, known)| *known == settings) {
            Some((names, _)) => names.push_str(&format!(", {}", verdict.code)),
            None => remedies.push((verdict.code.to_string(), settings)),
        }
    }
    remedies
}

fn place(place: Where) -> &'static str {
    match place {
        Where::Dnsmasq => "dnsmasq",
        Where::Opnsense => "OPNsense",
        Where::Muster => "Muster",
        Where::Network => "network",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmwares_are_chosen_by_number_and_each_once() {
        let codes = |codes: &[u16]| {
            chosen(codes).map(|all| all.iter().map(|firmware| firmware.code).collect::<Vec<_>>())
        };
        assert_eq!(codes(&[16, 0, 16]).unwrap(), [0, 16]);
        assert_eq!(codes(&[]).unwrap().len(), doctor::firmware::FIRMWARES.len());
        assert!(codes(&[4711]).unwrap_err().to_string().contains("4711"));
    }

    #[test]
    fn the_machine_that_is_played_is_one_that_no_maker_made() {
        let mac = stranger().unwrap();
        assert!(mac.is_locally_administered() && mac.is_unicast());
    }

    #[test]
    fn unsupported_firmwares_are_said_with_their_reason() {
        let verdicts = [6, 10].map(|code| {
            let because = "Muster's systems are 64-bit";
            Verdict { code, firmware: "x", outcome: Outcome::Unsupported { because } }
        });
        let report = Report {
            interface: "eth0".to_owned(),
            address: [10, 0, 0, 1].into(),
            mac: MacAddr::new([2, 0, 0, 0, 0, 1]),
            dhcp_servers: Vec::new(),
            notes: vec!["a note".to_owned()],
            firmwares: verdicts.to_vec(),
        };
        let text = words(&report);
        assert!(text.contains("unsupported 6, 10: Muster's systems are 64-bit"), "{text}");
        assert!(text.contains("answered by nobody") && text.ends_with("note: a note"), "{text}");
    }
}

//! Runs the agent in a machine and brings its words back.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use lab::guest::{Guest, Ran};
use lab::{Deadline, MachineSpec, Namespace, Process, Scratch, packages};
use serde_json::Value;

use crate::claims::{self, Claim};

/// Ten times what it takes on two idle processors.
const PATIENCE_SECS: u64 = 480;

/// What the agent said in a machine.
pub(crate) struct Told {
    /// `muster-agent report --all`.
    pub(crate) report: Value,
    /// `muster-agent sample`.
    pub(crate) sample: Value,
    /// For those who want to see more when something is wrong.
    ran: Ran,
}

/// Boots the machine, runs `prepare` in it, and then the agent.
pub(crate) fn ask(
    spec: MachineSpec,
    namespace: &Namespace,
    modules: &[&str],
    programs: &[&Path],
    prepare: &str,
) -> anyhow::Result<Told> {
    packages::require(&[packages::LAB, packages::HARDWARE].concat())?;
    let scratch = Scratch::new()?;
    let deadline = Deadline::seconds(PATIENCE_SECS);
    // Without its debugging information, which is most of it and would only have to be carried into the machine.
    let agent = scratch.path().join("muster-agent");
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&agent).arg(muster_tests::agent()?);
    Process::run("strip", &strip, deadline)?;

    let guest = Guest {
        modules: modules.iter().map(|module| (*module).to_owned()).collect(),
        programs: programs.iter().copied().chain([agent.as_path()]).map(Path::to_owned).collect(),
        script: format!(
            "{prepare}
muster-agent report --all >/out/report.json
echo \"report ended with $?\"
muster-agent sample >/out/sample.json
echo \"sample ended with $?\"
muster-agent report --dump /tmp/capture
echo \"capture ended with $?\"
tar -cf /out/capture.tar -C /tmp capture
"
        ),
    };
    let ran = guest.run(spec, namespace, deadline)?;
    if let Some(folder) = std::env::var_os("MUSTER_KEEP_ANSWERS") {
        keep(&ran, Path::new(&folder))?;
    }
    Ok(Told { report: json(&ran, "report.json")?, sample: json(&ran, "sample.json")?, ran })
}

fn json(ran: &Ran, name: &str) -> anyhow::Result<Value> {
    let text = ran.text(name)?;
    serde_json::from_str(&text)
        .with_context(|| format!("{name} is no JSON:\n{text}\nthe console:\n{}", ran.console))
}

/// For whoever writes a new table.
fn keep(ran: &Ran, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in ["report.json", "sample.json", "watch.json"] {
        if ran.path(name).is_file() {
            std::fs::copy(ran.path(name), folder.join(name))?;
        }
    }
    std::fs::write(folder.join("console.txt"), &ran.console)?;
    unpack(ran, folder)
}

fn unpack(ran: &Ran, folder: &Path) -> anyhow::Result<()> {
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(ran.path("capture.tar")).arg("-C").arg(folder);
    Process::run("tar", &tar, Deadline::seconds(PATIENCE_SECS)).map(drop)
}

impl Told {
    /// What the agent captured in the machine, it must read here as it read it there: the sections where it does not.
    fn lost_in_the_capture(&self) -> anyhow::Result<Vec<String>> {
        let folder = Scratch::new()?;
        unpack(&self.ran, folder.path())?;
        let mut again = Command::new(muster_tests::agent()?);
        again.args(["report", "--all", "--root"]).arg(folder.path().join("capture"));
        let again = Process::run("muster-agent", &again, Deadline::seconds(PATIENCE_SECS))?;
        let again: Value = serde_json::from_str(&again)?;
        let there =
            self.report.get("sections").and_then(Value::as_object).context("a report without sections")?;
        let here = |name: &str| again.pointer(&format!("/sections/{name}"));
        let lost = there.iter().filter(|(name, section)| here(name) != Some(*section));
        Ok(lost.map(|(name, _)| format!("  {name}, read from the capture: {:?}", here(name))).collect())
    }

    /// [`Told::must`] for another JSON file that the machine left.
    pub(crate) fn must_also(&self, name: &str, claimed: &[Claim]) {
        let document = json(&self.ran, name).unwrap();
        let wrong = claims::wrong(claimed, &document).join("\n");
        assert!(wrong.is_empty(), "{name} does not hold:\n{wrong}\n\n{document:#}\n{}", self.ran.console);
    }

    /// Fails with every claim that does not hold, what the agent said, and the console.
    pub(crate) fn must(&self, report: &[Claim], sample: &[Claim]) {
        let wrong = [claims::wrong(report, &self.report), claims::wrong(sample, &self.sample)];
        let wrong = [wrong.concat(), self.lost_in_the_capture().unwrap()].concat();
        assert!(
            wrong.is_empty(),
            "{} claims do not hold:\n{}\n\nthe report:\n{:#}\n\nthe sample:\n{:#}\n\nthe console:\n{}",
            wrong.len(),
            wrong.join("\n"),
            self.report,
            self.sample,
            self.ran.console,
        );
    }
}

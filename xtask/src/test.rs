//! `cargo xtask test`: every test there is.

use clap::Args;
use lab::packages;

use crate::{agent, cargo};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For `cargo nextest run`: filters, `-p CRATE`, …; then the documentation's examples are left out
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub(crate) rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    packages::require(&[packages::BUILD, packages::LAB, packages::HARDWARE, packages::INSTALLED].concat())?;
    lab::fetch_all()?;
    lab::installed::fetch()?;
    install_nextest()?;
    let agent = agent::build(agent::Kind::Test)?;
    cargo::run(&mut cargo::cargo(&["build", "--package", "muster", "--bin", "muster"]))?;

    // First, so that the last line says how many tests there were: there are few examples in the documentation.
    if arguments.rest.is_empty() {
        cargo::run(&mut cargo::cargo(&["test", "--doc", "--workspace"]))?;
    }

    let mut nextest = cargo::cargo(&["nextest", "run"]);
    if !chooses_packages(&arguments.rest) {
        nextest.arg("--workspace");
    }
    // Tests that play a whole site need the programs as they are run in life.
    nextest.env("MUSTER_AGENT_STATIC", agent).env("MUSTER_PROGRAM", cargo::target().join("debug/muster"));
    nextest.env("MUSTER_KSVALIDATOR", lab::ksvalidator()?);
    cargo::run(nextest.args(&arguments.rest))
}

fn install_nextest() -> anyhow::Result<()> {
    let mut ask = cargo::cargo(&["nextest", "--version"]);
    if ask.output().is_ok_and(|answer| answer.status.success()) {
        return Ok(());
    }
    eprintln!("cargo-nextest, which runs the tests, is missing: installing it");
    cargo::run(&mut cargo::cargo(&["install", "cargo-nextest", "--locked"]))
}

fn chooses_packages(rest: &[String]) -> bool {
    rest.iter().any(|argument| {
        argument.starts_with("-p") || argument.starts_with("--package") || argument == "--workspace"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_names_a_package_gets_only_that() {
        let rest = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert!(chooses_packages(&rest(&["-p", "lab"])));
        assert!(chooses_packages(&rest(&["--package=lab"])));
        assert!(!chooses_packages(&rest(&["bios", "--no-fail-fast"])));
    }
}

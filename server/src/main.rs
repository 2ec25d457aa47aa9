//! `muster`: the server and the operator's command line.

use std::process::ExitCode;

use clap::Parser as _;
use muster::cli::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One provider for all of TLS; a second call is the only way for this to fail.
    rustls::crypto::ring::default_provider().install_default().ok();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("muster: can't start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("muster: {error:#}");
            ExitCode::FAILURE
        }
    }
}

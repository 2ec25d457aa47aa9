//! Where the real binary looks its settings up.

use crate::agent::command;
use crate::server::Server;
use crate::{Agent, Scene};

#[test]
fn a_machine_in_a_discovery_system_knows_all_from_its_boot_loader() {
    let server = Server::start();
    let scene =
        Scene::booted_with(&format!("quiet muster.server={} muster.ticket=FROMKERNEL\n", server.url()));
    let _agent = Agent::run(&scene.arguments(&[]));
    assert_eq!(server.until_calls("POST enrol", 1)[0].body["ticket"], "FROMKERNEL");
    let inventory = server.until_calls("PUT inventory", 1)[0].body.to_string();
    assert!(
        inventory.contains("muster.ticket=<redacted>") && !inventory.contains("FROMKERNEL"),
        "{inventory}"
    );
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_boot_loader() {
    let (of_flag, of_environment, of_kernel) = (Server::start(), Server::start(), Server::start());
    let scene = Scene::booted_with(&format!("muster.server={}\n", of_kernel.url()));
    let run = |more: &[&str]| {
        let mut command = command();
        command.arg("run").args(scene.arguments(&["--once"])).args(more);
        assert!(command.env("MUSTER_SERVER", of_environment.url()).status().unwrap().success());
    };
    run(&[]);
    run(&["--server", &of_flag.url()]);
    assert_eq!((of_flag.calls().len(), of_environment.calls().len(), of_kernel.calls().len()), (6, 6, 0));
}

#[test]
fn wrong_settings_end_it_with_2_and_say_where_they_stand() {
    let scene = Scene::booted_with("muster.interval=soon\n");
    for (more, says) in [
        (&[][..], "no server is given: say --server URL, set MUSTER_SERVER, or boot with muster.server=URL"),
        (
            &["--server", "http://127.0.0.1:1"],
            "muster.interval on the kernel command line: \"soon\" is no interval",
        ),
        (&["--server", "https://10.0.0.2:8443"], "needs the server's fingerprint"),
    ] {
        let mut agent = Agent::run(&scene.arguments(more));
        assert_eq!(agent.ended().code(), Some(2));
        agent.says(says);
    }
}

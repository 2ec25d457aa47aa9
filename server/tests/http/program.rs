//! The real program on a data folder, which is stopped, or killed, and started anew.

use std::ops::Deref;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::reach::Reach;

/// A server that runs.
pub(crate) struct Program {
    child: Child,
    reach: Reach,
}

/// How a server ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// `systemctl restart muster`.
    Stopped,
    /// `kill -9`.
    Killed,
}

impl Deref for Program {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

impl Program {
    /// On the folder `data` of this one, with the agents in its folder `agents`.
    pub(crate) async fn start(dir: &Path) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let (log, agents) = (dir.join("log"), dir.join("agents"));
        std::fs::create_dir_all(&agents).unwrap();
        let to = std::fs::File::create(&log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_muster"))
            .arg("--data-dir")
            .arg(dir.join("data"))
            .args(["serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--tftp-listen", "off"])
            .arg("--agent")
            .arg(agents)
            .env("NO_COLOR", "1")
            .stdout(to.try_clone().unwrap())
            .stderr(to)
            // A test may end without ending it.
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let base = loop {
            let said = std::fs::read_to_string(&log).unwrap();
            let line = said.lines().find(|line| line.contains("muster serves"));
            let address = line.and_then(|line| line.split_once("http=")?.1.split_whitespace().next());
            match address {
                Some(address) => break format!("http://{}", address.trim_matches('"')),
                None => assert!(Instant::now() < deadline, "the server did not start: {said}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let token = std::fs::read_to_string(dir.join("data/admin-token")).unwrap().trim().to_owned();
        Self { child, reach: Reach::new(base, token) }
    }

    pub(crate) async fn end(mut self, how: End) {
        match how {
            End::Killed => self.child.start_kill().unwrap(),
            End::Stopped => {
                let id = self.child.id().unwrap().to_string();
                assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
            }
        }
        let ended = self.child.wait().await.unwrap();
        assert_eq!(ended.success(), matches!(how, End::Stopped), "{ended}");
    }
}

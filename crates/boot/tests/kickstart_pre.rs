//! `%pre`, run for real: in a mount and process namespace of its own, with curl against a server on loopback. Only the tools
//! that are listed exist there, so that nothing of this machine is started or changed.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use sha2::Digest;

use crate::kickstart::{Given, pre};

const TOOLS: [&str; 11] =
    ["bash", "cat", "chmod", "curl", "mkdir", "mv", "setsid", "sha256sum", "env", "touch", "uname"];

/// The agent of the test: tells how it was started, complains, then stays.
const AGENT: &str = "#!/bin/bash\necho \"$0 $*\" >$OUT/started\nenv >$OUT/environment\n\
    echo $'the server \\e[31mdoes not answer' >&2\nexec /bin/sleep 600\n";

/// A machine with two consoles and a card, as far as the script looks: whoever writes to a console is written down.
const MACHINE: &str = "
    mount -t tmpfs none /sys && mkdir -p /sys/class/tty/console /sys/class/net/{lo,eno1/device} || exit 99
    echo 'tty0 ttyS0' >/sys/class/tty/console/active
    mkdir $OUT/dev && mount -t tmpfs none $OUT/dev && touch $OUT/dev/null && mount --bind /dev/null $OUT/dev/null || exit 99
    mkfifo $OUT/dev/{tty0,ttyS0} && mount --rbind $OUT/dev /dev || exit 99
    for console in tty0 ttyS0; do
        while :; do cat /dev/$console; done >>$OUT/$console &
    done
";

/// The agent has said its line, and it was seen.
const SHOWN: &str = "grep -q 'agent: ' $OUT/ttyS0 && grep -q 'agent: ' $OUT/tty0";

/// Answers each request with the next answer, the last one for ever. Tells what was asked for.
fn serve(answers: Vec<(u16, &'static str)>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let mut answers = VecDeque::from(answers);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            log.lock().unwrap().push(request);
            let (status, body) = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0] };
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    (url, asked)
}

fn tool(tools: &Path, name: &str, script: &str) {
    let path = tools.join(name);
    // Never through a link: that would write into this machine's own program.
    let mut file = std::fs::File::create_new(&path).unwrap();
    file.write_all(format!("#!/bin/bash\n{script}\n").as_bytes()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs the script until that condition holds, and answers the folder in which it and its agent left their marks.
fn run(given: &Given, fakes: &[(&str, &str)], until: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (tools, out) = (dir.path().join("tools"), dir.path().join("out"));
    std::fs::create_dir_all(&tools).unwrap();
    std::fs::create_dir_all(&out).unwrap();
    for name in TOOLS.into_iter().filter(|name| fakes.iter().all(|(fake, _)| fake != name)) {
        let real = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(name));
        symlink(
            real.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{name} is needed")),
            tools.join(name),
        )
        .unwrap();
    }
    // Pauses cost nothing here; how long they were to be is noted.
    tool(&tools, "sleep", "echo $1 >>$OUT/pauses");
    tool(&tools, "modprobe", "echo $* >$OUT/modprobe");
    tool(&tools, "ip", "echo $* >>$OUT/ip");
    for (name, script) in fakes {
        tool(&tools, name, script);
    }
    std::fs::write(dir.path().join("pre.sh"), pre(&given.kickstart())).unwrap();
    // Fresh /root and /run, as the installer has them. What the script leaves behind dies with the namespace.
    let script = format!(
        "{MACHINE}
         mount -t tmpfs none /root && mount -t tmpfs none /run || exit 99
         PATH=$TOOLS bash -c 'bash {0}/pre.sh; echo $? >$OUT/status' >$OUT/said 2>&1
         for i in {{1..600}}; do {until} && break; sleep 0.05; done
         cp -a /root/.ssh /run/muster $OUT/; stat -c '%a %n' /root/.ssh /root/.ssh/* /run/muster /run/muster/* >$OUT/modes
         cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' >$OUT/arguments",
        dir.path().display()
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    let output =
        command.args(["bash", "-c", &script]).env("TOOLS", &tools).env("OUT", &out).output().unwrap();
    assert!(
        output.status.success(),
        "a namespace is needed (root, or unprivileged user namespaces): {}",
        String::from_utf8_lossy(&output.stderr)
    );
    dir
}

fn read(dir: &tempfile::TempDir, name: &str) -> String {
    std::fs::read_to_string(dir.path().join("out").join(name)).unwrap_or_else(|error| {
        let said = std::fs::read_to_string(dir.path().join("out/said")).unwrap_or_default();
        panic!("{name}: {error}\n{said}")
    })
}

#[test]
fn without_systemd_the_agent_runs_in_its_own_session_once_it_is_the_right_one() {
    let (url, asked) =
        serve(vec![(503, "not yet"), (200, "#!/bin/bash\necho evil >$OUT/evil\n"), (200, AGENT)]);
    let given = Given::new(&url, sha2::Sha256::digest(AGENT).into());
    let dir = run(&given, &[], SHOWN);

    assert_eq!(read(&dir, "status"), "0\n");
    assert_eq!(read(&dir, "ip"), "link set eno1 up\n");
    assert_eq!(read(&dir, "modprobe"), "-a -q ipmi_devintf drivetemp\n");
    for console in ["tty0", "ttyS0"] {
        let shown = read(&dir, console);
        for line in [
            "Muster: discovery by CentOS Stream, kernel",
            "the server is https://10.99.0.1:8443",
            &format!(
                "Muster: no agent from {url}: curl: (22) The requested URL returned error: 503; next try in 2 seconds"
            ),
            &format!(
                "Muster: no agent from {url}: it is not the one that was promised; next try in 4 seconds"
            ),
            "Muster: agent: the server ?[31mdoes not answer",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
    assert_eq!(read(&dir, "pauses"), "2\n4\n");
    assert!(!dir.path().join("out/evil").exists());
    assert_eq!(asked.lock().unwrap().len(), 3);
    assert_eq!(read(&dir, "started"), "/run/muster/muster-agent run --state /run/muster/state.json\n");
    let environment = read(&dir, "environment");
    let ticket = given.ticket.reveal();
    for setting in [
        "MUSTER_SERVER=https://10.99.0.1:8443".to_owned(),
        format!("MUSTER_PIN={}", "c5".repeat(32)),
        format!("MUSTER_TICKET={ticket}"),
        "MUSTER_INTERVAL=30".to_owned(),
        "MUSTER_SCRAPE=open".to_owned(),
    ] {
        assert!(environment.lines().any(|line| line == setting), "{setting}: {environment}");
    }
    assert_eq!(read(&dir, ".ssh/authorized_keys"), format!("{}\n", given.ssh_key));
    let modes = read(&dir, "modes");
    for mode in
        ["700 /root/.ssh", "600 /root/.ssh/authorized_keys", "700 /run/muster", "600 /run/muster/agent.env"]
    {
        assert!(modes.lines().any(|line| line == mode), "{mode}: {modes}");
    }
    assert!(read(&dir, "arguments").contains("/run/muster/run"));
    for open in ["arguments", "said"] {
        assert!(!read(&dir, open).contains(ticket), "the ticket shows in {open}");
    }
}

#[test]
fn systemd_runs_the_agent_and_never_hears_the_ticket_in_an_argument() {
    let (url, asked) = serve(vec![(200, AGENT)]);
    let given = Given::new(&url, sha2::Sha256::digest(AGENT).into());
    let dir = run(&given, &[("systemd-run", "echo \"$*\" >>$OUT/unit")], "test -s $OUT/unit");
    let unit = read(&dir, "unit");
    assert!(
        unit.contains("--unit=muster-agent --property=Restart=always")
            && unit.contains("EnvironmentFile=/run/muster/agent.env"),
        "{unit}"
    );
    assert!(
        unit.contains("--unit=muster-console") && unit.contains("journalctl --unit=muster-agent"),
        "{unit}"
    );
    assert!(!unit.contains(given.ticket.reveal()));
    assert!(!dir.path().join("out/muster/run").exists(), "it was started twice");
    let asked = asked.lock().unwrap();
    assert_eq!(*asked, ["GET /boot/agent/x86_64/muster-agent?mac=52-54-00-aa-bb-01 HTTP/1.1"]);
}

#[test]
fn where_systemd_fails_the_agent_runs_all_the_same() {
    let (url, _) = serve(vec![(200, AGENT)]);
    let given = Given::new(&url, sha2::Sha256::digest(AGENT).into());
    let dir = run(&given, &[("systemd-run", "exit 1")], SHOWN);
    assert!(read(&dir, "started").starts_with("/run/muster/muster-agent run"));
}

#[test]
fn the_ssh_daemon_takes_keys_and_nothing_else() {
    let (url, _) = serve(vec![(200, AGENT)]);
    let given = Given::new(&url, sha2::Sha256::digest(AGENT).into());
    let fakes = [("sshd", "echo \"$*\" >$OUT/sshd"), ("ssh-keygen", "touch /run/muster/ssh_host_key")];
    let dir = run(&given, &fakes, "test -s $OUT/sshd");
    assert_eq!(read(&dir, "sshd"), "-f /run/muster/sshd_config\n");
    let config = read(&dir, "muster/sshd_config");
    for line in ["PermitRootLogin prohibit-password", "PasswordAuthentication no", "PermitEmptyPasswords no"]
    {
        assert!(config.lines().any(|l| l == line), "{config}");
    }
}

#[test]
fn each_processor_fetches_its_own_agent_and_one_without_is_told_so() {
    let (url, asked) = serve(vec![(200, AGENT)]);
    let mut given = Given::new(&url, [0xab; 32]);
    given.agents[1].sha256 = boot::AssetId::of_digest(sha2::Sha256::digest(AGENT).into());
    let dir = run(&given, &[("uname", "echo aarch64")], SHOWN);
    assert!(read(&dir, "started").starts_with("/run/muster/muster-agent run"));
    assert_eq!(
        *asked.lock().unwrap(),
        ["GET /boot/agent/aarch64/muster-agent?mac=52-54-00-aa-bb-01 HTTP/1.1"]
    );
    let told = "grep -q 'the server has no agent for riscv64' $OUT/tty0";
    let dir = run(&given, &[("uname", "echo riscv64")], told);
    assert!(read(&dir, "tty0").contains("the server has no agent for riscv64: give it one with --agent"));
    assert_eq!(read(&dir, "status"), "0\n");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

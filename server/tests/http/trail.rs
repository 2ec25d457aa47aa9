//! What machines did at boot, as it is seen while they do it.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{Agent, TestServer, expect, problem};

const MAC: &str = "52:54:00:aa:00:01";
/// A debug build beside machines that are emulated sends megabytes slowly.
const WAIT: Duration = Duration::from_secs(120);

/// What dnsmasq tells of a firmware that asks, with `log-dhcp`.
const DHCP: &str = "\
dnsmasq-dhcp[1]: 7 available DHCP range: 10.0.0.50 -- 10.0.0.99\n\
dnsmasq-dhcp[1]: 7 vendor class: PXEClient:Arch:00007:UNDI:003016\n\
dnsmasq-dhcp[1]: 7 DHCPREQUEST(br0) 127.0.0.1 52:54:00:aa:00:01\n\
dnsmasq-dhcp[1]: 7 tags: efi64, br0\n\
dnsmasq-dhcp[1]: 7 DHCPACK(br0) 127.0.0.1 52:54:00:aa:00:01\n\
dnsmasq-dhcp[1]: 7 bootfile name: snponly.efi\n\
dnsmasq-dhcp[1]: 7 next server: 10.0.0.1\n";

/// The newest boot of the card, as soon as it is as it should be.
async fn boot(server: &TestServer, is: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + WAIT;
    loop {
        let boots = server.read(&format!("/api/v1/boots/{MAC}")).await;
        if is(&boots[0]) {
            return boots[0].clone();
        }
        assert!(Instant::now() < deadline, "{boots:#}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn kinds(boot: &Value) -> Vec<&str> {
    let steps = boot["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    steps.iter().filter_map(|step| step["kind"].as_str()).collect()
}

/// An agent to hand out that no connection swallows whole.
fn grow_agent(server: &TestServer) -> u64 {
    let size = 32 << 20;
    server.give_agent("x86_64", "");
    let file = server.dir.path().join("agents/x86_64/muster-agent");
    std::fs::OpenOptions::new().write(true).open(file).unwrap().set_len(size).unwrap();
    size
}

/// Events of a stream, one at a time.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(server: &TestServer, path: &str) -> Self {
        let response = server.operator(Method::GET, path).timeout(WAIT).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The data of the next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let lines: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
                let data = lines.join("\n");
                self.text = rest.to_owned();
                if !data.is_empty() {
                    return Some(data);
                }
                continue;
            }
            let piece = tokio::time::timeout(WAIT, self.response.chunk()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&piece.unwrap()?).unwrap());
        }
    }

    /// The first event that is as it should be.
    async fn wait_for(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + WAIT;
        loop {
            let data = self.next().await.unwrap();
            let attempts: Value = serde_json::from_str(&data).unwrap();
            if is(&attempts[0]) {
                return attempts[0].clone();
            }
            assert!(Instant::now() < deadline, "{attempts:#}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_recorded_with_what_was_sent_whole_or_broken_off() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    server.request(Method::GET, "/boot/boot.ipxe").send().await.unwrap();
    server.script(MAC).await;
    let kernel = format!("/boot/image/{image}/vmlinuz?mac={MAC}");
    expect(server.request(Method::GET, &kernel).send().await.unwrap(), StatusCode::OK).await;
    // Neither is a file that was fetched.
    expect(server.request(Method::HEAD, &kernel).send().await.unwrap(), StatusCode::OK).await;
    let nothing = server.request(Method::GET, &kernel).header("Range", "bytes=99-").send().await.unwrap();
    assert_eq!(nothing.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let size = grow_agent(&server);
    let agent = format!("/boot/agent/x86_64/muster-agent?mac={MAC}");
    let mut broken = server.request(Method::GET, &agent).send().await.unwrap();
    broken.chunk().await.unwrap().unwrap();
    let running = boot(&server, |boot| boot["running"][0]["kind"] == "agent").await;
    assert_eq!(running["standing"]["state"], "going");
    assert_eq!(running["running"][0]["size_bytes"], size);
    drop(broken);
    let boot = boot(&server, |boot| kinds(boot).last() == Some(&"agent")).await;
    assert_eq!(kinds(&boot), ["entry-script", "decision", "kernel", "kernel", "agent"]);
    let step = |n: usize| &boot["steps"][n];
    assert!(step(0)["bytes"].as_u64() > Some(100) && step(0)["bytes"] == step(0)["size_bytes"], "{boot:#}");
    assert_eq!(step(1)["facts"]["course"], "image");
    assert_eq!((step(2)["bytes"].as_u64(), step(2)["size_bytes"].as_u64()), (Some(16), Some(16)));
    assert_eq!((step(3)["bytes"].as_u64(), step(3)["size_bytes"].as_u64()), (Some(0), Some(16)));
    assert_eq!(step(4)["size_bytes"], size);
    let sent = step(4)["bytes"].as_u64().unwrap();
    assert!(sent > 0 && sent < size, "{sent}");
    assert!(boot["running"].as_array().unwrap().is_empty());
    // And after its time, it is said.
    server.clock.advance(Duration::from_secs(60));
    let stands = &server.read(&format!("/api/v1/boots/{MAC}")).await[0]["standing"];
    assert_eq!(stands["state"], "stopped", "{stands:#}");
    assert!(stands["text"].as_str().unwrap().contains("broke off"), "{stands:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_is_seen_live_step_by_step_and_while_a_file_is_on_its_way() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let mut live = Stream::open(&server, &format!("/api/v1/boots/{MAC}/live")).await;
    assert_eq!(live.next().await.unwrap(), "[]");
    server.request(Method::GET, "/boot/boot.ipxe").send().await.unwrap();
    let ticket = server.ticket(MAC).await;
    let seen = live.wait_for(|boot| kinds(boot).contains(&"decision")).await;
    assert_eq!(
        (kinds(&seen), seen["standing"]["hop"].as_str()),
        (vec!["entry-script", "decision"], Some("kernel"))
    );
    grow_agent(&server);
    let agent = format!("/boot/agent/x86_64/muster-agent?mac={MAC}");
    let mut slow = server.request(Method::GET, &agent).send().await.unwrap();
    slow.chunk().await.unwrap().unwrap();
    let seen = live.wait_for(|boot| boot["running"][0]["sent_bytes"].as_u64() > Some(0)).await;
    let some = seen["running"][0]["sent_bytes"].as_u64().unwrap();
    let mut more = 0;
    while more < 16 << 20 {
        more += slow.chunk().await.unwrap().unwrap().len();
    }
    live.wait_for(|boot| boot["running"][0]["sent_bytes"].as_u64() > Some(some)).await;
    drop(slow);
    let kernel = format!("/boot/image/{image}/vmlinuz?mac={MAC}");
    server.request(Method::GET, &kernel).send().await.unwrap();
    let reply = server.enrol(&Agent::new(MAC, "ABC1234").enrolment(Some(ticket))).await;
    let host = reply.json::<inventory::EnrolReply>().await.unwrap().host;
    let seen = live.wait_for(|boot| boot["standing"]["state"] == "done").await;
    assert_eq!(kinds(&seen).last(), Some(&"agent-first-word"));

    // The same by its host, and as a piece of page.
    let mut of_host = Stream::open(&server, &format!("/api/v1/hosts/{host}/trail/live")).await;
    of_host.wait_for(|boot| *boot == seen).await;
    let mut piece = Stream::open(&server, &format!("/hosts/{host}/trail/live")).await;
    let piece = piece.next().await.unwrap();
    assert!(piece.contains("fetched the kernel: vmlinuz") && piece.contains("The agent runs"), "{piece}");
    let page = server.operator(Method::GET, &format!("/hosts/{host}")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let page = expect(page, StatusCode::OK).await;
    assert!(page.contains(piece.trim()) && page.contains("/static/live.js"), "{page}");
    let script = server.request(Method::GET, "/static/live.js").send().await.unwrap();
    assert!(script.headers()["content-type"].to_str().unwrap().starts_with("text/javascript"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_on_keeps_no_server_from_stopping_and_there_is_room_for_so_many() {
    let server = TestServer::new().await;
    let path = format!("/api/v1/boots/{MAC}/live");
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(Stream::open(&server, &path).await);
    }
    let late = server.operator(Method::GET, &path).send().await.unwrap();
    assert!(late.headers().contains_key("retry-after"));
    problem(late, StatusCode::TOO_MANY_REQUESTS).await;
    // One goes, and there is room again, as soon as that is noticed.
    let mut stream = streams.pop().unwrap();
    stream.next().await.unwrap();
    drop(stream);
    let deadline = Instant::now() + WAIT;
    while server.operator(Method::GET, &path).send().await.unwrap().status() != StatusCode::OK {
        assert!(Instant::now() < deadline, "no room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut stream = streams.pop().unwrap();
    let stopped = tokio::spawn(server.stop());
    while stream.next().await.is_some() {}
    drop(streams);
    stopped.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_not_known_has_its_place_and_bad_addresses_are_said() {
    let server = TestServer::new().await;
    server.script(MAC).await;
    boot(&server, |boot| kinds(boot) == ["decision"]).await;
    let boots = server.read("/api/v1/boots").await;
    assert_eq!((boots[0]["attempt"]["mac"].as_str(), boots[0]["host"].is_null()), (Some(MAC), true));
    let list = expect(server.operator(Method::GET, "/boots").send().await.unwrap(), StatusCode::OK).await;
    assert!(list.contains(&format!("/boots/{MAC}")) && list.contains("its own disk"), "{list}");
    let page = server.operator(Method::GET, &format!("/boots/{MAC}")).send().await.unwrap();
    let page = expect(page, StatusCode::OK).await;
    assert!(page.contains("no host that is known") && page.contains("was told: local disk"), "{page}");
    let hosts = expect(server.operator(Method::GET, "/").send().await.unwrap(), StatusCode::OK).await;
    assert!(hosts.contains("href=\"/boots\""));
    for path in ["/api/v1/boots/x", "/api/v1/boots/x/live", "/boots/x", "/boots/x/live"] {
        problem(server.operator(Method::GET, path).send().await.unwrap(), StatusCode::BAD_REQUEST).await;
    }
    for path in ["/api/v1/hosts/x/trail", "/api/v1/hosts/x/trail/live", "/hosts/x/trail/live"] {
        problem(server.operator(Method::GET, path).send().await.unwrap(), StatusCode::NOT_FOUND).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_says_is_escaped_in_the_trail() {
    let server = TestServer::new().await;
    let path = format!("/boot/by-mac/{MAC}.ipxe?product=%3Cscript%3Ealert(1)%3C/script%3E%0Adata:%20x");
    server.request(Method::GET, &path).send().await.unwrap();
    boot(&server, |boot| kinds(boot) == ["decision"]).await;
    let mut live = Stream::open(&server, &format!("/boots/{MAC}/live")).await;
    let piece = live.next().await.unwrap();
    assert!(piece.contains("alert(1)") && !piece.contains("<script"), "{piece}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dhcp_comes_by_syslog_from_the_gateway_and_from_nobody_else() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = TestServer::with(&format!(
        "dhcp_log = \"udp://127.0.0.1:{port}\"\ndhcp_log_from = [\"127.0.0.9/32\"]\n"
    ))
    .await;
    let stranger = UdpSocket::bind("127.0.0.8:0").unwrap();
    let gateway = UdpSocket::bind("127.0.0.9:0").unwrap();
    let send = |socket: &UdpSocket, text: &str| {
        for line in text.lines() {
            let line = format!("<30>Nov 21 16:54:36 gw.lan {line}");
            socket.send_to(line.as_bytes(), ("127.0.0.1", port)).unwrap();
        }
    };
    send(&stranger, &DHCP.replace("aa:00:01", "aa:00:02"));
    send(&gateway, DHCP);
    let ack = boot(&server, |boot| kinds(boot) == ["dhcp-ack"]).await;
    let step = &ack["steps"][0];
    assert_eq!(
        (step["facts"]["arch"].as_u64(), step["facts"]["boot_file"].as_str()),
        (Some(7), Some("snponly.efi"))
    );
    assert_eq!(step["address"], "127.0.0.1");
    // Now it is known whose address that is: a step without a MAC is this machine's at once.
    server.request(Method::GET, "/boot/boot.ipxe").send().await.unwrap();
    boot(&server, |boot| kinds(boot) == ["dhcp-ack", "entry-script"]).await;
    assert_eq!(server.read("/api/v1/boots").await.as_array().unwrap().len(), 1);
    assert_eq!(server.read("/api/v1/status").await["trail_dropped"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn dhcp_comes_from_a_file_and_a_boot_that_stops_there_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("dnsmasq.log");
    let server = TestServer::with(&format!("dhcp_log = {:?}\n", log.to_str().unwrap())).await;
    std::fs::write(&log, DHCP).unwrap();
    boot(&server, |boot| kinds(boot) == ["dhcp-ack"]).await;
    server.clock.advance(Duration::from_secs(31));
    let stands = &boot(&server, |boot| boot["standing"]["state"] == "stopped").await["standing"];
    let cause = stands["cause"].as_str().unwrap();
    assert!(cause.contains("next server") && cause.contains("UDP port 69"), "{stands:#}");
    assert_eq!(stands["hop"], "loader");
}

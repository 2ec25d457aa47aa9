//! The Discover score, against agents that listen on loopback addresses.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hosts::{Discover, IntakeLimits, Proof, ScrapeError, ScrapeKey, Scraper};
use inventory::{Clock, Id};
use ipnet::IpNet;
use scores::{Job, JobState, JobStep, Jobs, Registry, Score, StartError, StepState};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::machine::Machine;
use crate::site::{Site, site};

const DEADLINE: Duration = Duration::from_secs(60);

/// How a listener answers.
#[derive(Clone)]
enum Answer {
    Body(String),
    KeyOnly(String),
    Raw(&'static str),
    Endless,
    Silent,
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn serve(mut stream: TcpStream, answer: Answer) {
    let mut request = vec![0; 4096];
    let Ok(length) = stream.read(&mut request).await else { return };
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    if length > 0 {
        assert!(request.starts_with("GET /inventory HTTP/1.1\r\n"), "{request}");
    }
    let answer = match answer {
        Answer::Body(body) => ok(&body),
        Answer::KeyOnly(body) if request.to_lowercase().contains("authorization: bearer open-sesame") => {
            ok(&body)
        }
        Answer::KeyOnly(_) => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
        Answer::Raw(raw) => raw.to_owned(),
        Answer::Endless => {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(chunk.as_bytes()).await;
            }
            return;
        }
        Answer::Silent => {
            // Until the other side has had enough.
            stream.read_u8().await.ok();
            return;
        }
    };
    stream.write_all(answer.as_bytes()).await.ok();
    stream.shutdown().await.ok();
}

/// Listens on `ips`, all on one port; answers it.
async fn listen(ips: &[(&str, Answer)]) -> u16 {
    let mut port = 0;
    for (ip, answer) in ips {
        let listener = TcpListener::bind(SocketAddr::new(ip.parse().unwrap(), port)).await.unwrap();
        port = listener.local_addr().unwrap().port();
        let answer = answer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone()));
            }
        });
    }
    port
}

fn says(machine: &Machine) -> Answer {
    Answer::Body(serde_json::to_string(&machine.report()).unwrap())
}

fn no_key() -> ScrapeKey {
    Arc::new(|| Box::pin(async { None }))
}

fn networks(text: &str) -> Vec<IpNet> {
    text.split_whitespace().map(|network| network.parse().unwrap()).collect()
}

async fn scraped(answer: Answer, key: ScrapeKey) -> Result<inventory::Report, ScrapeError> {
    let port = listen(&[("127.0.5.1", answer)]).await;
    let scraper = Scraper::on_port(networks("127.0.5.0/24"), key, port).unwrap();
    tokio::time::timeout(DEADLINE, scraper.scrape("127.0.5.1".parse().unwrap())).await.unwrap()
}

#[tokio::test]
async fn an_agent_in_a_declared_network_is_read() {
    let machine = Machine::server(1);
    assert_eq!(scraped(says(&machine), no_key()).await.unwrap(), machine.report());
}

#[tokio::test]
async fn an_agent_that_wants_a_key_is_shown_it() {
    let body = serde_json::to_string(&Machine::server(1).report()).unwrap();
    let refused = scraped(Answer::KeyOnly(body.clone()), no_key()).await.unwrap_err();
    assert!(matches!(refused, ScrapeError::KeyWanted(_)), "{refused}");
    let key: ScrapeKey = Arc::new(|| Box::pin(async { Some("open-sesame".to_owned()) }));
    scraped(Answer::KeyOnly(body), key).await.unwrap();
}

#[tokio::test]
async fn what_an_address_may_answer_in_the_place_of_an_inventory() {
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/inventory\r\nContent-Length: 0\r\n\r\n";
    let error = scraped(Answer::Raw(redirect), no_key()).await.unwrap_err();
    assert!(error.to_string().ends_with("answered 302 Found"), "{error}");
    let too_large = scraped(Answer::Endless, no_key()).await.unwrap_err();
    assert!(
        matches!(&too_large, ScrapeError::NoReport { source, .. } if source.to_string().contains("more than"))
    );
    let big = scraped(Answer::Body(" ".repeat(20 << 20)), no_key()).await.unwrap_err();
    assert!(matches!(&big, ScrapeError::NoReport { .. }), "{big}");
    let page = scraped(Answer::Body("<html>".to_owned()), no_key()).await.unwrap_err();
    assert!(matches!(page, ScrapeError::NoReport { .. }));
    for broken in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "SSH-2.0-OpenSSH_9.2\r\n"] {
        let error = scraped(Answer::Raw(broken), no_key()).await.unwrap_err();
        assert!(matches!(error, ScrapeError::Unreachable { .. }), "{broken:?}: {error}");
    }
}

// The clock stands still, and jumps to the time limit when all wait.
#[tokio::test(start_paused = true)]
async fn an_agent_that_says_nothing_is_given_up() {
    let error = scraped(Answer::Silent, no_key()).await.unwrap_err();
    assert!(matches!(&error, ScrapeError::Unreachable { source, .. } if source.is_timeout()), "{error}");
}

#[tokio::test]
async fn an_address_outside_the_declared_networks_is_never_asked() {
    let port = listen(&[("127.0.6.1", says(&Machine::server(1)))]).await;
    for declared in ["", "127.0.7.0/24", "fd00::/8"] {
        let scraper = Scraper::on_port(networks(declared), no_key(), port).unwrap();
        let ip: IpAddr = "127.0.6.1".parse().unwrap();
        assert!(matches!(scraper.scrape(ip).await, Err(ScrapeError::Outside(outside)) if outside == ip));
    }
}

impl Site {
    async fn discover(&self, declared: &str, port: u16, params: Value) -> (Job, Vec<JobStep>) {
        let scraper = Scraper::on_port(networks(declared), no_key(), port).unwrap();
        let score: Arc<dyn Score> =
            Arc::new(Discover::new(networks(declared), scraper, IntakeLimits::default()));
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let jobs = Jobs::open(self.store.clone(), Registry::new([score]), clock).await.unwrap();
        let id: Id = jobs.start("discover", params, "operator").await.unwrap();
        let follow = async {
            let mut seq = 0;
            loop {
                let progress = jobs.changed(&id, seq, DEADLINE).await.unwrap().unwrap();
                if progress.job.state.has_ended() {
                    return progress.job;
                }
                seq = progress.job.seq;
            }
        };
        let job = tokio::time::timeout(DEADLINE, follow).await.unwrap();
        let steps = jobs.steps(&id, 0).await.unwrap();
        (job, steps)
    }
}

#[tokio::test]
async fn a_sweep_finds_the_agents_of_the_declared_networks() {
    let site = site().await;
    let known = Machine::server(1);
    let id = site.approved(&known).await;
    site.pass(Duration::from_secs(3600));
    let port = listen(&[
        ("127.0.8.3", says(&Machine::server(2))),
        ("127.0.8.70", says(&Machine::lab("52:54:00:12:34:56"))),
        ("127.0.8.71", says(&known)),
        ("127.0.8.72", Answer::Raw("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")),
        ("127.0.8.200", says(&Machine::server(3))),
    ])
    .await;
    let (job, steps) = site.discover("127.0.8.0/25", port, json!({ "mdns": false })).await;
    assert_eq!((job.state, job.error), (JobState::Done, None));
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].text, format!("Ask every address on port {port}"));
    let note = &steps[0].note;
    assert!(
        note.starts_with("126 addresses asked; 3 read: 2 new, 0 changed; 1 failed, the last: 127.0.8.72"),
        "{note}"
    );
    let result = job.result.unwrap();
    assert_eq!((&result["found"], &result["new"], &result["changed"]), (&json!(3), &json!(2), &json!(0)));
    let hosts = result["hosts"].as_array().unwrap();
    let line = hosts.iter().find(|host| host["name"] == "dell-svc0002").unwrap();
    assert_eq!(
        (&line["source"], &line["new"], &line["state"]),
        (&json!("sweep"), &json!(true), &json!("discovered"))
    );
    assert_eq!(
        (&line["serial"], &line["memory_bytes"], &line["disks"]),
        (&json!("SVC0002"), &json!(32_u64 << 30), &json!(1))
    );
    assert!(hosts.iter().any(|host| host["id"] == id.as_str() && host["new"] == false));
    assert_eq!(site.count_hosts().await, 3, "what listens outside is not asked");

    site.pass(Duration::from_secs(3600));
    let (job, _) = site.discover("127.0.8.0/25", port, json!({ "mdns": false })).await;
    assert_eq!(job.result.unwrap()["new"], json!(0), "twice is once");
}

#[tokio::test]
async fn machines_that_enrol_meanwhile_are_waited_for() {
    let site = site().await;
    site.known(&Machine::server(1)).await;
    let params = json!({ "wait_for": 2, "timeout_secs": 30 });
    let late = async {
        // Only when the job waits.
        loop {
            let steps: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM job_step WHERE note = '1 of 2'")
                .fetch_one(site.store.readers())
                .await
                .unwrap();
            if steps == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        site.known(&Machine::server(2)).await;
    };
    let ((job, steps), ()) = tokio::join!(site.discover("", 1, params), late);
    assert_eq!((job.state, job.error), (JobState::Done, None));
    let told: Vec<_> = steps.iter().map(|s| (s.state, s.note.as_str())).collect();
    assert_eq!(
        told,
        [
            (StepState::Done, "no networks declared, skipped"),
            (StepState::Done, "no networks declared, skipped"),
            (StepState::Done, "2 of 2"),
        ]
    );
    assert_eq!(job.result.unwrap()["found"], json!(2));
}

#[tokio::test]
async fn machines_that_do_not_come_are_missed() {
    let site = site().await;
    let machine = Machine::server(1);
    site.boot(&machine).await.unwrap();
    let (job, steps) = site.discover("", 1, json!({ "wait_for": 1, "timeout_secs": 0 })).await;
    assert_eq!((job.state, job.error.as_deref()), (JobState::Failed, Some("0 of 1 host is there")));
    assert_eq!(job.result.unwrap()["found"], json!(0), "it enrolled, and did not say what it is made of");
    assert_eq!((steps[2].state, steps[2].note.as_str()), (StepState::Failed, "0 of 1 after 0 s"));
    site.enrol(&machine, Proof::None).await.unwrap();
}

#[tokio::test]
async fn a_run_says_what_it_would_do_and_refuses_what_it_can_not() {
    let discover = |declared| {
        let scraper = Scraper::new(networks(declared), no_key()).unwrap();
        Discover::new(networks(declared), scraper, IntakeLimits::default())
    };
    let plan = discover("10.0.0.0/24").plan(&json!({ "wait_for": 3, "timeout_secs": 60 })).unwrap();
    assert_eq!(
        plan,
        [
            "I would ask by mDNS who runs an agent in 10.0.0.0/24, and read its inventory.",
            "I would try port 25000 of 254 addresses in 10.0.0.0/24, and read the inventory of each agent there.",
            "I would wait, for 60 s at most, until 3 hosts are there.",
            "I would record what is found: nothing of an approved host changes.",
        ]
    );
    let nobody = discover("").plan(&Value::Null).unwrap();
    assert_eq!(nobody[0], "I would ask nobody: the site declares no networks.");

    let site = site().await;
    let clock = Arc::clone(&site.clock) as Arc<dyn Clock>;
    let registry = Registry::new([Arc::new(discover("10.0.0.0/8")) as Arc<dyn Score>]);
    let jobs = Jobs::open(site.store.clone(), registry, clock).await.unwrap();
    let refused = jobs.start("Discover", json!({}), "operator").await.unwrap_err();
    let StartError::Refused { source, .. } = &refused else { panic!("{refused}") };
    assert!(source.to_string().contains("16777216 addresses") && source.to_string().contains("at most 4096"));
    let unknown = jobs.start("Discover", json!({ "sweeep": false }), "operator").await.unwrap_err();
    assert!(matches!(&unknown, StartError::Refused { source, .. } if source.to_string().contains("sweeep")));
}

//! Jobs on a real database.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::sync::Arc;
use std::time::Duration;

use events::Kind;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use inventory::{Clock, ManualClock, Timestamp};
use scores::{
    HISTORY, Job, JobContext, JobState, Jobs, Progress, Registry, Score, ScoreError, StartError, StepState,
};
use serde_json::{Value, json};
use store::Store;
use tokio::sync::Semaphore;

/// Longer than any of these tests may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Does what its parameters say.
struct Puppet {
    name: &'static str,
    go_on: Arc<Semaphore>,
}

impl Score for Puppet {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> &'static str {
        "does what it is told"
    }

    fn plan(&self, params: &Value) -> Result<Vec<String>, ScoreError> {
        match params.get("end").and_then(Value::as_str) {
            Some(end) => Ok(vec![format!("I would {end}.")]),
            None => Err(ScoreError::Params("end: say how to end".to_owned())),
        }
    }

    fn run<'a>(&'a self, job: JobContext, params: Value) -> BoxFuture<'a, Result<Value, ScoreError>> {
        async move {
            let first = job.step("Look around").await?;
            first.note("half way").await?;
            first.done("nothing there").await?;
            job.step("Knock").await?.fail("nobody answers").await?;
            let _open = job.step("Wait").await?;
            self.go_on.acquire().await.unwrap().forget();
            match params.get("end").and_then(Value::as_str).unwrap() {
                "panic" => panic!("on purpose"),
                "fail" => Err(ScoreError::failed("reading the list", std::io::Error::other("no paper"))),
                "half" => Err(ScoreError::Incomplete { reason: "1 of 2".to_owned(), summary: json!(1) }),
                "stepping" => {
                    for n in 0..10_000 {
                        job.step(format!("{n}")).await?.done("").await?;
                    }
                    Ok(Value::Null)
                }
                _ => Ok(json!({ "found": 2 })),
            }
        }
        .boxed()
    }
}

struct Stage {
    dir: tempfile::TempDir,
    store: Store,
    jobs: Jobs,
    clock: Arc<ManualClock>,
    go_on: Arc<Semaphore>,
}

fn registry(go_on: &Arc<Semaphore>) -> Registry {
    let puppet = |name| Arc::new(Puppet { name, go_on: Arc::clone(go_on) }) as Arc<dyn Score>;
    Registry::new([puppet("Puppet"), puppet("Other")])
}

async fn stage() -> Stage {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp(1_000_000)));
    let go_on = Arc::new(Semaphore::new(0));
    let jobs =
        Jobs::open(store.clone(), registry(&go_on), Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
    Stage { dir, store, jobs, clock, go_on }
}

impl Stage {
    async fn start(&self, end: &str) -> inventory::Id {
        self.jobs.start("puppet", json!({ "end": end }), "operator").await.unwrap()
    }

    /// Follows the job until `until` says so.
    async fn follow(&self, job: &inventory::Id, until: impl Fn(&Progress) -> bool) -> Progress {
        let following = async {
            let mut seq = 0;
            loop {
                let progress = self.jobs.changed(job, seq, DEADLINE).await.unwrap().unwrap();
                if until(&progress) {
                    return progress;
                }
                seq = progress.job.seq;
            }
        };
        tokio::time::timeout(DEADLINE, following).await.unwrap()
    }

    async fn ended(&self, job: &inventory::Id) -> Job {
        self.follow(job, |p| p.job.state.has_ended()).await.job
    }

    async fn waits(&self, job: &inventory::Id) {
        self.follow(job, |p| p.steps.iter().any(|s| s.text == "Wait")).await;
    }

    async fn ends(&self) -> Vec<events::Event> {
        let mut all = events::after(self.store.readers(), 0, 1000).await.unwrap();
        all.retain(|e| e.kind == Kind::JobEnded);
        all
    }
}

#[tokio::test]
async fn a_job_shows_its_steps_as_they_go() {
    let stage = stage().await;
    let job = stage.start("well").await;
    stage.waits(&job).await;
    let steps = stage.jobs.steps(&job, 0).await.unwrap();
    let shown: Vec<_> = steps.iter().map(|s| (s.number, s.state, s.text.as_str(), s.note.as_str())).collect();
    assert_eq!(
        shown,
        [
            (1, StepState::Done, "Look around", "nothing there"),
            (2, StepState::Failed, "Knock", "nobody answers"),
            (3, StepState::Running, "Wait", ""),
        ]
    );
    let newest = stage.jobs.get(&job).await.unwrap().unwrap().seq;
    assert_eq!(newest, steps[2].seq, "a job is as new as its newest step");
    assert!(stage.jobs.steps(&job, newest).await.unwrap().is_empty(), "nothing is newer than the newest");

    stage.clock.advance(Duration::from_secs(5));
    stage.go_on.add_permits(1);
    let ended = stage.ended(&job).await;
    assert_eq!((ended.state, ended.result, ended.error), (JobState::Done, Some(json!({ "found": 2 })), None));
    assert_eq!(ended.ended_at, Some(Timestamp(1_005_000)));
    let events = stage.ends().await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].key.as_str(), events[0].actor.as_str()), (job.as_str(), "operator"));
    assert_eq!(events[0].summary, "Puppet is done");
    let last = &stage.jobs.steps(&job, 0).await.unwrap()[2];
    assert_eq!((last.state, last.ended_at), (StepState::Failed, Some(Timestamp(1_005_000))), "left open");
}

#[tokio::test]
async fn waiting_for_news_ends_with_the_wait_or_the_job() {
    let stage = stage().await;
    let job = stage.start("well").await;
    stage.waits(&job).await;
    let seq = stage.jobs.get(&job).await.unwrap().unwrap().seq;
    let nothing = stage.jobs.changed(&job, seq, Duration::from_millis(1)).await.unwrap().unwrap();
    assert_eq!((nothing.job.seq, nothing.steps.len()), (seq, 0));

    let waiting = stage.jobs.changed(&job, seq, DEADLINE);
    let (news, ()) = tokio::join!(waiting, async { stage.go_on.add_permits(1) });
    assert!(news.unwrap().unwrap().job.state.has_ended());
    let ended = stage.ended(&job).await;
    let after = stage.jobs.changed(&job, ended.seq, DEADLINE).await.unwrap().unwrap();
    assert_eq!(after.job, ended, "a job that has ended is answered at once");
    assert!(stage.jobs.changed(&"nosuch".parse().unwrap(), 0, DEADLINE).await.unwrap().is_none());
}

#[tokio::test]
async fn every_bad_end_is_told_and_the_next_job_runs() {
    let stage = stage().await;
    let cases = [
        ("panic", "the score panicked: on purpose", None),
        ("fail", "reading the list: no paper", None),
        ("half", "1 of 2", Some(json!(1))),
        ("stepping", "a job has at most 500 steps", None),
    ];
    for (end, error, result) in cases {
        let job = stage.start(end).await;
        stage.go_on.add_permits(1);
        let ended = stage.ended(&job).await;
        assert_eq!(ended.state, JobState::Failed, "{end}");
        assert_eq!((ended.error.as_deref(), ended.result), (Some(error), result), "{end}");
    }
    let summaries: Vec<_> = stage.ends().await.into_iter().map(|e| e.summary).collect();
    assert_eq!(summaries.len(), 4);
    assert_eq!(summaries[1], "Puppet failed: reading the list: no paper");
}

#[tokio::test]
async fn what_can_not_be_started_is_refused_by_name() {
    let stage = stage().await;
    let refused = |score: &'static str, params: Value| {
        let jobs = stage.jobs.clone();
        async move { jobs.start(score, params, "operator").await.unwrap_err() }
    };
    assert_eq!(
        refused("Conquer", json!({ "end": "well" })).await.to_string(),
        r#"there is no score called "Conquer": `muster score list` names them"#
    );
    let bad = refused("Puppet", json!({})).await;
    assert!(
        matches!(&bad, StartError::Refused { source, .. } if source.to_string() == "end: say how to end")
    );

    let job = stage.start("well").await;
    let twice = refused("Puppet", json!({ "end": "well" })).await;
    assert!(matches!(&twice, StartError::Running { job: running, .. } if *running == job), "{twice}");
    let other = stage.jobs.start("Other", json!({ "end": "well" }), "operator").await.unwrap();
    stage.go_on.add_permits(2);
    stage.ended(&job).await;
    stage.ended(&other).await;
    let again = stage.start("well").await;
    stage.jobs.stop().await;
    assert_eq!(stage.jobs.get(&again).await.unwrap().unwrap().error.unwrap(), "the server stopped");
    assert!(matches!(refused("Puppet", json!({ "end": "well" })).await, StartError::Stopping));
}

#[tokio::test]
async fn a_job_is_cancelled_by_name() {
    let stage = stage().await;
    let job = stage.start("well").await;
    stage.waits(&job).await;
    assert!(stage.jobs.cancel(&job, "anna").await);
    let ended = stage.jobs.get(&job).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.error.as_deref()), (JobState::Cancelled, Some("cancelled by anna")));
    let events = stage.ends().await;
    assert_eq!((events[0].actor.as_str(), events[0].summary.as_str()), ("anna", "Puppet is cancelled"));
    assert!(!stage.jobs.cancel(&job, "anna").await, "it has ended");
    assert!(!stage.jobs.cancel(&"nosuch".parse().unwrap(), "anna").await);
}

#[tokio::test]
async fn what_a_dead_server_left_behind_is_marked_failed() {
    let stage = stage().await;
    let job = stage.start("well").await;
    stage.waits(&job).await;
    // The first server's task is still there, but the second knows nothing of it: as after a power cut.
    let store = Store::open(&stage.dir.path().join("muster.db")).await.unwrap();
    let clock = Arc::clone(&stage.clock) as Arc<dyn Clock>;
    let next = Jobs::open(store, registry(&stage.go_on), clock).await.unwrap();
    let left = next.get(&job).await.unwrap().unwrap();
    assert_eq!((left.state, left.error.as_deref()), (JobState::Failed, Some("the server stopped")));
    assert!(next.steps(&job, 0).await.unwrap().iter().all(|s| s.state != StepState::Running));
    let answered = next.changed(&job, left.seq, DEADLINE).await.unwrap().unwrap();
    assert_eq!(answered.job, left);
    assert_eq!(stage.ends().await.len(), 1);
    next.start("puppet", json!({ "end": "well" }), "operator").await.unwrap();
}

#[tokio::test]
async fn the_history_is_bounded() {
    let stage = stage().await;
    for _ in 0..HISTORY + 3 {
        stage.clock.advance(Duration::from_millis(1));
        stage.go_on.add_permits(1);
        let job = stage.start("well").await;
        stage.ended(&job).await;
    }
    let kept = stage.jobs.list(10_000).await.unwrap();
    assert_eq!(kept.len(), HISTORY as usize);
    assert!(kept.is_sorted_by(|a, b| a.created_at > b.created_at), "newest first");
    let steps: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM job_step").fetch_one(stage.store.readers()).await.unwrap();
    assert_eq!(steps, 3 * i64::from(HISTORY), "steps go with their job");
}

//! Requests from their beginning to their end, on a real database, with machines that do what the test says.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "requests/restart.rs"]
mod restart;
#[path = "requests/site.rs"]
mod site;

use std::time::Duration;

use inventory::Outcome as AgentsOutcome;
use power::{Act, Answer, Level, Outcome, PowerError, State, Via, Ways};
use site::{Site, button, ways};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[tokio::test]
async fn an_agent_is_asked_first_and_what_it_said_and_what_was_seen_is_told() {
    let site = Site::new().await;
    site.heard_now();
    site.agent_answers(AgentsOutcome::Begun, "the machine goes down");
    let request = site.ask(Act::Off, None).await.unwrap();
    let request = site.until(&request, |r| r.words.contains("its effect is waited for")).await;
    assert_eq!(request.attempts[0].outcome, Outcome::Accepted);
    assert_eq!(request.attempts[0].words, "its agent does it: the machine goes down");
    site.clock.advance(secs(7));
    site.see(|signs, now| signs.goodbye_at = Some(now));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Done);
    assert!(request.words.ends_with("its agent said goodbye 7 s later"), "{}", request.words);
    assert_eq!(request.attempts.len(), 1);
    let events = site.events().await;
    assert_eq!(events, ["power.asked", "power.tried", "power.ended"]);
    // It is known to be off from now on, and is not switched off again.
    let shown = site.power.shown(&site.host).await.unwrap();
    assert_eq!(shown.standing.level, Level::Off, "{:?}", shown.standing);
    let again = site.ask(Act::Off, None).await.unwrap();
    assert_eq!((again.state, again.attempts.len()), (State::Done, 0));
    assert!(again.words.contains("nothing was done"), "{}", again.words);
}

#[tokio::test]
async fn one_way_after_the_other_is_tried_and_the_last_one_is_a_hand() {
    let site = Site::new().await;
    site.heard_now();
    site.agent_answers(AgentsOutcome::Refused, "reboot is not allowed here");
    let request = site.ask(Act::Reset, None).await.unwrap();
    let question = site.question().await;
    assert!(question.words.contains("reset node1 at rack-2/slot-3"), "{}", question.words);
    let words = site.until(&request, |r| r.attempts.len() == 3).await.attempts;
    assert!(words[0].words.contains("reboot is not allowed here"), "{words:?}");
    assert!(words[1].words.contains("has told no SSH host key"), "{words:?}");
    let running = site.ask(Act::On, None).await.unwrap_err();
    assert!(matches!(running, PowerError::Running { act: Act::Reset, .. }), "{running}");
    site.power.answer(&site.host, Answer::Done, "operator").await.unwrap();
    site.clock.advance(secs(1));
    site.see(|signs, now| signs.booted_at = Some(now));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Done, "{}", request.words);
    assert!(
        request.words.contains("operator says: done") && request.words.contains("booting"),
        "{}",
        request.words
    );
}

#[tokio::test]
async fn who_can_not_do_it_says_so_and_then_nobody_could() {
    let site = Site::new().await;
    let request = site.ask(Act::Off, None).await.unwrap();
    let question = site.question().await;
    let proof = site.power.proof(&question.id, Answer::Cannot, Via::Message);
    let by_link = |answer, via, proof: String| {
        let (power, id) = (site.power.clone(), question.id.clone());
        async move { power.answer_by_link(&id, answer, via, &proof, "phone").await }
    };
    let forged = by_link(Answer::Done, Via::Message, proof.clone()).await.unwrap_err();
    assert!(matches!(forged, PowerError::Forged), "{forged}");
    assert!(matches!(by_link(Answer::Cannot, Via::Page, proof.clone()).await, Err(PowerError::Forged)));
    assert!(!by_link(Answer::Cannot, Via::Message, proof.clone()).await.unwrap().is_repeated);
    assert!(by_link(Answer::Cannot, Via::Message, proof).await.unwrap().is_repeated, "twice is once");
    let other = site.power.proof(&question.id, Answer::Done, Via::Message);
    let late = by_link(Answer::Done, Via::Message, other).await.unwrap_err();
    assert!(matches!(late, PowerError::Settled(_)), "{late}");
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Failed);
    assert!(
        request.words.contains("its agent is silent") && request.words.contains("phone says: can't"),
        "{request:?}"
    );
    let none = site.power.answer(&site.host, Answer::Done, "operator").await.unwrap_err();
    assert!(matches!(none, PowerError::NoQuestion(_)), "{none}");
    assert_eq!(site.quiet().await, [], "it is not expected to be silent");
}

#[tokio::test]
async fn a_question_that_nobody_answers_expires_and_a_late_answer_is_too_late() {
    let site = Site::new().await;
    let by = button();
    let request = site.ask(Act::On, Some(&by)).await.unwrap();
    let question = site.question().await;
    site.clock.advance(secs(1801));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Failed);
    assert!(request.words.contains("nobody answered in time"), "{}", request.words);
    let proof = site.power.proof(&question.id, Answer::Done, Via::Message);
    let late = site.power.answer_by_link(&question.id, Answer::Done, Via::Message, &proof, "phone").await;
    assert!(late.unwrap_err().to_string().contains("time for an answer is over"));
    assert_eq!(
        site.events().await,
        ["power.asked", "power.button-asked", "power.button-ended", "power.tried", "power.ended"]
    );
}

#[tokio::test]
async fn what_was_sent_and_never_seen_is_not_called_done() {
    let site = Site::new().await;
    site.set(ways(r#"[{"name":"agent","kind":"agent"}]"#)).await.unwrap();
    site.heard_now();
    site.agent_answers(AgentsOutcome::Done, "");
    let request = site.ask(Act::Reset, None).await.unwrap();
    site.until(&request, |r| r.words.contains("its effect is waited for")).await;
    site.see(|signs, now| signs.goodbye_at = Some(now.plus(secs(1))));
    site.clock.advance(secs(301));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Unseen);
    assert!(
        request.words.contains("said goodbye") && request.words.contains("within 5 min"),
        "{}",
        request.words
    );
}

#[tokio::test]
async fn a_machine_that_is_on_is_not_switched_on_and_one_that_is_not_ours_not_at_all() {
    let site = Site::new().await;
    site.heard_now();
    let request = site.ask(Act::On, None).await.unwrap();
    assert_eq!((request.state, request.attempts.len()), (State::Done, 0));
    let no_way = site.ask(Act::On, Some(&"bmc".parse().unwrap())).await.unwrap_err();
    assert!(no_way.to_string().contains("no way called bmc: it has agent, ssh, wol, button"), "{no_way}");
    let unable = site.ask(Act::Off, Some(&"wol".parse().unwrap())).await.unwrap_err();
    assert!(matches!(unable, PowerError::Unable { .. }), "{unable}");
    site.bar("it is retired");
    let barred = site.ask(Act::On, None).await.unwrap_err();
    assert_eq!(barred.to_string(), "node1 is not switched: it is retired");
    let nobody =
        site.power.ask(&"nobody".parse().unwrap(), Act::On, None, None, "operator").await.unwrap_err();
    assert!(matches!(nobody, PowerError::NoHost(_)), "{nobody}");
}

#[tokio::test]
async fn a_cycle_goes_on_only_after_it_was_seen_going_off() {
    let site = Site::new().await;
    let set = r#"[{"name":"agent","kind":"agent"},{"name":"wol","kind":"wol","interface":"nosuch0"}]"#;
    site.set(ways(set)).await.unwrap();
    site.heard_now();
    site.agent_answers(AgentsOutcome::Begun, "");
    let request = site.ask(Act::Cycle, None).await.unwrap();
    site.until(&request, |r| r.words.contains("its effect is waited for")).await;
    site.clock.advance(secs(301));
    site.heard_now();
    let request = site.ended(&request).await;
    assert_eq!((request.state, request.attempts.len()), (State::Unseen, 1), "{request:?}");
    assert!(request.words.ends_with("it was not switched on"), "{}", request.words);

    let request = site.ask(Act::Cycle, None).await.unwrap();
    site.until(&request, |r| r.words.contains("its effect is waited for")).await;
    site.see(|signs, now| signs.goodbye_at = Some(now.plus(secs(1))));
    let request = site.ended(&request).await;
    assert_eq!((request.state, request.attempts.len()), (State::Failed, 2), "{request:?}");
    assert!(request.attempts[1].words.contains("no interface nosuch0"), "{request:?}");
}

#[tokio::test]
async fn a_password_stands_nowhere_but_on_the_wire() {
    let site = Site::new().await;
    let wol = r#"[{"name":"wol","kind":"wol","interface":"nosuch0","password_secret":"node1.wol"}]"#;
    let missing = site.set(ways(wol)).await.unwrap_err();
    assert!(missing.to_string().contains("there is no secret node1.wol"), "{missing}");
    for (planted, said) in
        [("planted-password", "secret node1.wol: not a SecureOn password"), ("de:ad:be:ef:12:34", "nosuch0")]
    {
        site.secret("node1.wol", planted).await;
        site.set(ways(wol)).await.unwrap();
        let request = site.ask(Act::On, None).await.unwrap();
        let request = site.ended(&request).await;
        assert!(request.words.contains(said), "{}", request.words);
        let pages = site.database().await;
        assert!(!contains(&pages, planted.as_bytes()), "{planted} stands in the database");
    }
    assert!(contains(&site.database().await, b"node1.wol"));
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[tokio::test]
async fn ways_are_changed_by_one_at_a_time() {
    let site = Site::new().await;
    let (version, usual) = site.power.ways(&site.host).await.unwrap();
    assert_eq!((version, usual), (0, Ways::default()));
    site.set(ways(r#"[{"name":"b","kind":"button"}]"#)).await.unwrap();
    let stale = site.power.set_ways(&site.host, 0, Some(Ways::default()), "operator").await.unwrap_err();
    assert!(matches!(stale, PowerError::Changed(_)), "{stale}");
    site.power.set_ways(&site.host, 1, None, "operator").await.unwrap();
    assert_eq!(site.power.ways(&site.host).await.unwrap().0, 0);
}

//! A server is stopped, and started anew: whoever is on the way to the rack is still waited for.

use inventory::Outcome as AgentsOutcome;
use power::{Act, Answer, Outcome, PowerError, State, Via};

use crate::secs;
use crate::site::{Site, button, ways};

#[tokio::test]
async fn a_question_outlives_the_server_that_asked_it() {
    let mut site = Site::new().await;
    site.heard_now();
    let request = site.ask(Act::Reset, Some(&button())).await.unwrap();
    let question = site.question().await;
    site.power.close().await.unwrap();
    site.clock.advance(secs(600));
    site.start_anew().await;
    assert_eq!(site.question().await, question, "the same, until the same moment");
    let going_on = site.power.request(&site.host, &request.id).await.unwrap();
    assert_eq!((going_on.state, going_on.attempts.len()), (State::Running, 1));
    let busy = site.ask(Act::On, None).await.unwrap_err();
    assert!(matches!(busy, PowerError::Running { .. }), "{busy}");
    // The link of before.
    let proof = site.power.proof(&question.id, Answer::Done, Via::Message);
    site.power.answer_by_link(&question.id, Answer::Done, Via::Message, &proof, "phone").await.unwrap();
    site.until(&request, |it| it.words.contains("its effect is waited for")).await;
    // An agent that could not be heard meanwhile has not fallen silent.
    site.clock.advance(secs(2));
    site.see(|signs, now| (signs.heard_at, signs.boot_id) = (Some(now), Some("another".to_owned())));
    site.see(|signs, now| signs.booted_at = Some(now));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Done, "{}", request.words);
    assert!(request.words.starts_with("phone says: done; it was seen booting"), "{}", request.words);
    assert_eq!(request.attempts.len(), 1);
    assert_eq!(
        site.events().await,
        ["power.asked", "power.button-asked", "power.button-ended", "power.tried", "power.ended"]
    );
}

#[tokio::test]
async fn an_answer_that_the_server_did_not_live_to_read_counts() {
    let mut site = Site::new().await;
    site.set(ways(
        r#"[{"name":"button","kind":"button"},{"name":"lan","kind":"wol","interface":"nosuch0"}]"#,
    ))
    .await
    .unwrap();
    let request = site.ask(Act::On, None).await.unwrap();
    site.question().await;
    site.power.close().await.unwrap();
    site.power.answer(&site.host, Answer::Cannot, "operator").await.unwrap();
    site.start_anew().await;
    // And what comes after the hand is tried.
    let request = site.ended(&request).await;
    assert_eq!((request.state, request.attempts.len()), (State::Failed, 2), "{request:?}");
    assert!(
        request.words.starts_with("button: operator says: can't; lan: ")
            && request.words.contains("no interface nosuch0"),
        "{}",
        request.words
    );
    assert_eq!(request.attempts[1].number, 2);
}

#[tokio::test]
async fn a_question_whose_time_ran_out_meanwhile_is_ended_in_words() {
    let mut site = Site::new().await;
    let request = site.ask(Act::Off, Some(&button())).await.unwrap();
    let question = site.question().await;
    site.power.close().await.unwrap();
    site.clock.advance(secs(1801));
    site.start_anew().await;
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Failed);
    assert_eq!(request.words, "button: nobody answered in time");
    let proof = site.power.proof(&question.id, Answer::Done, Via::Message);
    let late = site.power.answer_by_link(&question.id, Answer::Done, Via::Message, &proof, "phone").await;
    assert!(late.unwrap_err().to_string().contains("time for an answer is over"));
    assert!(site.events().await.contains(&"power.button-ended".to_owned()));
}

#[tokio::test]
async fn a_cycle_by_hand_goes_on_with_its_other_half() {
    let mut site = Site::new().await;
    let set = r#"[{"name":"button","kind":"button"},{"name":"agent","kind":"agent"},{"name":"lan","kind":"wol","interface":"nosuch0"}]"#;
    site.set(ways(set)).await.unwrap();
    site.heard_now();
    let request = site.ask(Act::Cycle, None).await.unwrap();
    let off = site.question().await;
    site.power.close().await.unwrap();
    site.start_anew().await;
    site.power.answer(&site.host, Answer::Done, "operator").await.unwrap();
    site.clock.advance(secs(1));
    site.see(|signs, now| signs.goodbye_at = Some(now));
    site.until(&request, |it| it.attempts.len() == 2).await;
    let on = site.question().await;
    assert_eq!((off.act, on.act), (Act::Off, Act::On));
    site.power.close().await.unwrap();
    site.start_anew().await;
    assert_eq!(site.question().await, on);
    site.power.answer(&site.host, Answer::Done, "operator").await.unwrap();
    site.clock.advance(secs(1));
    site.see(|signs, now| signs.booted_at = Some(now));
    let request = site.ended(&request).await;
    assert_eq!(request.state, State::Done, "{}", request.words);
    assert!(
        request.words.contains("said goodbye") && request.words.contains("seen booting"),
        "{}",
        request.words
    );
}

#[tokio::test]
async fn whatever_else_was_in_the_middle_is_said_to_be_interrupted() {
    let mut site = Site::new().await;
    site.heard_now();
    // The agent was asked, and has not answered; then its answer came, and its effect is waited for.
    for answers in [false, true] {
        if answers {
            site.agent_answers(AgentsOutcome::Begun, "the machine goes down");
        }
        let request = site.ask(Act::Reset, Some(&"agent".parse().unwrap())).await.unwrap();
        let waits = |words: &str| words.contains("its effect is waited for") == answers;
        site.until(&request, |it| it.attempts.len() == 1 && waits(&it.words)).await;
        if answers {
            // As a power cut leaves it: nobody said anything before the next start.
            site.start_anew().await;
        } else {
            site.power.close().await.unwrap();
            site.start_anew().await;
        }
        let request = site.ended(&request).await;
        assert_eq!(request.state, State::Interrupted);
        let outcome = if answers { Outcome::Accepted } else { Outcome::Interrupted };
        assert_eq!(request.attempts[0].outcome, outcome, "{request:?}");
    }
}

#[tokio::test]
async fn what_another_version_left_is_taken_back_and_said() {
    for left in [None, Some("{}"), Some("no JSON")] {
        let mut site = Site::new().await;
        let request = site.ask(Act::On, Some(&button())).await.unwrap();
        let question = site.question().await;
        site.power.close().await.unwrap();
        site.lose_what_waits(left).await;
        site.start_anew().await;
        let request = site.ended(&request).await;
        assert_eq!(request.state, State::Interrupted);
        assert_eq!(request.attempts[0].outcome, Outcome::Interrupted);
        let proof = site.power.proof(&question.id, Answer::Done, Via::Message);
        let late = site.power.answer_by_link(&question.id, Answer::Done, Via::Message, &proof, "phone").await;
        assert!(late.unwrap_err().to_string().contains("nobody waits for an answer"));
    }
}

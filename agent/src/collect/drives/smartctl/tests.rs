use super::*;

#[test]
fn standby_is_told_by_a_message_and_a_drive_that_can_not_be_opened_is_not() {
    let asleep = Told::of(
        br#"{"smartctl":{"messages":[{"string":"Device is in STANDBY mode, exit(2)","severity":"information"}],
            "exit_status":2},"device":{"name":"/dev/sda"}}"#,
    );
    assert!(asleep.is_asleep() && !asleep.knows_a_drive());
    let gone = Told::of(
        br#"{"smartctl":{"messages":[{"string":"Smartctl open device: /dev/sda failed","severity":"error"}],
            "exit_status":2}}"#,
    );
    assert!(!gone.is_asleep() && !gone.knows_a_drive());
    assert_eq!((gone.complaint(), gone.passed()), (Some("Smartctl open device: /dev/sda failed"), None));
}

#[test]
fn the_exit_status_is_a_set_of_bits() {
    let told = |status: i32| {
        let json = format!(
            r#"{{"smartctl":{{"exit_status":{status}}},"model_name":"M","smart_status":{{"passed":true}}}}"#
        );
        Told::of(json.as_bytes())
    };
    for well in [0, 4, 64, 4 | 64, 128, 32] {
        assert_eq!((told(well).passed(), told(well).knows_a_drive()), (Some(true), true), "{well}");
    }
    assert_eq!(told(8).passed(), Some(false));
    assert_eq!(told(8 | 64).passed(), Some(false));
    assert!(!told(1).knows_a_drive());
}

#[test]
fn an_answer_that_is_no_json_is_warned_of() {
    use crate::tree::Builder;
    let answer = |json: &[u8]| SmartctlAnswer { exit_status: 0, json: json.to_vec() }.to_bytes();
    let question = Question::Smartctl(SmartctlCommand::Scan);
    for junk in [&b"smartctl 5.43"[..], b"", b"[1]", b"{\"devices\":7}", b"\xff"] {
        let probe = Probe::new(Builder::new().answer(&question, &answer(junk)).root());
        assert!(scan(&probe).is_none());
        assert!(probe.into_warnings()[0].reason.starts_with("its answer makes no sense"), "{junk:?}");
    }
    // Where it is not installed there is nothing to say.
    let probe = Probe::new(Builder::new().root());
    assert!(scan(&probe).is_none() && probe.into_warnings().is_empty());
}

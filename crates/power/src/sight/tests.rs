use super::*;

const SILENCE: Duration = Duration::from_secs(90);
/// Long since.
const LISTENING: Silence = Silence { lasts: SILENCE, since: Timestamp(0) };

fn at(second: i64) -> Timestamp {
    Timestamp(second * 1000)
}

fn signs(heard: Option<i64>, goodbye: Option<i64>, boot: &str, booted: Option<i64>) -> Signs {
    Signs {
        heard_at: heard.map(at),
        goodbye_at: goodbye.map(at),
        boot_id: (!boot.is_empty()).then(|| boot.to_owned()),
        booted_at: booted.map(at),
    }
}

#[test]
fn what_was_seen_after_what() {
    let up = signs(Some(990), None, "one", Some(100));
    let off = signs(Some(500), Some(500), "one", Some(100));
    let stranger = Signs::default();
    let (nothing, down, happened) = (0, 1, 2);
    for (act, before, now, signs, expected, said) in [
        (Act::On, &off, 1010, &off, nothing, ""),
        (Act::On, &off, 1010, &signs(Some(500), Some(500), "one", Some(1009)), happened, "booting 9 s later"),
        (Act::On, &off, 1040, &signs(Some(1040), None, "two", Some(100)), happened, "heard 40 s later"),
        (Act::On, &up, 1001, &signs(Some(1001), None, "one", Some(100)), happened, "as it was before"),
        (Act::On, &stranger, 1300, &stranger, nothing, ""),
        (Act::Off, &up, 1005, &signs(Some(1005), Some(1005), "one", None), happened, "goodbye 5 s later"),
        (Act::Off, &up, 1080, &signs(Some(1000), None, "one", None), nothing, ""),
        (Act::Off, &up, 1091, &signs(Some(1000), None, "one", None), happened, "nothing was heard for 91 s"),
        (Act::Off, &up, 1091, &signs(Some(1090), None, "one", None), nothing, ""),
        // It booted instead.
        (Act::Off, &up, 1091, &signs(Some(1005), Some(1005), "one", Some(1050)), nothing, ""),
        (Act::Off, &up, 1091, &signs(Some(1060), None, "two", None), nothing, ""),
        // Silence of one who was silent before tells nothing.
        (Act::Off, &off, 2000, &off, nothing, ""),
        (Act::Off, &stranger, 2000, &stranger, nothing, ""),
        (Act::Reset, &up, 1030, &signs(Some(1025), None, "one", Some(100)), nothing, ""),
        (Act::Reset, &up, 1030, &signs(Some(1005), Some(1005), "one", Some(100)), down, "goodbye 5 s later"),
        (Act::Reset, &up, 1200, &signs(Some(995), None, "one", Some(100)), down, "fell silent"),
        (
            Act::Reset,
            &up,
            1030,
            &signs(Some(1005), Some(1005), "one", Some(1020)),
            happened,
            "booting 20 s later",
        ),
        (Act::Reset, &up, 1100, &signs(Some(1100), None, "two", None), happened, "in a new boot"),
        (Act::Cycle, &off, 1100, &signs(Some(1100), None, "two", None), happened, "heard 100 s later"),
    ] {
        let (found, words) = match look(act, at(1000), before, signs, LISTENING, at(now)) {
            Sight::Nothing => (nothing, String::new()),
            Sight::Down(words) => (down, words),
            Sight::Happened(words) => (happened, words),
        };
        assert_eq!(found, expected, "{act} at {now}: {signs:?}: {words}");
        assert!(words.contains(said), "{act}: {words}");
    }
}

#[test]
fn whether_it_is_on_is_said_with_its_reason() {
    for (signs, level, said) in [
        (signs(Some(990), None, "", None), Level::On, "heard 10 s ago"),
        (signs(Some(100), None, "", None), Level::Unknown, "for 15 min"),
        (signs(Some(100), Some(100), "", Some(50)), Level::Unknown, "goodbye 15 min ago"),
        (signs(Some(100), Some(100), "", Some(980)), Level::On, "booting 20 s ago"),
        (signs(Some(100), Some(100), "", Some(300)), Level::Unknown, "agent since"),
        (Signs::default(), Level::Unknown, "ever heard"),
    ] {
        let standing = standing(&signs, None, SILENCE, at(1000));
        assert_eq!(standing.level, level, "{signs:?}");
        assert!(standing.words.contains(said), "{standing:?}");
    }
}

#[test]
fn what_was_seen_going_off_is_off_until_something_is_heard() {
    for (signs, level) in [
        (signs(Some(100), None, "", Some(50)), Level::Off),
        (signs(Some(150), Some(150), "", Some(50)), Level::Off),
        (Signs::default(), Level::Off),
        (signs(Some(990), None, "", Some(50)), Level::On),
        (signs(Some(100), Some(100), "", Some(980)), Level::On),
    ] {
        assert_eq!(standing(&signs, Some(at(200)), SILENCE, at(1000)).level, level, "{signs:?}");
    }
}

#[test]
fn silence_counts_from_when_somebody_listens() {
    let up = signs(Some(990), None, "one", None);
    let anew = Silence { since: at(1300), ..LISTENING };
    for (now, is_silent) in [(1301, false), (1390, false), (1391, true)] {
        let seen = look(Act::Off, at(1000), &up, &up, anew, at(now));
        assert_eq!(matches!(seen, Sight::Happened(_)), is_silent, "at {now}: {seen:?}");
    }
}

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

const SOON: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(60);

/// Adds a piece that hangs until it is let go.
fn hanging(turns: &Turns, name: &str) -> (Piece<bool>, Sender<()>) {
    let (release, hanging) = channel();
    (turns.add(name, SOON, move || hanging.recv().is_ok()), release)
}

fn thread_of(turns: &Turns, name: &str) -> Piece<thread::ThreadId> {
    turns.add(name, LONG, || thread::current().id())
}

#[test]
fn all_run_in_one_thread_in_the_order_in_which_they_came() {
    let turns = Guard::default().turns("all");
    let (seen, order): (_, Receiver<u8>) = channel();
    let pieces: Vec<_> = (0..5)
        .map(|number| {
            let seen = seen.clone();
            turns.add(&number.to_string(), LONG, move || {
                seen.send(number).unwrap();
                (number, thread::current().id())
            })
        })
        .collect();
    // Whoever waits for the last one first has the others by then.
    let told: Vec<_> = pieces.into_iter().rev().map(|piece| piece.finish().unwrap()).collect();
    assert_eq!(told.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [4, 3, 2, 1, 0]);
    assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    let (_, own) = told[0];
    assert!(own != thread::current().id() && told.iter().all(|(_, thread)| *thread == own));
    // A thread that had nothing left to do has ended; more work has another.
    assert_ne!(thread_of(&turns, "more").finish().unwrap(), own);
}

#[test]
fn a_panic_loses_its_piece_and_keeps_the_thread() {
    let turns = Guard::default().turns("all");
    let before = thread_of(&turns, "before");
    let bad = turns.add("bad", LONG, || -> u8 { panic!("index {} of {}", 7, 3) });
    let behind = thread_of(&turns, "behind");
    assert_eq!(bad.finish(), Err(Lost::Panicked("index 7 of 3".to_owned())));
    assert_eq!(behind.finish().unwrap(), before.finish().unwrap());
}

#[test]
fn a_hang_loses_itself_only_and_the_others_go_on_in_a_fresh_thread() {
    let turns = Guard::default().turns("all");
    let before = thread_of(&turns, "before");
    let (first, _release_first) = hanging(&turns, "first");
    let between = thread_of(&turns, "between");
    let (second, _release_second) = hanging(&turns, "second");
    let behind = thread_of(&turns, "behind");
    // Whoever waits behind them finds both.
    let behind = behind.finish().unwrap();
    let (before, between) = (before.finish().unwrap(), between.finish().unwrap());
    assert!(before != between && between != behind && behind != before);
    for hung in [second, first] {
        assert_eq!(hung.finish(), Err(Lost::TimedOut { deadline: SOON }));
    }
}

#[test]
fn who_was_given_up_takes_no_more_work_and_is_tried_again_when_it_has_returned() {
    let guard = Guard::default();
    let turns = guard.turns("all");
    let (stuck, release) = hanging(&turns, "stuck");
    assert_eq!(stuck.finish(), Err(Lost::TimedOut { deadline: SOON }));

    // In another line too it is not begun again, and holds up nobody.
    let others = guard.turns("others");
    let again = others.add("stuck", LONG, || true);
    let well = others.add("well", LONG, || 1);
    assert_eq!((well.finish(), again.finish()), (Ok(1), Err(Lost::StillHanging)));

    // It returns while another one has its turn, which it does not take from it.
    let (busy, done) = channel::<()>();
    let other = turns.add("other", LONG, move || done.recv().is_ok());
    let last = turns.add("last", LONG, || 2);
    let mut other = other.try_finish().unwrap_err();
    release.send(()).unwrap();
    let returned = (0..1000).any(|_| {
        thread::sleep(Duration::from_millis(5));
        guard.start("stuck", LONG, || ()).finish().is_ok()
    });
    assert!(returned);
    other = other.try_finish().unwrap_err();
    let last = last.try_finish().unwrap_err();
    busy.send(()).unwrap();
    assert_eq!((other.finish(), last.finish()), (Ok(true), Ok(2)));
}

#[test]
fn one_that_nobody_waits_for_any_more_holds_up_nobody() {
    let turns = Guard::default().turns("all");
    let (forgotten, _release) = hanging(&turns, "forgotten");
    drop(forgotten);
    drop(turns.add("ended", LONG, || 1));
    assert_eq!(turns.add("well", LONG, || 2).finish(), Ok(2));
}

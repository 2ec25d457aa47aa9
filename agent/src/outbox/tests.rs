use std::fs;
use std::os::unix::fs::PermissionsExt;

use inventory::sections::Cpu;
use inventory::{AgentInfo, SCHEMA, Section, Sections, Timestamp};
use tempfile::TempDir;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

async fn drain(outbox: &Outbox) -> Vec<String> {
    let mut said = Vec::new();
    while !outbox.is_empty() {
        let letter = outbox.next().await;
        outbox.settle(&letter);
        said.push(format!("{} {}", letter.kind.name(), String::from_utf8_lossy(&letter.body)));
    }
    said
}

fn samples(outbox: &Outbox, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        outbox.post(Kind::Sample, Weight::Plain, &number).unwrap();
    }
}

fn report(model: &str) -> Report {
    let agent = AgentInfo { version: "1".into(), start_id: "s".into(), boot_id: None };
    let data = Cpu { model: Some(model.to_owned()), ..Cpu::default() };
    let sections = Sections { cpu: Section::Ok { data }, ..Sections::default() };
    Report { schema: SCHEMA, agent, collected_at: Timestamp(1), duration_ms: 1, sections }
}

fn spool() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/spool");
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_inventory_goes_first_then_the_logs_then_all_else_in_its_order() {
    let outbox = Outbox::default();
    samples(&outbox, 1..=1);
    outbox.post(Kind::Failure, Weight::Change, &2).unwrap();
    outbox.post(Kind::Receipt, Weight::Change, &3).unwrap();
    samples(&outbox, 4..=4);
    outbox.post_logs("a1".parse().unwrap(), "log".to_owned());
    outbox.learn(report("m"));
    let first = outbox.next().await;
    assert!(first.kind == Kind::Inventory && first.body.len() > 50);
    outbox.settle(&first);
    assert_eq!(outbox.next().await.action, Some("a1".parse().unwrap()));
    assert_eq!(drain(&outbox).await, ["logs log", "sample 1", "failure 2", "receipt 3", "sample 4"]);
}

#[tokio::test]
async fn an_inventory_that_was_replaced_while_it_was_sent_is_not_lost() {
    let outbox = Outbox::default();
    outbox.learn(report("old"));
    let sent = outbox.next().await;
    outbox.learn(report("new"));
    outbox.settle(&sent);
    let said = drain(&outbox).await;
    assert!(said.len() == 1 && said[0].contains("new"), "{said:?}");
    outbox.tell_everything();
    assert_eq!(drain(&outbox).await.len(), 1);
}

#[tokio::test]
async fn in_memory_the_oldest_samples_make_room_and_are_counted() {
    let outbox = Outbox::default();
    samples(&outbox, 1..=163);
    assert_eq!((outbox.take_dropped_samples(), outbox.take_dropped_samples()), (3, 0));
    let left = drain(&outbox).await;
    assert_eq!((left.len(), left[0].as_str()), (160, "sample 4"));
}

#[tokio::test]
async fn who_waits_is_woken() {
    let outbox = Arc::new(Outbox::default());
    let waiter = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.next().await.body }
    });
    tokio::task::yield_now().await;
    samples(&outbox, 7..=7);
    assert_eq!(waiter.await.unwrap(), "7");
}

#[tokio::test]
async fn what_could_not_be_sent_outlives_the_process_and_is_said_before_anything_new() {
    let (_keep, folder) = spool();
    let outbox = Outbox::on_disk(&folder);
    samples(&outbox, 1..=1);
    outbox.post(Kind::Failure, Weight::Change, &2).unwrap();
    outbox.close(PATIENCE);
    drop(outbox);
    assert_eq!(names(&folder), ["0000000000000001.sample.plain", "0000000000000002.failure.change"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join(&names(&folder)[0]))), (0o700, 0o600));

    let outbox = Outbox::on_disk(&folder);
    outbox.learn(report("m"));
    samples(&outbox, 3..=3);
    let said = drain(&outbox).await;
    assert_eq!((said[0].as_str(), said[1].as_str(), said[3].as_str()), ("sample 1", "failure 2", "sample 3"));
    assert!(said[2].starts_with("inventory"));
    outbox.close(PATIENCE);
    assert_eq!(names(&folder), [""; 0]);
}

#[tokio::test]
async fn the_disk_is_spared_while_the_server_is_there() {
    let (_keep, folder) = spool();
    let outbox = Outbox::on_disk(&folder);
    let written = |outbox: &Outbox| {
        outbox.spool.as_ref().unwrap().flush(PATIENCE);
        names(&folder).len()
    };
    samples(&outbox, 1..=2);
    assert_eq!(written(&outbox), 0);
    outbox.post(Kind::Sample, Weight::Change, &3).unwrap();
    assert_eq!(written(&outbox), 1);
    outbox.set_away(true);
    samples(&outbox, 4..=4);
    assert_eq!(written(&outbox), 4);
    // What is on the disk takes no memory.
    assert!(outbox.lock().queue.iter().all(|entry| entry.body.is_none()));
    outbox.set_away(false);
    assert_eq!(drain(&outbox).await, ["sample 1", "sample 2", "sample 3", "sample 4"]);
    samples(&outbox, 5..=5);
    assert_eq!(written(&outbox), 0);
}

#[tokio::test]
async fn a_torn_write_loses_that_message_only() {
    let (_keep, folder) = spool();
    let outbox = Outbox::on_disk(&folder);
    samples(&outbox, 1..=5);
    outbox.close(PATIENCE);
    drop(outbox);
    let file = |number: usize| folder.join(&names(&folder)[number - 1]);
    let whole = fs::read(file(1)).unwrap();
    fs::write(file(1), &whole[..whole.len() - 1]).unwrap();
    fs::write(file(2), "").unwrap();
    fs::write(file(3), vec![0; 100]).unwrap();
    // What a crash left behind, and what never was ours.
    fs::write(folder.join("0000000000000009.sample.plain.new"), "half").unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let outbox = Outbox::on_disk(&folder);
    assert_eq!(drain(&outbox).await, ["sample 4", "sample 5"]);
    outbox.close(PATIENCE);
    assert_eq!(names(&folder), ["notes.txt"]);
}

#[tokio::test]
async fn without_its_folder_it_is_an_outbox_in_memory() {
    let (keep, _) = spool();
    let blocked = keep.path().join("file");
    fs::write(&blocked, "").unwrap();
    let outbox = Outbox::on_disk(&blocked.join("spool"));
    outbox.set_away(true);
    samples(&outbox, 1..=1);
    assert_eq!(drain(&outbox).await, ["sample 1"]);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_any_more_costs_nothing_that_fits_into_memory() {
    let (_keep, folder) = spool();
    let outbox = Outbox::on_disk(&folder);
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "no folder any more").unwrap();
    outbox.set_away(true);
    samples(&outbox, 1..=200);
    outbox.close(PATIENCE);
    let left = drain(&outbox).await;
    assert_eq!(left.last().map(String::as_str), Some("sample 200"));
    assert!(left.len() <= IN_MEMORY.messages, "{}", left.len());
}

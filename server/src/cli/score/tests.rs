use super::*;

fn scores() -> Vec<Listed> {
    ["Discover", "DiscoverMore", "Install"]
        .map(|name| Listed { name: name.to_owned(), description: String::new() })
        .into()
}

fn args(line: &str) -> Run {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        run: Run,
    }
    <Line as clap::Parser>::try_parse_from(std::iter::once("run").chain(line.split_whitespace())).unwrap().run
}

#[test]
fn nothing_runs_by_a_slip() {
    let names =
        |line| choose(scores(), &args(line)).map(|s| s.into_iter().map(|s| s.name).collect::<Vec<_>>());
    assert_eq!(names("-f install -y").unwrap(), ["Install"]);
    assert_eq!(names("-f discover -n 2").unwrap(), ["DiscoverMore"]);
    assert_eq!(names("-a").unwrap().len(), 3);
    assert!(names("-f discover").unwrap_err().to_string().contains("several"));
    assert!(names("-f nothing").unwrap_err().to_string().contains("score list"));
    assert!(names("-n 4").unwrap_err().to_string().contains("number 4"));
}

#[test]
fn flags_win_over_the_answers_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answers.toml");
    std::fs::write(&path, "[Discover]\nwait_for = 9\nsweep = true\n").unwrap();
    let args = args(&format!("--answers {} --wait-for 2 --timeout 60", path.display()));
    assert_eq!(params("Discover", &args).unwrap(), json!({"sweep": true, "wait_for": 2, "timeout_secs": 60}));
    std::fs::write(&path, "Discover = 1").unwrap();
    assert!(params("Discover", &args).unwrap_err().to_string().contains("not a table"));
}

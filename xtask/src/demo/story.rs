//! What the demo tells while it runs: what is being done, since when, and how long each part took.

use std::time::{Duration, Instant};

/// Goes to standard output: it is what the demo is for.
pub(crate) struct Story {
    begun: Instant,
    steps: Vec<(String, Instant)>,
}

impl Story {
    pub(crate) fn begin() -> Self {
        Self { begun: Instant::now(), steps: Vec::new() }
    }

    /// The next part begins.
    pub(crate) fn step(&mut self, what: &str) {
        self.steps.push((what.to_owned(), Instant::now()));
        println!("\n[{}] == {what}", self.elapsed());
    }

    /// Something has happened.
    pub(crate) fn say(&self, what: &str) {
        println!("[{}] {what}", self.elapsed());
    }

    /// Text of several lines, as it is.
    pub(crate) fn show(&self, text: &str) {
        println!("{}", text.trim_end());
    }

    /// The summary.
    pub(crate) fn end(&self) {
        println!("\n[{}] == done; what took how long:", self.elapsed());
        let ends = self.steps.iter().skip(1).map(|(_, start)| *start).chain([Instant::now()]);
        for ((what, start), end) in self.steps.iter().zip(ends) {
            println!("  {} {what}", seconds(end - *start));
        }
        println!("  {} in all", seconds(self.begun.elapsed()));
    }

    fn elapsed(&self) -> String {
        seconds(self.begun.elapsed())
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:6.1} s", duration.as_secs_f64())
}

//! Which scores there are.

use std::fmt;
use std::sync::Arc;

use crate::score::Score;

/// The scores that this server knows, sorted by name.
#[derive(Clone, Default)]
pub struct Registry(Vec<Arc<dyn Score>>);

impl Registry {
    /// Of these scores.
    #[must_use]
    pub fn new(scores: impl IntoIterator<Item = Arc<dyn Score>>) -> Self {
        let mut scores: Vec<_> = scores.into_iter().collect();
        scores.sort_by_key(|score| score.name());
        Self(scores)
    }

    /// All of them.
    pub fn list(&self) -> impl Iterator<Item = &Arc<dyn Score>> {
        self.0.iter()
    }

    /// Those whose name contains `filter`, in any case. A score with just this name is the only one found.
    #[must_use]
    pub fn find(&self, filter: &str) -> Vec<&Arc<dyn Score>> {
        if let Some(exact) = self.get(filter) {
            return vec![exact];
        }
        let filter = filter.to_lowercase();
        self.0.iter().filter(|score| score.name().to_lowercase().contains(&filter)).collect()
    }

    /// The one with this name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Score>> {
        self.0.iter().find(|score| score.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|score| score.name())).finish()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;
    use serde_json::Value;

    use super::*;
    use crate::{JobContext, ScoreError};

    struct Named(&'static str);

    impl Score for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn description(&self) -> &'static str {
            "does nothing"
        }

        fn plan(&self, _: &Value) -> Result<Vec<String>, ScoreError> {
            Ok(Vec::new())
        }

        fn run<'a>(&'a self, _: JobContext, _: Value) -> BoxFuture<'a, Result<Value, ScoreError>> {
            async { Ok(Value::Null) }.boxed()
        }
    }

    #[test]
    fn scores_are_found_by_a_part_of_their_name() {
        let scores: [Arc<dyn Score>; 3] =
            [Arc::new(Named("DiscoverAll")), Arc::new(Named("Install")), Arc::new(Named("Discover"))];
        let registry = Registry::new(scores);
        let names = |filter| registry.find(filter).iter().map(|s| s.name()).collect::<Vec<_>>();
        assert_eq!(names("disco"), ["Discover", "DiscoverAll"]);
        assert_eq!(names("discover"), ["Discover"], "a whole name means just that one");
        assert_eq!(names("")[..], ["Discover", "DiscoverAll", "Install"]);
        assert!(names("nothing").is_empty());
        assert_eq!(format!("{registry:?}"), r#"["Discover", "DiscoverAll", "Install"]"#);
    }
}

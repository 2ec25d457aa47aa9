//! The hosts as `muster host list` and `muster host show` print them in JSON.

use anyhow::Context as _;
use serde_json::Value;

use lab::Muster;

/// One host of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) id: String,
    name: Option<String>,
    /// Everything that `muster host show` says of it.
    shown: String,
}

impl Host {
    #[cfg(test)]
    pub(crate) fn new(id: &str, shown: &str) -> Self {
        Self { id: id.to_owned(), name: None, shown: shown.to_owned() }
    }

    pub(crate) fn has_mac(&self, mac: &str) -> bool {
        self.shown.to_lowercase().contains(&mac.to_lowercase())
    }

    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        text.contains(&self.id) || self.name.as_ref().is_some_and(|name| text.contains(name.as_str()))
    }
}

/// All hosts that the server knows.
pub(crate) fn list(muster: &Muster) -> anyhow::Result<Vec<Host>> {
    let listed = parse(&muster.run(&["host", "list", "--output", "json"])?)?;
    let show = |(id, name): (String, Option<String>)| {
        let shown = muster.run(&["host", "show", &id, "--output", "json"])?;
        Ok(Host { id, name, shown })
    };
    listed.into_iter().map(show).collect()
}

/// Ids and names. A list may stand alone, or as `items` of a page.
fn parse(text: &str) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let value: Value = serde_json::from_str(text).context("`muster host list` printed no JSON")?;
    let items =
        value.get("items").unwrap_or(&value).as_array().context("`muster host list` printed no list")?;
    let host = |item: &Value| {
        let word = |key: &str| item.get(key).and_then(Value::as_str).filter(|word| !word.is_empty());
        let id = word("id").context("`muster host list` printed a host without an id")?;
        Ok((id.to_owned(), word("name").map(str::to_owned)))
    };
    items.iter().map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_and_a_page_of_a_list_are_read() {
        let expected = [("1_a".to_owned(), Some("n".to_owned())), ("1_b".to_owned(), None)];
        assert_eq!(parse(r#"[{"id":"1_a","name":"n"},{"id":"1_b","name":""}]"#).unwrap(), expected);
        assert_eq!(
            parse(r#"{"items":[{"id":"1_a","name":"n"},{"id":"1_b"}],"next":null}"#).unwrap(),
            expected
        );
        assert_eq!(parse("[]").unwrap(), []);
        for wrong in ["", "{}", r#"[{"name":"x"}]"#] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_is_known_by_its_mac_id_and_name() {
        let host = Host { name: Some("shelf".into()), ..Host::new("1_a", r#"{"mac":"52:54:00:00:00:0A"}"#) };
        assert!(host.has_mac("52:54:00:00:00:0a"));
        assert!(host.is_named_in("shelf is silent") && host.is_named_in("https://x/hosts/1_a"));
        assert!(!host.is_named_in("another"));
    }
}

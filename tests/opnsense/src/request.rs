//! What was asked, and what is answered.

use serde_json::Value;

use crate::json::Json;

/// A request for the API.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Behind `/api/`.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) content_type: String,
    /// Whether it says how long its body is.
    pub(crate) measured: bool,
    pub(crate) body: Vec<u8>,
    /// The whole header.
    pub(crate) authorization: Option<String>,
    /// Where it came from.
    pub(crate) peer: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

const JSON: &str = "application/json; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

impl Answer {
    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self { status, content_type: JSON, body: body.to_string(), headers: Vec::new() }
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self { status, content_type: HTML, body: body.to_owned(), headers: Vec::new() }
    }

    pub(crate) fn ok(body: &Json) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn result(result: &str) -> Self {
        Self::ok(&Json::texts(&[("result", result)]))
    }

    pub(crate) fn status(status: &str) -> Self {
        Self::ok(&Json::texts(&[("status", status)]))
    }

    /// As the framework answers before a controller is asked.
    pub(crate) fn refused(status: u16, message: &str) -> Self {
        Self::json(status, &Json::map([("status", Json::Int(status.into())), ("message", message.into())]))
    }

    pub(crate) fn not_found() -> Self {
        Self::json(404, &Json::texts(&[("errorMessage", "Endpoint not found")]))
    }

    /// A PHP error.
    pub(crate) fn unexpected() -> Self {
        Self::json(500, &Json::texts(&[("errorMessage", "Unexpected error, check log for details")]))
    }

    /// To the page where a person logs in.
    pub(crate) fn login(path: &str) -> Self {
        let mut answer = Self::html(302, "");
        answer.headers.push(("Location", format!("/?url=/api/{path}")));
        answer
    }

    /// The web server's own.
    pub(crate) fn length_required() -> Self {
        Self::html(411, &page("411 Length Required"))
    }
}

/// A page as the web server itself makes it.
pub(crate) fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n </body>\n</html>\n"
    )
}

impl Request {
    pub(crate) fn is_post(&self) -> bool {
        self.method == "POST"
    }

    fn is_json(&self) -> bool {
        let kind = self.content_type.replace(' ', "").to_lowercase();
        matches!(kind.as_str(), "application/json" | "application/json;charset=utf-8")
    }

    /// Whether it promises JSON and brings nothing at all.
    pub(crate) fn is_hollow(&self) -> bool {
        self.is_post() && self.is_json() && self.body.is_empty()
    }

    /// What was posted. A body of any other kind, or a broken one, is as good as none.
    pub(crate) fn posted(&self) -> Value {
        if !self.is_post() {
            return Value::Null;
        }
        if self.is_json() {
            return serde_json::from_slice(&self.body).unwrap_or(Value::Null);
        }
        let kind = self.content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        if kind == "application/x-www-form-urlencoded" {
            return form(&String::from_utf8_lossy(&self.body));
        }
        Value::Null
    }

    /// What was posted, or stands behind the question mark.
    pub(crate) fn parameters(&self) -> Value {
        match self.posted() {
            Value::Object(map) => Value::Object(map),
            _ => form(&self.query),
        }
    }
}

/// `host[ip]=…&host[descr]=…`, and `tags[]=…`.
fn form(text: &str) -> Value {
    let mut root = serde_json::Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (unescape(key), Value::String(unescape(value)));
        match key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            None => {
                root.insert(key, value);
            }
            Some((outer, "")) => {
                let list = root.entry(outer).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(items) = list {
                    items.push(value);
                }
            }
            Some((outer, inner)) => {
                let map = root.entry(outer).or_insert_with(|| Value::Object(serde_json::Map::new()));
                put(map, inner, value);
            }
        }
    }
    Value::Object(root)
}

fn put(map: &mut Value, key: &str, value: Value) {
    let Value::Object(map) = map else { return };
    match key.split_once("][") {
        None => {
            map.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            put(map.entry(outer).or_insert_with(|| Value::Object(serde_json::Map::new())), inner, value);
        }
    }
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.extend(u8::from_str_radix(&digits, 16));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_are_as_good_as_json() {
        let request = Request {
            method: "POST".into(),
            content_type: "application/x-www-form-urlencoded; charset=UTF-8".into(),
            body: b"host[ip]=192.168.1.5&host[descr]=a%20b+c&tags[]=lan&a[b][c]=1".to_vec(),
            ..Request::default()
        };
        let wanted =
            json!({"host": {"ip": "192.168.1.5", "descr": "a b c"}, "tags": ["lan"], "a": {"b": {"c": "1"}}});
        assert_eq!(request.posted(), wanted);
    }

    #[test]
    fn only_two_kinds_of_json_are_read() {
        for (kind, read) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=UTF-8", true),
            ("application/json; charset=iso-8859-1", false),
            ("text/json", false),
            ("", false),
        ] {
            let request = Request {
                method: "POST".into(),
                content_type: kind.into(),
                body: br#"{"a":1}"#.to_vec(),
                ..Request::default()
            };
            assert_eq!(request.posted().is_object(), read, "{kind}");
        }
    }
}

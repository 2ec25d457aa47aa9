//! One of the installer's configs: read by Ignition's specification, in the edition that it names itself. Pure.

use ignition_config::{Config, Error};
use serde_json::Value;
use zeroize::Zeroizing;

use super::certificate::{self, Certificate};
use super::data_url;

/// What is to be known of a config.
#[derive(Debug)]
pub(super) struct Document {
    /// The edition of the specification.
    pub(super) spec: String,
    /// Every certificate in it, wherever it stands.
    pub(super) certificates: Vec<Certificate>,
    /// The authorities that Ignition itself believes while it fetches.
    pub(super) authorities: Vec<Certificate>,
    /// From where it is merged.
    pub(super) merged_from: Vec<String>,
    /// The paths of the files that it writes.
    pub(super) paths: Vec<String>,
}

impl Document {
    /// Reads a config.
    ///
    /// # Errors
    /// What is wrong with it, in words that hold nothing of what stands in it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        Config::parse_slice(bytes).map_err(|error| fault(&error))?;
        let config: Value =
            serde_json::from_slice(bytes).map_err(|error| fault(&Error::Serialization(error)))?;
        let text = |pointer: &str| config.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let list = |pointer: &str| config.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
        let strings = |pointer: &str, field: &str| -> Vec<String> {
            list(pointer).filter_map(|item| Some(item.get(field)?.as_str()?.to_owned())).collect()
        };
        let mut certificates = Vec::new();
        gather(&config, &mut certificates)?;
        let mut authorities = Vec::new();
        for authority in list("/ignition/security/tls/certificateAuthorities") {
            let mut found = Vec::new();
            gather(authority, &mut found)?;
            if found.is_empty() {
                return Err(
                    "an authority in ignition.security holds no certificate that can be read".to_owned()
                );
            }
            authorities.extend(found);
        }
        Ok(Self {
            spec: text("/ignition/version").to_owned(),
            certificates,
            authorities,
            merged_from: strings("/ignition/config/merge", "source"),
            paths: strings("/storage/files", "path"),
        })
    }
}

/// The certificates in all texts of a config, and in what they hold.
fn gather(value: &Value, found: &mut Vec<Certificate>) -> Result<(), String> {
    match value {
        Value::String(text) => found.extend(certificate::find(text)),
        Value::Array(items) => items.iter().try_for_each(|item| gather(item, found))?,
        Value::Object(fields) => {
            let compression = fields.get("compression").and_then(Value::as_str);
            for (field, value) in fields {
                let source = value.as_str().filter(|_| field == "source");
                match source.and_then(|source| data_url::content(source, compression)) {
                    None => gather(value, found)?,
                    Some(content) => {
                        let content =
                            content.map_err(|why| format!("a content in it can't be read: {why}"))?;
                        let text = Zeroizing::new(String::from_utf8_lossy(&content).into_owned());
                        found.extend(certificate::find(&text));
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// Where it is wrong and of which sort: a parser's own words may quote what stands there.
fn fault(error: &Error) -> String {
    match error {
        Error::UnknownVersion(version) => {
            format!("it is of edition {version} of Ignition's specification, and 3.0.0 to 3.6.0 can be read")
        }
        Error::InvalidVersion(_) => "its ignition.version is none such as 3.2.0".to_owned(),
        Error::Serialization(error) => {
            let what = match error.classify() {
                serde_json::error::Category::Data => "it is not as Ignition's specification has it",
                serde_json::error::Category::Eof => "it is cut off",
                _ => "it is no JSON",
            };
            format!("{what} (line {}, column {})", error.line(), error.column())
        }
        _ => "it can't be read as a config of Ignition".to_owned(),
    }
}

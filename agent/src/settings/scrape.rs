//! Who may come and ask for the inventory.

use std::fmt;
use std::fs;
use std::path::Path;

use subtle::ConstantTimeEq;

use super::InvalidSettings;

/// A shorter key could be guessed at leisure.
const SHORTEST_KEY: usize = 16;

/// Who may come and ask for the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scrape {
    /// Nobody.
    Off,
    /// This machine itself.
    Loopback,
    /// Everybody who reaches the port.
    Open,
    /// Everybody who knows the key.
    Key(ScrapeKey),
}

/// A key that whoever asks must show. Its `Debug` hides it.
#[derive(Clone)]
pub struct ScrapeKey(String);

impl Scrape {
    /// From the mode and the key's file, each with the place where it was given.
    ///
    /// # Errors
    /// [`InvalidSettings`].
    pub(super) fn new(
        mode: Option<(String, String)>,
        key_file: Option<(String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let Some((mode, place)) = mode else { return Ok(Self::Off) };
        let invalid = |place: String, reason: String| InvalidSettings::Invalid { place, reason };
        match mode.as_str() {
            "off" => Ok(Self::Off),
            "loopback" => Ok(Self::Loopback),
            "open" => Ok(Self::Open),
            "key" => {
                let (file, place) = key_file.ok_or_else(|| {
                    invalid(place, "key needs --scrape-key-file (or MUSTER_SCRAPE_KEY_FILE)".to_owned())
                })?;
                ScrapeKey::read(Path::new(&file)).map(Self::Key).map_err(|reason| invalid(place, reason))
            }
            other => Err(invalid(place, format!("{other:?} is none of off, loopback, open, key"))),
        }
    }
}

impl ScrapeKey {
    fn read(file: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let key = text.trim();
        if key.len() < SHORTEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "{} holds no key: expected one line of at least {SHORTEST_KEY} visible ASCII characters",
                file.display()
            ));
        }
        Ok(Self(key.to_owned()))
    }

    /// Whether this is the key, found out in a time that does not tell how much of it is right.
    #[must_use]
    pub fn matches(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
    }
}

impl PartialEq for ScrapeKey {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0.as_bytes())
    }
}

impl Eq for ScrapeKey {}

impl fmt::Debug for ScrapeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScrapeKey(…)")
    }
}

//! Which assets machines may fetch: those that a boot profile refers to or did until lately, and nothing else. Kept in memory,
//! so that a download costs no look into the database.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ::store::{Store, StoreError};
use inventory::{Clock, Timestamp};
use tokio::sync::Mutex;

use super::folder::Assets;
use super::kind::AssetKind;
use super::lingering::Uses;
use super::referenced::Referenced;
use super::rows;
use crate::asset::AssetId;
use crate::image::ImageFile;
use crate::site::ImageId;

/// The assets as machines see them; cheap to clone.
#[derive(Clone)]
pub struct Served {
    assets: Assets,
    clock: Arc<dyn Clock>,
    known: Arc<RwLock<Arc<Known>>>,
    turn: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Known {
    uses: Uses,
    referenced: Referenced,
    lingering: Vec<(Timestamp, Referenced)>,
}

impl Served {
    /// Nothing yet of what is in this folder.
    #[must_use]
    pub fn none(assets: Assets, clock: Arc<dyn Clock>) -> Self {
        Self { assets, clock, known: Arc::default(), turn: Arc::default() }
    }

    /// Looks up anew what is referred to: to be called after whatever changes it.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        // One after the other: what was looked up last must be what counts.
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let uses = store.write::<_, StoreError, _>(move |tx| Box::pin(rows::turn(tx, now))).await?;
        self.replace(uses);
        Ok(())
    }

    /// From now on these are the uses.
    pub fn replace(&self, uses: Uses) {
        let known = Known { referenced: uses.referenced(), lingering: uses.lingering(), uses };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    /// What is referred to now.
    #[must_use]
    pub fn referenced(&self) -> Referenced {
        self.known().referenced.clone()
    }

    /// What is needed now: with what still lingers.
    #[must_use]
    pub fn needed(&self) -> Referenced {
        let known = self.known();
        known.uses.turn(&known.referenced, self.clock.now()).needed()
    }

    /// Where an asset lies that machines may fetch, and what it is.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<(PathBuf, AssetKind)> {
        let (kind, _) = self.find(|referenced| referenced.asset(id))?;
        Some((self.assets.path(id), kind))
    }

    /// Where a file of an image lies that machines may fetch.
    #[must_use]
    pub fn image_file(&self, image: &ImageId, file: ImageFile) -> Option<PathBuf> {
        let (asset, _) = self.find(|referenced| referenced.image_file(image, file))?;
        Some(self.assets.path(&asset))
    }

    /// Where the asset lies that is handed out as this iPXE binary.
    #[must_use]
    pub fn binary(&self, name: &str) -> Option<PathBuf> {
        Some(self.assets.path(self.known().referenced.binaries().get(&name.parse().ok()?)?))
    }

    /// Where the asset lies that was handed out as this iPXE binary until lately.
    #[must_use]
    pub fn lingering_binary(&self, name: &str) -> Option<PathBuf> {
        let name = name.parse().ok()?;
        let (asset, until) = self.find(|referenced| referenced.binaries().get(&name).copied())?;
        until.map(|_| self.assets.path(&asset))
    }

    /// Until when machines may fetch an asset that no profile refers to any more; an image's `image.json` counts as its files.
    #[must_use]
    pub fn lingers_until(&self, id: &AssetId) -> Option<Timestamp> {
        let image = ImageId::of_digest(id.digest());
        let is = |referenced: &Referenced| referenced.asset(id).is_some() || referenced.image(&image);
        self.find(|referenced| is(referenced).then_some(()))?.1
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is referred to first, then what lingers, with its end.
    fn find<T>(&self, what: impl Fn(&Referenced) -> Option<T>) -> Option<(T, Option<Timestamp>)> {
        let known = self.known();
        if let Some(found) = what(&known.referenced) {
            return Some((found, None));
        }
        let now = self.clock.now();
        let mut lingering = known.lingering.iter().filter(|(until, _)| now < *until);
        lingering.find_map(|(until, referenced)| Some((what(referenced)?, Some(*until))))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::assets::LINGERS;
    use crate::assets::lingering::Reference;
    use inventory::ManualClock;

    const NOW: Timestamp = Timestamp(1_795_257_600_000);

    #[test]
    fn what_was_referred_to_is_served_for_a_while_and_never_before_what_is() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let served = Served::none(Assets::open(dir.path(), 1).unwrap(), clock.clone());
        let [kernel, initramfs, old, new] = [1, 2, 3, 4].map(|byte| AssetId::of_digest([byte; 32]));
        let image: ImageId = "0123456789abcdef".parse().unwrap();
        let path = |id: AssetId| Some(dir.path().join(id.to_string()));
        let profile = |binary: AssetId| -> Referenced {
            let name = "snponly.efi".parse().unwrap();
            [
                Reference::Asset { asset: kernel, kind: AssetKind::Kernel },
                Reference::Image { image: image.clone(), kernel, initramfs },
                Reference::Binary { name, asset: binary },
                Reference::Asset { asset: binary, kind: AssetKind::Ipxe },
            ]
            .into_iter()
            .collect()
        };
        assert_eq!((served.binary("snponly.efi"), served.asset(&old)), (None, None));
        let mut uses = Uses::default().turn(&profile(old), NOW);
        served.clone().replace(uses.clone());
        assert_eq!(served.binary("snponly.efi"), path(old));
        for other in ["snponly.EFI", "../snponly.efi", ""] {
            assert_eq!(served.binary(other), None, "{other}");
        }
        uses = uses.turn(&profile(new), NOW);
        served.replace(uses.clone());
        assert_eq!(served.binary("snponly.efi"), path(new), "a name means what it means now");
        assert_eq!(served.lingering_binary("snponly.efi"), None);
        assert_eq!(served.asset(&old), Some((path(old).unwrap(), AssetKind::Ipxe)));
        assert_eq!((served.lingers_until(&old), served.lingers_until(&new)), (Some(NOW.plus(LINGERS)), None));

        served.replace(uses.turn(&Referenced::default(), NOW));
        let lingers = || {
            let image = (
                served.image_file(&image, ImageFile::Kernel),
                served.image_file(&image, ImageFile::Initramfs),
            );
            let needed = served.needed() != Referenced::default();
            (image, served.asset(&kernel).is_some(), served.lingering_binary("snponly.efi"), needed)
        };
        assert_eq!(lingers(), ((path(kernel), path(initramfs)), true, path(new), true));
        assert_eq!((served.binary("snponly.efi"), served.referenced().binaries()), (None, &BTreeMap::new()));
        clock.advance(LINGERS);
        assert_eq!(lingers(), ((None, None), false, None, false));
    }
}

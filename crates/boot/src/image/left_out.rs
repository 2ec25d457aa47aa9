//! What the operator leaves out so that an image stays small.

/// Folders and single files: `drivers/scsi` and `mlxsw_spectrum` of the modules, `firmware/mellanox` of the firmware.
#[derive(Debug, Clone, Default)]
pub(super) struct LeftOut(Vec<Named>);

#[derive(Debug, Clone)]
struct Named {
    /// As it was said, without slashes at its ends.
    text: String,
    met: bool,
}

impl LeftOut {
    pub(super) fn new(named: &[String]) -> Self {
        let named = named.iter().map(|text| text.trim_matches('/').to_owned());
        Self(named.map(|text| Named { text, met: false }).collect())
    }

    /// Whether the module at this path, such as `kernel/drivers/net/virtio_net.ko`, is left out.
    pub(super) fn module(&mut self, path: &str) -> bool {
        let path = path.strip_prefix("kernel/").unwrap_or(path);
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = file.strip_suffix(".ko").unwrap_or(file).replace('-', "_");
        self.meet(|text| is_below(path, text) || text.replace('-', "_") == name)
    }

    /// Whether this file below the firmware's folder is left out.
    pub(super) fn firmware(&mut self, file: &str) -> bool {
        self.meet(|text| {
            text == "firmware" || text.strip_prefix("firmware/").is_some_and(|text| is_below(file, text))
        })
    }

    /// What was named and met nothing: a slip of the pen, most likely.
    pub(super) fn unmet(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|named| !named.met).map(|named| named.text.as_str())
    }

    fn meet(&mut self, fits: impl Fn(&str) -> bool) -> bool {
        let mut met = false;
        for named in self.0.iter_mut().filter(|named| fits(&named.text)) {
            named.met = true;
            met = true;
        }
        met
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".ko")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_names_and_firmware_are_met_whole() {
        for (said, module, met) in [
            ("drivers/net/ethernet/mellanox", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", true),
            ("/drivers/net/ethernet/mellanox/", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", true),
            ("drivers/net/ethernet/mell", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", false),
            ("mlx5-core", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", true),
            ("mlx5", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", false),
            ("drivers/hwmon/w83627ehf", "drivers/hwmon/w83627ehf.ko", true),
            ("firmware/mellanox", "drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko", false),
        ] {
            let mut left_out = LeftOut::new(&[said.to_owned()]);
            assert_eq!(left_out.module(&format!("kernel/{module}")), met, "{said}");
            assert_eq!(left_out.unmet().count(), usize::from(!met), "{said}");
        }
        let mut left_out = LeftOut::new(&["firmware/mellanox".to_owned(), "qed".to_owned()]);
        assert!(left_out.firmware("mellanox/mlxsw_spectrum-13.2010.mfa2"));
        assert!(!left_out.firmware("qed/x.bin"));
        assert_eq!(left_out.unmet().collect::<Vec<_>>(), ["qed"]);
        assert!(LeftOut::new(&["firmware".to_owned()]).firmware("tigon/tg3.bin"));
    }
}

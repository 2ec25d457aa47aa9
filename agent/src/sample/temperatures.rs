//! What the thermometers read.

use inventory::Temperature;
use inventory::sample::SensorKind;

use crate::collect::Nothing;
use crate::collect::hwmon::Inventory;
use crate::probe::Probe;

pub(super) fn read(probe: &Probe, sensors: &Inventory) -> Result<Vec<Temperature>, Nothing> {
    let inputs = sensors.inputs(probe)?;
    let thermometers = inputs.iter().filter(|input| input.kind == SensorKind::Temperature);
    let temperatures = thermometers.filter_map(|input| {
        if input.sleeps(probe) {
            return None;
        }
        let Some(temp_celsius) = input.read(probe).value else {
            sensors.missed(probe, input);
            return None;
        };
        Some(Temperature {
            temp_celsius,
            alarm: input.alarm(probe),
            sensor: input.key.clone(),
            label: input.label.clone(),
            class: input.class,
            max_celsius: input.limits.max,
            crit_celsius: input.limits.crit,
        })
    });
    Ok(temperatures.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::{Question, ScsiAnswer};
    use crate::tree::Builder;

    #[test]
    fn a_disk_that_sleeps_is_not_asked_how_warm_it_is() {
        let chip = "/sys/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/hwmon/hwmon0";
        let device = chip.trim_end_matches("/hwmon/hwmon0");
        let check = Question::Scsi {
            device: "/dev/sda".to_owned(),
            command: hex::decode("8506200000000000000000000000e500").unwrap(),
            length: 0,
        };
        let tree = Builder::new()
            .link("/sys/class/hwmon/hwmon0", chip)
            .link(&format!("{chip}/device"), device)
            .files(chip, &[("name", "drivetemp\n"), ("temp1_input", "31000\n")])
            .link("/sys/block/sda", &format!("{device}/block/sda"))
            .link(&format!("{device}/block/sda/device"), device)
            .file(&format!("{device}/block/sda/queue/rotational"), "1\n")
            .file(&format!("{device}/vendor"), "ATA     \n");
        let told = |mode: u8| {
            let sense = vec![0x72, 1, 0, 0x1d, 0, 0, 0, 14, 9, 12, 0, 0, 0, mode, 0, 0, 0, 0, 0, 0, 0, 0x50];
            let answer = ScsiAnswer { status: 2, sense, data: Vec::new() };
            let probe = Probe::new(tree.clone().answer(&check, &answer.to_bytes()).root());
            let told = read(&probe, &Inventory::default()).unwrap();
            (told.into_iter().map(|it| it.temp_celsius).collect::<Vec<_>>(), probe.into_warnings())
        };
        assert_eq!(told(0xff), (vec![31.0], vec![]));
        assert_eq!(told(0x00), (vec![], vec![]));
    }
}

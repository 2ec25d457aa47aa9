//! What the thermometers read.

use inventory::Temperature;
use inventory::sample::SensorKind;

use crate::collect::Nothing;
use crate::collect::hwmon::Inventory;
use crate::probe::Probe;

pub(super) fn read(probe: &Probe, sensors: &Inventory) -> Result<Vec<Temperature>, Nothing> {
    let inputs = sensors.inputs(probe)?;
    let thermometers = inputs.iter().filter(|input| input.kind == SensorKind::Temperature);
    let awake = thermometers.filter(|input| !sensors.may_sleep(probe, input));
    let temperatures = awake.filter_map(|input| {
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
    use crate::tree::Builder;

    #[test]
    fn a_disk_that_may_sleep_is_not_asked_how_warm_it_is() {
        let chip = "/sys/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/hwmon/hwmon0";
        let device = chip.trim_end_matches("/hwmon/hwmon0");
        let tree = |done: &str| {
            Builder::new()
                .link("/sys/class/hwmon/hwmon0", chip)
                .link(&format!("{chip}/device"), device)
                .files(chip, &[("name", "drivetemp\n"), ("temp1_input", "31000\n")])
                .file(&format!("{device}/block/sda/queue/rotational"), "1\n")
                .file(&format!("{device}/block/sda/stat"), done)
        };
        let sensors = Inventory::default();
        let told = |done: &str| {
            let probe = Probe::new(tree(done).root());
            let told = read(&probe, &sensors).unwrap();
            assert_eq!(probe.into_warnings(), []);
            told.into_iter().map(|it| it.temp_celsius).collect::<Vec<_>>()
        };
        assert_eq!(told("10 0 8 0\n"), [0.0; 0]);
        assert_eq!(told("11 0 8 0\n"), [31.0]);
        assert_eq!(told("11 0 8 0\n"), [0.0; 0]);
    }
}

//! Where the installed system speaks: as the live system that installs it was told on its command line.

use crate::given::Given;
use crate::machine::Machine;

const PROGRAM: &str = "/usr/local/bin/muster-consoles";
const SETTINGS: &str = "etc/coreos/installer.d/40-muster.yaml";

#[test]
fn the_installed_system_speaks_where_the_live_one_does() {
    for (command_line, settings) in [
        ("x console=tty0 console=ttyS1,115200n8 y", "console:\n- \"tty0\"\n- \"ttyS1,115200n8\"\n"),
        ("console=tty0 console=ttyAMA0,115200n8", "console:\n- \"tty0\"\n- \"ttyAMA0,115200n8\"\n"),
        ("console=hvc0", "console:\n- \"hvc0\"\n"),
        // What the installer would stop at is left out.
        ("console=tty0 console=ttyUSB0 console=null console=uart,io,0x3f8", "console:\n- \"tty0\"\n"),
        ("console=ttyS0,\" console=tty1", ""),
        ("quiet", ""),
    ] {
        let machine = Machine::new("/dev/sda");
        std::fs::write(machine.path("cmdline"), format!("{command_line}\n")).unwrap();
        let ended = machine.run(&Given::usual().live(), PROGRAM);
        assert_eq!(ended.code, Some(0), "{command_line}: {}", ended.said);
        assert_eq!(machine.read(SETTINGS), settings, "{command_line}");
    }
}

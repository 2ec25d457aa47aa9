//! On which serial port a machine's kernel speaks: the one that its management controller listens on. Pure.
//!
//! A kernel writes its messages on every console that its command line names, and the last one is `/dev/console`, where
//! programs speak. So the screen is always named first, and where two ports are possible both are named, the likelier one
//! last: a wrong guess costs what programs say, and not the kernel's messages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::machine::Arch;

/// What the maker's words and the processor say about a machine's serial ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SerialPorts {
    /// The first port: what most makers do, and what is tried where nothing is known.
    #[default]
    First,
    /// The second one.
    Second,
    /// Both are in use; the first is likelier.
    FirstLikelier,
    /// Both are in use; the second is likelier.
    SecondLikelier,
    /// The port of ARM's own kind.
    Arm,
}

impl SerialPorts {
    /// Of a machine that calls itself so, in SMBIOS (iPXE's `${manufacturer}` and `${product}`).
    ///
    /// - Supermicro: SOL is COM2. Its guide "BMC for IPMI 2.0" sets the BIOS to COM2 and the kernel to `ttyS1`.
    /// - Dell: the iDRAC listens on serial device 2, which the BIOS makes COM2 ("On with Console Redirection via COM2", and
    ///   the kernel on `ttyS1`, as sites do on R510 to C6100) or COM1, as newer ones do: both are named.
    /// - HPE: the iLO user guides set Linux up on `ttyS0`; up to Gen9 the virtual port is often COM2 (`OpenStack`'s image
    ///   builder takes `ttyS1` "if it exists", for iLO's sake): both are named.
    /// - Intel's boards (S5500BC's technical specification: "SOL sessions are only supported on serial port 1") and all
    ///   others: COM1.
    #[must_use]
    pub fn of(manufacturer: &str, product: &str, arch: Arch) -> Self {
        if arch == Arch::Aarch64 {
            return Self::Arm;
        }
        let (maker, product) = (manufacturer.to_ascii_lowercase(), product.to_ascii_lowercase());
        let is = |name: &str| maker == name || maker.starts_with(&format!("{name} "));
        if maker.starts_with("supermicro") || maker.starts_with("super micro") {
            Self::Second
        } else if is("dell") {
            Self::SecondLikelier
        } else if is("hp") || is("hpe") || is("hewlett-packard") || is("hewlett packard enterprise") {
            let newer = ["gen10", "gen11", "gen12"].iter().any(|generation| product.contains(generation));
            if newer { Self::FirstLikelier } else { Self::SecondLikelier }
        } else {
            Self::First
        }
    }

    /// The kernel's `console=` arguments.
    #[must_use]
    pub const fn arguments(self) -> &'static str {
        match self {
            Self::First => "console=tty0 console=ttyS0,115200n8",
            Self::Second => "console=tty0 console=ttyS1,115200n8",
            Self::FirstLikelier => "console=tty0 console=ttyS1,115200n8 console=ttyS0,115200n8",
            Self::SecondLikelier => "console=tty0 console=ttyS0,115200n8 console=ttyS1,115200n8",
            Self::Arm => "console=tty0 console=ttyAMA0,115200n8",
        }
    }
}

/// A console that an operator chose for a host: `ttyS1`, `ttyS1,57600`, `ttyAMA0`, or `tty0` for the screen alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Console {
    device: String,
    baud: u32,
}

/// A string that is no console.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no console: expected ttyS0 to ttyS7, ttyAMA0 to ttyAMA7, hvc0 or tty0, with a speed behind a comma where it is not 115200"
)]
pub struct InvalidConsole(String);

const SPEEDS: [u32; 6] = [9600, 19_200, 38_400, 57_600, 115_200, 921_600];
const USUAL: u32 = 115_200;

impl Console {
    /// The kernel's `console=` arguments.
    #[must_use]
    pub fn arguments(&self) -> String {
        match self.device.as_str() {
            "tty0" => "console=tty0".to_owned(),
            "hvc0" => "console=tty0 console=hvc0".to_owned(),
            device => format!("console=tty0 console={device},{}n8", self.baud),
        }
    }
}

impl FromStr for Console {
    type Err = InvalidConsole;

    fn from_str(text: &str) -> Result<Self, InvalidConsole> {
        let invalid = || InvalidConsole(text.chars().take(32).collect());
        let (device, speed) =
            text.split_once(',').map_or((text, None), |(device, speed)| (device, Some(speed)));
        let baud = match speed {
            None => USUAL,
            Some(speed) => speed.strip_suffix("n8").unwrap_or(speed).parse().map_err(|_| invalid())?,
        };
        let numbered = ["ttyS", "ttyAMA"].iter().find_map(|kind| device.strip_prefix(kind));
        let is_port = numbered.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'7']));
        let is_other = matches!(device, "tty0" | "hvc0") && speed.is_none();
        if (is_port || is_other) && SPEEDS.contains(&baud) {
            Ok(Self { device: device.to_owned(), baud })
        } else {
            Err(invalid())
        }
    }
}

impl TryFrom<String> for Console {
    type Error = InvalidConsole;

    fn try_from(text: String) -> Result<Self, InvalidConsole> {
        text.parse()
    }
}

impl From<Console> for String {
    fn from(console: Console) -> Self {
        console.to_string()
    }
}

impl fmt::Display for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.baud {
            USUAL => f.pad(&self.device),
            baud => write!(f, "{},{baud}", self.device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_have_their_ports() {
        for (maker, product, last) in [
            ("Supermicro", "SYS-6019P-MT", "ttyS1,115200n8"),
            ("Super Micro Computer, Inc.", "X11", "ttyS1,115200n8"),
            ("Dell Inc.", "PowerEdge R650", "ttyS1,115200n8"),
            ("HPE", "ProLiant DL360 Gen10", "ttyS0,115200n8"),
            ("HP", "ProLiant DL380 Gen9", "ttyS1,115200n8"),
            ("Hewlett Packard Enterprise", "ProLiant DL380 Gen11 Plus", "ttyS0,115200n8"),
            ("Lenovo", "ThinkSystem SR650", "ttyS0,115200n8"),
            ("HPX Systems", "box", "ttyS0,115200n8"),
            ("", "", "ttyS0,115200n8"),
        ] {
            let arguments = SerialPorts::of(maker, product, Arch::X86_64).arguments();
            assert!(arguments.starts_with("console=tty0 "), "{maker}: {arguments}");
            assert!(arguments.ends_with(last), "{maker}: {arguments}");
        }
        assert!(
            SerialPorts::of("HPE", "RL300 Gen11", Arch::Aarch64).arguments().ends_with("ttyAMA0,115200n8")
        );
    }

    #[test]
    fn an_operators_console_is_checked_and_written_as_it_was() {
        for (text, arguments) in [
            ("ttyS1", "console=tty0 console=ttyS1,115200n8"),
            ("ttyS0,57600", "console=tty0 console=ttyS0,57600n8"),
            ("ttyAMA0", "console=tty0 console=ttyAMA0,115200n8"),
            ("hvc0", "console=tty0 console=hvc0"),
            ("tty0", "console=tty0"),
        ] {
            let console: Console = text.parse().unwrap();
            assert_eq!((console.arguments().as_str(), console.to_string().as_str()), (arguments, text));
        }
        for bad in ["", "ttyS9", "ttyS", "ttyS0,", "ttyS0,1", "tty0,9600", "ttyS0 init=/bin/sh", "ttyUSB0"] {
            assert!(bad.parse::<Console>().is_err(), "{bad:?}");
        }
    }
}

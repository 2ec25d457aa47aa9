//! What machines boot, as this server makes it: its own address and ports, and the loaders that it really has.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::str::FromStr;

use boot::links::{BINARIES, ENTRY};
use doctor::firmware::{FIRMWARES, Firmware, LoadsBy, Support};
use gateway::Notice;
use gateway::wish::{FirmwareBoot, Loads, NetworkBoot};
use serde::{Deserialize, Serialize};

/// Where machines find this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Its address.
    pub address: Ipv4Addr,
    /// Its plain HTTP.
    pub http_port: u16,
    /// Its TLS, for agents.
    pub tls_port: u16,
    /// Its TFTP; absent where it is switched off.
    pub tftp_port: Option<u16>,
}

/// What machines would boot, and who would not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The wish.
    pub boot: NetworkBoot,
    /// Firmwares that are given nothing, and why.
    pub left_out: Vec<LeftOut>,
    /// What else an operator should know.
    pub notices: Vec<Notice>,
}

/// Firmwares that are given nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What they say in DHCP option 93.
    pub codes: Vec<u16>,
    /// Why.
    pub because: String,
}

/// The wish for those classes that were chosen (all where none was), and that there is a loader for.
///
/// # Errors
/// A class that there is not, or none that there is a loader for.
pub fn make(here: &Here, chosen: Option<&[String]>, has: impl Fn(&str) -> bool) -> Result<Made, String> {
    if let Some(unknown) = chosen.into_iter().flatten().find(|class| !classes().any(|known| known == **class))
    {
        let known: Vec<&str> = classes().collect();
        return Err(format!(
            "there is no class of firmwares called {unknown:?}: there are {}",
            known.join(", ")
        ));
    }
    let mut firmwares: Vec<FirmwareBoot> = Vec::new();
    let mut left_out: Vec<LeftOut> = Vec::new();
    for firmware in &FIRMWARES {
        match loads(here, chosen, &has, firmware) {
            Err(because) => match left_out.iter_mut().find(|other| other.because == because) {
                Some(other) => other.codes.push(firmware.code),
                None => left_out.push(LeftOut { codes: vec![firmware.code], because }),
            },
            Ok(loads) => match firmwares.iter_mut().find(|class| class.class.as_str() == firmware.tag) {
                Some(class) => class.codes.push(firmware.code),
                None => firmwares.push(FirmwareBoot {
                    class: word(firmware.tag)?,
                    codes: vec![firmware.code],
                    loads,
                }),
            },
        }
    }
    if firmwares.is_empty() {
        return Err(
            "this server has no iPXE binary to hand out: on Debian `apt-get install ipxe`, or muster asset add FILE --kind ipxe"
                .to_owned(),
        );
    }
    let boot = NetworkBoot {
        server: here.address,
        tcp_ports: vec![here.http_port, here.tls_port],
        script: word(&here.url(ENTRY))?,
        firmwares,
    };
    Ok(Made { notices: notices(here, &boot), boot, left_out })
}

/// The names of all classes that can be chosen.
pub fn classes() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    FIRMWARES.iter().filter(|firmware| firmware.build().is_some()).map(|firmware| firmware.tag).filter(
        move |tag| {
            let is_new = *tag != last;
            last = tag;
            is_new
        },
    )
}

fn loads(
    here: &Here,
    chosen: Option<&[String]>,
    has: impl Fn(&str) -> bool,
    firmware: &Firmware,
) -> Result<Loads, String> {
    let (build, unless) = match firmware.support {
        Support::Ipxe(build) => (build, String::new()),
        Support::Given(build, because) => (build, format!("{because}, and ")),
        Support::None(because) => return Err(because.to_owned()),
    };
    if chosen.is_some_and(|chosen| chosen.iter().all(|class| class != firmware.tag)) {
        return Err("not chosen".to_owned());
    }
    let file = [Some(build.file), build.alternative].into_iter().flatten().find(|file| has(file));
    let file = file.ok_or_else(|| {
        format!("{unless}this server has no {}: muster asset add FILE --kind ipxe", build.file)
    })?;
    Ok(match firmware.loads_by {
        LoadsBy::Tftp => Loads::Tftp(word(file)?),
        LoadsBy::Http => Loads::Http(word(&here.url(&format!("{BINARIES}{file}")))?),
    })
}

/// A text as a wish takes it.
fn word<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn notices(here: &Here, boot: &NetworkBoot) -> Vec<Notice> {
    let by_tftp = boot.firmwares.iter().any(|class| matches!(class.loads, Loads::Tftp(_)));
    let text = match here.tftp_port {
        _ if !by_tftp => return Vec::new(),
        Some(69) => return Vec::new(),
        None => "TFTP is switched off on this server (--tftp-listen off): firmwares that load by TFTP get no loader from it"
            .to_owned(),
        Some(port) => format!(
            "this server's TFTP is on port {port}, and firmware asks on 69 only: --tftp-listen 0.0.0.0:69"
        ),
    };
    vec![Notice { text }]
}

impl Here {
    fn url(&self, path: &str) -> String {
        match self.http_port {
            80 => format!("http://{}{path}", self.address),
            port => format!("http://{}:{port}{path}", self.address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Here {
        Here { address: [192, 168, 1, 10].into(), http_port: 8080, tls_port: 8443, tftp_port: Some(69) }
    }

    fn summary(made: &Made) -> Vec<String> {
        let line = |class: &FirmwareBoot| {
            let loads = match &class.loads {
                Loads::Tftp(file) => format!("tftp {file}"),
                Loads::Http(url) => url.to_string(),
            };
            format!("{} {:?} {loads}", class.class, class.codes)
        };
        made.boot.firmwares.iter().map(line).collect()
    }

    #[test]
    fn everything_that_there_is_a_loader_for() {
        let made = make(&here(), None, |_| true).unwrap();
        assert_eq!(
            summary(&made),
            [
                "bios [0] tftp undionly.kpxe",
                "efi32 [6] tftp snponly-i386.efi",
                "efi64 [7, 9] tftp snponly.efi",
                "efiarm32 [10] tftp snponly-arm32.efi",
                "efiarm64 [11] tftp snponly-arm64.efi",
                "http32 [15] http://192.168.1.10:8080/boot/ipxe/snponly-i386.efi",
                "http64 [16] http://192.168.1.10:8080/boot/ipxe/snponly.efi",
                "httparm32 [18] http://192.168.1.10:8080/boot/ipxe/snponly-arm32.efi",
                "httparm64 [19] http://192.168.1.10:8080/boot/ipxe/snponly-arm64.efi",
            ]
        );
        assert_eq!(made.boot.script.as_str(), "http://192.168.1.10:8080/boot/boot.ipxe");
        assert_eq!(made.boot.tcp_ports, [8080, 8443]);
        assert!(made.notices.is_empty());
        each_is_given_something_or_said_why_not(&made);
        let nobody = made.left_out.iter().find(|left| left.codes.contains(&17)).unwrap();
        assert_eq!(nobody.because, "no firmware is known that asks so");
    }

    fn each_is_given_something_or_said_why_not(made: &Made) {
        let given = made.boot.firmwares.iter().flat_map(|class| &class.codes);
        let left = made.left_out.iter().filter(|left| !left.because.is_empty()).flat_map(|left| &left.codes);
        let mut codes: Vec<u16> = given.chain(left).copied().collect();
        codes.sort_unstable();
        assert_eq!(codes, FIRMWARES.iter().map(|firmware| firmware.code).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_missing_is_said_and_what_stands_in_is_taken() {
        let made = make(&here(), None, |file| matches!(file, "undionly.kpxe" | "ipxe.efi")).unwrap();
        assert_eq!(
            summary(&made),
            [
                "bios [0] tftp undionly.kpxe",
                "efi64 [7, 9] tftp ipxe.efi",
                "http64 [16] http://192.168.1.10:8080/boot/ipxe/ipxe.efi",
            ]
        );
        let arm = made.left_out.iter().find(|left| left.codes.contains(&11)).unwrap();
        assert!(arm.because.contains("no snponly-arm64.efi") && arm.codes == [11, 19], "{arm:?}");
        each_is_given_something_or_said_why_not(&made);
        for (codes, file) in [([6, 15], "snponly-i386.efi"), ([10, 18], "snponly-arm32.efi")] {
            let bits = made.left_out.iter().find(|left| left.codes == codes).unwrap();
            assert!(
                bits.because.starts_with("Muster's systems are 64-bit, and this server has no "),
                "{bits:?}"
            );
            assert!(bits.because.contains(file), "{bits:?}");
        }
        assert!(make(&here(), None, |_| false).unwrap_err().contains("apt-get install ipxe"));
    }

    #[test]
    fn classes_are_chosen_by_name() {
        let known = "bios efi32 efi64 efiarm32 efiarm64 http32 http64 httparm32 httparm64";
        assert_eq!(classes().collect::<Vec<_>>().join(" "), known);
        let chosen = ["efi64".to_owned()];
        assert_eq!(
            summary(&make(&here(), Some(&chosen), |_| true).unwrap()),
            ["efi64 [7, 9] tftp snponly.efi"]
        );
        let unknown = ["efi46".to_owned()];
        let error = make(&here(), Some(&unknown), |_| true).unwrap_err();
        assert!(error.contains("efi46") && error.contains("httparm64"), "{error}");
    }

    #[test]
    fn tftp_that_nobody_reaches_is_said() {
        for (tftp_port, says) in [(None, "switched off"), (Some(6969), "6969")] {
            let made = make(&Here { tftp_port, ..here() }, None, |_| true).unwrap();
            assert!(made.notices.iter().any(|notice| notice.text.contains(says)), "{:?}", made.notices);
        }
        let by_http = ["http64".to_owned()];
        assert!(
            make(&Here { tftp_port: None, ..here() }, Some(&by_http), |_| true).unwrap().notices.is_empty()
        );
    }
}

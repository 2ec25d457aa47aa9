//! A site as an operator would have it, to be broken in one place at a time: dnsmasq, `muster serve` with an image, a web
//! server for HTTP Boot, and a machine on the same bridge that the doctor runs on.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lab::{Deadline, Dnsmasq, DnsmasqOptions, Manner, Muster, Namespace, Process, Programs, Scratch};
use muster_tests::programs;
use serde_json::Value;

pub(crate) const DOCTOR: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 2);
pub(crate) const WEB: &str = "http://10.99.0.1:8090";
/// Where Muster hands out loaders by HTTP.
pub(crate) const LOADERS: &str = "http://10.99.0.1:8080/boot/ipxe";
/// Every firmware that there is a binary for.
pub(crate) const SUPPORTED: [u64; 6] = [0, 7, 9, 11, 16, 19];
/// A program does not answer later than this.
const DOCTOR_SECS: u64 = 120;

pub(crate) struct Site {
    pub(crate) server: Namespace,
    pub(crate) doctor: Namespace,
    /// Where the doctor's card is plugged in.
    pub(crate) plug: String,
    /// The folder that TFTP and the web server serve.
    pub(crate) loaders: PathBuf,
    pub(crate) options: DnsmasqOptions,
    programs: Programs,
    muster: Muster,
    folder: Scratch,
}

impl Site {
    /// A site in which every firmware boots, once its dnsmasq runs.
    pub(crate) fn new() -> Self {
        let programs = programs().unwrap();
        let folder = Scratch::new().unwrap();
        let server = Namespace::new().unwrap();
        let (doctor, plug) = server.add_neighbour(DOCTOR).unwrap();
        let loaders = folder.path().join("loaders");
        furnish(&loaders);
        let muster = Muster::start_with(
            &server,
            &programs,
            folder.path(),
            "",
            &Manner { loaders: loaders.clone(), ..Manner::default() },
        )
        .unwrap();
        let repo = format!("{WEB}/centos");
        muster.run(&["image", "use", "--centos", "9", "--repo", &repo]).unwrap();
        let listener = server.enter(|| TcpListener::bind((Namespace::ADDRESS, 8090))).unwrap().unwrap();
        let served = Arc::new(loaders.clone());
        std::thread::spawn(move || serve(&listener, &served));
        let mut options = DnsmasqOptions::new(&Muster::boot_url());
        for (tag, file) in [("http64", "snponly.efi"), ("httparm64", "snponly-arm64.efi")] {
            options.boot_lines.push(format!("dhcp-boot=tag:{tag},{LOADERS}/{file}"));
            options.boot_lines.push(format!("dhcp-option-force=tag:{tag},60,HTTPClient"));
        }
        options.extra_lines.push("no-ping".to_owned());
        Self { server, doctor, plug, loaders, options, programs, muster, folder }
    }

    /// Machines get Muster's own image instead of CentOS's kernel, which takes a while to build.
    pub(crate) fn use_own_image(&self) {
        self.muster.use_own_image(self.folder.path()).unwrap();
    }

    /// Replaces a piece of dnsmasq's lines; it must be there.
    pub(crate) fn replace(&mut self, old: &str, new: &str) {
        let before = self.options.boot_lines.clone();
        for line in &mut self.options.boot_lines {
            *line = line.replace(old, new);
        }
        assert_ne!(before, self.options.boot_lines, "{old} stands nowhere");
    }

    /// Takes the lines out in which this stands.
    pub(crate) fn remove(&mut self, lines_with: &str) {
        let before = self.options.boot_lines.len();
        self.options.boot_lines.retain(|line| !line.contains(lines_with));
        assert_ne!(before, self.options.boot_lines.len(), "{lines_with} stands nowhere");
    }

    pub(crate) fn dnsmasq(&self) -> Dnsmasq {
        Dnsmasq::start(&self.server, &self.options).unwrap()
    }

    /// What the doctor says with dnsmasq as it now is.
    pub(crate) fn examine(&self) -> Report {
        let dnsmasq = self.dnsmasq();
        let report = self.examine_from(&self.doctor, "eth0", &[]);
        report.explained(dnsmasq.process().log().tail(200))
    }

    /// What the doctor says on that card.
    pub(crate) fn examine_from(&self, place: &Namespace, card: &str, more: &[&str]) -> Report {
        let mut command = place.command(self.programs.muster.to_str().unwrap());
        command
            .args(["doctor", "boot", "--output", "json", "--timeout", "2", "--interface", card])
            .args(more);
        let process = Process::spawn("muster doctor boot", &command).unwrap();
        let status = process.wait_for_exit(Deadline::seconds(DOCTOR_SECS)).unwrap();
        let printed = process.log().output();
        let json = serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("{error}: {}", process.log().text()));
        Report { json, status: status.code().unwrap(), dnsmasq: String::new() }
    }
}

/// What was said, and with which status.
pub(crate) struct Report {
    pub(crate) json: Value,
    status: i32,
    dnsmasq: String,
}

impl Report {
    fn explained(self, dnsmasq: String) -> Self {
        Self { dnsmasq, ..self }
    }

    fn firmware(&self, code: u64) -> &Value {
        let firmwares = self.json["firmwares"].as_array().unwrap();
        firmwares.iter().find(|firmware| firmware["code"] == code).unwrap()
    }

    /// The kernel that this firmware gets to.
    pub(crate) fn kernel(&self, code: u64) -> Option<&str> {
        self.firmware(code)["reached"]["kernel"]["url"].as_str()
    }

    /// `boots`, or `HOP/CAUSE`.
    fn verdict(&self, code: u64) -> String {
        let firmware = self.firmware(code);
        match firmware["verdict"].as_str().unwrap() {
            "fails" => {
                format!("{}/{}", firmware["hop"].as_str().unwrap(), firmware["cause"].as_str().unwrap())
            }
            other => other.to_owned(),
        }
    }

    /// Exactly these fail, each at its hop for its cause; every other boots to the kernel.
    pub(crate) fn expect(&self, faults: &[(&[u64], &str)]) -> &Self {
        for code in SUPPORTED {
            let fault = faults.iter().find(|(codes, _)| codes.contains(&code));
            let expected = fault.map_or("boots", |(_, fault)| *fault);
            let said = self.verdict(code);
            assert_eq!(said, expected, "firmware {code}: {:#}\ndnsmasq:\n{}", self.json, self.dnsmasq);
            if said == "boots" {
                let url = self.kernel(code);
                // Muster's image is for x86-64: an arm64 machine is sent to its disk, with the reason.
                let as_it_should =
                    url.is_some_and(|url| url.contains("/vmlinuz")) || [11, 19].contains(&code);
                assert!(as_it_should, "{:#}", self.firmware(code));
            }
        }
        assert_eq!(self.status, i32::from(!faults.is_empty()), "{:#}", self.json);
        self
    }

    /// That the sentence of this firmware says all that.
    pub(crate) fn because(&self, code: u64, words: &[&str]) -> &Self {
        let said = self.firmware(code)["because"].as_str().unwrap();
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        self
    }

    /// That a setting in that place says this.
    pub(crate) fn mended_by(&self, code: u64, place: &str, words: &str) -> &Self {
        let settings = self.firmware(code)["settings"].as_array().unwrap();
        let there = settings
            .iter()
            .any(|setting| setting["where"] == place && setting["set"].as_str().unwrap().contains(words));
        assert!(there, "{place} {words}: {settings:#?}");
        self
    }
}

/// iPXE for each processor, and CentOS's kernel. Debian has no iPXE for arm64; nothing here is run, so that a header is enough.
fn furnish(loaders: &Path) {
    std::fs::create_dir(loaders).unwrap();
    for file in ["undionly.kpxe", "snponly.efi"] {
        std::fs::copy(Path::new("/usr/lib/ipxe").join(file), loaders.join(file)).unwrap();
    }
    let mut arm64 = std::fs::read(loaders.join("snponly.efi")).unwrap();
    let pxeboot = loaders.join("centos/images/pxeboot");
    std::fs::create_dir_all(&pxeboot).unwrap();
    for file in ["vmlinuz", "initrd.img"] {
        std::fs::write(pxeboot.join(file), vec![1; 3 << 20]).unwrap();
    }
    let header = u32::from_le_bytes(arm64[0x3c..0x40].try_into().unwrap()) as usize;
    arm64[header + 4..header + 6].copy_from_slice(&0xaa64_u16.to_le_bytes());
    std::fs::write(loaders.join("snponly-arm64.efi"), arm64).unwrap();
}

/// A web server with the loaders, one redirect, and nothing else.
fn serve(listener: &TcpListener, loaders: &Path) {
    while let Ok((stream, _)) = listener.accept() {
        let loaders = loaders.to_owned();
        std::thread::spawn(move || answer(stream, &loaders));
    }
}

fn answer(mut stream: TcpStream, loaders: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let mut words = request.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let (head, body) = match std::fs::read(loaders.join(path.trim_start_matches('/'))) {
        _ if path == "/moved.ipxe" => (format!("302 Found\r\nLocation: {}", Muster::boot_url()), Vec::new()),
        Ok(body) => ("200 OK".to_owned(), body),
        Err(_) => ("404 Not Found".to_owned(), b"no such file".to_vec()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").ok()?;
    if method == "GET" {
        stream.write_all(&body).ok()?;
    }
    Some(())
}

//! A machine that runs in a circle takes step after step, and is stopped all the same.

use super::{Client, Hop, RecordedStep, Seen, Standing, State, StepKind};

/// Fetched so often, it is no accident. Firmware fetches a file twice where the first time only asks for its size.
const LOADED: usize = 3;
/// The first script, without a word after it.
const ENTERED: usize = 3;

pub(super) fn standing(seen: &Seen<'_>) -> Option<Standing> {
    let came = |kind: StepKind| seen.steps.iter().any(|step| step.kind == kind);
    if came(StepKind::Decision) {
        return None;
    }
    let entered = count(seen, |step| step.kind == StepKind::EntryScript);
    if entered >= ENTERED {
        return Some(stopped(
            Hop::Script,
            format!("It fetched its first script {entered} times and never its own."),
            "iPXE starts over after the first script. Either it can't reach the address that the script names (see --advertise), or \
             the script chains to itself: DHCP's boot file must be boot.ipxe, and nothing may be loaded from inside of it but \
             what Muster wrote. An iPXE that lacks a command of the script stops there, too: use the binaries that Muster serves.",
        ));
    }
    if entered > 0 {
        return None;
    }
    let loaded = count(seen, |step| step.kind.is_loader() && !step.broke_off() && step.bytes > Some(0));
    let as_ipxe = seen.answer_to(Client::Ipxe).and_then(|facts| facts.boot_file.as_deref());
    let given_itself = as_ipxe.filter(|file| is_binary(file));
    if let Some(file) = given_itself.filter(|_| loaded >= 2) {
        return Some(stopped(
            Hop::Chain,
            format!("iPXE runs, and DHCP told it to load {file}: it loads itself for ever."),
            RULE,
        ));
    }
    (loaded >= LOADED).then(|| {
        stopped(Hop::Chain, format!("It loaded iPXE {loaded} times and never asked for a script."), RULE)
    })
}

/// What keeps iPXE from loading itself.
pub(super) const RULE: &str = "DHCP gives iPXE the same answer as the firmware. Match iPXE (user class \"iPXE\", or option 175) to a tag of its own, \
     and let the boot entry of that tag name the URL of boot.ipxe. In OPNsense the last matching entry wins: iPXE's must \
     stand below those of the architectures; delete it and add it anew after every change to them.";

/// A boot file that is a program for firmware, and no script.
pub(super) fn is_binary(file: &str) -> bool {
    let file = file.split(['?', '#']).next().unwrap_or(file).to_ascii_lowercase();
    [".efi", ".kpxe", ".kkpxe", ".pxe", ".0"].iter().any(|end| file.ends_with(end))
}

fn count(seen: &Seen<'_>, is: impl Fn(&RecordedStep) -> bool) -> usize {
    seen.steps.iter().filter(|step| is(step)).count()
}

fn stopped(hop: Hop, text: String, cause: &str) -> Standing {
    Standing { state: State::Stopped, hop, text, cause: Some(cause.to_owned()), expected_secs: 0 }
}

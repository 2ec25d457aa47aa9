//! `/proc/cpuinfo`: one block a thread.

use super::CPUINFO;
use super::set::CpuSet;
use crate::probe::{Probe, clean};
use crate::root::FILE_LIMIT_BYTES;

/// On x86 all blocks are alike, and each costs the kernel a question to its processor: the first says it all.
const BLOCK_LIMIT_BYTES: usize = 8 << 10;
/// Only Arm's blocks have this line: there threads of one machine may differ, and no block has a model's name.
const ARM: &str = "CPU implementer";

/// The beginning of the file.
#[derive(Debug, Default)]
pub(super) struct Info(String);

/// Which design of Arm's a thread is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Design {
    pub(super) implementer: Option<String>,
    pub(super) part: Option<String>,
    pub(super) revision: Option<String>,
}

impl Info {
    pub(super) fn read(probe: &Probe) -> Option<Self> {
        let head = probe.head(CPUINFO, BLOCK_LIMIT_BYTES)?;
        if head.len() < BLOCK_LIMIT_BYTES || !head.contains(ARM) {
            return Some(Self(head));
        }
        probe.head(CPUINFO, FILE_LIMIT_BYTES).map(Self)
    }

    /// A field of the first block. Architectures differ in how they write its name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(self.0.lines().take_while(|line| !line.is_empty()), name)
    }

    pub(super) fn model(&self) -> Option<String> {
        let named = ["model name", "cpu", "uarch"].iter().find_map(|name| self.field(name));
        // A mainframe's number stands in the blocks behind the first.
        let model = named.or_else(|| field(self.0.lines(), "machine"))?;
        clean(model.as_bytes())
    }

    /// The designs of an Arm machine, each with its threads. The last block is left out if it was cut.
    pub(super) fn designs(&self) -> Vec<(Design, CpuSet)> {
        let mut designs: Vec<(Design, CpuSet)> = Vec::new();
        for block in self.0.split("\n\n").filter(|block| block.contains(ARM)) {
            let text = |name| clean(field(block.lines(), name)?.as_bytes());
            let Some(thread) = field(block.lines(), "processor").and_then(|number| number.parse().ok())
            else {
                continue;
            };
            let Some(revision) = text("CPU revision") else { continue };
            let variant = text("CPU variant").map(|variant| variant.trim_start_matches("0x").to_owned());
            let design = Design {
                implementer: text(ARM),
                part: text("CPU part"),
                revision: variant.map(|variant| format!("r{variant}p{revision}")),
            };
            match designs.iter_mut().find(|(known, _)| *known == design) {
                Some((_, threads)) => threads.extend([thread]),
                None => designs.push((design, [thread].into_iter().collect())),
            }
        }
        designs
    }
}

fn field<'a>(mut lines: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    let value = lines.find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
    });
    value.filter(|value| !value.is_empty())
}

//! What an ELF file says of itself: which other files it needs to run, and what a kernel module needs. Pure.

use object::elf::{DT_NEEDED, ET_DYN, ET_EXEC, PT_INTERP};
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSection};

use super::processor::Processor;

/// Why a program could not run in the image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElfFault {
    /// It is no 64-bit ELF file.
    #[error("it is no 64-bit ELF program")]
    NoElf,
    /// It is for another processor.
    #[error("it is for {found}, and the kernel is for {kernel}")]
    OtherArch {
        /// What it is for.
        found: String,
        /// What the kernel is for.
        kernel: &'static str,
    },
    /// It is an object file or library.
    #[error("it is an ELF file, but no program")]
    NoProgram,
    /// It needs a dynamic linker.
    #[error(
        "it is linked dynamically, and the image has no libraries: build it static (Debian: package busybox-static)"
    )]
    Dynamic,
    /// A library that it needs was not found.
    #[error("it needs {library}, which is in none of {}", looked_in.join(", "))]
    NoLibrary {
        /// Which.
        library: String,
        /// Where it was looked for.
        looked_in: Vec<String>,
    },
}

/// The other files that a program or library needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Needs {
    /// The path of its dynamic linker.
    pub(super) interpreter: Option<String>,
    /// Names of libraries.
    pub(super) libraries: Vec<String>,
}

/// What a kernel module says of itself in its section `.modinfo`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ModuleInfo {
    pub(super) depends: Vec<String>,
    pub(super) aliases: Vec<String>,
    /// What is better loaded before it.
    pub(super) soft_depends: Vec<String>,
    /// Files that it may ask for, below `/lib/firmware`; there may be stars in them.
    pub(super) firmware: Vec<String>,
    /// The kernel that it was built for.
    pub(super) kernel: Option<String>,
}

/// A program that needs no other file.
pub(super) fn static_program(bytes: &[u8], processor: Processor) -> Result<(), ElfFault> {
    // A static program of the position-independent kind has a dynamic section, too; what it has not is an interpreter.
    match needs(bytes, processor)?.interpreter {
        None => Ok(()),
        Some(_) => Err(ElfFault::Dynamic),
    }
}

/// What a program or library needs.
pub(super) fn needs(bytes: &[u8], processor: Processor) -> Result<Needs, ElfFault> {
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(|_| ElfFault::NoElf)?;
    if Processor::of_elf(file.architecture()) != Some(processor) {
        let found = format!("{:?}", file.architecture()).to_lowercase();
        return Err(ElfFault::OtherArch { found, kernel: processor.as_str() });
    }
    let endian = file.endian();
    if ![ET_EXEC, ET_DYN].contains(&file.elf_header().e_type(endian)) {
        return Err(ElfFault::NoProgram);
    }
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let segment = file.elf_program_headers().iter().find(|header| header.p_type(endian) == PT_INTERP);
    let interpreter = match segment {
        None => None,
        Some(segment) => {
            let path = segment.interpreter(endian, bytes).ok().flatten().and_then(text);
            Some(path.ok_or(ElfFault::NoElf)?)
        }
    };
    let table = file.elf_dynamic_table().map_err(|_| ElfFault::NoElf)?;
    let needed = table.iter().filter(|entry| entry.tag == DT_NEEDED);
    let libraries: Option<Vec<String>> = needed.map(|entry| text(table.string(entry).ok()?)).collect();
    Ok(Needs { interpreter, libraries: libraries.ok_or(ElfFault::NoElf)? })
}

/// A kernel module's own words; `None` when it is no module for this processor.
pub(super) fn module_info(bytes: &[u8], processor: Processor) -> Option<ModuleInfo> {
    let file = ElfFile64::<Endianness>::parse(bytes).ok()?;
    if Processor::of_elf(file.architecture()) != Some(processor) {
        return None;
    }
    let section = file.section_by_name(".modinfo")?.data().ok()?;
    let mut info = ModuleInfo::default();
    for entry in section.split(|b| *b == 0) {
        let Some((name, value)) = std::str::from_utf8(entry).ok().and_then(|text| text.split_once('='))
        else {
            continue;
        };
        // A space or line end would forge another line of modules.alias, or of what is printed.
        let plain = || !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic());
        match name {
            "depends" => info.depends.extend(value.split(',').filter(|name| !name.is_empty()).map(normal)),
            "alias" if plain() => info.aliases.push(value.to_owned()),
            "softdep" => info.soft_depends.extend(soft_depends(value)),
            "firmware" if plain() => info.firmware.push(value.to_owned()),
            "vermagic" => info.kernel = value.split(' ').next().map(str::to_owned),
            _ => {}
        }
    }
    Some(info)
}

/// A module's name as the kernel writes it: `-` and `_` are one.
pub(super) fn normal(name: &str) -> String {
    name.replace('-', "_")
}

/// The names after `pre:` in `pre: a b post: c`.
fn soft_depends(text: &str) -> Vec<String> {
    let mut before = false;
    let mut names = Vec::new();
    for word in text.split_whitespace() {
        match word {
            "pre:" => before = true,
            "post:" => before = false,
            name if before => names.push(normal(name)),
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[cfg(target_arch = "x86_64")]
    const HERE: (Processor, Processor) = (Processor::X86_64, Processor::Aarch64);
    #[cfg(target_arch = "aarch64")]
    const HERE: (Processor, Processor) = (Processor::Aarch64, Processor::X86_64);

    #[test]
    fn what_is_no_static_program_is_refused() {
        let (here, elsewhere) = HERE;
        assert_eq!(static_program(b"#!/bin/sh\n", here), Err(ElfFault::NoElf));
        assert_eq!(static_program(b"", here), Err(ElfFault::NoElf));
        // This test is a program itself, and a dynamic one.
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(static_program(&this, here), Err(ElfFault::Dynamic));
        assert!(matches!(static_program(&this, elsewhere), Err(ElfFault::OtherArch { .. })));
        assert_eq!(module_info(&this, here), None);
        let needs = needs(&this, here).unwrap();
        assert!(needs.libraries.iter().any(|name| name.starts_with("libc.so")), "{needs:?}");
        assert!(needs.interpreter.unwrap().starts_with("/lib"));
    }

    #[test]
    fn soft_dependencies_are_those_before() {
        assert_eq!(soft_depends("pre: crc32c-intel b post: c"), ["crc32c_intel", "b"]);
        assert!(soft_depends("a post: c").is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_stumble(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let elf = [b"\x7fELF\x02\x01\x01".as_slice(), &bytes].concat();
            for processor in Processor::ALL {
                module_info(&elf, processor);
                needs(&elf, processor).ok();
            }
        }
    }
}

//! What an ELF file says of itself: whether it can run with nothing beside it, and what a kernel module needs. Pure.

use object::elf::{ET_DYN, ET_EXEC, PT_INTERP};
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{Architecture, Endianness, Object, ObjectSection};

/// Why a program could not run in the image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElfFault {
    /// It is no 64-bit ELF file.
    #[error("it is no 64-bit ELF program")]
    NoElf,
    /// It is for another processor.
    #[error("it is for {0}, and the kernel is for 64-bit x86")]
    OtherArch(String),
    /// It is an object file or library.
    #[error("it is an ELF file, but no program")]
    NoProgram,
    /// It needs a dynamic linker.
    #[error(
        "it is linked dynamically, and the image has no libraries: build it static (Debian: package busybox-static)"
    )]
    Dynamic,
}

/// What a kernel module says of itself in its section `.modinfo`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ModuleInfo {
    pub(super) depends: Vec<String>,
    pub(super) aliases: Vec<String>,
    /// What is better loaded before it.
    pub(super) soft_depends: Vec<String>,
    /// The kernel that it was built for.
    pub(super) kernel: Option<String>,
}

/// A program for 64-bit x86 that needs no other file.
pub(super) fn static_program(bytes: &[u8]) -> Result<(), ElfFault> {
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(|_| ElfFault::NoElf)?;
    if file.architecture() != Architecture::X86_64 {
        return Err(ElfFault::OtherArch(format!("{:?}", file.architecture())));
    }
    let endian = file.endian();
    if ![ET_EXEC, ET_DYN].contains(&file.elf_header().e_type(endian)) {
        return Err(ElfFault::NoProgram);
    }
    // A static program of the position-independent kind has a dynamic section, too; what it has not is an interpreter.
    if file.elf_program_headers().iter().any(|header| header.p_type(endian) == PT_INTERP) {
        return Err(ElfFault::Dynamic);
    }
    Ok(())
}

/// A kernel module's own words; `None` when it is no module for 64-bit x86.
pub(super) fn module_info(bytes: &[u8]) -> Option<ModuleInfo> {
    let file = ElfFile64::<Endianness>::parse(bytes).ok()?;
    if file.architecture() != Architecture::X86_64 {
        return None;
    }
    let section = file.section_by_name(".modinfo")?.data().ok()?;
    let mut info = ModuleInfo::default();
    for entry in section.split(|b| *b == 0) {
        let Some((name, value)) = std::str::from_utf8(entry).ok().and_then(|text| text.split_once('='))
        else {
            continue;
        };
        match name {
            "depends" => info.depends.extend(value.split(',').filter(|name| !name.is_empty()).map(normal)),
            // A space or line end in an alias would forge another line of modules.alias.
            "alias" if value.chars().all(|c| c.is_ascii_graphic()) => info.aliases.push(value.to_owned()),
            "softdep" => info.soft_depends.extend(soft_depends(value)),
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

    #[test]
    fn what_is_no_static_program_is_refused() {
        assert_eq!(static_program(b"#!/bin/sh\n"), Err(ElfFault::NoElf));
        assert_eq!(static_program(b""), Err(ElfFault::NoElf));
        // This test is a program itself, and a dynamic one.
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(static_program(&this), Err(ElfFault::Dynamic));
        assert_eq!(module_info(&this), None);
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
            module_info(&elf);
            static_program(&elf).ok();
        }
    }
}

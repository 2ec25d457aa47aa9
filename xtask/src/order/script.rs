//! The list for the linker, as it wants it. Pure.

use std::collections::BTreeSet;

const HEAD: &str = "/* The functions that a report runs through. `cargo xtask order` writes this file; it says there what for. */
SECTIONS
{
  .text.report :
  {
";
const TAIL: &str = "  }
}
INSERT BEFORE .text;
";
/// The C library has these functions in as many ways as there are processors, and chooses at the start.
const WAYS: [&str; 4] = ["-avx", "-evex", "-sse", "-erms"];

/// A section that is to come first, as a pattern of the linker's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Section(String);

impl Section {
    /// Of a Rust function, which has one of its own.
    pub(super) fn rust(symbol: &str) -> Self {
        // `.text.name`, or `.text.unlikely.name`.
        Self(format!("*(.text.*{})", lasting(symbol)))
    }

    /// Of a file; for a library's, `/usr/lib/libc.a(malloc.o)`, the whole member.
    pub(super) fn of(file: &str, section: &str) -> Self {
        let file_name = |path: &str| path.rsplit_once('/').map_or(path, |(_, name)| name).to_owned();
        let member = file.strip_suffix(')').and_then(|file| file.rsplit_once('('));
        Self(match member {
            Some((library, member)) if library.ends_with(".a") => {
                let way = WAYS.iter().filter_map(|way| member.find(way)).min();
                let some_way = way.and_then(|at| member.get(..at)).map(|name| format!("{name}-*.o"));
                let member = some_way.as_deref().unwrap_or(member);
                format!("*{}:{member}(.text .text.*)", file_name(library))
            }
            _ if section == ".text" => format!("*{}(.text)", file_name(file)),
            _ => format!("*({section})"),
        })
    }
}

/// The name without what another compiler, or another version of a dependency, would change: the crates' hashes, and the
/// references to earlier parts of the name, which move with them.
fn lasting(symbol: &str) -> String {
    let mut name = String::with_capacity(symbol.len());
    let mut rest = symbol;
    while let Some(first) = rest.chars().next() {
        let (kind, most) = if rest.starts_with("Cs") { ("Cs", 13) } else { ("B", 3) };
        let behind = rest.strip_prefix(kind).and_then(|behind| behind.split_once('_'));
        match behind {
            Some((hash, behind)) if hash.len() <= most && hash.chars().all(|c| c.is_ascii_alphanumeric()) => {
                name.push_str(kind);
                name.push_str("*_");
                rest = behind;
            }
            _ => {
                name.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    name
}

/// The whole script, part after part.
pub(super) fn of(parts: &[BTreeSet<Section>]) -> String {
    let lines: String = parts.iter().flatten().map(|Section(pattern)| format!("    {pattern}\n")).collect();
    [HEAD, &lines, TAIL].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_outlives_another_compiler() {
        let name = "_RNvMs_NtCs6eyVU4sEjkD_12muster_agent5probeNtB4_5Probe4text";
        assert_eq!(lasting(name), "_RNvMs_NtCs*_12muster_agent5probeNtB*_5Probe4text");
        assert_eq!(lasting("_RNvB_4Bold"), "_RNvB*_4Bold");
        assert_eq!(lasting("memcpy"), "memcpy");
    }

    #[test]
    fn each_kind_of_file_has_its_pattern() {
        for (file, section, pattern) in [
            ("/usr/lib/libc.a(malloc.o)", ".text", "*libc.a:malloc.o(.text .text.*)"),
            (
                "/usr/lib/libc.a(memmove-avx512-unaligned-erms.o)",
                ".text.evex512",
                "*libc.a:memmove-*.o(.text .text.*)",
            ),
            ("/usr/lib/crt1.o", ".text", "*crt1.o(.text)"),
            ("/t/libcompiler_builtins-1.rlib(x.o)", ".text.memcpy", "*(.text.memcpy)"),
            ("/t/agent.o", ".text.main", "*(.text.main)"),
        ] {
            assert_eq!(Section::of(file, section), Section(pattern.to_owned()));
        }
    }

    #[test]
    fn the_list_is_a_script() {
        let parts = [vec!["_RNv1c"], vec!["_RNv1b", "_RNv1a"]];
        let parts = parts.map(|symbols| symbols.into_iter().map(Section::rust).collect());
        let script = of(&parts);
        let sections = script.split_once("  {\n").and_then(|(_, rest)| rest.split_once("  }\n")).unwrap().0;
        assert_eq!(sections, "    *(.text.*_RNv1c)\n    *(.text.*_RNv1a)\n    *(.text.*_RNv1b)\n");
    }
}

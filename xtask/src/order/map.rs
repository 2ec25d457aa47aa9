//! Where the linker took each function from, by its own map and by the program's symbols. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::script::Section;

/// Where a line's text begins, behind four numbers: not indented an output section, then an input section, then a symbol.
const TEXT: usize = 49;
const INPUT: &str = "        ";
const SYMBOL: &str = "                ";

/// All names of the places that have one of these; from `nm --format posix`: name, kind, address, size.
pub(super) fn namesakes(symbols: &str, functions: &BTreeSet<String>) -> BTreeSet<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in symbols.lines() {
        let mut fields = line.split_ascii_whitespace();
        if let (Some(name), Some("t" | "T" | "w" | "W" | "i"), Some(address)) =
            (fields.next(), fields.next(), fields.next())
        {
            places.entry(address).or_default().push(name);
        }
    }
    let ran = places.into_values().filter(|names| names.iter().any(|name| functions.contains(*name)));
    ran.flatten().map(str::to_owned).collect()
}

/// The sections that hold these functions.
pub(super) fn sections(map: &str, functions: &BTreeSet<String>) -> BTreeSet<Section> {
    // Functions that were folded away are in no map, and have a section each.
    let rust = functions.iter().filter(|name| name.starts_with("_R")).map(|name| Section::rust(name));
    let mut sections: BTreeSet<Section> = rust.collect();
    let mut within: Option<(&str, &str)> = None;
    for text in map.lines().filter_map(|line| line.get(TEXT..)) {
        if let Some(symbol) = text.strip_prefix(SYMBOL) {
            if let Some((file, name)) = within.filter(|_| functions.contains(symbol)) {
                sections.insert(Section::of(file, name));
            }
        } else if let Some(input) = text.strip_prefix(INPUT) {
            let of_code = |(_, name): &(&str, &str)| name.starts_with(".text") && !name.contains("._R");
            within = input.strip_suffix(')').and_then(|input| input.rsplit_once(":(")).filter(of_code);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_lies_in_one_place_ran_together() {
        let symbols = "_RNv1a T 1000 10\n_RNv1b t 1000 10\n_RNv1c t 2000 10\ndata D 3000 8\nundefined U\n";
        assert_eq!(namesakes(symbols, &set(&["_RNv1b", "data"])), set(&["_RNv1a", "_RNv1b"]));
    }

    #[test]
    fn a_function_of_c_is_found_in_its_file() {
        let row = |text: &str| format!("{:>16} {:>16} {:>8} {:>5} {text}\n", "373200", "373200", "30", "16");
        let map = [
            "             VMA              LMA     Size Align Out     In      Symbol\n".to_owned(),
            row(".text"),
            row("        /usr/lib/libc.a(malloc.o):(.text)"),
            row("                malloc"),
            row("                free"),
            row("        /usr/lib/libc.a(printf.o):(.text)"),
            row("                printf"),
            row("        /usr/lib/libc.a(malloc.o):(.data)"),
            row("                main_arena"),
            row("        /t/agent.o:(.text._RNvCs1_1a1b)"),
            row("                a::b"),
        ];
        let found = sections(&map.concat(), &set(&["free", "main_arena", "_RNvCs1_1a1b"]));
        let expected = [Section::of("/usr/lib/libc.a(malloc.o)", ".text"), Section::rust("_RNvCs1_1a1b")];
        assert_eq!(found, expected.into());
    }
}

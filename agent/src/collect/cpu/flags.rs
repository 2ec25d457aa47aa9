//! The few of a processor's hundred flags that somebody decides by.

/// Sorted. Virtualisation and confidential guests, encryption and random numbers, vector units, isolation, large pages and
/// addresses, steady clocks, control of caches and power: of x86, Arm and IBM's mainframes.
const MATTER: [&str; 84] = [
    "aes",
    "amx_bf16",
    "amx_int8",
    "amx_tile",
    "asimd",
    "atomics",
    "avx",
    "avx2",
    "avx512_bf16",
    "avx512_fp16",
    "avx512_vnni",
    "avx512bw",
    "avx512cd",
    "avx512dq",
    "avx512f",
    "avx512vl",
    "avx_vnni",
    "bf16",
    "bti",
    "cat_l3",
    "constant_tsc",
    "cqm",
    "crc32",
    "dflt",
    "dfltcc",
    "ept",
    "fma",
    "fp",
    "gfni",
    "hwp",
    "hypervisor",
    "i8mm",
    "ibt",
    "invpcid",
    "la57",
    "lm",
    "mba",
    "monitor",
    "mte",
    "nonstop_tsc",
    "npt",
    "nx",
    "paca",
    "pcid",
    "pclmulqdq",
    "pdpe1gb",
    "pku",
    "pmull",
    "popcnt",
    "rdrand",
    "rdseed",
    "rdt_a",
    "rng",
    "sev",
    "sev_es",
    "sev_snp",
    "sgx",
    "sgx_lc",
    "sha1",
    "sha2",
    "sha3",
    "sha512",
    "sha_ni",
    "sie",
    "sm4",
    "smap",
    "sme",
    "smep",
    "sse4_1",
    "sse4_2",
    "sve",
    "sve2",
    "svm",
    "tdx_guest",
    "tdx_host_platform",
    "tme",
    "umip",
    "user_shstk",
    "vaes",
    "vmx",
    "vnmi",
    "vx",
    "vxe2",
    "x2apic",
];

/// What each level of the x86-64 psABI adds to the one below, in the kernel's words.
const LEVELS: [&[&str]; 4] = [
    &["lm", "cx8", "cmov", "fxsr", "mmx", "sse", "sse2"],
    &["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"],
    &["abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"],
    &["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
];

/// Those that matter, sorted. To look each of the processor's up here is less work than to sort them all.
pub(super) fn that_matter(flags: &[&str]) -> Vec<String> {
    let mut told = [false; MATTER.len()];
    for flag in flags {
        if let Some(told) = MATTER.binary_search(flag).ok().and_then(|place| told.get_mut(place)) {
            *told = true;
        }
    }
    MATTER.iter().zip(told).filter(|(_, told)| *told).map(|(flag, _)| (*flag).to_owned()).collect()
}

/// The highest level that the processor reaches; `None` where it is none of that architecture.
pub(super) fn x86_64_level(flags: &[&str]) -> Option<u8> {
    let reached = LEVELS.iter().take_while(|level| level.iter().all(|flag| flags.contains(flag)));
    u8::try_from(reached.count()).ok().filter(|level| *level > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_build_upon_each_other() {
        let words = |levels: &[usize]| {
            levels.iter().flat_map(|level| LEVELS[*level]).fold(String::new(), |all, word| all + " " + word)
        };
        let reached = |words: &str| x86_64_level(&words.split_whitespace().collect::<Vec<_>>());
        assert_eq!(reached(&words(&[0])), Some(1));
        assert_eq!(reached(&words(&[0, 1])), Some(2));
        assert_eq!(reached(&words(&[0, 1, 2])), Some(3));
        assert_eq!(reached(&words(&[0, 1, 2, 3])), Some(4));
        assert_eq!(reached(&words(&[0, 2, 3])), Some(1));
        assert_eq!(reached("fp asimd sve"), None);
    }

    #[test]
    fn only_flags_that_matter_are_told() {
        assert_eq!(that_matter(&["vmx", "fpu", "aes", "vme", "junk", "aes"]), ["aes", "vmx"]);
        assert!(MATTER.is_sorted());
    }
}

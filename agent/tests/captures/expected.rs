//! What is known of captured machines.

/// What is known of a capture's processors by the programs that made it, or by its maker.
pub(crate) struct Expected {
    pub(crate) archive: &'static str,
    pub(crate) tree: &'static str,
    pub(crate) model: Option<&'static str>,
    /// Sockets, dies, cores, threads.
    pub(crate) counts: [Option<u32>; 4],
    /// Level, first letter of the type, KiB, how many.
    pub(crate) caches: &'static [(u8, char, u64, u32)],
    /// The NUMA nodes' numbers.
    pub(crate) nodes: &'static [u32],
}

pub(crate) const EXPECTED: [Expected; 12] = [
    Expected {
        archive: "qemu-zoo/zoo-a.tar.gz",
        tree: "",
        model: Some("QEMU TCG CPU version 2.5+"),
        counts: [Some(2), Some(2), Some(4), Some(4)],
        caches: &[(1, 'd', 64, 4), (1, 'i', 64, 4), (2, 'u', 512, 4), (3, 'u', 16_384, 2)],
        nodes: &[0, 1],
    },
    // Threads 2, 5, 13 and 14 are offline, and with 5 and 13 a core. A kernel that writes masks, and no list.
    Expected {
        archive: "hwloc/16em64t-4s2c2t-offlines.tar.bz2",
        tree: "16em64t-4s2c2t-offlines",
        model: Some("Intel(R) Xeon(TM) CPU 2.60GHz"),
        counts: [Some(4), None, Some(7), Some(12)],
        caches: &[(1, 'd', 16, 7), (2, 'u', 1024, 7), (3, 'u', 4096, 4)],
        nodes: &[0],
    },
    // Six fast cores of two threads, eight slow ones that share a cache by four.
    Expected {
        archive: "hwloc/20em64t-hybrid-1p6c2t+2ca4co1t.tar.bz2",
        tree: "20em64t-hybrid-1p6c2t+2ca4co1t",
        model: Some("13th Gen Intel(R) Core(TM) i7-1370P"),
        counts: [Some(1), Some(1), Some(14), Some(20)],
        caches: &[
            (1, 'd', 32, 8),
            (1, 'd', 48, 6),
            (1, 'i', 32, 6),
            (1, 'i', 64, 8),
            (2, 'u', 1280, 6),
            (2, 'u', 2048, 2),
            (3, 'u', 24_576, 1),
        ],
        nodes: &[0],
    },
    Expected {
        archive: "hwloc/2pa-pcidomain32bits.tar.bz2",
        tree: "2pa-pcidomain32bits",
        model: Some("Intel Core Processor (Skylake, IBRS)"),
        counts: [Some(2), None, Some(2), Some(2)],
        caches: &[(1, 'd', 32, 2), (1, 'i', 32, 2), (2, 'u', 4096, 2)],
        nodes: &[0],
    },
    Expected {
        archive: "hwloc/32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2",
        tree: "32em64t-2n8c+1mic",
        model: Some("Intel(R) Xeon(R) CPU E5-2680 0 @ 2.70GHz"),
        counts: [Some(2), None, Some(16), Some(16)],
        caches: &[(1, 'd', 32, 16), (1, 'i', 32, 16), (2, 'u', 256, 16), (3, 'u', 20_480, 2)],
        nodes: &[0, 1],
    },
    Expected {
        archive: "hwloc/48amd64-4pa2n6c-sparse.tar.bz2",
        tree: "48amd64-4d2n6c-sparse",
        model: Some("AMD Engineering Sample"),
        counts: [Some(4), None, Some(48), Some(48)],
        caches: &[(1, 'd', 64, 48), (1, 'i', 64, 48), (2, 'u', 512, 48), (3, 'u', 5118, 8)],
        nodes: &[0, 1, 2, 33, 34, 45, 72, 73],
    },
    // Two designs of Arm's, of which only the numbers are known.
    Expected {
        archive: "hwloc/nvidia-dgx-gb10.tar.bz2",
        tree: "nvidia-dgx-gb10",
        model: None,
        counts: [Some(1), None, Some(20), Some(20)],
        caches: &[
            (1, 'd', 64, 20),
            (1, 'i', 64, 20),
            (2, 'u', 512, 10),
            (2, 'u', 2048, 10),
            (3, 'u', 8192, 1),
            (3, 'u', 16_384, 1),
        ],
        nodes: &[0],
    },
    Expected {
        archive: "ghw/linux-amd64-415ee03b8c4d1c4f07ae2e9d8b3d3d6d.tar.gz",
        tree: "",
        model: Some("12th Gen Intel(R) Core(TM) i7-1270P"),
        counts: [Some(1), Some(1), Some(12), Some(16)],
        caches: &[
            (1, 'd', 32, 8),
            (1, 'd', 48, 4),
            (1, 'i', 32, 4),
            (1, 'i', 64, 8),
            (2, 'u', 1280, 4),
            (2, 'u', 2048, 2),
            (3, 'u', 18_432, 1),
        ],
        nodes: &[0],
    },
    Expected {
        archive: "ghw/linux-amd64-61797caf7c0b6bca1725ad7975ed4773.tar.gz",
        tree: "",
        model: Some("AMD Ryzen 5 1600 Six-Core Processor"),
        counts: [Some(1), Some(1), Some(6), Some(12)],
        caches: &[(1, 'd', 32, 6), (1, 'i', 64, 6), (2, 'u', 512, 6), (3, 'u', 8192, 2)],
        nodes: &[0],
    },
    Expected {
        archive: "ghw/linux-amd64-accel-nvidia.tar.gz",
        tree: "",
        model: Some("Intel(R) Xeon(R) CPU E5-2695 v4 @ 2.10GHz"),
        counts: [Some(1), Some(1), Some(8), Some(8)],
        caches: &[(1, 'd', 32, 8), (1, 'i', 32, 8), (2, 'u', 4096, 8), (3, 'u', 16_384, 1)],
        nodes: &[0],
    },
    Expected {
        archive: "ghw/linux-amd64-offlineCPUs.tar.gz",
        tree: "",
        model: Some("Intel Xeon Processor (Skylake, IBRS)"),
        counts: [Some(2), Some(2), Some(2), Some(2)],
        caches: &[(1, 'd', 32, 2), (1, 'i', 32, 2), (2, 'u', 4096, 2), (3, 'u', 16_384, 2)],
        nodes: &[0],
    },
    // Its hypervisor shows a first cache for each thread.
    Expected {
        archive: "ghw/linux-s390x-snapshot.tar.gz",
        tree: "",
        model: Some("3931"),
        counts: [Some(1), None, Some(4), Some(8)],
        caches: &[(1, 'd', 128, 8), (1, 'i', 128, 8), (2, 'u', 32_768, 1)],
        nodes: &[0],
    },
];

//! Signatures of what a block device holds: partition tables, filesystems, members of arrays and volume groups.

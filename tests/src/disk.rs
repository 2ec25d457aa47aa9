//! The smallest disks that boot: each says on the first serial port that it did, and halts.

use std::path::{Path, PathBuf};

/// What they say.
pub const SAYS: &str = "THE DISK BOOTED";

/// Writes the message behind it, byte by byte, to the port whose number is in DX; at the end halts for ever.
const SAY: [u8; 11] = [
    0xac, // next: lodsb
    0x84, 0xc0, // test al, al
    0x74, 0x03, // jz halt
    0xee, // out dx, al
    0xeb, 0xf8, // jmp next
    0xf4, // halt: hlt
    0xeb, 0xfd, // jmp halt
];

fn message() -> Vec<u8> {
    format!("\r\n{SAYS}\r\n\0").into_bytes()
}

/// A disk of 1 MiB whose boot sector is the program.
#[must_use]
pub fn for_bios() -> Vec<u8> {
    let mut disk = vec![
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x15, 0x7c, // mov si, 0x7c15: the message, behind this code
        0xba, 0xf8, 0x03, // mov dx, 0x3f8: the first serial port
    ];
    disk.extend(SAY);
    disk.extend(message());
    disk.resize(510, 0);
    disk.extend([0x55, 0xaa]);
    disk.resize(1 << 20, 0);
    disk
}

/// A folder for QEMU to show as a FAT disk, with the program where UEFI looks for it. Answers QEMU's words for that disk,
/// which comes behind the network.
///
/// # Errors
/// The folder can't be written.
pub fn for_uefi(folder: &Path) -> std::io::Result<Vec<String>> {
    let place: PathBuf = folder.join("EFI/BOOT");
    std::fs::create_dir_all(&place)?;
    std::fs::write(place.join("BOOTX64.EFI"), efi_program())?;
    let drive = format!("if=none,id=esp,format=raw,readonly=on,file=fat:{}", folder.display());
    let words = ["-drive", &drive, "-device", "virtio-blk-pci,drive=esp,bootindex=2"];
    Ok(words.map(str::to_owned).to_vec())
}

/// A PE32+ program for x86-64 UEFI (PE format, 3 and 4): headers in the first 512 bytes, one section behind them.
fn efi_program() -> Vec<u8> {
    const HEADERS: u32 = 0x200;
    const SECTION: u32 = 0x1000;
    let mut code = vec![
        0xfa, // cli
        0x48, 0x8d, 0x35, 0x0f, 0x00, 0x00, 0x00, // lea rsi, [rip + 15]: the message
        0x66, 0xba, 0xf8, 0x03, // mov dx, 0x3f8
    ];
    code.extend(SAY);
    code.extend(message());
    let size = u32::try_from(code.len()).unwrap_or_default();
    code.resize(HEADERS as usize, 0);

    let mut file = b"MZ".to_vec();
    file.resize(0x3c, 0);
    file.extend(0x40_u32.to_le_bytes()); // where the PE header is
    file.extend(b"PE\0\0");
    file.extend(0x8664_u16.to_le_bytes()); // x86-64
    file.extend(1_u16.to_le_bytes()); // one section
    file.extend([0; 12]); // no time, no symbols
    file.extend(240_u16.to_le_bytes()); // the optional header's size
    file.extend(0x0022_u16.to_le_bytes()); // an executable; addresses may be large
    file.extend(0x020b_u16.to_le_bytes()); // PE32+
    file.extend([0; 2]); // no linker
    file.extend(HEADERS.to_le_bytes()); // size of the code in the file
    file.extend([0; 8]); // no data
    file.extend(SECTION.to_le_bytes()); // where it starts
    file.extend(SECTION.to_le_bytes()); // where the code is
    file.extend(0_u64.to_le_bytes()); // the base: anywhere
    file.extend(SECTION.to_le_bytes()); // alignment in memory
    file.extend(HEADERS.to_le_bytes()); // alignment in the file
    file.extend([0; 16]); // no versions
    file.extend((2 * SECTION).to_le_bytes()); // the size in memory
    file.extend(HEADERS.to_le_bytes()); // the size of the headers
    file.extend([0; 4]); // no checksum
    file.extend(10_u16.to_le_bytes()); // a UEFI application
    file.extend([0; 2]);
    file.extend([0; 36]); // no stack, no heap, no flags
    file.extend(16_u32.to_le_bytes()); // data directories,
    file.extend([0; 16 * 8]); // all of them empty
    file.extend(b".text\0\0\0");
    file.extend(size.to_le_bytes());
    file.extend(SECTION.to_le_bytes());
    file.extend(HEADERS.to_le_bytes());
    file.extend(HEADERS.to_le_bytes());
    file.extend([0; 12]);
    file.extend(0x6000_0020_u32.to_le_bytes()); // code that may be read and run
    file.resize(HEADERS as usize, 0);
    file.extend(code);
    file
}

//! Reads each file of a list, as the agent reads it: one open, reads to the end or 64 KiB, one close; and lists each folder,
//! which is told by a final slash. `cargo xtask bench agent` builds it with optimisation and without a dynamic loader, as the agent is.

use std::io::Read as _;

const MOST_BYTES: usize = 64 * 1024;

fn main() {
    let list = std::env::args().nth(1).and_then(|path| std::fs::read_to_string(path).ok());
    let Some(list) = list else {
        eprintln!("usage: floor LIST");
        std::process::exit(2);
    };
    let mut buffer = vec![0; MOST_BYTES];
    let mut bytes = 0;
    for path in list.lines() {
        if path.ends_with('/') {
            bytes += std::fs::read_dir(path).into_iter().flatten().flatten().count();
            continue;
        }
        // What can't be read any more costs as much to find out.
        let Ok(mut file) = std::fs::File::open(path) else { continue };
        let mut read = 0;
        while let Some(room @ [_, ..]) = buffer.get_mut(read..) {
            match file.read(room) {
                Ok(count @ 1..) => read += count,
                Ok(0) | Err(_) => break,
            }
        }
        bytes += read;
    }
    println!("{bytes}");
}

//! Reads ttar, a tar archive as text: `Directory:`, `Path:` with `Lines:` or `SymlinkTo:`, then `Mode:`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Unpacks an archive below a folder.
pub(crate) fn unpack(archive: &str, below: &Path) {
    let mut lines = archive.lines();
    let mut path = below.to_owned();
    while let Some(line) = lines.next() {
        match line.split_once(": ") {
            Some(("Directory", folder)) => fs::create_dir_all(below.join(folder)).unwrap(),
            Some(("Path", file)) => {
                path = below.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
            }
            Some(("SymlinkTo", target)) => symlink(target, &path).unwrap(),
            Some(("Lines", count)) => {
                let content = lines.by_ref().take(count.parse().unwrap());
                let content: String = content.map(|line| content_of(line) + "\n").collect();
                // `EOF` stands for a last line without its end.
                let content = content.strip_suffix("EOF\n").map_or(content.clone(), str::to_owned);
                fs::write(&path, content).unwrap();
            }
            _ => {}
        }
    }
}

fn content_of(line: &str) -> String {
    line.replace("NULLBYTE", "\0")
}

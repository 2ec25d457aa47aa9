//! Reads an iPXE script as iPXE does, and says what could leave a machine stranded.

/// Commands that iPXE of 2019 (Debian 12) has, and whether they can fail.
const COMMANDS: [(&str, bool); 16] = [
    ("echo", false),
    ("goto", false), // fails only without its label, which is looked for
    ("exit", false),
    ("set", true),
    ("iseq", true),
    ("cpuid", true),
    ("sleep", true),
    ("imgfree", true),
    ("chain", true),
    ("kernel", true),
    ("initrd", true),
    ("boot", true),
    ("sanboot", true),
    ("isset", true),
    ("dhcp", true),
    // Of iPXE 2: an older one does not know it, which is a failure like any other, and every use is guarded.
    ("shim", true),
];

/// What is wrong with a script; nothing when it is sound.
pub(crate) fn faults(script: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !script.starts_with("#!ipxe\n") {
        faults.push("it does not begin with #!ipxe".to_owned());
    }
    let labels: Vec<&str> = script.lines().filter_map(|line| line.strip_prefix(':')).collect();
    for line in script.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ':'])) {
        line_faults(line, &labels, &mut faults);
    }
    if script.lines().last() != Some("exit 1") {
        faults.push("it does not end in exit 1".to_owned());
    }
    faults
}

fn line_faults(line: &str, labels: &[&str], faults: &mut Vec<String>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let commands: Vec<&[&str]> = words.split(|word| ["||", "&&"].contains(word)).collect();
    for command in &commands {
        let Some(name) = command.first() else { continue };
        if !COMMANDS.iter().any(|(known, _)| known == name) {
            faults.push(format!("{name} is not in iPXE of 2019: {line}"));
        }
        if *name == "goto" && !labels.contains(&command.get(1).copied().unwrap_or_default()) {
            faults.push(format!("there is no such label: {line}"));
        }
        if ["chain", "kernel", "initrd", "shim"].contains(name) && command.get(1) != Some(&"--timeout") {
            faults.push(format!("a fetch without --timeout: {line}"));
        }
    }
    if can_fail(&words) {
        faults.push(format!("not guarded by ||: {line}"));
    }
}

/// Follows a line as iPXE runs it: which outcomes are possible after each command, given what `||` and `&&` let run.
fn can_fail(words: &[&str]) -> bool {
    let (mut may_be_ok, mut may_have_failed) = (true, false);
    let mut joined_by = "&&";
    let mut rest = words;
    loop {
        let end = rest.iter().position(|word| ["||", "&&"].contains(word)).unwrap_or(rest.len());
        let runs = if joined_by == "&&" { &mut may_be_ok } else { &mut may_have_failed };
        if std::mem::replace(runs, false) {
            match rest.first().filter(|_| end > 0) {
                Some(&("goto" | "exit")) => {} // what stands behind is never reached from here
                Some(name) if COMMANDS.contains(&(name, true)) => (may_be_ok, may_have_failed) = (true, true),
                _ => may_be_ok = true,
            }
        }
        match rest.get(end) {
            Some(operator) => joined_by = operator,
            None => return may_have_failed,
        }
        rest = &rest[end + 1..];
    }
}

//! What a template is given, it uses. (What it uses and is not given does not compile: askama sees to that.)

use std::path::{Path, PathBuf};

struct Template {
    path: String,
    fields: Vec<String>,
}

fn tree() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The structs of this source that are templates.
fn declared(source: &str) -> Vec<Template> {
    let pieces = source.split("#[template(path = \"").skip(1);
    let template = |piece: &str| {
        let (path, rest) = piece.split_once('"').unwrap();
        let (_, rest) = rest.split_once("struct ").unwrap();
        let (_, rest) = rest.split_once('{').unwrap();
        let (body, _) = rest.split_once("\n}").unwrap();
        let lines = body.lines().map(str::trim).filter(|line| !line.starts_with(['/', '#']));
        let fields =
            lines.filter_map(|line| Some(line.split_once(':')?.0.trim_start_matches("pub ").to_owned()));
        Template { path: path.to_owned(), fields: fields.collect() }
    };
    pieces.map(template).collect()
}

/// What askama reads of a template and of what it includes: all else is text.
fn code(folders: &[PathBuf], path: &str) -> String {
    let file = folders.iter().map(|folder| folder.join(path)).find(|file| file.exists());
    let text = std::fs::read_to_string(file.unwrap_or_else(|| panic!("no template {path}"))).unwrap();
    let mut code = String::new();
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        for piece in text.split(open).skip(1) {
            let inside = piece.split(close).next().unwrap();
            code.push_str(inside);
            code.push('\n');
            let other = inside
                .trim_matches(['-', ' '])
                .strip_prefix("include \"")
                .or(inside.trim().strip_prefix("extends \""));
            if let Some(other) = other {
                code.push_str(&self::code(folders, other.trim_end_matches(['"', ' ', '-'])));
            }
        }
    }
    code
}

fn names(code: &str, field: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == field)
}

fn unused(folders: &[PathBuf], template: &Template) -> Vec<String> {
    let code = code(folders, &template.path);
    template.fields.iter().filter(|field| !names(&code, field)).cloned().collect()
}

#[test]
fn every_variable_that_a_template_is_given_is_used_in_it() {
    let folders = |names: &[&str]| names.iter().map(|name| tree().join(name)).collect::<Vec<_>>();
    let mut seen = 0;
    for (source, folders) in
        [("crates/boot/src", folders(&["ipxe", "kickstart"])), ("server/src", folders(&["server/templates"]))]
    {
        let mut files = Vec::new();
        sources(&tree().join(source), &mut files);
        for file in files {
            for template in declared(&std::fs::read_to_string(&file).unwrap()) {
                let unused = unused(&folders, &template);
                assert!(
                    unused.is_empty(),
                    "{} gives {} {unused:?} for nothing",
                    file.display(),
                    template.path
                );
                seen += 1;
            }
        }
    }
    assert!(seen >= 13, "{seen}");
}

#[test]
fn one_that_is_given_for_nothing_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("a"),
        "used {{ one }} {% if two.is() %}{% include \"b\" %}{% endif %} four",
    )
    .unwrap();
    std::fs::write(dir.path().join("b"), "{{- three|e -}}").unwrap();
    let source = "#[template(path = \"a\")]\nstruct A<'a> {\n    /// Text.\n    one: &'a str,\n    pub two: u8,\n    three: u8,\n    four: u8,\n}\n";
    let templates = declared(source);
    assert_eq!(templates[0].fields, ["one", "two", "three", "four"]);
    assert_eq!(unused(&[dir.path().to_owned()], &templates[0]), ["four"]);
}

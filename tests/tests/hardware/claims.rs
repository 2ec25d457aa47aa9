//! Claims on a JSON document, as a table: what, where, and what stands there.

use serde_json::Value;

/// What must stand somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// This.
    Is(Value),
    /// A text or a list that has this in it.
    Has(Value),
    /// A number of at least this.
    AtLeast(f64),
    /// A list of this length.
    Length(usize),
    /// Anything.
    There,
    /// Nothing.
    Absent,
}

/// One line of a table: a way into the document, and what is at its end.
///
/// The way is a JSON pointer. A list is entered by what stands in one of its elements, since names and numbers change from
/// boot to boot: `/disks/serial=S1/model`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim(pub(crate) String, pub(crate) Expected);

/// `way` is this value.
pub(crate) fn is(way: &str, value: impl Into<Value>) -> Claim {
    Claim(way.to_owned(), Expected::Is(value.into()))
}

/// `way` has this value in it.
pub(crate) fn has(way: &str, value: impl Into<Value>) -> Claim {
    Claim(way.to_owned(), Expected::Has(value.into()))
}

/// `way` is a number of at least this.
pub(crate) fn at_least(way: &str, number: f64) -> Claim {
    Claim(way.to_owned(), Expected::AtLeast(number))
}

/// `way` is a list of this length.
pub(crate) fn length(way: &str, length: usize) -> Claim {
    Claim(way.to_owned(), Expected::Length(length))
}

/// `way` leads somewhere.
pub(crate) fn there(way: &str) -> Claim {
    Claim(way.to_owned(), Expected::There)
}

/// `way` leads nowhere.
pub(crate) fn absent(way: &str) -> Claim {
    Claim(way.to_owned(), Expected::Absent)
}

/// The claims that do not hold, a line each.
pub(crate) fn wrong(claims: &[Claim], document: &Value) -> Vec<String> {
    let said = |Claim(way, expected): &Claim| {
        let found = follow(document, way);
        let found_text = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
        (!expected.holds(found)).then(|| format!("  {way}: expected {expected:?}, found {found_text}"))
    };
    claims.iter().filter_map(said).collect()
}

impl Expected {
    fn holds(&self, found: Option<&Value>) -> bool {
        match (self, found) {
            (Self::Absent, found) => found.is_none(),
            (_, None) => false,
            (Self::There, Some(_)) => true,
            (Self::Is(value), Some(found)) => value == found,
            (Self::Has(value), Some(Value::Array(list))) => list.contains(value),
            (Self::Has(Value::String(part)), Some(Value::String(text))) => text.contains(part.as_str()),
            (Self::AtLeast(least), Some(found)) => found.as_f64().is_some_and(|number| number >= *least),
            (Self::Length(length), Some(Value::Array(list))) => list.len() == *length,
            (Self::Has(_) | Self::Length(_), Some(_)) => false,
        }
    }
}

fn follow<'a>(document: &'a Value, way: &str) -> Option<&'a Value> {
    way.split('/').skip(1).try_fold(document, |value, step| {
        let step = step.replace("~1", "/");
        match (value, step.split_once('=')) {
            (Value::Array(list), Some((name, wanted))) => {
                list.iter().find(|element| match element.get(name) {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => wanted.parse().is_ok_and(|wanted: Value| *other == wanted),
                    None => false,
                })
            }
            (Value::Array(list), None) => list.get(step.parse::<usize>().ok()?),
            (value, _) => value.get(&step),
        }
    })
}

#[test]
fn a_claim_finds_its_way_by_what_stands_there() {
    let document = serde_json::json!({
        "disks": [
            {"serial": "A", "bytes": 5, "links": ["x", "y"]},
            {"serial": "B", "sensor": "/sys/b", "bytes": 7},
        ]
    });
    let right = [
        is("/disks/serial=A/bytes", 5),
        is("/disks/bytes=7/serial", "B"),
        is("/disks/sensor=~1sys~1b/serial", "B"),
        is("/disks/1/serial", "B"),
        has("/disks/0/links", "y"),
        has("/disks/serial=B/sensor", "sys"),
        at_least("/disks/serial=B/bytes", 7.0),
        length("/disks", 2),
        there("/disks"),
        absent("/disks/serial=C"),
        absent("/disks/serial=A/sensor"),
    ];
    assert_eq!(wrong(&right, &document), Vec::<String>::new());
    let not = [
        is("/disks/serial=C/bytes", 5),
        has("/disks/0/links", "z"),
        at_least("/disks/0/bytes", 6.0),
        length("/disks", 3),
        there("/nothing"),
        absent("/disks/1"),
    ];
    assert_eq!(wrong(&not, &document).len(), not.len());
}

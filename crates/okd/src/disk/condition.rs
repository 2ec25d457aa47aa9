//! One condition on a disk. What the inventory does not know is neither so nor otherwise: no condition holds for it.

use std::cmp::Ordering;
use std::fmt;

use inventory::sections::Transport;

use super::drive::Drive;
use super::size::Size;

/// Transports, as they are written.
const TRANSPORTS: [(&str, Transport); 9] = [
    ("nvme", Transport::Nvme),
    ("ata", Transport::Ata),
    ("sas", Transport::Sas),
    ("virtual", Transport::Virtual),
    ("mmc", Transport::Mmc),
    ("iscsi", Transport::Iscsi),
    ("fibre-channel", Transport::FibreChannel),
    ("scsi", Transport::Scsi),
    ("usb", Transport::Usb),
];

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    IsNot,
    AtLeast,
    AtMost,
    More,
    Less,
    Contains,
}

/// All of them; those of two characters first, so that `>=` is not read as `>`.
pub(super) const OPERATORS: [(&str, Operator); 7] = [
    ("!=", Operator::IsNot),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=", Operator::Is),
    (">", Operator::More),
    ("<", Operator::Less),
    ("~", Operator::Contains),
];

/// What of a disk is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Serial,
    Wwn,
    ByPath,
    Model,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Word { of: Word, by: Operator, value: String },
    Size { by: Operator, size: Size },
    Rotational(bool),
    Transport { is: bool, transport: Transport },
}

impl Condition {
    /// Reads one, or says what is wrong with it.
    pub(super) fn new(key: &str, by: Operator, value: &str) -> Result<Self, String> {
        let yes_or_no = |what: &str| match by {
            Operator::Is => Ok(true),
            Operator::IsNot => Ok(false),
            _ => Err(format!("{what} takes = and != only")),
        };
        let word = |of: Word| match by {
            Operator::Is | Operator::IsNot | Operator::Contains if !of.bare(value).is_empty() => {
                Ok(Self::Word { of, by, value: value.to_owned() })
            }
            Operator::Is | Operator::IsNot | Operator::Contains => {
                Err(format!("{of} is compared with nothing"))
            }
            _ => Err(format!("{of} takes =, != and ~ only")),
        };
        match key {
            "serial" => word(Word::Serial),
            "wwn" => word(Word::Wwn),
            "by-path" => word(Word::ByPath),
            "model" => word(Word::Model),
            "size" if by == Operator::Contains => Err("size takes =, !=, >=, <=, > and < only".to_owned()),
            "size" => Ok(Self::Size { by, size: value.parse()? }),
            "rotational" => {
                let is = yes_or_no("rotational")?;
                match value {
                    "yes" | "true" => Ok(Self::Rotational(is)),
                    "no" | "false" => Ok(Self::Rotational(!is)),
                    _ => Err(format!("rotational is yes or no, not {value:?}")),
                }
            }
            "transport" => {
                let is = yes_or_no("transport")?;
                let found = TRANSPORTS.iter().find(|(name, _)| *name == value);
                found.map(|(_, transport)| Self::Transport { is, transport: *transport }).ok_or_else(|| {
                    let names: Vec<&str> = TRANSPORTS.iter().map(|(name, _)| *name).collect();
                    format!("{value:?} is no transport: expected one of {}", names.join(", "))
                })
            }
            _ => Err(format!(
                "{key:?} is nothing that a disk is chosen by: expected serial, wwn, by-path, size, rotational, model or transport"
            )),
        }
    }

    /// Whether it holds for this drive.
    pub(super) fn holds(&self, drive: &Drive<'_>) -> bool {
        let disk = drive.first;
        match self {
            Self::Word { of, by, value } => {
                let wanted = of.bare(value);
                let said: Vec<String> = of.said(drive).into_iter().map(|said| of.bare(said)).collect();
                match by {
                    Operator::IsNot => !said.is_empty() && said.iter().all(|said| *said != wanted),
                    Operator::Contains => said.iter().any(|said| said.contains(&wanted)),
                    _ => said.contains(&wanted),
                }
            }
            Self::Size { by, size } => disk.size_bytes.is_some_and(|bytes| {
                let order = size.compare(bytes);
                match by {
                    Operator::Is | Operator::Contains => order == Ordering::Equal,
                    Operator::IsNot => order != Ordering::Equal,
                    Operator::AtLeast => order != Ordering::Less,
                    Operator::AtMost => order != Ordering::Greater,
                    Operator::More => order == Ordering::Greater,
                    Operator::Less => order == Ordering::Less,
                }
            }),
            Self::Rotational(wanted) => disk.rotational == Some(*wanted),
            Self::Transport { is, transport } => disk.transport.is_some_and(|it| (it == *transport) == *is),
        }
    }
}

impl Word {
    fn said<'a>(self, drive: &Drive<'a>) -> Vec<&'a str> {
        match self {
            Self::Serial => drive.first.serial.as_deref().into_iter().collect(),
            Self::Wwn => drive.first.wwn.as_deref().into_iter().collect(),
            Self::Model => drive.first.model.as_deref().into_iter().collect(),
            Self::ByPath => drive.ways().flat_map(|disk| disk.by_path.iter().map(String::as_str)).collect(),
        }
    }

    /// Without what may differ from one place where it is written to another.
    fn bare(self, text: &str) -> String {
        match self {
            Self::Serial => bare(text),
            Self::Wwn => bare_wwn(text),
            Self::ByPath => text.trim().trim_start_matches("/dev/disk/by-path/").to_owned(),
            Self::Model => text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
        }
    }
}

/// A serial number without case and blanks: drives pad it, labels break it.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A world-wide name without what says of which kind it is: `naa.5000c5`, `0x5000c5` and `wwn-0x5000c5` are one.
pub(super) fn bare_wwn(text: &str) -> String {
    let mut name = bare(text);
    for prefix in ["wwn-", "nvme-", "naa.", "eui.", "nvme.", "t10.", "0x"] {
        name = name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name);
    }
    name
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Serial => "serial",
            Self::Wwn => "wwn",
            Self::ByPath => "by-path",
            Self::Model => "model",
        })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OPERATORS.iter().find(|(_, operator)| operator == self).map(|(text, _)| *text);
        f.write_str(text.unwrap_or_default())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word { of, by, value } if value.contains(',') || value.trim() != value => {
                write!(f, "{of}{by}\"{value}\"")
            }
            Self::Word { of, by, value } => write!(f, "{of}{by}{value}"),
            Self::Size { by, size } => write!(f, "size{by}{size}"),
            Self::Rotational(is) => write!(f, "rotational={}", if *is { "yes" } else { "no" }),
            Self::Transport { is, transport } => {
                let name = TRANSPORTS.iter().find(|(_, it)| it == transport).map(|(name, _)| *name);
                write!(f, "transport{}{}", if *is { "=" } else { "!=" }, name.unwrap_or_default())
            }
        }
    }
}

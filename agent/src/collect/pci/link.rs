//! A function's PCI Express link: what it could be, and what it is.
//!
//! A report must not change because a device went to sleep. Graphics cards and accelerators slow their link down when
//! they are idle, and with them the bridges above; NICs, drives and controllers keep what was trained. So the speed is
//! told of the latter only. The number of lanes stays as it was trained, and is told of all but bridges.

use decode::pci::{Link, LinkRate};

use crate::probe::Probe;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Links {
    /// It has a link at all, even if nothing is known of it.
    pub(super) is_express: bool,
    pub(super) max_gtps: Option<f64>,
    pub(super) max_width: Option<u8>,
    pub(super) gtps: Option<f64>,
    pub(super) width: Option<u8>,
}

impl Links {
    /// `None` for a function without PCI Express, or a kernel too old to say.
    pub(super) fn read(probe: &Probe, at: &str, bridge: bool, saves_power: bool) -> Option<Self> {
        let speed = |file: &str| probe.text(&format!("{at}/{file}"));
        let width = |file: &str| probe.number(&format!("{at}/{file}")).filter(|width| is_width(*width));
        let max_gtps = gtps(&speed("max_link_speed")?);
        let mut links =
            Self { is_express: true, max_gtps, max_width: width("max_link_width"), gtps: None, width: None };
        // A link that can't be told (inside the root complex, of a virtual machine) can't be now, either.
        if !bridge && links.max_width.is_some() {
            links.width = width("current_link_width");
            if !saves_power {
                links.gtps = speed("current_link_speed").and_then(|text| gtps(&text));
            }
        }
        Some(links)
    }

    pub(super) fn of_config(link: Link, bridge: bool, saves_power: bool) -> Option<Self> {
        let speed = |rate: LinkRate| Some(f64::from(rate.tenths_gtps?) / 10.0);
        let max_width = link.max.width.filter(|width| is_width(*width));
        max_width.map(|_| Self {
            is_express: true,
            max_gtps: speed(link.max),
            max_width,
            gtps: if bridge || saves_power { None } else { speed(link.current) },
            width: if bridge { None } else { link.current.width.filter(|width| is_width(*width)) },
        })
    }
}

/// `8.0 GT/s PCIe`; unknown is `Unknown`, `Unknown speed`.
fn gtps(text: &str) -> Option<f64> {
    let speed: f64 = text.split_whitespace().next()?.parse().ok()?;
    (speed > 0.0 && speed < 1000.0).then_some(speed)
}

/// 0 is no link, 255 what the kernel says when it does not know.
const fn is_width(width: u8) -> bool {
    width > 0 && width <= 32
}

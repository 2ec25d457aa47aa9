//! A QR code for a terminal, two rows of it in one row of characters.

use anyhow::Context as _;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Draws it, black on white with the white margin that readers need. `paint` sets the colours, so that it is right on a
/// dark terminal and on a light one; without, a dark one is taken for granted.
pub(crate) fn draw(text: &str, paint: bool) -> anyhow::Result<String> {
    let code = QrCode::new(text).with_context(|| format!("{text:?} does not fit into a QR code"))?;
    // A block is drawn in the colour of the text, which is the light one of the two.
    let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    let (on, off) = if paint { ("\u{1b}[97;40m", "\u{1b}[0m") } else { ("", "") };
    Ok(drawn.lines().map(|line| format!("{on}{line}{off}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_square_of_half_blocks() {
        let drawn = draw("ntfy://192.0.2.7:2586/muster-demo?secure=false", false).unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert!(lines.len().abs_diff(width.div_ceil(2)) <= 1, "{width} by {}", lines.len());
        assert!(drawn.chars().all(|c| " ▀▄█\n".contains(c)));
        assert!(lines[0].chars().all(|c| c == '█'), "a white margin");
    }

    #[test]
    fn colours_are_set_and_taken_back_in_each_line() {
        let drawn = draw("x", true).unwrap();
        assert!(drawn.lines().all(|line| line.starts_with("\u{1b}[97;40m") && line.ends_with("\u{1b}[0m")));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert!(draw(&"x".repeat(5000), false).is_err());
    }
}

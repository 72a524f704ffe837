//! The font inside the program: DejaVu Sans Condensed, whose widths are close to Helvetica's and Arial's, so that what is
//! measured here fits where a viewer draws an SVG with the reader's own font.

use crate::text::{self, Script};
use std::sync::OnceLock;
use ttf_parser::{Face, GlyphId};

/// Size of scripts relative to the text they belong to.
pub const SCRIPT_SIZE: f64 = 0.72;

/// How far scripts move off the line, down for subscripts, in units of the text's size.
pub fn script_shift(script: Script) -> f64 {
    match script {
        Script::Normal => 0.0,
        Script::Sub => 0.2,
        Script::Super => -0.38,
    }
}

/// The parsed font, or `None` if its bytes are not a font (they are constant; a test sees to it).
pub fn face() -> Option<&'static Face<'static>> {
    static FACE: OnceLock<Option<Face<'static>>> = OnceLock::new();
    FACE.get_or_init(|| Face::parse(dejavu::sans_condensed::regular(), 0).ok()).as_ref()
}

/// The glyph of a letter; letters that the font lacks show as its "missing" box.
pub fn glyph(face: &Face, letter: char) -> GlyphId {
    face.glyph_index(letter).unwrap_or(GlyphId(0))
}

/// Width of a letter in units of the font's size.
pub fn advance(letter: char) -> f64 {
    let Some(face) = face() else { return 0.55 };
    let units = face.glyph_hor_advance(glyph(face, letter)).unwrap_or(0);
    f64::from(units) / f64::from(face.units_per_em())
}

/// Width in pixels of a text with scripts, set in `size_px`.
pub fn width(text: &str, size_px: f64) -> f64 {
    text::runs(text)
        .iter()
        .map(|(script, run)| {
            let size = if *script == Script::Normal { size_px } else { size_px * SCRIPT_SIZE };
            run.chars().map(advance).sum::<f64>() * size
        })
        .sum()
}

/// The text, or its beginning and an ellipsis where it is wider than `limit_px`.
pub fn fit(text: &str, size_px: f64, limit_px: f64) -> String {
    if width(text, size_px) <= limit_px {
        return text.to_owned();
    }
    let plain = text::plain(text);
    let mut room = limit_px - advance('…') * size_px;
    let kept: String = plain
        .chars()
        .take_while(|&letter| {
            room -= advance(letter) * size_px;
            room >= 0.0
        })
        .collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_that_figures_use_is_in_the_font() {
        let face = face().expect("the embedded font parses");
        for letter in "AZaz09−–×·°µΩτσ²³⁺⁻⁰¹⁴⁵⁶⁷⁸⁹…≤≥±→∞Δθ".chars()
        {
            assert!(face.glyph_index(letter).is_some(), "{letter}");
        }
    }

    #[test]
    fn widths_add_up_and_long_texts_are_cut() {
        assert!((width("ab", 10.0) - width("a", 10.0) - width("b", 10.0)).abs() < 1e-12);
        assert!(width("V_{rest}", 10.0) < width("Vrest", 10.0));
        let cut = fit("a very long name of a parameter", 10.0, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 10.0) <= 60.0);
        assert_eq!(fit("short", 10.0, 60.0), "short");
    }
}

//! Colours, chosen so that readers with any of the common colour-vision deficiencies tell them apart.
//!
//! The series colours follow Okabe and Ito ("Color Universal Design", 2008) without the yellow, which is too faint for lines
//! on white; neighbours in the order differ in lightness as well as in hue. The sequential map interpolates anchors of
//! viridis (Smith and van der Walt, CC0), whose lightness rises evenly.

use crate::figure::{Color, ColorMap};

/// Red, green and blue, 0..=255.
pub type Rgb = [u8; 3];

/// Text, and lines of the role `Ink`.
pub const INK: Rgb = [0x1f, 0x23, 0x28];
/// Labels and axes.
pub const AXIS: Rgb = [0x4a, 0x50, 0x57];
/// What recedes behind the data but must stay readable.
pub const MUTED: Rgb = [0x6b, 0x72, 0x7a];
/// Wide lines under others.
pub const FAINT: Rgb = [0xb4, 0xbb, 0xc3];
/// Grid lines.
pub const GRID: Rgb = [0xe7, 0xe9, 0xec];
/// The ground.
pub const PAPER: Rgb = [0xff, 0xff, 0xff];

/// Series colours on light ground.
pub const SERIES: [Rgb; 7] = [
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
    [0x00, 0x8f, 0x68],
    [0xb0, 0x4f, 0x8b],
    [0xc9, 0x8a, 0x00],
    [0x3f, 0xa0, 0xd8],
    [0x55, 0x5b, 0x63],
];

/// The same colours for dark ground: lighter, same hues, same order.
pub const SERIES_DARK: [Rgb; 7] = [
    [0x4d, 0xa9, 0xe3],
    [0xf2, 0x8c, 0x45],
    [0x35, 0xc0, 0x97],
    [0xd9, 0x86, 0xb8],
    [0xe8, 0xb4, 0x3f],
    [0x9b, 0xd4, 0xf5],
    [0xae, 0xb5, 0xbd],
];

const VIRIDIS: [Rgb; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

const DIVERGING: [Rgb; 7] = [
    [8, 72, 126],
    [62, 136, 190],
    [160, 201, 226],
    [244, 244, 242],
    [246, 190, 139],
    [220, 120, 42],
    [140, 60, 4],
];

/// The light-ground colour of a role; `next` is the panel's next series number for `Auto`.
pub fn resolve(color: Color, next: usize) -> Rgb {
    match color {
        Color::Auto => SERIES[next % SERIES.len()],
        Color::Series(number) => SERIES[number % SERIES.len()],
        Color::Ink => INK,
        Color::Muted => MUTED,
        Color::Faint => FAINT,
        Color::Up => SERIES[1],
        Color::Down => SERIES[0],
    }
}

/// Anchors of a colour map, evenly spaced from its lowest to its highest value.
pub fn anchors(map: ColorMap) -> &'static [Rgb] {
    match map {
        ColorMap::Sequential => &VIRIDIS,
        ColorMap::Diverging => &DIVERGING,
    }
}

/// The colour at `share` (0 lowest, 1 highest) of a map.
pub fn sample(map: ColorMap, share: f64) -> Rgb {
    let anchors = anchors(map);
    let place = share.clamp(0.0, 1.0) * (anchors.len() - 1) as f64;
    let left = (place as usize).min(anchors.len() - 2);
    let mix = place - left as f64;
    std::array::from_fn(|i| {
        let (a, b) = (f64::from(anchors[left][i]), f64::from(anchors[left + 1][i]));
        (a + (b - a) * mix).round() as u8
    })
}

/// The range that a map's ends stand for: symmetric around zero for `Diverging`.
pub fn color_range(map: ColorMap, low: f64, high: f64) -> (f64, f64) {
    match map {
        ColorMap::Sequential if high > low => (low, high),
        ColorMap::Sequential => (low, low + low.abs().max(1.0) * 1e-3),
        ColorMap::Diverging => {
            let reach = low.abs().max(high.abs());
            if reach > 0.0 { (-reach, reach) } else { (-1.0, 1.0) }
        }
    }
}

/// `#rrggbb`.
pub fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.
    fn luminance(rgb: Rgb) -> f64 {
        let [r, g, b] = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn texts_reach_contrast_4_5_and_lines_2_6_on_paper() {
        let contrast = |rgb| 1.05 / (luminance(rgb) + 0.05);
        for rgb in [INK, AXIS, MUTED] {
            assert!(contrast(rgb) >= 4.5, "{}", hex(rgb));
        }
        for rgb in SERIES {
            assert!(contrast(rgb) >= 2.6, "{} {}", hex(rgb), contrast(rgb));
        }
    }

    #[test]
    fn sequential_lightness_rises_all_the_way() {
        let steps: Vec<f64> =
            (0..=64).map(|i| luminance(sample(ColorMap::Sequential, i as f64 / 64.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[1] > pair[0]));
    }

    #[test]
    fn diverging_is_symmetric_around_zero() {
        assert_eq!(color_range(ColorMap::Diverging, -1.0, 3.0), (-3.0, 3.0));
        assert_eq!(sample(ColorMap::Diverging, 0.5), DIVERGING[3]);
    }
}

//! A scene as SVG text: plain elements, no scripts, no style sheets, no ids, the same bytes every time.

use crate::clip::Place;
use crate::font::{self, SCRIPT_SIZE};
use crate::palette::hex;
use crate::png;
use crate::scene::{Anchor, Pen, Scene, Shape, Text};
use crate::text::{self, Script};
use std::fmt::Write;

const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans Condensed', sans-serif";

/// Writes the scene.
pub fn write(scene: &Scene) -> String {
    let mut out = String::new();
    let (width, height) = (coordinate(scene.width), coordinate(scene.height));
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FONTS}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        escape(&text::plain(&scene.title)),
        escape(&scene.description)
    );
    for shape in &scene.shapes {
        write_shape(&mut out, shape);
        out.push('\n');
    }
    out.push_str("</svg>\n");
    out
}

fn write_shape(out: &mut String, shape: &Shape) {
    let _ = match shape {
        Shape::Stroke { parts, pen } => {
            write!(out, "<path d=\"{}\" fill=\"none\"{}/>", path(parts, false), pen_attributes(pen))
        }
        Shape::Fill { parts, color, opacity } => {
            write!(
                out,
                "<path d=\"{}\" fill=\"{}\"{}/>",
                path(parts, true),
                hex(*color),
                opacity_attribute(*opacity)
            )
        }
        Shape::Dots { centers, radius, color, opacity } => {
            let _ = write!(out, "<g fill=\"{}\"{}>", hex(*color), opacity_attribute(*opacity));
            for &[x, y] in centers {
                let radius = coordinate(*radius);
                let _ =
                    write!(out, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", coordinate(x), coordinate(y));
            }
            write!(out, "</g>")
        }
        Shape::Text(text) => {
            write_text(out, text);
            Ok(())
        }
        Shape::Raster { area, columns, pixels } => match png::encode_raster(*columns, pixels) {
            Some(bytes) => write!(
                out,
                "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
                 image-rendering=\"pixelated\" href=\"data:image/png;base64,{}\"/>",
                coordinate(area.left),
                coordinate(area.top),
                coordinate(area.width()),
                coordinate(area.height()),
                base64(&bytes)
            ),
            None => Ok(()),
        },
    };
}

fn write_text(out: &mut String, text: &Text) {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let [x, y] = text.at.map(coordinate);
    let turn = if text.upwards { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    let halo = if text.halo {
        " stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\""
    } else {
        ""
    };
    let runs = text::runs(&text.content);
    // Otherwise some viewers drop the space behind a script.
    let spaces = if runs.len() > 1 { " xml:space=\"preserve\"" } else { "" };
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"{anchor}{turn}{halo}{spaces}>",
        coordinate(text.size),
        hex(text.color)
    );
    // A script moves the line for all that follows, so that each run moves back by what the one before it moved.
    let mut moved = 0.0;
    for (script, run) in runs {
        let shift = font::script_shift(script) * text.size;
        let size = if script == Script::Normal { text.size } else { text.size * SCRIPT_SIZE };
        let run = escape(&run);
        let _ = if shift == moved && script == Script::Normal {
            write!(out, "{run}")
        } else {
            let dy = coordinate(shift - moved);
            write!(out, "<tspan dy=\"{dy}\" font-size=\"{}\">{run}</tspan>", coordinate(size))
        };
        moved = shift;
    }
    out.push_str("</text>");
}

fn pen_attributes(pen: &Pen) -> String {
    let mut out = format!(" stroke=\"{}\" stroke-width=\"{}\"", hex(pen.color), coordinate(pen.width));
    if pen.crisp {
        out.push_str(" shape-rendering=\"crispEdges\"");
    } else {
        out.push_str(" stroke-linejoin=\"round\"");
    }
    if !pen.dash.is_empty() {
        let lengths: Vec<String> = pen.dash.iter().copied().map(coordinate).collect();
        let _ = write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "));
    }
    out
}

fn opacity_attribute(opacity: f64) -> String {
    if opacity < 1.0 { format!(" fill-opacity=\"{}\"", coordinate(opacity)) } else { String::new() }
}

fn path(parts: &[Vec<Place>], closed: bool) -> String {
    let mut out = String::new();
    for part in parts {
        for (i, place) in part.iter().enumerate() {
            let [x, y] = place.map(coordinate);
            let command = match i {
                0 => "M",
                1 => "L",
                _ => " ",
            };
            let _ = write!(out, "{command}{x} {y}");
        }
        if closed {
            out.push('Z');
        }
    }
    out
}

/// Hundredths of a pixel are enough, and trailing zeros are not needed.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text for element content and for attribute values, in XML and HTML alike. Characters that XML forbids are dropped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

/// RFC 4648 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_the_test_vectors_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn coordinates_are_short() {
        for (value, written) in [(1.0, "1"), (0.126, "0.13"), (-0.001, "0"), (10.5, "10.5"), (100.0, "100")] {
            assert_eq!(coordinate(value), written);
        }
    }
}

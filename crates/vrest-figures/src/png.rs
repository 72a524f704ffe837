//! A scene as PNG: the same shapes, drawn with anti-aliasing, and letters from the font inside the program.

use crate::clip::Place;
use crate::error::FigureError;
use crate::font::{self, SCRIPT_SIZE};
use crate::palette::{PAPER, Rgb};
use crate::scene::{Anchor, Pen, Scene, Shape, Text};
use crate::text::{self, Script};
use tiny_skia::{
    Color, FillRule, FilterQuality, IntSize, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap,
    PixmapPaint, Stroke, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

/// Longest side of a picture: 16384 x 16384 pixels are one gibibyte.
const LIMIT_PX: u32 = 16_384;

/// Draws the scene with `scale` pixels for each CSS pixel.
pub fn write(scene: &Scene, scale: f64) -> Result<Vec<u8>, FigureError> {
    let (width, height) = (scene.width * scale, scene.height * scale);
    let allowed = |side: f64| side >= 1.0 && side <= f64::from(LIMIT_PX);
    let size = FigureError::Size { width_px: width, height_px: height, limit_px: LIMIT_PX };
    if !allowed(width) || !allowed(height) {
        return Err(size);
    }
    let mut canvas = Pixmap::new(width.round() as u32, height.round() as u32).ok_or(size)?;
    canvas.fill(opaque(PAPER));
    let scaled = Transform::from_scale(scale as f32, scale as f32);
    for shape in &scene.shapes {
        draw(&mut canvas, shape, scaled);
    }
    canvas.encode_png().map_err(|error| FigureError::Encode { reason: error.to_string() })
}

fn draw(canvas: &mut Pixmap, shape: &Shape, scaled: Transform) {
    match shape {
        Shape::Stroke { parts, pen } => {
            if let Some(path) = path(parts, false) {
                canvas.stroke_path(&path, &paint(pen.color, 1.0), &stroke(pen), scaled, None);
            }
        }
        Shape::Fill { parts, color, opacity } => {
            if let Some(path) = path(parts, true) {
                canvas.fill_path(&path, &paint(*color, *opacity), FillRule::Winding, scaled, None);
            }
        }
        Shape::Dots { centers, radius, color, opacity } => {
            for &[x, y] in centers {
                if let Some(circle) = PathBuilder::from_circle(x as f32, y as f32, *radius as f32) {
                    canvas.fill_path(&circle, &paint(*color, *opacity), FillRule::Winding, scaled, None);
                }
            }
        }
        Shape::Text(text) => draw_text(canvas, text, scaled),
        Shape::Raster { area, columns, pixels } => {
            if let Some(image) = raster(*columns, pixels) {
                let stretch = Transform::from_row(
                    (area.width() / f64::from(image.width())) as f32,
                    0.0,
                    0.0,
                    (area.height() / f64::from(image.height())) as f32,
                    area.left as f32,
                    area.top as f32,
                );
                let exact = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
                canvas.draw_pixmap(0, 0, image.as_ref(), &exact, scaled.pre_concat(stretch), None);
            }
        }
    }
}

fn draw_text(canvas: &mut Pixmap, text: &Text, scaled: Transform) {
    let Some(face) = font::face() else { return };
    let width = font::width(&text.content, text.size);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let mut letters = Outline { path: PathBuilder::new(), x: start, y: 0.0, scale: 1.0 };
    for (script, run) in text::runs(&text.content) {
        let size = if script == Script::Normal { text.size } else { text.size * SCRIPT_SIZE };
        letters.y = font::script_shift(script) * text.size;
        letters.scale = size / f64::from(face.units_per_em());
        for letter in run.chars() {
            face.outline_glyph(font::glyph(face, letter), &mut letters);
            letters.x += font::advance(letter) * size;
        }
    }
    let Some(path) = letters.path.finish() else { return };
    let mut place = Transform::from_translate(text.at[0] as f32, text.at[1] as f32);
    if text.upwards {
        place = place.pre_rotate(-90.0);
    }
    let place = scaled.pre_concat(place);
    if text.halo {
        let wide = Stroke { width: 3.0, line_join: LineJoin::Round, ..Stroke::default() };
        canvas.stroke_path(&path, &paint(PAPER, 1.0), &wide, place, None);
    }
    canvas.fill_path(&path, &paint(text.color, 1.0), FillRule::Winding, place, None);
}

/// Collects glyph outlines; fonts count y upwards, pictures downwards.
struct Outline {
    path: PathBuilder,
    x: f64,
    y: f64,
    scale: f64,
}

impl Outline {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        ((self.x + f64::from(x) * self.scale) as f32, (self.y - f64::from(y) * self.scale) as f32)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

fn path(parts: &[Vec<Place>], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for part in parts {
        for (i, &[x, y]) in part.iter().enumerate() {
            if i == 0 {
                builder.move_to(x as f32, y as f32);
            } else {
                builder.line_to(x as f32, y as f32);
            }
        }
        if closed {
            builder.close();
        }
    }
    builder.finish()
}

fn stroke(pen: &Pen) -> Stroke {
    let dash = (!pen.dash.is_empty())
        .then(|| StrokeDash::new(pen.dash.iter().map(|&length| length as f32).collect(), 0.0))
        .flatten();
    let line_join = if pen.crisp { LineJoin::Miter } else { LineJoin::Round };
    Stroke { width: pen.width as f32, line_cap: LineCap::Butt, line_join, dash, ..Stroke::default() }
}

fn opaque([red, green, blue]: Rgb) -> Color {
    Color::from_rgba8(red, green, blue, 255)
}

fn paint(color: Rgb, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    let [red, green, blue] = color;
    paint.set_color_rgba8(red, green, blue, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint
}

fn raster(columns: usize, pixels: &[Option<Rgb>]) -> Option<Pixmap> {
    let rows = pixels.len().checked_div(columns)?;
    let bytes = pixels[..rows * columns]
        .iter()
        .flat_map(|pixel| pixel.map_or([0; 4], |[red, green, blue]| [red, green, blue, 255]))
        .collect();
    Pixmap::from_vec(bytes, IntSize::from_wh(u32::try_from(columns).ok()?, u32::try_from(rows).ok()?)?)
}

/// A grid of pixels as a PNG file, for embedding in SVG. `None` for an empty grid.
pub fn encode_raster(columns: usize, pixels: &[Option<Rgb>]) -> Option<Vec<u8>> {
    raster(columns, pixels)?.encode_png().ok()
}

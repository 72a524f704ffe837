//! What every figure must hold to, read back from its SVG and PNG.

use proptest::prelude::*;
use roxmltree::{Document, Node};
use vrest_figures::charts::{self, Contribution, Grid, Stimulus};
use vrest_figures::{
    Axis, Band, Bar, Bars, Color, ColorMap, Dash, Figure, FigureError, Heat, Interpolation, Legend, Line,
    Orientation, Panel, Points, Reference,
};

fn axes() -> Panel {
    Panel::new(Axis::new("time", "ms"), Axis::new("V", "mV"))
}

fn texts(document: &Document) -> Vec<String> {
    let all_text = |node: Node| node.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect();
    document.descendants().filter(|node| node.has_tag_name("text")).map(all_text).collect()
}

/// The data's paths: coloured strokes that are neither axes nor grid.
fn curves<'a>(document: &'a Document) -> Vec<&'a str> {
    document
        .descendants()
        .filter(|node| node.has_tag_name("path") && node.attribute("shape-rendering").is_none())
        .filter_map(|node| node.attribute("d"))
        .collect()
}

fn numbers(path: &str) -> Vec<f64> {
    path.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().expect("a number"))
        .collect()
}

#[test]
fn axes_say_quantity_unit_and_round_numbers() {
    let figure = Figure::new("A title").panel(axes().line("V", &[0.0, 500.0], &[-80.0, -60.0]));
    let svg = figure.to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let texts = texts(&document);
    for expected in
        ["A title", "time (ms)", "V (mV)", "0", "100", "200", "300", "400", "500", "−80", "−70", "−60"]
    {
        assert!(texts.iter().any(|text| text == expected), "{expected} is missing in {texts:?}");
    }
}

#[test]
fn a_tick_stands_where_its_number_is() {
    let figure = Figure::new("")
        .panel(axes().line("", &[0.0, 100.0], &[0.0, 1.0]).mark(Reference::vertical(40.0, "here")));
    let svg = figure.to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let label = document
        .descendants()
        .find(|n| n.has_tag_name("text") && n.text() == Some("40"))
        .expect("a label 40");
    let at: f64 = label.attribute("x").expect("x").parse().expect("a number");
    let dashed =
        document.descendants().find(|n| n.attribute("stroke-dasharray").is_some()).expect("the reference");
    let line = numbers(dashed.attribute("d").expect("d"));
    assert!((line[0] - at).abs() <= 0.5, "line at {}, label at {at}", line[0]);
}

#[test]
fn missing_values_break_the_line() {
    let y = [0.0, 1.0, f64::NAN, 1.0, 0.0, f64::INFINITY, 2.0];
    let x: Vec<f64> = (0..7).map(f64::from).collect();
    let svg = Figure::new("").panel(axes().line("", &x, &y)).to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    assert_eq!(curves(&document)[0].matches('M').count(), 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    // The last sample stands between a gap and the end: a dot.
    assert_eq!(document.descendants().filter(|n| n.has_tag_name("circle")).count(), 1);
}

#[test]
fn a_step_holds_its_value_until_the_next_sample() {
    let svg =
        Figure::new("").panel(axes().mark(Line::new("", &[0.0, 1.0, 2.0], &[0.0, 1.0, 0.0]).step())).to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let places = numbers(curves(&document)[0]);
    let corners: Vec<&[f64]> = places.chunks(2).collect();
    assert_eq!(corners.len(), 5);
    assert!(corners.windows(2).all(|pair| pair[0][0] == pair[1][0] || pair[0][1] == pair[1][1]));
}

#[test]
fn names_cannot_break_out_of_the_text() {
    let evil = "</text><script>alert(1)</script> & \"quoted\" 'single' \u{0}\u{1b}";
    let figure = Figure::new(evil)
        .described(evil)
        .panel(Panel::new(Axis::new(evil, evil), Axis::categories([evil, "b"])).titled(evil).line(
            evil,
            &[0.0],
            &[0.0],
        ))
        .panel(axes().line(evil, &[0.0, 1.0], &[0.0, 1.0]).line("other", &[0.0, 1.0], &[1.0, 1.0]));
    let svg = figure.size(4000.0, 600.0).to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    assert!(texts(&document).iter().any(|text| text.contains("<script>")));
}

#[test]
fn no_input_panics_and_every_output_can_be_read() {
    let values: [&[f64]; 7] = [
        &[],
        &[1.0],
        &[0.0, 0.0],
        &[f64::NAN, f64::NAN],
        &[1e308, -1e308],
        &[-1.0, 1e-320],
        &[f64::NEG_INFINITY, 3.0],
    ];
    for x in values {
        for y in values {
            for (x_axis, y_axis) in
                [(Axis::new("x", ""), Axis::new("y", "")), (Axis::log("x", ""), Axis::log("y", ""))]
            {
                let bar = |i: usize| Bar {
                    center: i as f64,
                    thickness: 0.5,
                    from: 0.0,
                    to: y.get(i).copied().unwrap_or(f64::NAN),
                    label: "b".into(),
                    color: Color::Auto,
                };
                let panel = Panel::new(x_axis, y_axis)
                    .legend(Legend::Direct)
                    .line("a", x, y)
                    .mark(Points::new("b", x, y))
                    .mark(Band::new("c", x, y, y))
                    .mark(Reference::horizontal(x.first().copied().unwrap_or(f64::NAN), "d"))
                    .mark(Bars {
                        name: "e".into(),
                        orientation: Orientation::Vertical,
                        bars: vec![bar(0), bar(1)],
                        connected: true,
                    })
                    .mark(Heat {
                        label: "f".into(),
                        unit: String::new(),
                        x_edges: x.to_vec(),
                        y_edges: y.to_vec(),
                        values: y.to_vec(),
                        map: ColorMap::Diverging,
                    });
                let figure = Figure::new("t").panel(panel);
                let svg = figure.to_svg();
                Document::parse(&svg).expect("well-formed XML");
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{x:?} {y:?}");
                figure.to_png(0.5).expect("a picture");
            }
        }
    }
    Document::parse(&Figure::new("").to_svg()).expect("no panels");
    Document::parse(&charts::histogram("", Axis::default(), &[]).to_svg()).expect("no values");
    Document::parse(&charts::trace("", &[], &[("V", &[])], &[]).to_svg()).expect("no samples");
    Document::parse(&Figure::new("x").size(f64::NAN, -1.0).panel(axes()).to_svg()).expect("no size");
}

#[test]
fn sizes_that_cannot_be_made_are_refused() {
    for scale in [0.0, -1.0, f64::NAN, 1e9] {
        assert!(matches!(Figure::new("").to_png(scale), Err(FigureError::Size { .. })), "{scale}");
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let figure = || {
        let grid = Grid {
            x: &[1.0, 2.0, 3.0],
            y: &[1.0, 2.0],
            values: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            label: "z",
            unit: "mV",
            map: ColorMap::Sequential,
        };
        charts::heat_map("h", Axis::new("x", ""), Axis::new("y", ""), grid)
    };
    assert_eq!(figure().to_svg(), figure().to_svg());
    assert_eq!(figure().to_png(2.0).expect("a picture"), figure().to_png(2.0).expect("a picture"));
}

/// Pixels of a PNG of ours as red, green, blue, alpha.
fn pixels(png: &[u8]) -> (usize, Vec<[u8; 4]>) {
    let image = tiny_skia::Pixmap::decode_png(png).expect("a PNG");
    let all = image.data().chunks(4).map(|p| [p[0], p[1], p[2], p[3]]).collect();
    (image.width() as usize, all)
}

#[test]
fn dashes_and_letters_reach_the_png() {
    // Many short segments: a dash pattern that started over at each of them would look solid.
    let x: Vec<f64> = (0..2000).map(|i| f64::from(i) / 1999.0).collect();
    let line = |dash| Line::new("", &x, &vec![0.5; 2000]).color(Color::Series(1)).dash(dash).width(2.0);
    let colored = |dash| {
        let png =
            Figure::new("").panel(Panel::new(Axis::default(), Axis::default()).mark(line(dash))).to_png(1.0);
        pixels(&png.expect("a picture")).1.iter().filter(|p| p[0] > 150 && p[2] < 80).count()
    };
    let share = colored(Dash::Dashed) as f64 / colored(Dash::Solid) as f64;
    assert!((0.5..0.7).contains(&share), "strokes of 6 and gaps of 4 cover 60 %, not {share}");
    let dark = |title: &str| {
        let png = Figure::new(title).to_png(1.0).expect("a picture");
        pixels(&png).1.iter().filter(|p| p[0] < 100).count()
    };
    assert_eq!(dark(""), 0);
    assert!(dark("V_{rest} in µA/cm²") > 100);
}

#[test]
fn a_spike_of_one_sample_in_a_million_is_drawn() {
    let t: Vec<f64> = (0..1_000_000).map(|i| f64::from(i) * 0.001).collect();
    let mut v = vec![-70.0; t.len()];
    v[654_321] = 40.0;
    let svg = charts::trace("", &t, &[("V", &v)], &[]).to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let highest = numbers(curves(&document)[0]).chunks(2).map(|p| p[1]).fold(f64::MAX, f64::min);
    let lowest = numbers(curves(&document)[0]).chunks(2).map(|p| p[1]).fold(f64::MIN, f64::max);
    assert!(lowest - highest > 200.0);
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
}

#[test]
fn a_stimulus_panel_is_a_quarter_as_high_and_starts_at_the_same_time() {
    let stimulus = Stimulus {
        label: "I".into(),
        unit: "uA/cm2".into(),
        t_ms: vec![0.0, 100.0, 300.0, 500.0],
        values: vec![0.0, 0.5, 0.0, 0.0],
        interpolation: Interpolation::Step,
    };
    let svg = charts::trace("", &[0.0, 500.0], &[("V", &[-70.0, -69.0])], &[stimulus]).to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    // Each panel has one frame: down the left side and along the foot.
    let frames: Vec<Vec<f64>> = document
        .descendants()
        .filter(|n| n.has_tag_name("path") && n.attribute("stroke") == Some("#4a5057"))
        .filter_map(|n| n.attribute("d"))
        .map(numbers)
        .filter(|places| places.len() == 6)
        .collect();
    let height = |frame: &[f64]| frame[3] - frame[1];
    assert_eq!(frames.len(), 2);
    assert!((height(&frames[0]) / height(&frames[1]) - 4.0).abs() < 0.1);
    assert_eq!(frames[0][0], frames[1][0]);
    assert_eq!(texts(&document).iter().filter(|text| *text == "time (ms)").count(), 1);
}

#[test]
fn a_waterfall_ends_at_the_sum() {
    let steps = [("leak_Na", 11.72), ("nak_pump", -4.45)]
        .map(|(name, change_mv)| Contribution { name: name.into(), change_mv });
    let svg = charts::contributions("", ("E_{K}", -89.12), &steps, "V_{rest}").to_svg();
    let document = Document::parse(&svg).expect("well-formed XML");
    let texts = texts(&document);
    for expected in ["−89.12 mV", "+11.72", "−4.45", "−81.85 mV", "leak_Na", "Vrest"] {
        assert!(texts.iter().any(|text| text == expected), "{expected} is missing in {texts:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn curves_stay_between_the_axes(
        x in prop::collection::vec(-1e3f64..1e3, 2..40),
        y in prop::collection::vec(-1e6f64..1e6, 2..40),
        low in -500f64..0.0,
        high in 1f64..500.0,
    ) {
        let panel = Panel::new(Axis::new("x", "").range(low, high), Axis::new("y", "").range(-10.0, 10.0))
            .mark(Line::new("", &x, &y).color(Color::Series(2)))
            .mark(Band::new("", &x, &y, &vec![0.0; x.len()]).color(Color::Series(2)));
        let svg = Figure::new("").panel(panel).to_svg();
        let document = Document::parse(&svg).expect("well-formed XML");
        let frame = document
            .descendants()
            .find(|n| n.attribute("stroke") == Some("#4a5057"))
            .and_then(|n| n.attribute("d"))
            .map(numbers)
            .expect("a frame");
        let (left, top, bottom, right) = (frame[0], frame[1], frame[3], frame[4]);
        for path in curves(&document) {
            for place in numbers(path).chunks(2) {
                prop_assert!(place[0] >= left && place[0] <= right, "{} outside {left}..{right}", place[0]);
                prop_assert!(place[1] >= top && place[1] <= bottom, "{} outside {top}..{bottom}", place[1]);
            }
        }
    }
}

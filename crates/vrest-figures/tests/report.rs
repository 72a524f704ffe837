//! What every report must hold to: one safe, self-contained, small file that says what it was given.

use vrest_figures::charts;
use vrest_figures::report::{Best, Cell, Column, Report, Section, Table, Tile, Verdict};
use vrest_figures::{Axis, Bar, Bars, Color, ColorMap, Figure, Heat, Orientation, Panel, Points, Reference};

/// The data of all charts of a page.
fn chart_data(html: &str) -> Vec<serde_json::Value> {
    let opening = "<script type=\"application/json\">";
    html.split(opening)
        .skip(1)
        .map(|rest| rest.split("</script>").next().expect("an end"))
        .map(|json| serde_json::from_str(json).expect("valid JSON"))
        .collect()
}

fn every_mark(name: &str) -> Figure {
    let bar = Bar { center: 0.0, thickness: 1.0, from: 0.0, to: 1.0, label: name.into(), color: Color::Up };
    let panel = Panel::new(Axis::new(name, name), Axis::new(name, name))
        .titled(name)
        .line(name, &[0.0, 1.0, 2.0], &[0.0, f64::NAN, 1.0])
        .mark(Points::new(name, &[0.0], &[1.0]))
        .mark(vrest_figures::Band::new(name, &[0.0, 1.0], &[0.0, 0.0], &[1.0, f64::INFINITY]))
        .mark(Reference::horizontal(0.5, name))
        .mark(Bars {
            name: name.into(),
            orientation: Orientation::Vertical,
            bars: vec![bar],
            connected: true,
        })
        .mark(Heat {
            label: name.into(),
            unit: name.into(),
            x_edges: vec![0.0, 1.0],
            y_edges: vec![0.0, 1.0],
            values: vec![1.0],
            map: ColorMap::Diverging,
        });
    let names = Panel::new(Axis::default(), Axis::categories([name, "b"]));
    Figure::new(name).described(name).panel(panel).panel(names)
}

fn full_of(words: &str) -> Report {
    let table =
        Table::new(words, vec![Column::new(words, words), Column::new(words, words).best(Best::Lowest)])
            .row(vec![Cell::Text(words.into()), Cell::Number(1.0)]);
    Report {
        footer: words.into(),
        ..Report::new(words, words).section(
            Section::new(words)
                .text(words)
                .notice(words)
                .tiles(vec![Tile::new(words, words, words).note(words).verdict(Verdict::Bad)])
                .table(table)
                .chart(every_mark(words)),
        )
    }
}

#[test]
fn no_text_can_become_code() {
    for evil in [
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' onfocus='alert(1)",
        "<!-- <script> ]]>",
        "**<b>bold</b>** `</code><i>` _{<u>} ^{<s>}",
    ] {
        let (html, harmless) = (full_of(evil).to_html(), full_of("words").to_html());
        // Every tag and attribute of ours opens with these signs: the same page has the same number, whatever the words.
        let tags = |page: &str| page.matches('<').count();
        let own = ["<strong>", "</strong>", "<code>", "</code>", "<sub>", "</sub>", "<sup>", "</sup>"];
        let emphasis = |page: &str| own.iter().map(|tag| page.matches(tag).count()).sum::<usize>();
        assert_eq!(tags(&html) - emphasis(&html), tags(&harmless) - emphasis(&harmless), "{evil}");
        // Inside the data such signs are letters of JSON strings; outside they would be code.
        let outside: String =
            html.split("<script").map(|part| part.rsplit("</script>").next().unwrap_or("")).collect();
        for broken in ["<script>alert", "<img src=x", "\" onmouseover", "' onfocus"] {
            assert!(!outside.contains(broken), "{broken}");
        }
        assert_eq!(html.matches("</script>").count(), 2, "one for the data, one for the code");
        assert_eq!(chart_data(&html)[0]["panels"][0]["title"], evil, "the words themselves arrive unchanged");
    }
}

#[test]
fn nothing_outside_the_file_is_needed_or_allowed() {
    let html = full_of("words").to_html();
    assert!(html.contains("default-src 'none'"));
    for loader in ["src=\"http", "href=\"http", "@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!html.contains(loader), "{loader}");
    }
}

#[test]
fn a_page_without_charts_carries_no_script() {
    let html = Report::new("t", "s").section(Section::new("a").text("b")).to_html();
    assert!(!html.contains("<script"));
}

#[test]
fn twelve_charts_of_three_thousand_samples_each_stay_small() {
    let t: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.5).collect();
    let wave = |shift: f64| -> Vec<f64> {
        t.iter().map(|t| -70.0 + 8.0 * (t / 30.0 + shift).sin() * (-t / 400.0).exp()).collect()
    };
    let (truth, learned) = (wave(0.0), wave(0.01));
    let section = (0..12).fold(Section::new("traces"), |section, _| {
        section.chart(charts::overlay("trace", &t, ("physics", &truth), &[("learned", &learned)]))
    });
    let html = Report::new("t", "s").section(section).to_html();
    assert!(html.len() < 300_000, "{} bytes", html.len());
}

#[test]
fn charts_carry_their_numbers_as_decimals_and_as_words() {
    let figure = Figure::new("c").panel(Panel::new(Axis::new("t", "ms"), Axis::new("V", "mV")).line(
        "physics",
        &[0.0, 0.5, 2.0],
        &[-79.542, -78.1, -77.0],
    ));
    let html = Report::new("t", "").section(Section::new("s").chart(figure)).to_html();
    let data = chart_data(&html);
    let line = &data[0]["panels"][0]["marks"][0];
    let unit = line["y"]["unit"].as_f64().expect("a unit");
    let sum: i64 =
        line["y"]["deltas"].as_array().expect("deltas").iter().filter_map(serde_json::Value::as_i64).sum();
    assert!((sum as f64 * unit + 77.0).abs() < 1e-9);
    assert_eq!(data[0]["panels"][0]["x"]["unit"], "ms");
    for word in ["V in mV against t in ms", "physics from −79.54 to −77.00", "<th scope=\"row\">physics</th>"]
    {
        assert!(html.contains(word), "{word}");
    }
}

#[test]
fn odd_figures_make_valid_pages() {
    let odd = [
        Figure::new(""),
        Figure::new("").size(f64::NAN, f64::INFINITY),
        Figure::new("").panel(Panel::new(Axis::log("x", ""), Axis::log("y", "")).line(
            "",
            &[-1.0, 0.0],
            &[f64::NAN, -1.0],
        )),
        charts::histogram("", Axis::default(), &[]),
        charts::branches("", Axis::default(), Axis::default(), &[vec![]]),
        charts::sensitivities("", "", "", &[]),
    ];
    let html = Report::new("", "").section(odd.into_iter().fold(Section::new(""), Section::chart)).to_html();
    assert_eq!(chart_data(&html).len(), 6);
    // The script itself names what no number of ours may be.
    let script_alone = Report::new("", "").section(Section::new("").chart(Figure::new(""))).to_html();
    for wrong in ["NaN", "Infinity", ":null"] {
        assert_eq!(html.matches(wrong).count(), script_alone.matches(wrong).count(), "{wrong}");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(full_of("words").to_html(), full_of("words").to_html());
}

//! Draws every kind of figure, and a report of all of them, with made-up data, to be looked at: `cargo run -p vrest-figures --example gallery -- FOLDER`.

use std::f64::consts::PI;
use std::path::Path;
use vrest_figures::charts::{
    BranchPoint, Contribution, Grid, Sensitivity, Stimulus, branches, contributions, heat_map, histogram,
    overlay, sensitivities, trace,
};
use vrest_figures::report::{Best, Cell, Column, Report, Section, Table, Tile, Verdict};
use vrest_figures::{Axis, Band, ColorMap, Figure, Interpolation, Legend, Line, Panel, Points, Reference};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder to write to")?;
    std::fs::create_dir_all(&folder)?;
    for (name, figure) in figures() {
        let path = Path::new(&folder).join(name);
        std::fs::write(path.with_extension("svg"), figure.to_svg())?;
        std::fs::write(path.with_extension("png"), figure.to_png(2.0)?)?;
    }
    std::fs::write(Path::new(&folder).join("report.html"), report().to_html())?;
    Ok(())
}

fn figures() -> Vec<(&'static str, Figure)> {
    vec![
        ("trace", step_response()),
        ("spikes", spikes()),
        ("sweep", potassium_sweep()),
        ("contributions", waterfall()),
        ("sensitivities", bars()),
        ("heat_map", map(ColorMap::Sequential)),
        ("heat_map_signed", map(ColorMap::Diverging)),
        ("branches", fold()),
        ("overlay", comparison()),
        ("histogram", errors()),
        ("losses", losses()),
        ("scatter", scatter()),
    ]
}

fn range(n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|i| low + (high - low) * i as f64 / (n - 1) as f64).collect()
}

fn relax(t: f64) -> f64 {
    let rise = |t: f64| if t > 0.0 { 1.0 - (-t / 2.3).exp() } else { 0.0 };
    -79.542 + 1.16 * (rise(t - 100.0) - rise(t - 300.0))
}

fn step_stimulus() -> Stimulus {
    Stimulus {
        label: "I".into(),
        unit: "uA/cm2".into(),
        t_ms: vec![0.0, 100.0, 300.0, 500.0],
        values: vec![0.0, 0.5, 0.0, 0.0],
        interpolation: Interpolation::Step,
    }
}

fn step_response() -> Figure {
    let t = range(1000, 0.0, 500.0);
    let v: Vec<f64> = t.iter().map(|&t| relax(t)).collect();
    trace("Seed neuron, current step", &t, &[("V", &v)], &[step_stimulus()])
}

/// A million samples with narrow spikes: none may be lost.
fn spikes() -> Figure {
    let t = range(1_000_000, 0.0, 1000.0);
    let v: Vec<f64> = t
        .iter()
        .map(|t| -65.0 + 100.0 * (-((t % 50.0 - 25.0) / 0.3).powi(2)).exp() + 0.5 * (t * 3.0).sin())
        .collect();
    let mut figure = trace("Twenty spikes in a million samples", &t, &[("V", &v)], &[]);
    figure.panels[0].marks.push(Reference::horizontal(-89.1, "E_{K}").into());
    figure.panels[0].marks.push(Reference::horizontal(60.6, "E_{Na}").into());
    figure
}

fn potassium_sweep() -> Figure {
    let k: Vec<f64> = range(60, 0.0, 2.0).iter().map(|e| 10f64.powf(*e)).collect();
    let nernst: Vec<f64> = k.iter().map(|k| 26.73 * (k / 140.0).ln()).collect();
    let ghk: Vec<f64> = k.iter().map(|k| 26.73 * ((k + 0.04 * 145.0) / (140.0 + 0.04 * 12.0)).ln()).collect();
    let rest: Vec<f64> = ghk.iter().map(|v| v - 2.5).collect();
    let panel = Panel::new(Axis::log("[K^{+}]_{o}", "mM"), Axis::new("V", "mV"))
        .legend(Legend::Direct)
        .line("V_{rest}", &k, &rest)
        .mark(Line::new("Nernst, K^{+}", &k, &nernst).dash(vrest_figures::Dash::Dashed))
        .mark(Line::new("GHK", &k, &ghk).dash(vrest_figures::Dash::Dotted))
        .mark(Reference::vertical(5.0, "cell file"));
    Figure::new("Rest over outside potassium").panel(panel)
}

fn waterfall() -> Figure {
    let steps: Vec<Contribution> = [("leak_Na", 11.72), ("leak_Cl", 2.31), ("nak_pump", -4.45)]
        .map(|(name, change_mv)| Contribution { name: name.into(), change_mv })
        .into();
    contributions("What holds this cell at rest", ("E_{K}", -89.12), &steps, "V_{rest}")
}

fn bars() -> Figure {
    let items: Vec<Sensitivity> = [
        ("leak_K.g", -1.21),
        ("ions.K.outside", 2.04),
        ("leak_Na.g", 1.02),
        ("nak_pump.i_max", -0.31),
        ("ions.K.inside", -1.97),
        ("capacitance", 0.0),
        ("temperature", -0.08),
    ]
    .map(|(parameter, effect)| Sensitivity { parameter: parameter.into(), effect })
    .into();
    sensitivities("What moves the resting potential", "change of V_{rest} for +10 %", "mV", &items)
}

fn map(map: ColorMap) -> Figure {
    let k: Vec<f64> = range(40, 0.0, 2.0).iter().map(|e| 10f64.powf(*e)).collect();
    let g = range(30, 0.0, 0.1);
    let values: Vec<f64> = g
        .iter()
        .flat_map(|g| k.iter().map(move |k| 26.73 * ((k + g * 1450.0 * 0.3) / 140.0).ln()))
        .map(|v| if map == ColorMap::Diverging { v + 50.0 } else { v })
        .enumerate()
        .map(|(i, v)| if i == 620 { f64::NAN } else { v })
        .collect();
    let grid = Grid { x: &k, y: &g, values: &values, label: "V_{rest}", unit: "mV", map };
    heat_map(
        "Rest over two parameters",
        Axis::log("ions.K.outside", "mM"),
        Axis::new("leak_Na.g", "mS/cm2"),
        grid,
    )
}

fn fold() -> Figure {
    let branch: Vec<BranchPoint> = range(200, -1.6, 1.6)
        .into_iter()
        .map(|s| BranchPoint {
            parameter: 5.0 + 3.0 * (s - s.powi(3) / 1.5),
            state: -60.0 + 20.0 * s,
            stable: s.abs() > 0.5f64.sqrt(),
        })
        .collect();
    branches("Three rests of one cell", Axis::new("ions.K.outside", "mM"), Axis::new("V", "mV"), &[branch])
}

fn comparison() -> Figure {
    let t = range(1000, 0.0, 500.0);
    let truth: Vec<f64> = t.iter().map(|&t| relax(t)).collect();
    let learned: Vec<f64> =
        t.iter().zip(&truth).map(|(t, v)| v + 0.03 * (t / 40.0).sin() * (-t / 300.0).exp()).collect();
    let baseline: Vec<f64> = t.iter().map(|&t| relax(t - 0.7) + 0.05).collect();
    overlay(
        "Median trajectory",
        &t,
        ("physics", &truth),
        &[("Neural ODE", &learned), ("first-order exponential", &baseline)],
    )
}

fn errors() -> Figure {
    let noise = |i: i32| (1..12).map(|k| (f64::from(i * k) * 12.9898).sin() * 437.585 % 1.0).sum::<f64>();
    let values: Vec<f64> = (0..900).map(|i| 0.01 * noise(i)).collect();
    histogram("Error of the held-out trajectories", Axis::new("error", "mV"), &values)
}

fn losses() -> Figure {
    let epoch = range(120, 1.0, 120.0);
    let train: Vec<f64> =
        epoch.iter().map(|e| 3.0 * (-e / 18.0).exp() + 2e-3 * (1.0 + 0.3 * (e * 1.7).sin())).collect();
    let validation: Vec<f64> = train.iter().map(|l| l * 1.3 + 5e-4).collect();
    let low: Vec<f64> = train.iter().map(|l| l * 0.7).collect();
    let high: Vec<f64> = train.iter().map(|l| l * 1.5).collect();
    let panel = Panel::new(Axis::new("epoch", ""), Axis::log("loss", "mV2"))
        .mark(Band::new("spread over batches", &epoch, &low, &high).color(vrest_figures::Color::Series(0)))
        .mark(Line::new("training", &epoch, &train).color(vrest_figures::Color::Series(0)))
        .mark(Line::new("validation", &epoch, &validation).color(vrest_figures::Color::Series(1)));
    Figure::new("Loss").size(560.0, 320.0).panel(panel)
}

fn scatter() -> Figure {
    let truth = range(150, -90.0, -55.0);
    let learned: Vec<f64> =
        truth.iter().enumerate().map(|(i, v)| v + 0.8 * (i as f64 * 2.4 * PI).sin()).collect();
    let panel = Panel::new(Axis::new("V_{rest}, physics", "mV"), Axis::new("V_{rest}, learned", "mV"))
        .mark(
            Line::new("equal", &[-90.0, -55.0], &[-90.0, -55.0])
                .color(vrest_figures::Color::Muted)
                .width(1.0),
        )
        .mark(Points::new("held-out membranes", &truth, &learned));
    Figure::new("Steady states").size(480.0, 440.0).panel(panel)
}

fn report() -> Report {
    let columns = vec![
        Column::new("model", ""),
        Column::new("RMSE", "mV").best(Best::Lowest),
        Column::new("RMSE, transients", "mV").best(Best::Lowest),
        Column::new("R^{2}", "").best(Best::Highest),
        Column::new("time a trajectory", "us").best(Best::Lowest).digits(3),
    ];
    let row = |name: &str, numbers: [f64; 4]| {
        std::iter::once(Cell::Text(name.into())).chain(numbers.map(Cell::Number)).collect::<Vec<_>>()
    };
    let table = Table::new("Held-out membranes, 150 trajectories", columns)
        .row(row("**physics**", [0.0, 0.0, 1.0, 0.8]))
        .row(row("Neural ODE", [0.0312, 0.0871, 0.99981, 41.0]))
        .row(row("first-order exponential", [0.214, 0.662, 0.9921, 0.9]))
        .row(row("constant steady state", [1.91, 3.2, f64::NAN, 0.05]));
    let tiles = vec![
        Tile::new("test RMSE", "0.031", "mV").note("limit 0.2 mV").verdict(Verdict::Good),
        Tile::new("worst trajectory", "0.41", "mV")
            .note("`leak_K.g` = 0.021 mS/cm^{2}")
            .verdict(Verdict::Bad),
        Tile::new("trained in", "8.2", "s").note("2 threads"),
        Tile::new("V_{rest}", "−79.54", "mV").note("seed neuron"),
    ];
    let mut figures = figures().into_iter().map(|(_, figure)| figure).collect::<Vec<_>>();
    let rest = figures.split_off(6);
    let charts = |section: Section, figures: Vec<Figure>| figures.into_iter().fold(section, Section::chart);
    let results = Section::new("Results")
        .tiles(tiles)
        .table(table)
        .notice("**Physics wins.** The learned model is slower and less exact than the equations that made the data.")
        .text("What follows shows where:\n- the trajectories\n- the errors\n\nNames such as `leak_K.g` are parameter paths.");
    Report::new(
        "Learned against solved membranes",
        "The Neural ODE follows held-out membranes to **0.031 mV** RMSE; the physics that made the data is exact and faster.",
    )
    .section(results)
    .section(charts(Section::new("Rest"), figures))
    .section(charts(Section::new("Comparison"), rest))
    .section(Section::new("Method").text("Trained on 700, validated on 150, tested on 150 membranes."))
}

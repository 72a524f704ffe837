//! A sweep as a picture: a curve with its branches over one parameter, a map over two.

use vrest_figures::charts::{BranchPoint, Grid, branches, heat_map};
use vrest_figures::{Axis, Color, ColorMap, Dash, Figure, Line, Panel};

use super::{Feature, Sweep, axis, rests};

fn drawn(axis: &axis::Axis) -> Axis {
    match axis.logarithmic {
        true => Axis::log(&axis.path, axis.unit),
        false => Axis::new(&axis.path, axis.unit),
    }
}

pub fn figure(sweep: &Sweep) -> Figure {
    let (name, unit) = sweep.feature.label();
    match &sweep.axes[..] {
        [x, y] => map(sweep, x, y, name, unit),
        axes => match sweep.feature {
            Feature::Rest => curve_of_rests(sweep, &axes[0]),
            _ => {
                let values: Vec<f64> = sweep.points.iter().map(|p| p.value().unwrap_or(f64::NAN)).collect();
                let panel =
                    Panel::new(drawn(&axes[0]), Axis::new(name, unit)).line("", &axes[0].values, &values);
                Figure::new(format!("{} over {}", sweep.cell, axes[0].path)).panel(panel)
            }
        },
    }
}

fn curve_of_rests(sweep: &Sweep, x: &axis::Axis) -> Figure {
    let found: Vec<Vec<BranchPoint>> = rests::branches(&sweep.points, &x.values)
        .into_iter()
        .map(|branch| {
            let point = |(parameter, rest): (f64, super::features::Rest)| BranchPoint {
                parameter,
                state: rest.v,
                stable: rest.stable,
            };
            branch.into_iter().map(point).collect()
        })
        .collect();
    let title = format!("Rest of {} over {}", sweep.cell, x.path);
    let mut figure = branches(&title, drawn(x), Axis::new("V_{rest}", "mV"), &found);
    for (i, reference) in sweep.references.iter().enumerate() {
        let (name, color) = match reference.name.strip_prefix("e_") {
            Some(ion) => (format!("Nernst, E_{{{ion}}}"), Color::Muted),
            None => ("GHK, no pump".to_string(), Color::Series(2 + i)),
        };
        let line = Line::new(name, &x.values, &reference.values).color(color).dash(Dash::Dotted).width(1.4);
        figure.panels[0].marks.insert(0, line.into());
    }
    figure
}

fn map(sweep: &Sweep, x: &axis::Axis, y: &axis::Axis, name: &str, unit: &str) -> Figure {
    let (nx, ny) = (x.values.len(), y.values.len());
    // Ascending, whichever way the ranges were typed.
    let order = |axis: &axis::Axis| {
        let mut order: Vec<usize> = (0..axis.values.len()).collect();
        order.sort_by(|a, b| axis.values[*a].total_cmp(&axis.values[*b]));
        order
    };
    let (columns, rows) = (order(x), order(y));
    let mut values = Vec::with_capacity(nx * ny);
    for row in &rows {
        values.extend(columns.iter().map(|c| sweep.points[row * nx + c].value().unwrap_or(f64::NAN)));
    }
    let places =
        |axis: &axis::Axis, order: &[usize]| order.iter().map(|i| axis.values[*i]).collect::<Vec<f64>>();
    let grid = Grid {
        x: &places(x, &columns),
        y: &places(y, &rows),
        values: &values,
        label: name,
        unit,
        map: ColorMap::Sequential,
    };
    heat_map(&format!("{} over two parameters", sweep.cell), drawn(x), drawn(y), grid)
}

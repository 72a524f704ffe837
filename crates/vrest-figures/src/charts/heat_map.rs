//! A quantity over two parameters.

use crate::figure::{Axis, ColorMap, Figure, Heat, Panel, Scale};

/// Values over a grid of two parameters.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a> {
    /// Places of the columns, ascending.
    pub x: &'a [f64],
    /// Places of the rows, ascending.
    pub y: &'a [f64],
    /// Row by row, `y.len() * x.len()` values; a value that is not finite leaves its cell empty.
    pub values: &'a [f64],
    /// The quantity shown by colour.
    pub label: &'a str,
    /// Its unit.
    pub unit: &'a str,
    /// From value to colour.
    pub map: ColorMap,
}

/// Coloured cells around the grid's places, with a colour bar. Logarithmic axes are respected: a cell ends half-way to its
/// neighbour as the axis measures it.
pub fn heat_map(title: &str, x: Axis, y: Axis, grid: Grid) -> Figure {
    let heat = Heat {
        label: grid.label.to_owned(),
        unit: grid.unit.to_owned(),
        x_edges: edges(grid.x, x.scale),
        y_edges: edges(grid.y, y.scale),
        values: grid.values.to_vec(),
        map: grid.map,
    };
    Figure::new(title).size(640.0, 460.0).panel(Panel::new(x, y).mark(heat))
}

/// Borders half-way between neighbouring places, and as far outside the first and the last one.
fn edges(places: &[f64], scale: Scale) -> Vec<f64> {
    let measure = |value: f64| if scale == Scale::Log { value.log10() } else { value };
    let restore = |value: f64| if scale == Scale::Log { 10f64.powf(value) } else { value };
    let places: Vec<f64> = places.iter().copied().map(measure).collect();
    let inner = places.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
    let edges: Vec<f64> = match places[..] {
        [] => Vec::new(),
        [only] => vec![only - 0.5, only + 0.5],
        [first, second, ..] => {
            let (last, before) = (places[places.len() - 1], places[places.len() - 2]);
            let outer = (first - (second - first) / 2.0, last + (last - before) / 2.0);
            std::iter::once(outer.0).chain(inner).chain([outer.1]).collect()
        }
    };
    edges.into_iter().map(restore).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_half_way_as_the_axis_measures() {
        assert_eq!(edges(&[1.0, 2.0, 4.0], Scale::Linear), [0.5, 1.5, 3.0, 5.0]);
        let log = edges(&[1.0, 100.0], Scale::Log);
        for (got, expected) in log.iter().zip([0.1, 10.0, 1000.0]) {
            assert!((got / expected - 1.0).abs() < 1e-12);
        }
        assert!(edges(&[], Scale::Linear).is_empty());
    }
}

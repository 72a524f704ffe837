//! Cutting shapes at the border of the plot area, so that no renderer has to and no viewer can forget to.

/// A rectangle in pixels; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left border.
    pub left: f64,
    /// Upper border.
    pub top: f64,
    /// Right border.
    pub right: f64,
    /// Lower border.
    pub bottom: f64,
}

/// A place in pixels.
pub type Place = [f64; 2];

impl Rect {
    /// Extent from left to right.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Extent from top to bottom.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Whether a place is inside or on the border.
    pub fn contains(&self, [x, y]: Place) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    /// The part of another rectangle that lies inside.
    pub fn intersect(&self, other: Rect) -> Option<Rect> {
        let cut = Rect {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        (cut.left <= cut.right && cut.top <= cut.bottom).then_some(cut)
    }
}

/// The parts of a polyline that lie inside, in order.
pub fn polyline(points: &[Place], area: Rect) -> Vec<Vec<Place>> {
    let mut parts: Vec<Vec<Place>> = Vec::new();
    for pair in points.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1], area) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(to),
            _ => parts.push(vec![from, to]),
        }
    }
    parts
}

/// The part of one segment that lies inside (Liang and Barsky, 1984).
fn segment(a: Place, b: Place, area: Rect) -> Option<(Place, Place)> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let delta = [b[0] - a[0], b[1] - a[1]];
    let borders = [
        (-delta[0], a[0] - area.left),
        (delta[0], area.right - a[0]),
        (-delta[1], a[1] - area.top),
        (delta[1], area.bottom - a[1]),
    ];
    for (speed, room) in borders {
        if speed == 0.0 && room < 0.0 {
            return None;
        }
        if speed < 0.0 {
            enter = enter.max(room / speed);
        } else if speed > 0.0 {
            leave = leave.min(room / speed);
        }
    }
    // An end that is inside is kept as it is: rounding must not move it.
    let at = |share: f64| {
        [
            (a[0] + share * delta[0]).clamp(area.left, area.right),
            (a[1] + share * delta[1]).clamp(area.top, area.bottom),
        ]
    };
    (enter <= leave)
        .then(|| (if enter == 0.0 { a } else { at(enter) }, if leave == 1.0 { b } else { at(leave) }))
}

/// The part of a filled polygon that lies inside (Sutherland and Hodgman, 1974).
pub fn polygon(points: &[Place], area: Rect) -> Vec<Place> {
    let borders = [(0, area.left, 1.0), (0, area.right, -1.0), (1, area.top, 1.0), (1, area.bottom, -1.0)];
    let mut shape = points.to_vec();
    for (axis, border, sign) in borders {
        let depth = |p: Place| (p[axis] - border) * sign;
        let mut cut = Vec::with_capacity(shape.len() + 4);
        for (i, &to) in shape.iter().enumerate() {
            let from = shape[(i + shape.len() - 1) % shape.len()];
            let (d_from, d_to) = (depth(from), depth(to));
            if (d_from < 0.0) != (d_to < 0.0) {
                let share = d_from / (d_from - d_to);
                let mut crossing = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
                crossing[axis] = border;
                cut.push(crossing);
            }
            if d_to >= 0.0 {
                cut.push(to);
            }
        }
        shape = cut;
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AREA: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 5.0 };

    #[test]
    fn a_line_through_the_area_is_cut_at_both_ends() {
        assert_eq!(polyline(&[[-10.0, 2.0], [20.0, 2.0]], AREA), [vec![[0.0, 2.0], [10.0, 2.0]]]);
        assert!(polyline(&[[-1.0, 6.0], [11.0, 6.0]], AREA).is_empty());
    }

    #[test]
    fn a_line_that_leaves_and_returns_has_two_parts() {
        let parts = polyline(&[[1.0, 1.0], [1.0, 9.0], [3.0, 9.0], [3.0, 1.0]], AREA);
        assert_eq!(parts, [vec![[1.0, 1.0], [1.0, 5.0]], vec![[3.0, 5.0], [3.0, 1.0]]]);
    }

    #[test]
    fn a_polygon_around_the_area_becomes_the_area() {
        let cut = polygon(&[[-5.0, -5.0], [15.0, -5.0], [15.0, 15.0], [-5.0, 15.0]], AREA);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|p| [0.0, 10.0].contains(&p[0]) && [0.0, 5.0].contains(&p[1])));
    }

    proptest! {
        #[test]
        fn nothing_sticks_out(points in prop::collection::vec(prop::array::uniform2(-1e6f64..1e6), 0..20)) {
            let grown = Rect { left: -1e-9, top: -1e-9, right: 10.0 + 1e-9, bottom: 5.0 + 1e-9 };
            prop_assert!(polyline(&points, AREA).iter().flatten().all(|&p| grown.contains(p)));
            prop_assert!(polygon(&points, AREA).iter().all(|&p| grown.contains(p)));
        }

        #[test]
        fn what_is_inside_stays(points in prop::collection::vec((0.0f64..10.0, 0.0f64..5.0), 2..20)) {
            let points: Vec<Place> = points.into_iter().map(|(x, y)| [x, y]).collect();
            prop_assert_eq!(polyline(&points, AREA), vec![points.clone()]);
        }
    }
}

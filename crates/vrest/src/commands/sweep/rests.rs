//! All rests at a point, and the curves of textbooks beside them.

use vrest_membrane::equilibrium::{GhkIon, ghk_potential};
use vrest_membrane::rest::all_rests;
use vrest_membrane::{Membrane, resting_potential};

use super::axis::Axis;
use super::features::{Point, Rest};
use super::{Reference, placed};

/// Every rest for the parameters `p`.
pub fn at(membrane: &Membrane, p: &[f64]) -> Point {
    match all_rests(membrane, p) {
        Ok(roots) => {
            let rests: Vec<Rest> = roots.iter().map(|r| Rest { v: r.v, stable: r.stable }).collect();
            let goes = if rests.is_empty() { None } else { resting_potential(membrane, p).ok() };
            let near = |v: f64| {
                let far = |r: &Rest| (r.v - v).abs();
                rests.iter().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map(|(i, _)| i)
            };
            let chosen = goes.and_then(near);
            Point::Rests { rests, chosen }
        }
        Err(error) => Point::Failed { reason: error.to_string() },
    }
}

/// Over a concentration: the Nernst potential of its ion, and the GHK potential with the cell's own permeabilities.
pub fn references(membrane: &Membrane, axes: &[Axis]) -> Vec<Reference> {
    let [axis] = axes else { return Vec::new() };
    let mut parts = axis.path.split('.');
    let (Some("ions"), Some(ion), Some("inside" | "outside")) = (parts.next(), parts.next(), parts.next())
    else {
        return Vec::new();
    };
    let Some(number) = membrane.ion_names().position(|name| name == ion) else { return Vec::new() };
    let base = membrane.defaults();
    let along =
        |f: &dyn Fn(&[f64]) -> f64| (0..axis.values.len()).map(|k| f(&placed(&base, axes, k))).collect();
    let mut all = Vec::new();
    if membrane.ion_level(&base, number).z != 0.0 {
        let nernst = |p: &[f64]| membrane.ion_level(p, number).nernst;
        all.push(Reference { name: format!("e_{ion}"), values: along(&nernst) });
    }
    if let Some(permeabilities) = permeabilities(membrane, &base) {
        let ghk = |p: &[f64]| {
            let ions: Vec<GhkIon<f64>> = permeabilities
                .iter()
                .filter_map(|&(i, permeability)| {
                    let level = membrane.ion_level(p, i);
                    let [inside, outside] = level.concentrations?;
                    Some(GhkIon { permeability, z: level.z, inside, outside })
                })
                .collect();
            ghk_potential(&ions, membrane.ion_level(p, number).rt_f)
        };
        all.push(Reference { name: "ghk".into(), values: along(&ghk) });
    }
    all
}

/// Of each permeable ion its number and permeability; none where the GHK potential is not defined.
fn permeabilities(membrane: &Membrane, p: &[f64]) -> Option<Vec<(usize, f64)>> {
    let report = vrest_membrane::rest(membrane, p).ok()?;
    report.ghk?;
    let permeable = report.ions.iter().enumerate().filter(|(_, ion)| ion.conductance > 0.0);
    permeable.map(|(i, ion)| Some((i, ion.permeability?))).collect()
}

/// Curves through the rests of neighbouring points, for a picture.
///
/// Each branch goes on to the rest that keeps the order and lies nearest. Two that meet and vanish (or appear) together
/// are joined there: a fold.
pub fn branches(points: &[Point], x: &[f64]) -> Vec<Vec<(f64, Rest)>> {
    let mut done: Vec<Vec<(f64, Rest)>> = Vec::new();
    let mut open: Vec<Vec<(f64, Rest)>> = Vec::new();
    for (point, &x) in points.iter().zip(x) {
        let rests: &[Rest] = match point {
            Point::Rests { rests, .. } => rests,
            _ => &[],
        };
        let before: Vec<f64> = open.iter().filter_map(|b| b.last()).map(|l| l.1.v).collect();
        let after: Vec<f64> = rests.iter().map(|r| r.v).collect();
        let partner = matching(&before, &after);
        let mut next: Vec<Vec<(f64, Rest)>> = Vec::new();
        let mut ended: Vec<Vec<(f64, Rest)>> = Vec::new();
        for (branch, partner) in std::mem::take(&mut open).into_iter().zip(&partner) {
            match partner {
                Some(_) => next.push(branch),
                None => ended.push(branch),
            }
        }
        // Those that ended side by side met in a fold.
        for pair in ended.chunks(2) {
            let mut joined = pair[0].clone();
            joined.extend(pair.iter().skip(1).flat_map(|b| b.iter().rev().copied()));
            done.push(joined);
        }
        let mut grown = next.into_iter();
        let mut appeared: Vec<usize> = Vec::new();
        for (i, rest) in rests.iter().enumerate() {
            if partner.contains(&Some(i)) {
                if let Some(mut branch) = grown.next() {
                    branch.push((x, *rest));
                    open.push(branch);
                }
            } else {
                appeared.push(i);
                open.push(vec![(x, *rest)]);
            }
        }
        // Those that appear side by side come out of one fold: the upper one begins at the lower one's start.
        let starts_now = !before.is_empty();
        for pair in appeared.chunks(2).filter(|pair| starts_now && pair.len() == 2) {
            open[pair[1]].insert(0, (x, rests[pair[0]]));
        }
    }
    done.extend(open);
    done
}

/// For each of `before` its successor in `after`, order kept, distances as small as possible; none for what ends.
fn matching(before: &[f64], after: &[f64]) -> Vec<Option<usize>> {
    let (n, m) = (before.len(), after.len());
    // What a branch without a partner costs: more than any real move.
    const ALONE: f64 = 1e3;
    let mut cost = vec![vec![0.0; m + 1]; n + 1];
    for i in 0..=n {
        for j in 0..=m {
            if i == 0 || j == 0 {
                cost[i][j] = ALONE * (i + j) as f64;
                continue;
            }
            let pair: f64 = cost[i - 1][j - 1] + (before[i - 1] - after[j - 1]).abs();
            cost[i][j] = pair.min(cost[i - 1][j] + ALONE).min(cost[i][j - 1] + ALONE);
        }
    }
    let mut partner = vec![None; n];
    let (mut i, mut j) = (n, m);
    while i > 0 && j > 0 {
        if cost[i][j] == cost[i - 1][j - 1] + (before[i - 1] - after[j - 1]).abs() {
            partner[i - 1] = Some(j - 1);
            (i, j) = (i - 1, j - 1);
        } else if cost[i][j] == cost[i - 1][j] + ALONE {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    partner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_s_shaped_curve_is_one_or_two_branches_that_meet_at_its_folds() {
        let point = |vs: &[f64]| Point::Rests {
            rests: vs.iter().enumerate().map(|(i, &v)| Rest { v, stable: i != 1 }).collect(),
            chosen: None,
        };
        let points = [
            point(&[-80.0]),
            point(&[-79.0, -30.0, 0.0]),
            point(&[-78.0, -40.0, 5.0]),
            point(&[-70.0, -60.0, 8.0]),
            point(&[9.0]),
        ];
        let all = branches(&points, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(all.len(), 2, "{all:#?}");
        // Lower and middle branch meet between 4 and 5; middle and upper between 1 and 2.
        let lower: Vec<f64> = all[0].iter().map(|p| p.1.v).collect();
        assert_eq!(lower, [-80.0, -79.0, -78.0, -70.0, -60.0, -40.0, -30.0]);
        assert_eq!(all[1].first().unwrap().1.v, -30.0);
        assert_eq!(all[1].last().unwrap().1.v, 9.0);
    }
}

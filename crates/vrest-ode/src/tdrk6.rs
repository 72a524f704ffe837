//! Tdrk6: an explicit two-derivative Runge-Kutta pair of order 6(5), for fields that know d2y/dt2 beside dy/dt.
//!
//! Methods of this kind (R. P. K. Chan & A. Y. J. Tsai, Numerical Algorithms 53, 2010, 171-194) take f = dy/dt at the start
//! of the step alone and g = d2y/dt2 = f'(y) f(y) at every stage:
//!
//! Y_i = y + h c_i f(y) + h^2 sum_j a_ij g(Y_j).
//!
//! Four stages give order 6, where a Runge-Kutta method needs seven. What is left free by the conditions for order 6,
//! two nodes, is chosen here: 3/20 and 9/20 are next to the smallest error of order 7. All other numbers follow and are
//! fractions. The last stage is the first of the next step.
//!
//! Where g costs much less than two f, which is so where both are made of the same exponentials, a solve costs less than
//! one by Tsit5 of the same error.

use crate::real::Real;

/// Number of stages.
pub(crate) const STAGES: usize = 5;
/// The error estimate shrinks like h^6.
pub(crate) const ORDER: f64 = 6.0;
/// Part of the step that the error estimate would allow: with an estimate of this order longer ones are refused too often.
pub(crate) const SAFETY: f64 = 0.8;
/// On the negative real axis the method is stable while h |lambda| stays below this.
pub(crate) const STABLE_H_LAMBDA: f64 = 5.4;

/// Nodes.
pub(crate) const C: [f64; STAGES] = [0.0, 3.0 / 20.0, 9.0 / 20.0, 43.0 / 54.0, 1.0];
/// Weights of the second derivatives; the last row is the solution of order 6.
pub(crate) const A: [[f64; STAGES - 1]; STAGES] = [
    [0.0; 4],
    [9.0 / 800.0, 0.0, 0.0, 0.0],
    [-171.0 / 23200.0, 63.0 / 580.0, 0.0, 0.0],
    [43030745.0 / 344373768.0, 735343.0 / 57395628.0, 30869399.0 / 172186884.0, 0.0],
    [305.0 / 6966.0, 1900.0 / 9423.0, 2900.0 / 15147.0, 177147.0 / 2806309.0],
];
/// Weights with which the second derivatives of all stages integrate to the slope at the end, with error h^5: their
/// distance from the slope that is evaluated there estimates the error.
pub(crate) const D: [f64; STAGES] =
    [1.0 / 12.0, 475.0 / 3141.0, 725.0 / 1683.0, 32805.0 / 130526.0, 1.0 / 12.0];

/// The state of stage `S` for state number `i`: `y` + `h` (c_S `slope` + `h` sum_j a_Sj `second[j]`). S is known to the
/// compiler, which unrolls the sum.
#[inline(always)]
pub(crate) fn combine<const S: usize, R: Real>(h: R, y: R, slope: R, second: &[&[R]; S], i: usize) -> R {
    let mut sum = second[0][i] * A[S][0];
    for j in 1..S {
        sum = second[j][i].times_plus(A[S][j], sum);
    }
    h.mul_plus(h.mul_plus(sum, slope * C[S]), y)
}

/// What the weights [`D`] make of one quantity of state number `i` at the stages.
#[inline(always)]
pub(crate) fn mean<R: Real>(stages: &[&[R]; STAGES], i: usize) -> R {
    let mut sum = stages[0][i] * D[0];
    for j in 1..STAGES {
        sum = stages[j][i].times_plus(D[j], sum);
    }
    sum
}

/// The polynomial of degree 5 in theta that has the states, slopes and second derivatives of both ends of a step of length
/// `h`: its coefficients of theta^0..5. Its error is of order h^6.
#[inline(always)]
pub(crate) fn hermite<R: Real>(h: R, [y0, y1]: [R; 2], slope: [R; 2], second: [R; 2]) -> [R; 6] {
    let (c1, c2) = (h * slope[0], h * h * second[0] * 0.5);
    // What is left at the end of value, slope and second derivative.
    let value = y1 - y0 - c1 - c2;
    let slope = h * slope[1] - c1 - c2 * 2.0;
    let half = (h * h * second[1]).times_plus(0.5, -c2);
    [
        y0,
        c1,
        c2,
        value.times_plus(10.0, slope.times_plus(-4.0, half)),
        value.times_plus(-15.0, slope.times_plus(7.0, half * -2.0)),
        value.times_plus(6.0, slope.times_plus(-3.0, half)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rooted tree by its branches, each the number of an earlier tree.
    type Tree = Vec<usize>;

    /// All rooted trees of up to `order` vertices, smaller ones first, with their sizes.
    fn trees(order: usize) -> (Vec<Tree>, Vec<usize>) {
        let (mut trees, mut sizes) = (vec![vec![]], vec![1]);
        for size in 2..=order {
            let known = trees.len();
            // Branches in ascending order, so that each set of them comes once.
            let mut open = vec![(vec![], size - 1)];
            while let Some((branches, left)) = open.pop() {
                if left == 0 {
                    trees.push(branches);
                    sizes.push(size);
                    continue;
                }
                for next in branches.last().copied().unwrap_or(0)..known {
                    if sizes[next] <= left {
                        let mut more: Tree = branches.clone();
                        more.push(next);
                        open.push((more, left - sizes[next]));
                    }
                }
            }
        }
        (trees, sizes)
    }

    /// Weights with which h f(Y) and h^2 g(Y) of every stage enter a B-series: `first[t][s]`, `second[t][s]`.
    struct Weights {
        first: Vec<[f64; STAGES]>,
        second: Vec<[f64; STAGES]>,
    }

    /// By the rules for B-series (Hairer, Norsett & Wanner I, section II.2): f(Y) has the product of the branches' weights
    /// in Y; g(Y) = f'(Y) f(Y) has, one branch after the other replaced by its weight in f(Y), the sum of these.
    fn weights(trees: &[Tree]) -> Weights {
        let mut in_y: Vec<[f64; STAGES]> = vec![];
        let mut all = Weights { first: vec![], second: vec![] };
        for (t, tree) in trees.iter().enumerate() {
            let product = |skip: Option<usize>, s: usize| -> f64 {
                (0..tree.len()).filter(|b| Some(*b) != skip).map(|b| in_y[tree[b]][s]).product()
            };
            let first: [f64; STAGES] = std::array::from_fn(|s| product(None, s));
            let second: [f64; STAGES] = std::array::from_fn(|s| {
                (0..tree.len()).map(|b| all.first[tree[b]][s] * product(Some(b), s)).sum()
            });
            let start = if t == 0 { 1.0 } else { 0.0 };
            in_y.push(std::array::from_fn(|s| {
                C[s] * start + (0..STAGES - 1).map(|j| A[s][j] * second[j]).sum::<f64>()
            }));
            all.first.push(first);
            all.second.push(second);
        }
        all
    }

    fn gammas(trees: &[Tree], sizes: &[usize]) -> Vec<f64> {
        let mut gamma: Vec<f64> = vec![];
        for (tree, &size) in trees.iter().zip(sizes) {
            gamma.push(size as f64 * tree.iter().map(|&b| gamma[b]).product::<f64>());
        }
        gamma
    }

    #[test]
    fn every_order_condition_up_to_six_holds_and_those_of_seven_nearly_do() {
        let (trees, sizes) = trees(7);
        assert_eq!(
            (1..=7).map(|n| sizes.iter().filter(|s| **s == n).count()).collect::<Vec<_>>(),
            [1, 1, 2, 4, 9, 20, 48]
        );
        let (weights, gamma) = (weights(&trees), gammas(&trees, &sizes));
        let mut of_seven = 0.0f64;
        for t in 0..trees.len() {
            let start = if t == 0 { 1.0 } else { 0.0 };
            let end = start + (0..STAGES - 1).map(|j| A[STAGES - 1][j] * weights.second[t][j]).sum::<f64>();
            let off = (end - 1.0 / gamma[t]).abs();
            if sizes[t] <= 6 {
                assert!(off < 1e-15, "tree {t}: {end} and not 1/{}", gamma[t]);
            } else {
                of_seven = of_seven.max(off);
            }
        }
        assert!((1e-6..2e-3).contains(&of_seven), "{of_seven}");
    }

    #[test]
    fn the_weights_of_the_estimate_integrate_up_to_order_four() {
        let (trees, _) = trees(5);
        let weights = weights(&trees);
        for t in 0..trees.len() {
            // f at the end has the weights of a tree grown on the state there.
            let slope = weights.first[t][STAGES - 1];
            let start = if t == 0 { 1.0 } else { 0.0 };
            let integrated = start + (0..STAGES).map(|s| D[s] * weights.second[t][s]).sum::<f64>();
            assert!((slope - integrated).abs() < 1e-15, "tree {t}: {slope} {integrated}");
        }
    }

    /// |y_1/y_0| of y' = -y after a step `z`.
    fn growth(z: f64) -> f64 {
        let mut y = [1.0f64; STAGES];
        for s in 1..STAGES {
            let seconds: f64 = (0..s).map(|j| A[s][j] * y[j]).sum();
            y[s] = 1.0 - C[s] * z + z * z * seconds;
        }
        y[STAGES - 1].abs()
    }

    #[test]
    fn it_is_stable_up_to_the_limit_stated_and_not_much_further() {
        assert!((1..=1000).all(|k| growth(STABLE_H_LAMBDA * f64::from(k) / 1000.0) <= 1.0));
        assert!(growth(1.03 * STABLE_H_LAMBDA) > 1.0);
    }

    #[test]
    fn polynomials_of_degree_five_are_interpolated_exactly() {
        let p = [0.3, -1.0, 2.5, 0.7, -0.2, 0.11];
        let value = |x: f64| p.iter().rev().fold(0.0, |sum, c| sum * x + c);
        let slope = |x: f64| (1..6).map(|k| p[k] * k as f64 * x.powi(k as i32 - 1)).sum::<f64>();
        let second = |x: f64| (2..6).map(|k| p[k] * (k * (k - 1)) as f64 * x.powi(k as i32 - 2)).sum::<f64>();
        let (from, h) = (0.4, 1.7);
        let both = |f: &dyn Fn(f64) -> f64| [f(from), f(from + h)];
        let c = hermite(h, both(&value), both(&slope), both(&second));
        for k in 0..=10 {
            let theta = f64::from(k) / 10.0;
            let got = c.iter().rev().fold(0.0, |sum, c| sum * theta + c);
            assert!((got - value(from + theta * h)).abs() < 1e-13, "{theta}: {got}");
        }
    }
}

//! Removable singularities of rate functions.
//!
//! Papers print alpha = a (V - V0)/(1 - e^(-(V - V0)/k)), which is 0/0 at V0, wrong near it, and has no
//! usable derivative there. The quotient is recognised where numerator and exponent have a factor in common, and
//! rewritten with the Bernoulli function: N/(e^E - 1) = (N/E) B(E), the common factor cancelled.

use super::tree::{Binary, Tree, Unary};

/// The same formula, with every recognised quotient made safe.
pub fn remove(tree: Tree) -> Tree {
    match tree {
        Tree::Number(_) | Tree::Variable(_) => tree,
        Tree::Unary(op, x) => Tree::unary(op, remove(*x)),
        Tree::IfLess(parts) => Tree::IfLess(Box::new(parts.map(remove))),
        Tree::Binary(Binary::Div, n, d) => safe_quotient(remove(*n), remove(*d)),
        Tree::Binary(op, x, y) => Tree::binary(op, remove(*x), remove(*y)),
    }
}

fn safe_quotient(numerator: Tree, denominator: Tree) -> Tree {
    let Some((exponent, sign)) = exponential_minus_one(&denominator) else {
        return Tree::binary(Binary::Div, numerator, denominator);
    };
    let (mut n, mut e) = (Factors::of(&numerator), Factors::of(exponent));
    let mut ratio = sign * n.number / e.number;
    let before = e.above.len();
    e.above.retain(|x| {
        let found = n.above.iter().enumerate().find_map(|(i, y)| Some((i, proportion(y, x)?)));
        found.is_none_or(|(i, r)| {
            n.above.remove(i);
            ratio *= r;
            false
        })
    });
    if e.above.len() == before || !ratio.is_finite() {
        return Tree::binary(Binary::Div, numerator, denominator);
    }
    // What is left of N/E, times B(E): singular at most where this is.
    let mut result =
        Tree::binary(Binary::Mul, Tree::Number(ratio), Tree::unary(Unary::Bernoulli, exponent.clone()));
    for factor in n.above.into_iter().chain(e.below) {
        result = Tree::binary(Binary::Mul, factor, result);
    }
    for factor in n.below.into_iter().chain(e.above) {
        result = Tree::binary(Binary::Div, result, factor);
    }
    result
}

/// r where `y` = r `x` everywhere, as far as that is seen: the same straight line but for a factor (to the rounding
/// of decimal constants), the same text, or a difference turned round.
fn proportion(y: &Tree, x: &Tree) -> Option<f64> {
    if let (Some((v, a, b)), Some((w, c, d))) = (x.affine(), y.affine()) {
        return (v == w && (d / c - b / a).abs() <= 1e-9 * (1.0 + (b / a).abs())).then_some(c / a);
    }
    if x == y {
        return Some(1.0);
    }
    match (x, y) {
        (Tree::Binary(Binary::Sub, a, b), Tree::Binary(Binary::Sub, c, d)) if a == d && b == c => Some(-1.0),
        _ => None,
    }
}

/// (E, +1) for e^E - 1 and expm1(E); (E, -1) for 1 - e^E.
fn exponential_minus_one(d: &Tree) -> Option<(&Tree, f64)> {
    let exponent = |t: &'_ Tree| matches!(t, Tree::Unary(Unary::Exp, _));
    let is_one = |t: &Tree| *t == Tree::Number(1.0);
    fn inner(t: &Tree) -> Option<&Tree> {
        if let Tree::Unary(_, e) = t { Some(e) } else { None }
    }
    match d {
        Tree::Unary(Unary::ExpM1, e) => Some((e, 1.0)),
        Tree::Unary(Unary::Neg, x) => exponential_minus_one(x).map(|(e, s)| (e, -s)),
        Tree::Binary(Binary::Sub, x, y) if exponent(x) && is_one(y) => Some((inner(x)?, 1.0)),
        Tree::Binary(Binary::Sub, x, y) if is_one(x) && exponent(y) => Some((inner(y)?, -1.0)),
        Tree::Binary(Binary::Add, x, y) if exponent(x) && **y == Tree::Number(-1.0) => Some((inner(x)?, 1.0)),
        _ => None,
    }
}

/// A product as number * above / below.
struct Factors {
    number: f64,
    above: Vec<Tree>,
    below: Vec<Tree>,
}

impl Factors {
    fn of(t: &Tree) -> Factors {
        let mut all = Factors { number: 1.0, above: Vec::new(), below: Vec::new() };
        all.take(t, false);
        all
    }

    fn take(&mut self, t: &Tree, inverse: bool) {
        match t {
            _ if t.constant().is_some() => {
                let x = t.constant().unwrap_or(1.0);
                self.number *= if inverse { 1.0 / x } else { x };
            }
            Tree::Binary(Binary::Mul, x, y) => {
                self.take(x, inverse);
                self.take(y, inverse);
            }
            Tree::Binary(Binary::Div, x, y) => {
                self.take(x, inverse);
                self.take(y, !inverse);
            }
            Tree::Unary(Unary::Neg, x) => {
                self.number = -self.number;
                self.take(x, inverse);
            }
            _ if inverse => self.below.push(t.clone()),
            _ => self.above.push(t.clone()),
        }
    }
}

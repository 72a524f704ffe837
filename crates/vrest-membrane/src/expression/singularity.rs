//! Removable singularities of rate functions.
//!
//! Papers print alpha = a (V - V0)/(1 - e^(-(V - V0)/k)), which is 0/0 at V0, wrong near it, and has no
//! usable derivative there. The quotient is recognised where numerator and exponent are proportional, and
//! rewritten with the Bernoulli function: N/(e^E - 1) = (N/E) B(E).

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
    if let Some((exponent, sign)) = exponential_minus_one(&denominator)
        && let Some((v, a, b)) = exponent.affine()
    {
        let mut factors = Vec::new();
        flatten(&numerator, &mut factors);
        let found = factors.iter().position(|f| {
            f.affine().is_some_and(|(w, c, d)| {
                // Proportional: both vanish at the same V, to the rounding of decimal constants.
                w == v && (d / c - b / a).abs() <= 1e-9 * (1.0 + (b / a).abs())
            })
        });
        if let Some(at) = found {
            let (_, c, _) = factors[at].affine().expect("found above");
            let mut result = Tree::unary(Unary::Bernoulli, exponent.clone());
            result = Tree::binary(Binary::Mul, Tree::Number(sign * c / a), result);
            for (i, f) in factors.into_iter().enumerate() {
                if i != at {
                    result = Tree::binary(Binary::Mul, f, result);
                }
            }
            return result;
        }
    }
    Tree::binary(Binary::Div, numerator, denominator)
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

fn flatten(t: &Tree, out: &mut Vec<Tree>) {
    match t {
        // An affine product such as 0.1*(V+40) is one factor.
        _ if t.affine().is_some() => out.push(t.clone()),
        Tree::Binary(Binary::Mul, x, y) => {
            flatten(x, out);
            flatten(y, out);
        }
        Tree::Unary(Unary::Neg, x) => {
            out.push(Tree::Number(-1.0));
            flatten(x, out);
        }
        _ => out.push(t.clone()),
    }
}

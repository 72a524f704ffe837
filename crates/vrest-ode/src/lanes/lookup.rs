//! Reading a [`Table`] at eight numbers at a time.

use super::vector::{EIGHT, Vector};
use crate::table::{DEGREE, Stretch, Table};

/// 2^52: a whole number below it, added to it, stands in its low bits.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The functions of block `block` at the places of `x`: eight vectors, one a function.
#[inline(always)]
pub(super) fn values<V: Vector>(x: V, table: &Table, block: usize) -> [V; EIGHT] {
    let (first, last) = table.ends;
    // A NaN goes to the last stretch, which is unknown.
    let place = x.mul(V::splat(table.per_unit)).min(V::splat(last)).max(V::splat(first));
    let number = place.floor();
    let from_middle = place.sub(number).sub(V::splat(0.5));
    let number = number.add(V::splat(WHOLE - first));
    let (number, from_middle) = (number.as_array(), from_middle.as_array());
    let stretches = &table.blocks[block][..];
    // One place after the other, all functions at once: a place's polynomials lie side by side.
    let at = |l: usize| (&stretches[number[l].to_bits() as u32 as usize], from_middle[l]);
    let [a, b, c, d] = [polynomials(at(0)), polynomials(at(1)), polynomials(at(2)), polynomials(at(3))];
    let [e, f, g, h] = [polynomials(at(4)), polynomials(at(5)), polynomials(at(6)), polynomials(at(7))];
    V::transpose([a, b, c, d, e, f, g, h])
}

/// Those of one stretch at a distance from its middle.
#[inline(always)]
fn polynomials<V: Vector>((stretch, from_middle): (&Stretch, f64)) -> V {
    let t = V::splat(from_middle);
    let mut value = V::from_array(stretch.0[DEGREE]);
    for power in (0..DEGREE).rev() {
        value = value.mul_add(t, V::from_array(stretch.0[power]));
    }
    value
}

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
    let at = |l: usize| (&stretches[number[l].to_bits() as u32 as usize], V::splat(from_middle[l]));
    // One place after the other, all functions at once: a place's polynomials lie side by side.
    let [a, b, c, d] = polynomials([at(0), at(1), at(2), at(3)]);
    let [e, f, g, h] = polynomials([at(4), at(5), at(6), at(7)]);
    V::transpose([a, b, c, d, e, f, g, h])
}

/// Those of four stretches, each at a distance from its middle; in step with each other, so that the processor need not
/// look far ahead for work that waits for nothing.
#[inline(always)]
fn polynomials<V: Vector>(at: [(&Stretch, V); 4]) -> [V; 4] {
    let of = |i: usize, power: usize| V::from_array(at[i].0.0[power]);
    let mut values = [of(0, DEGREE), of(1, DEGREE), of(2, DEGREE), of(3, DEGREE)];
    for power in (0..DEGREE).rev() {
        for i in 0..4 {
            values[i] = values[i].mul_add(at[i].1, of(i, power));
        }
    }
    values
}

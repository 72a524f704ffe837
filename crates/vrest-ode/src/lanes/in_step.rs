//! All lanes as one kind of number for elementary functions, so that its vectors go through a function in step.

use super::vector::{Arithmetic, Vector};
use super::{Lanes, Mask, VECTORS, each, each_mask};

/// Vector by vector.
macro_rules! vector_by_vector {
    ($($name:ident($($arg:ident),*);)*) => {
        $(#[inline(always)]
        fn $name(self $(, $arg: Self)*) -> Self {
            each!(i => self.0[i].$name($($arg.0[i]),*))
        })*
    };
}

impl<V: Vector> Arithmetic for Lanes<V> {
    type Mask = Mask<V>;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Lanes([V::splat(x); VECTORS])
    }
    vector_by_vector! {
        add(b);
        sub(b);
        mul(b);
        div(b);
        mul_add(b, c);
        min(b);
        max(b);
        and(b);
        and_not(b);
        xor(b);
        add_bits(b);
        sub_bits(b);
    }
    #[inline(always)]
    fn up<const N: u32>(self) -> Self {
        each!(i => self.0[i].up::<N>())
    }
    #[inline(always)]
    fn down<const N: u32>(self) -> Self {
        each!(i => self.0[i].down::<N>())
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask<V> {
        each_mask!(i => self.0[i].lt(b.0[i]))
    }
    #[inline(always)]
    fn select(mask: Mask<V>, yes: Self, no: Self) -> Self {
        each!(i => V::select(mask.0[i], yes.0[i], no.0[i]))
    }
    #[inline(always)]
    fn in_step(self) -> Self {
        Lanes(V::all_in_step(self.0))
    }
}

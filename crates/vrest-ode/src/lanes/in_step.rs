//! All lanes as one kind of number for elementary functions, so that its vectors go through a function in step.

use super::vector::{Arithmetic, Vector};
use super::{Lanes, Mask, VECTORS};

/// Vector by vector.
macro_rules! each {
    ($($name:ident($($arg:ident),*);)*) => {
        $(#[inline(always)]
        fn $name(self $(, $arg: Self)*) -> Self {
            let mut out = self.0;
            for i in 0..VECTORS {
                out[i] = self.0[i].$name($($arg.0[i]),*);
            }
            Lanes(out)
        })*
    };
}

impl<V: Vector> Arithmetic for Lanes<V> {
    type Mask = Mask<V>;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Lanes([V::splat(x); VECTORS])
    }
    each! {
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
        let mut out = self.0;
        for i in 0..VECTORS {
            out[i] = self.0[i].up::<N>();
        }
        Lanes(out)
    }
    #[inline(always)]
    fn down<const N: u32>(self) -> Self {
        let mut out = self.0;
        for i in 0..VECTORS {
            out[i] = self.0[i].down::<N>();
        }
        Lanes(out)
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask<V> {
        let mut out = [self.0[0].lt(b.0[0]); VECTORS];
        for i in 1..VECTORS {
            out[i] = self.0[i].lt(b.0[i]);
        }
        Mask(out)
    }
    #[inline(always)]
    fn select(mask: Mask<V>, yes: Self, no: Self) -> Self {
        let mut out = no.0;
        for i in 0..VECTORS {
            out[i] = V::select(mask.0[i], yes.0[i], no.0[i]);
        }
        Lanes(out)
    }
    #[inline(always)]
    fn in_step(self) -> Self {
        Lanes(V::all_in_step(self.0))
    }
}

//! The shape of a cell: needed for absolute resistances and for concentrations that move.

use crate::mechanism::{ParamSpec, param};
use crate::units::Dimension;
use vrest_ode::Real;

/// A shape whose area and volume are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A sphere of the given diameter.
    Sphere,
    /// A cylinder of the given diameter and length; its end caps carry no membrane.
    Cylinder,
}

/// A shape with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// The shape.
    pub shape: Shape,
    /// Its numbers, in the order of [`Shape::params`].
    pub params: Vec<f64>,
}

const DIAMETER: usize = 0;
const OUTSIDE_RATIO: usize = 1;
const LENGTH: usize = 2;

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 2] = [Shape::Sphere, Shape::Cylinder];

    /// The shape called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Shape::ALL.into_iter().find(|s| s.name() == name)
    }

    /// The name in cell files.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Sphere => "sphere",
            Shape::Cylinder => "cylinder",
        }
    }

    /// The numbers that give its size.
    pub fn params(self) -> Vec<ParamSpec> {
        let length = |name, doc| param(name, Dimension::Length, doc).above(0.0);
        let mut all = vec![
            length("diameter", "diameter").plausible(0.05, 2000.0),
            param("outside_ratio", Dimension::Dimensionless, "volume outside over volume inside")
                .default(1.0)
                .above(0.0)
                .plausible(0.01, 1e6),
        ];
        if self == Shape::Cylinder {
            all.push(length("length", "length").plausible(0.1, 1e6));
        }
        all
    }

    /// Membrane area, um2.
    #[inline(always)]
    pub fn area<R: Real>(self, p: &[R]) -> R {
        match self {
            Shape::Sphere => p[DIAMETER] * p[DIAMETER] * std::f64::consts::PI,
            Shape::Cylinder => p[DIAMETER] * p[LENGTH] * std::f64::consts::PI,
        }
    }

    /// Volume inside, um3.
    #[inline(always)]
    pub fn volume<R: Real>(self, p: &[R]) -> R {
        match self {
            Shape::Sphere => p[DIAMETER] * p[DIAMETER] * p[DIAMETER] * (std::f64::consts::PI / 6.0),
            Shape::Cylinder => p[DIAMETER] * p[DIAMETER] * p[LENGTH] * (std::f64::consts::PI / 4.0),
        }
    }

    /// Volume outside, um3.
    #[inline(always)]
    pub fn volume_outside<R: Real>(self, p: &[R]) -> R {
        self.volume(p) * p[OUTSIDE_RATIO]
    }

    /// Relative growth of the area over relative growth of the volume, where the shape stays what it is and a
    /// cylinder keeps its length: d ln A/d ln w.
    pub fn area_exponent(self) -> f64 {
        match self {
            Shape::Sphere => 2.0 / 3.0,
            Shape::Cylinder => 0.5,
        }
    }

    /// Membrane area over volume inside, 1/um.
    #[inline(always)]
    pub fn area_over_volume<R: Real>(self, p: &[R]) -> R {
        match self {
            Shape::Sphere => R::from_f64(6.0) / p[DIAMETER],
            Shape::Cylinder => R::from_f64(4.0) / p[DIAMETER],
        }
    }

    /// Membrane area over volume outside, 1/um.
    #[inline(always)]
    pub fn area_over_outside<R: Real>(self, p: &[R]) -> R {
        self.area_over_volume(p) / p[OUTSIDE_RATIO]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// V31 and its neighbours: area over volume, and the concentration change that follows from it.
    #[test]
    fn area_over_volume_of_the_usual_shapes() {
        let per_second = |a_over_w: f64| crate::constants::MM_PER_MS * a_over_w * 1e3;
        for (shape, params, want) in [
            (Shape::Sphere, vec![20.0, 1.0], 0.0310928),
            (Shape::Sphere, vec![14.0, 1.0], 0.044418),
            (Shape::Sphere, vec![10.0, 1.0], 0.062186),
            (Shape::Cylinder, vec![1.0, 1.0, 100.0], 0.414571),
            (Shape::Cylinder, vec![500.0, 1.0, 100.0], 0.000829),
        ] {
            assert!((per_second(shape.area_over_volume(&params)) - want).abs() < 1e-6);
        }
        assert!((Shape::Sphere.area(&[20.0, 1.0]) - 1256.637).abs() < 1e-3);
    }
}

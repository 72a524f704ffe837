//! The constant-field (Goldman-Hodgkin-Katz) relations.
//!
//! Permeability in cm/s, concentration in mM and F in C/mol give a current in uA/cm2 with no further factor:
//! 1 mM is 1e-6 mol/cm3 and 1 A is 1e6 uA. Goldman 1943; Hodgkin & Katz 1949, J Physiol 108:37.

use crate::constants::FARADAY;
use vrest_ode::Real;

/// Constant-field current of one ion, uA/cm2, outward positive.
///
/// I = P z F (X_i B(-u) - X_o B(u)) with u = zV/(RT/F) and the Bernoulli function B; smooth through V = 0, also
/// under differentiation. `p` cm/s, `v` and `rt_f` mV, concentrations mM.
#[inline(always)]
pub fn ghk_current<R: Real>(p: R, z: f64, v: R, inside: R, outside: R, rt_f: R) -> R {
    let u = v * z / rt_f;
    let b = u.bernoulli();
    // B(-u) = B(u) + u saves an exponential.
    p * (inside * (b + u) - outside * b) * (z * FARADAY)
}

/// One ion as the GHK voltage equation sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GhkIon<R> {
    /// Permeability; any common unit, only ratios matter.
    pub permeability: R,
    /// Valence, +1 or -1.
    pub z: f64,
    /// Concentration inside, mM.
    pub inside: R,
    /// Concentration outside, mM.
    pub outside: R,
}

/// The two sums of the GHK equation: what sits inside (cations in, anions out), and its mirror.
fn sums<R: Real>(ions: &[GhkIon<R>]) -> (R, R) {
    let (mut within, mut without) = (R::zero(), R::zero());
    for ion in ions {
        let (near, far) = if ion.z > 0.0 { (ion.inside, ion.outside) } else { (ion.outside, ion.inside) };
        within += ion.permeability * near;
        without += ion.permeability * far;
    }
    (within, without)
}

/// GHK voltage of monovalent ions, mV: the potential at which their constant-field currents sum to zero.
///
/// V = (RT/F) ln((P_K K_o + P_Na Na_o + P_Cl Cl_i)/(P_K K_i + P_Na Na_i + P_Cl Cl_o)). Valid without an
/// electrogenic pump. Each `z` must be +1 or -1.
pub fn ghk_potential<R: Real>(ions: &[GhkIon<R>], rt_f: R) -> R {
    let (within, without) = sums(ions);
    rt_f * (without / within).ln()
}

/// A divalent cation beside the monovalent ions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divalents<R> {
    /// Permeability, in the unit of the monovalent ones.
    pub permeability: R,
    /// Concentration inside, mM.
    pub inside: R,
    /// Concentration outside, mM.
    pub outside: R,
}

/// GHK voltage with a divalent cation, mV.
///
/// With x = exp(VF/RT) and the monovalent sums M and N, zero total current is the quadratic
/// (M + 4 P' X_i) x^2 + (M - N) x - (N + 4 P' X_o) = 0, whose positive root is taken.
pub fn ghk_potential_with_divalents<R: Real>(ions: &[GhkIon<R>], divalent: Divalents<R>, rt_f: R) -> R {
    let (m, n) = sums(ions);
    let four_p = divalent.permeability * 4.0;
    let (a, b, c) = (m + four_p * divalent.inside, m - n, n + four_p * divalent.outside);
    let root = (b * b + a * c * 4.0).sqrt();
    // The sum of like signs: b > 0 would lose digits in (root - b)/(2a).
    let x = R::select(b.lt(R::zero()), (root - b) / (a * 2.0), c * 2.0 / (root + b));
    rt_f * x.ln()
}

/// The factor between permeability and slope conductance at the ion's equilibrium potential, mS/cm2 per cm/s:
/// z^2 F/(RT/F) X_i X_o ln(X_o/X_i)/(X_o - X_i).
fn slope_factor<R: Real>(z: f64, inside: R, outside: R, rt_f: R) -> R {
    // X_i X_o ln(X_o/X_i)/(X_o - X_i) = X_i B(-w) with w = ln(X_o/X_i): finite at equal concentrations.
    let w = (outside / inside).ln();
    inside * (-w).bernoulli() * (z * z * FARADAY) / rt_f
}

/// The permeability, cm/s, whose constant-field current has slope `g` (mS/cm2) at the ion's equilibrium
/// potential.
pub fn permeability_from_slope<R: Real>(g: R, z: f64, inside: R, outside: R, rt_f: R) -> R {
    g / slope_factor(z, inside, outside, rt_f)
}

/// The slope conductance, mS/cm2, of a constant-field current at the ion's equilibrium potential.
pub fn slope_from_permeability<R: Real>(p: R, z: f64, inside: R, outside: R, rt_f: R) -> R {
    p * slope_factor(z, inside, outside, rt_f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::rt_over_f;
    use crate::equilibrium::nernst;
    use vrest_ode::Dual;

    fn body() -> f64 {
        rt_over_f(310.15)
    }
    fn ion(permeability: f64, z: f64, inside: f64, outside: f64) -> GhkIon<f64> {
        GhkIon { permeability, z, inside, outside }
    }
    fn usual(p_na: f64, p_cl: f64) -> [GhkIon<f64>; 3] {
        [ion(1.0, 1.0, 140.0, 5.0), ion(p_na, 1.0, 10.0, 145.0), ion(p_cl, -1.0, 4.0, 110.0)]
    }
    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() < tolerance, "{got} instead of {want}");
    }

    /// V8.
    #[test]
    fn squid_at_rest_and_at_the_peak() {
        let squid =
            |p_na| [ion(1.0, 1.0, 400.0, 20.0), ion(p_na, 1.0, 50.0, 440.0), ion(0.45, -1.0, 52.0, 560.0)];
        let rt_f = rt_over_f(18.5 + 273.15);
        close(ghk_potential(&squid(0.04), rt_f), -59.6200, 1e-3);
        close(ghk_potential(&squid(20.0), rt_f), 42.1643, 1e-3);
    }

    /// V9.
    #[test]
    fn usual_neuron_concentrations() {
        close(ghk_potential(&usual(0.04, 0.45), body()), -72.5041, 1e-3);
        close(ghk_potential(&usual(0.05, 0.45), body()), -69.6070, 1e-3);
        close(ghk_potential(&usual(0.0, 0.0), body()), -89.0587, 1e-3);
    }

    /// V10: the quadratic is the root of the summed currents.
    #[test]
    fn calcium_enters_by_a_quadratic() {
        for (ratio, want) in [(0.01, -72.3455), (0.1, -70.9639), (1.0, -60.3659)] {
            let ca = Divalents { permeability: ratio, inside: 1e-4, outside: 2.0 };
            let v = ghk_potential_with_divalents(&usual(0.04, 0.45), ca, body());
            close(v, want, 1e-3);
            let mut net = ghk_current(ratio, 2.0, v, 1e-4, 2.0, body());
            let mut scale = net.abs();
            for i in usual(0.04, 0.45) {
                let current = ghk_current(i.permeability, i.z, v, i.inside, i.outside, body());
                net += current;
                scale += current.abs();
            }
            assert!(net.abs() < 1e-13 * scale, "{net} of {scale}");
        }
    }

    /// V11, V12.
    #[test]
    fn potassium_current_is_smooth_through_zero() {
        let i = |v| ghk_current(1e-6, 1.0, v, 140.0, 5.0, body());
        close(i(-70.0), 1.417756, 1e-5);
        close(i(0.0), 13.025520, 1e-5);
        close(i(40.0), 25.839898, 1e-5);
        close(i(1e-7), 13.025519863, 1e-8);
        close(i(-1e-7), 13.025519810, 1e-8);
    }

    /// V13, V14.
    #[test]
    fn chloride_and_calcium_currents() {
        let cl = |v| ghk_current(1e-6, -1.0, v, 4.0, 110.0, body());
        close(cl(-70.0), 1.094482, 1e-5);
        close(cl(0.0), 10.227445, 1e-5);
        close(cl(nernst(-1.0, 110.0, 4.0, body())), 0.0, 1e-12);
        let ca = |v| ghk_current(1e-6, 2.0, v, 1e-4, 2.0, body());
        close(ca(-70.0), -2.032435, 1e-5);
        close(ca(0.0), -0.385922, 1e-5);
    }

    /// V16, and that the slope of the current itself is what the conversion says.
    #[test]
    fn conductance_and_permeability_convert_both_ways() {
        for (g, z, inside, outside, want) in [
            (0.36, 1.0, 140.0, 5.0, 5.771517e-6),
            (0.03, 1.0, 10.0, 145.0, 2.893243e-7),
            (0.03, -1.0, 4.0, 110.0, 6.040612e-7),
        ] {
            let p = permeability_from_slope(g, z, inside, outside, body());
            close(p / want, 1.0, 1e-6);
            close(slope_from_permeability(p, z, inside, outside, body()), g, 1e-15);
            let e = nernst(z, outside, inside, body());
            let c = Dual::<f64, 1>::constant;
            let slope = ghk_current(c(p), z, Dual::variable(e, 0), c(inside), c(outside), c(body())).eps[0];
            close(slope, g, 1e-12);
        }
        // Equal concentrations: the limit P z^2 F/(RT/F) X.
        close(slope_from_permeability(1e-6, 1.0, 10.0, 10.0, body()) * body() / FARADAY, 1e-5, 1e-18);
    }
}

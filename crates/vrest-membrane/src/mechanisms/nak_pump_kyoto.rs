//! Na/K-ATPase of the Kyoto model with its own state y, the fraction of pumps facing inside; ATP drives it:
//! dy/dt = (k2 p2Na + k4 p2K)(1 - y) - (k1 p1Na + k3 p1K) y, I_p = i_max (k1 p1Na y - k2 p2Na (1 - y)), rates in 1/ms.
//!
//! i_max is the current per unit of cycle rate (1/ms), not a saturation.

use crate::mechanism::*;
use crate::reader::Section;
use crate::units::Dimension::{Concentration, CurrentDensity};
use vrest_ode::Real;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct NakPumpKyoto;

parameters! {
    I_MAX = param("i_max", CurrentDensity, "net pump current per cycle rate of 1/ms").at_least(0.0).plausible(0.0, 1e4);
    ATP = param("atp", Concentration, "ATP inside").default(6.97).at_least(0.0).plausible(0.01, 20.0);
    BLOCK = pump::block();
    OUABAIN = pump::ouabain();
    K_OUABAIN = pump::k_ouabain();
    [derived] WORKING, K1, P1_NA, P1_K, NA_OUT, K_OUT;
}

/// Rate constants, 1/ms.
const K2: f64 = 0.04;
const K3: f64 = 0.01;
const K4: f64 = 0.165;

/// Probability that one ion occupies its sites while another competes: 1/(1 + a^-n (1 + b^m)), concentrations a and b
/// in units of their dissociation constants.
#[inline(always)]
fn occupied<R: Real>(a: R, n: f64, b: R, m: f64) -> R {
    let power = |x: R, e: f64| (x.ln() * e).exp();
    R::one() / (power(a, -n) * (power(b, m) + 1.0) + 1.0)
}

/// Sodium outside as the sites see it through the field, in units of its dissociation constant.
#[inline(always)]
fn outward_sodium<R: Real>(v: R, site: &Site<'_, R>, k: &[R]) -> R {
    k[NA_OUT] * (v / site.heat.rt_f * -0.82).exp()
}

impl Mechanism for NakPumpKyoto {
    const DERIVED: usize = DERIVED;

    fn spec() -> Spec {
        Spec {
            gates: vec!["y"],
            affine: false,
            ..pump::spec(
                "nak_pump_kyoto",
                "Na/K pump with a state and ATP",
                "I_p = i_max (k1 p1Na y - k2 p2Na (1 - y))",
                "Takeuchi et al 2006, J Gen Physiol 128:495 (table S10)",
                parameters(),
            )
        }
    }

    fn build(_: &mut Section<'_>) -> Self {
        NakPumpKyoto
    }

    #[inline(always)]
    fn prepare<R: Real>(&self, _: &Heat<R>, k: &mut [R]) {
        k[WORKING] = k[I_MAX] * pump::working(k[BLOCK], k[OUABAIN], k[K_OUABAIN]);
        // 0.37/(1 + 0.094/ATP), which is 0 without ATP.
        k[K1] = k[ATP] * 0.37 / (k[ATP] + 0.094);
    }

    #[inline(always)]
    fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
        let (na, potassium) = (site.inside(pump::NA) / 4.05, site.inside(pump::K) / 32.88);
        k[P1_NA] = occupied(na, 1.06, potassium, 1.12);
        k[P1_K] = occupied(potassium, 1.12, na, 1.06);
        k[NA_OUT] = site.outside(pump::NA) / 69.8;
        k[K_OUT] = site.outside(pump::K) / 0.258;
    }

    #[inline(always)]
    fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], mut out: impl FnMut(usize, Gate<R>)) {
        let (na, potassium) = (outward_sodium(v, site, k), k[K_OUT]);
        let p2_k = occupied(potassium, 1.12, na, 1.06);
        let inward = occupied(na, 1.06, potassium, 1.12) * K2 + p2_k * K4;
        out(0, Gate::alpha_beta(inward, k[K1] * k[P1_NA] + k[P1_K] * K3));
    }

    #[inline(always)]
    fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], gates: &[R], out: impl FnMut(usize, R)) {
        let p2_na = occupied(outward_sodium(v, site, k), 1.06, k[K_OUT], 1.12);
        let y = gates[0];
        pump::carry(k[WORKING] * (k[K1] * k[P1_NA] * y - p2_na * (R::one() - y) * K2), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::mechanism::trial::{Trial, close};

    /// V27.
    #[test]
    fn steady_cycle_rate_at_three_voltages() {
        let t = Trial::of("nak_pump_kyoto").ion("Na", 8.0, 140.0).ion("K", 140.0, 5.4);
        for (v, y, rate) in
            [(-90.0, 0.485443, 0.03343817), (-70.0, 0.532369, 0.04182923), (0.0, 0.606566, 0.05509679)]
        {
            close(t.steady(v)[0], y, 1e-6);
            close(t.net(v), rate, 1e-8);
        }
    }

    #[test]
    fn without_atp_it_does_not_pump_out() {
        assert!(Trial::of("nak_pump_kyoto").set("atp", 0.0).net(-70.0) <= 0.0);
    }
}
